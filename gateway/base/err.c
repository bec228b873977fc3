/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "base/check.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *err_name(enum err err)
{
	static const char *const names[ERR_COUNT] = {
		[ERR_OK] = "ok",
		[ERR_SHORT] = "short",
		[ERR_FORMAT] = "format",
		[ERR_RANGE] = "range",
		[ERR_FULL] = "full",
		[ERR_MEMORY] = "memory",
		[ERR_NOT_FOUND] = "not_found",
		[ERR_DUPLICATE] = "duplicate",
		[ERR_UNSUPPORTED] = "unsupported",
		[ERR_IO] = "io",
		[ERR_CLOSED] = "closed",
		[ERR_TIMEOUT] = "timeout",
	};
	CHECK((unsigned)err < ERR_COUNT);
	return names[err];
}

/* What is quoted may be cut within a character, or be no UTF-8 at all. */
static void make_utf8(char *text)
{
	size_t len = strlen(text);
	size_t to = 0;
	for (size_t from = 0; from < len;) {
		uint32_t code;
		size_t octets = utf8_decode(text + from, len - from, &code);
		if (octets > 0) {
			memmove(text + to, text + from, octets);
			to += octets;
		} else if (to == 0 || text[to - 1] != '?') {
			text[to++] = '?';
		}
		from += octets > 0 ? octets : 1;
	}
	text[to] = '\0';
}

enum err err_at_set(struct err_at *at, enum err err, size_t offset, const char *field, const char *format, ...)
{
	CHECK(err != ERR_OK);
	if (at == NULL || at->err != ERR_OK)
		return err;
	at->err = err;
	at->offset = offset;
	if (field != NULL)
		snprintf(at->field, sizeof at->field, "%s", field);
	va_list args;
	va_start(args, format);
	vsnprintf(at->text, sizeof at->text, format, args);
	va_end(args);
	at->field[utf8_whole(at->field, strlen(at->field))] = '\0';
	at->text[utf8_whole(at->text, strlen(at->text))] = '\0';
	make_utf8(at->field);
	make_utf8(at->text);
	return err;
}
