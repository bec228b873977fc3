/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "model/entry.h"

/* A consumer's intents as one packed value: every entry that was begun and may be unsettled. It is overwritten whole by
 * each BEGIN, so it is kept small: keys in the order given, times as differences.
 *
 *   version (1 octet, 1) | for each key: varint(zigzag(ms − previous ms) × 4 + lane), varint(seq)
 *
 * A varint has seven bits an octet, lowest first, top bit = more follow. A usual key takes 3 to 5 octets.
 */
#define INTENT_OCTETS_MAX 20 /* of one key */

/* Starts a value. */
void intents_begin(struct buf *buf);

/* Appends a key. previous_ms: 0 at the start, then kept by the function. */
void intents_put(struct buf *buf, const struct entry_key *key, uint64_t *previous_ms);

/* Calls visit for each key of a value. The absent and the empty value hold none. ERR_FORMAT where it is damaged (keys
 * before the damage were visited). */
MUST_CHECK enum err intents_read(struct slice value, void (*visit)(void *ctx, const struct entry_key *key), void *ctx);
