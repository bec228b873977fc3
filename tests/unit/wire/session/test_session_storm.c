/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "tiny_link.h"

#include <criterion/criterion.h>

/* A session and a peer that may do anything, on a seeded die: answers in any order, twice, never, late, refusals, noise,
 * garbage, partial reads and writes, losses. What holds after every step: each submit that was taken has at most one
 * outcome, and exactly one once its connection is gone; window = credit + outstanding + questions; each question has its one
 * word, at the latest when its connection is gone; what is told to have never left did not leave, and what did not leave is
 * told so. */

#define TOKENS_MAX   60000
#define PENDING_MAX  256
#define STEPS        12000
#define STORM_WINDOW 20

struct storm {
	struct tiny_link *link;
	struct session *session;
	struct rng rng;
	mono_us now;
	enum session_end end;
	bool losing;      /* inside session_lost */
	bool few_numbers; /* they come again while the peer may still answer their last use: answers prove nothing */

	uint64_t next_token;
	uint64_t told_count;
	uint8_t outcomes[TOKENS_MAX];
	uint8_t lates[TOKENS_MAX];
	uint8_t answered[TOKENS_MAX]; /* by the peer, at least once */
	enum outcome_class classes[TOKENS_MAX];
	uint64_t begins[TOKENS_MAX]; /* where its first octet lies in this connection's stream */
	uint64_t handed;             /* octets of this connection's stream that were handed over */

	char wire[65536]; /* handed over, not yet read by the peer */
	size_t wire_len;
	struct tiny_frame pending[PENDING_MAX]; /* read by the peer, not yet answered */
	unsigned pending_count;
	char back[65536]; /* from the peer, not yet fed */
	size_t back_len;
	unsigned connections;
	unsigned late_total;
	struct references *references;
	uint16_t unanswered; /* the last submit's that had no answer; 0 = none, or asked for */
	unsigned queries_open;
	unsigned queries_told[QUERY_LOST + 1];
	unsigned classes_told[OUTCOME_COUNT];
};

static struct storm storm;

static unsigned die(unsigned sides)
{
	return (unsigned)rng_below(&storm.rng, sides);
}

static void storm_submit(void)
{
	static const uint8_t text[512];
	struct segment segment = { .octets = text, .octets_len = (uint16_t)die(500), .index = 1, .total = 1 };
	uint64_t token = storm.next_token;
	struct submit submit = { .token = token,
				 .key = { .origin = { .seq = token }, .segment = 1 },
				 .segment = &segment };
	cr_assert_lt(token, TOKENS_MAX);
	unsigned credit = session_credit(storm.session);
	uint64_t begin = storm.handed + session_out(storm.session).len;
	enum submit_answer answer = session_submit(storm.session, &submit, (struct now){ .mono = storm.now });
	if (credit == 0)
		cr_assert_neq(answer, SUBMIT_TAKEN);
	if (answer != SUBMIT_TAKEN)
		return;
	cr_assert_eq(session_credit(storm.session), credit - 1);
	storm.begins[token] = begin;
	storm.next_token++;
}

static void on_bound(void *ctx)
{
	(void)ctx;
}

static void on_outcome(void *ctx, uint64_t token, const struct outcome *outcome)
{
	(void)ctx;
	cr_assert_lt(token, storm.next_token);
	cr_assert_eq(storm.outcomes[token], 0, "token %llu: a second outcome", (unsigned long long)token);
	storm.outcomes[token]++;
	storm.classes[token] = outcome->outcome_class;
	storm.classes_told[outcome->outcome_class]++;
	storm.told_count++;
	if (storm.losing) {
		bool left = storm.begins[token] < storm.handed;
		cr_assert_eq(outcome->outcome_class, left ? OUTCOME_UNKNOWN : OUTCOME_TEMPORARY,
			     "token %llu: %s octets of it left", (unsigned long long)token, left ? "some" : "no");
		cr_assert_eq(outcome->native_code, 0);
	} else if (outcome->outcome_class != OUTCOME_UNKNOWN && !storm.few_numbers) {
		cr_assert(storm.answered[token], "token %llu: an outcome that the peer did not give",
			  (unsigned long long)token);
	}
	if (die(3) == 0)
		storm_submit();
	if (die(200) == 0)
		session_unbind(storm.session, storm.now);
}

static void on_late(void *ctx, const struct submit_key *key, const struct outcome *outcome)
{
	(void)ctx;
	(void)outcome;
	uint64_t token = key->origin.seq;
	cr_assert_eq(storm.outcomes[token], 1);
	cr_assert_eq(storm.classes[token], OUTCOME_UNKNOWN);
	cr_assert_eq(storm.lates[token]++, 0, "token %llu: late twice", (unsigned long long)token);
	cr_assert(storm.answered[token] || storm.few_numbers);
	storm.late_total++;
}

static void on_receipt(void *ctx, const struct frame *answer, const struct receipt *receipt)
{
	(void)ctx;
	(void)receipt;
	session_answer_receipt(storm.session, answer, die(2));
}

static void on_mo(void *ctx, const struct frame *answer, const struct mo *mo)
{
	(void)ctx;
	cr_assert(slice_starts(SLICE("reference"), mo->octets));
	session_answer_receipt(storm.session, answer, die(2));
}

static void on_note(void *ctx, const char *note, uint32_t command)
{
	(void)ctx;
	(void)command;
	cr_assert_not_null(note);
}

static void on_unanswered(void *ctx, const struct submit_key *key, uint16_t user_reference)
{
	(void)ctx;
	cr_assert_lt(key->origin.seq, storm.next_token);
	cr_assert_neq(user_reference, 0);
	references_rest(storm.references, user_reference);
	storm.unanswered = user_reference;
}

static void on_answered(void *ctx, const struct submit_key *key, uint16_t user_reference, const struct outcome *outcome)
{
	(void)ctx;
	(void)outcome;
	cr_assert_eq(storm.lates[key->origin.seq], 0);
	cr_assert_neq(user_reference, 0);
}

static void on_query(void *ctx, uint16_t user_reference, enum query_answer answer, struct slice carrier_ref,
		     enum message_state state)
{
	(void)ctx;
	cr_assert_neq(user_reference, 0);
	cr_assert_gt(storm.queries_open, 0, "a word on nothing that was asked");
	cr_assert(answer == QUERY_FOUND || (carrier_ref.len == 0 && state == MESSAGE_STATE_NONE));
	cr_assert_eq(storm.losing, answer == QUERY_LOST);
	storm.queries_open--;
	storm.queries_told[answer]++;
	if (die(3) == 0)
		storm_submit();
}

static const struct session_events events = { on_bound, on_bound, on_outcome,    on_late,     on_receipt,
					      on_mo,    on_note,  on_unanswered, on_answered, on_query };

static void storm_query(void)
{
	unsigned credit = session_credit(storm.session);
	if (storm.unanswered == 0 || session_query(storm.session, storm.unanswered, storm.now) != SUBMIT_TAKEN)
		return;
	cr_assert_eq(session_credit(storm.session), credit - 1);
	storm.unanswered = 0;
	storm.queries_open++;
}

static void peer_says(enum tiny_kind kind, uint32_t number, uint8_t code)
{
	struct buf buf = buf_over(storm.back + storm.back_len, sizeof storm.back - storm.back_len);
	tiny_write(&buf, kind, number, code, (struct slice){ "reference", die(10) });
	if (!buf.full)
		storm.back_len += buf.len;
}

static void peer_reads(void)
{
	struct tiny_frame frame;
	size_t used = 0;
	while (tiny_read((struct slice){ storm.wire + used, storm.wire_len - used }, &frame)) {
		used += frame.len;
		if (storm.pending_count < PENDING_MAX && frame.kind >= 'A' && frame.kind <= 'Z')
			storm.pending[storm.pending_count++] = frame;
	}
	memmove(storm.wire, storm.wire + used, storm.wire_len - used);
	storm.wire_len -= used;
}

static void peer_answers(void)
{
	if (storm.pending_count == 0)
		return;
	unsigned i = die(storm.pending_count);
	struct tiny_frame frame = storm.pending[i];
	if (die(8) != 0) /* else it stays, and is answered again */
		storm.pending[i] = storm.pending[--storm.pending_count];
	if (die(12) == 0) /* never, unless it is answered again */
		return;
	if (frame.kind == TINY_SUBMIT)
		storm.answered[frame.token] = 1;
	if (die(10) == 0 && (frame.kind == TINY_SUBMIT || frame.kind == TINY_QUERY))
		peer_says(TINY_REFUSED, frame.number, (uint8_t)(1 + die(4)));
	else
		peer_says((enum tiny_kind)(frame.kind | 0x20), frame.number,
			  frame.kind == TINY_SUBMIT  ? (uint8_t)die(5)
			  : frame.kind == TINY_QUERY ? (uint8_t)die(QUERY_UNSUPPORTED + 1)
						     : (uint8_t)(die(10) == 0));
}

static void peer_makes_noise(void)
{
	static const enum tiny_kind kinds[] = { TINY_KEEPALIVE, TINY_RECEIPT, TINY_MO, TINY_INCOMING, 'X', 'O' };
	switch (die(400)) {
	case 0:
		peer_says(TINY_UNBIND, die(9), 0);
		break;
	case 1:
		if (storm.back_len + 50 < sizeof storm.back) {
			memset(storm.back + storm.back_len, (int)die(256), 50);
			storm.back_len += 50;
		}
		break;
	case 2:
		peer_says(TINY_REFUSED, 0, 1);
		break;
	case 3: /* a number far from all that were given out */
		peer_says(TINY_SUBMIT_ANSWER, 900000 + die(1000), 0);
		break;
	default:
		peer_says(kinds[die(6)], die(1000), 0);
		break;
	}
}

static void carry(void)
{
	struct slice out = session_out(storm.session);
	size_t some = die(4) ? out.len : die((unsigned)out.len + 1);
	if (some > sizeof storm.wire - storm.wire_len)
		some = sizeof storm.wire - storm.wire_len;
	memcpy(storm.wire + storm.wire_len, out.at, some);
	storm.wire_len += some;
	storm.handed += some;
	session_wrote(storm.session, some, storm.now);
}

static void feed(void)
{
	size_t some = die(3) ? storm.back_len : die((unsigned)storm.back_len + 1);
	storm.end = session_feed(storm.session, (const uint8_t *)storm.back, some, storm.now);
	memmove(storm.back, storm.back + some, storm.back_len - some);
	storm.back_len -= some;
}

static void lose(void)
{
	storm.losing = true;
	session_lost(storm.session, storm.now);
	storm.losing = false;
	storm.end = SESSION_END_NONE;
	storm.wire_len = storm.back_len = storm.pending_count = 0;
	storm.handed = 0;
	cr_assert_eq(session_state(storm.session), SESSION_CLOSED);
	cr_assert_eq(storm.told_count, storm.next_token, "each submit of the lost connection has its outcome");
	cr_assert_eq(storm.queries_open, 0, "each question of the lost connection has its word");
}

static void check(unsigned step)
{
	unsigned outstanding = session_outstanding(storm.session);
	cr_assert_eq(outstanding, storm.next_token - storm.told_count, "step %u", step);
	bool open = session_state(storm.session) == SESSION_BOUND && storm.end == SESSION_END_NONE;
	cr_assert_eq(session_credit(storm.session), open ? STORM_WINDOW - outstanding - storm.queries_open : 0,
		     "step %u", step);
	if (open)
		cr_assert_leq(session_next_deadline(storm.session), storm.now + 10 * US_PER_S, "step %u", step);
}

static void step(void)
{
	if (session_state(storm.session) == SESSION_CLOSED) {
		session_start(storm.session, storm.now);
		storm.connections++;
	}
	switch (die(12)) {
	case 0:
	case 1:
	case 2:
		for (unsigned i = die(STORM_WINDOW); i > 0; i--)
			storm_submit();
		storm_query();
		break;
	case 3:
	case 4:
		carry();
		break;
	case 5:
	case 6:
		peer_reads();
		for (unsigned i = die(30); i > 0; i--)
			peer_answers();
		break;
	case 7:
	case 8:
		feed();
		break;
	case 9:
		peer_makes_noise();
		break;
	case 10:
		storm.now += die(20) ? die(50 * MS) : die(3 * US_PER_S);
		storm.end = session_tick(storm.session, storm.now);
		break;
	default:
		/* Seldom, but often enough while a question is out. */
		if (die(storm.queries_open > 0 ? 50 : 500) == 0)
			lose();
		break;
	}
	if (storm.end != SESSION_END_NONE)
		lose();
}

Test(session_storm, every_submit_has_exactly_one_outcome, .timeout = 120)
{
	static struct tiny_link options_of;
	tiny_link_open(&options_of, NULL);
	struct session_options options = options_of.options;
	tiny_link_close(&options_of);
	options.window = STORM_WINDOW;
	options.late_max = 10;
	struct dialect dialect = tiny_dialect;
	unsigned late_total = 0;
	unsigned connections = 0;
	unsigned classes_told[OUTCOME_COUNT] = { 0 };
	unsigned queries_told[QUERY_LOST + 1] = { 0 };
	for (uint64_t seed = 1; seed <= 12; seed++) {
		memset(&storm, 0, sizeof storm);
		rng_seed(&storm.rng, seed);
		storm.now = 1;
		storm.few_numbers = seed % 2;
		dialect.number_max = storm.few_numbers ? 40 : 1000000;
		storm.references = seed % 3 ? references_create((struct reference_range){ 1, UINT16_MAX }, seed) : NULL;
		options.references = storm.references;
		options.queries_max = storm.references ? 3 : 0;
		storm.session = session_create(&options, &dialect, NULL, &events, NULL);
		cr_assert_not_null(storm.session);
		for (unsigned i = 0; i < STEPS; i++) {
			step();
			check(i);
		}
		lose();
		for (uint64_t token = 0; token < storm.next_token; token++)
			cr_assert_eq(storm.outcomes[token], 1, "seed %llu, token %llu", (unsigned long long)seed,
				     (unsigned long long)token);
		session_destroy(storm.session);
		references_destroy(storm.references);
		late_total += storm.late_total;
		connections += storm.connections;
		for (unsigned i = 0; i < OUTCOME_COUNT; i++)
			classes_told[i] += storm.classes_told[i];
		for (unsigned i = 0; i <= QUERY_LOST; i++)
			queries_told[i] += storm.queries_told[i];
	}
	/* The storm went everywhere. */
	cr_assert_gt(late_total, 100);
	cr_assert_gt(connections, 100);
	for (unsigned i = 0; i <= QUERY_LOST; i++)
		cr_assert_gt(queries_told[i], 10, "answer %u: %u", i, queries_told[i]);
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		cr_assert_gt(classes_told[i], 100, "%s", outcome_class_name((enum outcome_class)i));
}
