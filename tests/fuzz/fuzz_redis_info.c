/* SPDX-License-Identifier: Apache-2.0 */
/* What INFO answers, with whatever line ends: a value is the rest of a line that begins with its name, and lines are found in
 * whatever order they stand. The first line of the input is the name that is looked for. */
#include "base/check.h"
#include "base/slice.h"
#include "store/redis_info.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define NAME_MAX_OCTETS 64

/* The same by the plainest means: the first line, by CR LF, that begins with name and a colon. */
static struct slice find_plainly(struct slice text, struct slice name)
{
	while (text.len > 0) {
		size_t len = 0;
		while (len < text.len && text.at[len] != '\r')
			len++;
		struct slice line = { text.at, len };
		if (slice_starts(line, name) && len > name.len && line.at[name.len] == ':')
			return (struct slice){ line.at + name.len + 1, len - name.len - 1 };
		len += len + 2 < text.len ? 2 : text.len - len;
		text = (struct slice){ text.at + len, text.len - len };
	}
	return (struct slice){ NULL, 0 };
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static const char *const asked[] = { "redis_version", "run_id", "maxmemory_policy", "role" };
	char name[NAME_MAX_OCTETS];
	struct slice text = { (const char *)octets, len };
	struct slice rest = text;
	struct slice first = slice_cut(&rest, '\n');
	if (first.len < sizeof name && (first.len == 0 || memchr(first.at, '\0', first.len) == NULL)) {
		memcpy(name, first.at != NULL ? first.at : "", first.len);
		name[first.len] = '\0';
		struct slice found = redis_info_find(rest, name);
		struct slice plain = find_plainly(rest, first);
		CHECK(found.at == plain.at && found.len == plain.len);
	}
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		struct slice found = redis_info_find(text, asked[i]);
		CHECK(found.len == 0 || memchr(found.at, '\r', found.len) == NULL);
		CHECK(found.at == NULL || (found.at >= text.at && found.at + found.len <= text.at + text.len));
	}
	return 0;
}
