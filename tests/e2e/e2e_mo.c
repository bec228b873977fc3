/* SPDX-License-Identifier: Apache-2.0 */

/* Messages from phones, with the gateway as a program: carriers get their answer when Redis has the message, and not before. */

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

#define TEXT_30 "我想知道这个月的电费为什么比上个月多了这么多，请回电话给我谢谢"

static struct smsc carrier;
static struct gateway_process gateway;

static void open_with(const char *root_more, const char *account_more)
{
	world_open();
	redis_server_start();
	smsc_start(&carrier, "carrier", 0, NULL);
	gateway_process_start(
		&gateway, "gateway",
		&(struct gateway_options){ .smsc = &carrier, .root_more = root_more, .account_more = account_more },
		true);
	AWAIT(10, smsc_count(&carrier, "bound") == 2);
}

static void open_all(const char *root_more)
{
	open_with(root_more, NULL);
}

static void close_all(void)
{
	gateway_process_stop(&gateway);
	EXPECT_COUNT(smsc_count(&carrier, "violations"), 0);
	smsc_finish(&carrier);
	smsc_fini(&carrier);
	redis_server_stop();
	world_close();
}

static unsigned kept(void)
{
	return (unsigned)redis_server_int("XLEN {hongyan}:mo");
}

/* The message at a place of the stream has that field. */
static bool has(unsigned place, const char *name, const char *value)
{
	redisReply *reply = redis_server_call("XRANGE {hongyan}:mo - +");
	EXPECT(place < reply->elements);
	const redisReply *fields = reply->element[place]->element[1];
	bool found = false;
	for (size_t i = 0; i + 1 < fields->elements; i += 2)
		found = found ||
			(strcmp(fields->element[i]->str, name) == 0 && strcmp(fields->element[i + 1]->str, value) == 0);
	freeReplyObject(reply);
	return found;
}

static bool is_opted_out(const char *number)
{
	return redis_server_int("HEXISTS {hongyan}:optout %s", number) == 1;
}

static double metric(const char *name)
{
	char line[96];
	snprintf(line, sizeof line, "hongyan_%s_total{account=\"fake\"}", name);
	return gateway_process_metric(&gateway, line);
}

/* Keywords opt out, whatever they are written in; replies do not. */
static void replies(void)
{
	static const struct {
		const char *message; /* as the fake carrier's control has it */
		const char *number;
		const char *text;
		const char *keyword; /* NULL = it is none */
	} rows[] = {
		{ "8613900000001 10690001 gsm7 udh8 td", "8613900000001", "td", "TD" },
		{ "13900000002 10690001 ucs2 udh8 退订。", "8613900000002", "退订。", "退订" },
		{ "8613900000003 10690001 latin1 udh8 R!", "8613900000003", "R!", "R" },
		{ "8613900000004 10690001 ucs2 payload Ｔ", "8613900000004", "Ｔ", "T" },
		{ "8613900000005 10690001 ucs2 udh8 退订吗", "8613900000005", "退订吗", NULL },
		{ "8613900000006 10690001 gsm7 payload To pay: 5€ @ home", "8613900000006", "To pay: 5€ @ home", NULL },
	};
	unsigned count = sizeof rows / sizeof rows[0];
	unsigned optouts = 0;
	open_all(NULL);
	for (unsigned i = 0; i < count; i++) {
		smsc_tell(&carrier, "mo %s", rows[i].message);
		AWAIT(10, kept() == i + 1);
		EXPECT(has(i, "account", "fake") && has(i, "to", "10690001") && has(i, "text", rows[i].text));
		EXPECT(has(i, "number", rows[i].number));
		EXPECT(rows[i].keyword == NULL || has(i, "optout", rows[i].keyword));
		EXPECT(is_opted_out(rows[i].number) == (rows[i].keyword != NULL));
		optouts += rows[i].keyword != NULL;
	}
	AWAIT(10, smsc_count(&carrier, "mo_answered") == count);
	EXPECT_COUNT(metric("mo"), count);
	EXPECT_COUNT(metric("optouts"), optouts);
	EXPECT(gateway_process_said(&gateway, "\"event\":\"optout\""));
	EXPECT(gateway_process_said(&gateway, "139****0001"));
	EXPECT(!gateway_process_said(&gateway, "13900000001"));
	close_all();
}

/* The parts of a long text come by themselves, in any order, and say which they are. */
static void parts(void)
{
	static const char *const splits[] = { "udh8", "udh16/reversed", "sar", "sar/reversed" };
	open_all(NULL);
	for (unsigned i = 0; i < 4; i++) {
		bool is_reversed = strchr(splits[i], '/') != NULL;
		smsc_tell(&carrier, "mo 861390000001%u 1069 ucs2 %s " TEXT_30 TEXT_30 TEXT_30, i, splits[i]);
		AWAIT(10, kept() == 2 * (i + 1));
		EXPECT(has(2 * i, "part", is_reversed ? "2" : "1") && has(2 * i + 1, "part", is_reversed ? "1" : "2"));
		for (unsigned k = 2 * i; k < 2 * i + 2; k++) {
			char reference[8];
			snprintf(reference, sizeof reference, "%u", i + 1);
			EXPECT(has(k, "parts", "2") && has(k, "reference", reference));
		}
	}
	close_all();
}

/* The second parts of four of it. */
#define PART_OF_8_BITS  "nce May. Please tell me why my bill has {doubled} since May."
#define PART_OF_16_BITS "ince May. Please tell me why my bill has {doubled} since May."
#define TEXT_50         "Please tell me why my bill has {doubled} since May."

/* What data_coding 0 is to the account: packed GSM-7, of which a part begins behind fill bits. UCS-2 stays what it is. */
static void packed(void)
{
	static const struct {
		const char *coding;
		const char *text;
	} rows[] = {
		{ "packed", "td" },
		{ "packed", "To pay: 5€ @ home" },
		{ "ucs2", "退订" },
		{ "latin1", "été" },
	};
	static const char *const splits[] = { "udh8", "udh16" };
	unsigned count = sizeof rows / sizeof rows[0];
	open_with(NULL, "default_alphabet: gsm7_packed");
	for (unsigned i = 0; i < count; i++) {
		smsc_tell(&carrier, "mo 861390000000%u 1069 %s udh8 %s", i, rows[i].coding, rows[i].text);
		AWAIT(10, kept() == i + 1);
		EXPECT(has(i, "text", rows[i].text));
	}
	EXPECT(has(0, "optout", "TD"));
	for (unsigned i = 0; i < 2; i++) {
		unsigned place = count + 2 * i;
		smsc_tell(&carrier, "mo 861390000001%u 1069 packed %s " TEXT_50 " " TEXT_50 " " TEXT_50 " " TEXT_50, i,
			  splits[i]);
		AWAIT(10, kept() == place + 2);
		EXPECT(has(place, "part", "1") && has(place + 1, "part", "2"));
		EXPECT(has(place + 1, "text", i == 0 ? PART_OF_8_BITS : PART_OF_16_BITS));
	}
	close_all();
}

/* Without Redis no message is answered yes; the carrier comes again, and it is kept once. */
static void redis_away(void)
{
	open_all(NULL);
	redis_server_kill();
	smsc_tell(&carrier, "mo 8613900000001 1069 gsm7 udh8 TD");
	AWAIT(10, metric("mo_later") > 0);
	EXPECT_COUNT(smsc_count(&carrier, "mo_answered"), 0);
	redis_server_start();
	/* A carrier gives up after a while; ours sends it again then. */
	double again_at = scenario_clock() + 6;
	while (smsc_count(&carrier, "mo_answered") == 0) {
		if (scenario_clock() > again_at) {
			smsc_tell(&carrier, "mo 8613900000001 1069 gsm7 udh8 TD");
			again_at += 6;
		}
		scenario_breathe();
	}
	EXPECT_COUNT(kept(), 1);
	EXPECT(is_opted_out("8613900000001"));
	EXPECT_COUNT(metric("optouts"), 1);
	close_all();
}

/* The gateway dies while Redis has the message in hand: the carrier tells the next one, and it is kept once. */
static void killed(void)
{
	open_all(NULL);
	redis_server_do("CLIENT PAUSE 1000 WRITE");
	smsc_tell(&carrier, "mo 8613900000001 1069 gsm7 udh8 TD");
	AWAIT(10, metric("mo") == 1);
	gateway_process_kill(&gateway);
	EXPECT_COUNT(smsc_count(&carrier, "mo_answered"), 0);
	gateway_process_start(&gateway, "gateway", NULL, true);
	AWAIT(20, smsc_count(&carrier, "mo_answered") == 1);
	HOLDS(1, kept() == 1);
	EXPECT(is_opted_out("8613900000001"));
	close_all();
}

/* What comes twice within the window is told once; what has changed since the last start counts. */
static void repeated(void)
{
	open_all("optout: { keywords: \"STOP, 取消\" }\nmo: { repeat_window: 1h }");
	for (unsigned i = 0; i < 3; i++)
		smsc_tell(&carrier, "mo 8613900000001 1069 gsm7 udh8 Stop");
	smsc_tell(&carrier, "mo 8613900000002 1069 gsm7 udh8 TD");
	AWAIT(10, smsc_count(&carrier, "mo_answered") == 4);
	EXPECT_COUNT(kept(), 2);
	EXPECT_COUNT(metric("mo_repeated"), 2);
	EXPECT(is_opted_out("8613900000001") && !is_opted_out("8613900000002"));
	/* A reload changes the keywords. */
	char *text = world_read(gateway.config);
	EXPECT(text != NULL);
	char *at = strstr(text, "STOP, 取消");
	EXPECT(at != NULL);
	memcpy(at, "TD", 2);
	memmove(at + 2, at + 4, strlen(at + 4) + 1);
	world_write("gateway.yaml", text);
	free(text);
	process_signal(&gateway.process, SIGHUP);
	AWAIT(10, gateway_process_said(&gateway, "\"event\":\"reloaded\""));
	EXPECT(!gateway_process_said(&gateway, "\"event\":\"reload_warning\""));
	for (unsigned i = 3; !is_opted_out("8613900000003"); i++) {
		smsc_tell(&carrier, "mo 8613900000003 10%u gsm7 udh8 td", i); /* its worker may not have it yet */
		AWAIT(10, kept() == i);
	}
	close_all();
}

static unsigned long rows_of(const json_t *page)
{
	unsigned long count = json_array_size(json_object_get(page, "optouts"));
	EXPECT_COUNT(json_integer_value(json_object_get(page, "count")), count);
	return count;
}

static void expect_text(const json_t *object, const char *name, const char *want)
{
	const char *value = json_string_value(json_object_get(object, name));
	EXPECT(value != NULL && strcmp(value, want) == 0);
}

/* What operators see of the list, and do with it. */
static void desk(void)
{
	open_all(NULL);
	command_use(gateway.config);
	command_expect(0, "0 numbers are on the opt-out list\n", COMMAND("optout", "list"));
	command_expect(1, "139****0001 is not on the opt-out list\n", COMMAND("optout", "check", "13900000001"));
	smsc_tell(&carrier, "mo 8613900000001 10690001 gsm7 udh8 TD");
	AWAIT(10, is_opted_out("8613900000001"));
	command_expect(0, ", wrote “TD” to 10690001 by account fake\n\n1 number is on the opt-out list\n",
		       COMMAND("optout", "list"));
	command_expect(0, "139****0001 is on the opt-out list, since 20",
		       COMMAND("optout", "check", "+86 139-0000-0001"));
	command_expect(0, "139****0002 is on the opt-out list now\n",
		       COMMAND("optout", "add", "13900000002", "--by", "li", "--reason", "called"));
	command_expect(0, "8613900000002 was on the opt-out list already, since 20",
		       COMMAND("optout", "add", "8613900000002", "--full", "--by", "wang"));
	json_t *page = command_json(0, COMMAND("optout", "check", "13900000002"));
	EXPECT(json_is_true(json_object_get(page, "opted_out")));
	expect_text(page, "number", "139****0002");
	expect_text(page, "source", "operator");
	expect_text(page, "by", "li");
	expect_text(page, "reason", "called");
	json_decref(page);
	/* More than are told in one step, and one whose why nobody can read. */
	for (unsigned i = 0; i < 2000; i++)
		redis_server_queue("HSET {hongyan}:optout 861380000%04u %s", i, i ? "{\"since\":\"x\"}" : "[");
	redis_server_drain();
	page = command_json(0, COMMAND("optout", "list", "--full"));
	EXPECT_COUNT(rows_of(page), 2002);
	json_decref(page);
	command_expect(0, "138****0000      since nobody knows when\n", COMMAND("optout", "list"));
	command_expect(0, "139****0001 is on the opt-out list no more\n", COMMAND("optout", "remove", "13900000001"));
	page = command_json(0, COMMAND("optout", "remove", "13900000001"));
	EXPECT(json_is_false(json_object_get(page, "was_on_list")));
	json_decref(page);
	EXPECT(!is_opted_out("8613900000001"));
	close_all();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "replies", replies, 60, false },       { "parts", parts, 60, false },
		{ "redis_away", redis_away, 60, false }, { "killed", killed, 60, false },
		{ "repeated", repeated, 60, false },     { "desk", desk, 60, false },
		{ "packed", packed, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
