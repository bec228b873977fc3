/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_account_read.h"

#include "wire/http/http_setting.h"

#include <stdlib.h>

/* What is sent: URL, pairs, headers and body of a description, compiled. */

static bool is_host_octet(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
	       c == ':' || c == '[' || c == ']' || c == '_';
}

static enum err read_url(const struct http_settings *settings, struct http_account *account, struct err_at *at)
{
	struct slice url = slice_of(settings->url);
	if (url.len == 0)
		return err_at_set(at, ERR_RANGE, 0, "url", "is missing%s",
				  settings->preset ? "; this preset has none of its own" : "");
	size_t scheme = slice_starts(url, SLICE("https://")) ? 8 : slice_starts(url, SLICE("http://")) ? 7 : 0;
	if (scheme == 0)
		return err_at_set(at, ERR_FORMAT, 0, "url", "begins with neither “https://” nor “http://”");
	size_t end = scheme;
	while (end < url.len && is_host_octet(url.at[end]))
		end++;
	if (end == scheme)
		return err_at_set(at, ERR_FORMAT, scheme, "url", "has no host");
	if (end < url.len && url.at[end] == '@')
		return err_at_set(at, ERR_FORMAT, end, "url", "has a user name in it; use username, password and auth");
	if (end < url.len && url.at[end] != '/' && url.at[end] != '?')
		return err_at_set(
			at, ERR_FORMAT, end, "url",
			"has something in its host that belongs in none; placeholders may stand behind it only");
	for (size_t i = end; i < url.len; i++) {
		unsigned char c = (unsigned char)url.at[i];
		if (c <= 0x20 || c >= 0x7F || c == '#' || c == '"')
			return err_at_set(at, ERR_FORMAT, i, "url",
					  "has an octet that is to be percent-encoded, or a “#”");
		if (c == '/' && i + 1 < url.len && url.at[i + 1] == '.' &&
		    strcspn(url.at + i + 1, "/?") == strspn(url.at + i + 1, "."))
			return err_at_set(at, ERR_FORMAT, i, "url", "has a part “.” or “..”; write where that leads");
	}
	struct slice path = { url.at + end, url.len - end };
	const char *query = path.len ? memchr(path.at, '?', path.len) : NULL;
	if (query && account->auth == HTTP_AUTH_ACS3)
		return err_at_set(at, ERR_UNSUPPORTED, end, "url",
				  "has a query, which auth acs3 wants among query, sorted");
	char *origin = arena_alloc(&account->arena, end + 1);
	if (origin == NULL)
		return err_at_set(at, ERR_FULL, 0, "url", "is too long");
	memcpy(origin, url.at, end);
	origin[end] = '\0';
	account->origin = (struct slice){ origin, end };
	account->host = (struct slice){ account->origin.at + scheme, end - scheme };
	size_t shown = end + (query ? (size_t)(query - path.at) : path.len);
	size_t cap = shown + 16;
	char *label = arena_alloc(&account->arena, cap);
	if (label == NULL)
		return err_at_set(at, ERR_FULL, 0, "url", "is too long");
	struct buf buf = buf_over(label, cap);
	buf_put_text(&buf, account->method);
	buf_put(&buf, " ", 1);
	buf_put(&buf, url.at, shown);
	buf_put(&buf, "", 1);
	account->label = buf_slice(&buf);
	if (path.len == 0 || path.at[0] == '?')
		return err_at_set(at, ERR_FORMAT, end, "url", "has no path; write “/” behind the host");
	return http_template_compile(path, HTTP_PLACE_PATH, "url", &account->arena, &account->path, at);
}

static enum err read_pairs(struct http_lines lines, const char *field, struct http_account *account,
			   struct http_line_list *out, struct err_at *at)
{
	if (lines.count > HTTP_LINES_MAX)
		return err_at_set(at, ERR_RANGE, 0, field, "has more than %d entries", HTTP_LINES_MAX);
	struct http_line *rows = arena_alloc(&account->arena, sizeof *rows * (lines.count + 1));
	if (rows == NULL)
		return err_at_set(at, ERR_FULL, 0, field, "takes too much memory");
	for (unsigned i = 0; i < lines.count; i++) {
		const char *mark = strchr(lines.at[i], '=');
		if (mark == NULL || mark == lines.at[i])
			return err_at_set(at, ERR_FORMAT, i, field, "is not of the form “name=value” at entry %u",
					  i + 1);
		struct slice name = { lines.at[i], (size_t)(mark - lines.at[i]) };
		size_t cap = 3 * name.len + 1;
		char *memory = arena_alloc(&account->arena, cap);
		if (memory == NULL)
			return err_at_set(at, ERR_FULL, i, field, "takes too much memory");
		struct buf buf = buf_over(memory, cap);
		http_escape_put(&buf, HTTP_ESCAPE_PERCENT, name);
		rows[i].name = buf_slice(&buf);
		enum err err = http_template_compile(slice_of(mark + 1), HTTP_PLACE_PAIR, field, &account->arena,
						     &rows[i].value, at);
		if (err)
			return err;
	}
	*out = (struct http_line_list){ rows, lines.count };
	return ERR_OK;
}

static int compare_lines(const void *a, const void *b)
{
	return slice_compare(((const struct http_line *)a)->name, ((const struct http_line *)b)->name);
}

static bool is_name(struct slice name)
{
	static const char others[] = "!#$%&'*+-.^_`|~"; /* RFC 9110 §5.6.2 */
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];
		bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!is_word && (c == '\0' || strchr(others, c) == NULL))
			return false;
	}
	return name.len > 0;
}

static bool is_same_name(struct slice name, const char *other)
{
	if (name.len != strlen(other))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if ((name.at[i] | 0x20) != (other[i] | 0x20))
			return false;
	}
	return true;
}

/* Headers that are ours or the HTTP client's. */
static enum err check_name(const struct http_account *account, struct slice name, unsigned line, struct err_at *at)
{
	static const char *const taken[] = { "Host",       "Content-Length", "Transfer-Encoding",
					     "Connection", "Expect",         "Upgrade" };
	if (!is_name(name))
		return err_at_set(at, ERR_FORMAT, line, "headers", "has no header name before the “:” of entry %u",
				  line + 1);
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
		if (is_same_name(name, taken[i]))
			return err_at_set(at, ERR_RANGE, line, "headers", "has %s, which is written by itself",
					  taken[i]);
	}
	if (is_same_name(name, "Authorization") && account->auth != HTTP_AUTH_NONE && account->auth != HTTP_AUTH_HMAC)
		return err_at_set(at, ERR_RANGE, line, "headers", "has Authorization, which auth writes already");
	return ERR_OK;
}

static enum err read_headers(const struct http_settings *settings, struct http_account *account, struct err_at *at)
{
	struct http_lines lines = settings->headers;
	if (lines.count > HTTP_LINES_MAX)
		return err_at_set(at, ERR_RANGE, 0, "headers", "has more than %d entries", HTTP_LINES_MAX);
	struct http_line *rows = arena_alloc(&account->arena, sizeof *rows * (lines.count + 1));
	if (rows == NULL)
		return err_at_set(at, ERR_FULL, 0, "headers", "takes too much memory");
	bool has_type = false;
	for (unsigned i = 0; i < lines.count; i++) {
		if (!http_setting_is_plain(slice_of(lines.at[i])))
			return err_at_set(at, ERR_FORMAT, i, "headers",
					  "has a line break or another control character at entry %u", i + 1);
		const char *mark = strchr(lines.at[i], ':');
		struct slice name = { lines.at[i], mark ? (size_t)(mark - lines.at[i]) : 0 };
		enum err err = check_name(account, name, i, at);
		if (err)
			return err;
		const char *value = mark + 1;
		while (*value == ' ')
			value++;
		has_type |= is_same_name(name, "Content-Type");
		rows[i].name = arena_copy(&account->arena, name);
		if (rows[i].name.at == NULL)
			return err_at_set(at, ERR_FULL, i, "headers", "takes too much memory");
		err = http_template_compile(slice_of(value), HTTP_PLACE_HEADER, "headers", &account->arena,
					    &rows[i].value, at);
		if (err)
			return err;
	}
	account->headers = (struct http_line_list){ rows, lines.count };
	if (!has_type && account->json.count)
		account->content_type = "application/json";
	else if (!has_type && account->form.count)
		account->content_type = "application/x-www-form-urlencoded";
	if (settings->idempotency_header && settings->idempotency_header[0]) {
		enum err err = http_setting_keep(settings->idempotency_header, "idempotency_header", &account->arena,
						 &account->idempotency_header, at);
		if (err)
			return err;
		if (!is_name(account->idempotency_header))
			return err_at_set(at, ERR_FORMAT, 0, "idempotency_header", "is no name of a header");
	}
	return ERR_OK;
}

static enum err read_hmac(const struct http_settings *settings, struct http_account *account, struct err_at *at)
{
	int hash = HTTP_SETTING_CHOOSE(settings->hmac_hash, "hmac_hash", at, "sha256", "sha1");
	int encoding = HTTP_SETTING_CHOOSE(settings->hmac_encoding, "hmac_encoding", at, "hex", "base64");
	if (hash < 0 || encoding < 0)
		return ERR_RANGE;
	account->is_sha1 = hash == 1;
	account->is_base64 = encoding == 1;
	account->signs_body = settings->hmac_signs == NULL || strcmp(settings->hmac_signs, "{body}") == 0;
	return account->signs_body ? ERR_OK
				   : http_template_compile(slice_of(settings->hmac_signs), HTTP_PLACE_SIGNED,
							   "hmac_signs", &account->arena, &account->signs, at);
}

enum err http_account_read_request(const struct http_settings *settings, struct http_account *account,
				   struct err_at *at)
{
	static const char *const methods[] = { "POST", "GET", "PUT" };
	int method = http_setting_choose(settings->method, methods, sizeof methods / sizeof methods[0], "method", at);
	if (method < 0)
		return ERR_RANGE;
	account->method = methods[method];
	if (settings->json && settings->form.count)
		return err_at_set(at, ERR_RANGE, 0, "json", "and form are both set; a request has one body");
	if (method == 1 && (settings->json || settings->form.count))
		return err_at_set(at, ERR_RANGE, 0, "method", "is GET, which has no body; use query, or POST");
	enum err err = read_url(settings, account, at);
	if (err == ERR_OK)
		err = read_pairs(settings->query, "query", account, &account->query, at);
	if (err == ERR_OK)
		err = read_pairs(settings->form, "form", account, &account->form, at);
	if (err == ERR_OK && settings->json)
		err = http_template_compile(slice_of(settings->json), HTTP_PLACE_JSON, "json", &account->arena,
					    &account->json, at);
	if (err == ERR_OK)
		err = read_headers(settings, account, at);
	if (err == ERR_OK)
		err = read_hmac(settings, account, at);
	if (err)
		return err;
	/* Signed parameters are sorted by name. The rows are ours, const only to readers. */
	if (account->auth == HTTP_AUTH_ACS3)
		qsort((struct http_line *)account->query.rows, account->query.count, sizeof *account->query.rows,
		      compare_lines);
	return ERR_OK;
}
