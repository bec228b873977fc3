/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"
#include "history/history_book.h"

#include <dirent.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SECRET "0123456789abcdef0123456789abcdef"
#define ACCEPTED                                                                                              \
	"{\"id\":\"a\",\"entry\":\"1771027200000-1\",\"stream\":\"normal\",\"template\":\"balance\","         \
	"\"template_version\":7,\"tenant\":\"north\",\"event\":\"accepted\",\"at\":\"2026-02-14T00:00:01Z\"," \
	"\"to\":\"+8613900000001\",\"account\":\"cmcc\",\"refs\":[\"x1\"],\"segments\":2,\"attempt\":1}"

static char dir[64];

static void empty_folder(void)
{
	bool was_watched = alloc_fault_watch(false);
	DIR *folder = opendir(dir);
	for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
		char path[400];
		snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		unlink(path);
	}
	if (folder != NULL)
		closedir(folder);
	alloc_fault_watch(was_watched);
}

struct seen {
	unsigned events;
	unsigned numbers; /* one that libcrypto could not open is left out */
};

static bool count_event(void *ctx, const struct history_event *event)
{
	struct seen *seen = ctx;
	seen->events++;
	seen->numbers += event->to.len == 13;
	return true;
}

static enum err write_and_find(struct history_book *book, struct seen *seen, struct err_at *at)
{
	static struct history_reader reader;
	struct history_event event = { .place = { 1, 0, 0 } };
	enum err err = history_event_read(&reader, SLICE(ACCEPTED), &event, at);
	if (err == ERR_OK)
		err = history_book_put(book, &event, at);
	history_reader_fini(&reader);
	if (err == ERR_OK)
		err = history_book_commit(book, at);
	else
		history_book_rollback(book);
	unsigned found = 0;
	const struct history_query query = { .number = SLICE("8613900000001") };
	return err == ERR_OK ? history_book_find(book, &query, 9, &found, count_event, seen, at) : err;
}

/* What is found is all there is, or it is said why not. */
static enum alloc_end keeps_a_day(void *ctx)
{
	(void)ctx;
	struct history_seal *seal = NULL;
	struct history_book *book = NULL;
	struct err_at at = { 0 };
	struct seen seen = { 0 };
	empty_folder();
	enum err err = history_seal_create(SLICE(SECRET), &seal, &at);
	if (err == ERR_OK)
		err = history_book_open(dir, seal, NULL, HISTORY_WRITE, &book, &at);
	if (err == ERR_OK)
		err = write_and_find(book, &seen, &at);
	history_book_close(book);
	history_seal_destroy(seal);
	ERR_clear_error();
	if (err != ERR_OK)
		return at.text[0] != '\0' ? ALLOC_TOLD : alloc_wrong("%s without a sentence", err_name(err));
	if (seen.events != 1)
		return alloc_wrong("%u events are found", seen.events);
	return seen.numbers == 1 ? ALLOC_WELL : ALLOC_TOLD;
}

Test(no_memory, history)
{
	/* In memory where that can be had, since each run waits for the disk. */
	snprintf(dir, sizeof dir, "/dev/shm/history-XXXXXX");
	if (mkdtemp(dir) == NULL) {
		snprintf(dir, sizeof dir, "/tmp/history-XXXXXX");
		cr_assert(mkdtemp(dir) != NULL);
	}
	alloc_sweep_by("a day", keeps_a_day, NULL, 23);
	empty_folder();
	rmdir(dir);
}
