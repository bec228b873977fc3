/* SPDX-License-Identifier: Apache-2.0 */

/* Receipts as carriers really write them: each must find its sms, be told once and rightly, and be answered. */

#include "books.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What an event says of the error: the text's, nothing, a TLV's, that of the opposite state, or that of a failure whatever it was. */
enum error { ERROR_OF_TEXT, ERROR_NONE, ERROR_OF_TLV, ERROR_OPPOSITE, ERROR_OF_FAILURE };

struct shape {
	const char *name; /* as the fake carrier has it */
	enum error error;
};

/* A carrier with its habits, the account that was set for it, and what must come of it. */
struct habit {
	const char *name;
	const char *options[10]; /* of the carrier, NULL-terminated */
	const char *account;     /* its settings; NULL = none */
	const char *event;       /* for each sms; NULL = none */
	const char *state;
	const struct shape *shapes;
	size_t shape_count;
	unsigned segments; /* of each sms; 0 = 1 */
	unsigned copies;   /* of each receipt; 0 = 1 */
	bool is_last_only; /* of a long sms only the last segment has a receipt */
};

#define DELIVERED "delivered", "DELIVERED"
#define FAILED    "undelivered", "UNDELIVERABLE"

static const struct shape all_shapes[] = {
	{ "standard", ERROR_OF_TEXT },
	{ "text", ERROR_OF_TEXT },
	{ "tlv", ERROR_NONE },
	{ "no-id", ERROR_OF_TEXT },
	{ "cut-id", ERROR_OF_TEXT },
	{ "esm0", ERROR_OF_TEXT },
	{ "esm0-text", ERROR_OF_TEXT },
	{ "udh", ERROR_OF_TEXT },
	{ "ucs2", ERROR_OF_TEXT },
	{ "payload", ERROR_OF_TEXT },
	{ "data-sm", ERROR_OF_TEXT },
	{ "data-sm-tlv", ERROR_NONE },
	{ "bad-tail", ERROR_OF_TEXT },
	{ "bad-lengths", ERROR_OF_TEXT },
	{ "lower", ERROR_OF_TEXT },
	{ "terse", ERROR_NONE },
	{ "long-dates", ERROR_OF_TEXT },
	{ "seconds", ERROR_OF_TEXT },
	{ "no-done-date", ERROR_OF_TEXT },
	{ "empty-fields", ERROR_NONE },
	{ "nul", ERROR_OF_TEXT },
	{ "network-error", ERROR_OF_TLV },
	{ "contradictory", ERROR_OPPOSITE },
	{ "spread", ERROR_OF_TEXT },
	{ "own-word", ERROR_OF_FAILURE },
	{ "gsm7", ERROR_OF_TEXT },
	{ "latin1", ERROR_OF_TEXT },
	{ "latin1-default", ERROR_OF_TEXT },
	{ "ascii-as-ucs2", ERROR_OF_TEXT },
	{ "last-part", ERROR_OF_TEXT },
};

/* Those that differ in how they tell the id. */
static const struct shape few_shapes[] = {
	{ "standard", ERROR_OF_TEXT }, { "text", ERROR_OF_TEXT }, { "tlv", ERROR_NONE },
	{ "terse", ERROR_NONE },       { "ucs2", ERROR_OF_TEXT }, { "data-sm-tlv", ERROR_NONE },
};

static struct smsc carrier;
static struct gateway_process gateway;

static unsigned segments_of(const struct habit *habit)
{
	return habit->segments ? habit->segments : 1;
}

static unsigned receipts_of(const struct habit *habit)
{
	unsigned segments = habit->is_last_only ? 1 : segments_of(habit);
	return (unsigned)habit->shape_count * segments * (habit->copies ? habit->copies : 1);
}

static double metric(const char *name)
{
	char line[96];
	snprintf(line, sizeof line, "hongyan_%s_total{account=\"fake\"}", name);
	return gateway_process_metric(&gateway, line);
}

/* -- sending -- */

static void open_all(const struct habit *habit)
{
	world_open();
	redis_server_start();
	smsc_start(&carrier, "carrier", 0, habit->options);
	gateway_process_start(&gateway, "gateway",
			      &(struct gateway_options){ .smsc = &carrier, .account_more = habit->account }, true);
	AWAIT(10, smsc_count(&carrier, "bound") == 2);
}

/* A text of so many segments, the signature and an end around it: 67 characters are a part. */
static void add(unsigned number, const char *id, unsigned segments)
{
	char words[1200] = "";
	char json[1600];
	char *end = words;
	for (unsigned i = 0; segments > 1 && i < 67 * segments - 30; i++)
		end = stpcpy(end, "电");
	snprintf(json, sizeof json,
		 "{\"id\":\"%s\",\"to\":\"139%08u\",\"template\":\"long\",\"params\":{\"words\":\"短%s\"}}", id, number,
		 words);
	books_add("normal", json);
}

/* One after the other, since the carrier's habit is set for what comes next. */
static void send_all(const struct habit *habit)
{
	for (unsigned i = 0; i < habit->shape_count; i++) {
		smsc_tell(&carrier, "shape %s", habit->shapes[i].name);
		add(i, habit->shapes[i].name, segments_of(habit));
		AWAIT(10, smsc_count(&carrier, "accepted") == (i + 1) * segments_of(habit));
	}
	books_await_settled(20);
}

static bool are_receipts_over(unsigned count)
{
	return smsc_count(&carrier, "receipts_answered") == count && smsc_count(&carrier, "receipts_pending") == 0 &&
	       smsc_count(&carrier, "receipts_queued") == 0;
}

/* -- judging -- */

/* Needs habit, shape and event. */
#define SHOULD(condition) \
	((condition) ? (void)0 : FAIL("%s, %s: %s: %s", habit->name, shape->name, #condition, json_dumps(event, 0)))

static const char *error_of(const struct habit *habit, enum error error)
{
	bool is_delivered = strcmp(habit->event, "delivered") == 0;
	switch (error) {
	case ERROR_NONE:
		return NULL;
	case ERROR_OF_TLV:
		return "3:261";
	case ERROR_OF_FAILURE:
		return "001";
	case ERROR_OPPOSITE:
		return is_delivered ? "001" : "000";
	default:
		return is_delivered ? "000" : "001";
	}
}

static bool has_error(const json_t *object, const char *want)
{
	return want ? books_is(object, "error", want) : json_object_get(object, "error") == NULL;
}

/* What is told of each segment: those that are known, in order, each with the id that the carrier gave it. */
static void check_detail(const struct habit *habit, const struct shape *shape, const json_t *event, const json_t *refs,
			 const char *error)
{
	const json_t *detail = json_object_get(event, "segments_detail");
	unsigned last = 0;
	bool has_decisive = false;
	size_t i;
	const json_t *segment;
	json_array_foreach(detail, i, segment)
	{
		unsigned number = (unsigned)json_integer_value(json_object_get(segment, "segment"));
		SHOULD(number > last && number <= segments_of(habit));
		last = number;
		SHOULD(books_is(segment, "state", habit->state) && has_error(segment, error));
		SHOULD(json_string_length(json_object_get(segment, "at")) >= 20);
		SHOULD(json_equal(json_object_get(segment, "ref"), json_array_get(refs, number - 1)));
		has_decisive = has_decisive ||
			       json_equal(json_object_get(segment, "segment"), json_object_get(event, "segment"));
	}
	SHOULD(has_decisive);
	if (habit->is_last_only)
		SHOULD(last == segments_of(habit) && i == 1);
	else if (strcmp(habit->event, "delivered") == 0)
		SHOULD(i == segments_of(habit));
}

static void check_event(const struct habit *habit, const struct shape *shape, const json_t *event,
			const json_t *closing)
{
	const json_t *refs = json_object_get(closing, "refs");
	long long segment = json_integer_value(json_object_get(event, "segment"));
	const char *error = error_of(habit, shape->error);
	SHOULD(books_is(event, "event", habit->event) && books_is(event, "state", habit->state));
	SHOULD(json_equal(json_object_get(event, "entry"), json_object_get(closing, "entry")));
	SHOULD(segment >= 1 && segment <= segments_of(habit));
	SHOULD(json_array_size(json_object_get(event, "refs")) == 1);
	SHOULD(json_equal(json_array_get(json_object_get(event, "refs"), 0),
			  json_array_get(refs, (size_t)segment - 1)));
	SHOULD(has_error(event, error));
	if (segments_of(habit) > 1)
		check_detail(habit, shape, event, refs, error);
	else
		SHOULD(json_object_get(event, "segments_detail") == NULL);
}

/* The events of one sms: accepted, and what the receipt says, once. */
static void check_sms(const struct habit *habit, const struct shape *shape, const json_t *events)
{
	const json_t *closing = books_closing(events, shape->name);
	unsigned told = 0;
	size_t i;
	const json_t *event;
	if (!books_is(closing, "event", "accepted"))
		FAIL("%s, %s: not accepted", habit->name, shape->name);
	EXPECT_COUNT(json_array_size(json_object_get(closing, "refs")), segments_of(habit));
	json_array_foreach(events, i, event)
	{
		if (!books_is(event, "id", shape->name) || event == closing)
			continue;
		if (habit->event)
			check_event(habit, shape, event, closing);
		told++;
	}
	if (told != (habit->event ? 1 : 0))
		FAIL("%s, %s: %u events tell of a receipt", habit->name, shape->name, told);
}

static void check_all(const struct habit *habit)
{
	json_t *events = books_events();
	unsigned receipts = receipts_of(habit);
	books_tally(events);
	for (size_t i = 0; i < habit->shape_count; i++)
		check_sms(habit, &habit->shapes[i], events);
	EXPECT_COUNT(json_array_size(events), (habit->event ? 2 : 1) * habit->shape_count);
	json_decref(events);
	EXPECT_COUNT(metric("receipts_found"), receipts);
	EXPECT_COUNT(metric("receipts_unknown"), 0);
	if (habit->copies > 1)
		EXPECT_COUNT(metric("receipts_repeated"), receipts / habit->copies * (habit->copies - 1));
	/* None was taken for a message from a phone. */
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:mo"), 0);
	EXPECT_COUNT(metric("mo"), 0);
	EXPECT(!gateway_process_said(&gateway, "\"level\":\"error\""));
}

static void try_habit(const struct habit *habit)
{
	open_all(habit);
	send_all(habit);
	AWAIT(20, are_receipts_over(receipts_of(habit)));
	check_all(habit);
	gateway_process_stop(&gateway);
	EXPECT_COUNT(smsc_count(&carrier, "receipts_sent"), receipts_of(habit));
	EXPECT_COUNT(smsc_count(&carrier, "violations"), 0);
	smsc_finish(&carrier);
	smsc_fini(&carrier);
	redis_server_stop();
	world_close();
}

#define ALL      .shapes = all_shapes, .shape_count = COUNT(all_shapes)
#define FEW      .shapes = few_shapes, .shape_count = COUNT(few_shapes)
#define ON       "--receipts", "on"
#define FAIL_ALL "--receipt-state", "UNDELIV@1"

/* Every shape, of what was delivered and of what was not. */
static void receipt_shapes(void)
{
	static const struct habit habits[] = {
		{ "delivered", { ON }, NULL, DELIVERED, ALL },
		{ "failed", { ON, FAIL_ALL }, NULL, FAILED, ALL },
	};
	for (size_t i = 0; i < COUNT(habits); i++)
		try_habit(&habits[i]);
}

/* The id written one way in the answer and another way in the receipt, in the text or in a TLV. */
static void ids(void)
{
	static const struct habit habits[] = {
		{ "hexadecimal, then decimal",
		  { ON, "--message-id", "hex", "--receipt-id", "decimal-plain", "--id-prefix", "ab" },
		  "receipt_id: dec_to_hex, receipt_id_digits: 16",
		  DELIVERED,
		  FEW },
		{ "decimal with zeros in front, then hexadecimal",
		  { ON, "--message-id", "decimal", "--receipt-id", "hex", "--id-prefix", "ab" },
		  "receipt_id: hex_to_dec, receipt_id_digits: 20",
		  DELIVERED,
		  FEW },
		{ "lower case, then upper case",
		  { ON, "--receipt-id", "upper", "--id-prefix", "abcdef12" },
		  "receipt_id: lower",
		  DELIVERED,
		  FEW },
		{ "zeros in front, then none",
		  { ON, "--receipt-id", "hex-plain", "--id-prefix", "ab" },
		  "receipt_id_digits: 16",
		  DELIVERED,
		  FEW },
		{ "more zeros in front",
		  { ON, "--receipt-id", "padded", "--id-prefix", "ab" },
		  "receipt_id_digits: 16",
		  DELIVERED,
		  FEW },
		{ "a UUID", { ON, "--message-id", "uuid" }, NULL, DELIVERED, FEW },
	};
	for (size_t i = 0; i < COUNT(habits); i++)
		try_habit(&habits[i]);
}

/* What data_coding 0 is to an account; carriers that write otherwise all the same are understood. */
static void alphabets(void)
{
	static const struct shape packed[] = {
		{ "packed", ERROR_OF_TEXT },  { "packed-udh", ERROR_OF_TEXT },
		{ "text", ERROR_OF_TEXT },    { "esm0-text", ERROR_OF_TEXT },
		{ "tlv", ERROR_NONE },        { "ucs2", ERROR_OF_TEXT },
		{ "latin1", ERROR_OF_TEXT },  { "ascii-as-ucs2", ERROR_OF_TEXT },
		{ "data-sm", ERROR_OF_TEXT }, { "contradictory", ERROR_OPPOSITE },
	};
	static const struct habit habits[] = {
		{ "packed both ways",
		  { ON, "--dcs0", "packed" },
		  "encoding: gsm7_packed",
		  DELIVERED,
		  .shapes = packed,
		  .shape_count = COUNT(packed) },
		{ "packed by the carrier alone",
		  { ON, FAIL_ALL },
		  "default_alphabet: gsm7_packed",
		  FAILED,
		  .shapes = packed,
		  .shape_count = COUNT(packed) },
		{ "Latin-1", { ON }, "default_alphabet: latin1", DELIVERED, ALL },
		{ "ASCII", { ON }, "default_alphabet: ascii", DELIVERED, FEW },
	};
	for (size_t i = 0; i < COUNT(habits); i++)
		try_habit(&habits[i]);
}

/* Before the answer that tells the id, and more than once. */
static void early_and_twice(void)
{
	static const struct habit habits[] = {
		{ "before the answer", { "--receipts", "early", "--latency", "fixed:20" }, NULL, DELIVERED, ALL },
		{ "twice", { "--receipts", "duplicate" }, NULL, DELIVERED, ALL, .copies = 2 },
		{ "failed, and twice", { "--receipts", "duplicate", FAIL_ALL }, NULL, FAILED, FEW, .copies = 2 },
	};
	for (size_t i = 0; i < COUNT(habits); i++)
		try_habit(&habits[i]);
}

/* A long sms is told of once: with all of its segments, or with the first that failed. */
static void segments(void)
{
	static const struct shape last[] = { { "last-part", ERROR_OF_TEXT } };
	static const struct habit habits[] = {
		{ "all delivered", { ON }, NULL, DELIVERED, FEW, .segments = 3 },
		{ "all failed", { ON, FAIL_ALL }, NULL, FAILED, FEW, .segments = 3 },
		{ "all twice", { "--receipts", "duplicate" }, NULL, DELIVERED, FEW, .segments = 3, .copies = 2 },
		{ "16-bit references, before the answers",
		  { "--receipts", "early", "--latency", "fixed:20" },
		  "concat: udh16",
		  DELIVERED,
		  FEW,
		  .segments = 3 },
		{ "one of several failed",
		  { ON, FAIL_ALL },
		  NULL,
		  FAILED,
		  .shapes = last,
		  .shape_count = 1,
		  .segments = 3,
		  .is_last_only = true },
		{ "one of several delivered: nobody knows of the others",
		  { ON },
		  NULL,
		  NULL,
		  NULL,
		  .shapes = last,
		  .shape_count = 1,
		  .segments = 3,
		  .is_last_only = true },
	};
	for (size_t i = 0; i < COUNT(habits); i++)
		try_habit(&habits[i]);
}

/* Words of a carrier's own and states on the way: taken, answered, and nothing is told. */
static void states(void)
{
	static const struct habit habits[] = {
		{ "a word of nobody else", { ON, "--receipt-state", "MAGIC@1" }, NULL, NULL, NULL, FEW },
		{ "on its way", { ON, "--receipt-state", "ENROUTE@1" }, NULL, NULL, NULL, FEW },
		{ "accepted", { ON, "--receipt-state", "ACCEPTD@1" }, NULL, NULL, NULL, FEW },
		{ "unknown", { ON, "--receipt-state", "UNKNOWN@1" }, NULL, NULL, NULL, FEW },
	};
	for (size_t i = 0; i < COUNT(habits); i++)
		try_habit(&habits[i]);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "receipt_shapes", receipt_shapes, 90, false },
		{ "ids", ids, 90, false },
		{ "alphabets", alphabets, 90, false },
		{ "early_and_twice", early_and_twice, 90, false },
		{ "segments", segments, 90, false },
		{ "states", states, 90, false },
	};
	return scenario_main(argc, argv, scenarios, COUNT(scenarios));
}
