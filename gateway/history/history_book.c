/* SPDX-License-Identifier: Apache-2.0 */
#include "history/history_book.h"

#include "base/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX      ".sqlite"
#define OPEN_MAX    6 /* days that are written to at a time: receipts come for days */
#define PATH_OCTETS 4096
#define DAY_LEN     10
#define DAY_MS      (24 * 60 * 60 * (int64_t)MS_PER_S)
#define STRANGE_MS  (90 * DAY_MS) /* an entry's id is no time of its alert where it is that far from the event */

struct open_file {
	char day[HISTORY_DAY_OCTETS];
	struct history_file *file; /* NULL = none */
	uint64_t used;             /* when last; larger is later */
};

struct history_book {
	char *dir;
	struct history_seal *seal;
	const struct zone *zone;
	enum history_access access;
	int lock_fd; /* -1 = none */
	uint64_t uses;
	struct open_file open[OPEN_MAX];
};

void history_day_format(const struct zone *zone, wall_ms at, char out[static HISTORY_DAY_OCTETS])
{
	int date = zone_date(zone, at);
	snprintf(out, HISTORY_DAY_OCTETS, "%04d-%02d-%02d", date / 10000 % 10000, date / 100 % 100, date % 100);
}

/* The receipt of an alert belongs to the day of the alert. Ids that producers have made up are no times. */
static void day_of(const struct history_book *book, const struct history_event *event, char out[HISTORY_DAY_OCTETS])
{
	wall_ms added = (wall_ms)event->entry.ms;
	bool is_strange = added > event->at + STRANGE_MS || added < event->at - STRANGE_MS;
	history_day_format(book->zone, is_strange ? event->at : added, out);
}

static void path_of(const struct history_book *book, const char *day, char out[PATH_OCTETS])
{
	snprintf(out, PATH_OCTETS, "%s/%s" SUFFIX, book->dir, day);
}

/* -- open and close -- */

static enum err lock(struct history_book *book, struct err_at *at)
{
	char path[PATH_OCTETS];
	if (mkdir(book->dir, 0700) != 0 && errno != EEXIST)
		return err_at_set(at, ERR_IO, 0, NULL, "%.120s: cannot be made: %s", book->dir, strerror(errno));
	snprintf(path, sizeof path, "%s/lock", book->dir);
	book->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (book->lock_fd < 0)
		return err_at_set(at, ERR_IO, 0, NULL, "%.120s: cannot be opened: %s", path, strerror(errno));
	if (flock(book->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return err_at_set(at, ERR_DUPLICATE, 0, NULL,
				  "%.120s: another process writes this history; one for each folder is enough",
				  book->dir);
	return ERR_OK;
}

static enum err look(const struct history_book *book, struct err_at *at)
{
	struct stat stat_of;
	if (stat(book->dir, &stat_of) == 0 && S_ISDIR(stat_of.st_mode))
		return ERR_OK;
	return err_at_set(at, ERR_NOT_FOUND, 0, NULL,
			  "%.120s: is no folder of the history; does “hongyan history” run, with this history.dir?",
			  book->dir);
}

enum err history_book_open(const char *dir, struct history_seal *seal, const struct zone *zone,
			   enum history_access access, struct history_book **out, struct err_at *at)
{
	struct history_book *book = calloc(1, sizeof *book);
	char *copy = strdup(dir);
	CHECK(access == HISTORY_READ || seal != NULL);
	if (book == NULL || copy == NULL) {
		free(book);
		free(copy);
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	}
	*book = (struct history_book){ .dir = copy, .seal = seal, .zone = zone, .access = access, .lock_fd = -1 };
	enum err err = access == HISTORY_WRITE ? lock(book, at) : look(book, at);
	if (err != ERR_OK)
		history_book_close(book);
	else
		*out = book;
	return err;
}

void history_book_close(struct history_book *book)
{
	if (book == NULL)
		return;
	for (unsigned i = 0; i < OPEN_MAX; i++)
		history_file_close(book->open[i].file);
	if (book->lock_fd >= 0)
		close(book->lock_fd);
	free(book->dir);
	free(book);
}

/* -- writing -- */

/* The file of a day; where too many are open, the one that was not used for longest is committed and closed. */
static enum err take(struct history_book *book, const char *day, struct history_file **out, struct err_at *at)
{
	struct open_file *place = &book->open[0];
	for (unsigned i = 0; i < OPEN_MAX; i++) {
		struct open_file *open = &book->open[i];
		if (open->file != NULL && strcmp(open->day, day) == 0) {
			open->used = ++book->uses;
			*out = open->file;
			return ERR_OK;
		}
		place = open->used < place->used ? open : place;
	}
	char path[PATH_OCTETS];
	enum err err = place->file != NULL ? history_file_commit(place->file, at) : ERR_OK;
	if (err != ERR_OK)
		return err;
	history_file_close(place->file);
	*place = (struct open_file){ .used = 0 };
	path_of(book, day, path);
	err = history_file_open(path, book->seal, HISTORY_WRITE, out, at);
	if (err != ERR_OK)
		return err;
	snprintf(place->day, sizeof place->day, "%s", day);
	place->file = *out;
	place->used = ++book->uses;
	return ERR_OK;
}

enum err history_book_put(struct history_book *book, const struct history_event *event, struct err_at *at)
{
	char day[HISTORY_DAY_OCTETS];
	struct history_file *file;
	CHECK(book->access == HISTORY_WRITE);
	day_of(book, event, day);
	enum err err = take(book, day, &file, at);
	return err == ERR_OK ? history_file_put(file, event, at) : err;
}

enum err history_book_commit(struct history_book *book, struct err_at *at)
{
	enum err err = ERR_OK;
	for (unsigned i = 0; i < OPEN_MAX && err == ERR_OK; i++)
		if (book->open[i].file != NULL)
			err = history_file_commit(book->open[i].file, at);
	return err;
}

void history_book_rollback(struct history_book *book)
{
	for (unsigned i = 0; i < OPEN_MAX; i++)
		if (book->open[i].file != NULL)
			history_file_rollback(book->open[i].file);
}

/* -- the days -- */

struct days {
	char (*names)[HISTORY_DAY_OCTETS];
	unsigned count;
};

/* True where a file of the folder is a day's: its name begins with a date and ends as these do. */
static bool is_day(const char *name)
{
	struct civil date;
	return strlen(name) == DAY_LEN + strlen(SUFFIX) && strcmp(name + DAY_LEN, SUFFIX) == 0 &&
	       civil_parse_date((struct slice){ name, DAY_LEN }, &date);
}

static int newest_first(const void *a, const void *b)
{
	return strcmp(b, a);
}

static bool add_day(struct days *days, const char *name)
{
	char(*grown)[HISTORY_DAY_OCTETS] = realloc(days->names, (days->count + 1) * sizeof *grown);
	if (grown == NULL)
		return false;
	days->names = grown;
	snprintf(grown[days->count++], HISTORY_DAY_OCTETS, "%.*s", DAY_LEN, name);
	return true;
}

/* days: free its names. */
static enum err list_days(const struct history_book *book, struct days *days, struct err_at *at)
{
	DIR *dir = opendir(book->dir);
	bool is_good = true;
	*days = (struct days){ NULL, 0 };
	if (dir == NULL)
		return err_at_set(at, ERR_IO, 0, NULL, "%.120s: cannot be read: %s", book->dir, strerror(errno));
	for (struct dirent *entry; is_good && (entry = readdir(dir)) != NULL;)
		is_good = !is_day(entry->d_name) || add_day(days, entry->d_name);
	closedir(dir);
	if (!is_good)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	if (days->count > 0)
		qsort(days->names, days->count, sizeof *days->names, newest_first);
	return ERR_OK;
}

static enum err remove_day(struct history_book *book, const char *day, struct err_at *at)
{
	static const char *const tails[] = { "-wal", "-shm", "" };
	for (unsigned i = 0; i < OPEN_MAX; i++) {
		if (book->open[i].file != NULL && strcmp(book->open[i].day, day) == 0) {
			history_file_close(book->open[i].file);
			book->open[i] = (struct open_file){ .used = 0 };
		}
	}
	for (unsigned i = 0; i < sizeof tails / sizeof tails[0]; i++) {
		char path[PATH_OCTETS];
		snprintf(path, sizeof path, "%s/%s" SUFFIX "%s", book->dir, day, tails[i]);
		if (unlink(path) != 0 && errno != ENOENT)
			return err_at_set(at, ERR_IO, 0, NULL, "%.120s: cannot be removed: %s", path, strerror(errno));
	}
	return ERR_OK;
}

enum err history_book_trim(struct history_book *book, wall_ms now, int64_t keep_ms, unsigned *removed,
			   struct err_at *at)
{
	struct days days;
	char oldest[HISTORY_DAY_OCTETS];
	CHECK(book->access == HISTORY_WRITE);
	history_day_format(book->zone, now - keep_ms, oldest);
	enum err err = list_days(book, &days, at);
	for (unsigned i = 0; i < days.count && err == ERR_OK; i++) {
		if (strcmp(days.names[i], oldest) >= 0)
			continue;
		err = remove_day(book, days.names[i], at);
		*removed += err == ERR_OK;
	}
	free(days.names);
	return err;
}

/* -- all days -- */

/* What is done with each day's file. False ends it. */
typedef bool on_file(void *ctx, struct history_file *file, enum err *err, struct err_at *at);

static enum err each_day(struct history_book *book, enum history_access access, on_file *on_one, void *ctx,
			 struct err_at *at)
{
	struct days days;
	enum err first = list_days(book, &days, at);
	bool goes_on = first == ERR_OK;
	for (unsigned i = 0; i < days.count && goes_on; i++) {
		char path[PATH_OCTETS];
		struct history_file *file;
		struct err_at mine = { .err = ERR_OK };
		path_of(book, days.names[i], path);
		enum err err = history_file_open(path, book->seal, access, &file, &mine);
		if (err == ERR_NOT_FOUND) /* the writer is about to make it, or has just removed it */
			continue;
		if (err != ERR_OK)
			err_at_set(at, err, 0, NULL, "%s", mine.text);
		if (err == ERR_OK) {
			goes_on = on_one(ctx, file, &err, at);
			history_file_close(file);
		}
		first = first == ERR_OK ? err : first;
	}
	free(days.names);
	return first;
}

struct finding {
	const struct history_query *query;
	unsigned most;
	unsigned here;
	history_on_event *on_event;
	void *ctx;
};

static bool find_in(void *ctx, struct history_file *file, enum err *err, struct err_at *at)
{
	struct finding *finding = ctx;
	*err = history_file_find(file, finding->query, finding->most - finding->here, &finding->here, finding->on_event,
				 finding->ctx, at);
	return finding->here < finding->most;
}

enum err history_book_find(struct history_book *book, const struct history_query *query, unsigned most, unsigned *found,
			   history_on_event *on_event, void *ctx, struct err_at *at)
{
	struct finding finding = { query, most, 0, on_event, ctx };
	enum err err = most > 0 ? each_day(book, HISTORY_READ, find_in, &finding, at) : ERR_OK;
	*found += finding.here;
	return err;
}

struct erasing {
	struct slice number;
	uint64_t *erased;
};

static bool erase_in(void *ctx, struct history_file *file, enum err *err, struct err_at *at)
{
	struct erasing *erasing = ctx;
	*err = history_file_erase(file, erasing->number, erasing->erased, at);
	return true;
}

enum err history_book_erase(struct history_book *book, struct slice number, uint64_t *erased, struct err_at *at)
{
	struct erasing erasing = { number, erased };
	CHECK(book->seal != NULL);
	return each_day(book, HISTORY_CHANGE, erase_in, &erasing, at);
}

enum err history_book_report(struct history_book *book, const char *day,
			     void (*on_row)(void *ctx, const struct history_row *row), void *ctx, struct err_at *at)
{
	char path[PATH_OCTETS];
	struct history_file *file;
	path_of(book, day, path);
	if (access(path, F_OK) != 0)
		return err_at_set(at, ERR_NOT_FOUND, 0, NULL, "the history has nothing of %s", day);
	enum err err = history_file_open(path, book->seal, HISTORY_READ, &file, at);
	if (err != ERR_OK)
		return err;
	err = history_file_report(file, on_row, ctx, at);
	history_file_close(file);
	return err;
}
