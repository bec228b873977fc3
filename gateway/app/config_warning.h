/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"

/* What is no error of the configuration, and worth a look all the same: config->warnings, each a whole line with its place. */

/* Notes one about the setting at node; path: its name. format: one sentence without a full stop, no secrets. */
void config_warn(struct config_load *load, const struct tree_node *node, const char *path, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Notes that everybody on this host may read the file at file, in which a setting's secret is. */
void config_warn_open(struct config_load *load, const struct tree_node *node, const char *path, const char *file);

/* Frees them. */
void config_warning_fini(struct config *config);
