/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_report.h"
#include "app/setting.h"

/* Values of settings: from what was written to the field of a struct, and back for showing. */

/* Everything one load has in hand. */
struct config_load {
	struct config *config;
	struct config_report *report;
	const struct tree_node *root;
	const struct tree_node *account_nodes[CONFIG_ACCOUNTS_MAX]; /* by index of the account */
	const struct tree_node *route_nodes[CONFIG_ROUTES_MAX];
	const struct tree_node *webhook_nodes[CONFIG_WEBHOOKS_MAX];
	wall_ms now;
};

/* One value on its way into its field. */
struct config_value {
	struct config_load *load;
	const struct setting *setting;
	const struct tree_node *node;
	struct slice text; /* of a scalar */
	const char *path;  /* “accounts[cmcc].tps” */
	void *field;
};

/* Reports “workers must be auto, or a whole number from 1 to 64, not “many””. hint: put behind it; "" = none. */
void config_value_wrong(const struct config_value *value, enum err err, const char *hint);

/* Reports the path and a text behind it (“is empty”). */
void config_value_tell(const struct config_value *value, enum err err, const char *text);

/* True where a text is UTF-8 without control characters; lines and tabs may be allowed. */
bool config_value_is_text(struct slice text, bool allows_lines);

/* Puts a copy of the text into a char * field; what was there is freed. */
void config_value_copy(const struct config_value *value);

/* Parses node and sets the field of setting in base (its scope's struct). path: the setting's name for people. A wrong
 * value is reported and leaves the field as it was. */
void config_value_set(struct config_load *load, const struct setting *setting, const struct tree_node *node,
		      const char *path, void *base);
