/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"

/* A mapping of the file that settings are read from. */
struct config_element {
	enum setting_scope scope;
	const struct tree_node *node;
	void *base;      /* the struct that its settings fill */
	char prefix[64]; /* “accounts[cmcc].”, "" for the root */
	bool has_unknown;
};

/* Tells the keys of the mapping that are no settings, then sets every setting of the scope from its key, from the file
 * that its “_file” twin names, or from its fallback. */
void config_element_read(struct config_load *load, struct config_element *element);
