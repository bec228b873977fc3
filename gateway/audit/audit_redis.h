/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit_book.h"
#include "audit/audit_lines.h"

/* The queue as it stands in Redis: one blocking connection of its own, reading only. Each step that returns false has set
 * trouble. */
struct audit_redis;

/* Connects. url: redis://[user:password@]host:port/db or unix:///path?db=0. Where it has no password, that of the
 * environment's HONGYAN_REDIS_PASSWORD is used. NULL with trouble where it is malformed or does not answer. */
struct audit_redis *audit_redis_open(const char *url, struct audit_trouble *trouble);

/* NULL is fine. */
void audit_redis_close(struct audit_redis *redis);

/* Waits until nothing is pending, for at most so many seconds. */
bool audit_redis_await(struct audit_redis *redis, unsigned seconds, struct audit_trouble *trouble);

/* Notes everything that is pending, and whether the account of the queue balances; then how far the events go, for
 * audit_redis_events: what ends behind that was pending here. */
bool audit_redis_pending(struct audit_redis *redis, struct audit_book *book, struct audit_trouble *trouble);

/* Takes all events up to there into the book. */
bool audit_redis_events(struct audit_redis *redis, struct audit_book *book, struct audit_trouble *trouble);

/* Takes the dead letters into the book. Behind the events. */
bool audit_redis_letters(struct audit_redis *redis, struct audit_book *book, struct audit_trouble *trouble);
