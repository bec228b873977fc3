/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_static.h"

#include <strings.h>

const struct console_file *console_static_find(const struct console_file *files, unsigned count, struct slice path)
{
	for (unsigned i = 0; i < count; i++) {
		if (slice_equal(slice_of(files[i].path), path))
			return &files[i];
	}
	return NULL;
}

static struct slice trimmed(struct slice text)
{
	while (text.len > 0 && (text.at[0] == ' ' || text.at[0] == '\t'))
		text = (struct slice){ text.at + 1, text.len - 1 };
	while (text.len > 0 && (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\t'))
		text.len--;
	return text;
}

/* The next element of a list with commas; false at its end. */
static bool next_element(struct slice *list, struct slice *element)
{
	if (list->len == 0)
		return false;
	const char *comma = memchr(list->at, ',', list->len);
	size_t len = comma != NULL ? (size_t)(comma - list->at) : list->len;
	*element = trimmed((struct slice){ list->at, len });
	len += comma != NULL;
	*list = (struct slice){ list->at + len, list->len - len };
	return true;
}

/* Of a weight only whether it is zero matters (RFC 9110 §12.4.2): “q=0”, “q=0.000”. */
static bool is_refused(struct slice parameters)
{
	struct slice text = trimmed(parameters);
	if (text.len < 3 || (text.at[0] != 'q' && text.at[0] != 'Q') || text.at[1] != '=')
		return false;
	for (size_t i = 2; i < text.len; i++) {
		if (text.at[i] != '0' && text.at[i] != '.')
			return false;
	}
	return true;
}

static bool accepts(struct slice accept, const char *coding)
{
	struct slice element;
	while (next_element(&accept, &element)) {
		const char *semicolon = element.len > 0 ? memchr(element.at, ';', element.len) : NULL;
		size_t len = semicolon != NULL ? (size_t)(semicolon - element.at) : element.len;
		struct slice name = trimmed((struct slice){ element.at, len });
		if (name.len != strlen(coding) || strncasecmp(name.at, coding, name.len) != 0)
			continue;
		return semicolon == NULL || !is_refused((struct slice){ semicolon + 1, element.len - len - 1 });
	}
	return false;
}

static struct slice octets_of(const struct console_octets *octets)
{
	return (struct slice){ (const char *)octets->at, octets->len };
}

struct slice console_static_octets(const struct console_file *file, struct slice accept, const char **coding)
{
	*coding = NULL;
	if (file->br.len > 0 && accepts(accept, "br")) {
		*coding = "br";
		return octets_of(&file->br);
	}
	if (file->gzip.len > 0 && accepts(accept, "gzip")) {
		*coding = "gzip";
		return octets_of(&file->gzip);
	}
	return octets_of(&file->identity);
}

bool console_static_matches(struct slice if_none_match, const char *etag)
{
	struct slice element;
	while (next_element(&if_none_match, &element)) {
		if (slice_equal(element, SLICE("*")))
			return true;
		if (element.len > 2 && element.at[0] == 'W' && element.at[1] == '/')
			element = (struct slice){ element.at + 2, element.len - 2 };
		if (slice_equal(element, slice_of(etag)))
			return true;
	}
	return false;
}
