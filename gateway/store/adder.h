/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "loop/loop.h"
#include "model/entry.h"
#include "store/redis_link.h"

/* Adds alerts to the queue from a loop, with a connection of its own: who gave them is told when they are durable. An id that was
 * added within the window before is known, and not added again. */

#define ADDER_BATCH_MAX 1000

enum adder_fate {
	ADDER_ADDED,
	ADDER_KNOWN,    /* the same octets under the same id came before */
	ADDER_CONFLICT, /* other octets did */
};

struct adder_item {
	enum lane lane;    /* a producers' */
	struct slice id;   /* absent: a cancel, which is added each time */
	struct slice json; /* checked */
};

struct adder_answer {
	enum adder_fate fate;
	char entry[ENTRY_KEY_OCTETS]; /* where it lies, or lay; "" with a conflict */
};

/* What is being added: the caller's memory until done. */
struct adder_call {
	/* Called once, from a later turn. answers: count of them; NULL where they may or may not be on the queue, or are not: why then is a
	 * sentence, and saying it again is safe. Borrowed until it returns. */
	void (*done)(struct adder_call *call, const struct adder_answer *answers, const char *why);
	struct adder *adder; /* the adder's from here on */
	unsigned count;
	bool waits;      /* for replicas */
	const char *why; /* static */
	struct adder_answer answers[ADDER_BATCH_MAX];
};

struct adder_options {
	struct redis_options redis;
	const char *tag;    /* of all keys; borrowed for the adder's life */
	int64_t window_ms;  /* for so long ids are known, at least */
	unsigned replicas;  /* that must have it before done; 0 = none */
	int64_t replica_ms; /* for how long they are waited for */
};

struct adder;

/* Connects, and stays so. options: copied but for what they point to. NULL where there is no memory. */
struct adder *adder_create(struct loop *loop, const struct adder_options *options);

/* Adds count 1…ADDER_BATCH_MAX alerts. items: copied. False where Redis is not there, or the call does not fit: then done does not come. */
bool adder_put(struct adder *adder, const struct adder_item *items, unsigned count, struct adder_call *call);

bool adder_is_up(const struct adder *adder);

/* Ends the connection: what is under way is told. on_closed: once, in a later turn, then it may be destroyed. */
void adder_close(struct adder *adder, void (*on_closed)(void *ctx), void *ctx);

/* Frees it. Legal when it is closed, or where the loop runs no more; calls that are under way are told nothing then. NULL is fine. */
void adder_destroy(struct adder *adder);
