/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_http.h"

#include "app/config_check.h"
#include "app/config_tls.h"

#include <stdio.h>
#include <string.h>

/* "" is “not set”. */
static const char *said(const char *text)
{
	return text != NULL && *text != '\0' ? text : NULL;
}

static struct http_lines lines_of(const struct config_lines *lines)
{
	return (struct http_lines){ lines->is_set ? (const char *const *)lines->at : NULL, lines->count };
}

enum err config_http_compile(const struct config *config, const struct config_account *account,
			     struct http_account **out, struct err_at *at)
{
	const struct config_http *http = &account->http;
	const struct http_settings given = {
		.preset = said(http->preset),
		.url = said(http->url),
		.method = said(http->method),
		.headers = lines_of(&http->headers),
		.query = lines_of(&http->query),
		.form = lines_of(&http->form),
		.json = said(http->json),
		.auth = said(http->auth),
		.username = said(http->username),
		.password = said(http->password),
		.token = said(http->token),
		.account = said(http->account),
		.region = said(http->region),
		.service = said(http->service),
		.source = said(account->source),
		.country = config->country ? config->country->code : NULL,
		.hmac_hash = said(http->hmac_hash),
		.hmac_encoding = said(http->hmac_encoding),
		.hmac_signs = said(http->hmac_signs),
		.validity_min_s = (unsigned)(http->validity_min_ms / MS_PER_S),
		.validity_max_s = (unsigned)(http->validity_max_ms / MS_PER_S),
		.batch_max = http->batch_max,
		.templates = lines_of(&http->templates),
		.success_status = said(http->success_status),
		.success = said(http->success),
		.success_is = said(http->success_is),
		.message_id = said(http->message_id),
		.message_id_is = said(http->message_id_is),
		.error_code = said(http->error_code),
		.error_text = said(http->error_text),
		.answers = said(http->answers),
		.answers_are = said(http->answers_are),
		.answer_to = said(http->answer_to),
		.request_code = said(http->request_code),
		.request_text = said(http->request_text),
		.codes = lines_of(&http->codes),
		.idempotency_header = said(http->idempotency_header),
	};
	return http_account_create(&given, out, at);
}

void config_http_host(const char *url, char *out, size_t cap)
{
	const char *from = strstr(url, "://");
	from = from ? from + 3 : url;
	size_t len = strcspn(from, "/?#");
	const char *user_end = memrchr(from, '@', len);
	if (user_end != NULL) {
		len -= (size_t)(user_end + 1 - from);
		from = user_end + 1;
	}
	size_t host = from[0] == '[' ? strcspn(++from, "]") : strcspn(from, ":/?#");
	snprintf(out, cap, "%.*s", (int)(host < len ? host : len), from);
}

enum err config_http_guard(const struct config_account *account, const struct http_account *compiled,
			   struct address_guard **out, struct err_at *at)
{
	char host[256];
	const struct config_lines *allow = &account->http.allow;
	const char *proxy = said(account->http.proxy);
	config_http_host(proxy ? proxy : http_account_origin(compiled), host, sizeof host);
	return address_guard_create((const char *const *)allow->at, allow->count, host, out, at);
}

static void check_proxy(struct config_load *load, const struct config_account *account, const struct tree_node *element)
{
	const char *proxy = said(account->http.proxy);
	if (proxy == NULL || strncmp(proxy, "http://", 7) == 0 || strncmp(proxy, "https://", 8) == 0)
		return;
	config_report(load->report, ERR_FORMAT, config_check_place(element, "proxy"), false, "proxy",
		      "the proxy of account “%s” must begin with http:// or https://", account->name);
}

void config_check_http(struct config_load *load, struct config_account *account, const struct tree_node *element)
{
	struct err_at at = { .err = ERR_OK };
	struct http_account *compiled = NULL;
	struct address_guard *guard = NULL;
	enum err err = config_http_compile(load->config, account, &compiled, &at);
	if (err == ERR_OK)
		err = config_http_guard(account, compiled, &guard, &at);
	if (err != ERR_OK)
		config_report(load->report, err, config_check_place(element, at.field), false, at.field,
			      "accounts[%s].%s: %s", account->name, at.field, at.text);
	check_proxy(load, account, element);
	config_check_http_tls(load, account, element);
	address_guard_destroy(guard);
	http_account_destroy(compiled);
}
