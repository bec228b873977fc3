/* SPDX-License-Identifier: Apache-2.0 */
#include "app/template_rules.h"

#include "app/config_file.h"

#include <stdlib.h>

#define WORDS_OCTETS_MAX (256 * 1024)

/* Whoever can't read the words that are forbidden lets none through. */
static enum err refuse(void *ctx, struct slice name, struct slice locale, struct slice source, struct err_at *at)
{
	const struct config_template_rules *rules = ctx;
	(void)name;
	(void)locale;
	(void)source;
	return err_at_set(at, rules->refused.err, 0, NULL, "%s", rules->refused.text);
}

static void read_words(const char *path, struct config_template_rules *out)
{
	char *text = NULL;
	size_t len = 0;
	struct err_at why = { .err = ERR_OK };
	if (path == NULL || *path == '\0')
		return;
	if (config_file_read(path, WORDS_OCTETS_MAX, &text, &len, &why) != ERR_OK)
		err_at_set(&out->refused, why.err, 0, NULL, "console.forbidden_words: “%.100s” %s", path, why.text);
	else if (proof_words_parse((struct slice){ text, len }, &out->words, &why) != ERR_OK)
		err_at_set(&out->refused, why.err, 0, NULL, "console.forbidden_words: line %u: %s", why.line, why.text);
	free(text);
}

/* What a segment costs where nobody knows by which account it will go: at the first one that says so. */
static struct slice cost_of(const struct config *config)
{
	for (unsigned i = 0; i < config->account_count; i++) {
		const char *cost = config->accounts[i].cost_text;
		if (cost != NULL && *cost != '\0')
			return slice_of(cost);
	}
	return (struct slice){ NULL, 0 };
}

void template_rules_fill(const struct config *config, struct config_template_rules *out)
{
	const struct config_lines *domains = &config->console.link_domains;
	*out = (struct config_template_rules){
		.rules = {
			.signature = slice_of(config->signature),
			.zone = &config->zone,
			.country = config->country,
		},
		.domains = calloc(domains->count + 1, sizeof(struct slice)),
	};
	for (unsigned i = 0; i < config->account_count; i++) {
		if (config->accounts[i].requires_registration)
			out->registered[out->rules.registered_count++] = config->accounts[i].name;
	}
	out->rules.registered = out->registered;
	read_words(config->console.forbidden_words, out);
	if (out->domains == NULL)
		err_at_set(&out->refused, ERR_MEMORY, 0, NULL, "out of memory");
	for (unsigned i = 0; out->domains != NULL && i < domains->count; i++)
		out->domains[i] = slice_of(domains->at[i]);
	out->reading = (struct proof_rules){
		.signature = out->rules.signature,
		.tenants = config->tenants.signatures,
		.tenant_count = config->tenants.signature_count,
		.zone = out->rules.zone,
		.cost = cost_of(config),
		.words = out->words,
		.link_domains = out->domains,
		.link_domain_count = domains->count,
	};
	bool is_refused = out->refused.err != ERR_OK;
	out->rules.judge = is_refused ? refuse : template_judge;
	out->rules.judge_ctx = is_refused ? (void *)out : (void *)&out->reading;
}

void template_rules_free(struct config_template_rules *rules)
{
	proof_words_destroy(rules->words);
	free(rules->domains);
}
