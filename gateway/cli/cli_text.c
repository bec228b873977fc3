/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_text.h"

#include <jansson.h>

enum err cli_text_parse(struct slice json, struct arena *arena, struct slice *out, struct err_at *at)
{
	json_error_t error;
	json_t *value = json_loadb(json.at, json.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	if (value == NULL)
		return err_at_set(at, ERR_FORMAT, (size_t)error.position, NULL, "not valid JSON: %s", error.text);
	enum err err = ERR_OK;
	if (json_is_string(value)) {
		struct slice text =
			arena_copy(arena, (struct slice){ json_string_value(value), json_string_length(value) });
		if (text.at)
			*out = text;
		else
			err = err_at_set(at, ERR_FULL, 0, NULL, "the text is too long");
	} else {
		err = err_at_set(at, ERR_FORMAT, 0, NULL, "not a JSON string");
	}
	json_decref(value);
	return err;
}
