/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_secrets.h"

#include "app/setting.h"
#include "wire/http/http_escape.h"
#include "wire/http/http_sign.h"

#include <stdlib.h>

#define LINE_LEAST 8 /* octets of a line's value; shorter ones are words */

/* The list and what it is of. */
struct owned_secrets {
	struct secrets list;
	struct slice *rows; /* list's; each owned */
	unsigned cap;
	bool has_failed; /* no memory */
};

static bool has(const struct owned_secrets *secrets, struct slice text)
{
	for (unsigned i = 0; i < secrets->list.count; i++) {
		if (slice_equal(secrets->rows[i], text))
			return true;
	}
	return false;
}

static bool grow(struct owned_secrets *secrets)
{
	unsigned cap = secrets->cap ? 2 * secrets->cap : 16;
	struct slice *rows = realloc(secrets->rows, cap * sizeof *rows);
	if (rows == NULL)
		return false;
	secrets->rows = rows;
	secrets->list.at = rows;
	secrets->cap = cap;
	return true;
}

/* One form of a secret, where it is none yet; behind all that are longer. */
static void add_form(struct owned_secrets *secrets, struct slice text)
{
	if (text.len < SECRET_LEAST || has(secrets, text))
		return;
	char *copy = malloc(text.len);
	if (copy == NULL || (secrets->list.count == secrets->cap && !grow(secrets))) {
		free(copy);
		secrets->has_failed = true;
		return;
	}
	memcpy(copy, text.at, text.len);
	unsigned at = secrets->list.count++;
	for (; at > 0 && secrets->rows[at - 1].len < text.len; at--)
		secrets->rows[at] = secrets->rows[at - 1];
	secrets->rows[at] = (struct slice){ copy, text.len };
}

static void wipe(char *octets, size_t len)
{
	explicit_bzero(octets, len);
	free(octets);
}

static void add(struct owned_secrets *secrets, struct slice text)
{
	static const enum http_escape escapes[] = { HTTP_ESCAPE_NONE, HTTP_ESCAPE_PERCENT, HTTP_ESCAPE_JSON };
	size_t cap = 6 * text.len; /* JSON's “\u0001” is the longest form of an octet */
	char *octets = text.len >= SECRET_LEAST ? malloc(cap) : NULL;
	if (octets == NULL) {
		secrets->has_failed = secrets->has_failed || text.len >= SECRET_LEAST;
		return;
	}
	for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
		struct buf form = buf_over(octets, cap);
		http_escape_put(&form, escapes[i], text);
		add_form(secrets, buf_slice(&form));
	}
	wipe(octets, cap);
}

/* “Basic” credentials (RFC 7617 §2). */
static void add_basic(struct owned_secrets *secrets, struct slice user, struct slice password)
{
	size_t plain_cap = user.len + 1 + password.len;
	size_t coded_cap = plain_cap * 2 + 8;
	if (password.len == 0)
		return;
	char *octets = malloc(plain_cap + coded_cap);
	if (octets == NULL) {
		secrets->has_failed = true;
		return;
	}
	struct buf plain = buf_over(octets, plain_cap);
	struct buf coded = buf_over(octets + plain_cap, coded_cap);
	buf_put_slice(&plain, user);
	buf_put(&plain, ":", 1);
	buf_put_slice(&plain, password);
	http_base64_put(buf_slice(&plain), &coded);
	add(secrets, buf_slice(&coded));
	wipe(octets, plain_cap + coded_cap);
}

/* The password in “http://user:password@host”; libcurl sends both as “Basic” too. */
static void add_proxy(struct owned_secrets *secrets, const char *proxy)
{
	const char *from = proxy ? strstr(proxy, "://") : NULL;
	const char *end = from ? strrchr(from, '@') : NULL;
	const char *user = from ? from + 3 : NULL;
	const char *colon = end ? memchr(user, ':', (size_t)(end - user)) : NULL;
	if (colon == NULL)
		return;
	struct slice password = { colon + 1, (size_t)(end - colon - 1) };
	add(secrets, password);
	add_basic(secrets, (struct slice){ user, (size_t)(colon - user) }, password);
}

/* What stands between place-holders of a line's value. */
static void add_line(struct owned_secrets *secrets, const char *line, const char *joint)
{
	const char *at = strstr(line, joint);
	at = at ? at + strlen(joint) : line;
	while (*at) {
		size_t len = strcspn(at, "{}");
		if (len >= LINE_LEAST)
			add(secrets, (struct slice){ at, len });
		at += len;
		if (*at == '{')
			at += strcspn(at, "}");
		at += *at != '\0';
	}
}

static void add_setting(struct owned_secrets *secrets, const struct setting *setting,
			const struct config_account *account)
{
	const void *field = (const char *)account + setting->offset;
	if (setting->kind == SETTING_SECRET)
		add(secrets, slice_of(*(char *const *)field));
	if (setting->kind != SETTING_LINES || setting->least == 0)
		return;
	const struct config_lines *lines = field;
	for (unsigned i = 0; i < lines->count; i++)
		add_line(secrets, lines->at[i], setting->words);
}

struct secrets *config_secrets_create(const struct config_account *account)
{
	bool is_http = account->protocol == CONFIG_PROTOCOL_HTTP;
	struct owned_secrets *secrets = calloc(1, sizeof *secrets);
	if (secrets == NULL)
		return NULL;
	for (size_t i = 0; i < setting_count; i++) {
		enum setting_scope scope = settings[i].scope;
		bool is_its =
			scope == SETTING_SCOPE_ACCOUNT || scope == (is_http ? SETTING_SCOPE_HTTP : SETTING_SCOPE_SMPP);
		if (is_its && !settings[i].is_later)
			add_setting(secrets, &settings[i], account);
	}
	if (is_http) {
		add_basic(secrets, slice_of(account->http.username), slice_of(account->http.password));
		add_proxy(secrets, account->http.proxy);
	}
	if (!secrets->has_failed)
		return &secrets->list;
	config_secrets_destroy(&secrets->list);
	return NULL;
}

void config_secrets_destroy(struct secrets *list)
{
	if (list == NULL)
		return;
	struct owned_secrets *secrets = (struct owned_secrets *)(void *)list; /* its first member */
	for (unsigned i = 0; i < secrets->list.count; i++)
		wipe((char *)(uintptr_t)secrets->rows[i].at, secrets->rows[i].len);
	free(secrets->rows);
	free(secrets);
}
