/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "explorer/explorer_redis.h"

/* Faults that are planted into the scripts, to see that the explorer finds them. */
struct explorer_plant {
	const char *name;
	enum script script;
	const char *from; /* text of the script; it must be there, once */
	const char *to;
	const char *found_by; /* a case that has found it, to begin the search with; NULL = none is known */
};

/* All of them; count: how many. */
const struct explorer_plant *explorer_plants(unsigned *count);

/* Loads the script with its fault. False where the script has no such text, or has it twice. */
bool explorer_plant_load(const struct explorer_plant *plant, struct explorer_redis *redis);
