/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* Small things that every setting of an account over HTTP needs. */

/* Index of word in words; -1 where it is none of them (and at says so, with the nearest). NULL is the first. */
int http_setting_choose(const char *word, const char *const words[], size_t count, const char *field,
			struct err_at *at);

#define HTTP_SETTING_CHOOSE(word, field, at, ...)                       \
	http_setting_choose(word, (const char *const[]){ __VA_ARGS__ }, \
			    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), field, at)

/* True where text has no control characters, so that it cannot begin a line of its own. */
bool http_setting_is_plain(struct slice text);

/* A copy of text in arena, with a NUL behind it; absent where text is NULL or "". ERR_FORMAT: it is not plain; ERR_FULL. */
MUST_CHECK enum err http_setting_keep(const char *text, const char *field, struct arena *arena, struct slice *out,
				      struct err_at *at);
