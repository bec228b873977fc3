/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fakes/fake_env.h"
#include "fakes/smsc_model.h"
#include "port/carrier.h"

/* A carrier account of one worker on a model SMSC: asynchronous, cranked by the test, with seeded faults. It keeps every
 * promise of port/carrier.h.
 *
 * A submit leaves at flush, reaches the SMSC some time later (fake_carrier_act, which goes on although the worker is
 * stopped) and is answered later still (fake_carrier_turn: all upcalls). */

struct fake_carrier_options {
	const char *name;
	struct smsc_model *smsc;
	const struct fake_env *env;
	unsigned window;
	unsigned links;    /* at most, while they are counted; 0 = they are not */
	unsigned late_max; /* overdue submits whose late answer is still recognised */
	mono_us response_timeout_us;
	mono_us reconnect_max_us;
	unsigned
		full_per_million; /* chance that a submit is refused although there is room, as when octets do not fit */
	uint64_t seed;
	/* Watches each submit that was taken; NULL = nobody. */
	void (*on_taken)(void *ctx, const struct submit *submit);
	void *ctx;
};

/* options: copied; what it points to is borrowed. */
struct carrier *fake_carrier_create(const struct fake_carrier_options *options);

/* Submits that have reached the SMSC meet their fate. */
void fake_carrier_act(struct carrier *carrier, mono_us now);

/* Connects, answers, deadlines, receipts. True where an upcall was made. */
bool fake_carrier_turn(struct carrier *carrier, mono_us now);

/* When act or turn must be called next. */
mono_us fake_carrier_next_deadline(const struct carrier *carrier);

/* The links break, and come back within reconnect_max_us: what was not flushed never left, the rest is unknown. Not
 * inside an upcall or downcall. */
void fake_carrier_break(struct carrier *carrier);

/* The SMSC asks to end the links: outstanding answers still come, then they are made anew. */
void fake_carrier_unbind(struct carrier *carrier);

/* The worker dies; what was flushed may still arrive (seeded). Frees it. */
void fake_carrier_crash(struct carrier *carrier);

/* Links that the SMSC sees, where they are counted. */
unsigned fake_carrier_links(const struct carrier *carrier);

/* Submits without an outcome. */
unsigned fake_carrier_outstanding(const struct carrier *carrier);
