/* SPDX-License-Identifier: Apache-2.0 */
#include "route/route_memory.h"

#include "base/check.h"
#include "route/route.h"

#include <stdlib.h>

#define WAYS 4 /* places that one number may lie in */

struct known {
	uint64_t key;      /* of the number; 0 = free */
	uint64_t accounts; /* that refused it */
	wall_ms at;        /* the last of these refusals */
};

struct route_memory {
	struct known *places;
	uint64_t set_count; /* a power of two */
	uint64_t used;      /* mostly none: then nobody need look */
};

struct route_memory *route_memory_create(unsigned number_count)
{
	struct route_memory *memory = calloc(1, sizeof *memory);
	if (memory == NULL)
		return NULL;
	memory->set_count = 1;
	while (memory->set_count * WAYS < number_count)
		memory->set_count *= 2;
	memory->places = calloc(memory->set_count * WAYS, sizeof *memory->places);
	if (memory->places != NULL)
		return memory;
	free(memory);
	return NULL;
}

void route_memory_destroy(struct route_memory *memory)
{
	if (memory == NULL)
		return;
	free(memory->places);
	free(memory);
}

static struct known *set_of(const struct route_memory *memory, uint64_t key)
{
	return &memory->places[(key & (memory->set_count - 1)) * WAYS];
}

static struct known *find(const struct route_memory *memory, uint64_t key)
{
	if (memory->used == 0)
		return NULL;
	struct known *set = set_of(memory, key);
	for (unsigned i = 0; i < WAYS; i++)
		if (set[i].key == key)
			return &set[i];
	return NULL;
}

/* A free place, or the oldest one's. */
static struct known *make_room(struct route_memory *memory, uint64_t key)
{
	struct known *set = set_of(memory, key);
	struct known *oldest = &set[0];
	for (unsigned i = 0; i < WAYS && oldest->key != 0; i++)
		if (set[i].key == 0 || set[i].at < oldest->at)
			oldest = &set[i];
	memory->used += oldest->key == 0;
	*oldest = (struct known){ .key = key };
	return oldest;
}

void route_memory_refused(struct route_memory *memory, const struct msisdn *msisdn, unsigned account, wall_ms now)
{
	CHECK(account < ROUTE_ACCOUNTS_MAX);
	uint64_t key = route_key(msisdn);
	struct known *known = find(memory, key);
	if (known == NULL)
		known = make_room(memory, key);
	else if (now - known->at >= ROUTE_MEMORY_MS)
		known->accounts = 0;
	known->accounts |= UINT64_C(1) << account;
	known->at = now;
}

void route_memory_accepted(struct route_memory *memory, const struct msisdn *msisdn, unsigned account)
{
	CHECK(account < ROUTE_ACCOUNTS_MAX);
	struct known *known = memory->used ? find(memory, route_key(msisdn)) : NULL;
	if (known == NULL)
		return;
	known->accounts &= ~(UINT64_C(1) << account);
	if (known->accounts != 0)
		return;
	known->key = 0;
	memory->used--;
}

uint64_t route_memory_find(const struct route_memory *memory, const struct msisdn *msisdn, wall_ms now)
{
	const struct known *known = memory->used ? find(memory, route_key(msisdn)) : NULL;
	return known != NULL && now - known->at < ROUTE_MEMORY_MS ? known->accounts : 0;
}
