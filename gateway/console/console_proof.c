/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_proof.h"

#include <stdlib.h>

#define MARKS_OCTETS (256u * 1024u)

const struct template_rules *console_proof_rules(const struct console *console)
{
	return console->options.rules;
}

const struct proof_rules *console_proof_reading(const struct console *console)
{
	return console->options.reading;
}

json_t *console_proof_categories(const struct console *console)
{
	const struct proof_words *words = console->options.reading->words;
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
