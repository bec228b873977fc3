/* SPDX-License-Identifier: Apache-2.0 */

/* Dead letters: listed, shown, brought back, deleted. */

#include "books.h"
#include "command_process.h"
#include "e2e_desk.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Seven letters, an hour apart from 2026-02-13T08:00:00+08:00 on. Their entries came and were closed as dead, so that the
 * books balance. */
static const struct letter {
	const char *entry;
	const char *origin;
	const char *reason;
	const char *alert;
	bool is_ambiguous;
} letters[] = {
	{ "1770940800000-0", "1770940700000-1@normal", "rejected: account “cmcc” answered rejected to attempt 1",
	  "{\"id\":\"a1\",\"to\":\"13800000001\",\"template\":\"balance\",\"tenant\":\"t1\",\"batch\":\"b1\"}", false },
	{ "1770944400000-0", "1770940700000-2@normal", "render: field “date”: parameter “date” is missing or empty",
	  "{\"id\":\"a2\",\"to\":\"13800000002\",\"template\":\"overdue\",\"tenant\":\"t1\"}", false },
	{ "1770948000000-0", "1770940700000-3@bulk", "unanswered: account “cmcc” answered none of 2 submits",
	  "{\"id\":\"a3\",\"to\":\"13800000003\",\"template\":\"balance\",\"tenant\":\"t2\",\"batch\":\"b1\"}", true },
	{ "1770951600000-0", "1770940700000-4@urgent", "malformed: a field other than “alert” is in the entry",
	  "id: a4\nto: 13800000004\n", false },
	{ "1770955200000-0", "1770940700000-5@urgent", "bad_alert: malformed JSON: it ends here",
	  "{\"id\":\"a5\",\"to\":\"13800000005\",\"template\":\"bal", false },
	/* Its first submit was never answered, the second was refused: the reason does not tell. */
	{ "1770958800000-0", "1770940700000-6@normal", "rejected: account “cmcc” answered rejected to attempt 2",
	  "{\"id\":\"a1\",\"to\":\"13800000001\",\"template\":\"balance\",\"params\":{\"name\":\"王芳\",\"owed\":19.50}"
	  ",\"subject\":\"phone:13800000001 account:2200012345\"}",
	  true },
	{ "1770962400000-0", "1770940700000-7@normal", "held_dropped: somebody decided so",
	  "{\"id\":\"cust@7\",\"to\":\"13800000007\",\"template\":\"overdue\",\"batch\":\"b2\",\"params\":{\"call\":"
	  "\"13800000007 or 2200012345\"}}",
	  true },
};
#define LETTER_COUNT (sizeof letters / sizeof letters[0])

static void plant(const char *entry, const char *origin, const char *reason, const char *alert, bool is_ambiguous)
{
	char id[64];
	size_t len = strcspn(origin, "@");
	snprintf(id, sizeof id, "%.*s", (int)len, origin);
	redis_server_queue("XADD {hongyan}:alerts:%s %s alert x", origin + len + 1, id);
	redis_server_queue("XDEL {hongyan}:alerts:%s %s", origin + len + 1, id);
	redis_server_queue("HINCRBY {hongyan}:totals dead 1");
	redis_server_queue("XADD {hongyan}:dead %s alert %s origin %s reason %s ambiguous %d", entry, alert, origin,
			   reason, is_ambiguous);
}

static void open_letters(void)
{
	desk_open();
	for (size_t i = 0; i < LETTER_COUNT; i++)
		plant(letters[i].entry, letters[i].origin, letters[i].reason, letters[i].alert,
		      letters[i].is_ambiguous);
	redis_server_drain();
	EXPECT_COUNT(books_waiting(), 0);
}

/* So many letters of one template, with ids n-0, n-1 … */
static void plant_many(unsigned count)
{
	char entry[32];
	char origin[64];
	char alert[128];
	for (unsigned i = 0; i < count; i++) {
		snprintf(entry, sizeof entry, "1770940800%03u-%u", i / 300, i + 1);
		snprintf(origin, sizeof origin, "1770940700000-%u@normal", i + 1);
		snprintf(alert, sizeof alert, "{\"id\":\"n-%u\",\"to\":\"138%08u\",\"template\":\"note\"}", i, i);
		plant(entry, origin, "attempts: too many", alert, false);
	}
	redis_server_drain();
}

/* The letters of a list by their places in the table above: “0 2”. */
static void places(const json_t *list, char out[static 64])
{
	size_t i;
	const json_t *letter;
	size_t len = 0;
	out[0] = '\0';
	json_array_foreach(json_object_get(list, "letters"), i, letter)
	{
		size_t k = 0;
		while (k < LETTER_COUNT && !books_is(letter, "entry", letters[k].entry))
			k++;
		len += (size_t)snprintf(out + len, 64 - len, "%s%zu", len ? " " : "", k);
	}
}

void desk_dead_filters(void)
{
	static const struct {
		const char *name;
		const char *options[6];
		const char *want;
	} rows[] = {
		{ "all", { NULL }, "0 1 2 3 4 5 6" },
		{ "reason", { "--reason", "rejected" }, "0 5" },
		{ "reason, not a part of it", { "--reason", "reject" }, "" },
		{ "template", { "--template", "overdue" }, "1 6" },
		{ "tenant", { "--tenant", "t1" }, "0 1" },
		{ "batch", { "--batch", "b1" }, "0 2" },
		{ "id", { "--id", "a1" }, "0 5" },
		{ "id of a broken one", { "--id", "a5" }, "4" },
		{ "several", { "--batch", "b1", "--template", "balance", "--tenant", "t2" }, "2" },
		{ "since", { "--since", "2026-02-13T12:00:00+08:00" }, "4 5 6" },
		{ "since, in the zone", { "--since", "2026-02-13 13:00" }, "5 6" },
		{ "since ever", { "--since", "1970-01-01" }, "0 1 2 3 4 5 6" },
		{ "until a day's begin", { "--until", "2026-02-14" }, "0 1 2 3 4 5 6" },
		{ "not until the day's end", { "--until", "2026-02-13" }, "" },
		{ "until ever", { "--until", "1970-01-01" }, "" },
		{ "until", { "--until", "2026-02-13T01:00:00Z" }, "0 1" },
		{ "between", { "--since", "2026-02-13 09:00", "--until", "2026-02-13 11:00" }, "1 2 3" },
		{ "a little before", { "--since", "2026-02-13T00:00:00.001Z", "--until", "2026-02-13 08:59:59" }, "" },
		{ "limit", { "--limit", "3" }, "0 1 2" },
		{ "limit of those", { "--limit", "1", "--template", "overdue" }, "1" },
		{ "more than there are", { "--limit", "99" }, "0 1 2 3 4 5 6" },
	};
	open_letters();
	char *before = desk_snapshot();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *words[COMMAND_WORDS_MAX] = { "dead", "list" };
		char have[64];
		for (unsigned k = 0; k < 6 && rows[i].options[k]; k++)
			words[2 + k] = rows[i].options[k];
		json_t *list = command_json(0, words);
		places(list, have);
		if (strcmp(have, rows[i].want) != 0)
			FAIL("%s: %s, wants %s", rows[i].name, have, rows[i].want);
		desk_expect_number(list, "count", (long long)json_array_size(json_object_get(list, "letters")));
		json_decref(list);
	}
	command_expect(0, "2026-02-13 08:00:00  1770940800000-0         rejected      a1                    balance   ",
		       COMMAND("dead", "list"));
	command_expect(0, "  138****0001   account “cmcc” answered rejected to attempt 1\n", COMMAND("dead", "list"));
	command_expect(
		0, "\n7 dead letters: rejected 2, render 1, unanswered 1, malformed 1, bad_alert 1, held_dropped 1\n",
		COMMAND("dead", "list"));
	command_expect(0, "no dead letter matches\n", COMMAND("dead", "list", "--batch", "b9"));
	desk_expect_same(before);
	redis_server_do("DEL {hongyan}:dead");
	command_expect(0, "no dead letters\n", COMMAND("dead", "list"));
	desk_close();
}

/* More than one page: none twice, none left out, oldest first. */
void desk_dead_pages(void)
{
	desk_open();
	plant_many(700);
	json_t *list = command_json(0, COMMAND("dead", "list"));
	const json_t *all = json_object_get(list, "letters");
	EXPECT_COUNT(json_array_size(all), 700);
	for (unsigned i = 0; i < 700; i++) {
		char id[16];
		snprintf(id, sizeof id, "n-%u", i);
		if (!books_is(json_array_get(all, i), "id", id))
			FAIL("letter %u is not %s", i, id);
	}
	desk_expect_number(json_object_get(list, "reasons"), "attempts", 700);
	json_decref(list);
	list = command_json(0, COMMAND("dead", "list", "--limit", "300"));
	EXPECT_COUNT(json_array_size(json_object_get(list, "letters")), 300);
	json_decref(list);
	/* A multiple of the page. */
	command_expect(0, "dropped 188 dead letters\n",
		       COMMAND("dead", "drop", "--template", "note", "--limit", "188", "--yes"));
	command_expect(0, "\n512 dead letters: attempts 512\n", COMMAND("dead", "list"));
	desk_close();
}

void desk_dead_shows(void)
{
	static const struct {
		const char *name;
		const char *words[5];
		size_t want_letters;
		const char *want;  /* in what it says */
		const char *never; /* in it */
	} rows[] = {
		{ "by entry", { "dead", "show", "1770958800000-0" }, 1, "owed: 5 octets", "王芳" },
		{ "by id", { "dead", "show", "a1" }, 2, "1770940700000-6@normal", "13800000001" },
		{ "by origin",
		  { "dead", "show", "1770940700000-2@normal" },
		  1,
		  "parameter “date” is missing",
		  "13800000002" },
		{ "by an id like an origin", { "dead", "show", "cust@7" }, 1, "1770940700000-7@normal", "13800000007" },
		{ "the subject",
		  { "dead", "show", "1770958800000-0" },
		  1,
		  "phone:138****0001 account:2200012345",
		  "13800000001" },
		{ "a number in a value",
		  { "dead", "show", "1770962400000-0", "--values" },
		  1,
		  "call: 138****0007 or 2200012345",
		  "13800000007" },
		{ "with values", { "dead", "show", "1770958800000-0", "--values" }, 1, "name: 王芳", "13800000001" },
		{ "a number as it was written", { "dead", "show", "a1", "--values" }, 2, "owed: 19.50", "13800000001" },
		{ "malformed",
		  { "dead", "show", "1770951600000-0", "--values" },
		  1,
		  "  | to: 138****0004",
		  "13800000004" },
		{ "cut off", { "dead", "show", "a5" }, 1, "not well-formed JSON", "13800000005" },
	};
	open_letters();
	char *before = desk_snapshot();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct command_result result = command_run(rows[i].words);
		if (result.code != 0 || strstr(result.out, rows[i].want) == NULL || strstr(result.out, rows[i].never))
			FAIL("%s: exit %d, wants “%s” and never “%s”:\n%s", rows[i].name, result.code, rows[i].want,
			     rows[i].never, result.out);
		command_fini(&result);
		json_t *list = command_json(0, rows[i].words);
		char *text = json_dumps(list, 0);
		if (json_array_size(json_object_get(list, "letters")) != rows[i].want_letters ||
		    strstr(text, rows[i].never))
			FAIL("%s: wants %zu letters and never “%s”: %s", rows[i].name, rows[i].want_letters,
			     rows[i].never, text);
		free(text);
		json_decref(list);
	}
	command_expect(1, "no dead letter is called “a9”", COMMAND("dead", "show", "a9"));
	command_expect(1, "no dead letter is called “1-1”", COMMAND("dead", "show", "1-1"));
	desk_expect_same(before);
	desk_close();
}

/* -- bringing them back -- */

/* An entry of ready, as text: “origin attempt ambiguous resend id”, with “-” for a field that it lacks. */
static void ready_entry(long long index, char out[static 160])
{
	redisReply *reply = redis_server_call("XRANGE {hongyan}:ready - +");
	static const char *const names[] = { "origin", "attempt", "ambiguous", "state", "resend" };
	size_t len = 0;
	EXPECT(index < (long long)reply->elements);
	const redisReply *fields = reply->element[index]->element[1];
	for (unsigned n = 0; n < 5; n++) {
		const char *value = "-";
		for (size_t i = 0; i + 1 < fields->elements; i += 2)
			if (strcmp(fields->element[i]->str, names[n]) == 0)
				value = fields->element[i + 1]->str;
		len += (size_t)snprintf(out + len, 160 - len, "%s%s", n ? " " : "", *value ? value : "''");
	}
	EXPECT(strcmp(fields->element[0]->str, "alert") == 0);
	freeReplyObject(reply);
}

static void expect_event(const json_t *events, size_t index, const char *id, const char *entry, const char *stream,
			 bool is_ambiguous)
{
	const json_t *event = json_array_get(events, index);
	if (!books_is(event, "event", "requeued") || !books_is(event, "entry", entry) ||
	    !books_is(event, "stream", stream) || !books_is(event, "id", id) ||
	    json_string_length(json_object_get(event, "at")) < 20 ||
	    json_is_true(json_object_get(event, "ambiguous")) != is_ambiguous)
		FAIL("event %zu is not the one of %s: %s", index, id, json_dumps(event, 0));
}

void desk_dead_requeues(void)
{
	char have[160];
	open_letters();
	char *before = desk_snapshot();
	json_t *dry = command_json(1, COMMAND("dead", "requeue", "--all", "--dry-run"));
	EXPECT_COUNT(json_array_size(json_object_get(dry, "letters")), LETTER_COUNT);
	desk_expect_number(dry, "matched", LETTER_COUNT);
	desk_expect_number(dry, "unusable", 1);
	desk_expect_number(dry, "requeued", 0);
	json_decref(dry);
	command_expect(0, "would requeue 2 dead letters: rejected 2\n",
		       COMMAND("dead", "requeue", "--reason", "rejected", "--dry-run"));
	desk_expect_same(before);

	json_t *done = command_json(0, COMMAND("dead", "requeue", "--batch", "b1"));
	desk_expect_number(done, "requeued", 2);
	desk_expect_number(done, "gone", 0);
	json_decref(done);
	ready_entry(0, have);
	EXPECT(strcmp(have, "1770940700000-1@normal 0 0 '' -") == 0);
	ready_entry(1, have);
	EXPECT(strcmp(have, "1770940700000-3@bulk 0 1 '' 1") == 0);
	json_t *events = books_events();
	EXPECT_COUNT(json_array_size(events), 2);
	expect_event(events, 0, "a1", "1770940700000-1", "normal", false);
	expect_event(events, 1, "a3", "1770940700000-3", "bulk", true);
	EXPECT(books_is(json_array_get(events, 0), "reason", letters[0].reason));
	EXPECT(books_is(json_array_get(events, 0), "template", "balance"));
	json_decref(events);
	/* All events of a step are one entry. */
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:events"), 1);
	EXPECT_COUNT(books_total("requeued"), 2);
	EXPECT_COUNT(books_waiting(), 2);

	char *after = desk_snapshot();
	command_expect(0, "requeued 0 dead letters\n", COMMAND("dead", "requeue", "--batch", "b1"));
	desk_expect_same(after);
	/* The malformed one uses up nothing of the limit; that it can't be done is a failure, however it is meant. */
	command_expect(1, "requeued 3 dead letters; 1 can't be requeued: no alert that could be sent is in it\n",
		       COMMAND("dead", "requeue", "--all", "--limit", "3"));
	command_expect(1, "requeued 1 dead letter; 1 can't be requeued", COMMAND("dead", "requeue", "--all"));
	command_expect(1, "requeued 0 dead letters; 1 can't be requeued", COMMAND("dead", "requeue", "--all"));
	EXPECT_COUNT(books_waiting(), 6);
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:dead"), 1);
	ready_entry(2, have);
	EXPECT(strcmp(have, "1770940700000-2@normal 0 0 '' -") == 0);
	ready_entry(4, have);
	EXPECT(strcmp(have, "1770940700000-6@normal 0 1 '' 1") == 0);
	desk_close();
}

void desk_dead_names(void)
{
	open_letters();
	command_expect(0, "requeued 2 dead letters\n", COMMAND("dead", "requeue", letters[0].entry, letters[6].entry));
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:ready"), 2);
	/* One that is there no more, and one that can't be sent: said, and the others are done. */
	command_expect(1, "no dead letter is called “1770940800000-0”; was it requeued already?\n",
		       COMMAND("dead", "requeue", letters[0].entry, letters[1].entry));
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:ready"), 3);
	char *before = desk_snapshot();
	command_expect(1, "requeued 0 dead letters; 1 can't be requeued", COMMAND("dead", "requeue", letters[3].entry));
	command_expect(64, "say --id a3\n", COMMAND("dead", "drop", "a3", "--yes"));
	command_expect(0, "would drop 1 dead letter: malformed 1\n",
		       COMMAND("dead", "drop", letters[3].entry, "--dry-run"));
	desk_expect_same(before);
	EXPECT_COUNT(books_waiting(), 3);
	desk_close();
}

void desk_dead_drops(void)
{
	open_letters();
	char *before = desk_snapshot();
	command_expect(64, "with --yes", COMMAND("dead", "drop", "--reason", "malformed"));
	json_t *dry = command_json(0, COMMAND("dead", "drop", "--reason", "malformed", "--dry-run"));
	desk_expect_number(dry, "matched", 1);
	desk_expect_number(dry, "unusable", 0);
	json_decref(dry);
	desk_expect_same(before);
	command_expect(0, "dropped 1 dead letter\n", COMMAND("dead", "drop", "--reason", "malformed", "--yes"));
	command_expect(0, "dropped 6 dead letters\n", COMMAND("dead", "drop", "--all", "--yes"));
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:dead"), 0);
	/* They stay counted as dead. */
	EXPECT_COUNT(books_total("dead"), LETTER_COUNT);
	EXPECT_COUNT(books_waiting(), 0);
	desk_close();
}

/* -- what goes wrong on the way -- */

/* A signal ends it behind the step that it is in; the next run goes on from there. */
void desk_dead_interrupted(void)
{
	desk_open();
	plant_many(700);
	redis_server_do("CLIENT PAUSE 30000 WRITE");
	command_start(COMMAND("dead", "requeue", "--all"));
	AWAIT(20, desk_has_asked("cmd=eval"));
	command_signal(SIGINT);
	redis_server_do("CLIENT UNPAUSE");
	struct command_result result = command_finish();
	if (result.code != 1 || strcmp(result.out, "requeued 256 dead letters\n") != 0 ||
	    strstr(result.err, "interrupted; run it again to go on") == NULL)
		FAIL("exit %d: %s\n%s", result.code, result.out, result.err);
	command_fini(&result);
	EXPECT_COUNT(books_waiting(), 256);
	command_expect(0, "requeued 444 dead letters\n", COMMAND("dead", "requeue", "--all"));
	EXPECT_COUNT(books_waiting(), 700);
	EXPECT_COUNT(books_total("requeued"), 700);
	desk_close();
}

static struct process cutter = { .in = -1, .out = -1 };

/* Commands speak with Redis through something that cuts their connections. */
static void start_cutter(void)
{
	char path[WORLD_PATH_OCTETS];
	char url[WORLD_PATH_OCTETS + 16];
	world_path(path, "cut.sock");
	process_start(&cutter, "cutter",
		      (const char *const[]){ REDIS_CUTTER_PROGRAM, path, redis_server_url() + strlen("unix://"), "7",
					     "12", "12", NULL },
		      false);
	snprintf(url, sizeof url, "unix://%s", path);
	command_open(url);
	AWAIT(10, access(path, F_OK) == 0);
}

/* The connection breaks within answers, so that the command does not know what was done: run again until it is, each
 * letter is brought back once. */
void desk_dead_cut(void)
{
	desk_open();
	plant_many(2000);
	start_cutter();
	unsigned cuts = 0;
	int code = 69;
	while (code == 69) {
		struct command_result result = command_run(COMMAND("dead", "requeue", "--all"));
		code = result.code;
		if (code == 69 && strstr(result.err, "hongyan: ") == NULL)
			FAIL("no word why: %s", result.err);
		cuts += code == 69;
		command_fini(&result);
		EXPECT_COUNT(books_waiting(), redis_server_int("XLEN {hongyan}:ready"));
	}
	EXPECT_COUNT(code, 0);
	EXPECT(cuts > 3);
	EXPECT_COUNT(books_total("requeued"), 2000);
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:ready"), 2000);
	json_t *events = books_events();
	json_t *ids = json_object();
	size_t i;
	const json_t *event;
	json_array_foreach(events, i, event)
		json_object_set_new(ids, json_string_value(json_object_get(event, "id")), json_true());
	EXPECT_COUNT(json_array_size(events), 2000);
	EXPECT_COUNT(json_object_size(ids), 2000);
	json_decref(ids);
	json_decref(events);
	process_kill(&cutter);
	desk_close();
}

/* A list that breaks off says so, and is JSON all the same. */
void desk_dead_list_cut(void)
{
	desk_open();
	plant_many(2000);
	start_cutter();
	unsigned cuts = 0;
	int code = 69;
	while (code == 69) {
		struct command_result result = command_run(COMMAND("dead", "list", "--json"));
		code = result.code;
		json_t *list = json_loads(result.out, JSON_REJECT_DUPLICATES, NULL);
		size_t count = json_array_size(json_object_get(list, "letters"));
		/* Cut before the first question there is nothing yet. */
		if (*result.out && (list == NULL || json_is_true(json_object_get(list, "interrupted")) != (code == 69)))
			FAIL("exit %d with %zu letters: %.200s", code, count, result.out);
		cuts += code == 69 && count > 0;
		EXPECT(code == 69 || count == 2000);
		json_decref(list);
		command_fini(&result);
	}
	EXPECT_COUNT(code, 0);
	EXPECT(cuts > 0);
	process_kill(&cutter);
	desk_close();
}

/* A full Redis takes nothing back into the queue, but lets dead letters be deleted. */
void desk_dead_full(void)
{
	open_letters();
	redis_server_do("CONFIG SET maxmemory 1");
	command_expect(1, "OOM", COMMAND("dead", "requeue", "--all"));
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:ready"), 0);
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:dead"), LETTER_COUNT);
	command_expect(0, "dropped 2 dead letters\n", COMMAND("dead", "drop", "--reason", "rejected", "--yes"));
	redis_server_do("CONFIG SET maxmemory 0");
	EXPECT_COUNT(books_waiting(), 0);
	desk_close();
}

/* The whole way: dead for want of a route, the route is made, brought back, accepted. */
void desk_dead_on_the_road(void)
{
	static struct smsc smsc;
	static struct gateway_process gateway;
	desk_open();
	smsc_start(&smsc, "smsc", 0, NULL);
	gateway_process_start(
		&gateway, "before",
		&(struct gateway_options){ .smsc = &smsc, .routes = "  - { prefix: [\"86139\"], accounts: [fake] }" },
		true);
	books_add_load(0, 30);
	books_await_settled(20);
	EXPECT_COUNT(books_total("dead"), 30);
	gateway_process_stop(&gateway);
	gateway_process_start(&gateway, "after", &(struct gateway_options){ .smsc = &smsc }, true);
	command_expect(0, "requeued 30 dead letters\n", COMMAND("dead", "requeue", "--reason", "no_route"));
	books_await_settled(20);
	EXPECT_COUNT(books_total("accepted"), 30);
	EXPECT_COUNT(books_total("requeued"), 30);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	for (unsigned i = 0; i < 30; i++) {
		char number[32];
		snprintf(number, sizeof number, "86138%08u", i);
		EXPECT_COUNT(smsc_copies(&smsc, number), 1);
	}
	smsc_fini(&smsc);
	desk_close();
}
