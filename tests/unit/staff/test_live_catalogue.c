/* SPDX-License-Identifier: Apache-2.0 */

/* What gateways make of what lies in Redis. */

#include "unit/staff/staff_rig.h"

#include "staff/live_catalogue.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define FIRST  "class:notice\n---\n旧文。"
#define SECOND "class:notice\\n---\\n新文。" /* within JSON */

static struct staff_rig rig;
static char told[1024];

static void setup(void)
{
	staff_rig_open(&rig);
	told[0] = '\0';
}

static void teardown(void)
{
	staff_rig_close(&rig);
}

TestSuite(live_catalogue, .init = setup, .fini = teardown);

static void tell(void *ctx, const char *line)
{
	(void)ctx;
	snprintf(told, sizeof told, "%s", line);
}

static struct live_catalogue load(const struct catalogue *before)
{
	struct live_catalogue live = { .catalogue = NULL };
	enum err err = live_catalogue_load(rig.ask, "zh-CN", before, tell, NULL, &live, &rig.at);
	cr_assert_eq(err, ERR_OK, "%s", rig.at.text);
	return live;
}

static struct live_catalogue load_first(void)
{
	static const struct live_source files[] = {
		{ .name = { "note", 4 }, .source = { FIRST, sizeof FIRST - 1 } },
		{ .name = { "other", 5 }, .source = { FIRST, sizeof FIRST - 1 } },
	};
	bool is_done;
	cr_assert_eq(live_catalogue_fill(rig.ask, files, 2, &is_done, &rig.at), ERR_OK, "%s", rig.at.text);
	cr_assert(is_done);
	return load(NULL);
}

/* The one variant of a name; NULL = there is none. */
static const struct template *one(const struct live_catalogue *live, const char *name)
{
	return catalogue_find(live->catalogue, slice_of(name), SLICE("zh-CN"));
}

Test(live_catalogue, what_is_the_same_is_shared)
{
	struct live_catalogue before = load_first();
	struct live_catalogue after = load(before.catalogue);
	cr_expect_not_null(one(&after, "note"));
	cr_expect_eq(one(&after, "note"), one(&before, "note"));
	catalogue_release(after.catalogue);
	catalogue_release(before.catalogue);
}

/* A failover may lose the newest version; the next one that is published gets its number. */
Test(live_catalogue, other_words_of_the_same_version_are_compiled)
{
	struct live_catalogue before = load_first();
	staff_rig_meddle(&rig, "HSET :templates:live note {\"version\":1,\"variants\":{\"zh-CN\":\"" SECOND "\"}}");
	struct live_catalogue after = load(before.catalogue);
	cr_expect_neq(one(&after, "note"), one(&before, "note"));
	cr_expect_neq(template_header(one(&after, "note"))->fingerprint,
		      template_header(one(&before, "note"))->fingerprint);
	cr_expect_eq(one(&after, "other"), one(&before, "other"));
	cr_expect_eq(after.broken, 0);
	catalogue_release(after.catalogue);
	catalogue_release(before.catalogue);
}

Test(live_catalogue, what_cannot_be_used_leaves_the_version_before_in_force)
{
	static const char *const documents[] = { "{}", "garbage", "{\"version\":2,\"variants\":{\"zh-CN\":\"---\"}}",
						 "{\"version\":0,\"variants\":{\"zh-CN\":\"" SECOND "\"}}" };
	struct live_catalogue before = load_first();
	for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
		char words[256];
		snprintf(words, sizeof words, "HSET :templates:live note %s", documents[i]);
		staff_rig_meddle(&rig, words);
		struct live_catalogue after = load(before.catalogue);
		cr_expect_eq(one(&after, "note"), one(&before, "note"), "%s", documents[i]);
		cr_expect_eq(after.broken, 1, "%s", documents[i]);
		cr_expect(strstr(told, "goes on") != NULL, "%s: %s", documents[i], told);
		catalogue_release(after.catalogue);
	}
	catalogue_release(before.catalogue);
}

Test(live_catalogue, a_file_that_is_no_utf8_is_named)
{
	static const struct live_source files[] = {
		{ .name = { "note", 4 }, .source = { FIRST, sizeof FIRST - 1 } },
		{ .name = { "bad", 3 }, .source = { "class:notice\n---\n\xC0\xAF", 19 } },
	};
	bool is_done = false;
	cr_assert_eq(live_catalogue_fill(rig.ask, files, 2, &is_done, &rig.at), ERR_FORMAT);
	cr_expect(strstr(rig.at.text, "“bad”") != NULL && strstr(rig.at.text, "UTF-8") != NULL, "%s", rig.at.text);
	cr_expect_eq(staff_rig_count(&rig, "EXISTS :templates:live"), 0);
}
