/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_proof.h"

#include "render/template.h"

#include <stdlib.h>

struct console_proof {
	const struct console_options *options;
	struct template_rules rules;
	const char **registered;
};

struct console_proof *console_proof_create(const struct console_options *options, struct err_at *at)
{
	struct console_proof *proof = calloc(1, sizeof *proof);
	const char **registered = calloc(options->account_count + 1, sizeof *registered);
	if (proof == NULL || registered == NULL) {
		free(proof);
		free(registered);
		err_at_set(at, ERR_MEMORY, 0, NULL, "no memory for the console");
		return NULL;
	}
	proof->options = options;
	proof->registered = registered;
	for (unsigned i = 0; i < options->account_count; i++) {
		if (options->accounts[i].requires_registration)
			registered[proof->rules.registered_count++] = options->accounts[i].name;
	}
	proof->rules.registered = registered;
	proof->rules.signature = slice_of(options->signature);
	proof->rules.zone = options->zone;
	proof->rules.country = options->country;
	return proof;
}

void console_proof_destroy(struct console_proof *proof)
{
	if (proof == NULL)
		return;
	free(proof->registered);
	free(proof);
}

const struct template_rules *console_proof_rules(const struct console *console)
{
	return &console->proof->rules;
}

static bool has_text(const json_t *list, struct slice text)
{
	size_t index;
	json_t *each;
	json_array_foreach(list, index, each)
	{
		if (slice_is(text, json_string_value(each)))
			return true;
	}
	return false;
}

json_t *console_proof_categories(const struct console *console)
{
	json_t *list = json_array();
	struct slice rest = console->options.forbidden_words;
	while (rest.len > 0) {
		struct slice line = slice_cut(&rest, '\n');
		if (line.len == 0 || line.at[0] == '#' || memchr(line.at, '\t', line.len) == NULL)
			continue;
		struct slice category = slice_cut(&line, '\t');
		if (!has_text(list, category))
			json_array_append_new(list, json_stringn(category.at, category.len));
	}
	return list;
}

bool console_proof_admits(struct console_call *call, const char *locale, const char *source)
{
	struct err_at at = { .err = ERR_OK };
	struct template *template;
	if (template_compile(SLICE("test"), slice_of(locale), slice_of(source), &template, &at) == ERR_OK) {
		template_release(template);
		return true;
	}
	console_refuse_with(call, CONSOLE_INVALID_TEXT, at.text, NULL);
	return false;
}
