/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_inner.h"

#include "model/msisdn.h"

#include <stdio.h>
#include <stdlib.h>

#define CODE_OCTETS 32 /* six digits, with blanks */

static void set(struct console_call *call, unsigned status, const char *content_type, char *text, size_t len)
{
	free(call->answer);
	call->status = status;
	call->content_type = content_type;
	call->answer = text;
	call->answer_len = len;
}

void console_send(struct console_call *call, const char *content_type, char *text, size_t len)
{
	set(call, 200, content_type, text, len);
}

static bool say(struct console_call *call, unsigned status, const char *content_type, json_t *object)
{
	char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	if (text != NULL)
		set(call, status, content_type, text, strlen(text));
	return text != NULL;
}

void console_answer(struct console_call *call, json_t *answer)
{
	if (!say(call, 200, "application/json", answer))
		console_refuse(call, CONSOLE_BUSY);
}

void console_refuse_with(struct console_call *call, enum console_problem problem, const char *detail, json_t *more)
{
	const struct console_problem_words *words = console_problem_words(problem);
	json_t *object = json_pack("{s:s,s:s,s:i,s:s,s:s,s:{s:s,s:s}}", "type", "about:blank", "title", words->en,
				   "status", (int)words->status, "detail", detail != NULL ? detail : words->en, "code",
				   words->code, "message", "zh", words->zh, "en", detail != NULL ? detail : words->en);
	if (object != NULL && more != NULL)
		json_object_update(object, more);
	json_decref(more);
	/* Without memory for it: an empty body with the status. */
	if (!say(call, words->status, "application/problem+json", object))
		set(call, words->status, "application/problem+json", NULL, 0);
}

void console_refuse(struct console_call *call, enum console_problem problem)
{
	console_refuse_with(call, problem, NULL, NULL);
}

void console_fail(struct console_call *call, const struct err_at *at)
{
	call->err = at->err;
	console_refuse_with(call,
			    at->err == ERR_IO || at->err == ERR_CLOSED || at->err == ERR_TIMEOUT ? CONSOLE_UNREACHABLE
												 : CONSOLE_FAILED,
			    at->text[0] != '\0' ? at->text : NULL, NULL);
}

const char *console_text(const json_t *object, const char *key, size_t most)
{
	const json_t *value = json_object_get(object, key);
	return json_is_string(value) && json_string_length(value) <= most ? json_string_value(value) : NULL;
}

bool console_code(const json_t *body, const char **out)
{
	*out = console_text(body, "code", CODE_OCTETS);
	return *out != NULL || json_object_get(body, "code") == NULL;
}

static int hex_of(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* False where an escape is malformed, stands for NUL, or out is too small. */
static bool unescape(struct slice text, char *out, size_t cap)
{
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		char octet = text.at[i] == '+' ? ' ' : text.at[i];
		if (octet == '%') {
			int high = i + 2 < text.len ? hex_of(text.at[i + 1]) : -1;
			int low = i + 2 < text.len ? hex_of(text.at[i + 2]) : -1;
			if (high < 0 || low < 0 || high + low == 0)
				return false;
			octet = (char)(high * 16 + low);
			i += 2;
		}
		if (len + 1 >= cap)
			return false;
		out[len++] = octet;
	}
	out[len] = '\0';
	return true;
}

bool console_query(const struct console_call *call, const char *key, char *out, size_t cap)
{
	size_t key_len = strlen(key);
	for (size_t at = 0; at < call->query_len;) {
		const char *pair = call->query + at;
		const char *end = memchr(pair, '&', call->query_len - at);
		size_t len = end != NULL ? (size_t)(end - pair) : call->query_len - at;
		if (len > key_len && memcmp(pair, key, key_len) == 0 && pair[key_len] == '=')
			return unescape((struct slice){ pair + key_len + 1, len - key_len - 1 }, out, cap);
		at += len + 1;
	}
	return false;
}

void console_mask(const struct console *console, const char *digits, char *out, size_t cap)
{
	struct msisdn number;
	char masked[MSISDN_MASK_OCTETS] = "";
	struct slice text = slice_of(digits);
	if (text.len > 0 && msisdn_parse(text, console->options.country, &number, NULL) == ERR_OK)
		msisdn_mask(&number, console->options.country, masked);
	else if (text.len > 0)
		snprintf(masked, sizeof masked, "****");
	snprintf(out, cap, "%s", masked);
}
