/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* How settings are written as YAML, for what shows them. */

/* Writes a text in quotes. */
void config_text_put_quoted(struct buf *out, struct slice text);

/* Writes the sections of path (“redis.url”: “redis:”) that the path before did not lie in, a line each. indent: blanks in front; grows
 * to those of the key. Returns what is left of path: the key itself. */
const char *config_text_put_sections(struct buf *out, const char *path, const char *before, unsigned *indent);
