/* SPDX-License-Identifier: Apache-2.0 */
#include "e2e_providers.h"

#include "auditor.h"
#include "books.h"
#include "redis_server.h"
#include "scenario.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRONG     "another-0123456789"
#define SIGNATURE "【国网吉林电力】"

struct smsc providers_carriers[PROVIDERS];
struct gateway_process providers_gateway;
uint16_t providers_callbacks_port;

/* So long that a carrier can be told to be well again before an sms without an answer is sent once more. */
#ifdef E2E_SLOW
#define UNKNOWN_WAIT "1s"
#else
#define UNKNOWN_WAIT "400ms"
#endif

static struct auditor auditor;
static uint16_t ports[PROVIDERS];
static unsigned added[PROVIDERS]; /* alerts of each */
static json_t *alerts;            /* all of them, as they were added */

/* -- opening -- */

/* Receipts of providers whose requests don't say where to go are sent to the address that was entered in a console. */
static void start_carrier(unsigned i, const struct providers_options *options)
{
	const struct provider *provider = &providers[i];
	const char *words[SMSC_OPTIONS_MAX + 1];
	char file[WORLD_PATH_OCTETS];
	char name[64];
	char url[128];
	unsigned count = 0;
	snprintf(name, sizeof name, "%s.http", provider->name);
	world_path(file, name);
	snprintf(url, sizeof url, "http://127.0.0.1:%u/callbacks/%s%s", providers_callbacks_port, provider->name,
		 provider->is_signed ? "" : "/" PROVIDERS_IN_PATH);
	const char *const always[] = {
		"--http-port",   "0",           "--http-port-file", file, "--http-user",         provider->user,
		"--http-secret", PROVIDERS_KEY, "--http-callback",  url,  "--http-callback-key", PROVIDERS_CALLBACK_KEY
	};
	for (unsigned k = 0; k < sizeof always / sizeof always[0]; k++)
		words[count++] = always[k];
	if (provider->has_templates) {
		bool is_aliyun = strcmp(provider->name, "aliyun") == 0;
		words[count++] = "--http-template";
		words[count++] = is_aliyun ? "SMS_7=编号${code}，金额${amount}元。" : "7=编号{1}，金额{2}元。";
		words[count++] = "--http-template";
		words[count++] = is_aliyun ? "SMS_8=${words}。完" : "8={1}。完";
	}
	if (options->forge != NULL && provider->is_signed) {
		words[count++] = "--http-callback-forge";
		words[count++] = options->forge;
	}
	for (unsigned k = 0; options->carrier[k] != NULL; k++)
		words[count++] = options->carrier[k];
	words[count] = NULL;
	smsc_start(&providers_carriers[i], provider->name, 0, words);
	char *port = world_read(file);
	EXPECT(port != NULL);
	ports[i] = (uint16_t)strtoul(port, NULL, 10);
	free(port);
}

static bool has_console(const struct provider *provider)
{
	return provider->is_signed || !provider->is_told_where;
}

/* What proves who calls back; with another secret and key than the carrier's where is_wrong. */
static void put_callback(const struct provider *provider, bool is_wrong, char *out, size_t cap)
{
	const char *secret = provider->is_signed ? PROVIDERS_CALLBACK_KEY : PROVIDERS_IN_PATH;
	const char *at = strstr(provider->callback, secret);
	EXPECT(at != NULL);
	int len = snprintf(out, cap, "%.*s%s%s", (int)(at - provider->callback), provider->callback,
			   is_wrong ? WRONG : secret, at + strlen(secret));
	EXPECT(len > 0 && (size_t)len < cap);
}

/* A refused account is tried again after 6 seconds at the soonest: what happens before is not by chance. */
static size_t put_account(char *out, size_t cap, unsigned i, const struct providers_options *options)
{
	const struct provider *provider = &providers[i];
	char callback[512] = "callback: none";
	if (!options->has_no_callbacks)
		put_callback(provider, options->has_wrong_secrets && has_console(provider), callback, sizeof callback);
	int len = snprintf(out, cap,
			   "  - { name: %s, protocol: http, %s, username: %s, url: \"http://127.0.0.1:%u%s\", allow: "
			   "[127.0.0.1], reconnect_min: 60s, reconnect_max: 60s, response_timeout: 20s, %s: %s, %s }\n",
			   provider->name, provider->says, provider->user, ports[i], provider->path, provider->key_name,
			   options->has_wrong_keys ? PROVIDERS_WRONG_KEY : PROVIDERS_KEY, callback);
	EXPECT(len > 0 && (size_t)len < cap);
	return (size_t)len;
}

static void start_gateway(const struct providers_options *options)
{
	char accounts[4096];
	char routes[1024];
	char more[256];
	size_t len = 0;
	size_t routes_len = 0;
	for (unsigned i = 0; i < PROVIDERS; i++) {
		len += put_account(accounts + len, sizeof accounts - len, i, options);
		routes_len += (size_t)snprintf(routes + routes_len, sizeof routes - routes_len,
					       "  - { prefix: \"861380%u\", accounts: [%s%s] }\n", i, providers[i].name,
					       options->has_backup ? ", backup" : "");
	}
	if (options->has_backup)
		len += (size_t)snprintf(accounts + len, sizeof accounts - len,
					"  - { name: backup, protocol: smpp, address: \"127.0.0.1:%u\", system_id: b, "
					"password: secret, source: \"10690001\" }\n",
					providers_carriers[0].port);
	EXPECT(len < sizeof accounts && routes_len < sizeof routes);
	snprintf(more, sizeof more,
		 "callbacks: { listen: \"127.0.0.1:%u\", public_url: \"http://127.0.0.1:%u\" }\nworkers: %u\nretry: { "
		 "base: 100ms, "
		 "max: 200ms, %s }\nunknown_wait: { notice: " UNKNOWN_WAIT " }",
		 providers_callbacks_port, providers_callbacks_port, options->workers ? options->workers : 2,
		 options->retry ? options->retry : "attempts_max: 30");
	gateway_process_start(&providers_gateway, "gateway",
			      &(struct gateway_options){ .accounts = accounts, .routes = routes, .root_more = more },
			      true);
}

void providers_open(const struct providers_options *options)
{
	world_open();
	redis_server_start();
	providers_callbacks_port = world_free_port();
	for (unsigned i = 0; i < PROVIDERS; i++)
		start_carrier(i, options);
	auditor_open(&auditor);
	alerts = json_array();
	start_gateway(options);
}

/* -- alerts -- */

/* What the template puts into the text, and the text that must arrive. */
static json_t *params_of(unsigned number, enum providers_text text, bool has_templates, char *want, size_t cap)
{
	static const char chinese[] = "尊敬的客户：您户号下的电费余额已不足，请及时缴纳；龘𠮷①“引号”";
	static const char foreign[] = "50% & \"a+b\"=c\\d / {x}[y]~^| é€ <z> #1; ";
	static const struct {
		const char *words;
		unsigned times;
	} rows[PROVIDERS_TEXTS] = {
		[PROVIDERS_SHORT] = { "", 0 },
		[PROVIDERS_LONG] = { chinese, 5 },
		[PROVIDERS_FOREIGN] = { foreign, 2 },
		[PROVIDERS_FOREIGN_LONG] = { foreign, 9 },
	};
	char words[1024] = "";
	size_t len = 0;
	if (text == PROVIDERS_SAME)
		number = 7;
	if (text == PROVIDERS_SHORT || text == PROVIDERS_SAME) {
		snprintf(want, cap, SIGNATURE "编号%u，金额19.53元。", number);
		return json_pack("{s:o,s:s}", "code", json_sprintf("%u", number), "amount", "19.53");
	}
	for (unsigned i = 0; i < rows[text].times; i++)
		len += (size_t)snprintf(words + len, sizeof words - len, "%s", rows[text].words);
	len += (size_t)snprintf(words + len, sizeof words - len, "%u", number);
	EXPECT(len < sizeof words);
	bool is_foreign = text == PROVIDERS_FOREIGN || text == PROVIDERS_FOREIGN_LONG;
	if (is_foreign && !has_templates)
		snprintf(want, cap, "%s. The end", words);
	else
		snprintf(want, cap, SIGNATURE "%s。完", words);
	return json_pack("{s:s}", "words", words);
}

void providers_add(unsigned provider, enum providers_text text, const char *what)
{
	char want[1200];
	unsigned number = added[provider]++;
	json_t *params = params_of(number, text, providers[provider].has_templates, want, sizeof want);
	json_t *alert =
		json_pack("{s:o,s:o,s:s,s:o}", "id", json_sprintf("%s-%s", providers[provider].name, what), "to",
			  json_sprintf("1380%u%06u", provider, number), "template",
			  text == PROVIDERS_SHORT || text == PROVIDERS_SAME ? "note" : "long", "params", params);
	EXPECT(alert != NULL);
	if (text == PROVIDERS_FOREIGN || text == PROVIDERS_FOREIGN_LONG)
		json_object_set_new(alert, "locale", json_string("en"));
	char *json = json_dumps(alert, JSON_COMPACT);
	EXPECT(json != NULL);
	books_add("normal", json);
	auditor_add_alert(&auditor, alert, want);
	json_array_append_new(alerts, alert);
	free(json);
}

void providers_add_all(enum providers_text text, const char *what)
{
	for (unsigned i = 0; i < PROVIDERS; i++)
		providers_add(i, text, what);
}

/* -- on the way -- */

double providers_outcomes(unsigned provider, const char *class_name)
{
	char name[128];
	snprintf(name, sizeof name, "hongyan_outcomes_total{account=\"%s\",class=\"%s\"}", providers[provider].name,
		 class_name);
	return gateway_process_metric(&providers_gateway, name);
}

void providers_tell(const char *line)
{
	for (unsigned i = 0; i < PROVIDERS; i++)
		smsc_tell(&providers_carriers[i], "%s", line);
}

void providers_tell_each(const char *command, size_t word)
{
	for (unsigned i = 0; i < PROVIDERS; i++) {
		const char *said = *(const char *const *)((const char *)&providers[i] + word);
		if (said != NULL)
			smsc_tell(&providers_carriers[i], "%s %s", command, said);
	}
}

void providers_correct_keys(void)
{
	for (unsigned i = 0; i < PROVIDERS; i++)
		gateway_process_edit(&providers_gateway, PROVIDERS_WRONG_KEY, PROVIDERS_KEY);
}

void providers_correct_secrets(void)
{
	for (unsigned i = 0; i < PROVIDERS; i++) {
		if (has_console(&providers[i]))
			gateway_process_edit(&providers_gateway, WRONG,
					     providers[i].is_signed ? PROVIDERS_CALLBACK_KEY : PROVIDERS_IN_PATH);
	}
}

void providers_set_callbacks(void)
{
	for (unsigned i = 0; i < PROVIDERS; i++)
		gateway_process_edit(&providers_gateway, "callback: none", providers[i].callback);
}

void providers_change_all(void)
{
	static bool is_odd;
	is_odd = !is_odd;
	for (unsigned i = 0; i < PROVIDERS; i++)
		gateway_process_edit(&providers_gateway, is_odd ? "response_timeout: 20s" : "response_timeout: 21s",
				     is_odd ? "response_timeout: 21s" : "response_timeout: 20s");
}

void providers_reload(void)
{
	unsigned before = gateway_process_count_said(&providers_gateway, "reloaded");
	process_signal(&providers_gateway.process, SIGHUP);
	AWAIT(10, gateway_process_count_said(&providers_gateway, "reloaded") > before);
}

void providers_await_told(unsigned seconds)
{
	for (unsigned i = 0; i < PROVIDERS; i++)
		AWAIT(seconds, smsc_count(&providers_carriers[i], "receipts_pending") == 0);
}

/* -- what became of it -- */

const json_t *providers_closing(const json_t *events, unsigned provider, const char *what, const char *kind)
{
	char id[64];
	snprintf(id, sizeof id, "%s-%s", providers[provider].name, what);
	const json_t *closing = books_closing(events, id);
	if (!books_is(closing, "event", kind))
		FAIL("“%s” is %s, wants %s", id, json_string_value(json_object_get(closing, "event")), kind);
	return closing;
}

/* Of a long sms the receipt of any part may be the one that decides. */
static bool is_among(const json_t *refs, const json_t *ref)
{
	size_t i;
	const json_t *each;
	json_array_foreach(refs, i, each)
	{
		if (json_equal(each, ref))
			return true;
	}
	return false;
}

unsigned providers_fates(const json_t *events, unsigned provider, const char *what, const char *kind)
{
	const json_t *accepted = providers_closing(events, provider, what, "accepted");
	const char *id = json_string_value(json_object_get(accepted, "id"));
	unsigned count = 0;
	size_t i;
	const json_t *event;
	json_array_foreach(events, i, event)
	{
		if (!books_is(event, "event", kind) || !books_is(event, "id", id))
			continue;
		count++;
		if (!is_among(json_object_get(accepted, "refs"), json_array_get(json_object_get(event, "refs"), 0)))
			FAIL("“%s” is %s by the receipt of another message", id, kind);
	}
	return count;
}

double providers_metric(const char *name, unsigned provider)
{
	char text[128];
	snprintf(text, sizeof text, "%s{account=\"%s\"}", name, providers[provider].name);
	return gateway_process_metric(&providers_gateway, text);
}

unsigned providers_count_events(const char *kind)
{
	json_t *events = books_events();
	unsigned count = books_count(events, "event", kind);
	json_decref(events);
	return count;
}

void providers_check_fates(const char *what, const char *kind)
{
	json_t *events = books_events();
	for (unsigned i = 0; i < PROVIDERS; i++) {
		unsigned fates = providers_fates(events, i, what, kind);
		if (fates != 1)
			FAIL("“%s-%s” has %u events “%s”", providers[i].name, what, fates, kind);
	}
	json_decref(events);
}

/* -- the end -- */

/* What is paid for is what the carrier counted; where the provider makes the text we can only guess. */
static void check_segments(const json_t *events)
{
	size_t k;
	const json_t *alert;
	json_array_foreach(alerts, k, alert)
	{
		const char *id = json_string_value(json_object_get(alert, "id"));
		const json_t *closing = books_closing(events, id);
		unsigned i = 0;
		while (i < PROVIDERS && !books_is(closing, "account", providers[i].name))
			i++;
		if (i == PROVIDERS || providers[i].has_templates || !books_is(closing, "event", "accepted"))
			continue;
		char number[32];
		snprintf(number, sizeof number, "86%s", json_string_value(json_object_get(alert, "to")));
		const json_t *segments = json_object_get(closing, "segments");
		if (!json_equal(segments, json_object_get(smsc_message(&providers_carriers[i], number), "segments")))
			FAIL("“%s” has %lld segments, and its carrier counts others", id,
			     (long long)json_integer_value(segments));
	}
}

static void check_violations(unsigned i, unsigned want)
{
	const struct smsc *smsc = &providers_carriers[i];
	const json_t *kinds = json_object_get(smsc->summary, "violations");
	long long of_key = json_integer_value(json_object_get(kinds, providers[i].key_violation));
	if (smsc_total(smsc, "violations_total") == want && of_key == want)
		return;
	char *text = json_dumps(kinds, 0);
	FAIL("%s found fault with us: %s", providers[i].name, text);
}

static void finish_carriers(const struct providers_end *want)
{
	long long messages = 0;
	long long dropped = 0;
	long long duplicates = 0;
	for (unsigned i = 0; i < PROVIDERS; i++) {
		struct smsc *smsc = &providers_carriers[i];
		smsc_finish(smsc);
		check_violations(i, want->violations);
		duplicates += smsc_total(smsc, "duplicates");
		messages += smsc_total(smsc, "messages");
		dropped += smsc_total(smsc, "receipts_dropped");
		auditor_add_carrier(&auditor, smsc);
	}
	EXPECT_COUNT(messages, want->accepted + want->again);
	EXPECT_COUNT(duplicates, want->again);
	EXPECT_COUNT(dropped, want->dropped);
}

void providers_close(const struct providers_end *want)
{
	books_await_settled(60);
	gateway_process_stop(&providers_gateway);
	finish_carriers(want);
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	EXPECT_COUNT(tally.accepted, want->accepted);
	EXPECT_COUNT(tally.dead, want->dead);
	EXPECT(want->again > 0 || tally.ambiguous == 0);
	check_segments(events);
	json_decref(events);
	json_t *report = auditor_run(&auditor, 0, (const char *const[]){ "--redis", redis_server_url(), NULL });
	EXPECT_COUNT(auditor_count(report, "produced"), json_array_size(alerts));
	EXPECT_COUNT(auditor_count(report, "accepted"), want->accepted);
	EXPECT_COUNT(auditor_count(report, "duplicates_explained"), want->again);
	EXPECT_COUNT(auditor_count(report, "drift"), 0);
	json_decref(report);
	json_decref(alerts);
	for (unsigned i = 0; i < PROVIDERS; i++)
		smsc_fini(&providers_carriers[i]);
	redis_server_stop();
	world_close();
}
