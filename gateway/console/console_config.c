/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_handlers.h"
#include "console/console_inner.h"
#include "console/console_proof.h"
#include "model/tenant_signature.h"

#include <stdlib.h>

extern const unsigned char console_openapi[];
extern const size_t console_openapi_len;

static json_t *tenants_of(const struct console_options *options)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < options->tenant_count; i++)
		json_array_append_new(list, json_pack("{s:s,s:s}", "name", options->tenants[i].tenant, "signature",
						      options->tenants[i].signature));
	return list;
}

static json_t *accounts_of(const struct console_options *options)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < options->account_count; i++) {
		const struct console_account *account = &options->accounts[i];
		json_array_append_new(list, json_pack("{s:s,s:s?,s:b}", "name", account->name, "cost",
						      *account->cost != '\0' ? account->cost : NULL,
						      "requires_registration", (int)account->requires_registration));
	}
	return list;
}

static json_t *roles_of(void)
{
	json_t *list = json_array();
	for (unsigned role = 0; role < STAFF_ROLE_COUNT; role++)
		json_array_append_new(
			list, json_pack("{s:s,s:o}", "name", staff_role_name((enum staff_role)role), "permissions",
					staff_permissions_json(staff_roles_permissions(STAFF_ROLE(role)))));
	return list;
}

void console_config_get(struct console_call *call)
{
	const struct console_options *options = &call->console->options;
	console_answer(call,
		       json_pack("{s:s,s:o,s:o,s:o,s:s,s:s,s:s,s:o}", "signature", options->signature, "tenants",
				 tenants_of(options), "accounts", accounts_of(options), "forbidden_categories",
				 console_proof_categories(call->console), "currency", options->currency, "version",
				 options->version, "time_zone", options->time_zone, "roles", roles_of()));
}

void console_description_get(struct console_call *call)
{
	char *text = malloc(console_openapi_len);
	if (text == NULL) {
		console_refuse(call, CONSOLE_BUSY);
		return;
	}
	memcpy(text, console_openapi, console_openapi_len);
	console_send(call, "application/json", text, console_openapi_len);
}
