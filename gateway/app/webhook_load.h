/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"
#include "store/event_group.h"
#include "webhook/webhook_body.h"

/* One request after the other, made of a batch of entries: the events that the endpoint wants, without phone numbers unless it is to
 * have them. Where requests begin and end follows from the entries and the settings alone. */

struct webhook_load;

/* webhook: borrowed. NULL where there is no memory. */
struct webhook_load *webhook_load_create(const struct config_webhook *webhook);

/* NULL is fine. */
void webhook_load_destroy(struct webhook_load *load);

/* Begins with a batch, borrowed until all of it was seen. */
void webhook_load_begin(struct webhook_load *load, const struct event_batch *batch);

/* Makes the next request. False where the batch is at its end. The last request may have no events. */
bool webhook_load_fill(struct webhook_load *load);

/* Of this request: how many events it has; the id of the first, which is the request's own; when that came into the stream. */
unsigned webhook_load_count(const struct webhook_load *load);
const char *webhook_load_id(const struct webhook_load *load);
wall_ms webhook_load_at(const struct webhook_load *load);

/* Its body; and “id.time.body”, for a time in seconds (at most 20 characters). Borrowed until the next request. */
struct slice webhook_load_body(const struct webhook_load *load);
struct slice webhook_load_signed(struct webhook_load *load, const char *seconds);

/* How many entries of the batch are over with this request; 0 where it ends within one: then only a later request tells. */
unsigned webhook_load_entries_done(const struct webhook_load *load);

/* Events since the start that could not be read. */
uint64_t webhook_load_unread(const struct webhook_load *load);
