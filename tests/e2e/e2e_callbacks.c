/* SPDX-License-Identifier: Apache-2.0 */

/* Receipts over HTTP, with the gateway as a program: providers get their answer when Redis has the receipt, and not before. */

#include "books.h"
#include "gateway_process.h"
#include "http_caller.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET  "0123456789abcdef"
#define ALERTS  20
#define REF_MAX 64

static struct smsc carrier;
static struct gateway_process gateway;
static struct gateway_process other; /* on the same queue */
static uint16_t port;                /* callbacks.listen of the one that is called */
static char accounts[512];           /* of both */
static char routes[64];
static char refs[ALERTS][REF_MAX];
static unsigned ref_count;

/* -- a provider -- */

static int say(const char *request)
{
	return http_caller_say(port, request);
}

static int hear(int fd)
{
	return http_caller_hear(fd);
}

static int tell(const char *secret, const char *ref, const char *state)
{
	char request[512];
	snprintf(request, sizeof request,
		 "GET /callbacks/kannel/%s?id=%s&state=%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", secret,
		 ref, state);
	return say(request);
}

/* -- the gateway -- */

/* preset: of the provider, and the account's name. path: of its URL. */
static void open_provider(const char *preset, const char *path, const char *receipts, const char *wait,
			  unsigned workers)
{
	char http_file[WORLD_PATH_OCTETS];
	char more[256];
	world_open();
	redis_server_start();
	world_path(http_file, "http.port");
	smsc_start(&carrier, "carrier", 0,
		   (const char *const[]){ "--http-port", "0", "--http-port-file", http_file, "--receipts", receipts,
					  "--http-callback-retry-ms", "10", NULL });
	char *http_port = world_read(http_file);
	EXPECT(http_port != NULL);
	port = world_free_port();
	snprintf(accounts, sizeof accounts,
		 "  - { name: %s, protocol: http, preset: %s, url: \"http://127.0.0.1:%d%s\", "
		 "username: u, password: p, source: \"10690001\", allow: [\"127.0.0.1\"], callback: %s, "
		 "callback_secret: \"" SECRET "\" }",
		 preset, preset, (int)strtol(http_port, NULL, 10), path, preset);
	snprintf(more, sizeof more,
		 "callbacks: { listen: \"127.0.0.1:%u\", public_url: \"http://127.0.0.1:%u\", wait: %s }\nworkers: %u",
		 port, port, wait, workers);
	free(http_port);
	snprintf(routes, sizeof routes, "  - { accounts: [%s] }", preset);
	gateway_process_start(&gateway, "gateway",
			      &(struct gateway_options){
				      .smsc = &carrier, .accounts = accounts, .routes = routes, .root_more = more },
			      true);
}

/* Starts the other gateway, where callbacks come in at a port of its own. */
static void start_other(uint16_t listen, unsigned workers)
{
	char more[256];
	snprintf(more, sizeof more,
		 "callbacks: { listen: \"127.0.0.1:%u\", public_url: \"http://127.0.0.1:%u\", wait: 5s }\nworkers: %u",
		 listen, port, workers);
	gateway_process_start(&other, "other",
			      &(struct gateway_options){
				      .smsc = &carrier, .accounts = accounts, .routes = routes, .root_more = more },
			      true);
}

static void open_with(const char *receipts, const char *wait, unsigned workers)
{
	open_provider("kannel", "/cgi-bin/sendsms", receipts, wait, workers);
}

static void open_all(const char *wait, unsigned workers)
{
	open_with("off", wait, workers);
}

static void close_all(void)
{
	if (gateway.process.pid != 0)
		gateway_process_stop(&gateway);
	smsc_finish(&carrier);
	smsc_fini(&carrier);
	redis_server_stop();
	world_close();
}

/* Events that hold a text, and the first reference of each. */
static unsigned count_events(const char *text, bool keeps_refs)
{
	redisReply *reply = redis_server_call("XRANGE {hongyan}:events - +");
	unsigned count = 0;
	for (size_t i = 0; i < reply->elements; i++) {
		const char *at = reply->element[i]->element[1]->element[1]->str;
		for (; (at = strstr(at, text)) != NULL; at += strlen(text)) {
			count++;
			const char *ref = strstr(at, "\"refs\":[\"");
			if (keeps_refs && ref != NULL && ref_count < ALERTS)
				snprintf(refs[ref_count++], REF_MAX, "%.*s", (int)strcspn(ref + 9, "\""), ref + 9);
		}
	}
	freeReplyObject(reply);
	return count;
}

static unsigned count_of(const char *event)
{
	char text[64];
	snprintf(text, sizeof text, "\"event\":\"%s\"", event);
	return count_events(text, false);
}

static void send_alerts(unsigned count)
{
	char json[256];
	for (unsigned i = 0; i < count; i++) {
		snprintf(json, sizeof json,
			 "{\"id\":\"a%u\",\"to\":\"1380000%04u\",\"template\":\"note\",\"params\":{\"code\":\"1\","
			 "\"amount\":1}}",
			 i, i);
		books_add("normal", json);
	}
	AWAIT(20, count_of("accepted") == count);
	ref_count = 0;
	count_events("\"event\":\"accepted\"", true);
	EXPECT_COUNT(ref_count, count);
}

/* -- scenarios -- */

/* Each final state is told once, however often it comes, and whichever worker it comes to. */
static void told_once(void)
{
	open_all("5s", 2);
	send_alerts(ALERTS);
	for (unsigned times = 0; times < 3; times++) {
		for (unsigned i = 0; i < ALERTS; i++) {
			EXPECT_COUNT(hear(tell(SECRET, refs[i], "8")), 200);
			EXPECT_COUNT(hear(tell(SECRET, refs[i], i % 2 ? "1" : "2")), 200);
		}
	}
	EXPECT_COUNT(count_of("delivered"), ALERTS / 2);
	EXPECT_COUNT(count_of("undelivered"), ALERTS / 2);
	EXPECT_COUNT(gateway_process_metric(&gateway, "hongyan_callbacks_total{account=\"kannel\"}"), 6 * ALERTS);
	close_all();
}

/* What one gateway has sent is called back to another one, which did not even run when it was sent: it is matched and told once,
 * whichever of them hears it again, both at once, and also when the sender is dead. */
static void another_gateway(void)
{
	enum { LAST = ALERTS - 1 };
	open_all("5s", 1);
	send_alerts(ALERTS);
	const uint16_t ports[] = { port, world_free_port() };
	start_other(ports[1], 2);
	for (unsigned i = 0; i < LAST; i++) {
		port = ports[1];
		int first = tell(SECRET, refs[i], i % 2 ? "1" : "2");
		port = ports[i % 3 ? 0 : 1];
		int second = tell(SECRET, refs[i], i % 2 ? "1" : "2");
		EXPECT_COUNT(hear(first), 200);
		EXPECT_COUNT(hear(second), 200);
		port = ports[0];
		EXPECT_COUNT(hear(tell(SECRET, refs[i], i % 2 ? "1" : "2")), 200);
	}
	EXPECT_COUNT(count_of("delivered"), LAST / 2);
	EXPECT_COUNT(count_of("undelivered"), LAST - LAST / 2);
	EXPECT(gateway_process_metric(&other, "hongyan_callbacks_total{account=\"kannel\"}") >= (double)LAST);
	gateway_process_kill(&gateway);
	port = ports[1];
	EXPECT_COUNT(hear(tell(SECRET, refs[LAST], "1")), 200);
	EXPECT_COUNT(count_of("delivered"), LAST / 2 + 1);
	EXPECT_COUNT(count_of("accepted"), ALERTS);
	gateway_process_stop(&other);
	close_all();
}

/* The carrier itself is content with our answers: it calls once for each state, and never again. */
static void content(void)
{
	open_with("on", "5s", 1);
	send_alerts(ALERTS);
	AWAIT(20, count_of("delivered") == ALERTS);
	AWAIT(20, smsc_count(&carrier, "receipts_pending") == 0);
	EXPECT_COUNT(smsc_count(&carrier, "receipts_sent"), 2 * ALERTS);
	EXPECT_COUNT(smsc_count(&carrier, "receipts_answered"), 2 * ALERTS);
	close_all();
}

/* Strangers change nothing, and hear nothing. */
static void strangers(void)
{
	open_all("5s", 1);
	send_alerts(1);
	EXPECT_COUNT(hear(tell("0123456789abcdeF", refs[0], "1")), 404);
	EXPECT_COUNT(hear(tell("", refs[0], "1")), 404);
	EXPECT_COUNT(hear(say("GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")), 404);
	EXPECT_COUNT(gateway_process_metric(&gateway, "hongyan_callbacks_refused_total"), 2);
	EXPECT(gateway_process_said(&gateway, "\"event\":\"callback_refused\""));
	EXPECT(!gateway_process_said(&gateway, "0123456789abcde"));
	EXPECT_COUNT(count_of("delivered"), 0);
	close_all();
}

/* Without Redis no receipt is answered yes; the provider comes again, and exactly one event tells of it. */
static void redis_away(void)
{
	open_all("1s", 1);
	send_alerts(1);
	redis_server_kill();
	for (unsigned times = 0; times < 3; times++)
		EXPECT_COUNT(hear(tell(SECRET, refs[0], "1")), 503);
	redis_server_start();
	AWAIT(20, hear(tell(SECRET, refs[0], "1")) == 200);
	EXPECT_COUNT(hear(tell(SECRET, refs[0], "1")), 200);
	EXPECT_COUNT(count_of("delivered"), 1);
	close_all();
}

/* A callback for an sms that nobody knows waits; the gateway ends in good order, and does not leave it without an answer. */
static void drained(void)
{
	open_all("60s", 1);
	send_alerts(1);
	int fd = tell(SECRET, "nobody.00", "1");
	AWAIT(10, gateway_process_metric(&gateway, "hongyan_receipts_total{state=\"DELIVERED\"}") == 1);
	gateway_process_stop(&gateway);
	EXPECT_COUNT(hear(fd), 503);
	close_all();
}

/* A receipt that comes before anyone knows of its sms is looked up again, and told when it is known. */
static void early(void)
{
	open_all("20s", 1);
	int fd = tell(SECRET, "early.0n", "1");
	AWAIT(10, gateway_process_metric(&gateway, "hongyan_receipts_total{state=\"DELIVERED\"}") == 1);
	send_alerts(1);
	/* The entry that the answer to our own request would have left. */
	redisReply *reply = redis_server_call("KEYS {hongyan}:receipts:*");
	EXPECT(reply->elements == 1);
	redisReply *value = redis_server_call("HVALS %s", reply->element[0]->str);
	redis_server_do("HSET %s kannel:early.0n %b", reply->element[0]->str, value->element[0]->str,
			value->element[0]->len);
	freeReplyObject(value);
	freeReplyObject(reply);
	EXPECT_COUNT(hear(fd), 200);
	EXPECT_COUNT(count_of("delivered"), 1);
	close_all();
}

static int write_back(const char *secret, const char *from, const char *text)
{
	char request[512];
	snprintf(
		request, sizeof request,
		"GET /callbacks/kannel/%s?from=%s&to=10690001&text=%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
		secret, from, text);
	return say(request);
}

/* What customers write back comes by the same address, is durable before it is answered, and opts out as over SMPP. */
static void replies(void)
{
	open_all("1s", 2);
	EXPECT_COUNT(hear(write_back("0123456789abcdeF", "13900000001", "TD")), 404);
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:mo"), 0);
	for (unsigned times = 0; times < 3; times++)
		EXPECT_COUNT(hear(write_back(SECRET, "13900000001", "%E9%80%80%E8%AE%A2%E3%80%82")), 200);
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:mo"), 1);
	EXPECT_COUNT(redis_server_int("HEXISTS {hongyan}:optout 8613900000001"), 1);
	EXPECT_COUNT(hear(write_back(SECRET, "13900000002", "Thanks+a+lot")), 200);
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:mo"), 2);
	EXPECT_COUNT(redis_server_int("HEXISTS {hongyan}:optout 8613900000002"), 0);
	EXPECT_COUNT(gateway_process_metric(&gateway, "hongyan_optouts_total{account=\"kannel\"}"), 1);
	EXPECT(gateway_process_said(&gateway, "\"event\":\"optout\""));
	redis_server_kill();
	EXPECT_COUNT(hear(write_back(SECRET, "13900000003", "TD")), 503);
	redis_server_start();
	AWAIT(20, hear(write_back(SECRET, "13900000003", "TD")) == 200);
	EXPECT_COUNT(redis_server_int("HEXISTS {hongyan}:optout 8613900000003"), 1);
	close_all();
}

/* Vonage cuts a long text itself, gives each part an id, and calls for each: that tells one event of the sms. */
static void parts(void)
{
	open_provider("vonage", "/sms/json", "on", "5s", 1);
	char json[1024];
	size_t len = (size_t)snprintf(
		json, sizeof json,
		"{\"id\":\"long\",\"to\":\"13800000001\",\"template\":\"long\",\"params\":{\"words\":\"");
	for (unsigned i = 0; i < 150; i++)
		len += (size_t)snprintf(json + len, sizeof json - len, "电");
	snprintf(json + len, sizeof json - len, "\"}}");
	books_add("normal", json);
	AWAIT(20, count_of("delivered") == 1);
	AWAIT(20, smsc_count(&carrier, "receipts_answered") == 3);
	EXPECT_COUNT(smsc_count(&carrier, "receipts_sent"), 3);
	json_t *events = books_events();
	const json_t *accepted = books_closing(events, "long");
	EXPECT_COUNT(json_array_size(json_object_get(accepted, "refs")), 3);
	EXPECT_COUNT(json_integer_value(json_object_get(accepted, "segments")), 3);
	for (size_t i = 0; i < json_array_size(events); i++) {
		const json_t *event = json_array_get(events, i);
		if (!books_is(event, "event", "delivered"))
			continue;
		const json_t *detail = json_object_get(event, "segments_detail");
		EXPECT_COUNT(json_array_size(detail), 3);
		for (size_t k = 0; k < 3; k++) {
			const json_t *part = json_array_get(detail, k);
			const json_t *ref = json_array_get(json_object_get(accepted, "refs"), k);
			EXPECT_COUNT(json_integer_value(json_object_get(part, "segment")), (long long)k + 1);
			EXPECT(books_is(part, "state", "DELIVERED"));
			EXPECT(json_equal(json_object_get(part, "ref"), ref));
		}
	}
	json_decref(events);
	EXPECT_COUNT(gateway_process_metric(&gateway, "hongyan_receipts_unknown_total{account=\"vonage\"}"), 0);
	EXPECT_COUNT(gateway_process_metric(&gateway, "hongyan_receipts_found_total{account=\"vonage\"}"), 3);
	close_all();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "told_once", told_once, 60, false },   { "another_gateway", another_gateway, 60, false },
		{ "content", content, 60, false },       { "strangers", strangers, 30, false },
		{ "redis_away", redis_away, 60, false }, { "drained", drained, 60, false },
		{ "early", early, 60, false },           { "replies", replies, 60, false },
		{ "parts", parts, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
