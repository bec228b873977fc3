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

const struct json_node *http_callback_json_at(const struct json_node *root, const char *pointer)
{
	const struct json_node *node = root;
	while (node != NULL && *pointer == '/') {
		struct slice token = { pointer + 1, strcspn(pointer + 1, "/") };
		char key[KEY_OCTETS];
		uint64_t index;
		if (!unescape(token, key))
			return NULL;
		if (node->type == JSON_SCAN_ARRAY)
			node = number_parse(token, UINT32_MAX, &index) ? json_node_element(node, index) : NULL;
		else
			node = json_node_member(node, slice_of(key));
		pointer = token.at + token.len;
	}
	return node;
}
