/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/receipt_door.h"

#include <stdlib.h>

struct place {
	receipt_door_on_done *on_done; /* NULL = free */
	void *ctx;
	uint32_t generation; /* of its use: grows when it is freed */
	uint32_t next_free;  /* count = none */
};

struct receipt_door {
	const struct carrier_events *events; /* NULL = closed */
	void *ctx;
	uint32_t count;
	uint32_t first_free;
	struct place places[];
};

struct receipt_door *receipt_door_create(unsigned places)
{
	struct receipt_door *door = calloc(1, sizeof *door + places * sizeof door->places[0]);
	if (door == NULL)
		return NULL;
	door->count = places;
	for (uint32_t i = 0; i < places; i++)
		door->places[i].next_free = i + 1;
	return door;
}

void receipt_door_destroy(struct receipt_door *door)
{
	free(door);
}

void receipt_door_open(struct receipt_door *door, const struct carrier_events *events, void *ctx)
{
	door->events = events;
	door->ctx = ctx;
}

static void tell(struct receipt_door *door, uint32_t index, bool durable)
{
	struct place *place = &door->places[index];
	receipt_door_on_done *on_done = place->on_done;
	void *ctx = place->ctx;
	place->on_done = NULL;
	place->generation++;
	place->next_free = door->first_free;
	door->first_free = index;
	on_done(ctx, durable);
}

/* A token is generation (32 bits) | place (32). */
void receipt_door_done(struct receipt_door *door, receipt_token token, bool durable)
{
	uint32_t index = (uint32_t)token;
	if (index >= door->count || door->places[index].on_done == NULL ||
	    door->places[index].generation != (uint32_t)(token >> 32))
		return;
	tell(door, index, durable);
}

void receipt_door_close(struct receipt_door *door)
{
	door->events = NULL;
	for (uint32_t i = 0; i < door->count; i++)
		if (door->places[i].on_done != NULL)
			tell(door, i, false);
}

/* A place for what is offered next; false where there is none. */
static bool take_place(struct receipt_door *door, receipt_door_on_done *on_done, void *ctx, receipt_token *out)
{
	if (door->events == NULL || door->first_free == door->count)
		return false;
	uint32_t index = door->first_free;
	struct place *place = &door->places[index];
	door->first_free = place->next_free;
	place->on_done = on_done;
	place->ctx = ctx;
	*out = (receipt_token)place->generation << 32 | index;
	return true;
}

bool receipt_door_offer(struct receipt_door *door, const struct receipt *receipt, receipt_door_on_done *on_done,
			void *ctx)
{
	receipt_token token;
	if (!take_place(door, on_done, ctx, &token))
		return false;
	door->events->on_receipt(door->ctx, token, receipt);
	return true;
}

bool receipt_door_offer_mo(struct receipt_door *door, const struct mo *mo, receipt_door_on_done *on_done, void *ctx)
{
	receipt_token token;
	if (!take_place(door, on_done, ctx, &token))
		return false;
	door->events->on_mo(door->ctx, token, mo);
	return true;
}
