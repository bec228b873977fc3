/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"

/* What no single value shows: settings that must fit one another. Reports each thing that is wrong; fills what follows
 * from other settings (a sender's type of number, the one route of a file without routes). Legal when all values have
 * been read. */
void config_check(struct config_load *load);

/* Where a setting of an element stands, for an error's place: its own node, its file's, or the element. */
const struct tree_node *config_check_place(const struct tree_node *element, const char *path);
