/* SPDX-License-Identifier: Apache-2.0 */

/* “hongyan trace” and “hongyan tail”: what people see of alerts, without a history. */

#include "books.h"
#include "command_process.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"
#include "world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct smsc smsc;
static struct gateway_process gateway;

static void open_world(void)
{
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, COMMAND("--receipts", "on"));
	gateway_process_start(&gateway, "gateway", &(struct gateway_options){ .smsc = &smsc }, true);
	command_use(gateway.config);
}

static void close_world(void)
{
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

static unsigned count_of(const char *event)
{
	json_t *events = books_events();
	unsigned count = books_count(events, "event", event);
	json_decref(events);
	return count;
}

#define NOTE(id, to, more)                                                                                  \
	"{\"id\":\"" id "\",\"to\":\"" to "\",\"template\":\"note\",\"params\":{\"code\":\"1\",\"amount\":" \
	"\"1.00\"},\"tenant\":\"north\"" more "}"

/* What it printed, once it says all of it. */
static char *trace(int code, const char *word)
{
	struct command_result result = command_run(COMMAND("trace", word));
	if (result.code != code)
		FAIL("exit status %d, not %d: %s%s", result.code, code, result.out, result.err);
	char *out = strdup(result.out);
	EXPECT(out != NULL);
	command_fini(&result);
	return out;
}

static void must_have(const char *word, const char *const wants[])
{
	char *out = trace(0, word);
	for (unsigned i = 0; wants[i] != NULL; i++)
		if (strstr(out, wants[i]) == NULL)
			FAIL("trace %s lacks “%s”: %s", word, wants[i], out);
	EXPECT(strstr(out, "13900000001") == NULL);
	free(out);
}

static void ended(void)
{
	open_world();
	books_add("normal", NOTE("one", "139 0000 0001", ""));
	books_await_settled(20);
	books_add("bulk", NOTE("one", "13900000001", ""));
	smsc_tell(&smsc, "fail 0x0B");
	books_add("urgent", NOTE("two", "13900000001", ""));
	books_await_settled(20);
	AWAIT(20, count_of("delivered") == 1);
	must_have("one", COMMAND("one  to 139****0001  template note  tenant north", "accepted     by fake, 1 segment",
				 "delivered    by fake", "DELIVERED", "duplicate", "@normal", "@bulk"));
	must_have("two", COMMAND("dead         by fake", "rejected", "@urgent"));
	must_have("+86 139 0000 0001", COMMAND("accepted", "delivered", "duplicate", "dead"));
	json_t *answer = command_json(0, COMMAND("trace", "13900000001"));
	EXPECT_COUNT(json_array_size(json_object_get(answer, "events")), 4);
	const json_t *newest = json_array_get(json_object_get(answer, "events"), 0);
	EXPECT(books_is(newest, "event", "dead") && books_is(newest, "to", "139****0001"));
	char entry[80];
	snprintf(entry, sizeof entry, "%s", json_string_value(json_object_get(newest, "entry")));
	json_decref(answer);
	must_have(entry, COMMAND("two  to", "dead"));
	free(trace(1, "none"));
	free(trace(1, "13900000009"));
	free(trace(64, "an id that is far too long to be one, since no id has more than sixty-four octets"));
	close_world();
}

static void waits(void)
{
	open_world();
	books_add("normal", NOTE("later", "13900000001", ",\"not_before\":\"2036-01-01T00:00:00Z\""));
	AWAIT(20, redis_server_int("ZCARD {hongyan}:later") == 1);
	must_have("later", COMMAND("waits for its time, until 2036-01-01 08:00:00.000"));
	must_have("13900000001", COMMAND("waits for its time", "later  to 139****0001"));
	command_expect(0, "template “note”", COMMAND("pause", "--template", "note", "--by", "li"));
	must_have("later", COMMAND("operators have paused template:note"));
	command_expect(0, "", COMMAND("resume", "--template", "note"));
	smsc_tell(&smsc, "fail 0x08");
	books_add("normal", NOTE("again", "13900000001", ""));
	AWAIT(20, redis_server_int("ZCARD {hongyan}:later") == 2);
	must_have("again", COMMAND("with account fake"));
	smsc_tell(&smsc, "fail off");
	AWAIT(20, count_of("accepted") == 1);
	smsc_tell(&smsc, "swallow on");
	books_add("normal", NOTE("work", "13900000002", ""));
	AWAIT(20, smsc_count(&smsc, "swallowed") == 1);
	must_have("work", COMMAND("a worker has it"));
	smsc_tell(&smsc, "swallow off");
	gateway_process_kill(&gateway);
	books_add("normal", NOTE("queue", "13900000003", ""));
	must_have("queue", COMMAND("waits on the queue, and nobody has read it yet"));
	json_t *answer = command_json(0, COMMAND("trace", "queue"));
	EXPECT(books_is(json_array_get(json_object_get(answer, "waiting"), 0), "waits", "queue"));
	json_decref(answer);
	gateway_process_start(&gateway, "gateway", NULL, true);
	close_world();
}

/* One of many that wait, by its entry and by an id that its producer escaped. */
static void among_many(void)
{
	enum { COUNT = 300 };
	open_world();
	for (unsigned i = 0; i < COUNT; i++) {
		char json[320];
		snprintf(json, sizeof json, NOTE("many-%u", "13900000001", ",\"not_before\":\"2036-01-01T00:00:00Z\""),
			 i);
		books_add("bulk", json);
	}
	books_add("bulk", NOTE("a\\/b-1", "13900000002", ",\"not_before\":\"2036-01-01T00:00:00Z\""));
	AWAIT(20, redis_server_int("ZCARD {hongyan}:later") == COUNT + 1);
	redisReply *origins = redis_server_call("ZRANGE {hongyan}:later 0 -1");
	for (size_t i = 0; i < origins->elements; i += 50)
		must_have(origins->element[i]->str, COMMAND(origins->element[i]->str, "waits for its time"));
	freeReplyObject(origins);
	must_have("many-299", COMMAND("many-299"));
	must_have("a/b-1", COMMAND("a/b-1  to 139****0002", "waits for its time"));
	close_world();
}

static void tails(void)
{
	open_world();
	books_add("normal", NOTE("one", "13900000001", ""));
	books_await_settled(20);
	AWAIT(20, count_of("delivered") == 1);
	command_expect(0, "139****0001", COMMAND("tail", "--since", "1h", "--count", "1"));
	command_expect(0, "delivered", COMMAND("tail", "--since", "1h", "--count", "1", "--event", "delivered"));
	json_t *event = command_json(0, COMMAND("tail", "--since", "1h", "--count", "1", "--tenant", "north"));
	EXPECT(books_is(event, "id", "one"));
	json_decref(event);
	command_expect(64, "is no time", COMMAND("tail", "--since", "ever"));
	command_expect(64, "--count must be", COMMAND("tail", "--count", "0"));
	/* From now on: it ends with what comes, and with a signal. */
	command_start(COMMAND("tail", "--count", "1", "--template", "note"));
	for (unsigned i = 0; command_lives(); i++) {
		char json[256];
		snprintf(json, sizeof json, NOTE("n%u", "13900000002", ""), i);
		books_add("normal", json);
		books_await_settled(20);
	}
	struct command_result result = command_finish();
	EXPECT_COUNT(result.code, 0);
	EXPECT(strstr(result.out, "  n") != NULL && strstr(result.out, "  one") == NULL);
	command_fini(&result);
	close_world();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "ended", ended, 60, false },
		{ "waits", waits, 60, false },
		{ "among_many", among_many, 60, false },
		{ "tails", tails, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
