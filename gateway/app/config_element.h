/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"

/* A mapping of the file that settings are read from. */
struct config_element {
	enum setting_scope scope;
	enum setting_scope
		inner_scope; /* of an account: its protocol's settings belong to it too; else the same as scope */
	const struct tree_node *node;
	void *base;      /* the struct that its settings fill */
	char prefix[64]; /* “accounts[cmcc].”, "" for the root */
	bool has_unknown;
};

/* The scope of the protocol that the account in node names; SMPP where it names none that is known. */
enum setting_scope config_element_protocol(const struct tree_node *node);

/* Tells the keys of the mapping that are no settings, then sets every setting of the scope from its key, from the file
 * that its “_file” twin names, or from its fallback. */
void config_element_read(struct config_load *load, struct config_element *element);
