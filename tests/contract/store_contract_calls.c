/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of port/store.h that are about receipts, records, late answers and the end. */

#include "contract/store_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const unsigned places[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
static const struct settlement accepted = { .kind = SETTLE_CLOSE, .closing = CLOSING_ACCEPTED };

#define RIG      (&store_rig_shared)
#define LOOK_UPS 1000

static struct rig_slot *slot(void)
{
	return &RIG->slots[0];
}

static void start(unsigned kit)
{
	store_rig_start(RIG, store_kits[kit]);
	store_rig_open(RIG, 0, &(struct store_setup){ .nonce = 1 });
}

static bool find(const char *account, const char *ref, uint64_t token)
{
	struct store_receipt receipt = { .account = account, .carrier_ref = slice_of(ref), .token = token };
	slot()->in_downcall = true;
	bool taken = slot()->store->ops->find_receipt(slot()->store, &receipt);
	slot()->in_downcall = false;
	return taken;
}

static void flush(void)
{
	slot()->store->ops->flush(slot()->store);
}

static const struct rig_found *found_of(uint64_t token)
{
	const struct rig_found *found = NULL;
	for (unsigned i = 0; i < slot()->found_count; i++) {
		if (slot()->found[i].token != token)
			continue;
		cr_assert_null(found, "%s: look-up %u was answered twice", RIG->row, (unsigned)token);
		found = &slot()->found[i];
	}
	cr_assert_not_null(found, "%s: look-up %u was not answered", RIG->row, (unsigned)token);
	return found;
}

/* total: 0 where each receipt is told by itself. */
static void settle_parts(unsigned total)
{
	static const struct store_receipt_key keys[] = { { SLICE("m-1"), 1 },
							 { SLICE("m:2"), 2 },
							 { SLICE("m-3"), 3 } };
	struct settlement settlement = accepted;
	settlement.account = "cmcc";
	settlement.receipt_keys = keys;
	settlement.receipt_key_count = total > 0 ? total : 2;
	settlement.receipt_total = total;
	settlement.receipt_value = SLICE("\"id\":\"a\",\n\"entry\":\"1-1\"");
	store_rig_settle(RIG, 0, places, 1, &settlement);
	store_rig_until(RIG, 0, rig_has_settled, 1, "it is settled");
}

static void settle_with_receipts(void)
{
	settle_parts(0);
}

Test(store_contract, a_receipt_finds_its_alert)
{
	static const struct {
		const char *name;
		const char *account;
		const char *ref;
		bool want_known;
		uint8_t want_segment;
	} rows[] = {
		{ "first part", "cmcc", "m-1", true, 1 },
		{ "second part", "cmcc", "m:2", true, 2 },
		{ "another account", "cm", "m-1", false, 0 },
		{ "unknown", "cmcc", "m-3", false, 0 },
	};
	unsigned count = sizeof rows / sizeof rows[0];
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		store_rig_add(RIG, LANE_NORMAL, "a");
		store_rig_read_all(RIG, 0, 1);
		settle_with_receipts();
		for (unsigned row = 0; row < count; row++)
			cr_assert(find(rows[row].account, rows[row].ref, row), "%s", RIG->row);
		flush();
		store_rig_until(RIG, 0, rig_has_found, count, "all are looked up");
		for (unsigned row = 0; row < count; row++) {
			const struct rig_found *found = found_of(row);
			cr_assert_eq(found->is_known, rows[row].want_known, "%s, %s", RIG->row, rows[row].name);
			if (!found->is_known)
				continue;
			cr_assert_eq(found->segment, rows[row].want_segment, "%s, %s", RIG->row, rows[row].name);
			cr_assert_str_eq(found->value, "\"id\":\"a\",\n\"entry\":\"1-1\"", "%s", RIG->row);
		}
		store_rig_finish(RIG);
	}
}

/* However many look-ups there are, alerts go on. */
Test(store_contract, a_flood_of_look_ups_stops_nothing)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		for (unsigned i = 0; i < 4; i++) {
			char id[8];
			snprintf(id, sizeof id, "a%u", i);
			store_rig_add(RIG, LANE_NORMAL, id);
		}
		store_rig_read_all(RIG, 0, 4);
		unsigned taken = 0;
		for (unsigned i = 0; i < LOOK_UPS; i++)
			taken += find("cmcc", "nobody", i);
		cr_assert_gt(taken, 0, "%s", RIG->row);
		cr_assert(store_rig_begin(RIG, 0, places, 2), "%s", RIG->row);
		store_rig_settle(RIG, 0, places + 2, 2, &accepted);
		store_rig_until(RIG, 0, rig_has_begun, 1, "BEGIN is answered");
		store_rig_until(RIG, 0, rig_has_settled, 2, "SETTLE is answered");
		store_rig_until(RIG, 0, rig_has_found, taken, "all look-ups are answered");
		cr_assert_eq(slot()->up_count, 1, "%s: it needed a new connection for that", RIG->row);
		store_rig_finish(RIG);
	}
}

static bool record(const struct store_receipt_event *events, unsigned count, uint64_t token)
{
	slot()->in_downcall = true;
	bool taken = slot()->store->ops->record(slot()->store, events, count, token);
	flush();
	slot()->in_downcall = false;
	return taken;
}

static void call_find_and_record(void *ctx)
{
	(void)ctx;
	static const struct store_receipt_event event = { .account = "cmcc",
							  .carrier_ref = SLICE("m-1"),
							  .state = MESSAGE_STATE_DELIVERED,
							  .head = SLICE(",\"event\":\"delivered\",\"segment\":"),
							  .ref = SLICE("\"m-1\"") };
	cr_assert(find("cmcc", "m-1", 5), "%s", RIG->row);
	cr_assert(record(&event, 1, 6), "%s", RIG->row);
}

Test(store_contract, records_are_told_when_they_are_durable)
{
	static const struct store_receipt_event events[] = {
		{ .account = "cmcc",
		  .carrier_ref = SLICE("m-1"),
		  .state = MESSAGE_STATE_DELIVERED,
		  .head = SLICE(",\"event\":\"delivered\",\"n\":"),
		  .tail = SLICE(",\"state\":\"DELIVERED\""),
		  .ref = SLICE("\"m-1\"") },
		{ .account = "cmcc",
		  .carrier_ref = SLICE("m:2"),
		  .state = MESSAGE_STATE_EXPIRED,
		  .head = SLICE(",\"n\":"),
		  .ref = SLICE("\"m:2\"") },
		{ .account = "cmcc", .carrier_ref = SLICE("m-1"), .state = MESSAGE_STATE_ENROUTE },
		{ .account = "cmcc",
		  .carrier_ref = SLICE("m-9"),
		  .state = MESSAGE_STATE_EXPIRED,
		  .head = SLICE(",\"n\":"),
		  .ref = SLICE("\"m-9\"") },
	};
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		store_rig_add(RIG, LANE_NORMAL, "a");
		store_rig_read_all(RIG, 0, 1);
		settle_with_receipts();
		cr_assert(record(events, 4, 1), "%s", RIG->row);
		store_rig_until(RIG, 0, rig_has_recorded, 1, "it is recorded");
		cr_assert_eq(slot()->recorded_ok, 1, "%s", RIG->row);
		cr_assert_str_eq(slot()->answers, "fff-", "%s", RIG->row);
		store_rig_expect_events(RIG, "{\"id\":\"a\",", 2);
		store_rig_expect_events(
			RIG,
			"\"entry\":\"1-1\",\"event\":\"delivered\",\"n\":1,\"state\":\"DELIVERED\",\"refs\":[\"m-1\"]}",
			1);
		store_rig_expect_events(RIG, "\"n\":2,\"refs\":[\"m:2\"]}", 1);

		/* What is lost with the connection is told as not done: both the look-up and the record. */
		RIG->kit->lose(RIG, false, call_find_and_record, NULL);
		store_rig_until(RIG, 0, rig_has_recorded, 3, "both are told");
		cr_assert_eq(slot()->recorded_ok, 1, "%s", RIG->row);
		cr_assert_eq(slot()->found_count, 0, "%s", RIG->row);
		store_rig_expect_events(RIG, "delivered", 1);
		store_rig_finish(RIG);
	}
}

/* Its answer to the carrier gets lost, the carrier repeats it: it is told as done, and is there once. */
Test(store_contract, a_record_that_had_its_effect_is_not_written_again)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		store_rig_add(RIG, LANE_NORMAL, "a");
		store_rig_read_all(RIG, 0, 1);
		settle_with_receipts();
		RIG->kit->lose(RIG, true, call_find_and_record, NULL);
		store_rig_until(RIG, 0, rig_has_recorded, 1, "it is told as not done");
		cr_assert_eq(slot()->recorded_ok, 0, "%s", RIG->row);
		RIG->kit->forget_scripts(RIG);
		for (unsigned told = slot()->recorded_count; slot()->recorded_ok == 0; told++) {
			store_rig_until(RIG, 0, rig_is_up, 0, "it comes back");
			call_find_and_record(NULL);
			store_rig_until(RIG, 0, rig_has_recorded, told + 1, "it is told");
		}
		store_rig_expect_events(RIG, "delivered", 1);
		store_rig_finish(RIG);
	}
}

static void record_row(const char *account, const char *ref, enum message_state state, unsigned row)
{
	char head[40];
	snprintf(head, sizeof head, ",\"row\":\"%u\",\"segment\":", row);
	struct store_receipt_event event = {
		.account = account,
		.carrier_ref = slice_of(ref),
		.state = state,
		.head = slice_of(head),
		.ref = SLICE("\"r\""),
	};
	cr_assert(record(&event, 1, row), "%s", RIG->row);
	store_rig_until(RIG, 0, rig_has_recorded, slot()->recorded_count + 1, "it is recorded");
}

Test(store_contract, each_state_of_a_receipt_is_told_once)
{
	static const struct {
		const char *name;
		const char *account;
		const char *ref;
		enum message_state state;
		bool ages; /* a generation goes by before it */
		bool want_told;
	} rows[] = {
		{ "the first", "cmcc", "m-1", MESSAGE_STATE_UNDELIVERABLE, false, true },
		{ "the same again", "cmcc", "m-1", MESSAGE_STATE_UNDELIVERABLE, false, false },
		{ "of the other part", "cmcc", "m:2", MESSAGE_STATE_UNDELIVERABLE, false, true },
		{ "it changes", "cmcc", "m-1", MESSAGE_STATE_DELIVERED, false, true },
		{ "the change again", "cmcc", "m-1", MESSAGE_STATE_DELIVERED, false, false },
		{ "the first once more", "cmcc", "m-1", MESSAGE_STATE_UNDELIVERABLE, false, false },
		{ "another one behind delivered", "cmcc", "m-1", MESSAGE_STATE_EXPIRED, false, false },
		{ "again in the next generation", "cmcc", "m-1", MESSAGE_STATE_DELIVERED, true, false },
		{ "another one there", "cmcc", "m:2", MESSAGE_STATE_SKIPPED, false, true },
		{ "that again", "cmcc", "m:2", MESSAGE_STATE_SKIPPED, false, false },
		{ "of another account", "cm", "m-1", MESSAGE_STATE_DELIVERED, false, false },
		{ "of what nobody knows", "cmcc", "m-9", MESSAGE_STATE_DELIVERED, false, false },
	};
	unsigned count = sizeof rows / sizeof rows[0];
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		store_rig_add(RIG, LANE_NORMAL, "a");
		store_rig_read_all(RIG, 0, 1);
		settle_with_receipts();
		for (unsigned row = 0; row < count; row++) {
			if (rows[row].ages)
				RIG->kit->age_receipts(RIG);
			record_row(rows[row].account, rows[row].ref, rows[row].state, row);
			char text[32];
			snprintf(text, sizeof text, "\"row\":\"%u\"", row);
			unsigned want = rows[row].want_told;
			cr_assert_eq(strstr(RIG->kit->events(RIG), text) != NULL, want, "%s, %s", RIG->row,
				     rows[row].name);
		}
		cr_assert_eq(slot()->recorded_ok, count, "%s", RIG->row);
		/* What is not delivered is still found, as what it was. */
		cr_assert(find("cmcc", "m-1", 1) && find("cmcc", "m:2", 2), "%s", RIG->row);
		flush();
		store_rig_until(RIG, 0, rig_has_found, 2, "both are looked up");
		cr_assert(!found_of(1)->is_known, "%s", RIG->row);
		cr_assert(found_of(2)->is_known, "%s", RIG->row);
		cr_assert_eq(found_of(2)->segment, 2, "%s", RIG->row);
		cr_assert_str_eq(found_of(2)->value, "\"id\":\"a\",\n\"entry\":\"1-1\"", "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

/* A whole batch: of two that say the same one is told, and what is new is told beside what is not. */
Test(store_contract, receipts_of_one_batch_are_told_apart)
{
	static struct store_receipt_event events[STORE_RECEIPTS_MAX];
	for (unsigned i = 0; i < STORE_RECEIPTS_MAX; i++)
		events[i] = (struct store_receipt_event){ .account = "cmcc",
							  .carrier_ref = SLICE("m-9"),
							  .state = MESSAGE_STATE_DELIVERED,
							  .head = SLICE(",\"of\":"),
							  .ref = SLICE("\"r\"") };
	events[7].carrier_ref = events[8].carrier_ref = events[STORE_RECEIPTS_MAX - 1].carrier_ref = SLICE("m-1");
	events[9].carrier_ref = SLICE("m:2");
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		store_rig_add(RIG, LANE_NORMAL, "a");
		store_rig_read_all(RIG, 0, 1);
		settle_with_receipts();
		cr_assert(record(events, 9, 1), "%s", RIG->row);
		store_rig_until(RIG, 0, rig_has_recorded, 1, "the first are recorded");
		cr_assert_str_eq(slot()->answers, "-------fr", "%s", RIG->row);
		cr_assert(record(events, STORE_RECEIPTS_MAX, 2), "%s", RIG->row);
		store_rig_until(RIG, 0, rig_has_recorded, 2, "both are recorded");
		cr_assert_eq(slot()->recorded_ok, 2, "%s", RIG->row);
		cr_assert_eq(strncmp(slot()->answers, "-------rrf-", 11), 0, "%s", RIG->row);
		cr_assert_eq(slot()->answers[STORE_RECEIPTS_MAX - 1], 'r', "%s", RIG->row);
		store_rig_expect_events(RIG, "\"of\":1", 1);
		store_rig_expect_events(RIG, "\"of\":2", 1);
		store_rig_finish(RIG);
	}
}

#define D                     "DELIVERED"
#define U                     "UNDELIVERABLE"
#define DETAIL(number, state) "{\"segment\":" number ",\"state\":\"" state "\",\"at\":\"noon\",\"ref\":\"r\"}"

/* An sms of three segments: receipts in one batch or one by one, in any order, repeated, and over a generation's end. */
Test(store_contract, several_segments_are_told_as_one)
{
	static const struct {
		const char *name;
		const char *receipts; /* segment and state each; '|' ends a batch, '~' a generation */
		const char *want;     /* the last batch's answers */
		const char *told;     /* NULL = nothing */
	} rows[] = {
		{ "one is not all", "1D", "f", NULL },
		{ "all in order", "1D|2D|3D", "f",
		  "\"event\":\"delivered\",\"segment\":3,\"state\":\"" D
		  "\",\"refs\":[\"r\"],\"segments_detail\":[" DETAIL("1", D) "," DETAIL("2", D) "," DETAIL("3",
													   D) "]}" },
		{ "all in one batch, the last first", "3D1D2D", "fff",
		  "\"event\":\"delivered\",\"segment\":2,\"state\":\"" D
		  "\",\"refs\":[\"r\"],\"segments_detail\":[" DETAIL("1", D) "," DETAIL("2", D) "," DETAIL("3",
													   D) "]}" },
		{ "each twice", "1D1D2D|1D2D", "rr", NULL },
		{ "all, then again", "1D2D3D|2D1U", "rr",
		  "\"event\":\"delivered\",\"segment\":3,\"state\":\"" D
		  "\",\"refs\":[\"r\"],\"segments_detail\":[" DETAIL("1", D) "," DETAIL("2", D) "," DETAIL("3",
													   D) "]}" },
		{ "one fails", "2D|1U", "f",
		  "\"event\":\"undelivered\",\"segment\":1,\"state\":\"" U
		  "\",\"refs\":[\"r\"],\"segments_detail\":[" DETAIL("1", U) "," DETAIL("2", D) "]}" },
		{ "one fails, the rest follow", "3U|1D2D3D2U", "rrrr",
		  "\"event\":\"undelivered\",\"segment\":3,\"state\":\"" U
		  "\",\"refs\":[\"r\"],\"segments_detail\":[" DETAIL("3", U) "]}" },
		{ "a generation goes by", "1D2D~1D3D", "rf",
		  "\"event\":\"delivered\",\"segment\":3,\"state\":\"" D
		  "\",\"refs\":[\"r\"],\"segments_detail\":[" DETAIL("1", D) "," DETAIL("2", D) "," DETAIL("3",
													   D) "]}" },
		{ "told, and a generation goes by", "1U~1U2D", "rr",
		  "\"event\":\"undelivered\",\"segment\":1,\"state\":\"" U
		  "\",\"refs\":[\"r\"],\"segments_detail\":[" DETAIL("1", U) "]}" },
	};
	static const char *const refs[] = { "m-1", "m:2", "m-3" };
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		for (unsigned row = 0; row < sizeof rows / sizeof rows[0]; row++) {
			struct store_receipt_event events[8];
			unsigned count = 0;
			unsigned batches = 0;
			start(kit);
			store_rig_add(RIG, LANE_NORMAL, "a");
			store_rig_read_all(RIG, 0, 1);
			settle_parts(3);
			for (const char *at = rows[row].receipts;; at++) {
				if (*at >= '1' && *at <= '3') {
					bool is_good = at[1] == 'D';
					events[count++] = (struct store_receipt_event){
						.account = "cmcc",
						.carrier_ref = slice_of(refs[*at++ - '1']),
						.state =
							is_good ? MESSAGE_STATE_DELIVERED : MESSAGE_STATE_UNDELIVERABLE,
						.head = is_good ? SLICE(",\"event\":\"delivered\",\"segment\":")
								: SLICE(",\"event\":\"undelivered\",\"segment\":"),
						.tail = is_good ? SLICE(",\"state\":\"" D "\"")
								: SLICE(",\"state\":\"" U "\""),
						.more = SLICE(",\"at\":\"noon\""),
						.ref = SLICE("\"r\""),
					};
					continue;
				}
				cr_assert(record(events, count, batches), "%s", RIG->row);
				store_rig_until(RIG, 0, rig_has_recorded, ++batches, "it is recorded");
				count = 0;
				if (*at == '\0')
					break;
				if (*at == '~')
					RIG->kit->age_receipts(RIG);
			}
			cr_assert_str_eq(slot()->answers, rows[row].want, "%s, %s", RIG->row, rows[row].name);
			store_rig_expect_events(RIG, "segments_detail", rows[row].told != NULL);
			store_rig_expect_events(RIG, "\"segment\":", rows[row].told != NULL);
			if (rows[row].told != NULL)
				store_rig_expect_events(RIG, rows[row].told, 1);
			store_rig_finish(RIG);
		}
	}
}

static void settle(const struct store_late *late)
{
	slot()->in_downcall = true;
	slot()->store->ops->settle_late(slot()->store, late);
	flush();
	slot()->in_downcall = false;
}

static void settle_late(const struct entry_key *origin, uint16_t reference, uint8_t segment, const char *ref)
{
	settle(&(struct store_late){
		.key = { *origin, reference, segment },
		.account = "cmcc",
		.carrier_ref = slice_of(ref),
		.at = SLICE("noon"),
	});
}

static void settle_queried(const struct entry_key *origin, uint8_t segment, const char *ref)
{
	settle(&(struct store_late){
		.key = { *origin, 7, segment },
		.account = "cmcc",
		.carrier_ref = slice_of(ref),
		.at = SLICE("noon"),
		.is_queried = true,
	});
}

static struct entry_key make_wait(unsigned place, const char *id, const char *state, enum settle_kind kind)
{
	struct entry_key key = store_rig_add(RIG, LANE_NORMAL, id);
	store_rig_read_all(RIG, 0, place + 1);
	struct settlement later = {
		.kind = kind, .state = slice_of(state), .ambiguous = true, .due_at = INT64_C(4000000000000)
	};
	store_rig_settle(RIG, 0, places + place, 1, &later);
	store_rig_until(RIG, 0, rig_has_settled, place + 1, "it waits");
	return key;
}

static bool has_waiting(struct rig_slot *of, unsigned count)
{
	return of->rig->kit->waiting(of->rig) + of->rig->kit->held(of->rig) == count;
}

/* What it names of consent, and what it was exempt from, is told as by an answer in time. */
Test(store_contract, a_late_answer_tells_consent_and_what_it_was_exempt_from)
{
	static const struct {
		const char *more; /* of the alert */
		const char *state;
		const char *want;
	} rows[] = {
		{ ",\"consent\":\"form 7\"", "7 1 0 0 1 99 cmcc,2 -", "\"late\":true,\"consent\":\"form 7\"}" },
		{ "", "7 1 0 0 1 99 cmcc,0:opted_out -", "\"late\":true,\"exempt\":\"opted_out\"}" },
		{ ",\"consent\":\"\"", "7 1 0 0 1 99 cmcc,3rs:day_cap,backup -",
		  "\"late\":true,\"exempt\":\"day_cap\"}" },
		{ ",\"consent\":\"a\"", "7 2 2 0 1 99 cmcc,0:quiet_hours - -",
		  "\"segments\":2,\"late\":true,\"consent\":\"a\",\"exempt\":\"quiet_hours\"}" },
	};
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
			char body[RIG_TEXT];
			snprintf(body, sizeof body, "{\"id\":\"e%u\",\"template\":\"t\"%s}", i, rows[i].more);
			struct entry_key key = store_rig_add_body(RIG, LANE_NORMAL, body);
			store_rig_read_all(RIG, 0, i + 1);
			struct settlement later = { .kind = SETTLE_LATER,
						    .state = slice_of(rows[i].state),
						    .due_at = INT64_C(4000000000000) };
			store_rig_settle(RIG, 0, places + i, 1, &later);
			store_rig_until(RIG, 0, rig_has_settled, i + 1, "it waits");
			settle_late(&key, 7, 1, "m-1");
			store_rig_until(RIG, 0, has_waiting, 0, "it is closed");
			store_rig_expect_events(RIG, rows[i].want, 1);
		}
		store_rig_finish(RIG);
	}
}

Test(store_contract, a_late_answer_closes_what_waits_or_is_held_and_nothing_else)
{
	for (unsigned row = 0; row < 2 * store_kit_count; row++) {
		enum settle_kind kind = row % 2 ? SETTLE_HOLD : SETTLE_LATER;
		start(row / 2);
		struct entry_key one = make_wait(0, "one", "7 1 0 0 1 99 cmcc -", kind);
		struct entry_key twice = make_wait(1, "twice", "7 1 0 0 2 99 cmcc -", kind);
		struct entry_key large = make_wait(2, "large", "7 3 0 0 1 99 cmcc - - -", kind);
		struct entry_key early = make_wait(3, "early", "", kind);
		cr_assert_eq(RIG->kit->held(RIG), kind == SETTLE_HOLD ? 4 : 0, "%s", RIG->row);
		struct entry_key nobody = { .ms = 5, .seq = 5, .lane = LANE_NORMAL };
		settle_late(&nobody, 7, 1, "m-0");
		settle_late(&large, 7, 2, "m-2");
		settle_late(&early, 7, 1, "m-3");
		settle_late(&one, 7, 1, "m-1");
		settle_late(&one, 7, 1, "m-1");
		settle_late(&twice, 7, 1, "");
		store_rig_until(RIG, 0, has_waiting, 2, "two are closed");
		store_rig_pass(RIG, 50 * US_PER_MS);
		cr_assert(has_waiting(slot(), 2), "%s", RIG->row);
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_ACCEPTED), 2, "%s", RIG->row);
		char entry[ENTRY_ID_OCTETS];
		char event[256];
		entry_id_format(&one, entry);
		snprintf(event, sizeof event,
			 "{\"id\":\"one\",\"entry\":\"%s\",\"stream\":\"normal\",\"template\":\"t\",\"event\":"
			 "\"accepted\",\"at\":\"noon\",\"account\":\"cmcc\",\"refs\":[\"m-1\"],\"segments\":1,\"late\":"
			 "true}",
			 entry);
		store_rig_expect_events(RIG, event, 1);
		/* It had been sent a second time already. */
		store_rig_expect_events(RIG, "\"id\":\"twice\"", 1);
		store_rig_expect_events(RIG, "\"late\":true,\"ambiguous\":true}", 1);
		store_rig_expect_balance(RIG);
		cr_assert(find("cmcc", "m-1", 1) && find("cmcc", "m-2", 2), "%s", RIG->row);
		flush();
		store_rig_until(RIG, 0, rig_has_found, 2, "both are looked up");
		cr_assert(found_of(1)->is_known && found_of(1)->segment == 1, "%s", RIG->row);
		cr_assert_not_null(strstr(found_of(1)->value, "\"id\":\"one\""), "%s", RIG->row);
		cr_assert_not(found_of(2)->is_known, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

/* What the carrier said when it was asked counts like a late answer, but where its id is known to be another alert's. */
Test(store_contract, what_a_question_brought_is_no_other_alert_s)
{
	for (unsigned row = 0; row < 2 * store_kit_count; row++) {
		enum settle_kind kind = row % 2 ? SETTLE_HOLD : SETTLE_LATER;
		start(row / 2);
		struct entry_key one = make_wait(0, "one", "7 1 0 0 1 99 cmcc -", kind);
		struct entry_key two = make_wait(1, "two", "7 1 0 0 1 99 cmcc -", kind);
		struct entry_key large = make_wait(2, "large", "7 2 0 0 1 99 cmcc - -", kind);
		settle_queried(&one, 1, "M-1");
		settle_queried(&two, 1, "m-1");
		settle_queried(&large, 1, "m-1");
		settle_queried(&large, 2, "m-2");
		store_rig_until(RIG, 0, has_waiting, 2, "one is closed");
		store_rig_pass(RIG, 50 * US_PER_MS);
		cr_assert(has_waiting(slot(), 2), "%s", RIG->row);
		store_rig_expect_events(RIG,
					"\"refs\":[\"M-1\"],\"segments\":1,\"late\":true,\"settled_by\":\"query\"}", 1);
		/* So it is once that one was delivered, and over a generation's end. */
		const struct store_receipt_event delivered = { .account = "cmcc",
							       .carrier_ref = SLICE("m-1"),
							       .state = MESSAGE_STATE_DELIVERED,
							       .head = SLICE(",\"of\":"),
							       .ref = SLICE("\"r\"") };
		cr_assert(record(&delivered, 1, 1), "%s", RIG->row);
		store_rig_until(RIG, 0, rig_has_recorded, 1, "it is recorded");
		cr_assert_str_eq(slot()->answers, "f", "%s", RIG->row);
		settle_queried(&two, 1, "m-1");
		RIG->kit->age_receipts(RIG);
		settle_queried(&two, 1, "m-1");
		store_rig_pass(RIG, 50 * US_PER_MS);
		cr_assert(has_waiting(slot(), 2), "%s", RIG->row);
		settle_queried(&large, 1, "m-3");
		settle_late(&two, 7, 1, "m-4");
		store_rig_until(RIG, 0, has_waiting, 0, "all are closed");
		store_rig_expect_events(
			RIG, "\"refs\":[\"m-3\",\"m-2\"],\"segments\":2,\"late\":true,\"settled_by\":\"query\"}", 1);
		store_rig_expect_events(RIG, "\"settled_by\"", 2);
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_ACCEPTED), 3, "%s", RIG->row);
		store_rig_expect_balance(RIG);
		store_rig_finish(RIG);
	}
}

/* Of a long sms each answer is one part's: it is closed with the last one, and goes on waiting for the rest until then. */
Test(store_contract, late_answers_to_all_parts_close_a_long_sms)
{
	for (unsigned row = 0; row < 2 * store_kit_count; row++) {
		enum settle_kind kind = row % 2 ? SETTLE_HOLD : SETTLE_LATER;
		start(row / 2);
		struct entry_key all = make_wait(0, "all", "7 3 2 0 1 99 cmcc,1r,other - 6d3a32 -", kind);
		struct entry_key some = make_wait(1, "some", "7 2 0 0 1 99 cmcc,2rs - -", kind);
		struct entry_key moved = make_wait(2, "moved", "7 2 0 0 1 99 cmcc2 - -", kind);
		settle_late(&all, 7, 2, "m-9"); /* known already */
		settle_late(&all, 7, 4, "m-9"); /* there is no such part */
		settle_late(&all, 8, 3, "m-9"); /* of another text */
		settle_late(&all, 7, 3, "m\"\xE9\n3");
		settle_late(&some, 7, 2, "");
		settle_late(&moved, 7, 1, "m-9");
		settle_late(&moved, 7, 2, "m-9");
		store_rig_pass(RIG, 50 * US_PER_MS);
		cr_assert(has_waiting(slot(), 3), "%s", RIG->row);
		settle_late(&all, 7, 1, "m-1");
		store_rig_until(RIG, 0, has_waiting, 2, "it is closed");
		store_rig_expect_events(RIG, "\"id\":\"all\"", 1);
		store_rig_expect_events(
			RIG, "\"refs\":[\"m-1\",\"m:2\",\"m\\\"\xEF\xBF\xBD\\n3\"],\"segments\":3,\"late\":true}", 1);
		/* A part without a message id is known all the same: then the other one closes it. This one was sent again
		 * since, so that some parts may be there twice. */
		settle_late(&some, 7, 1, "m-4");
		store_rig_until(RIG, 0, has_waiting, 1, "so is this");
		store_rig_expect_events(RIG, "\"refs\":[\"m-4\",\"\"],\"segments\":2,\"late\":true,\"ambiguous\":true}",
					1);
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_ACCEPTED), 2, "%s", RIG->row);
		store_rig_expect_balance(RIG);
		cr_assert(find("cmcc", "m:2", 1) && find("cmcc", "m-1", 2), "%s", RIG->row);
		flush();
		store_rig_until(RIG, 0, rig_has_found, 2, "both are looked up");
		cr_assert(found_of(1)->is_known && found_of(1)->segment == 2, "%s", RIG->row);
		cr_assert(found_of(2)->is_known && found_of(2)->segment == 1, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

/* What late answers have said is in the state that it comes back with. */
Test(store_contract, a_late_answer_to_a_part_comes_back_with_the_rest)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		struct entry_key key = store_rig_add(RIG, LANE_NORMAL, "a");
		store_rig_read_all(RIG, 0, 1);
		struct settlement held = { .kind = SETTLE_HOLD,
					   .state = SLICE("7 3 0 0 1 99 cmcc - - -"),
					   .ambiguous = true };
		store_rig_settle(RIG, 0, places, 1, &held);
		store_rig_until(RIG, 0, rig_has_settled, 1, "it is held");
		settle_late(&key, 7, 2, "m-2");
		store_rig_pass(RIG, 50 * US_PER_MS);
		RIG->kit->resend(RIG, &key);
		store_rig_read_all(RIG, 0, 2);
		cr_assert_str_eq(slot()->entries[1].state, "7 3 2 0 1 99 cmcc - 6d2d32 -", "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

Test(store_contract, close_finishes_what_is_under_way_and_is_last)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		store_rig_add(RIG, LANE_NORMAL, "a");
		store_rig_add(RIG, LANE_NORMAL, "b");
		store_rig_read_all(RIG, 0, 2);
		store_rig_settle(RIG, 0, places, 2, &accepted);
		store_rig_close(RIG, 0, 5 * US_PER_S);
		cr_assert_eq(slot()->settled_count, 2, "%s", RIG->row);
		cr_assert_eq(RIG->kit->total(RIG, CLOSING_ACCEPTED), 2, "%s", RIG->row);
		store_rig_finish(RIG);

		/* At once, with everything under way. */
		start(kit);
		store_rig_add(RIG, LANE_NORMAL, "a");
		store_rig_read_all(RIG, 0, 1);
		store_rig_read(RIG, 0, 4, true);
		call_find_and_record(NULL);
		cr_assert(store_rig_begin(RIG, 0, places, 1), "%s", RIG->row);
		store_rig_settle(RIG, 0, places, 1, &accepted);
		store_rig_close(RIG, 0, 0);
		store_rig_finish(RIG);
	}
}

Test(store_contract, a_store_can_be_destroyed_unopened)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		store_rig_start(RIG, store_kits[kit]);
		RIG->kit->make(RIG, 0, &(struct store_setup){ .nonce = 1 });
		slot()->store->ops->destroy(slot()->store);
		slot()->store = NULL;
		store_rig_finish(RIG);
	}
}
