/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"
#include "staff/template_check.h"

/* What the configuration asks of every template before it is published. */
struct config_template_rules {
	struct template_rules rules;
	const char *registered[CONFIG_ACCOUNTS_MAX]; /* what rules points to */
};

/* Fills it in; what it points to is borrowed from config, and rules from out itself, which must stay where it is. */
void template_rules_fill(const struct config *config, struct config_template_rules *out);
