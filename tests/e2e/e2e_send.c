/* SPDX-License-Identifier: Apache-2.0 */

/* “hongyan send”: alerts and files of them, as they reach the carrier. */

#include "books.h"
#include "command_process.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct smsc smsc;
static struct gateway_process gateway;

static void open_world(void)
{
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, NULL);
	gateway_process_start(&gateway, "gateway", &(struct gateway_options){ .smsc = &smsc }, true);
	command_use(gateway.config);
}

static void close_world(unsigned accepted)
{
	books_await_settled(20);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	EXPECT_COUNT(smsc_total(&smsc, "messages"), accepted);
	EXPECT_COUNT(smsc_total(&smsc, "duplicates"), 0);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

static void one_and_its_fate(void)
{
	open_world();
	command_expect(0, "accepted by fake",
		       COMMAND("send", "139 0000 0001", "note", "code=1", "amount=1.00", "--wait", "20"));
	command_expect(
		0, "on the queue (urgent, ",
		COMMAND("send", "13900000002", "note", "code=2", "amount=1.00", "--lane", "urgent", "--id", "two"));
	books_await_settled(20);
	/* The same id once more is the same alert. */
	command_expect(1, "duplicate",
		       COMMAND("send", "13900000002", "note", "code=2", "amount=1.00", "--id", "two", "--wait", "20"));
	smsc_tell(&smsc, "fail 0x0B");
	json_t *answer =
		command_json(1, COMMAND("send", "13900000003", "note", "code=3", "amount=1.00", "--wait", "20"));
	const json_t *event = json_object_get(answer, "event");
	EXPECT(strcmp(json_string_value(json_object_get(event, "event")), "dead") == 0);
	EXPECT(strcmp(json_string_value(json_object_get(event, "id")),
		      json_string_value(json_object_get(answer, "id"))) == 0);
	json_decref(answer);
	command_expect(0, "is paused", COMMAND("accounts", "pause", "fake"));
	AWAIT(10, gateway_process_status_has(&gateway, "\"operator\":{\"state\":\"paused\""));
	command_expect(2, "nothing has become of it yet",
		       COMMAND("send", "13900000004", "note", "code=4", "amount=1.00", "--wait", "1"));
	smsc_tell(&smsc, "fail off");
	command_expect(0, "runs", COMMAND("accounts", "resume", "fake"));
	close_world(3);
}

static const char *file_of(const char *name, const char *text)
{
	static char path[WORLD_PATH_OCTETS];
	world_path(path, name);
	world_write(name, text);
	return path;
}

#define OF_TABLE "--template", "note", "--batch", "feb", "--lane", "bulk"

static void table(void)
{
	open_world();
	const char *path = file_of("run.csv", "to;code;amount\r\n13900000001;1;\"1.00\"\r\n13900000002;2;2.00\r\n"
					      "13900000003;3;3.00\r\n13900000004;4;4.00\r\n");
	command_expect(0, "4 alerts of 4 segments are good, 0 wrong; nothing was sent",
		       COMMAND("send", "--file", path, OF_TABLE, "--dry-run"));
	EXPECT_COUNT(books_waiting(), 0);
	command_expect(0, "2 alerts are on the queue (bulk)",
		       COMMAND("send", "--file", path, OF_TABLE, "--after", "feb-3"));
	books_await_settled(20);
	EXPECT_COUNT(smsc_count(&smsc, "accepted"), 2);
	/* All of it, since nobody knows any more how far it got: each goes once. */
	command_expect(0, "4 alerts are on the queue (bulk)", COMMAND("send", "--file", path, OF_TABLE));
	books_await_settled(20);
	command_expect(65, "there is no alert “feb-9” to go on after",
		       COMMAND("send", "--file", path, OF_TABLE, "--after", "feb-9"));
	close_world(4);
}

static void wrong_ones(void)
{
	open_world();
	const char *path =
		file_of("run.ndjson",
			"{\"id\":\"a\",\"to\":\"13900000001\",\"template\":\"note\",\"params\":{\"code\":\"1\","
			"\"amount\":\"1\"}}\n"
			"{\"id\":\"b\",\"to\":\"13900000002\",\"template\":\"note\",\"params\":{\"code\":\"1\"}}\n"
			"{\"id\":\"c\",\"to\":\"13900000003\",\"template\":\"note\",\"params\":{\"code\":\"1\","
			"\"amount\":\"1\"}}\n");
	command_expect(65, "run.ndjson:2: amount: ", COMMAND("send", "--file", path));
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:alerts:normal"), 0);
	EXPECT_COUNT(books_waiting(), 0);
	json_t *answer = command_json(65, COMMAND("send", "--file", path, "--skip-wrong"));
	EXPECT_COUNT(json_integer_value(json_object_get(answer, "sent")), 2);
	EXPECT_COUNT(json_integer_value(json_object_get(answer, "wrong")), 1);
	json_decref(answer);
	close_world(2);
}

/* More than one call's worth, in order. */
static void many(void)
{
	enum { COUNT = 1700 };
	open_world();
	char path[WORLD_PATH_OCTETS];
	world_path(path, "many.csv");
	FILE *file = fopen(path, "w");
	EXPECT(file != NULL);
	fputs("to,code,amount\n", file);
	for (unsigned i = 0; i < COUNT; i++)
		fprintf(file, "139%08u,1,1.00\n", i);
	EXPECT(fclose(file) == 0);
	command_expect(0, "1700 alerts are on the queue (bulk)", COMMAND("send", "--file", path, OF_TABLE));
	close_world(COUNT);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "one_and_its_fate", one_and_its_fate, 60, false },
		{ "table", table, 60, false },
		{ "wrong_ones", wrong_ones, 60, false },
		{ "many", many, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
