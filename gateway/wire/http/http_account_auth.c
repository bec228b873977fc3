/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_account_read.h"

#include "base/check.h"
#include "wire/http/http_setting.h"
#include "wire/http/http_sign.h"

/* Who we are to the provider. */

static enum err read_names(const struct http_settings *settings, struct http_account *account, struct err_at *at)
{
	int auth = HTTP_SETTING_CHOOSE(settings->auth, "auth", at, "none", "basic", "bearer", "hmac", "acs3", "tc3");
	if (auth < 0)
		return ERR_RANGE;
	account->auth = (enum http_auth)auth;
	enum err err = http_setting_keep(settings->username, "username", &account->arena, &account->username, at);
	if (err == ERR_OK)
		err = http_setting_keep(settings->password, "password", &account->arena, &account->password, at);
	if (err == ERR_OK)
		err = http_setting_keep(settings->token, "token", &account->arena, &account->token, at);
	if (err == ERR_OK)
		err = http_setting_keep(settings->account, "account", &account->arena, &account->account, at);
	if (err == ERR_OK)
		err = http_setting_keep(settings->region, "region", &account->arena, &account->region, at);
	if (err == ERR_OK)
		err = http_setting_keep(settings->service, "service", &account->arena, &account->service, at);
	if (err == ERR_OK)
		err = http_setting_keep(settings->source, "source", &account->arena, &account->source, at);
	if (err)
		return err;
	if (account->account.len == 0)
		account->account = account->username;

	bool needs_name = auth == HTTP_AUTH_BASIC || auth == HTTP_AUTH_ACS3 || auth == HTTP_AUTH_TC3;
	bool needs_password = needs_name || auth == HTTP_AUTH_HMAC;
	if (needs_name && account->username.len == 0)
		return err_at_set(at, ERR_RANGE, 0, "username", "is needed by auth %s", settings->auth);
	if (needs_password && account->password.len == 0)
		return err_at_set(at, ERR_RANGE, 0, "password", "is needed by auth %s", settings->auth);
	if (auth == HTTP_AUTH_BEARER && account->token.len == 0)
		return err_at_set(at, ERR_RANGE, 0, "token", "is needed by auth bearer");
	if (auth == HTTP_AUTH_TC3 && account->service.len == 0)
		return err_at_set(at, ERR_RANGE, 0, "service", "is needed by auth tc3 (“sms”)");
	if (auth == HTTP_AUTH_TC3 && account->password.len > HTTP_TC3_SECRET_MAX)
		return err_at_set(at, ERR_RANGE, 0, "password",
				  "is longer than the %d octets that auth tc3 can sign with", HTTP_TC3_SECRET_MAX);
	if (auth == HTTP_AUTH_BASIC && memchr(account->username.at, ':', account->username.len))
		return err_at_set(at, ERR_FORMAT, 0, "username", "has a “:”, which auth basic cannot carry (RFC 7617)");
	return ERR_OK;
}

/* The Authorization line of basic (RFC 7617) and bearer (RFC 6750), which never changes. */
static enum err make_authorization(struct http_account *account, struct err_at *at)
{
	if (account->auth != HTTP_AUTH_BASIC && account->auth != HTTP_AUTH_BEARER)
		return ERR_OK;
	size_t cap = 64 + 2 * (account->username.len + account->password.len + account->token.len);
	char *pair_at = arena_alloc(&account->arena, cap);
	char *line_at = arena_alloc(&account->arena, cap);
	if (pair_at == NULL || line_at == NULL)
		return err_at_set(at, ERR_FULL, 0, "password", "is too long");
	struct buf pair = buf_over(pair_at, cap);
	struct buf line = buf_over(line_at, cap);
	if (account->auth == HTTP_AUTH_BASIC) {
		buf_put_slice(&pair, account->username);
		buf_put(&pair, ":", 1);
		buf_put_slice(&pair, account->password);
		buf_put_text(&line, "Authorization: Basic ");
		http_base64_put(buf_slice(&pair), &line);
	} else {
		buf_put_text(&line, "Authorization: Bearer ");
		buf_put_slice(&line, account->token);
	}
	CHECK(!line.full);
	account->authorization = buf_slice(&line);
	return ERR_OK;
}

enum err http_account_read_auth(const struct http_settings *settings, struct http_account *account, struct err_at *at)
{
	enum err err = read_names(settings, account, at);
	return err ? err : make_authorization(account, at);
}
