/* SPDX-License-Identifier: Apache-2.0 */
#include "history/history_book.h"
#include "history/history_fate.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SECRET "0123456789abcdef0123456789abcdef"
#define DAY    1771027200000 /* 2026-02-14T00:00:00Z; Feb 14 08:00 in China */

static char dir[64];
static struct history_seal *seal;
static struct history_book *book;
static struct history_reader reader;

static struct history_book *open_book(const char *secret, enum history_access access)
{
	struct err_at at = { .err = ERR_OK };
	struct history_book *opened;
	history_seal_destroy(seal);
	cr_assert_eq(history_seal_create(slice_of(secret), &seal, &at), ERR_OK, "%s", at.text);
	cr_assert_eq(history_book_open(dir, seal, NULL, access, &opened, &at), ERR_OK, "%s", at.text);
	return opened;
}

static void setup(void)
{
	snprintf(dir, sizeof dir, "/tmp/history-XXXXXX");
	cr_assert(mkdtemp(dir) != NULL);
	book = open_book(SECRET, HISTORY_WRITE);
}

static unsigned each_file(bool removes, const char *suffix)
{
	DIR *folder = opendir(dir);
	unsigned count = 0;
	cr_assert(folder != NULL);
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		char path[400];
		size_t len = strlen(entry->d_name), tail = strlen(suffix);
		count += len > tail && strcmp(entry->d_name + len - tail, suffix) == 0;
		snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		if (removes)
			unlink(path);
	}
	closedir(folder);
	return count;
}

static void teardown(void)
{
	history_book_close(book);
	history_seal_destroy(seal);
	history_reader_fini(&reader);
	book = NULL;
	seal = NULL;
	each_file(true, "");
	rmdir(dir);
}

static enum err put(uint64_t place, const char *json, struct err_at *at)
{
	struct history_event event = { .place = { place, 0, 0 } };
	cr_assert_eq(history_event_read(&reader, slice_of(json), &event, at), ERR_OK, "%s", at->text);
	return history_book_put(book, &event, at);
}

static void must_put(uint64_t place, const char *json)
{
	struct err_at at = { .err = ERR_OK };
	cr_assert_eq(put(place, json, &at), ERR_OK, "%s", at.text);
}

static void commit(void)
{
	struct err_at at = { .err = ERR_OK };
	cr_assert_eq(history_book_commit(book, &at), ERR_OK, "%s", at.text);
}

/* What a query finds, an event a line. */
static char found_text[16384];

static bool note(void *ctx, const struct history_event *event)
{
	struct buf *out = ctx;
	history_event_put(event, false, out);
	buf_put_text(out, "\n");
	return true;
}

static const char *find(const struct history_query *query, unsigned most, unsigned want)
{
	struct buf out = buf_over(found_text, sizeof found_text - 1);
	struct err_at at = { .err = ERR_OK };
	unsigned found = 0;
	cr_assert_eq(history_book_find(book, query, most, &found, note, &out, &at), ERR_OK, "%s", at.text);
	found_text[out.len] = '\0';
	cr_assert_eq(found, want, "%u alerts, not %u: %s", found, want, found_text);
	return found_text;
}

#define ACCEPTED                                                                                              \
	"{\"id\":\"a\",\"entry\":\"1771027200000-1\",\"stream\":\"normal\",\"template\":\"balance\","         \
	"\"template_version\":7,\"tenant\":\"north\",\"event\":\"accepted\",\"at\":\"2026-02-14T00:00:01Z\"," \
	"\"to\":\"+8613900000001\",\"account\":\"cmcc\",\"refs\":[\"x1\"],\"segments\":2,\"attempt\":1}"
#define DELIVERED                                                                                              \
	"{\"id\":\"a\",\"entry\":\"1771027200000-1\",\"stream\":\"normal\",\"template\":\"balance\","          \
	"\"template_version\":7,\"tenant\":\"north\",\"event\":\"delivered\",\"at\":\"2026-02-15T09:00:01Z\"," \
	"\"account\":\"cmcc\",\"refs\":[\"x1\"],\"segment\":1,\"state\":\"DELIVERED\",\"error\":\"000\"}"

Test(history, an_alert_and_its_events_are_found_again, .init = setup, .fini = teardown)
{
	must_put(1, ACCEPTED);
	must_put(2, DELIVERED);
	commit();
	const char *text = find(&(struct history_query){ .id = SLICE("a") }, 9, 1);
	cr_assert_str_eq(text, "{\"id\":\"a\",\"entry\":\"1771027200000-1\",\"stream\":\"normal\",\"template\":"
			       "\"balance\",\"template_version\":7,\"tenant\":\"north\",\"event\":\"accepted\",\"at\":"
			       "\"2026-02-14T00:00:01.000Z\",\"to\":\"+8613900000001\",\"account\":\"cmcc\",\"refs\":"
			       "[\"x1\"],\"segments\":2,\"attempt\":1}\n"
			       "{\"id\":\"a\",\"entry\":\"1771027200000-1\",\"stream\":\"normal\",\"template\":"
			       "\"balance\",\"template_version\":7,\"tenant\":\"north\",\"event\":\"delivered\",\"at\":"
			       "\"2026-02-15T09:00:01.000Z\",\"to\":\"+8613900000001\",\"account\":\"cmcc\",\"refs\":"
			       "[\"x1\"],\"segment\":1,\"state\":\"DELIVERED\",\"error\":\"000\"}\n");
	cr_assert_eq(each_file(false, ".sqlite"), 1, "a receipt lies in the file of its alert's day");
	find(&(struct history_query){ .number = SLICE("8613900000001") }, 9, 1);
	find(&(struct history_query){ .number = SLICE("8613900000002") }, 9, 0);
	find(&(struct history_query){ .entry = { 1771027200000, 1, LANE_NORMAL } }, 9, 1);
	find(&(struct history_query){ .entry = { 1771027200000, 1, LANE_BULK } }, 9, 0);
	find(&(struct history_query){ .id = SLICE("a"), .tenant = SLICE("north") }, 9, 1);
	find(&(struct history_query){ .id = SLICE("a"), .tenant = SLICE("south") }, 9, 0);
}

Test(history, the_receipt_may_come_first, .init = setup, .fini = teardown)
{
	must_put(1, DELIVERED);
	must_put(2, ACCEPTED);
	commit();
	find(&(struct history_query){ .number = SLICE("8613900000001") }, 9, 1);
}

static unsigned count_lines(const char *text)
{
	unsigned count = 0;
	for (; *text; text++)
		count += *text == '\n';
	return count;
}

Test(history, an_event_is_kept_once_however_often_it_comes, .init = setup, .fini = teardown)
{
	must_put(1, ACCEPTED);
	commit();
	must_put(1, ACCEPTED);
	must_put(2, DELIVERED);
	commit();
	history_book_close(book);
	book = open_book(SECRET, HISTORY_WRITE);
	must_put(1, ACCEPTED);
	must_put(2, DELIVERED);
	commit();
	cr_assert_eq(count_lines(find(&(struct history_query){ .id = SLICE("a") }, 9, 1)), 2);
}

Test(history, what_was_not_committed_is_not_there, .init = setup, .fini = teardown)
{
	must_put(1, ACCEPTED);
	history_book_rollback(book);
	commit();
	find(&(struct history_query){ .id = SLICE("a") }, 9, 0);
	must_put(1, ACCEPTED);
	commit();
	find(&(struct history_query){ .id = SLICE("a") }, 9, 1);
}

static void put_of(uint64_t ms, const char *id, const char *event, const char *number)
{
	char json[512];
	snprintf(json, sizeof json,
		 "{\"id\":\"%s\",\"entry\":\"%llu-0\",\"stream\":\"bulk\",\"event\":\"%s\",\"at\":\"2026-02-14T00:00:"
		 "01Z\",\"to\":\"%s\"}",
		 id, (unsigned long long)ms, event, number);
	must_put(ms, json);
}

Test(history, the_newest_alerts_come_first_over_all_days, .init = setup, .fini = teardown)
{
	for (unsigned day = 0; day < 10; day++) /* more than are open at a time */
		put_of(DAY - day * 86400000ull, "same", "accepted", "+8613900000001");
	commit();
	cr_assert_eq(each_file(false, ".sqlite"), 10);
	const char *text = find(&(struct history_query){ .number = SLICE("8613900000001") }, 3, 3);
	cr_assert_eq(count_lines(text), 3);
	cr_assert(strstr(text, "1771027200000-0") < strstr(text, "1770940800000-0"));
	find(&(struct history_query){ .id = SLICE("same") }, 99, 10);
}

Test(history, days_that_are_over_for_long_go, .init = setup, .fini = teardown)
{
	struct err_at at = { .err = ERR_OK };
	unsigned removed = 0;
	for (unsigned day = 0; day < 10; day++)
		put_of(DAY - day * 86400000ull, "same", "accepted", "+8613900000001");
	commit();
	cr_assert_eq(history_book_trim(book, DAY, 4 * 86400000ll, &removed, &at), ERR_OK, "%s", at.text);
	cr_assert_eq(removed, 5);
	cr_assert_eq(each_file(false, ".sqlite"), 5);
	cr_assert_eq(each_file(false, "-wal"), 1, "those that were open have gone whole");
	put_of(DAY - 9 * 86400000ull, "again", "accepted", "+8613900000001");
	commit();
	find(&(struct history_query){ .id = SLICE("again") }, 9, 1);
}

/* An id that a producer made up, and one of the distant future. */
Test(history, entries_whose_ids_are_no_times_lie_in_the_days_of_their_events, .init = setup, .fini = teardown)
{
	unsigned removed = 0;
	struct err_at at = { .err = ERR_OK };
	put_of(5, "early", "accepted", "+8613900000001");
	put_of(DAY + 900 * 86400000ull, "late", "accepted", "+8613900000001");
	commit();
	cr_assert_eq(each_file(false, ".sqlite"), 1);
	cr_assert_eq(history_book_trim(book, DAY, 86400000, &removed, &at), ERR_OK);
	find(&(struct history_query){ .id = SLICE("early") }, 9, 1);
}

static bool file_holds(const char *text)
{
	char command[256];
	snprintf(command, sizeof command, "grep -qraF '%s' %s", text, dir);
	return system(command) == 0;
}

Test(history, numbers_are_sealed_and_can_be_forgotten, .init = setup, .fini = teardown)
{
	struct err_at at = { .err = ERR_OK };
	uint64_t erased = 0;
	put_of(DAY, "a", "held", "+8613900000001");
	put_of(DAY + 1, "b", "accepted", "+8613900000002");
	commit();
	cr_assert_not(file_holds("13900000001"), "a number lies open in the file");
	cr_assert(file_holds("accepted"), "the search itself finds what is there");
	cr_assert_eq(history_book_erase(book, SLICE("8613900000001"), &erased, &at), ERR_OK, "%s", at.text);
	cr_assert_eq(erased, 1);
	find(&(struct history_query){ .number = SLICE("8613900000001") }, 9, 0);
	put_of(DAY, "a", "accepted", "+8613900000001"); /* a later event of it does not bring the number back */
	must_put(DAY + 5,
		 "{\"id\":\"a\",\"entry\":\"1771027200000-0\",\"stream\":\"bulk\",\"event\":\"accepted\",\"at\":"
		 "\"2026-02-14T00:00:02Z\",\"to\":\"+8613900000001\"}");
	commit();
	find(&(struct history_query){ .number = SLICE("8613900000001") }, 9, 0);
	cr_assert(strstr(find(&(struct history_query){ .id = SLICE("a") }, 9, 1), "\"to\"") == NULL);
	find(&(struct history_query){ .number = SLICE("8613900000002") }, 9, 1);
}

Test(history, another_secret_opens_nothing, .init = setup, .fini = teardown)
{
	struct err_at at = { .err = ERR_OK };
	unsigned found = 0;
	struct buf out = buf_over(found_text, sizeof found_text);
	must_put(1, ACCEPTED);
	commit();
	history_book_close(book);
	book = open_book("another secret of 32 characters, or more", HISTORY_WRITE);
	cr_assert_eq(history_book_find(book, &(struct history_query){ .id = SLICE("a") }, 9, &found, note, &out, &at),
		     ERR_FORMAT);
	cr_assert(strstr(at.text, "another history.key") != NULL, "%s", at.text);
	at = (struct err_at){ .err = ERR_OK };
	cr_assert_eq(put(2, DELIVERED, &at), ERR_FORMAT, "it must not write into it either");
	cr_assert_eq(history_seal_create(SLICE("short"), &(struct history_seal *){ NULL }, &at), ERR_RANGE);
}

Test(history, a_file_of_something_else_is_left_alone, .init = setup, .fini = teardown)
{
	struct err_at at = { .err = ERR_OK };
	char path[128];
	snprintf(path, sizeof path, "%s/2026-02-14.sqlite", dir);
	FILE *file = fopen(path, "w");
	fputs("these are no octets of a database, but more than a hundred of them, so that nothing takes it for an "
	      "empty one; and they stay as they are",
	      file);
	fclose(file);
	cr_assert_neq(put(1, ACCEPTED, &at), ERR_OK);
	cr_assert(strstr(at.text, "2026-02-14.sqlite") != NULL, "%s", at.text);
	cr_assert(file_holds("they stay as they are"));
}

/* The writer makes the file, and then what is in it: who looks in between finds nothing there. */
Test(history, a_file_that_is_being_made_has_nothing_yet, .init = setup, .fini = teardown)
{
	char path[128];
	snprintf(path, sizeof path, "%s/2026-02-14.sqlite", dir);
	fclose(fopen(path, "w"));
	find(&(struct history_query){ .id = SLICE("a") }, 9, 0);
	must_put(1, ACCEPTED);
	commit();
	find(&(struct history_query){ .id = SLICE("a") }, 9, 1);
}

Test(history, one_writer_for_a_folder, .init = setup, .fini = teardown)
{
	struct err_at at = { .err = ERR_OK };
	struct history_book *other = NULL;
	cr_assert_eq(history_book_open(dir, seal, NULL, HISTORY_WRITE, &other, &at), ERR_DUPLICATE);
	cr_assert_eq(history_book_open(dir, seal, NULL, HISTORY_READ, &other, &at), ERR_OK);
	history_book_close(other);
	at = (struct err_at){ .err = ERR_OK };
	cr_assert_eq(history_book_open("/tmp/there is none", seal, NULL, HISTORY_READ, &other, &at), ERR_NOT_FOUND);
}

/* -- reading events -- */

static enum err read_event(const char *json, struct history_event *out, struct err_at *at)
{
	*out = (struct history_event){ .event = { NULL, 0 } };
	*at = (struct err_at){ .err = ERR_OK };
	return history_event_read(&reader, slice_of(json), out, at);
}

#define HEAD "\"entry\":\"5-1\",\"stream\":\"urgent\",\"event\":\"accepted\",\"at\":\"2026-02-14T00:00:01Z\""

Test(history_event, what_is_not_known_is_kept)
{
	struct history_event event;
	struct err_at at;
	cr_assert_eq(read_event("{" HEAD ",\"late\":true,\"new\":{\"a\":[1,null,\"\\u4f60\\n\"]},\"ambiguous\":true}",
				&event, &at),
		     ERR_OK, "%s", at.text);
	cr_assert(slice_is(event.more, "{\"late\":true,\"new\":{\"a\":[1,null,\"你\\n\"]}}"), "%.*s",
		  SLICE_ARG(event.more));
	cr_assert(event.is_ambiguous);
	cr_assert_eq(event.entry.lane, LANE_URGENT);
	history_reader_fini(&reader);
}

Test(history_event, the_end_of_a_number_in_a_carriers_id_is_left_out)
{
	struct history_event event;
	struct err_at at;
	cr_assert_eq(read_event("{" HEAD ",\"refs\":[\"req-7/3900000001\",\"a/b\",\"3900000001\",\"r/39000001\",\"r/"
					 "7\"],\"segments_detail\":["
				"{\"ref\":\"req-7/3900000001\"}]}",
				&event, &at),
		     ERR_OK, "%s", at.text);
	cr_assert(slice_is(event.refs, "[\"req-7\",\"a/b\",\"3900000001\",\"r\",\"r/7\"]"), "%.*s",
		  SLICE_ARG(event.refs));
	cr_assert(slice_is(event.more, "{\"segments_detail\":[{\"ref\":\"req-7\"}]}"), "%.*s", SLICE_ARG(event.more));
	history_reader_fini(&reader);
}

Test(history_event, what_is_no_event_is_refused)
{
	static const char *const wrong[] = {
		"",
		"[]",
		"{\"entry\":\"5-1\",\"event\":\"accepted\"}",
		"{\"entry\":\"5\",\"event\":\"accepted\",\"at\":\"2026-02-14T00:00:01Z\"}",
		"{\"entry\":\"18446744073709551615-1\",\"event\":\"a\",\"at\":\"2026-02-14T00:00:01Z\"}",
		("{" HEAD),
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct history_event event;
		struct err_at at;
		cr_assert_neq(read_event(wrong[i], &event, &at), ERR_OK, "%s", wrong[i]);
		cr_assert(at.text[0] != '\0', "%s", wrong[i]);
	}
	history_reader_fini(&reader);
}

/* What is not what it should be is kept beside the rest: an end is an end all the same. */
Test(history_event, strange_members_do_not_hide_an_event)
{
	struct history_event event;
	struct err_at at;
	cr_assert_eq(read_event("{" HEAD
				",\"segments\":-1,\"id\":5,\"to\":\"+139a0000001\",\"error\":null,\"refs\":\"x\"}",
				&event, &at),
		     ERR_OK, "%s", at.text);
	cr_assert(slice_is(event.more, "{\"segments\":-1,\"id\":5,\"error\":null,\"refs\":\"x\"}"), "%.*s",
		  SLICE_ARG(event.more));
	cr_assert(event.to.len == 0 && event.id.len == 0 && event.refs.len == 0);
	cr_assert_eq(read_event("{" HEAD ",\"refs\":[\"a\"],\"refs\":[\"b\"]}", &event, &at), ERR_OK);
	cr_assert(slice_is(event.refs, "[\"b\"]"), "%.*s", SLICE_ARG(event.refs));
	history_reader_fini(&reader);
}

Test(history_event, a_number_is_masked_for_eyes)
{
	struct history_event event;
	struct err_at at;
	char text[512];
	struct buf out = buf_over(text, sizeof text);
	cr_assert_eq(read_event("{" HEAD ",\"to\":\"+8613900000001\"}", &event, &at), ERR_OK);
	history_event_put(&event, true, &out);
	cr_assert(strstr(text, "\"to\":\"139****0001\"") != NULL, "%.*s", (int)out.len, text);
	history_reader_fini(&reader);
}

/* -- fates -- */

static const char *fate_of(const char *const events[], unsigned count)
{
	struct history_fate fate = { .word = NULL };
	for (unsigned i = 0; i < count; i++) {
		const char *event = events[i];
		bool is_second = *event == '2';
		history_fate_add(&fate, &(struct history_event){ .entry = { 5, is_second, LANE_NORMAL },
								 .event = slice_of(event + is_second) });
	}
	return fate.word;
}

#define FATE(...)                                     \
	fate_of((const char *const[]){ __VA_ARGS__ }, \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

Test(history_fate, is_one_word)
{
	cr_assert_str_eq(FATE("accepted"), "accepted");
	cr_assert_str_eq(FATE("accepted", "delivered"), "delivered");
	cr_assert_str_eq(FATE("delivered", "accepted"), "delivered");
	cr_assert_str_eq(FATE("accepted", "undelivered", "delivered"), "delivered");
	cr_assert_str_eq(FATE("accepted", "delivered", "undelivered"), "delivered");
	cr_assert_str_eq(FATE("held"), "held");
	cr_assert_str_eq(FATE("held", "accepted"), "accepted");
	cr_assert_str_eq(FATE("dead", "requeued"), "open");
	cr_assert_str_eq(FATE("dead", "requeued", "accepted"), "accepted");
	cr_assert_str_eq(FATE("duplicate", "2accepted"), "accepted");
	cr_assert_str_eq(FATE("2accepted", "2delivered", "duplicate"), "delivered");
	cr_assert_str_eq(FATE("duplicate"), "duplicate");
	cr_assert_str_eq(FATE("of a later version"), "open");
}

/* -- report -- */

static char rows_text[4096];

static void note_row(void *ctx, const struct history_row *row)
{
	struct buf *out = ctx;
	buf_put_format(out, "%.*s %.*s %.*s %d %d %d %d %d %d %d %d %d\n", SLICE_ARG(row->tenant),
		       SLICE_ARG(row->template_name), SLICE_ARG(row->account), (int)row->alerts, (int)row->accepted,
		       (int)row->segments, (int)row->delivered, (int)row->undelivered, (int)row->not_sent,
		       (int)row->dead, (int)row->open, (int)row->ambiguous);
}

Test(history, a_days_report_counts_alerts_by_their_last_closing, .init = setup, .fini = teardown)
{
	struct err_at at = { .err = ERR_OK };
	struct buf out = buf_over(rows_text, sizeof rows_text);
	must_put(1, ACCEPTED);
	must_put(2, DELIVERED);
	put_of(DAY + 5, "x", "dead", "+8613900000001");
	must_put(DAY + 6,
		 "{\"id\":\"x\",\"entry\":\"1771027200005-0\",\"stream\":\"bulk\",\"event\":\"requeued\",\"at\":"
		 "\"2026-02-14T00:00:02Z\"}");
	must_put(DAY + 7,
		 "{\"id\":\"x\",\"entry\":\"1771027200005-0\",\"stream\":\"bulk\",\"event\":\"accepted\",\"at\":"
		 "\"2026-02-14T00:00:03Z\",\"segments\":1,\"account\":\"cmcc\",\"ambiguous\":true}");
	put_of(DAY + 8, "y", "expired", "+8613900000001");
	put_of(DAY + 10, "w", "dead", "+8613900000001"); /* without any doubt */
	must_put(DAY + 11,
		 "{\"id\":\"w\",\"entry\":\"1771027200010-0\",\"stream\":\"bulk\",\"event\":\"accepted\",\"at\":"
		 "\"2026-02-14T00:00:03Z\",\"segments\":3,\"account\":\"cmcc\"}");
	put_of(DAY + 12, "v", "dead", "+8613900000001");
	must_put(DAY + 13,
		 "{\"id\":\"v\",\"entry\":\"1771027200012-0\",\"stream\":\"bulk\",\"event\":\"requeued\",\"at\":"
		 "\"2026-02-14T00:00:03Z\"}");
	put_of(DAY + 9, "z", "held", "+8613900000001");
	commit();
	cr_assert_eq(history_book_report(book, "2026-02-14", note_row, &out, &at), ERR_OK, "%s", at.text);
	rows_text[out.len] = '\0';
	cr_assert_str_eq(rows_text, "   3 0 0 0 0 1 0 2 0\n"
				    "  cmcc 2 2 4 0 0 0 0 0 1\n"
				    "north balance cmcc 1 1 2 1 0 0 0 0 0\n");
	cr_assert_eq(history_book_report(book, "2026-02-13", note_row, &out, &at), ERR_NOT_FOUND);
}
