/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_origin.h"

#include <stdlib.h>
#include <string.h>

enum err config_origin_note(struct config *config, const void *base, const struct setting *setting,
			    const struct tree_node *node, bool is_of_file)
{
	if (config->origin_count == config->origin_cap) {
		unsigned cap = config->origin_cap ? 2 * config->origin_cap : 64;
		struct config_origin *grown = realloc(config->origins, cap * sizeof *grown);
		if (grown == NULL)
			return ERR_MEMORY;
		config->origins = grown;
		config->origin_cap = cap;
	}
	char *variable = node->variable ? strdup(node->variable) : NULL;
	if (node->variable && variable == NULL)
		return ERR_MEMORY;
	config->origins[config->origin_count++] =
		(struct config_origin){ base, setting, is_of_file, node->key_line ? node->key_line : node->line,
					variable };
	return ERR_OK;
}

static const struct config_origin *find(const struct config *config, const void *base, const struct setting *setting)
{
	for (unsigned i = 0; i < config->origin_count; i++)
		if (config->origins[i].base == base && config->origins[i].setting == setting)
			return &config->origins[i];
	return NULL;
}

void config_origin_put(const struct config *config, const void *base, const struct setting *setting, struct buf *out)
{
	const struct config_origin *origin = find(config, base, setting);
	const char *dot = strrchr(setting->path, '.');
	if (origin == NULL) {
		buf_put_text(out, "default");
		return;
	}
	if (origin->variable) {
		buf_put_text(out, origin->variable);
		return;
	}
	if (origin->is_of_file)
		buf_put_format(out, "%s_file, ", dot ? dot + 1 : setting->path);
	buf_put_format(out, "line %u", origin->line);
}

void config_origin_fini(struct config *config)
{
	for (unsigned i = 0; i < config->origin_count; i++)
		free(config->origins[i].variable);
	free(config->origins);
}
