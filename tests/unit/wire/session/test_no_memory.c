/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"
#include "tiny_dialect.h"
#include "wire/session/session.h"

#define MS 1000

static void on_nothing(void *ctx)
{
	(void)ctx;
}

static void on_unanswered(void *ctx, const struct submit_key *key, uint16_t user_reference)
{
	(void)ctx;
	(void)key;
	(void)user_reference;
}

static void on_outcome(void *ctx, uint64_t token, const struct outcome *outcome)
{
	(void)token;
	(void)outcome;
	(*(unsigned *)ctx)++;
}

/* All memory of a session is taken when it is made: what it does then, up to its end, allocates nothing. */
static enum alloc_end lives(void *ctx)
{
	(void)ctx;
	static const struct session_events events = { .on_bound = on_nothing,
						      .on_outcome = on_outcome,
						      .on_unanswered = on_unanswered };
	unsigned outcomes = 0;
	struct references *references = references_create((struct reference_range){ 1, 2000 }, 77);
	if (references == NULL)
		return ALLOC_TOLD;
	const struct session_options options = {
		.window = 4,
		.late_max = 3,
		.bind_timeout_us = 2000 * MS,
		.response_timeout_us = 1000 * MS,
		.keepalive_us = 10000 * MS,
		.keepalive_timeout_us = 3000 * MS,
		.frame_timeout_us = 4000 * MS,
		.write_timeout_us = 5000 * MS,
		.unbind_timeout_us = 6000 * MS,
		.references = references,
		.queries_max = 2,
		.out_octets = SESSION_OUT_OCTETS_MIN,
	};
	struct session *session = session_create(&options, &tiny_dialect, NULL, &events, &outcomes);
	enum alloc_end end = session != NULL ? ALLOC_WELL : ALLOC_TOLD;
	if (session != NULL) {
		char octets[TINY_HEADER_OCTETS];
		struct buf answer = buf_over(octets, sizeof octets);
		session_start(session, 0);
		tiny_write(&answer, TINY_BIND_ANSWER, 1, 0, (struct slice){ NULL, 0 });
		/* Half of it first, so that the other half is waited for. */
		(void)session_feed(session, (const uint8_t *)octets, 4, 10);
		(void)session_feed(session, (const uint8_t *)octets + 4, sizeof octets - 4, 20);
		const struct segment segment = {
			.octets = (const uint8_t *)"text", .octets_len = 4, .index = 1, .total = 1
		};
		const struct submit submit = { .token = 7, .key = { .segment = 1 }, .segment = &segment };
		if (session_submit(session, &submit, (struct now){ 30, 0 }) != SUBMIT_TAKEN)
			end = alloc_wrong("the submit was not taken");
		session_lost(session, 40);
		if (outcomes != 1)
			end = alloc_wrong("%u outcomes", outcomes);
	}
	session_destroy(session);
	references_destroy(references);
	return end;
}

Test(no_memory, session)
{
	alloc_sweep("a session", lives, NULL);
}
