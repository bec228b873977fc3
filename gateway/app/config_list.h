/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"

/* A route's two lists, and lists of texts. One value stands for a list of one. Wrong items are reported and left out. */

/* Sets prefixes and prefix_count. */
void config_list_set_prefixes(const struct config_value *value);

/* Sets accounts and account_count; the names must be those of accounts read before. */
void config_list_set_accounts(const struct config_value *value);

/* Sets a struct config_lines. */
void config_list_set_lines(const struct config_value *value);

/* Overwrites and frees what it holds. */
void config_list_fini_lines(struct config_lines *lines);
