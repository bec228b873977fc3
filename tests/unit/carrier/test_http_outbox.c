/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/http_outbox.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 2
#define BATCH  3
#define NOW    1770944400000

static struct http_account *account;
static struct http_outbox *outbox;
static struct http_callback_address receipts_to; /* nowhere, unless a test sets it */
static const struct submit_text text = { .text = { "您好", 6 } };
static struct {
	uint64_t tokens[32];
	enum outcome_class classes[32];
	unsigned count;
} told;

static void set_up(void)
{
	struct http_settings settings = {
		.preset = "json-batch",
		.url = "https://sms.example.com/",
		.token = "t",
		.batch_max = BATCH,
	};
	struct err_at at = { .err = ERR_OK };
	memset(&told, 0, sizeof told);
	cr_assert_eq(http_account_create(&settings, &account, &at), ERR_OK, "%s: %s", at.field, at.text);
	outbox = http_outbox_create(account, &receipts_to, PLACES, 1);
	cr_assert_not_null(outbox);
}

static void tear_down(void)
{
	http_outbox_destroy(outbox);
	http_account_destroy(account);
}

static void put_text(uint64_t token, wall_ms expires_at, bool wants_receipt, const struct submit_text *said)
{
	struct msisdn to = { "8613900000001", 13 };
	to.digits[12] = (char)('0' + token % 10);
	struct submit submit = {
		.token = token,
		.key = { .origin = { .ms = NOW, .seq = token, .lane = LANE_NORMAL }, .segment = 1 },
		.to = &to,
		.encoding = ENCODING_UCS2,
		.concat = CONCAT_TEXT,
		.text = said,
		.expires_at = expires_at,
		.wants_receipt = wants_receipt,
	};
	http_outbox_put(outbox, &submit, NOW);
	memset(&to, 0xEE, sizeof to);
}

static void put_one(uint64_t token, wall_ms expires_at, bool wants_receipt)
{
	put_text(token, expires_at, wants_receipt, &text);
}

static void put(uint64_t token, wall_ms expires_at)
{
	put_one(token, expires_at, false);
}

static void on_outcome(void *ctx, uint64_t token, const struct outcome *outcome)
{
	(void)ctx;
	told.tokens[told.count] = token;
	told.classes[told.count++] = outcome->outcome_class;
}

Test(http_outbox, fills_requests_in_order_and_tells_each_message)
{
	set_up();
	cr_assert_eq(http_outbox_window(outbox), PLACES * BATCH);
	for (uint64_t token = 1; token <= 5; token++)
		put(token, 0);
	static const unsigned want[] = { 3, 2 };
	unsigned places[PLACES];
	unsigned count;
	struct http_call call;
	for (unsigned i = 0; i < 2; i++) {
		cr_assert(http_outbox_next(outbox, NOW, &places[i], &call));
		http_outbox_messages(outbox, places[i], &count);
		cr_expect_eq(count, want[i], "request %u has %u messages", i, count);
		cr_expect_str_eq(call.method, "POST");
		cr_expect_str_eq(call.url, "https://sms.example.com/");
		cr_expect_gt(call.header_count, 0);
	}
	cr_expect_neq(places[0], places[1]);
	put(6, 0);
	cr_expect_not(http_outbox_next(outbox, NOW, &places[0], &call), "there is no place");
	cr_expect_eq(http_outbox_used(outbox), 6);
	static const struct outcome outcomes[] = { { .outcome_class = OUTCOME_ACCEPTED },
						   { .outcome_class = OUTCOME_REJECTED },
						   { .outcome_class = OUTCOME_UNKNOWN } };
	http_outbox_tell(outbox, places[0], outcomes, on_outcome, NULL);
	cr_expect_eq(told.count, 3);
	for (unsigned i = 0; i < 3; i++)
		cr_expect(told.tokens[i] == i + 1 && told.classes[i] == outcomes[i].outcome_class, "message %u", i);
	cr_expect_eq(http_outbox_used(outbox), 3);
	cr_expect(http_outbox_next(outbox, NOW, &places[0], &call), "the place is free again");
	tear_down();
}

Test(http_outbox, what_has_not_left_comes_back)
{
	set_up();
	put(1, 0);
	put(2, 0);
	cr_expect_not(http_outbox_has_returned(outbox));
	http_outbox_give_back(outbox);
	cr_expect(http_outbox_has_returned(outbox));
	http_outbox_tell_returned(outbox, on_outcome, NULL);
	cr_assert_eq(told.count, 2);
	for (unsigned i = 0; i < 2; i++)
		cr_expect(told.tokens[i] == i + 1 && told.classes[i] == OUTCOME_TEMPORARY, "message %u", i);
	cr_expect_eq(http_outbox_used(outbox), 0);
	tear_down();
}

Test(http_outbox, what_cannot_be_said_is_refused)
{
	struct http_settings settings = {
		.url = "https://sms.example.com/",
		.json = "{\"code\":\"{template}\"}",
		.templates = { (const char *const[]){ "other = SMS_1" }, 1 },
		.message_id = "{id}",
	};
	struct err_at at = { .err = ERR_OK };
	memset(&told, 0, sizeof told);
	cr_assert_eq(http_account_create(&settings, &account, &at), ERR_OK, "%s: %s", at.field, at.text);
	outbox = http_outbox_create(account, &receipts_to, PLACES, 1);
	put(1, 0);
	cr_expect(http_outbox_has_returned(outbox), "its template is none of the provider's");
	http_outbox_tell_returned(outbox, on_outcome, NULL);
	cr_expect(told.count == 1 && told.classes[0] == OUTCOME_REJECTED);
	tear_down();
}

Test(http_outbox, validity_is_what_is_left)
{
	static const struct {
		wall_ms expires_at;
		uint32_t want;
	} rows[] = { { 0, 0 }, { NOW + 90000, 90 }, { NOW + 500, 1 } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unsigned place;
		unsigned count;
		struct http_call call;
		set_up();
		put(7, rows[i].expires_at);
		cr_assert(http_outbox_next(outbox, NOW, &place, &call));
		const struct http_message *message = http_outbox_messages(outbox, place, &count)[0];
		cr_expect_eq(message->validity_s, rows[i].want, "row %zu: %u", i, (unsigned)message->validity_s);
		cr_expect(message->id.len > 0 && message->id.len <= HTTP_ID_MAX, "row %zu", i);
		tear_down();
	}
}

/* Four wait for one place, since no answer comes; the time of two of them is over before it does. */
Test(http_outbox, what_grows_too_old_while_it_waits_does_not_leave)
{
	unsigned place;
	unsigned count;
	struct http_call call;
	set_up();
	put(1, NOW);
	put(2, NOW + 90000);
	put(3, NOW + 1500);
	put(4, 0);
	cr_assert(http_outbox_next(outbox, NOW + 10000, &place, &call));
	const struct http_message *const *messages = http_outbox_messages(outbox, place, &count);
	cr_assert_eq(count, 2);
	cr_expect_eq(messages[0]->validity_s, 80, "what is left when it leaves: %u", (unsigned)messages[0]->validity_s);
	cr_expect_eq(messages[1]->validity_s, 0);
	cr_assert(http_outbox_has_returned(outbox));
	http_outbox_tell_returned(outbox, on_outcome, NULL);
	cr_assert_eq(told.count, 2);
	for (unsigned i = 0; i < 2; i++) {
		cr_expect_eq(told.tokens[i], i == 0 ? 1 : 3);
		cr_expect_eq(told.classes[i], OUTCOME_TEMPORARY);
	}
	cr_expect_not(http_outbox_next(outbox, NOW + 10000, &place, &call));
	tear_down();
}

Test(http_outbox, what_is_too_long_together_goes_alone)
{
	enum { OCTETS = 900 * 1024 };
	char *octets = malloc(OCTETS);
	struct http_call call;
	unsigned place;
	unsigned count;
	cr_assert_not_null(octets);
	memset(octets, 'x', OCTETS);
	set_up();
	const struct submit_text large = { .text = { octets, OCTETS } };
	for (uint64_t token = 1; token <= BATCH; token++)
		put_text(token, 0, false, &large);
	for (uint64_t token = 1; token <= BATCH; token++) {
		static const struct outcome accepted = { .outcome_class = OUTCOME_ACCEPTED };
		cr_assert(http_outbox_next(outbox, NOW, &place, &call), "message %u", (unsigned)token);
		http_outbox_messages(outbox, place, &count);
		cr_expect_eq(count, 1);
		http_outbox_tell(outbox, place, &accepted, on_outcome, NULL);
		cr_expect_eq(told.tokens[token - 1], token);
		cr_expect_eq(told.classes[token - 1], OUTCOME_ACCEPTED);
	}
	cr_expect_not(http_outbox_has_returned(outbox));
	tear_down();
	free(octets);
}

Test(http_outbox, what_is_too_long_alone_is_refused)
{
	enum { OCTETS = 3 * 1024 * 1024 };
	char *octets = malloc(OCTETS);
	struct http_call call;
	unsigned place;
	cr_assert_not_null(octets);
	memset(octets, 'x', OCTETS);
	set_up();
	const struct submit_text large = { .text = { octets, OCTETS } };
	put_text(1, 0, false, &large);
	put(2, 0);
	cr_assert(http_outbox_next(outbox, NOW, &place, &call), "the other one leaves");
	http_outbox_tell_returned(outbox, on_outcome, NULL);
	cr_assert_eq(told.count, 1);
	cr_expect_eq(told.tokens[0], 1);
	cr_expect_eq(told.classes[0], OUTCOME_REJECTED);
	tear_down();
	free(octets);
}

Test(http_outbox, what_was_refused_together_goes_again_alone)
{
	set_up();
	cr_expect_not(http_outbox_has_again(outbox, NOW));
	for (uint64_t token = 1; token <= 3; token++)
		put(token, 0);
	unsigned place, count;
	struct http_call call;
	cr_assert(http_outbox_next(outbox, NOW, &place, &call));
	put(4, 0);
	http_outbox_send_alone(outbox, place);
	put(5, 0);
	cr_expect_eq(told.count, 0);
	cr_expect_eq(http_outbox_used(outbox), 5);
	/* 4 and 5 go together, as if nothing else were waiting; 1, 2 and 3 share with nobody, and each is asked for. */
	static const struct outcome outcomes[] = { { .outcome_class = OUTCOME_ACCEPTED },
						   { .outcome_class = OUTCOME_ACCEPTED } };
	cr_assert(http_outbox_next(outbox, NOW, &place, &call));
	http_outbox_messages(outbox, place, &count);
	cr_expect_eq(count, 2, "%u messages", count);
	http_outbox_tell(outbox, place, outcomes, on_outcome, NULL);
	cr_expect_not(http_outbox_next(outbox, NOW, &place, &call));
	for (unsigned i = 0; i < 3; i++) {
		cr_assert(http_outbox_has_again(outbox, NOW));
		cr_assert(http_outbox_next_again(outbox, NOW, &place, &call));
		http_outbox_messages(outbox, place, &count);
		cr_expect_eq(count, 1, "request %u has %u messages", i, count);
		http_outbox_tell(outbox, place, outcomes, on_outcome, NULL);
		cr_expect_eq(told.tokens[2 + i], i + 1);
	}
	cr_expect_not(http_outbox_has_again(outbox, NOW));
	cr_expect_eq(http_outbox_used(outbox), 0);
	/* Who comes next is no longer alone. */
	put(6, 0);
	put(7, 0);
	cr_assert(http_outbox_next(outbox, NOW, &place, &call));
	http_outbox_messages(outbox, place, &count);
	cr_expect_eq(count, 2);
	tear_down();
}

static void refuse_together(uint64_t first, wall_ms expires_at)
{
	struct http_call call;
	unsigned place;
	for (unsigned i = 0; i < BATCH; i++)
		put(first + i, expires_at);
	cr_assert(http_outbox_next(outbox, NOW, &place, &call));
	http_outbox_send_alone(outbox, place);
}

Test(http_outbox, what_was_to_go_again_comes_back)
{
	static const struct {
		const char *name;
		wall_ms expires_at;
		bool is_all; /* of what waits, else of what was to go again */
		wall_ms now;
		enum outcome_class want;
	} rows[] = {
		{ "all is given back", 0, true, NOW, OUTCOME_TEMPORARY },
		{ "what was to go again is given back", 0, false, NOW, OUTCOME_THROTTLED },
		{ "it is too old", NOW + 1000, false, NOW + 1000, OUTCOME_TEMPORARY },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up();
		refuse_together(1, rows[i].expires_at);
		cr_expect_eq(http_outbox_has_again(outbox, rows[i].now), rows[i].expires_at == 0, "%s", rows[i].name);
		if (rows[i].is_all)
			http_outbox_give_back(outbox);
		else
			http_outbox_give_back_again(outbox);
		http_outbox_tell_returned(outbox, on_outcome, NULL);
		cr_assert_eq(told.count, BATCH, "%s", rows[i].name);
		for (unsigned k = 0; k < BATCH; k++)
			cr_expect_eq(told.classes[k], rows[i].want, "%s", rows[i].name);
		cr_expect_not(http_outbox_has_again(outbox, NOW), "%s", rows[i].name);
		tear_down();
	}
}

Test(http_outbox, without_a_place_nothing_goes_again)
{
	struct http_call call;
	unsigned places[PLACES];
	set_up();
	refuse_together(1, 0);
	put(5, 0);
	cr_assert(http_outbox_next(outbox, NOW, &places[0], &call));
	cr_assert(http_outbox_next_again(outbox, NOW, &places[1], &call));
	cr_expect_not(http_outbox_has_again(outbox, NOW));
	http_outbox_tell(outbox, places[0], (struct outcome[]){ { .outcome_class = OUTCOME_ACCEPTED } }, on_outcome,
			 NULL);
	cr_expect(http_outbox_has_again(outbox, NOW));
	tear_down();
}

/* Each message tells where its own receipt is to go, and only where one is wanted. */
Test(http_outbox, receipts_are_asked_for)
{
	struct http_callback *callback;
	struct http_call call;
	unsigned place, count;
	cr_assert_eq(http_callback_create(&(struct http_callback_settings){ .dialect = "kannel" }, &callback, NULL),
		     ERR_OK);
	receipts_to = (struct http_callback_address){ callback, SLICE("https://h"), SLICE("a"), SLICE("secret") };
	set_up();
	put_one(1, 0, true);
	put_one(2, 0, true);
	put_one(3, 0, false);
	for (uint64_t token = 1; token <= 3;) {
		cr_assert(http_outbox_next(outbox, NOW, &place, &call));
		const struct http_message *const *messages = http_outbox_messages(outbox, place, &count);
		for (unsigned i = 0; i < count; i++, token++) {
			char octets[HTTP_CALLBACK_URL_MAX];
			struct buf want = buf_over(octets, sizeof octets);
			if (token < 3)
				buf_put_format(&want, "https://h/callbacks/a/secret?id=%.*s&state=%%d",
					       SLICE_ARG(messages[i]->id));
			cr_expect(slice_equal(messages[i]->callback, buf_slice(&want)), "%.*s",
				  SLICE_ARG(messages[i]->callback));
		}
	}
	tear_down();
	http_callback_destroy(callback);
	receipts_to = (struct http_callback_address){ .callback = NULL };
}
