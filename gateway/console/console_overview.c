/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_overview.h"

#include "console/console_stream.h"
#include "store/dead_letters.h"
#include "store/gateway_board.h"
#include "store/live_templates.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* A piece of work that is put again every second, with a few looks of the last seconds and minutes kept. What it makes is written by its
 * thread and read by others under the mutex; all else belongs to whoever runs it. */

#define PERIOD_US  US_PER_S
#define RECENT     6  /* looks: what goes on per second is over so many seconds */
#define LONG       30 /* looks, one of ten: what grows is over five minutes */
#define LONG_EVERY 10
#define HOUR_MS    3600000

struct console_overview {
	struct loop_work work;
	struct loop_member member;
	struct console *console;
	mono_us next_at;
	bool is_running;
	bool has_failed;
	bool has_looked; /* once; whoever starts says nothing of what is as it should be */
	unsigned looks;
	struct console_board recent[RECENT];
	struct console_board longer[LONG];
	json_t *failures; /* of the last hour, looked at every tenth time */
	char *text;
	char news[64];         /* differs where what is published, a draft or a lock differs */
	char told[64];         /* news that were told */
	pthread_mutex_t mutex; /* of text_shared */
	char *text_shared;
};

/* -- one look -- */

static void on_gateway(void *ctx, struct slice instance, struct slice line)
{
	json_t *gateways = ctx;
	json_t *object = json_loadb(line.at, line.len, 0, NULL);
	if (json_is_object(object))
		json_object_setn_new(gateways, instance.at, instance.len, object);
	else
		json_decref(object);
}

enum err console_board_look(struct redis_ask *ask, struct console_board *out, struct err_at *at)
{
	char newest[ENTRY_ID_OCTETS];
	struct console_board board = { .gateways = json_object() };
	if (board.gateways == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "no memory");
	enum err err = redis_ask_now(ask, &board.at, at);
	if (err == ERR_OK)
		err = gateway_board_read(ask, on_gateway, board.gateways, at);
	if (err == ERR_OK)
		err = live_templates_turn(ask, &board.turn, at);
	if (err == ERR_OK)
		err = dead_letters_extent(ask, &board.dead, newest, at);
	if (err == ERR_OK)
		*out = board;
	else
		json_decref(board.gateways);
	return err;
}

void console_board_fini(struct console_board *board)
{
	json_decref(board->gateways);
	json_decref(board->failures);
	*board = (struct console_board){ .at = 0 };
}

/* What died within the last hour, by its word; of very many the first page. */
static json_t *failures_of(struct redis_ask *ask, wall_ms now)
{
	char from[ENTRY_ID_OCTETS];
	struct err_at at = { .err = ERR_OK };
	struct dead_letters_page *page = malloc(sizeof *page);
	json_t *counts = json_object();
	json_t *list = json_array();
	snprintf(from, sizeof from, "%lld", (long long)(now - HOUR_MS));
	if (page != NULL && dead_letters_read(ask, from, "+", page, &at) == ERR_OK) {
		for (unsigned i = 0; i < page->count; i++) {
			char word[64];
			snprintf(word, sizeof word, "%.*s", SLICE_ARG(dead_letters_word(page->letters[i].reason)));
			json_object_set_new(counts, word, json_integer(console_board_count(counts, word) + 1));
		}
	}
	const char *word;
	json_t *count;
	json_object_foreach(counts, word, count)
		json_array_append_new(list, json_pack("{s:s,s:O}", "reason", word, "count", count));
	json_decref(counts);
	free(page);
	return list;
}

/* -- what is made of it -- */

/* The oldest look of a row that has one; a row is filled from its end on. */
static const struct console_board *oldest(const struct console_board *row, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (row[i].at != 0)
			return &row[i];
	}
	return NULL;
}

static void push(struct console_board *row, unsigned count, struct console_board board)
{
	console_board_fini(&row[0]);
	memmove(&row[0], &row[1], (count - 1) * sizeof row[0]);
	row[count - 1] = board;
}

static void share(struct console_overview *overview)
{
	char *copy = overview->text != NULL ? strdup(overview->text) : NULL;
	pthread_mutex_lock(&overview->mutex);
	free(overview->text_shared);
	overview->text_shared = copy;
	pthread_mutex_unlock(&overview->mutex);
}

static void digest(struct console_overview *overview, struct redis_ask *ask, struct console_board board)
{
	if (overview->looks % LONG_EVERY == 0) {
		json_decref(overview->failures);
		overview->failures = failures_of(ask, board.at);
	}
	board.failures = json_incref(overview->failures);
	json_t *object = console_board_overview(&board, oldest(overview->recent, RECENT),
						oldest(overview->longer, LONG), overview->console->options.zone);
	free(overview->text);
	overview->text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	if (overview->looks % LONG_EVERY == 0)
		push(overview->longer, LONG, (struct console_board){ .at = board.at, .dead = board.dead });
	push(overview->recent, RECENT, board);
	overview->looks++;
	share(overview);
}

/* A sum over revisions and locks: what they are, pages ask for themselves. */
static uint64_t sum_of(struct staff_db *db, const char *key, const char *const members[], uint64_t sum)
{
	const char *name;
	json_t *each;
	json_t *all = NULL;
	if (staff_db_read_all(db, staff_key(key), &all, NULL) != STAFF_OK)
		return sum;
	json_object_foreach(all, name, each)
	{
		sum = (sum ^ strlen(name)) * 1099511628211u;
		for (const char *at = name; *at != '\0'; at++)
			sum = (sum ^ (unsigned char)*at) * 1099511628211u;
		for (unsigned i = 0; members[i] != NULL; i++) {
			const json_t *value = json_object_get(each, members[i]);
			const char *text = json_string_value(value);
			sum = (sum ^ (uint64_t)json_integer_value(value)) * 1099511628211u;
			for (; text != NULL && *text != '\0'; text++)
				sum = (sum ^ (unsigned char)*text) * 1099511628211u;
		}
	}
	json_decref(all);
	return sum;
}

static void note_news(struct console_overview *overview, struct staff_db *db, uint64_t turn)
{
	static const char *const of_draft[] = { "revision", "state", NULL };
	static const char *const of_lock[] = { "user", "since", NULL };
	uint64_t sum = sum_of(db, STAFF_KEY_DRAFTS, of_draft, 14695981039346656037u);
	sum = sum_of(db, STAFF_KEY_LOCKS, of_lock, sum);
	snprintf(overview->news, sizeof overview->news, "{\"turn\":%llu,\"drafts\":\"%016llx\"}",
		 (unsigned long long)turn, (unsigned long long)sum);
}

static void on_run(struct loop_work *work)
{
	struct console_overview *overview = (struct console_overview *)work;
	struct console *console = overview->console;
	struct err_at at = { .err = ERR_OK };
	struct console_board board;
	struct redis_ask *ask;
	wall_ms now;
	struct staff_db *db = console_pool_take(console->pool, &ask, &now, &at);
	enum err err = db != NULL ? console_board_look(ask, &board, &at) : ERR_IO;
	overview->has_failed = err != ERR_OK;
	if (!overview->has_failed) {
		note_news(overview, db, board.turn);
		digest(overview, ask, board);
	}
	if (db != NULL)
		console_pool_give(console->pool, db, err);
}

static void on_done(struct loop_work *work, bool has_run)
{
	struct console_overview *overview = (struct console_overview *)work;
	struct console *console = overview->console;
	overview->is_running = false;
	overview->next_at = loop_now(console->loop).mono + PERIOD_US;
	if (!has_run)
		return;
	bool was_reached = atomic_exchange(&console->has_redis, !overview->has_failed);
	bool is_news = overview->has_looked ? was_reached == overview->has_failed : overview->has_failed;
	overview->has_looked = true;
	if (is_news)
		log_write(console->options.log, overview->has_failed ? LOG_WARN : LOG_INFO,
			  overview->has_failed ? "console_redis_lost" : "console_redis_back",
			  overview->has_failed ? "the console does not reach Redis" : "the console reaches Redis");
	if (overview->has_failed || overview->text == NULL || console->streams == NULL)
		return;
	console_stream_tell(console->streams, "overview", slice_of(overview->text));
	if (strcmp(overview->news, overview->told) == 0)
		return;
	console_stream_tell(console->streams, "templates", slice_of(overview->news));
	snprintf(overview->told, sizeof overview->told, "%s", overview->news);
}

/* -- every second -- */

static void on_turn(void *ctx, struct now now)
{
	struct console_overview *overview = ctx;
	if (overview->console->is_ending || overview->is_running || now.mono < overview->next_at)
		return;
	overview->work = (struct loop_work){ .run = on_run, .done = on_done };
	overview->is_running = loop_works_put(overview->console->works, &overview->work);
	overview->next_at = now.mono + PERIOD_US;
}

static mono_us on_next_deadline(void *ctx)
{
	const struct console_overview *overview = ctx;
	return overview->is_running || overview->console->is_ending ? INT64_MAX : overview->next_at;
}

struct console_overview *console_overview_create(struct console *console)
{
	struct console_overview *overview = calloc(1, sizeof *overview);
	if (overview == NULL)
		return NULL;
	overview->console = console;
	pthread_mutex_init(&overview->mutex, NULL);
	overview->member = (struct loop_member){ .turn = on_turn, .next_deadline = on_next_deadline, .ctx = overview };
	loop_add(console->loop, &overview->member);
	return overview;
}

void console_overview_destroy(struct console_overview *overview)
{
	if (overview == NULL)
		return;
	loop_remove(&overview->member);
	for (unsigned i = 0; i < RECENT; i++)
		console_board_fini(&overview->recent[i]);
	for (unsigned i = 0; i < LONG; i++)
		console_board_fini(&overview->longer[i]);
	json_decref(overview->failures);
	free(overview->text);
	free(overview->text_shared);
	pthread_mutex_destroy(&overview->mutex);
	free(overview);
}

char *console_overview_copy(struct console_overview *overview)
{
	pthread_mutex_lock(&overview->mutex);
	char *copy = overview->text_shared != NULL ? strdup(overview->text_shared) : NULL;
	pthread_mutex_unlock(&overview->mutex);
	return copy;
}

void console_overview_get(struct console_call *call)
{
	char *text = console_overview_copy(call->console->overview);
	if (text == NULL)
		console_refuse(call, CONSOLE_UNREACHABLE);
	else
		console_send(call, "application/json", text, strlen(text));
}
