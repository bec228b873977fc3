/* SPDX-License-Identifier: Apache-2.0 */
#include "store/reply.h"

#include "base/buf.h"
#include "base/rng.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_OCTETS 4096
#define MORE_OCTETS  (1u << 20)

static char block[FIRST_OCTETS] __attribute__((aligned(16)));
static struct arena arena;
static redisReader *reader;

static void open_reader(size_t more)
{
	arena_init(&arena, block, sizeof block, more);
	reader = reply_reader_create(&arena);
	cr_assert_not_null(reader);
}

static void close_reader(void)
{
	redisReaderFree(reader);
	arena_fini(&arena);
}

/* A reply as one line, so that rows can say what they want: “i:5 t:"ab" n s:OK e:ERR [ … ]”. */
static void show(const struct reply *reply, struct buf *out)
{
	switch (reply->type) {
	case REPLY_NIL:
		buf_put_text(out, "nil");
		break;
	case REPLY_INTEGER:
		buf_put_int(out, reply->integer);
		break;
	case REPLY_TEXT:
		buf_put_format(out, "\"%.*s\"", SLICE_ARG(reply->text));
		break;
	case REPLY_STATUS:
		buf_put_format(out, "+%.*s", SLICE_ARG(reply->text));
		break;
	case REPLY_ERROR:
		buf_put_format(out, "-%.*s", SLICE_ARG(reply->text));
		break;
	case REPLY_ARRAY:
		buf_put_text(out, "[");
		for (size_t i = 0; i < reply->count; i++) {
			buf_put_text(out, i ? " " : "");
			show(reply->elements[i], out);
		}
		buf_put_text(out, "]");
		break;
	}
}

/* Feeds octets in pieces of so many; returns what came of it: replies one after the other, then “!” for an error. */
static const char *read_in_pieces(const char *octets, size_t len, size_t piece)
{
	static char shown[8192];
	struct buf out = buf_over(shown, sizeof shown - 1);
	open_reader(MORE_OCTETS);
	bool is_good = true;
	for (size_t at = 0; at < len && is_good; at += piece) {
		size_t left = len - at < piece ? len - at : piece;
		is_good = redisReaderFeed(reader, octets + at, left) == REDIS_OK;
		void *reply = NULL;
		while (is_good && (is_good = redisReaderGetReply(reader, &reply) == REDIS_OK) && reply != NULL) {
			show(reply, &out);
			buf_put_text(&out, ";");
			arena_reset(&arena);
			reply = NULL;
		}
	}
	buf_put_text(&out, is_good ? "" : "!");
	shown[out.len] = '\0';
	close_reader();
	return shown;
}

static const struct row {
	const char *name;
	struct slice octets;
	const char *want;
} rows[] = {
#define OCTETS(literal)                      \
	{                                    \
		literal, sizeof(literal) - 1 \
	}
	{ "status", OCTETS("+OK\r\n"), "+OK;" },
	{ "error", OCTETS("-NOSCRIPT No matching script.\r\n"), "-NOSCRIPT No matching script.;" },
	{ "integer", OCTETS(":-42\r\n"), "-42;" },
	{ "largest integer", OCTETS(":9223372036854775807\r\n"), "9223372036854775807;" },
	{ "text", OCTETS("$5\r\nhello\r\n"), "\"hello\";" },
	{ "empty text", OCTETS("$0\r\n\r\n"), "\"\";" },
	{ "text with an end of line", OCTETS("$4\r\na\r\nb\r\n"), "\"a\r\nb\";" },
	{ "nil", OCTETS("$-1\r\n"), "nil;" },
	{ "nil array", OCTETS("*-1\r\n"), "nil;" },
	{ "empty array", OCTETS("*0\r\n"), "[];" },
	{ "array", OCTETS("*3\r\n:1\r\n$1\r\nx\r\n*0\r\n"), "[1 \"x\" []];" },
	{ "an entry of a stream",
	  OCTETS("*1\r\n*2\r\n$6\r\nstream\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$5\r\nalert\r\n$2\r\n{}\r\n"),
	  "[[\"stream\" [[\"1-1\" [\"alert\" \"{}\"]]]]];" },
	{ "a deleted entry", OCTETS("*1\r\n*2\r\n$3\r\n1-1\r\n*-1\r\n"), "[[\"1-1\" nil]];" },
	{ "an error inside", OCTETS("*2\r\n-ERR x\r\n:1\r\n"), "[-ERR x 1];" },
	{ "one after the other", OCTETS("+A\r\n:1\r\n$1\r\nb\r\n"), "+A;1;\"b\";" },
	{ "half of one", OCTETS("*2\r\n:1\r\n"), "" },
	{ "garbage", OCTETS("hello\r\n"), "!" },
	{ "garbage behind a reply", OCTETS("+OK\r\n\xff\xff\r\n"), "+OK;!" },
	{ "a text that says nothing of its length", OCTETS("$x\r\n"), "!" },
	{ "a negative length", OCTETS("$-2\r\n"), "!" },
	{ "an array of minus two", OCTETS("*-2\r\n"), "!" },
	{ "HTTP", OCTETS("HTTP/1.1 400 Bad Request\r\n\r\n"), "!" },
};

#define ROWS (sizeof rows / sizeof rows[0])

/* The same whether it comes at once or octet by octet. */
Test(reply, reads)
{
	for (size_t i = 0; i < ROWS; i++) {
		for (size_t piece = 1; piece <= rows[i].octets.len; piece++) {
			const char *got = read_in_pieces(rows[i].octets.at, rows[i].octets.len, piece);
			cr_assert_str_eq(got, rows[i].want, "%s, in pieces of %zu: %s", rows[i].name, piece, got);
		}
	}
}

/* A length is only a promise: memory is taken for octets that came, and for as many places as the arena has. */
Test(reply, hostile_lengths)
{
	static const struct {
		const char *name;
		const char *octets;
		bool may_wait; /* it may ask for more octets instead of refusing */
	} hostile[] = {
		{ "an array of two thousand million", "*2147483647\r\n", false },
		{ "an array of more than there are", "*9223372036854775807\r\n", false },
		{ "an array of a million", "*1000000\r\n", false },
		{ "arrays in arrays of a million", "*2\r\n*100000\r\n", false },
		{ "a text of half a gigabyte, not sent", "$536870912\r\n", true },
		{ "a text longer than memory", "$9223372036854775807\r\n", true },
		{ "nested ten deep", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", true },
	};
	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		open_reader(64 * 1024);
		void *reply = NULL;
		cr_assert_eq(redisReaderFeed(reader, hostile[i].octets, strlen(hostile[i].octets)), REDIS_OK);
		int answer = redisReaderGetReply(reader, &reply);
		cr_assert(answer == REDIS_ERR || hostile[i].may_wait, "%s", hostile[i].name);
		cr_assert_leq(arena.overflow_octets, 64 * 1024, "%s", hostile[i].name);
		close_reader();
	}
}

/* An arena that is full fails the reader; it does not give half a reply. */
Test(reply, too_large)
{
	open_reader(0);
	char head[32];
	char *text = calloc(1, 2 * FIRST_OCTETS);
	void *reply = NULL;
	snprintf(head, sizeof head, "$%d\r\n", 2 * FIRST_OCTETS);
	cr_assert_eq(redisReaderFeed(reader, head, strlen(head)), REDIS_OK);
	cr_assert_eq(redisReaderFeed(reader, text, 2 * FIRST_OCTETS), REDIS_OK);
	cr_assert_eq(redisReaderFeed(reader, "\r\n", 2), REDIS_OK);
	cr_assert_eq(redisReaderGetReply(reader, &reply), REDIS_ERR);
	cr_assert_eq(reader->err, REDIS_ERR_OOM);
	cr_assert_null(reply);
	free(text);
	close_reader();
}

Test(reply, random_octets)
{
	static const char words[] = "+-:$*0123456789\r\n\r\n\r\nabc";
	for (uint64_t seed = 1; seed <= 3000; seed++) {
		struct rng rng;
		char octets[200];
		rng_seed(&rng, seed);
		size_t len = 1 + (size_t)rng_below(&rng, sizeof octets);
		for (size_t i = 0; i < len; i++)
			octets[i] = words[rng_below(&rng, sizeof words - 1)];
		char whole[8192];
		snprintf(whole, sizeof whole, "%s", read_in_pieces(octets, len, len));
		const char *got = read_in_pieces(octets, len, 1 + (size_t)rng_below(&rng, 7));
		cr_assert_str_eq(got, whole, "seed %lu", (unsigned long)seed);
	}
}

Test(reply, accessors)
{
	open_reader(MORE_OCTETS);
	static const char octets[] = "*4\r\n$1\r\nx\r\n:5\r\n+OK\r\n*0\r\n";
	void *got = NULL;
	redisReaderFeed(reader, octets, sizeof octets - 1);
	cr_assert_eq(redisReaderGetReply(reader, &got), REDIS_OK);
	const struct reply *reply = got;
	cr_assert(slice_is(reply_text_at(reply, 0), "x"));
	cr_assert_null(reply_text_at(reply, 1).at, "a number is no text");
	cr_assert(slice_is(reply_text_at(reply, 2), "OK"));
	cr_assert_null(reply_text_at(reply, 3).at);
	cr_assert_null(reply_text_at(reply, 4).at, "there is none");
	cr_assert_eq(reply_at(reply, 1)->integer, 5);
	cr_assert_null(reply_at(reply, 4));
	cr_assert_null(reply_at(NULL, 0));
	cr_assert_null(reply_at(reply_at(reply, 0), 0), "a text has no elements");
	const struct reply error = { .type = REPLY_ERROR, .text = SLICE("FENCED this consumer") };
	const struct reply text = { .type = REPLY_TEXT, .text = SLICE("FENCED") };
	cr_assert(reply_is_error(&error, "FENCED"));
	cr_assert_not(reply_is_error(&error, "NOSCRIPT"));
	cr_assert_not(reply_is_error(&text, "FENCED"));
	cr_assert_not(reply_is_error(NULL, "FENCED"));
	close_reader();
}
