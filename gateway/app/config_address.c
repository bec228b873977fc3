/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_address.h"

#include "base/number.h"
#include "base/suggest.h"

#include <stdlib.h>

#define HOST_MAX           253 /* octets of a DNS name, RFC 1035 §2.3.4 */
#define UNIX_PATH_MAX      107 /* sun_path, its NUL excluded */
#define REDIS_PORT         6379
#define REDIS_DB_MAX       65535
#define REDIS_USER_MAX     128
#define REDIS_PASSWORD_MAX 512

static bool is_host(struct slice host, bool is_v6)
{
	if (host.len == 0 || host.len > HOST_MAX)
		return false;
	for (size_t i = 0; i < host.len; i++) {
		char c = host.at[i];
		bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
		if (!is_word && !(is_v6 ? c == ':' || c == '%' : c == '-' || c == '_'))
			return false;
	}
	return true;
}

enum err config_address_parse(struct slice text, unsigned port_least, uint16_t port_fallback,
			      struct config_address *out, struct err_at *at)
{
	struct slice host = text;
	struct slice port = { NULL, 0 };
	bool is_v6 = text.len && text.at[0] == '[';
	if (is_v6) {
		const char *end = memchr(text.at, ']', text.len);
		if (end == NULL)
			return err_at_set(at, ERR_FORMAT, 0, NULL, "has no “]” after its IPv6 address");
		host = (struct slice){ text.at + 1, (size_t)(end - text.at) - 1 };
		size_t used = host.len + 2;
		if (used < text.len && text.at[used] != ':')
			return err_at_set(at, ERR_FORMAT, used, NULL, "has something other than a port after “]”");
		if (used < text.len)
			port = (struct slice){ text.at + used + 1, text.len - used - 1 };
	} else {
		const char *colon = text.len ? memchr(text.at, ':', text.len) : NULL;
		if (colon) {
			host.len = (size_t)(colon - text.at);
			port = (struct slice){ colon + 1, text.len - host.len - 1 };
			if (memchr(port.at, ':', port.len))
				return err_at_set(
					at, ERR_FORMAT, 0, NULL,
					"has several colons; an IPv6 address is written in brackets: [::1]:2775");
		}
	}
	if (host.len == 0)
		return err_at_set(at, ERR_FORMAT, 0, NULL, "has no host");
	if (!is_host(host, is_v6))
		return err_at_set(at, ERR_FORMAT, 0, NULL, "has a host with characters that no host has");
	uint64_t number = port_fallback;
	if (port.at == NULL && port_fallback == 0)
		return err_at_set(at, ERR_FORMAT, 0, NULL, "has no port; write host:port");
	if (port.at && (!number_parse(port, 65535, &number) || number < port_least))
		return err_at_set(at, ERR_RANGE, 0, NULL, "has a port that is no number from %u to 65535", port_least);
	char *copy = strndup(host.at, host.len);
	if (copy == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "does not fit into memory");
	*out = (struct config_address){ copy, (uint16_t)number };
	return ERR_OK;
}

/* Undoes percent-encoding into a new string. NULL where it is malformed, too long, or memory is out. */
static char *decode_percent(struct slice text, size_t octets_max)
{
	char *out = malloc(text.len + 1);
	size_t len = 0;
	for (size_t i = 0; out && i < text.len; i++) {
		char c = text.at[i];
		if (c == '%') {
			int high = text.len - i > 2 ? number_hex_digit(text.at[i + 1]) : -1;
			int low = text.len - i > 2 ? number_hex_digit(text.at[i + 2]) : -1;
			if (high < 0 || low < 0 || (high | low) == 0) {
				free(out);
				return NULL;
			}
			c = (char)(high << 4 | low);
			i += 2;
		}
		out[len++] = c;
	}
	if (out && len > octets_max) {
		free(out);
		return NULL;
	}
	if (out)
		out[len] = '\0';
	return out;
}

/* “user:password”, “:password”, “user”. */
static enum err parse_user(struct slice text, struct config_redis_url *out, struct err_at *at)
{
	struct slice password = text;
	struct slice user = slice_cut(&password, ':');
	if (user.len && (out->user = decode_percent(user, REDIS_USER_MAX)) == NULL)
		return err_at_set(at, ERR_FORMAT, 0, NULL,
				  "has a user name that is too long or wrongly percent-encoded");
	if (password.len && (out->password = decode_percent(password, REDIS_PASSWORD_MAX)) == NULL)
		return err_at_set(at, ERR_FORMAT, 0, NULL,
				  "has a password that is too long or wrongly percent-encoded");
	return ERR_OK;
}

static enum err parse_db(struct slice text, struct config_redis_url *out, struct err_at *at)
{
	uint64_t db;
	if (!number_parse(text, REDIS_DB_MAX, &db))
		return err_at_set(at, ERR_RANGE, 0, NULL, "has a database that is no number from 0 to %d",
				  REDIS_DB_MAX);
	out->db = (unsigned)db;
	return ERR_OK;
}

/* The octets of text before the first of the stop characters, which are then cut off text. */
static struct slice cut(struct slice *text, const char *stops)
{
	size_t len = 0;
	while (len < text->len && (text->at[len] == '\0' || !strchr(stops, text->at[len])))
		len++;
	struct slice head = { text->at, len };
	*text = (struct slice){ text->at + len, text->len - len };
	return head;
}

static enum err parse_scheme(struct slice scheme, struct config_redis_url *out, struct err_at *at)
{
	static const char *const known[] = { "redis", "rediss", "unix" };
	out->is_unix = slice_is(scheme, "unix");
	out->is_tls = slice_is(scheme, "rediss");
	if (out->is_unix || out->is_tls || slice_is(scheme, "redis"))
		return ERR_OK;
	if (slice_starts(scheme, SLICE("redis")))
		return err_at_set(at, ERR_UNSUPPORTED, 0, NULL,
				  "asks for sentinels or a cluster, which are not built yet; write redis://, rediss:// "
				  "or unix://");
	const char *nearest = suggest_nearest(scheme, known, 3);
	return err_at_set(at, ERR_FORMAT, 0, NULL, "must begin with redis://, rediss:// or unix://%s%s%s",
			  nearest ? " (did you mean “" : "", nearest ? nearest : "", nearest ? "://”?)" : "");
}

static enum err parse_url(struct slice text, struct config_redis_url *out, struct err_at *at)
{
	struct slice scheme = cut(&text, ":");
	bool has_scheme = slice_starts(text, SLICE("://"));
	enum err err = parse_scheme(has_scheme ? scheme : (struct slice){ NULL, 0 }, out, at);
	if (err != ERR_OK)
		return err;
	text = (struct slice){ text.at + 3, text.len - 3 };
	struct slice authority = cut(&text, "/?");
	const char *sign = authority.len ? memrchr(authority.at, '@', authority.len) : NULL;
	if (sign) {
		size_t user_len = (size_t)(sign - authority.at);
		err = parse_user((struct slice){ authority.at, user_len }, out, at);
		if (err != ERR_OK)
			return err;
		authority = (struct slice){ sign + 1, authority.len - user_len - 1 };
	}
	struct slice path = cut(&text, "?");
	if (out->is_unix && authority.len)
		return err_at_set(at, ERR_FORMAT, 0, NULL, "needs an absolute path: unix:///path/of/socket");
	if (!out->is_unix && authority.len && memchr(authority.at, ',', authority.len))
		return err_at_set(at, ERR_UNSUPPORTED, 0, NULL, "lists several servers, which is not built yet");
	if (out->is_unix && (out->path = decode_percent(path, UNIX_PATH_MAX)) == NULL)
		return err_at_set(at, ERR_RANGE, 0, NULL, "has a path that is longer than %d octets", UNIX_PATH_MAX);
	if (out->is_unix && strlen(out->path) < 2)
		return err_at_set(at, ERR_FORMAT, 0, NULL, "has no path: unix:///path/of/socket");
	if (!out->is_unix)
		err = config_address_parse(authority, 1, REDIS_PORT, &out->address, at);
	if (err == ERR_OK && !out->is_unix && path.len > 1)
		err = parse_db((struct slice){ path.at + 1, path.len - 1 }, out, at);
	if (err != ERR_OK || text.len < 2)
		return err;
	if (!slice_starts(text, SLICE("?db=")))
		return err_at_set(at, ERR_FORMAT, 0, NULL, "has something behind “?” that is not db=N");
	return parse_db((struct slice){ text.at + 4, text.len - 4 }, out, at);
}

enum err config_redis_url_parse(struct slice text, struct config_redis_url *out, struct err_at *at)
{
	struct config_redis_url url = { 0 };
	enum err err = parse_url(text, &url, at);
	if (err == ERR_OK)
		*out = url;
	else
		config_redis_url_fini(&url);
	return err;
}

void config_redis_url_fini(struct config_redis_url *url)
{
	if (url->password)
		explicit_bzero(url->password, strlen(url->password));
	free(url->address.host);
	free(url->path);
	free(url->user);
	free(url->password);
	*url = (struct config_redis_url){ 0 };
}
