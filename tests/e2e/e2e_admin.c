/* SPDX-License-Identifier: Apache-2.0 */

/* What the gateway says of itself: while it works, while it drains, without Redis, without a carrier. */

#include "e2e_admin.h"

#include "books.h"
#include "command_process.h"
#include "promtool.h"
#include "redis_server.h"
#include "scenario.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ALERTS 300

#define AT_ONCE 12 /* segments that go before the first is answered */

static struct smsc smsc;
static struct gateway_process gateway;

static void open_world(const char *const smsc_options[], bool waits)
{
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, smsc_options);
	gateway_process_start(&gateway, "gateway",
			      &(struct gateway_options){
				      .smsc = &smsc,
				      .account_more = "tps: 5000",
				      .root_more = "drain_timeout: 3s",
			      },
			      waits);
}

static void close_world(void)
{
	smsc_finish(&smsc);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

/* /v1/status as JSON; fails where it is none. Free it. */
static json_t *status(void)
{
	char *body;
	EXPECT_COUNT(gateway_process_get(&gateway, "/v1/status", &body), 200);
	json_t *page = json_loads(body, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(page))
		FAIL("/v1/status is no JSON object: %s", body);
	free(body);
	return page;
}

static const json_t *account(const json_t *page)
{
	return json_array_get(json_object_get(page, "accounts"), 0);
}

static long long number(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	if (!json_is_number(value))
		FAIL("there is no number “%s”", name);
	return (long long)json_number_value(value);
}

/* Runs “hongyan status”: its exit status; *out: what it wrote on stdout, free it. */
static int run_status(const char *const more[], char **out)
{
	static struct process process = { .in = -1, .out = -1 };
	const char *argv[8] = { HONGYAN_PROGRAM, "status", "--config", gateway.config };
	for (unsigned i = 0; more != NULL && more[i] != NULL; i++)
		argv[4 + i] = more[i];
	process_start(&process, "status", argv, false);
	int code = process_wait(&process, 15);
	if (out != NULL)
		*out = world_read(process.log);
	unlink(process.log);
	return code;
}

/* The reasons that /readyz gives; it must say 503. Free it. */
static char *why_not_ready(void)
{
	char *body;
	int code = gateway_process_get(&gateway, "/readyz", &body);
	if (code != 503)
		FAIL("/readyz says %d: %s", code, body ? body : "");
	json_t *page = json_loads(body, 0, NULL);
	EXPECT(json_is_false(json_object_get(page, "ready")));
	json_decref(page);
	return body;
}

static bool is_not_ready_for(const char *reason)
{
	char *body;
	int code = gateway_process_get(&gateway, "/readyz", &body);
	bool is_it = code == 503 && strstr(body, reason) != NULL;
	free(body);
	return is_it;
}

/* -- while it works -- */

static bool has_counted(unsigned accepted)
{
	json_t *page = status();
	bool has = number(json_object_get(page, "totals"), "accepted") == accepted &&
		   number(account(page), "accepted") == accepted && number(page, "dead") == 1;
	json_decref(page);
	return has;
}

static void check_status(void)
{
	json_t *page = status();
	const json_t *redis = json_object_get(page, "redis");
	EXPECT(json_is_false(json_object_get(page, "draining")));
	EXPECT(json_is_true(json_object_get(redis, "up")));
	EXPECT(books_is(page, "instance", "gateway"));
	EXPECT(json_string_length(json_object_get(page, "version")) > 0);
	EXPECT(number(page, "workers") >= 1);
	EXPECT_COUNT(number(page, "later"), 0);
	EXPECT(books_is(account(page), "name", "fake") && books_is(account(page), "state", "up"));
	EXPECT_COUNT(number(account(page), "links_up"), 2);
	EXPECT_COUNT(number(account(page), "window_total"), 100);
	EXPECT_COUNT(number(account(page), "tps"), 5000);
	EXPECT_COUNT(number(json_object_get(page, "totals"), "dead"), 1);
	EXPECT_COUNT(number(json_object_get(json_object_get(page, "lanes"), "urgent"), "length"), 0);
	json_decref(page);
}

static bool is_ours(const char *name)
{
	return strncmp(name, "hongyan_", 8) == 0 || strncmp(name, "process_", 8) == 0;
}

/* The text format of Prometheus: comments, and “name{labels} number”. */
static void check_metrics_text(void)
{
	char *body;
	EXPECT_COUNT(gateway_process_get(&gateway, "/metrics", &body), 200);
	promtool_check(body);
	unsigned samples = 0;
	for (char *line = body; *line != '\0';) {
		char *end = strchr(line, '\n');
		if (end == NULL)
			FAIL("/metrics ends within a line: %s", line);
		*end = '\0';
		const char *value = strrchr(line, ' ');
		char *rest = NULL;
		if (value != NULL)
			strtod(value + 1, &rest);
		bool is_comment =
			(strncmp(line, "# HELP ", 7) == 0 || strncmp(line, "# TYPE ", 7) == 0) && is_ours(line + 7);
		bool is_sample = is_ours(line) && rest != NULL && rest > value + 1 && *rest == '\0';
		if (!is_comment && !is_sample)
			FAIL("/metrics has a line that is neither comment nor sample: %s", line);
		samples += is_sample;
		line = end + 1;
	}
	free(body);
	EXPECT(samples > 50);
}

/* “hongyan status”, for people and for programs. */
static void check_status_command(int want_code, const char *want)
{
	char *text;
	int code = run_status(NULL, &text);
	if (code != want_code || strstr(text, want) == NULL)
		FAIL("“hongyan status” ended with %d, wants %d and “%s”: %s", code, want_code, want, text);
	free(text);
	code = run_status((const char *const[]){ "--json", NULL }, &text);
	json_t *page = json_loads(text, 0, NULL);
	if (code != want_code || !json_is_object(page))
		FAIL("“hongyan status --json” ended with %d: %s", code, text);
	json_decref(page);
	free(text);
}

static void works(void)
{
	static const struct {
		const char *name;
		double want;
	} metrics[] = {
		{ "hongyan_closings_total{event=\"accepted\"}", ALERTS },
		{ "hongyan_closings_total{event=\"dead\"}", 1 },
		{ "hongyan_closings_total{event=\"expired\"}", 0 },
		{ "hongyan_dead_total{reason=\"no_template\"}", 1 },
		{ "hongyan_class_closings_total{template_class=\"notice\",event=\"accepted\"}", ALERTS },
		{ "hongyan_class_closings_total{template_class=\"none\",event=\"dead\"}", 1 },
		{ "hongyan_class_closings_total{template_class=\"marketing\",event=\"accepted\"}", 0 },
		{ "hongyan_enqueue_to_accepted_seconds_count{lane=\"normal\"}", ALERTS / 3 },
		{ "hongyan_stage_seconds_count{stage=\"prepare\"}", ALERTS + 1 },
		{ "hongyan_stage_seconds_count{stage=\"turn\"}", ALERTS },
		{ "hongyan_stage_seconds_count{stage=\"begin\"}", ALERTS },
		{ "hongyan_stage_seconds_count{stage=\"submit\"}", ALERTS },
		{ "hongyan_stage_seconds_count{stage=\"settle\"}", ALERTS + 1 },
		{ "hongyan_binds_leased{account=\"fake\"}", 2 },
		{ "hongyan_submits_total{account=\"fake\"}", ALERTS },
		{ "hongyan_segments_total{account=\"fake\"}", ALERTS },
		{ "hongyan_outcomes_total{account=\"fake\",class=\"accepted\"}", ALERTS },
		{ "hongyan_outcomes_total{account=\"fake\",class=\"unknown\"}", 0 },
		{ "hongyan_links_up{account=\"fake\"}", 2 },
		{ "hongyan_window_used{account=\"fake\"}", 0 },
		{ "hongyan_account_refused{account=\"fake\"}", 0 },
		{ "hongyan_submit_to_answer_seconds_count{account=\"fake\"}", ALERTS },
		{ "hongyan_queue_entries{lane=\"normal\"}", 0 },
		{ "hongyan_dead_entries", 1 },
	};
	open_world(NULL, true);
	check_status_command(0, "fake");
	books_add_load(0, ALERTS);
	books_add("normal", "{\"id\":\"x\",\"to\":\"13800000000\",\"template\":\"nope\",\"params\":{}}");
	books_await_settled(20);
	/* Depths are looked at with the heartbeat. */
	AWAIT(15, has_counted(ALERTS));
	check_status();
	check_metrics_text();
	for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
		double have = gateway_process_metric(&gateway, metrics[i].name);
		if (have < metrics[i].want || have > metrics[i].want)
			FAIL("%s is %g, wants %g", metrics[i].name, have, metrics[i].want);
	}
	EXPECT(gateway_process_metric(&gateway, "hongyan_tokens_leased_total{account=\"fake\"}") >= ALERTS);
	EXPECT(gateway_process_metric(&gateway, "process_resident_memory_bytes") > 1000000);
	EXPECT(gateway_process_metric(&gateway, "process_open_fds") > 5);
	EXPECT(gateway_process_metric(&gateway, "process_cpu_seconds_total") > 0);
	EXPECT_COUNT(gateway_process_get(&gateway, "/livez", NULL), 200);
	EXPECT_COUNT(gateway_process_get(&gateway, "/readyz", NULL), 200);
	EXPECT_COUNT(gateway_process_get(&gateway, "/", NULL), 404);
	EXPECT_COUNT(gateway_process_get(&gateway, "/v1/status?x=1", NULL), 200);
	check_status_command(1, "dead letters");
	gateway_process_stop(&gateway);
	EXPECT_COUNT(gateway_process_get(&gateway, "/livez", NULL), 0);
	EXPECT_COUNT(run_status(NULL, NULL), 69);
	close_world();
}

/* -- while it drains -- */

static bool is_draining(void)
{
	return is_not_ready_for("draining");
}

static void drains(void)
{
	open_world((const char *const[]){ "--latency", "fixed:1500", NULL }, true);
	books_add_load(0, 50);
	AWAIT(10, smsc_count(&smsc, "accepted") == 50);
	process_signal(&gateway.process, SIGTERM);
	AWAIT(10, is_draining());
	/* It still answers for its work. */
	EXPECT_COUNT(gateway_process_get(&gateway, "/livez", NULL), 200);
	json_t *page = status();
	EXPECT(json_is_true(json_object_get(page, "draining")));
	json_decref(page);
	EXPECT_COUNT(run_status(NULL, NULL), 0); /* nothing that a human must look at */
	EXPECT_COUNT(process_wait(&gateway.process, 20), 0);
	EXPECT_COUNT(books_waiting(), 0);
	smsc_finish(&smsc);
	EXPECT_COUNT(books_check_load(50, &smsc), 0);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

/* A second signal ends the waiting. */
static void drains_quickly(void)
{
	open_world(NULL, true);
	smsc_tell(&smsc, "swallow on");
	books_add_load(0, AT_ONCE);
	AWAIT(10, smsc_count(&smsc, "swallowed") == AT_ONCE);
	process_signal(&gateway.process, SIGTERM);
	/* The worker too: of two signals that come before it has looked, it sees the second only. */
	AWAIT(10, is_draining() && gateway_process_count_said(&gateway, "drain") == 1);
	process_signal(&gateway.process, SIGTERM);
	EXPECT_COUNT(process_wait(&gateway.process, 10), 0);
	EXPECT_COUNT(gateway_process_count_said(&gateway, "drain_cut"), 1);
	EXPECT(gateway_process_said(&gateway, "\"unanswered\":12,\"begun\":12,\"receipts\":0,\"messages\":0}"));
	/* None is lost: each waits to be sent once more, marked. */
	EXPECT_COUNT(books_waiting(), AT_ONCE);
	close_world();
}

/* -- without Redis, without a carrier -- */

static void redis_away(void)
{
	open_world(NULL, true);
	books_add_load(0, 20);
	books_await_settled(20);
	redis_server_kill();
	AWAIT(10, is_not_ready_for("Redis"));
	EXPECT_COUNT(gateway_process_get(&gateway, "/livez", NULL), 200);
	json_t *page = status();
	const json_t *redis = json_object_get(page, "redis");
	EXPECT(json_is_false(json_object_get(redis, "up")));
	EXPECT(json_string_length(json_object_get(redis, "reason")) > 0);
	EXPECT(books_is(account(page), "state", "up"));
	json_decref(page);
	EXPECT_COUNT(run_status(NULL, NULL), 1);
	redis_server_start();
	AWAIT(15, gateway_process_is_ready(&gateway));
	EXPECT_COUNT(run_status(NULL, NULL), 0);
	gateway_process_stop(&gateway);
	close_world();
}

/* It starts without Redis, says so, and begins when Redis is there. */
static void redis_comes_later(void)
{
	world_open();
	redis_server_start();
	books_add_load(0, 20);
	redis_server_kill();
	smsc_start(&smsc, "smsc", 0, NULL);
	gateway_process_start(&gateway, "gateway", &(struct gateway_options){ .smsc = &smsc }, false);
	/* Why, not only that. */
	AWAIT(10, is_not_ready_for("connection refused") || is_not_ready_for("no such file"));
	redis_server_start();
	books_await_settled(20);
	gateway_process_stop(&gateway);
	close_world();
}

/* It stops in order with Redis away: what it could not write down is found by its next start. */
static void stops_without_redis(void)
{
	open_world((const char *const[]){ "--latency", "fixed:300", NULL }, true);
	books_add_load(0, AT_ONCE);
	AWAIT(10, smsc_count(&smsc, "accepted") == AT_ONCE);
	redis_server_kill();
	process_signal(&gateway.process, SIGTERM);
	EXPECT_COUNT(process_wait(&gateway.process, 40), 0);
	redis_server_start();
	EXPECT_COUNT(books_waiting(), AT_ONCE);
	gateway_process_start(&gateway, "gateway", NULL, true);
	books_await_settled(20);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	/* All were in doubt, and each says so. */
	EXPECT_COUNT(books_check_load(AT_ONCE, &smsc), AT_ONCE);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

static void carrier_away(void)
{
	struct smsc nobody = { .port = world_free_port() };
	world_open();
	redis_server_start();
	gateway_process_start(&gateway, "gateway", &(struct gateway_options){ .smsc = &nobody }, false);
	AWAIT(10, is_not_ready_for("connection refused"));
	char *body = why_not_ready();
	if (strstr(body, "fake") == NULL)
		FAIL("/readyz does not name the account: %s", body);
	free(body);
	json_t *page = status();
	EXPECT(books_is(account(page), "state", "down"));
	EXPECT_COUNT(number(account(page), "links_up"), 0);
	json_decref(page);
	EXPECT_COUNT(run_status(NULL, NULL), 1);
	smsc_start(&smsc, "smsc", nobody.port, NULL);
	AWAIT(10, gateway_process_is_ready(&gateway));
	gateway_process_stop(&gateway);
	close_world();
}

/* -- starts that must fail -- */

static int start_and_fail(struct gateway_process *other)
{
	gateway_process_start(other, other->process.name, NULL, false);
	return process_wait(&other->process, 10);
}

/* A second process of the same instance, or on the same port, ends at once and says what to do. */
/* Another level for a second: the token is the configuration's, and it goes back by itself. */
static void log_level(void)
{
	open_world(NULL, true);
	command_use(gateway.config);
	command_expect(1, "nothing can be changed here, since no token is set", COMMAND("log", "debug"));
	gateway_process_edit(&gateway, "admin: { ", "admin: { token: a-token-of-this-test, ");
	process_signal(&gateway.process, SIGHUP);
	AWAIT(10, gateway_process_said(&gateway, "\"event\":\"reloaded\""));
	command_use(gateway.config);
	command_expect(0, "info, as configured", COMMAND("log"));
	command_expect(0, "error until the next start; configured is info", COMMAND("log", "error"));
	command_expect(0, "log level: error until the next start", COMMAND("status"));
	command_expect(0, "debug for ", COMMAND("log", "debug", "--for", "1s"));
	AWAIT(10, gateway_process_status_has(&gateway,
					     "\"log\":{\"level\":\"info\",\"configured\":\"info\",\"for_s\":null}"));
	command_expect(0, "info, as configured", COMMAND("log"));
	EXPECT_COUNT(gateway_process_count_said(&gateway, "log_level"), 3);
	/* And by the configuration, for good. */
	gateway_process_edit(&gateway, "instance: {", "log: { level: warn }\ninstance: {");
	process_signal(&gateway.process, SIGHUP);
	AWAIT(10, gateway_process_status_has(&gateway,
					     "\"log\":{\"level\":\"warn\",\"configured\":\"warn\",\"for_s\":null}"));
	gateway_process_stop(&gateway);
	close_world();
}

static void starts_twice(void)
{
	static struct gateway_process second;
	static struct gateway_process third;
	open_world(NULL, true);
	second = gateway;
	second.process = (struct process){ .in = -1, .out = -1, .name = "second" };
	EXPECT_COUNT(start_and_fail(&second), 1);
	EXPECT(gateway_process_said(&second, "holds the lock"));
	gateway_process_start(&third, "third", &(struct gateway_options){ .smsc = &smsc }, true);
	gateway_process_stop(&third);
	EXPECT(gateway_process_is_ready(&gateway));
	gateway_process_stop(&gateway);
	close_world();
}

/* Another gateway has the admin address. What the process before had in hand stays noted for the next start. */
static void address_taken(void)
{
	static struct gateway_process second;
	static const struct {
		uint64_t ms;
		uint64_t seq;
		uint64_t lane;
	} crumb = { 1770940800000, 7, 2 };
	char listen[32];
	open_world(NULL, true);
	gateway_process_start(&second, "second", &(struct gateway_options){ .smsc = &smsc }, true);
	gateway_process_stop(&second);
	FILE *lock = fopen(second.lock, "r+");
	EXPECT(lock != NULL && fwrite(&crumb, sizeof crumb, 1, lock) == 1 && fclose(lock) == 0);
	snprintf(listen, sizeof listen, "127.0.0.1:%u", gateway.admin_port);
	setenv("HONGYAN_ADMIN_LISTEN", listen, 1);
	gateway_process_start(&second, "second", NULL, false);
	unsetenv("HONGYAN_ADMIN_LISTEN");
	EXPECT_COUNT(process_wait(&second.process, 10), 1);
	EXPECT(gateway_process_said(&second, "admin.listen: "));
	char *text = world_read(second.lock);
	EXPECT(text != NULL && memcmp(text, &crumb, sizeof crumb) == 0);
	free(text);
	gateway_process_stop(&gateway);
	close_world();
}

static void broken_configuration(void)
{
	static const struct {
		const char *name;
		const char *root;
		const char *want;
	} rows[] = {
		{ "a key that nobody knows", "retri: { base: 1s }", "retry" },
		{ "a number out of range", "retry: { attempts_max: 0 }", "attempts_max" },
		{ "templates that are not there", "retry: { base: 1s }", "/no/such/folder" },
	};
	open_world(NULL, true);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		static struct gateway_process broken;
		struct gateway_options options = { .smsc = &smsc, .root_more = rows[i].root };
		options.templates = rows[i].want[0] == '/' ? rows[i].want : NULL;
		gateway_process_start(&broken, "broken", &options, false);
		int code = process_wait(&broken.process, 10);
		if (code != 78)
			FAIL("%s: ended with %d", rows[i].name, code);
		if (!gateway_process_said(&broken, rows[i].want))
			FAIL("%s: it does not speak of “%s”", rows[i].name, rows[i].want);
	}
	gateway_process_stop(&gateway);
	close_world();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "works", works, 60, false },
		{ "log_level", log_level, 60, false },
		{ "drains", drains, 30, false },
		{ "drains_quickly", drains_quickly, 30, false },
		{ "redis_away", redis_away, 60, false },
		{ "redis_comes_later", redis_comes_later, 60, false },
		{ "stops_without_redis", stops_without_redis, 90, false },
		{ "carrier_away", carrier_away, 30, false },
		{ "starts_twice", starts_twice, 30, false },
		{ "address_taken", address_taken, 30, false },
		{ "broken_configuration", broken_configuration, 30, false },
		{ "flood", admin_flood, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
