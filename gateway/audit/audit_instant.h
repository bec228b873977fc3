/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* An instant as records write it: RFC 3339 text, or seconds or milliseconds since 1970 as a number. ms: set on success
 * only. False where it is none. */
bool audit_instant_parse(const json_t *value, int64_t *ms);
