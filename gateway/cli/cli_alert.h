/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "cli/cli_command.h"
#include "model/alert.h"

/* An alert as the command line makes or finds it, checked as the gateway will: fields, template, parameters. */

struct catalogue;

/* A field of an alert as a text; an empty value is left out. One that is no field of alerts is a parameter. */
struct cli_alert_part {
	struct slice name;
	struct slice value;
};

struct cli_alert_check {
	const struct cli_settings *settings;
	struct catalogue *catalogue; /* owned */
	struct arena arena;          /* of the alert that was checked last */
	void *block;
};

struct cli_alert {
	struct slice json; /* borrowed from whoever made it */
	struct slice id;   /* borrowed from the check; absent for a cancel */
	unsigned segments; /* with one more reference octet than none; 0 for a cancel */
};

/* Loads the templates: those that are published, or the folder's where Redis does not tell. settings: borrowed. Returns the exit code;
 * other than CLI_OK is told. cli_alert_check_fini is legal in any case. */
int cli_alert_check_init(struct cli_alert_check *check, const struct cli_call *call,
			 const struct cli_settings *settings);
void cli_alert_check_fini(struct cli_alert_check *check);

/* Writes the JSON of an alert; the last of two parts of one name counts. Booleans are “true” or “false” (supersede). False where it does
 * not fit. */
bool cli_alert_write(const struct cli_alert_part *parts, unsigned count, struct buf *out);

/* Checks one. out: borrowed until the next call. at: what is wrong, a sentence that begins with the field. Errors as alert_decode and
 * render_alert have them; ERR_NOT_FOUND: no such template. */
MUST_CHECK enum err cli_alert_check(struct cli_alert_check *check, struct slice json, struct cli_alert *out,
				    struct err_at *at);
