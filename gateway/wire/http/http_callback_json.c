/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_callback_inner.h"

#include "base/number.h"

#define KEY_OCTETS 128

/* One reference token: “~1” is “/”, “~0” is “~” (RFC 6901 §3). False where it does not fit. */
static bool unescape(struct slice token, char key[static KEY_OCTETS])
{
	size_t len = 0;
	for (size_t i = 0; i < token.len; i++) {
		if (len + 1 >= KEY_OCTETS)
			return false;
		bool is_escape = token.at[i] == '~' && i + 1 < token.len;
		key[len++] = is_escape ? (token.at[++i] == '1' ? '/' : '~') : token.at[i];
	}
	key[len] = '\0';
	return true;
}

const json_t *http_callback_json_at(const json_t *root, const char *pointer)
{
	const json_t *node = root;
	while (node != NULL && *pointer == '/') {
		struct slice token = { pointer + 1, strcspn(pointer + 1, "/") };
		char key[KEY_OCTETS];
		uint64_t index;
		if (!unescape(token, key))
			return NULL;
		if (json_is_array(node))
			node = number_parse(token, UINT32_MAX, &index) ? json_array_get(node, (size_t)index) : NULL;
		else
			node = json_object_get(node, key);
		pointer = token.at + token.len;
	}
	return node;
}

struct slice http_callback_json_text(const json_t *node, struct buf *out)
{
	size_t start = out->len;
	switch (node ? json_typeof(node) : JSON_NULL) {
	case JSON_STRING:
		return (struct slice){ json_string_value(node), json_string_length(node) };
	case JSON_INTEGER:
		buf_put_int(out, json_integer_value(node));
		break;
	case JSON_TRUE:
		return SLICE("true");
	case JSON_FALSE:
		return SLICE("false");
	default:
		return (struct slice){ NULL, 0 };
	}
	return (struct slice){ out->at + start, out->len - start };
}
