/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/redis_store_inner.h"

/* Another Redis than before, which may have lost the last that it was told (store_restore.c says how it is made good). */

/* info: what INFO answered to the main connection. Where it is another Redis than before, what we know is put on the list of calls. */
void store_identify(struct redis_store *store, const struct reply *info);
/* Asks the same of the reader's connection; and whether both are the same: where they are not, both are made anew. */
void store_reader_identify(struct redis_store *store);
bool store_is_one_redis(struct redis_store *store);
void store_restore_turn(struct redis_store *store, mono_us now);
mono_us store_restore_deadline(const struct redis_store *store);
void store_reassert(struct store *base, const struct settlement *settlements, unsigned count);
void store_restore_fini(struct redis_store *store);
/* A settlement was answered, or something else that is a command's arguments: it is kept, to be told again. */
void store_keep_settlement(struct redis_store *store, const struct settlement *settlement);
void store_keep_arguments(struct redis_store *store, enum replay_kind kind, struct slice arguments, unsigned count);
