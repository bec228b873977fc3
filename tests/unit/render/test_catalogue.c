/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/render/render_fixture.h"

#include "render/catalogue.h"

static struct template *make(const char *name, const char *locale, const char *header)
{
	char source[512];
	struct template *template = NULL;
	snprintf(source, sizeof source, "%s\n---\n%s %s", header, name, locale);
	cr_assert_eq(template_compile(slice_of(name), slice_of(locale), slice_of(source), &template, NULL), ERR_OK);
	return template;
}

static enum err add(struct catalogue *catalogue, const char *name, const char *locale, const char *header,
		    struct template_problem *problem)
{
	struct template *template = make(name, locale, header);
	enum err err = catalogue_add(catalogue, &template, problem);
	cr_expect_eq(template == NULL, err == ERR_OK, "%s: taken on success only", name);
	template_release(template);
	return err;
}

Test(catalogue, finds_the_best_variant)
{
	static const struct {
		const char *name;
		const char *locale;
		const char *fallback; /* the catalogue's default locale */
		const char *want;     /* locale found, NULL = none */
	} rows[] = {
		{ "a", "", "", "zh-CN" },
		{ "a", "zh-CN", "", "zh-CN" },
		{ "a", "zh-cn", "", "zh-CN" },
		{ "a", "en", "", "en" },
		{ "a", "en-US", "", "en" },
		{ "a", "en-GB-oed", "", "en-GB" },
		{ "a", "EN-gb", "", "en-GB" },
		{ "a", "fr", "", "zh-CN" },
		{ "a", "fr", "en", "en" },
		{ "a", "", "en-US", "en" },
		{ "a", "-", "", "zh-CN" },
		{ "a", "en-", "", "en" },
		{ "b", "", "", NULL },
		{ "b", "en", "", "en" },
		{ "b", "", "en", "en" },
		{ "c", "en", "", "zh-CN" },
		{ "missing", "", "", NULL },
		{ "", "", "", NULL },
		{ "A", "", "", NULL },
		{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "", "", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct catalogue *catalogue = catalogue_create(slice_of(rows[i].fallback));
		cr_expect_eq(add(catalogue, "c", "zh-CN", "class: notice", NULL), ERR_OK);
		cr_expect_eq(add(catalogue, "a", "en-GB", "class: notice", NULL), ERR_OK);
		cr_expect_eq(add(catalogue, "a", "zh-CN", "class: notice", NULL), ERR_OK);
		cr_expect_eq(add(catalogue, "b", "en", "class: notice", NULL), ERR_OK);
		cr_expect_eq(add(catalogue, "a", "en", "class: notice", NULL), ERR_OK);
		cr_expect_eq(catalogue_freeze(catalogue), ERR_OK);
		const struct template *found =
			catalogue_find(catalogue, slice_of(rows[i].name), slice_of(rows[i].locale));
		cr_expect_eq(found != NULL, rows[i].want != NULL, "row %zu: %s/%s", i, rows[i].name, rows[i].locale);
		if (found != NULL && rows[i].want != NULL) {
			cr_expect(slice_is(template_header(found)->locale, rows[i].want), "row %zu: %s/%s → %.*s", i,
				  rows[i].name, rows[i].locale, SLICE_ARG(template_header(found)->locale));
			cr_expect(slice_is(template_header(found)->name, rows[i].name), "row %zu", i);
		}
		catalogue_release(catalogue);
	}
}

Test(catalogue, variants_must_agree)
{
	static const struct {
		const char *name;
		const char *locale;
		const char *header;
		enum template_problem_kind want;
		const char *sentence;
	} rows[] = {
		{ "same", "en", "class: notice\nparam p text\nparam e enum values=x,y", PROBLEM_NONE, "" },
		{ "other order and labels", "en", "class: notice\nparam e enum E values=y:Y,x:X\nparam p text P",
		  PROBLEM_NONE, "" },
		{ "same locale", "ZH-cn", "class: notice\nparam p text\nparam e enum values=x,y",
		  PROBLEM_CATALOGUE_TWICE, "template “t” (ZH-cn) is there twice" },
		{ "class", "en", "class: critical\nparam p text\nparam e enum values=x,y", PROBLEM_VARIANT_CLASS,
		  "the class is critical here, but notice in the zh-CN variant; both must be the same" },
		{ "one more", "en", "class: notice\nparam p text\nparam e enum values=x,y\nparam q text",
		  PROBLEM_VARIANT_PARAM,
		  "parameter “q” is declared for en, but not for zh-CN; one alert must fit both" },
		{ "one less", "en", "class: notice\nparam p text", PROBLEM_VARIANT_PARAM,
		  "parameter “e” is declared for zh-CN, but not for en; one alert must fit both" },
		{ "type", "en", "class: notice\nparam p money\nparam e enum values=x,y", PROBLEM_VARIANT_TYPE,
		  "parameter “p” differs between en and zh-CN: type, “optional” and enum codes must be the same" },
		{ "optional", "en", "class: notice\nparam p text optional\nparam e enum values=x,y",
		  PROBLEM_VARIANT_TYPE, NULL },
		{ "fewer codes", "en", "class: notice\nparam p text\nparam e enum values=x", PROBLEM_VARIANT_TYPE,
		  NULL },
		{ "more codes", "en", "class: notice\nparam p text\nparam e enum values=x,y,z", PROBLEM_VARIANT_TYPE,
		  NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct catalogue *catalogue = catalogue_create(SLICE(""));
		struct template_problem problem = { .kind = PROBLEM_NONE };
		char sentence[TEMPLATE_PROBLEM_SENTENCE_OCTETS];
		cr_assert_eq(add(catalogue, "t", "zh-CN", "class: notice\nparam p text\nparam e enum values=x,y", NULL),
			     ERR_OK);
		enum err err = add(catalogue, "t", rows[i].locale, rows[i].header, &problem);
		cr_expect_eq(err, template_problem_err(rows[i].want), "%s: %s", rows[i].name, err_name(err));
		cr_expect_eq(problem.kind, rows[i].want, "%s: kind %d", rows[i].name, problem.kind);
		template_problem_sentence(&problem, TEMPLATE_TONGUE_EN, sentence, sizeof sentence);
		if (rows[i].sentence != NULL)
			cr_expect_str_eq(sentence, rows[i].sentence, "%s: %s", rows[i].name, sentence);
		catalogue_release(catalogue);
	}
}

Test(catalogue, many_templates_sorted_and_found)
{
	struct catalogue *catalogue = catalogue_create(SLICE("zh-CN"));
	char name[32];
	for (unsigned i = 0; i < 500; i++) {
		snprintf(name, sizeof name, "t%u", i * 7919 % 500);
		cr_assert_eq(add(catalogue, name, "", "class: notice", NULL), ERR_OK, "%s", name);
	}
	cr_assert_eq(catalogue_freeze(catalogue), ERR_OK);
	cr_expect_eq(catalogue_count(catalogue), 500);
	for (unsigned i = 0; i < 500; i++) {
		snprintf(name, sizeof name, "t%u", i);
		const struct template *found = catalogue_find(catalogue, slice_of(name), SLICE(""));
		cr_expect(found != NULL && slice_is(template_header(found)->name, name), "%s", name);
	}
	cr_expect(slice_is(template_header(catalogue_at(catalogue, 0))->name, "t0"));
	cr_expect(slice_is(template_header(catalogue_at(catalogue, 499))->name, "t99"));
	catalogue_release(catalogue);
	catalogue_release(NULL);
}

Test(catalogue, full)
{
	struct catalogue *catalogue = catalogue_create(SLICE(""));
	struct template_problem problem = { .kind = PROBLEM_NONE };
	char name[32];
	for (unsigned i = 0; i < CATALOGUE_TEMPLATES_MAX; i++) {
		snprintf(name, sizeof name, "t%u", i);
		cr_assert_eq(add(catalogue, name, "", "class: notice", NULL), ERR_OK, "%s", name);
	}
	cr_expect_eq(add(catalogue, "more", "", "class: notice", &problem), ERR_FULL);
	cr_expect_eq(problem.kind, PROBLEM_CATALOGUE_FULL);
	catalogue_release(catalogue);
}

Test(catalogue, empty_and_nearest)
{
	struct catalogue *catalogue = catalogue_create(SLICE(""));
	cr_expect_eq(catalogue_freeze(catalogue), ERR_OK);
	cr_expect_null(catalogue_find(catalogue, SLICE("balance"), SLICE("")));
	cr_expect_null(catalogue_nearest(catalogue, SLICE("balance")).at);
	catalogue_release(catalogue);

	catalogue = catalogue_create(SLICE(""));
	cr_expect_eq(add(catalogue, "balance", "", "class: notice", NULL), ERR_OK);
	cr_expect_eq(add(catalogue, "overdue", "", "class: notice", NULL), ERR_OK);
	cr_expect_eq(catalogue_freeze(catalogue), ERR_OK);
	cr_expect(slice_is(catalogue_nearest(catalogue, SLICE("balnace")), "balance"));
	cr_expect(slice_is(catalogue_nearest(catalogue, SLICE("overdeu")), "overdue"));
	cr_expect_null(catalogue_nearest(catalogue, SLICE("phone_binding")).at);
	cr_expect_null(catalogue_nearest(catalogue, SLICE("")).at);
	catalogue_release(catalogue);
}

/* A catalogue with “a” in two locales, of the version given, and “b”. */
static struct catalogue *numbered(uint32_t version)
{
	static const char *const locales[] = { "zh-CN", "en" };
	struct catalogue *catalogue = catalogue_create(SLICE(""));
	for (unsigned i = 0; i < 2; i++) {
		struct template *template = make("a", locales[i], "class: notice");
		template_number(template, version);
		cr_assert_eq(catalogue_add(catalogue, &template, NULL), ERR_OK);
	}
	cr_assert_eq(add(catalogue, "b", "zh-CN", "class: notice", NULL), ERR_OK);
	cr_assert_eq(catalogue_freeze(catalogue), ERR_OK);
	return catalogue;
}

Test(catalogue, what_stayed_the_same_is_shared)
{
	static const struct {
		const char *label;
		const char *name;
		uint32_t version;
		unsigned want;
	} rows[] = {
		{ "the same version", "a", 3, 2 },
		{ "whichever", "a", 0, 2 },
		{ "another version", "a", 4, 0 },
		{ "not there", "c", 0, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct catalogue *before = numbered(3);
		struct catalogue *after = catalogue_create(SLICE(""));
		bool is_kept = catalogue_keep(after, before, slice_of(rows[i].name), rows[i].version);
		cr_expect_eq(is_kept, rows[i].want > 0, "%s", rows[i].label);
		cr_expect_eq(catalogue_count(after), rows[i].want, "%s", rows[i].label);
		cr_assert_eq(catalogue_freeze(after), ERR_OK);
		const struct template *shared = catalogue_find(before, SLICE("a"), SLICE("en"));
		if (rows[i].want > 0)
			cr_expect_eq(catalogue_find(after, SLICE("a"), SLICE("en")), shared, "%s", rows[i].label);
		catalogue_release(before);
		/* Under the sanitizer this reads freed memory, were it not held. */
		if (rows[i].want > 0)
			cr_expect_eq(template_header(shared)->version, 3, "%s", rows[i].label);
		catalogue_release(after);
	}
	struct catalogue *alone = catalogue_create(SLICE(""));
	cr_expect_not(catalogue_keep(alone, NULL, SLICE("a"), 0));
	catalogue_release(alone);
}

Test(catalogue, is_freed_with_its_last_holder_and_gives_back_what_was_put_in_last)
{
	struct catalogue *catalogue = catalogue_create(SLICE(""));
	cr_assert_eq(add(catalogue, "a", "zh-CN", "class: notice", NULL), ERR_OK);
	cr_assert_eq(add(catalogue, "b", "zh-CN", "class: notice", NULL), ERR_OK);
	catalogue_shorten(catalogue, 1);
	cr_expect_eq(add(catalogue, "b", "zh-CN", "class: critical", NULL), ERR_OK, "it is not there any more");
	cr_assert_eq(catalogue_freeze(catalogue), ERR_OK);
	const struct catalogue *held = catalogue_hold(catalogue);
	catalogue_release(catalogue);
	cr_expect_eq(catalogue_count(held), 2);
	catalogue_release(held);
	catalogue_release(NULL);
}
