/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_parser.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_CAP       (AUDIT_LINE_MAX + 1)
#define BLOCK_OCTETS    (256u * 1024) /* enough for one go */
#define WORKERS_MAX     8
#define BLOCKS_A_WORKER 2

struct line {
	json_t *object; /* NULL = the line is blank, or malformed */
	int error_at;   /* octet where it is malformed; 0 = it is not */
};

enum block_state { BLOCK_FREE, BLOCK_FILLED, BLOCK_PARSED };

struct block {
	enum block_state state; /* under the parser's lock; the rest belongs to whoever's turn it is */
	char *text;             /* BLOCK_CAP octets */
	size_t len;
	struct line *lines;
	uint32_t line_count;
	uint32_t line_cap;
	bool is_memory_out;
};

struct worker {
	struct audit_parser *parser;
	pthread_t thread;
	unsigned number;
};

struct audit_parser {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	pthread_cond_t parsed;
	bool is_over;
	struct worker workers[WORKERS_MAX];
	unsigned worker_count; /* 0 = the caller parses */
	struct block blocks[WORKERS_MAX * BLOCKS_A_WORKER];
	unsigned block_count;
	unsigned next; /* the block whose turn it is: the ring goes on from file to file, as the workers do */
};

/* -- a block -- */

static void release_lines(struct block *block)
{
	for (uint32_t i = 0; i < block->line_count; i++)
		json_decref(block->lines[i].object);
	block->line_count = 0;
}

static bool add_line(struct block *block, struct line line)
{
	if (block->line_count == block->line_cap) {
		uint32_t cap = block->line_cap ? 2 * block->line_cap : 1024;
		struct line *lines = realloc(block->lines, cap * sizeof *lines);
		if (lines == NULL)
			return false;
		block->lines = lines;
		block->line_cap = cap;
	}
	block->lines[block->line_count++] = line;
	return true;
}

static struct line parse_line(const char *text, size_t len)
{
	struct line line = { NULL, 0 };
	while (len && (text[len - 1] == '\r' || text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	if (len)
		line.object = audit_lines_parse(text, len, &line.error_at);
	return line;
}

static void parse_block(struct block *block)
{
	release_lines(block);
	block->is_memory_out = false;
	for (size_t at = 0; at < block->len;) {
		const char *end = memchr(block->text + at, '\n', block->len - at);
		size_t len = end ? (size_t)(end - block->text) - at : block->len - at;
		struct line line = parse_line(block->text + at, len);
		if (!add_line(block, line)) {
			json_decref(line.object);
			block->is_memory_out = true;
			return;
		}
		at += len + 1;
	}
}

/* -- workers -- */

static void *work(void *ctx)
{
	const struct worker *worker = ctx;
	struct audit_parser *parser = worker->parser;
	unsigned at = worker->number;
	for (;; at = (at + parser->worker_count) % parser->block_count) {
		struct block *block = &parser->blocks[at];
		pthread_mutex_lock(&parser->lock);
		while (block->state != BLOCK_FILLED && !parser->is_over)
			pthread_cond_wait(&parser->filled, &parser->lock);
		bool is_over = parser->is_over;
		pthread_mutex_unlock(&parser->lock);
		if (is_over)
			return NULL;
		parse_block(block);
		pthread_mutex_lock(&parser->lock);
		block->state = BLOCK_PARSED;
		pthread_cond_signal(&parser->parsed);
		pthread_mutex_unlock(&parser->lock);
	}
}

static void hand_over(struct audit_parser *parser, struct block *block)
{
	pthread_mutex_lock(&parser->lock);
	block->state = BLOCK_FILLED;
	pthread_cond_broadcast(&parser->filled);
	pthread_mutex_unlock(&parser->lock);
}

/* The oldest block that was handed over, parsed. */
static struct block *take_turn(struct audit_parser *parser, unsigned *under_way)
{
	struct block *block = &parser->blocks[parser->next];
	parser->next = (parser->next + 1) % parser->block_count;
	--*under_way;
	if (parser->worker_count == 0) {
		parse_block(block);
		return block;
	}
	pthread_mutex_lock(&parser->lock);
	while (block->state != BLOCK_PARSED)
		pthread_cond_wait(&parser->parsed, &parser->lock);
	pthread_mutex_unlock(&parser->lock);
	return block;
}

/* Ends the workers that run; all or none are of use, since the ring is laid out for their number. */
static void stop_workers(struct audit_parser *parser, unsigned count)
{
	pthread_mutex_lock(&parser->lock);
	parser->is_over = true;
	pthread_cond_broadcast(&parser->filled);
	pthread_mutex_unlock(&parser->lock);
	for (unsigned i = 0; i < count; i++)
		pthread_join(parser->workers[i].thread, NULL);
	parser->worker_count = 0;
}

struct audit_parser *audit_parser_create(void)
{
	struct audit_parser *parser = calloc(1, sizeof *parser);
	if (parser == NULL)
		return NULL;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned workers = processors < 2 ? 0 : processors > WORKERS_MAX ? WORKERS_MAX : (unsigned)processors;
	pthread_mutex_init(&parser->lock, NULL);
	pthread_cond_init(&parser->filled, NULL);
	pthread_cond_init(&parser->parsed, NULL);
	parser->block_count = workers ? workers * BLOCKS_A_WORKER : 1;
	for (unsigned i = 0; i < parser->block_count; i++) {
		parser->blocks[i].text = malloc(BLOCK_CAP);
		if (parser->blocks[i].text == NULL) {
			audit_parser_destroy(parser);
			return NULL;
		}
	}
	/* Objects need a seed, and the first one to need it should not be in two threads. */
	json_object_seed(0);
	parser->worker_count = workers;
	for (unsigned i = 0; i < workers; i++) {
		parser->workers[i] = (struct worker){ .parser = parser, .number = i };
		if (pthread_create(&parser->workers[i].thread, NULL, work, &parser->workers[i]) != 0) {
			stop_workers(parser, i);
			break;
		}
	}
	return parser;
}

void audit_parser_destroy(struct audit_parser *parser)
{
	if (parser == NULL)
		return;
	stop_workers(parser, parser->worker_count);
	for (unsigned i = 0; i < parser->block_count; i++) {
		release_lines(&parser->blocks[i]);
		free(parser->blocks[i].lines);
		free(parser->blocks[i].text);
	}
	pthread_cond_destroy(&parser->parsed);
	pthread_cond_destroy(&parser->filled);
	pthread_mutex_destroy(&parser->lock);
	free(parser);
}

/* -- a file -- */

struct reading {
	int fd;
	const struct audit_place *place;
	struct audit_trouble *trouble;
	char *rest; /* the line under way where the last block was cut; BLOCK_CAP octets */
	size_t rest_len;
	bool is_over;
};

/* More of the file behind what the block has. False where it cannot be read. */
static bool read_more(struct reading *reading, struct block *block)
{
	ssize_t got;
	do {
		got = read(reading->fd, block->text + block->len, BLOCK_CAP - block->len);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return audit_trouble_set(reading->trouble, AUDIT_BAD_INPUT, "%s: cannot be read: %s",
					 reading->place->name, strerror(errno));
	block->len += (size_t)got;
	reading->is_over = got == 0;
	return true;
}

/* Fills a block with whole lines, as far as there are some. False where the file cannot be read. A line that is too long
 * is left as it is: its head fills the block. */
static bool fill(struct reading *reading, struct block *block)
{
	memcpy(block->text, reading->rest, reading->rest_len);
	block->len = reading->rest_len;
	reading->rest_len = 0;
	const char *end = NULL;
	while (!reading->is_over && block->len < BLOCK_CAP && (end == NULL || block->len < BLOCK_OCTETS)) {
		if (!read_more(reading, block))
			return false;
		end = memrchr(block->text, '\n', block->len);
	}
	if (end && !reading->is_over) {
		size_t whole = (size_t)(end + 1 - block->text);
		reading->rest_len = block->len - whole;
		memcpy(reading->rest, block->text + whole, reading->rest_len);
		block->len = whole;
	}
	return true;
}

static bool take_lines(const struct block *block, struct audit_place *place, audit_take *take, void *ctx,
		       struct audit_trouble *trouble)
{
	if (block->len > AUDIT_LINE_MAX && memchr(block->text, '\n', block->len) == NULL) {
		place->line++;
		return audit_lines_wrong(place, trouble, "the line is longer than 1 MiB");
	}
	for (uint32_t i = 0; i < block->line_count; i++) {
		const struct line *line = &block->lines[i];
		place->line++;
		if ((line->object || line->error_at) &&
		    !audit_lines_take(line->object, line->error_at, place, take, ctx, trouble))
			return false;
	}
	return !block->is_memory_out || audit_trouble_memory(trouble);
}

static bool run(struct audit_parser *parser, struct reading *reading, struct audit_place *place, audit_take *take,
		void *ctx)
{
	unsigned under_way = 0; /* blocks filled and not yet taken, the oldest at next */
	bool is_good = true;
	while (is_good && (under_way || !reading->is_over)) {
		while (is_good && !reading->is_over && under_way < parser->block_count) {
			struct block *block = &parser->blocks[(parser->next + under_way) % parser->block_count];
			is_good = fill(reading, block);
			if (is_good) {
				hand_over(parser, block);
				under_way++;
			}
		}
		if (under_way == 0)
			break;
		struct block *block = take_turn(parser, &under_way);
		is_good = take_lines(block, place, take, ctx, reading->trouble) && is_good;
	}
	/* What was handed over must come back before anything else goes round. */
	while (under_way)
		take_turn(parser, &under_way);
	return is_good;
}

bool audit_parser_read(struct audit_parser *parser, int fd, struct audit_place *place, audit_take *take, void *ctx,
		       struct audit_trouble *trouble)
{
	struct reading reading = { .fd = fd, .place = place, .trouble = trouble, .rest = malloc(BLOCK_CAP) };
	bool is_good = reading.rest ? run(parser, &reading, place, take, ctx) : audit_trouble_memory(trouble);
	free(reading.rest);
	return is_good;
}
