/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <jansson.h>

/* A member's text, "" where it is none; borrowed from the object. */
static inline struct slice staff_text(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	return json_is_string(value) ? (struct slice){ json_string_value(value), json_string_length(value) }
				     : (struct slice){ "", 0 };
}

/* A member's number, 0 where it is none. */
static inline int64_t staff_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}
