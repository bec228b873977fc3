/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/template_check.h"

#include "decode/alert_decode.h"
#include "render/catalogue.h"
#include "render/render.h"
#include "staff/staff_json.h"

#include <stdio.h>
#include <stdlib.h>

#define ARENA_OCTETS (256 * 1024)
#define SAMPLE_TO    "+8613800000000" /* nobody gets it: a sample is rendered, not sent */

struct checking {
	const struct template_rules *rules;
	struct slice name;
	const json_t *content;
	struct catalogue *catalogue;
	struct arena arena;
	struct err_at *at;
};

static enum staff_outcome invalid(struct checking *checking, const char *where, const char *why)
{
	err_at_set(checking->at, ERR_FORMAT, 0, NULL, "%s: %s", where, why);
	return STAFF_INVALID;
}

/* -- languages -- */

static enum staff_outcome add_variant(struct checking *checking, const char *locale, struct slice source)
{
	struct template *template = NULL;
	struct template_problem problem = { .kind = PROBLEM_NONE };
	enum err err = template_compile_report(checking->name, slice_of(locale), source, &template, &problem, NULL);
	if (err == ERR_OK)
		err = catalogue_add(checking->catalogue, &template, &problem);
	template_release(template);
	if (err == ERR_OK)
		return STAFF_OK;
	char why[TEMPLATE_PROBLEM_SENTENCE_OCTETS];
	template_problem_sentence(&problem, TEMPLATE_TONGUE_EN, why, sizeof why);
	err_at_set(checking->at, err, problem.offset, problem.field, "%s, line %u: %s", locale, problem.line, why);
	return err == ERR_MEMORY ? STAFF_MEMORY : STAFF_INVALID;
}

static enum staff_outcome check_variants(struct checking *checking)
{
	const struct template_rules *rules = checking->rules;
	const char *locale;
	json_t *source;
	json_object_foreach(json_object_get(checking->content, "variants"), locale, source)
	{
		struct slice text = { json_string_value(source), json_string_length(source) };
		struct err_at judged = { .err = ERR_OK };
		enum staff_outcome outcome = add_variant(checking, locale, text);
		if (outcome != STAFF_OK)
			return outcome;
		if (rules->judge != NULL &&
		    rules->judge(rules->judge_ctx, checking->name, slice_of(locale), text, &judged) != ERR_OK)
			return invalid(checking, locale, judged.text);
	}
	if (catalogue_count(checking->catalogue) == 0)
		return invalid(checking, "variants", "there is no text");
	if (catalogue_freeze(checking->catalogue) == ERR_OK)
		return STAFF_OK;
	err_at_set(checking->at, ERR_MEMORY, 0, NULL, "out of memory");
	return STAFF_MEMORY;
}

/* -- samples -- */

/* Parameters are read as producers' are: from an alert. */
static enum err render_sample(struct checking *checking, const json_t *sample, struct sms *sms, struct err_at *at)
{
	const struct template_rules *rules = checking->rules;
	const struct render_options options = { .signature = rules->signature, .zone = rules->zone };
	const struct decode_options decoding = { .country = rules->country };
	struct alert alert;
	json_t *object = json_pack("{s:s, s:s, s:s%, s:O}", "id", "sample", "to", SAMPLE_TO, "template",
				   checking->name.at, checking->name.len, "params", json_object_get(sample, "params"));
	char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	if (text == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	arena_reset(&checking->arena);
	struct slice body = arena_copy(&checking->arena, slice_of(text));
	free(text);
	enum err err = alert_decode(body, &decoding, &checking->arena, &alert, at);
	if (err != ERR_OK)
		return err;
	const struct template *template =
		catalogue_find(checking->catalogue, checking->name, staff_text(sample, "locale"));
	if (template == NULL)
		return err_at_set(at, ERR_NOT_FOUND, 0, "locale", "there is no text in this language");
	return render_alert(template, &alert, &options, &checking->arena, sms, at);
}

static enum staff_outcome check_sample(struct checking *checking, const json_t *sample)
{
	struct sms sms;
	struct err_at at = { .err = ERR_OK };
	char where[160];
	snprintf(where, sizeof where, "sample “%.*s”", SLICE_ARG(staff_text(sample, "name")));
	if (render_sample(checking, sample, &sms, &at) != ERR_OK) {
		char why[sizeof at.field + sizeof at.text + 4];
		snprintf(why, sizeof why, "%s%s%s", at.field, at.field[0] != '\0' ? ": " : "", at.text);
		return invalid(checking, where, why);
	}
	const json_t *expect = json_object_get(sample, "expect");
	if (expect == NULL || slice_equal(sms.text, staff_text(sample, "expect")))
		return STAFF_OK;
	return invalid(checking, where, "it gives another text than the one that is expected of it");
}

static enum staff_outcome check_samples(struct checking *checking)
{
	enum staff_outcome outcome = STAFF_OK;
	size_t i;
	const json_t *sample;
	void *memory = malloc(ARENA_OCTETS);
	if (memory == NULL) {
		err_at_set(checking->at, ERR_MEMORY, 0, NULL, "out of memory");
		return STAFF_MEMORY;
	}
	arena_init(&checking->arena, memory, ARENA_OCTETS, 0);
	json_array_foreach(json_object_get(checking->content, "samples"), i, sample)
	{
		if (outcome == STAFF_OK)
			outcome = check_sample(checking, sample);
	}
	arena_fini(&checking->arena);
	free(memory);
	return outcome;
}

/* -- registrations -- */

static enum staff_outcome check_registrations(struct checking *checking)
{
	const json_t *registrations = json_object_get(checking->content, "registrations");
	for (unsigned i = 0; i < checking->rules->registered_count; i++) {
		const char *account = checking->rules->registered[i];
		const json_t *numbers = json_object_get(registrations, account);
		if (staff_text(numbers, "template").len == 0 || staff_text(numbers, "signature").len == 0) {
			err_at_set(checking->at, ERR_NOT_FOUND, 0, "registrations",
				   "account “%s” sends registered texts only: the numbers that its carrier gave the "
				   "signature and the template are missing",
				   account);
			return STAFF_INVALID;
		}
	}
	return STAFF_OK;
}

enum staff_outcome template_check(const struct template_rules *rules, struct slice name, const json_t *content,
				  struct err_at *at)
{
	struct checking checking = {
		.rules = rules,
		.name = name,
		.content = content,
		.catalogue = catalogue_create((struct slice){ NULL, 0 }),
		.at = at,
	};
	if (checking.catalogue == NULL) {
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
		return STAFF_MEMORY;
	}
	enum staff_outcome outcome = check_variants(&checking);
	if (outcome == STAFF_OK)
		outcome = check_samples(&checking);
	if (outcome == STAFF_OK)
		outcome = check_registrations(&checking);
	catalogue_release(checking.catalogue);
	return outcome;
}
