/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_proof.h"

#include "staff/template_judge.h"

#include <stdlib.h>

#define MARKS_OCTETS (256u * 1024u)

struct console_proof {
	struct template_rules rules;
	struct proof_rules reading;
	struct proof_words *words;
	const char **registered;
	struct slice *domains;
};

/* What a segment costs where nobody knows by which account it will go: at the first one that says so. */
static struct slice cost_of(const struct console_options *options)
{
	for (unsigned i = 0; i < options->account_count; i++) {
		if (*options->accounts[i].cost != '\0')
			return slice_of(options->accounts[i].cost);
	}
	return (struct slice){ NULL, 0 };
}

static void fill(struct console_proof *proof, const struct console_options *options)
{
	for (unsigned i = 0; i < options->account_count; i++) {
		if (options->accounts[i].requires_registration)
			proof->registered[proof->rules.registered_count++] = options->accounts[i].name;
	}
	for (unsigned i = 0; i < options->link_domain_count; i++)
		proof->domains[i] = slice_of(options->link_domains[i]);
	proof->rules.registered = proof->registered;
	proof->rules.signature = slice_of(options->signature);
	proof->rules.zone = options->zone;
	proof->rules.country = options->country;
	proof->rules.judge = template_judge;
	proof->rules.judge_ctx = &proof->reading;
	proof->reading = (struct proof_rules){
		.signature = slice_of(options->signature),
		.tenants = options->tenants,
		.tenant_count = options->tenant_count,
		.zone = options->zone,
		.cost = cost_of(options),
		.words = proof->words,
		.link_domains = proof->domains,
		.link_domain_count = options->link_domain_count,
	};
}

struct console_proof *console_proof_create(const struct console_options *options, struct err_at *at)
{
	struct err_at why = { .err = ERR_OK };
	struct console_proof *proof = calloc(1, sizeof *proof);
	if (proof != NULL) {
		proof->registered = calloc(options->account_count + 1, sizeof *proof->registered);
		proof->domains = calloc(options->link_domain_count + 1, sizeof *proof->domains);
	}
	if (proof == NULL || proof->registered == NULL || proof->domains == NULL) {
		err_at_set(at, ERR_MEMORY, 0, NULL, "no memory for the console");
	} else if (options->forbidden_words.len > 0 &&
		   proof_words_parse(options->forbidden_words, &proof->words, &why) != ERR_OK) {
		err_at_set(at, why.err, 0, NULL, "console.forbidden_words: line %u: %s", why.line, why.text);
	} else {
		fill(proof, options);
		return proof;
	}
	console_proof_destroy(proof);
	return NULL;
}

void console_proof_destroy(struct console_proof *proof)
{
	if (proof == NULL)
		return;
	proof_words_destroy(proof->words);
	free(proof->registered);
	free(proof->domains);
	free(proof);
}

const struct template_rules *console_proof_rules(const struct console *console)
{
	return &console->proof->rules;
}

const struct proof_rules *console_proof_reading(const struct console *console)
{
	return &console->proof->reading;
}

json_t *console_proof_categories(const struct console *console)
{
	const struct proof_words *words = console->proof->words;
	json_t *list = json_array();
	for (unsigned i = 0; i < proof_words_category_count(words); i++) {
		struct slice category = proof_words_category(words, i);
		json_array_append_new(list, json_stringn(category.at, category.len));
	}
	return list;
}

/* The marks of a text, an array; owned. is_good: it has no errors. NULL where there is no memory. */
static json_t *marks_of(const struct console *console, const char *name, const char *locale, const char *source,
			bool *is_good)
{
	struct arena arena;
	struct proof_marks marks = { .items = NULL };
	const struct proof_variant variant = {
		.name = slice_of(name),
		.locale = slice_of(locale),
		.source = slice_of(source),
	};
	json_t *list = NULL;
	void *block = malloc(PROOF_ARENA_OCTETS);
	char *text = malloc(MARKS_OCTETS);
	*is_good = false;
	if (block != NULL && text != NULL) {
		struct buf buf = buf_over(text, MARKS_OCTETS);
		arena_init(&arena, block, PROOF_ARENA_OCTETS, PROOF_ARENA_OCTETS);
		*is_good = proof_source(&variant, console_proof_reading(console), &arena, &marks, NULL);
		proof_marks_write(&marks, false, &buf);
		list = json_loadb(buf.at, buf.len, 0, NULL);
		arena_fini(&arena);
	}
	free(block);
	free(text);
	return list;
}

bool console_proof_admits(struct console_call *call, const char *locale, const char *source)
{
	bool is_good;
	json_t *marks = marks_of(call->console, "test", locale, source, &is_good);
	if (marks == NULL)
		console_refuse(call, CONSOLE_BUSY);
	else if (!is_good)
		console_refuse_with(call, CONSOLE_INVALID_TEXT, NULL, json_pack("{s:{s:O}}", "marks", locale, marks));
	json_decref(marks);
	return is_good;
}

json_t *console_proof_marks(const struct console *console, const char *name, const json_t *draft)
{
	const char *locale;
	json_t *source;
	json_t *all = json_object();
	if (draft == NULL || all == NULL) {
		json_decref(all);
		return NULL;
	}
	json_object_foreach(json_object_get(draft, "variants"), locale, source)
	{
		bool is_good;
		const char *text = json_string_value(source);
		if (text != NULL)
			json_object_set_new(all, locale, marks_of(console, name, locale, text, &is_good));
	}
	return json_pack("{s:o}", "marks", all);
}
