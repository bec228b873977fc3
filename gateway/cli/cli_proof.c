/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_proof.h"

#include "proof/proof.h"

#include <errno.h>
#include <stdlib.h>

#define LINE_OCTETS 2048

/* One reading of a folder. */
struct proofing {
	const char *dir;
	struct proof_rules rules;
	struct arena arena;
	cli_on_problem *take;
	void *ctx;
	bool is_well;
};

static bool tell(struct proofing *proofing, const char *line)
{
	proofing->take(proofing->ctx, line, false);
	proofing->is_well = false;
	return false;
}

/* The file's text, owned; NULL where it can't be read. */
static char *read_file(struct proofing *proofing, const char *path, size_t *len)
{
	char line[LINE_OCTETS];
	char *text = malloc(PROOF_WORDS_OCTETS_MAX + 1);
	FILE *file = text != NULL ? fopen(path, "rb") : NULL;
	bool is_read = false;
	if (file != NULL) {
		*len = fread(text, 1, PROOF_WORDS_OCTETS_MAX + 1, file);
		is_read = !ferror(file);
		fclose(file);
	}
	if (is_read)
		return text;
	snprintf(line, sizeof line, "%.1000s: %s", path,
		 file != NULL || text == NULL ? "cannot be read" : strerror(errno));
	free(text);
	tell(proofing, line);
	return NULL;
}

static bool read_words(struct proofing *proofing, const char *path, struct proof_words **words)
{
	char line[LINE_OCTETS];
	struct err_at at = { .err = ERR_OK };
	size_t len = 0;
	char *text = read_file(proofing, path, &len);
	if (text == NULL)
		return false;
	enum err err = proof_words_parse((struct slice){ text, len }, words, &at);
	free(text);
	if (err == ERR_OK)
		return true;
	snprintf(line, sizeof line, "%.1000s: %s", path, at.text);
	return tell(proofing, line);
}

static bool on_file(void *ctx, struct slice name, struct slice locale, struct slice source)
{
	struct proofing *proofing = ctx;
	const struct proof_variant variant = { .name = name, .locale = locale, .source = source };
	struct proof_marks marks = { .count = 0 };
	arena_reset(&proofing->arena);
	(void)proof_source(&variant, &proofing->rules, &proofing->arena, &marks, NULL);
	for (unsigned i = 0; i < marks.count; i++) {
		const struct proof_mark *mark = &marks.items[i];
		char line[LINE_OCTETS];
		if (mark->is_compilers)
			continue;
		snprintf(line, sizeof line, "%.1000s/%.*s%s%.*s.tmpl:%u: %.*s", proofing->dir, SLICE_ARG(name),
			 locale.len ? "." : "", SLICE_ARG(locale), mark->line,
			 SLICE_ARG(mark->message[TEMPLATE_TONGUE_EN]));
		proofing->take(proofing->ctx, line, mark->severity != PROOF_ERROR);
		proofing->is_well = proofing->is_well && mark->severity != PROOF_ERROR;
	}
	return true;
}

static void read_folder(struct proofing *proofing, const struct cli_env *env)
{
	char *block = malloc(PROOF_ARENA_OCTETS);
	if (block == NULL) {
		tell(proofing, "out of memory");
		return;
	}
	arena_init(&proofing->arena, block, PROOF_ARENA_OCTETS, PROOF_ARENA_OCTETS);
	/* What cannot be read has been told by whoever compiled the folder. */
	struct err_at at = { .err = ERR_OK };
	(void)env->visit_templates(proofing->dir, on_file, proofing, &at);
	arena_fini(&proofing->arena);
	free(block);
}

bool cli_proof_templates(const struct cli_env *env, const struct cli_settings *settings, const char *dir,
			 cli_on_problem *take, void *ctx)
{
	bool has_words = settings->forbidden_words != NULL && *settings->forbidden_words != '\0';
	struct slice *domains = calloc(settings->link_domain_count + 1, sizeof *domains);
	struct proof_words *words = NULL;
	if (domains == NULL) {
		take(ctx, "out of memory", false);
		return false;
	}
	for (unsigned i = 0; i < settings->link_domain_count; i++)
		domains[i] = slice_of(settings->link_domains[i]);
	struct proofing proofing = {
		.dir = dir,
		.rules = { .signature = slice_of(settings->signature),
			   .zone = settings->zone,
			   .link_domains = domains,
			   .link_domain_count = settings->link_domain_count },
		.take = take,
		.ctx = ctx,
		.is_well = true,
	};
	if (proofing.rules.signature.len == 0)
		proofing.rules.signature = (struct slice){ NULL, 0 };
	if (has_words && read_words(&proofing, settings->forbidden_words, &words))
		proofing.rules.words = words;
	if (has_words || settings->link_domain_count > 0)
		read_folder(&proofing, env);
	proof_words_destroy(words);
	free(domains);
	return proofing.is_well;
}
