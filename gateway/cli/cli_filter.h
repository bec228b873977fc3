/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli_command.h"
#include "cli/cli_letter.h"

/* Which letters a command is about: the options “template”, “tenant”, “batch”, “id”, “since”, “until”, “limit” of its
 * command, and “reason” where it has one. */
struct cli_filter {
	struct slice reason; /* the word; absent = any, as are all below */
	struct slice template_name;
	struct slice tenant;
	struct slice batch;
	struct slice id;
	struct slice name; /* no option: what “show” was asked for, an id or an origin */
	wall_ms since;
	wall_ms until;
	uint64_t limit;   /* at most so many letters, those that a step can't take not counted */
	bool is_narrowed; /* something was asked for; the limit does not count */
};

#define CLI_FILTER_OPTIONS                                                                                          \
	{ "template", "T", "Only alerts of this template" }, { "tenant", "X", "Only alerts sent for this tenant" }, \
		{ "batch", "B", "Only alerts of this batch" },                                                      \
		{ "id", "ID", "Only alerts with this id of their producer" },                                       \
		{ "since", "TIME", "Only since then: 2h, 3d, 2026-02-13, 2026-02-13T08:00:00+08:00" },              \
		{ "until", "TIME", "Only until then" },                                                             \
	{                                                                                                           \
		"limit", "N", "At most so many, the oldest ones"                                                    \
	}

/* Reads the options. Returns CLI_OK, or CLI_USAGE and has told why. now: what
 * “2h” counts back from. */
int cli_filter_read(const struct cli_call *call, bool has_reason, wall_ms now, const struct zone *zone,
		    struct cli_filter *out);

/* True where the letter is one of those meant. */
bool cli_filter_matches(const struct cli_filter *filter, const struct cli_letter *letter);
