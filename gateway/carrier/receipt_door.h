/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "port/carrier.h"

/* Where receipts and messages from phones come in that do not come by a carrier's own links: a provider calls our HTTP address.
 * The driver of the account owns a door and passes its own open, receipt_done and close on to it; whoever was called offers
 * either and hears when it is durable. All in the worker's thread. Places are fixed in number. */
struct receipt_door;

/* NULL where there is no memory. */
struct receipt_door *receipt_door_create(unsigned places);

/* Legal when it is closed. NULL is fine. */
void receipt_door_destroy(struct receipt_door *door);

/* Of the driver's open. events: borrowed until receipt_door_close. */
void receipt_door_open(struct receipt_door *door, const struct carrier_events *events, void *ctx);

/* Of the driver's receipt_done. A token that names none is ignored. */
void receipt_door_done(struct receipt_door *door, receipt_token token, bool durable);

/* Of the driver's close: what waits hears that it is not durable, and nothing is taken any more. Not within an
 * upcall of the door's. */
void receipt_door_close(struct receipt_door *door);

/* Hears of one receipt or message, once; maybe before the offer returns. Must not offer another one from within. */
typedef void receipt_door_on_done(void *ctx, bool durable);

/* Offers a receipt; it is borrowed until return. False, and no upcall, where the door is closed or all places are taken: come
 * again later. */
MUST_CHECK bool receipt_door_offer(struct receipt_door *door, const struct receipt *receipt,
				   receipt_door_on_done *on_done, void *ctx);

/* The same of a message from a phone. */
MUST_CHECK bool receipt_door_offer_mo(struct receipt_door *door, const struct mo *mo, receipt_door_on_done *on_done,
				      void *ctx);
