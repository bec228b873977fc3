/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/pipeline_inner.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* The few parts of a pipeline that events are written from. */
static struct pipeline pipeline;
static struct pipeline_options options;
static const struct pipeline_account accounts[] = { { .name = "cmcc" }, { .name = "backup" } };
static struct parcel parcel;
static char block[16384] __attribute__((aligned(16)));
static struct segment segments[SMS_SEGMENTS_MAX];
static struct slice refs[SMS_SEGMENTS_MAX];

static struct now now_of_test(void *ctx)
{
	(void)ctx;
	return (struct now){ .mono = 5, .wall = 1770944400123 };
}

static void fresh(size_t cap)
{
	memset(&pipeline, 0, sizeof pipeline);
	memset(&parcel, 0, sizeof parcel);
	memset(refs, 0, sizeof refs);
	options = (struct pipeline_options){ .accounts = accounts, .account_count = 2, .env = { .now = now_of_test } };
	pipeline.options = &options;
	pipeline.account_count = 2;
	arena_init(&parcel.arena, block, cap, 0);
	parcel.origin = (struct entry_key){ 1770944399000, 7, LANE_URGENT };
	parcel.key = (struct entry_key){ 1770944400001, 0, LANE_READY };
	parcel.alert.id = SLICE("bill-1");
	parcel.alert.template_name = SLICE("monthly_bill");
	parcel.encoded.segments = segments;
	parcel.refs = refs;
}

static void with_segments(unsigned count)
{
	parcel.encoded.segment_count = (uint8_t)count;
	parcel.encoded.billed = (uint8_t)count;
	parcel.submitted = (uint16_t)((1u << count) - 1);
}

static void assert_text(struct slice got, const char *want, const char *name)
{
	cr_assert(slice_is(got, want), "%s: %.*s", name, SLICE_ARG(got));
}

Test(events, members)
{
	fresh(sizeof block);
	assert_text(
		events_members(&parcel),
		"\"id\":\"bill-1\",\"entry\":\"1770944399000-7\",\"stream\":\"urgent\",\"template\":\"monthly_bill\"",
		"the least");
	fresh(sizeof block);
	parcel.alert.id = SLICE("a\"b\\\n\x01电\xff");
	parcel.alert.tenant = SLICE("吉林");
	parcel.alert.batch = SLICE("run 5");
	parcel.sms.template_version = 12;
	struct slice first = events_members(&parcel);
	assert_text(first,
		    "\"id\":\"a\\\"b\\\\\\n\\u0001电\xEF\xBF\xBD\",\"entry\":\"1770944399000-7\",\"stream\":\"urgent\","
		    "\"template\":\"monthly_bill\",\"template_version\":12,\"tenant\":\"吉林\",\"batch\":\"run 5\"",
		    "the most");
	cr_assert_eq(events_members(&parcel).at, first.at, "written once");
	fresh(sizeof block);
	parcel.alert = (struct alert){ .kind = ALERT_SEND };
	assert_text(events_members(&parcel), "\"entry\":\"1770944399000-7\",\"stream\":\"urgent\"", "not decoded");
}

Test(events, closing)
{
	static const struct row {
		const char *name;
		enum closing closing;
		unsigned segments;
		unsigned attempts;
		bool is_ambiguous;
		const char *reason;
		const char *want; /* behind the members */
	} rows[] = {
		{ "accepted", CLOSING_ACCEPTED, 1, 0, false, NULL,
		  "\"event\":\"accepted\",\"at\":\"2026-02-13T01:00:00.123Z\",\"account\":\"backup\",\"refs\":[\"id-"
		  "1\"],"
		  "\"segments\":1,\"attempt\":1}" },
		{ "of three parts, in the third attempt", CLOSING_ACCEPTED, 3, 2, true, NULL,
		  "\"event\":\"accepted\",\"at\":\"2026-02-13T01:00:00.123Z\",\"account\":\"backup\",\"refs\":[\"id-"
		  "1\",\"id-2\","
		  "\"id-3\"],\"segments\":3,\"attempt\":3,\"ambiguous\":true}" },
		{ "expired unsent", CLOSING_EXPIRED, 0, 0, false, "too_old",
		  "\"event\":\"expired\",\"at\":\"2026-02-13T01:00:00.123Z\",\"reason\":\"too_old\"}" },
		{ "expired between attempts", CLOSING_EXPIRED, 0, 1, false, "expired",
		  "\"event\":\"expired\",\"at\":\"2026-02-13T01:00:00.123Z\",\"attempt\":2,\"reason\":\"expired\"}" },
		{ "duplicate", CLOSING_DUPLICATE, 0, 0, false, NULL,
		  "\"event\":\"duplicate\",\"at\":\"2026-02-13T01:00:00.123Z\"}" },
		{ "dead unsent", CLOSING_DEAD, 0, 0, false, "render: field “a\"b”: is missing",
		  "\"event\":\"dead\",\"at\":\"2026-02-13T01:00:00.123Z\",\"reason\":\"render: field “a\\\"b”: is "
		  "missing\"}" },
		{ "dead after it was sent", CLOSING_DEAD, 1, 0, false, "rejected: no",
		  "\"event\":\"dead\",\"at\":\"2026-02-13T01:00:00.123Z\",\"account\":\"backup\",\"refs\":[\"id-1\"],"
		  "\"segments\":1,"
		  "\"attempt\":1,\"reason\":\"rejected: no\"}" },
	};
	static const struct slice ids[] = { SLICE("id-1"), SLICE("id-2"), SLICE("id-3") };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char want[512];
		fresh(sizeof block);
		with_segments(rows[i].segments);
		parcel.accepted = parcel.submitted;
		parcel.account = 1;
		parcel.attempts = rows[i].attempts;
		parcel.is_ambiguous = rows[i].is_ambiguous;
		for (unsigned k = 0; k < rows[i].segments; k++)
			refs[k] = ids[k];
		struct slice members = events_members(&parcel);
		snprintf(want, sizeof want, "{%.*s,%s", SLICE_ARG(members), rows[i].want);
		assert_text(events_closing(&pipeline, &parcel, rows[i].closing, rows[i].reason), want, rows[i].name);
	}
}

/* Without room there is no event rather than half of one; with any room there is a whole one. */
Test(events, no_room)
{
	unsigned whole = 0;
	for (size_t cap = 16; cap < 1600; cap += 16) {
		fresh(cap);
		with_segments(1);
		struct slice event = events_closing(&pipeline, &parcel, CLOSING_ACCEPTED, NULL);
		if (event.at == NULL)
			continue;
		whole++;
		cr_assert(event.at[0] == '{' && event.at[event.len - 1] == '}', "%zu: %.*s", cap, SLICE_ARG(event));
	}
	cr_assert(whole > 10 && whole < 99);
}

/* The longest names that are allowed, each octet escaped. */
Test(events, longest_names)
{
	static char text[ALERT_ID_MAX];
	memset(text, 1, sizeof text);
	fresh(sizeof block);
	struct slice longest = { text, sizeof text };
	parcel.alert.id = parcel.alert.template_name = parcel.alert.tenant = parcel.alert.batch = longest;
	with_segments(SMS_SEGMENTS_MAX);
	static char ref[CARRIER_REF_MAX];
	memset(ref, 2, sizeof ref);
	for (unsigned i = 0; i < SMS_SEGMENTS_MAX; i++)
		refs[i] = (struct slice){ ref, sizeof ref };
	struct slice event = events_closing(&pipeline, &parcel, CLOSING_ACCEPTED, NULL);
	cr_assert_not_null(event.at);
	cr_assert_eq(event.at[event.len - 1], '}');
}

/* -- what an alert carries from one attempt to the next -- */

static void assert_carried(unsigned count, uint16_t accepted, uint32_t here, uint64_t tried, const char *name)
{
	static const char *const ids[] = { "0000001A", "x", "\x01\xff z", "1b" };
	char kept[2048];
	fresh(sizeof block);
	with_segments(count);
	parcel.account = 1;
	parcel.reference = 65535;
	parcel.throttles = 12;
	parcel.doubts = 2;
	parcel.here = here;
	parcel.tried = tried;
	parcel.accepted = accepted;
	parcel.sms.text = SLICE("a text");
	for (unsigned i = 0; i < count; i++)
		refs[i] = accepted & 1u << i ? slice_of(ids[i % 4]) : (struct slice){ NULL, 0 };
	struct slice state = events_state(&pipeline, &parcel);
	cr_assert(state.at != NULL && state.len < sizeof kept, "%s", name);
	memcpy(kept, state.at, state.len);
	cr_assert_null(memchr(kept, '\n', state.len), "%s: it is kept as one line", name);
	/* The next attempt, perhaps in another process. */
	fresh(sizeof block);
	with_segments(count);
	parcel.doubts = 1; /* it was in doubt once more meanwhile */
	cr_assert(events_state_parse(&pipeline, &parcel, (struct slice){ kept, state.len }), "%s", name);
	cr_assert_eq(parcel.account, 1, "%s", name);
	cr_assert_eq(parcel.reference, 65535, "%s", name);
	cr_assert_eq(parcel.throttles, 12, "%s", name);
	cr_assert_eq(parcel.doubts, 3, "%s", name);
	cr_assert_eq(parcel.here, here, "%s", name);
	cr_assert_eq(parcel.tried, tried, "%s", name);
	cr_assert_eq(parcel.accepted, accepted, "%s", name);
	events_state_refs(&parcel);
	for (unsigned i = 0; i < count; i++)
		cr_assert(slice_is(refs[i], accepted & 1u << i ? ids[i % 4] : ""), "%s, segment %u", name, i + 1);
}

Test(events, state_is_carried)
{
	assert_carried(1, 0, 0, 0, "one, not accepted");
	assert_carried(1, 1, 0, 0, "one, accepted");
	assert_carried(3, 5, 0, 0, "first and third of three");
	assert_carried(16, 0xFFFF, 0, 0, "all of sixteen");
	assert_carried(16, 0x8001, 0, 0, "first and last of sixteen");
	assert_carried(1, 0, 3, 0, "three attempts on this account");
	assert_carried(1, 0, 0, 1, "another account has refused it");
	assert_carried(3, 4, UINT32_MAX, 3, "both accounts have refused it");
}

/* A late answer tells it, and so does the attempt that sends the rest of a long sms. */
Test(events, state_has_what_it_was_exempt_from)
{
	static const struct {
		bool was_resent;
		uint64_t tried;
		const char *want;
	} rows[] = {
		{ false, 0, "7 1 0 0 0 2166136261 cmcc,0:day_cap -" },
		{ true, 2, "7 1 0 0 0 2166136261 cmcc,0s:day_cap,backup -" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		fresh(sizeof block);
		with_segments(1);
		parcel.reference = 7;
		parcel.exempt = PROTECTION_DAY_CAP;
		parcel.was_resent = rows[i].was_resent;
		parcel.tried = rows[i].tried;
		struct slice state = events_state(&pipeline, &parcel);
		assert_text(state, rows[i].want, "state");
		fresh(sizeof block);
		cr_assert(events_state_parse(&pipeline, &parcel, slice_of(rows[i].want)));
		cr_assert_eq(parcel.exempt, PROTECTION_DAY_CAP);
		cr_assert_eq(parcel.was_resent, rows[i].was_resent);
		cr_assert_eq(parcel.tried, rows[i].tried);
	}
	fresh(sizeof block);
	cr_assert(events_state_parse(&pipeline, &parcel, SLICE("7 1 0 0 0 0 cmcc,0:of_tomorrow -")));
	cr_assert_eq(parcel.exempt, PROTECTION_NONE, "a rule that nobody knows");
}

Test(events, state_of_an_alert_that_was_never_encoded)
{
	fresh(sizeof block);
	struct slice state = events_state(&pipeline, &parcel);
	cr_assert(state.at != NULL && state.len == 0);
	cr_assert_not(events_state_parse(&pipeline, &parcel, state));
}

/* Accounts come and go from one configuration to the next. */
Test(events, state_of_other_accounts)
{
	static const struct {
		const char *state;
		bool want;
		unsigned want_here;
		uint64_t want_tried;
	} rows[] = {
		{ "1 1 0 0 0 0 cmcc -", true, 0, 0 },           { "1 1 0 0 0 0 cmcc,2 -", true, 2, 0 },
		{ "1 1 0 0 0 0 cmcc,0,backup -", true, 0, 2 },  { "1 1 0 0 0 0 cmcc,1,gone,backup,cmcc -", true, 1, 3 },
		{ "1 1 0 0 0 0 gone,4,backup -", false, 0, 2 }, { "1 1 0 0 0 0 cmcc,x,backup -", true, 0, 2 },
		{ "1 1 0 0 0 0 cmcc,,, -", true, 0, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		fresh(sizeof block);
		cr_assert_eq(events_state_parse(&pipeline, &parcel, slice_of(rows[i].state)), rows[i].want, "%s",
			     rows[i].state);
		cr_assert_eq(parcel.here, rows[i].want_here, "%s", rows[i].state);
		cr_assert_eq(parcel.tried, rows[i].want_tried, "%s: %llx", rows[i].state,
			     (unsigned long long)parcel.tried);
	}
}

/* It comes from Redis, where anything may have written. */
Test(events, state_that_is_none)
{
	static const char *const rows[] = {
		"x",
		"1",
		"1 ",
		"1 1 1",
		"1 1 1 1",
		"70000 1 0 0 0 0 cmcc -",
		"1 17 0 0 0 0 cmcc -",
		"1 1 0 0 -1 0 cmcc -",
		"1 1 0 0 0 0 ",
		"1 1 0 0 0 0 nobody -",
		"\xff\xff",
		"1  1 0 0 0 0 cmcc -",
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		fresh(sizeof block);
		cr_assert_not(events_state_parse(&pipeline, &parcel, slice_of(rows[i])), "%s", rows[i]);
	}
	/* References that are none are no references. */
	static const char *const odd[] = { "1 3 7 0 0 0 cmcc", "1 3 7 0 0 0 cmcc zz 1 123", "1 3 7 0 0 0 cmcc   " };
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		fresh(sizeof block);
		with_segments(3);
		if (events_state_parse(&pipeline, &parcel, slice_of(odd[i])))
			events_state_refs(&parcel);
	}
}
