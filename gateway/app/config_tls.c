/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_tls.h"

#include "app/config_check.h"

static bool is_said(const char *text)
{
	return text != NULL && *text != '\0';
}

enum err config_tls_create(const struct config_account *account, struct tls_context **out, struct err_at *at)
{
	const struct tls_options options = {
		.server_name = is_said(account->server_name) ? account->server_name : account->address.host,
		.ca_file = account->ca_file,
		.cert_file = account->cert_file,
		.key_file = account->key_file,
	};
	if (!account->tls) {
		*out = NULL;
		return ERR_OK;
	}
	struct tls_context *context = tls_context_create(&options, at);
	if (context == NULL)
		return ERR_FORMAT;
	*out = context;
	return ERR_OK;
}

/* Without TLS they would promise what nobody does. */
static void check_unused(struct config_load *load, const struct config_account *account,
			 const struct tree_node *element)
{
	const struct {
		const char *name;
		const char *value;
	} rows[] = { { "ca_file", account->ca_file },
		     { "server_name", account->server_name },
		     { "cert_file", account->cert_file },
		     { "key_file", account->key_file } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (is_said(rows[i].value))
			config_report(load->report, ERR_NOT_FOUND, config_check_place(element, rows[i].name), false,
				      rows[i].name,
				      "account “%s” has %s, but not tls: true, so it would speak in clear",
				      account->name, rows[i].name);
}

void config_check_tls(struct config_load *load, struct config_account *account, const struct tree_node *element)
{
	struct err_at at = { .err = ERR_OK };
	struct tls_context *context = NULL;
	if (!account->tls) {
		check_unused(load, account, element);
	} else if (is_said(account->cert_file) != is_said(account->key_file)) {
		const char *name = is_said(account->key_file) ? "key_file" : "cert_file";
		config_report(load->report, ERR_NOT_FOUND, config_check_place(element, name), false, name,
			      "account “%s”: cert_file and key_file belong together", account->name);
	} else if (is_said(account->address.host) && config_tls_create(account, &context, &at) != ERR_OK) {
		config_report(load->report, at.err, config_check_place(element, at.field), false, at.field,
			      "accounts[%s].%s: %s", account->name, at.field, at.text);
	}
	account->tls_mark = context != NULL ? tls_context_mark(context) : 0;
	tls_context_destroy(context);
}
