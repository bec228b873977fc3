/* SPDX-License-Identifier: Apache-2.0 */
#include "store/redis_info.h"

struct slice redis_info_find(struct slice text, const char *name)
{
	size_t name_len = strlen(name);
	while (text.len > 0) {
		const char *end = memchr(text.at, '\r', text.len);
		size_t len = end != NULL ? (size_t)(end - text.at) : text.len;
		if (len > name_len && text.at[name_len] == ':' && memcmp(text.at, name, name_len) == 0)
			return (struct slice){ text.at + name_len + 1, len - name_len - 1 };
		size_t skip = len + 2 < text.len ? len + 2 : text.len;
		text = (struct slice){ text.at + skip, text.len - skip };
	}
	return (struct slice){ NULL, 0 };
}
