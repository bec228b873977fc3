/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/redis_link.h"

/* Asks a Sentinel once a second whether its master is still the same. A master that was replaced does not know it for some seconds, and
 * takes what will be thrown away: whoever is told by Sentinels leaves it sooner than it is told itself. */

struct sentinel_watch;

/* options: of the connection to Redis, with a finder that goes by Sentinels; borrowed for the watch's life. on_change: one Sentinel has
 * named another master than before. NULL where there is no memory. */
struct sentinel_watch *sentinel_watch_create(struct loop *loop, const struct redis_options *options,
					     void (*on_change)(void *ctx), void *ctx);
void sentinel_watch_destroy(struct sentinel_watch *watch); /* NULL is fine */

void sentinel_watch_start(struct sentinel_watch *watch);
void sentinel_watch_stop(struct sentinel_watch *watch);
bool sentinel_watch_is_idle(const struct sentinel_watch *watch);

/* Call tick each turn. */
void sentinel_watch_tick(struct sentinel_watch *watch, mono_us now);
mono_us sentinel_watch_next_deadline(const struct sentinel_watch *watch);
