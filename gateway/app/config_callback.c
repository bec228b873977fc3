/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_callback.h"

#include "wire/http/http_callback_auth.h"
#include "wire/http/http_presets.h"

#include <stdio.h>

#define SECRET_LEAST 16
#define SECRET_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"

static const char *const dialects[] = {
	[CONFIG_CALLBACK_NONE] = NULL,         [CONFIG_CALLBACK_KANNEL] = "kannel",
	[CONFIG_CALLBACK_TWILIO] = "twilio",   [CONFIG_CALLBACK_VONAGE] = "vonage",
	[CONFIG_CALLBACK_ALIYUN] = "aliyun",   [CONFIG_CALLBACK_TENCENT] = "tencent",
	[CONFIG_CALLBACK_YUNPIAN] = "yunpian", [CONFIG_CALLBACK_FORM] = "form",
	[CONFIG_CALLBACK_JSON] = "json",
};

/* As the settings say it, or else the preset. */
static bool is_id_of_request(const struct config_http *http)
{
	const struct http_settings *preset = http->preset ? http_preset_find(slice_of(http->preset)) : NULL;
	bool is_said = http->message_id_is != NULL && *http->message_id_is != '\0';
	const char *is = is_said ? http->message_id_is : preset ? preset->message_id_is : NULL;
	return is != NULL && strcmp(is, "of-request") == 0;
}

enum err config_callback_create(const struct config_account *account, struct http_callback **out, struct err_at *at)
{
	*out = NULL;
	if (account->callback == CONFIG_CALLBACK_NONE)
		return ERR_OK;
	struct http_callback_settings wanted = {
		.dialect = dialects[account->callback],
		.items = account->callback_items,
		.id = account->callback_id,
		.state = account->callback_state,
		.error = account->callback_error,
		.from = account->callback_from,
		.states = account->callback_states,
		.answer = account->callback_answer,
		.is_id_of_request = is_id_of_request(&account->http),
	};
	return http_callback_create(&wanted, out, at);
}

struct http_callback_address config_callback_address(const struct config *config, const struct config_account *account,
						     const struct http_callback *callback)
{
	return (struct http_callback_address){
		.callback = *config->callbacks.public_url ? callback : NULL,
		.public_url = slice_of(config->callbacks.public_url),
		.account = slice_of(account->name),
		.secret = slice_of(account->callback_secret),
	};
}

static bool is_set(const char *text)
{
	return text != NULL && *text != '\0';
}

/* Where a setting of an account stands; else the account itself. */
static const struct tree_node *place_of(const struct config_load *load, unsigned index, const char *path)
{
	char twin[96];
	const struct tree_node *node = tree_find_path(load->account_nodes[index], path);
	snprintf(twin, sizeof twin, "%s_file", path);
	if (node == NULL)
		node = tree_find_path(load->account_nodes[index], twin);
	return node ? node : load->account_nodes[index];
}

static void check_addresses(struct config_load *load, const struct tree_node *place, const char *path, const char *list)
{
	struct slice bad = http_callback_bad_address(slice_of(list));
	if (bad.len != 0)
		config_report(load->report, ERR_FORMAT, place, false, path,
			      "%s: “%.*s” is no address; write 192.0.2.7, 198.51.100.0/24 or 2001:db8::/32", path,
			      (int)(bad.len < 64 ? bad.len : 64), bad.at);
}

static void check_dialect(struct config_load *load, unsigned index)
{
	struct http_callback *callback;
	struct err_at at = { 0 };
	char path[sizeof at.field + 16];
	if (config_callback_create(&load->config->accounts[index], &callback, &at) == ERR_OK) {
		http_callback_destroy(callback);
		return;
	}
	snprintf(path, sizeof path, "callback_%s", at.field);
	config_report(load->report, at.err, place_of(load, index, path), false, path, "account “%s”: callback_%s",
		      load->config->accounts[index].name, at.text);
}

static void check_secret(struct config_load *load, unsigned index)
{
	const struct config_account *account = &load->config->accounts[index];
	size_t len = slice_of(account->callback_secret).len;
	const struct tree_node *place = place_of(load, index, "callback_secret");
	if (len != 0 && strspn(account->callback_secret, SECRET_CHARS) != len)
		config_report(load->report, ERR_FORMAT, place, false, "callback_secret",
			      "callback_secret of account “%s” has characters that a path can't have as they are; "
			      "A–Z a–z 0–9 - _ . ~ are allowed",
			      account->name);
	else if (len != 0 && len < SECRET_LEAST)
		config_report(
			load->report, ERR_RANGE, place, false, "callback_secret",
			"callback_secret of account “%s” has %zu characters, at least %d are needed so that nobody "
			"guesses it; “openssl rand -hex 16” makes one",
			account->name, len, SECRET_LEAST);
}

static void check_account(struct config_load *load, unsigned index)
{
	const struct config *config = load->config;
	const struct config_account *account = &config->accounts[index];
	const struct tree_node *place = place_of(load, index, "callback");
	if (account->callback == CONFIG_CALLBACK_NONE)
		return;
	if (config->callbacks.listen.host == NULL)
		config_report(load->report, ERR_NOT_FOUND, place, false, "callback",
			      "account “%s” has a callback, but callbacks.listen says nowhere to take it",
			      account->name);
	if (!is_set(account->callback_secret) && account->callback_signature == CONFIG_SIGNATURE_NONE &&
	    !is_set(account->callback_allow))
		config_report(
			load->report, ERR_NOT_FOUND, place, false, "callback",
			"anyone could tell receipts of account “%s”: give it callback_secret, callback_signature or "
			"callback_allow",
			account->name);
	if (account->callback_signature != CONFIG_SIGNATURE_NONE && !is_set(account->callback_key))
		config_report(load->report, ERR_NOT_FOUND, place_of(load, index, "callback_signature"), false,
			      "callback_key", "account “%s” has callback_signature, but no callback_key",
			      account->name);
	if (account->callback_signature == CONFIG_SIGNATURE_TWILIO && *config->callbacks.public_url == '\0')
		config_report(load->report, ERR_NOT_FOUND, place_of(load, index, "callback_signature"), false,
			      "callback_signature",
			      "Twilio signs the address that it calls: account “%s” needs callbacks.public_url",
			      account->name);
	check_secret(load, index);
	check_addresses(load, place_of(load, index, "callback_allow"), "callback_allow", account->callback_allow);
	check_dialect(load, index);
}

void config_check_callbacks(struct config_load *load)
{
	const struct config *config = load->config;
	size_t len = config->callbacks.public_url ? strlen(config->callbacks.public_url) : 0;
	const struct tree_node *place = tree_find_path(load->root, "callbacks.public_url");
	if (len != 0 && ((strncmp(config->callbacks.public_url, "https://", 8) != 0 &&
			  strncmp(config->callbacks.public_url, "http://", 7) != 0) ||
			 config->callbacks.public_url[len - 1] == '/'))
		config_report(load->report, ERR_FORMAT, place, false, "callbacks.public_url",
			      "callbacks.public_url begins with https:// or http:// and has no slash at its end");
	if (config->callbacks.proxies)
		check_addresses(load, tree_find_path(load->root, "callbacks.proxies"), "callbacks.proxies",
				config->callbacks.proxies);
	for (unsigned i = 0; i < config->account_count; i++)
		check_account(load, i);
}
