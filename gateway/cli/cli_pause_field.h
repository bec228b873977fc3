/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli_command.h"
#include "store/pauses.h"

/* What a pause is about, from the options “template”, “tenant”, “batch” and “all” of its command. */

#define CLI_PAUSE_FIELD_OPTIONS                                                                           \
	{ "template", "T", "Alerts of this template" }, { "tenant", "X", "Alerts sent for this tenant" }, \
		{ "batch", "B", "Alerts of this batch" },                                                 \
	{                                                                                                 \
		"all", NULL, "All alerts"                                                                 \
	}

/* out: the field, or “” where no option says one. Returns CLI_OK; or CLI_USAGE, and err was told. */
int cli_pause_field_read(const struct cli_call *call, char out[static PAUSE_TEXT_OCTETS]);

#define CLI_PAUSE_SAY_OCTETS (PAUSE_TEXT_OCTETS + 16)

/* True of the pause of everything. Under it nothing is parked: what is on the queue stays where it is. */
bool cli_pause_field_is_all(struct slice field);

/* The field in a sentence: its kind and its name in quotes, or “everything”. Returns out. */
const char *cli_pause_field_say(struct slice field, char out[static CLI_PAUSE_SAY_OCTETS]);
