/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "wire/session/session.h"

/* Receipts and messages from phones that the carrier waits to have answered: what the answer needs is kept until the receipt is durable. Fixed in
 * number; a token names one use of one place. */
struct receipt_slots;

/* A receipt that was kept: the session it came by, at that connection. */
struct receipt_slot {
	struct frame answer;
	struct session *session;
	uint64_t session_generation;
};

/* NULL where there is no memory. */
struct receipt_slots *receipt_slots_create(unsigned count);
void receipt_slots_destroy(struct receipt_slots *slots);

/* Keeps a receipt. token: set on success. False where all places are taken. */
bool receipt_slots_keep(struct receipt_slots *slots, const struct receipt_slot *slot, uint64_t *token);

/* Gives a kept receipt back and frees its place. False where the token names none (any more). */
bool receipt_slots_take(struct receipt_slots *slots, uint64_t token, struct receipt_slot *out);
