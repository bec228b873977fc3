/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Files named by the configuration. */

/* Reads a whole file. octets_max: a longer one is ERR_RANGE. out: owned, NUL-terminated behind its len octets and no larger than
 * that; both set on success only. No other copy of what was read stays in memory. ERR_IO with the system's reason in at->text (as the end
 * of a sentence: “cannot be read: …”). */
MUST_CHECK enum err config_file_read(const char *path, size_t octets_max, char **out, size_t *len, struct err_at *at);

/* The same of a file that holds a secret, or says who may come in: one that everybody on this host may change, or
 * exchange for another, is refused with ERR_UNSUPPORTED. is_open: whether everybody may read it; set on success only;
 * NULL where that is no matter. */
MUST_CHECK enum err config_file_read_secret(const char *path, size_t octets_max, char **out, size_t *len, bool *is_open,
					    struct err_at *at);

/* The path to use for a relative one: beside the file config_path where that exists, else as it is (from the working
 * directory). Absolute paths stay. Owned by the caller; NULL where memory is out. */
char *config_file_resolve(const char *config_path, const char *path);
