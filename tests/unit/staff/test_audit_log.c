/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/staff/staff_rig.h"

#include "staff/audit_log.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct staff_rig rig;

static void setup(void)
{
	staff_rig_open(&rig);
}

static void teardown(void)
{
	staff_rig_close(&rig);
}

TestSuite(audit_log, .init = setup, .fini = teardown);

static void write_some(unsigned count)
{
	struct staff_actor li = staff_rig_actor("li", STAFF_ROLE(STAFF_EDITOR));
	struct staff_actor wang = staff_rig_actor("wang", STAFF_ROLE(STAFF_APPROVER));
	for (unsigned i = 0; i < count; i++)
		WANT(&rig,
		     audit_log_write(rig.db, i % 2 ? &wang : &li, rig.now + i, i % 3 ? "template.submit" : "user.add",
				     i % 2 ? SLICE("balance") : SLICE("zhao"), NULL, &rig.at),
		     STAFF_OK);
}

static struct audit_verdict check(void)
{
	struct audit_verdict verdict;
	WANT(&rig, audit_log_check(rig.db, NULL, &verdict, &rig.at), STAFF_OK);
	return verdict;
}

Test(audit_log, an_empty_one_is_whole)
{
	struct audit_verdict verdict = check();
	cr_assert(verdict.is_whole);
	cr_assert_eq(verdict.count, 0);
	cr_assert_str_eq(verdict.head, "");
}

Test(audit_log, is_whole_over_many_pages)
{
	write_some(450);
	struct audit_verdict verdict = check();
	cr_assert(verdict.is_whole, "%s", verdict.why);
	cr_assert_eq(verdict.count, 450);
	cr_assert_eq(strlen(verdict.head), 64);
}

/* Reads entry n, changes it, and puts it back: the stream is written anew, as whoever can write to Redis would. */
static void rewrite(unsigned count, unsigned changed, const char *from, const char *to)
{
	json_t *entries;
	int64_t next;
	struct audit_filter filter = { .count = AUDIT_PAGE_MAX };
	WANT(&rig, audit_log_page(rig.db, &filter, &entries, &next, &rig.at), STAFF_OK);
	cr_assert_eq(json_array_size(entries), count);
	staff_rig_meddle(&rig, "DEL :staff:audit");
	for (unsigned n = 1; n <= count; n++) {
		char *text = json_dumps(json_array_get(entries, count - n), JSON_COMPACT);
		char other[2048];
		char id[16];
		const struct reply *reply;
		const char *place = n == changed ? strstr(text, from) : NULL;
		cr_assert(n != changed || place != NULL, "%s", text);
		if (place != NULL)
			snprintf(other, sizeof other, "%.*s%s%s", (int)(place - text), text, to, place + strlen(from));
		else
			snprintf(other, sizeof other, "%s", text);
		snprintf(id, sizeof id, "%u-0", n);
		redis_ask_begin(rig.ask, "XADD");
		redis_ask_key(rig.ask, ":staff:audit", (struct slice){ NULL, 0 });
		redis_ask_add_word(rig.ask, id);
		redis_ask_add_word(rig.ask, "entry");
		redis_ask_add_word(rig.ask, other);
		cr_assert_eq(redis_ask_run(rig.ask, &reply, &rig.at), ERR_OK, "%s", rig.at.text);
		free(text);
	}
	json_decref(entries);
}

Test(audit_log, a_changed_entry_is_found)
{
	static const struct {
		const char *from;
		const char *to;
	} rows[] = {
		{ "\"actor\":\"li\"", "\"actor\":\"lo\"" },
		{ "\"at\":1", "\"at\":2" },
		{ "\"detail\":{}", "\"detail\":{\"a\":1}" },
		{ "\"roles\":[\"editor\"]", "\"roles\":[ \"editor\"]" }, /* a blank more */
		{ "\"hash\":\"", "\"hash\":\"0" },
		{ "\"seq\":3", "\"seq\":4" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		staff_rig_meddle(&rig, "DEL :staff:audit");
		write_some(5);
		rewrite(5, 0, "", "");
		cr_assert(check().is_whole, "written anew as it was");
		rewrite(5, 3, rows[i].from, rows[i].to);
		struct audit_verdict verdict = check();
		cr_assert_not(verdict.is_whole, "%s", rows[i].to);
		cr_assert_eq(verdict.broken_at, 3, "%s", rows[i].to);
		cr_assert_eq(verdict.count, 2);
		cr_assert_neq(verdict.why[0], '\0');
	}
}

Test(audit_log, a_removed_or_added_entry_is_found)
{
	static const struct {
		const char *meddling;
		int64_t want_broken_at;
	} rows[] = {
		{ "XDEL :staff:audit 3-0", 3 },          { "XDEL :staff:audit 1-0", 1 },
		{ "XDEL :staff:audit 5-0", 5 }, /* the last one */
		{ "XADD :staff:audit 6-0 entry {}", 6 }, { "XADD :staff:audit 5-1 entry {}", 6 },
		{ "XTRIM :staff:audit MAXLEN 0", 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		staff_rig_meddle(&rig, "DEL :staff:audit");
		write_some(5);
		cr_assert(check().is_whole);
		staff_rig_meddle(&rig, rows[i].meddling);
		struct audit_verdict verdict = check();
		cr_assert_not(verdict.is_whole, "%s", rows[i].meddling);
		cr_assert_eq(verdict.broken_at, rows[i].want_broken_at, "%s: %ld", rows[i].meddling,
			     (long)verdict.broken_at);
	}
}

Test(audit_log, goes_on_behind_what_somebody_broke)
{
	write_some(2);
	staff_rig_meddle(&rig, "XADD :staff:audit 3-0 entry rubbish");
	write_some(1);
	cr_assert_eq(staff_rig_count(&rig, "XLEN :staff:audit"), 4);
	cr_assert_eq(check().broken_at, 3);
}

static unsigned page_count(const struct audit_filter *filter, int64_t *next)
{
	json_t *entries;
	WANT(&rig, audit_log_page(rig.db, filter, &entries, next, &rig.at), STAFF_OK);
	unsigned count = (unsigned)json_array_size(entries);
	json_decref(entries);
	return count;
}

/* The last id that a stream can have is behind all that are counted. */
Test(audit_log, an_entry_at_the_end_of_time_is_found)
{
	write_some(3);
	staff_rig_meddle(&rig, "XADD :staff:audit 9223372036854775807-0 entry {}");
	struct audit_verdict verdict = check();
	cr_assert(!verdict.is_whole && verdict.broken_at == 4, "%s", verdict.why);
	json_t *entries;
	int64_t next;
	struct audit_filter filter = { .count = AUDIT_PAGE_MAX };
	WANT(&rig, audit_log_page(rig.db, &filter, &entries, &next, &rig.at), STAFF_OK);
	cr_assert(json_array_size(entries) >= 3 && next == 0, "%zu", json_array_size(entries));
	json_decref(entries);
}

Test(audit_log, pages_are_newest_first_and_filtered)
{
	write_some(420);
	json_t *entries;
	int64_t next;
	struct audit_filter filter = { .count = 50 };
	WANT(&rig, audit_log_page(rig.db, &filter, &entries, &next, &rig.at), STAFF_OK);
	cr_assert_eq(json_array_size(entries), 50);
	cr_assert_eq(json_integer_value(json_object_get(json_array_get(entries, 0), "seq")), 420);
	cr_assert_eq(next, 371);
	json_decref(entries);
	unsigned all = 0;
	for (filter.before = 0, next = 1; next != 0; filter.before = next)
		all += page_count(&filter, &next);
	cr_assert_eq(all, 420);
	filter = (struct audit_filter){ .count = 200, .actor = SLICE("wang") };
	cr_assert_eq(page_count(&filter, &next), 200);
	filter.before = next;
	cr_assert_eq(page_count(&filter, &next), 10);
	cr_assert_eq(next, 0);
	filter = (struct audit_filter){ .count = 200, .action = SLICE("user"), .object = SLICE("zhao") };
	cr_assert_eq(page_count(&filter, &next), 70);
	filter.action = SLICE("use");
	cr_assert_eq(page_count(&filter, &next), 0);
	filter.action = SLICE("user.add");
	cr_assert_eq(page_count(&filter, &next), 70);
}

struct paper {
	char text[8192];
	size_t len;
};

static bool write_paper(void *ctx, struct slice text)
{
	struct paper *paper = ctx;
	cr_assert_lt(paper->len + text.len, sizeof paper->text);
	memcpy(paper->text + paper->len, text.at, text.len);
	paper->len += text.len;
	return true;
}

Test(audit_log, the_export_is_safe_in_tables_and_masks_numbers)
{
	static struct paper paper;
	struct staff_actor li =
		staff_rig_actor("=cmd|'/C calc'!A0", STAFF_ROLE(STAFF_EDITOR) | STAFF_ROLE(STAFF_ADMIN));
	json_t *detail =
		json_pack("{s:s, s:[s]}", "why", "a \"line\"\r\nseq,at", "numbers", "+8613900000001 and 13900000002");
	WANT(&rig,
	     audit_log_write(rig.db, &li, 1770940800123, "user.add", SLICE("@zhao\n\x1b[31m\x7f"), detail, &rig.at),
	     STAFF_OK);
	json_decref(detail);
	WANT(&rig, audit_log_export(rig.db, true, write_paper, &paper, &rig.at), STAFF_OK);
	static const char want[] =
		"\xEF\xBB\xBFseq,at,actor,roles,address,action,object,detail,hash\r\n"
		"1,\"2026-02-13T00:00:00.123Z\",\"'=cmd|'/C calc'!A0\",\"editor admin\",\"10.0.0.7\",\"user.add\","
		"\"'@zhao\\u000a\\u001b[31m\\u007f\",\"{\"\"why\"\":\"\"a \\\"\"line\\\"\"\\r\\nseq,at\"\","
		"\"\"numbers\"\":[\"\"";
	cr_assert_eq(strncmp(paper.text, want, sizeof want - 1), 0, "%s", paper.text);
	cr_assert_null(strstr(paper.text, "13900000001"), "%s", paper.text);
	cr_assert_null(strstr(paper.text, "13900000002"), "%s", paper.text);
	cr_assert_not_null(strstr(paper.text, "139****0002"), "%s", paper.text);
	paper = (struct paper){ .len = 0 };
	WANT(&rig, audit_log_export(rig.db, false, write_paper, &paper, &rig.at), STAFF_OK);
	json_error_t error;
	json_t *line = json_loads(paper.text, 0, &error);
	cr_assert_not_null(line, "%s: %s", error.text, paper.text);
	cr_assert_eq(strchr(paper.text, '\n'), paper.text + paper.len - 1, "an entry is one line");
	json_decref(line);
}

Test(audit_log, a_table_takes_no_cell_for_a_formula)
{
	static const char *const starts[] = { "=1", "+1", "-1", "@A", "\tA", "\rA" };
	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
		static struct paper paper;
		struct staff_actor actor = staff_rig_actor(starts[i], 0);
		paper = (struct paper){ .len = 0 };
		staff_rig_meddle(&rig, "DEL :staff:audit");
		WANT(&rig, audit_log_write(rig.db, &actor, rig.now, "user.add", SLICE(""), NULL, &rig.at), STAFF_OK);
		WANT(&rig, audit_log_export(rig.db, true, write_paper, &paper, &rig.at), STAFF_OK);
		cr_assert_not_null(strstr(paper.text, ",\"'"), "%s", paper.text);
	}
}
