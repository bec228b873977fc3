/* SPDX-License-Identifier: Apache-2.0 */
/* A link of ours and an SMSC that does anything in any order: each octet of the input is a step, its arguments are the octets behind. What
 * holds after every step: a submit that was taken has at most one outcome, and exactly one once its connection is gone; the window adds
 * up; what is to be written fits. */
#include "base/check.h"
#include "wire/session/session.h"
#include "wire/smpp/smpp_dialect.h"
#include "wire/smpp/smpp_pdu.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define WINDOW     4
#define QUERIES    2
#define TOKENS_MAX 512
#define OUT_OCTETS SESSION_OUT_OCTETS_MIN

static struct smpp_account account;

struct world {
	struct session *session;
	mono_us now;
	const uint8_t *at; /* the rest of the input */
	size_t len;
	unsigned tokens;
	uint8_t outcomes[TOKENS_MAX];
	struct frame owed; /* a receipt or message that was told and not answered */
	bool owes;
	uint64_t owed_generation;
};

static uint8_t next_octet(struct world *world)
{
	if (world->len == 0)
		return 0;
	world->len--;
	return *world->at++;
}

/* --- upcalls --- */

static void on_bound(void *ctx)
{
	struct world *world = ctx;
	CHECK(session_state(world->session) == SESSION_BOUND);
}

static void on_unbinding(void *ctx)
{
	(void)ctx;
}

static void on_outcome(void *ctx, uint64_t token, const struct outcome *outcome)
{
	struct world *world = ctx;
	CHECK(token < world->tokens);
	CHECK(world->outcomes[token]++ == 0);
	CHECK(outcome->carrier_ref.len <= CARRIER_REF_MAX);
}

static void on_late(void *ctx, const struct submit_key *key, const struct outcome *outcome)
{
	struct world *world = ctx;
	(void)outcome;
	CHECK(key->origin.seq < world->tokens && world->outcomes[key->origin.seq] == 1);
}

static void owe(struct world *world, const struct frame *answer)
{
	world->owed = *answer;
	world->owes = true;
	world->owed_generation = session_generation(world->session);
}

static void on_receipt(void *ctx, const struct frame *answer, const struct receipt *receipt)
{
	CHECK(receipt->carrier_ref.len <= CARRIER_REF_MAX);
	owe(ctx, answer);
}

static void on_mo(void *ctx, const struct frame *answer, const struct mo *mo)
{
	(void)mo;
	owe(ctx, answer);
}

static void on_note(void *ctx, const char *note, uint32_t command)
{
	(void)ctx, (void)command;
	CHECK(note != NULL);
}

static void on_unanswered(void *ctx, const struct submit_key *key, uint16_t user_reference)
{
	struct world *world = ctx;
	CHECK(key->origin.seq < world->tokens && user_reference != 0);
}

static void on_answered(void *ctx, const struct submit_key *key, uint16_t user_reference, const struct outcome *outcome)
{
	struct world *world = ctx;
	(void)outcome;
	CHECK(key->origin.seq < world->tokens && user_reference != 0);
}

static void on_query(void *ctx, uint16_t user_reference, enum query_answer answer, struct slice carrier_ref,
		     enum message_state state)
{
	(void)ctx, (void)user_reference, (void)state;
	CHECK((unsigned)answer <= QUERY_LOST && carrier_ref.len <= CARRIER_REF_MAX);
}

static const struct session_events events = {
	.on_bound = on_bound,
	.on_unbinding = on_unbinding,
	.on_outcome = on_outcome,
	.on_late = on_late,
	.on_receipt = on_receipt,
	.on_mo = on_mo,
	.on_note = on_note,
	.on_unanswered = on_unanswered,
	.on_answered = on_answered,
	.on_query = on_query,
};

/* --- steps --- */

static void lose(struct world *world)
{
	session_lost(world->session, world->now);
	CHECK(session_state(world->session) == SESSION_CLOSED && session_outstanding(world->session) == 0);
	for (unsigned i = 0; i < world->tokens; i++)
		CHECK(world->outcomes[i] == 1);
	world->owes = false;
}

static void submit(struct world *world)
{
	static const uint8_t text[140];
	static const struct msisdn to = { "8613900000001", 13 };
	struct segment segment = {
		.octets = text, .octets_len = next_octet(world) % sizeof text, .index = 1, .total = 1
	};
	struct submit wanted = { .token = world->tokens,
				 .key = { .origin = { .seq = world->tokens }, .segment = 1 },
				 .segment = &segment,
				 .to = &to };
	if (world->tokens == TOKENS_MAX)
		return;
	unsigned credit = session_credit(world->session);
	if (session_submit(world->session, &wanted, (struct now){ .mono = world->now }) == SUBMIT_TAKEN) {
		CHECK(credit > 0);
		world->tokens++;
	}
}

static void feed(struct world *world, const uint8_t *octets, size_t len)
{
	if (session_state(world->session) != SESSION_CLOSED &&
	    session_feed(world->session, octets, len, world->now) != SESSION_END_NONE)
		lose(world);
}

/* A frame whose header is as it should be, so that what lies behind it is reached. */
static void feed_frame(struct world *world)
{
	static const uint32_t commands[] = { 0x80000009, 0x80000001, 0x80000002, 0x80000004, 0x00000005, 0x00000103,
					     0x00000015, 0x80000015, 0x00000006, 0x80000006, 0x80000000, 0x80000003 };
	static const uint32_t statuses[] = { 0, 0, 0, 0x58, 0x14, 0x0B, 0x0E, 0x45 };
	uint8_t frame[16 + 255];
	uint32_t command = commands[next_octet(world) % (sizeof commands / sizeof commands[0])];
	uint32_t status = statuses[next_octet(world) % (sizeof statuses / sizeof statuses[0])];
	uint32_t number = next_octet(world);
	size_t body = next_octet(world);
	body = body < world->len ? body : world->len;
	const uint32_t header[4] = { (uint32_t)(16 + body), command, status, number };
	for (unsigned i = 0; i < 16; i++)
		frame[i] = (uint8_t)(header[i / 4] >> (24 - 8 * (i % 4)));
	if (body > 0)
		memcpy(frame + 16, world->at, body);
	world->at += body;
	world->len -= body;
	feed(world, frame, 16 + body);
}

static void feed_raw(struct world *world)
{
	size_t len = next_octet(world);
	len = len < world->len ? len : world->len;
	feed(world, world->at, len);
	world->at += len;
	world->len -= len;
}

static void step(struct world *world)
{
	struct session *session = world->session;
	enum session_state state = session_state(session);
	switch (next_octet(world) % 10) {
	case 0:
		if (state == SESSION_CLOSED)
			session_start(session, world->now);
		break;
	case 1:
		submit(world);
		break;
	case 2:
		world->now += (mono_us)(1 + next_octet(world)) * 100 * US_PER_MS;
		if (state != SESSION_CLOSED && session_tick(session, world->now) != SESSION_END_NONE)
			lose(world);
		break;
	case 3:
		feed_raw(world);
		break;
	case 4:
	case 5:
		feed_frame(world);
		break;
	case 6: {
		size_t len = session_out(session).len, want = (size_t)next_octet(world) * 8;
		session_wrote(session, want < len ? want : len, world->now);
		break;
	}
	case 7:
		session_unbind(session, world->now);
		break;
	case 8:
		if (world->owes && world->owed_generation == session_generation(session))
			session_answer_receipt(session, &world->owed, next_octet(world) % 2);
		world->owes = false;
		break;
	case 9:
		if (next_octet(world) % 4 == 0)
			lose(world);
		else
			(void)session_query(session, (uint16_t)(1 + next_octet(world) % 8), world->now);
		break;
	}
}

static void check(const struct world *world)
{
	const struct session *session = world->session;
	CHECK(session_out(session).len <= OUT_OCTETS);
	CHECK(session_outstanding(session) + session_queries(session) <= WINDOW);
	if (session_state(session) == SESSION_BOUND)
		CHECK(session_credit(session) + session_outstanding(session) + session_queries(session) <= WINDOW);
	else
		CHECK(session_credit(session) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (account.system_id == NULL) {
		smpp_account_init(&account);
		account.system_id = "hongyan";
		account.sends_reference = true;
		CHECK(smpp_account_prepare(&account, NULL) == ERR_OK);
	}
	struct references *references = references_create((struct reference_range){ 1, 8 }, 0);
	const struct session_options options = {
		.window = WINDOW,
		.late_max = 3,
		.bind_timeout_us = 5 * US_PER_S,
		.response_timeout_us = 3 * US_PER_S,
		.keepalive_us = 10 * US_PER_S,
		.keepalive_timeout_us = 5 * US_PER_S,
		.frame_timeout_us = 2 * US_PER_S,
		.write_timeout_us = 20 * US_PER_S,
		.unbind_timeout_us = 4 * US_PER_S,
		.references = references,
		.queries_max = QUERIES,
		.out_octets = OUT_OCTETS,
	};
	struct world world = { .now = 1, .at = octets, .len = len };
	world.session = session_create(&options, &smpp_dialect, &account, &events, &world);
	CHECK(references != NULL && world.session != NULL);
	while (world.len > 0) {
		step(&world);
		check(&world);
	}
	lose(&world);
	session_destroy(world.session);
	references_destroy(references);
	return 0;
}
