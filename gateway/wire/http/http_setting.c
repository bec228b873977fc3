/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_setting.h"

#include "base/suggest.h"

int http_setting_choose(const char *word, const char *const words[], size_t count, const char *field, struct err_at *at)
{
	if (word == NULL)
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(word, words[i]) == 0)
			return (int)i;
	}
	const char *nearest = suggest_nearest(slice_of(word), words, count);
	err_at_set(at, ERR_RANGE, 0, field, "“%s” is unknown%s%s%s", word, nearest ? "; did you mean “" : "",
		   nearest ? nearest : "", nearest ? "”?" : "");
	return -1;
}

bool http_setting_is_plain(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7F)
			return false;
	}
	return true;
}

enum err http_setting_keep(const char *text, const char *field, struct arena *arena, struct slice *out,
			   struct err_at *at)
{
	*out = (struct slice){ NULL, 0 };
	if (text == NULL || text[0] == '\0')
		return ERR_OK;
	struct slice slice = slice_of(text);
	if (!http_setting_is_plain(slice))
		return err_at_set(at, ERR_FORMAT, 0, field, "has a line break or another control character");
	*out = arena_copy(arena, (struct slice){ text, slice.len + 1 });
	if (out->at == NULL)
		return err_at_set(at, ERR_FULL, 0, field, "is too long");
	out->len = slice.len;
	return ERR_OK;
}
