/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"
#include "app/setting.h"
#include "app/tree.h"

/* Where the value of a setting came from; what has its default has none. */
struct config_origin {
	const void *base; /* the struct that its field lies in */
	const struct setting *setting;
	bool is_of_file; /* of a secret: its twin names the file that holds it */
	unsigned line;   /* of the configuration file; 0 = not from there */
	char *variable;  /* the environment variable, owned; NULL = none */
};

/* Notes that the field of setting in base was set from node. ERR_MEMORY. */
MUST_CHECK enum err config_origin_note(struct config *config, const void *base, const struct setting *setting,
				       const struct tree_node *node, bool is_of_file);

/* Writes “default”, “line 12”, “HONGYAN_REDIS_URL” or “password_file, line 12”. */
void config_origin_put(const struct config *config, const void *base, const struct setting *setting, struct buf *out);

/* Frees all notes. */
void config_origin_fini(struct config *config);
