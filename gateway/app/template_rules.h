/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"
#include "proof/proof_words.h"
#include "staff/template_judge.h"

/* What the configuration asks of every template before it is published. */
struct config_template_rules {
	struct template_rules rules;
	/* What rules points to. */
	const char *registered[CONFIG_ACCOUNTS_MAX];
	struct proof_rules reading;
	struct proof_words *words; /* owned */
	struct slice *domains;     /* owned */
	struct err_at refused;     /* why nothing can be judged: then nothing is published */
};

/* Fills it in; what it points to is borrowed from config, and rules from out itself, which must stay where it is. Where the file of
 * forbidden words can't be read every text is refused, with that as the reason. */
void template_rules_fill(const struct config *config, struct config_template_rules *out);

/* Frees what it holds. */
void template_rules_free(struct config_template_rules *rules);
