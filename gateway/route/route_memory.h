/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "model/msisdn.h"

#include <stdint.h>

/* Which accounts have said of a number that it is no subscriber of theirs: a number that kept its digits and changed its
 * operator is asked for at the right door next time. Fixed in size: the oldest make room; nothing is told for longer than
 * ROUTE_MEMORY_MS. Belongs to one thread. */

#define ROUTE_MEMORY_MS (INT64_C(7) * 24 * 3600 * 1000)

struct route_memory;

/* Memory for at least number_count numbers, 24 octets each. Owned (route_memory_destroy); NULL where there is none. */
struct route_memory *route_memory_create(unsigned number_count);

/* Frees it; NULL is fine. */
void route_memory_destroy(struct route_memory *memory);

/* Notes that an account refused the number as none of its own. */
void route_memory_refused(struct route_memory *memory, const struct msisdn *msisdn, unsigned account, wall_ms now);

/* Notes that an account took the number: what it said before counts no longer. */
void route_memory_accepted(struct route_memory *memory, const struct msisdn *msisdn, unsigned account);

/* The accounts that refused the number as none of theirs: bit n for account n. */
uint64_t route_memory_find(const struct route_memory *memory, const struct msisdn *msisdn, wall_ms now);
