/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/live_catalogue.h"

#include "base/check.h"
#include "base/utf8.h"
#include "store/live_templates.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define WHY_OCTETS  (TEMPLATE_PROBLEM_SENTENCE_OCTETS + 128)
#define LINE_OCTETS (WHY_OCTETS + 512)

/* -- reading -- */

struct reading {
	struct catalogue *catalogue;
	const struct catalogue *before;
	live_catalogue_on_problem *on_problem;
	void *ctx;
	unsigned broken;
	bool lacks_memory;
};

static struct slice json_slice(const json_t *text)
{
	return (struct slice){ json_string_value(text), json_string_length(text) };
}

static void tell(struct reading *reading, struct slice name, json_int_t version, const char *why)
{
	char line[LINE_OCTETS];
	snprintf(line, sizeof line, "template “%.*s”, version %lld: %.*s", SLICE_ARG(name), (long long)version,
		 WHY_OCTETS, why);
	reading->on_problem(reading->ctx, line);
}

static bool add_variant(struct reading *reading, struct slice name, json_int_t version, struct slice locale,
			struct slice source)
{
	struct template *template = NULL;
	struct template_problem problem = { .kind = PROBLEM_NONE };
	enum err err = template_compile_report(name, locale, source, &template, &problem, NULL);
	if (err == ERR_OK) {
		template_number(template, (uint32_t)version);
		err = catalogue_add(reading->catalogue, &template, &problem);
		template_release(template);
	}
	reading->lacks_memory = reading->lacks_memory || err == ERR_MEMORY;
	if (err != ERR_OK) {
		char why[WHY_OCTETS];
		char place[64];
		snprintf(place, sizeof place, "%.*s, line ", SLICE_ARG(locale));
		template_problem_format(slice_of(place), &problem, TEMPLATE_TONGUE_EN, why, sizeof why);
		tell(reading, name, version, why);
	}
	return err == ERR_OK;
}

/* Whether these are the words that a kept variant was compiled from: after a failover that lost a version, the next one has its number. */
static bool has_words(const struct template_header *header, const json_t *variants)
{
	char locale[64];
	snprintf(locale, sizeof locale, "%.*s", SLICE_ARG(header->locale));
	const json_t *source = json_object_get(variants, locale);
	return json_is_string(source) &&
	       header->fingerprint == template_fingerprint(header->name, header->locale, json_slice(source));
}

static bool is_kept(struct reading *reading, struct slice name, json_int_t version, const json_t *variants)
{
	unsigned count = catalogue_count(reading->catalogue);
	if (!catalogue_keep(reading->catalogue, reading->before, name, (uint32_t)version))
		return false;
	bool is_same = catalogue_count(reading->catalogue) - count == json_object_size(variants);
	for (unsigned i = count; is_same && i < catalogue_count(reading->catalogue); i++)
		is_same = has_words(template_header(catalogue_at(reading->catalogue, i)), variants);
	if (!is_same)
		catalogue_shorten(reading->catalogue, count);
	return is_same;
}

/* All variants, or what served before. */
static void add_variants(struct reading *reading, struct slice name, json_int_t version, json_t *variants)
{
	unsigned count = catalogue_count(reading->catalogue);
	const char *locale;
	json_t *source;
	bool is_well = json_object_size(variants) > 0; /* a document of another form has none */
	json_object_foreach(variants, locale, source)
	{
		is_well = is_well && json_is_string(source) &&
			  add_variant(reading, name, version, slice_of(locale), json_slice(source));
	}
	if (is_well)
		return;
	catalogue_shorten(reading->catalogue, count);
	reading->broken++;
	bool has_former = catalogue_keep(reading->catalogue, reading->before, name, 0);
	tell(reading, name, version,
	     has_former ? "it can't be used: the version that served until now goes on"
			: "it can't be used: alerts for it become dead letters");
}

/* A draft's text has one language. */
static json_t *variants_of_test(const json_t *document)
{
	const char *locale = json_string_value(json_object_get(document, "locale"));
	json_t *source = json_object_get(document, "source");
	json_t *variants = json_object();
	if (locale == NULL || !json_is_string(source) || json_object_set(variants, locale, source) != 0) {
		json_decref(variants);
		return NULL;
	}
	return variants;
}

static void take(void *ctx, const struct live_template *template)
{
	struct reading *reading = ctx;
	json_t *document = json_loadb(template->document.at, template->document.len, 0, NULL);
	json_t *variants =
		template->is_test ? variants_of_test(document) : json_incref(json_object_get(document, "variants"));
	json_int_t version = template->is_test ? 1 : json_integer_value(json_object_get(document, "version"));
	bool is_usable = json_object_size(variants) > 0 && version >= 1 && version <= UINT32_MAX;
	if (!is_usable || !is_kept(reading, template->name, version, variants))
		add_variants(reading, template->name, version, is_usable ? variants : NULL);
	json_decref(variants);
	json_decref(document);
}

enum err live_catalogue_load(struct redis_ask *ask, const char *locale, const struct catalogue *before,
			     live_catalogue_on_problem *on_problem, void *ctx, struct live_catalogue *out,
			     struct err_at *at)
{
	uint64_t turn = 0;
	struct reading reading = {
		.catalogue = catalogue_create(slice_of(locale)),
		.before = before,
		.on_problem = on_problem,
		.ctx = ctx,
	};
	enum err err = reading.catalogue == NULL ? ERR_MEMORY : live_templates_read(ask, &turn, take, &reading, at);
	if (err == ERR_OK && turn == 0)
		err = err_at_set(at, ERR_NOT_FOUND, 0, NULL, "no template was ever published");
	if (err == ERR_OK && (reading.lacks_memory || catalogue_freeze(reading.catalogue) != ERR_OK))
		err = ERR_MEMORY;
	if (err == ERR_MEMORY)
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	if (err != ERR_OK) {
		catalogue_release(reading.catalogue);
		return err;
	}
	*out = (struct live_catalogue){ .catalogue = reading.catalogue, .turn = turn, .broken = reading.broken };
	return ERR_OK;
}

/* -- the first fill -- */

/* Owned texts of one template. */
struct first {
	char *document;
	char *version;
};

/* NULL where one can't be kept. */
static json_t *variants_of(const struct live_source *sources, unsigned count, struct slice name)
{
	json_t *variants = json_object();
	for (unsigned i = 0; i < count; i++) {
		char locale[64];
		struct slice given = sources[i].locale.len > 0 ? sources[i].locale : SLICE(TEMPLATE_DEFAULT_LOCALE);
		if (!slice_equal(sources[i].name, name))
			continue;
		snprintf(locale, sizeof locale, "%.*s", SLICE_ARG(given));
		if (json_object_set_new(variants, locale, json_stringn(sources[i].source.at, sources[i].source.len)) !=
		    0) {
			json_decref(variants);
			return NULL;
		}
	}
	return variants;
}

static bool make_first(const struct live_source *sources, unsigned count, struct slice name, wall_ms now,
		       struct first *out)
{
	json_t *variants = variants_of(sources, count, name);
	json_t *document = json_pack("{s:i, s:O}", "version", 1, "variants", variants);
	json_t *version =
		json_pack("{s:s%, s:i, s:I, s:s, s:s, s:s, s:O, s:[], s:{}}", "name", name.at, name.len, "version", 1,
			  "at", (json_int_t)now, "by", "", "kind", "first", "why",
			  "the files that the gateway came with", "variants", variants, "samples", "registrations");
	out->document = json_dumps(document, JSON_COMPACT);
	out->version = json_dumps(version, JSON_COMPACT);
	json_decref(variants);
	json_decref(document);
	json_decref(version);
	return out->document != NULL && out->version != NULL;
}

static bool is_first_of_name(const struct live_source *sources, unsigned index)
{
	for (unsigned i = 0; i < index; i++) {
		if (slice_equal(sources[i].name, sources[index].name))
			return false;
	}
	return true;
}

enum err live_catalogue_fill(struct redis_ask *ask, const struct live_source *sources, unsigned count, bool *is_done,
			     struct err_at *at)
{
	struct live_template_first *templates = calloc(count + 1, sizeof *templates);
	struct first *texts = calloc(count + 1, sizeof *texts);
	unsigned names = 0;
	wall_ms now = 0;
	enum err err = redis_ask_now(ask, &now, at);
	bool has_memory = templates != NULL && texts != NULL;
	for (unsigned i = 0; err == ERR_OK && has_memory && i < count; i++) {
		if (utf8_valid(sources[i].source.at, sources[i].source.len) != sources[i].source.len)
			err = err_at_set(at, ERR_FORMAT, 0, NULL,
					 "the file of template “%.*s” is no valid UTF-8: mend it",
					 SLICE_ARG(sources[i].name));
		if (err != ERR_OK || !is_first_of_name(sources, i))
			continue;
		has_memory = make_first(sources, count, sources[i].name, now, &texts[names]);
		templates[names].name = sources[i].name;
		templates[names].document = slice_of(texts[names].document);
		templates[names].version = slice_of(texts[names].version);
		names++;
	}
	if (err == ERR_OK && !has_memory)
		err = err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	if (err == ERR_OK)
		err = live_templates_fill(ask, templates, names, is_done, at);
	for (unsigned i = 0; texts != NULL && i < names; i++) {
		free(texts[i].document);
		free(texts[i].version);
	}
	free(texts);
	free(templates);
	return err;
}
