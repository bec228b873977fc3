/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

/* Reads a JSON text that is one string, U+0000 included. (A file of its own: jansson's names and those of base/json.h
 * do not go into one.) out: in the arena, set on success only. at: says what is wrong. ERR_FORMAT, ERR_FULL. */
MUST_CHECK enum err cli_text_parse(struct slice json, struct arena *arena, struct slice *out, struct err_at *at);
