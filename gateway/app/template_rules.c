/* SPDX-License-Identifier: Apache-2.0 */
#include "app/template_rules.h"

void template_rules_fill(const struct config *config, struct config_template_rules *out)
{
	*out = (struct config_template_rules){
		.rules = {
			.signature = slice_of(config->signature),
			.zone = &config->zone,
			.country = config->country,
		},
	};
	for (unsigned i = 0; i < config->account_count; i++) {
		if (config->accounts[i].requires_registration)
			out->registered[out->rules.registered_count++] = config->accounts[i].name;
	}
	out->rules.registered = out->registered;
}
