/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/civil.h"

#include <jansson.h>

/* What the gateways' own words (GET /v1/status, on the board in Redis) say together, for people. Pure. */

/* A look at the board. Objects are owned by whoever made it. */
struct console_board {
	wall_ms at;       /* Redis' clock */
	json_t *gateways; /* instance → {"at","templates_turn","status":{…}} */
	uint64_t turn;    /* of the published templates */
	uint64_t dead;    /* letters */
	json_t *failures; /* [{"reason","count"}] */
};

#define CONSOLE_BOARD_STALE_MS 10000

/* The overview as openapi.json has it; NULL where there is no memory. before: an earlier look, for what goes on per second, and long_before
 * one of some minutes ago, for what grows; either may be NULL. zone: of the times in sentences. */
json_t *console_board_overview(const struct console_board *now, const struct console_board *before,
			       const struct console_board *long_before, const struct zone *zone);

/* The gateways' turns: [{"instance","turn","at"}], those that are silent left out. */
json_t *console_board_turns(const struct console_board *now);

/* True where a gateway is not silent, and all such gateways have that turn or a later one. */
bool console_board_has_turn(const struct console_board *now, uint64_t turn);

/* console_trouble.c: what staff should know, said in words: [{"severity","kind","object","message"}]. overview: without them yet. */
json_t *console_board_troubles(const json_t *overview, const struct console_board *now,
			       const struct console_board *before, const struct console_board *long_before,
			       const struct zone *zone);

/* A count in an object; 0 where there is none. */
json_int_t console_board_count(const json_t *object, const char *key);
