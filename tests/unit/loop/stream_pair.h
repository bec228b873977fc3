/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "loop/stream.h"

/* A stream under test in its loop, and the other end as a plain socket that the test holds in its hand. Nothing is
 * asked of the clock but the guard: a condition that does not come within some seconds fails the test. */

struct stream_pair {
	struct loop *loop;
	struct stream *stream;
	struct stream_address address;
	struct loop_member member;
	int listener;  /* -1 = none */
	int peer;      /* -1 = not accepted yet */
	char path[64]; /* of a unix socket; "" = none */

	unsigned opened;
	unsigned ended;
	unsigned writable;
	char reason[128];
	bool in_downcall; /* an upcall that comes now is one too many */
	char *received;
	size_t received_len;
	size_t received_cap;
	void (*on_octets)(struct stream_pair *pair); /* may be NULL */
	void (*on_end)(struct stream_pair *pair);    /* may be NULL */

	bool (*until)(struct stream_pair *pair);
	void (*each_turn)(struct stream_pair *pair);
	mono_us guard;
	bool timed_out;
};

enum stream_peer { PEER_TCP, PEER_UNIX, PEER_NONE, PEER_NO_FILE };

/* Listens as the kind says, and makes the stream with its address. */
void stream_pair_open(struct stream_pair *pair, enum stream_peer kind);

/* Destroys and closes all; the loop must be left without a handle. */
void stream_pair_close(struct stream_pair *pair);

/* Connects, and runs until both sides have each other. */
void stream_pair_connect(struct stream_pair *pair);

/* Runs the loop until the condition holds; fails after ten seconds. what: for the message. */
void stream_pair_run(struct stream_pair *pair, const char *what, bool (*until)(struct stream_pair *pair));

/* Conditions. */
bool stream_pair_has_opened(struct stream_pair *pair);
bool stream_pair_has_ended(struct stream_pair *pair);
bool stream_pair_has_peer(struct stream_pair *pair);

/* Octet i of a long run that a mistake in order would break. */
char stream_pair_pattern(size_t i);
