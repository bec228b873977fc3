/* SPDX-License-Identifier: Apache-2.0 */
#include "store/optouts.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A peer that reads one question at a time and gives the answers of a script, in their order; the last read that finds none
 * closes. What Redis itself makes of these commands is shown end to end. */

#define NUMBER  "8613900000001"
#define ANSWERS 4

struct peer {
	char folder[64];
	char path[96];
	int listener;
	pthread_t thread;
	const char *answers[ANSWERS]; /* NULL ends them */
	char asked[4096];             /* all questions, as they came */
	size_t asked_len;
	size_t greeting_len; /* of them, what was asked when it was opened */
};

static struct peer peer;

/* All questions are short, and the asker waits for its answer: one read has one question. */
static void *serve(void *ctx)
{
	(void)ctx;
	int fd = accept(peer.listener, NULL, NULL);
	for (unsigned i = 0; i < ANSWERS && peer.answers[i] != NULL; i++) {
		size_t room = peer.asked_len < sizeof peer.asked ? sizeof peer.asked - 1 - peer.asked_len : 0;
		ssize_t got = read(fd, peer.asked + peer.asked_len, room);
		if (got <= 0)
			break;
		peer.asked_len += (size_t)got;
		peer.asked[peer.asked_len] = '\0';
		if (write(fd, peer.answers[i], strlen(peer.answers[i])) < 0)
			break;
	}
	close(fd);
	return NULL;
}

static struct redis_ask *open_peer(const char *first, const char *second)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct redis_ask *ask = NULL;
	struct err_at at = { .err = ERR_OK };
	peer = (struct peer){ .folder = "/tmp/hongyan-optouts-XXXXXX", .answers = { "+OK\r\n", first, second } };
	cr_assert_not_null(mkdtemp(peer.folder));
	snprintf(peer.path, sizeof peer.path, "%s/redis", peer.folder);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", peer.path);
	peer.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert_eq(bind(peer.listener, (struct sockaddr *)&address, sizeof address), 0);
	cr_assert_eq(listen(peer.listener, 1), 0);
	cr_assert_eq(pthread_create(&peer.thread, NULL, serve, NULL), 0);
	const struct redis_place place = { .path = peer.path, .tag = "{t}" };
	cr_assert_eq(redis_ask_open(&place, &ask, &at), ERR_OK, "%s", at.text);
	peer.greeting_len = peer.asked_len;
	return ask;
}

static void close_peer(struct redis_ask *ask)
{
	redis_ask_close(ask);
	pthread_join(peer.thread, NULL);
	close(peer.listener);
	unlink(peer.path);
	rmdir(peer.folder);
}

#define KEY "$10\r\n{t}:optout\r\n"

Test(optouts, add_and_remove)
{
	static const struct {
		const char *name;
		bool removes;
		const char *answer;
		enum err want;
		bool want_was_on;
	} rows[] = {
		{ "new", false, ":1\r\n", ERR_OK, false },
		{ "there already", false, ":0\r\n", ERR_OK, true },
		{ "taken off", true, ":1\r\n", ERR_OK, true },
		{ "was not there", true, ":0\r\n", ERR_OK, false },
		{ "no room", false, "-OOM command not allowed\r\n", ERR_FORMAT, false },
		{ "another type", true, "-WRONGTYPE\r\n", ERR_FORMAT, false },
		{ "no number", false, "+OK\r\n", ERR_FORMAT, false },
		{ "nobody there", true, NULL, ERR_IO, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct redis_ask *ask = open_peer(rows[i].answer, NULL);
		struct err_at at = { .err = ERR_OK };
		bool was_on = !rows[i].want_was_on;
		enum err err = rows[i].removes ? optouts_remove(ask, SLICE(NUMBER), &was_on, &at)
					       : optouts_add(ask, SLICE(NUMBER), SLICE("{}"), &was_on, &at);
		close_peer(ask);
		cr_expect_eq(err, rows[i].want, "%s: %s", rows[i].name, at.text);
		cr_expect_eq(was_on == rows[i].want_was_on, err == ERR_OK, "%s", rows[i].name);
		cr_expect_eq(at.text[0] != '\0', err != ERR_OK, "%s", rows[i].name);
		if (rows[i].answer == NULL)
			continue;
		cr_expect_str_eq(peer.asked + peer.greeting_len,
				 rows[i].removes ? "*3\r\n$4\r\nHDEL\r\n" KEY "$13\r\n" NUMBER "\r\n"
						 : "*4\r\n$6\r\nHSETNX\r\n" KEY "$13\r\n" NUMBER "\r\n$2\r\n{}\r\n",
				 "%s", rows[i].name);
	}
}

Test(optouts, find)
{
	static const struct {
		const char *name, *answer;
		enum err want;
		const char *want_why; /* NULL = not on the list */
	} rows[] = {
		{ "on it", "$8\r\n{\"a\":\"\"}\r\n", ERR_OK, "{\"a\":\"\"}" },
		{ "not on it", "$-1\r\n", ERR_OK, NULL },
		{ "another type", "-WRONGTYPE\r\n", ERR_FORMAT, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct redis_ask *ask = open_peer(rows[i].answer, NULL);
		struct err_at at = { .err = ERR_OK };
		struct slice why = SLICE("untouched");
		cr_expect_eq(optouts_find(ask, SLICE(NUMBER), &why, &at), rows[i].want, "%s: %s", rows[i].name,
			     at.text);
		if (rows[i].want == ERR_OK) {
			cr_expect_eq(why.at != NULL, rows[i].want_why != NULL, "%s", rows[i].name);
			cr_expect(slice_equal(why, slice_of(rows[i].want_why)), "%s", rows[i].name);
		} else {
			cr_expect(slice_is(why, "untouched"), "%s", rows[i].name);
		}
		close_peer(ask);
		cr_expect_str_eq(peer.asked + peer.greeting_len, "*3\r\n$4\r\nHGET\r\n" KEY "$13\r\n" NUMBER "\r\n",
				 "%s", rows[i].name);
	}
}

static void gather(void *ctx, struct slice number, struct slice why)
{
	char *out = ctx;
	size_t len = strlen(out);
	snprintf(out + len, 256 - len, "%.*s=%.*s;", SLICE_ARG(number), SLICE_ARG(why));
}

Test(optouts, a_walk_in_two_steps)
{
	struct redis_ask *ask =
		open_peer("*2\r\n$20\r\n18446744073709551615\r\n*4\r\n$1\r\n1\r\n$1\r\na\r\n$1\r\n2\r\n$1\r\nb\r\n",
			  "*2\r\n$1\r\n0\r\n*2\r\n$1\r\n3\r\n$0\r\n\r\n");
	struct optouts_walk walk = { .is_over = false };
	struct err_at at = { .err = ERR_OK };
	char told[256] = "";
	cr_expect_eq(optouts_step(ask, &walk, gather, told, &at), ERR_OK, "%s", at.text);
	cr_expect_not(walk.is_over);
	cr_expect_str_eq(told, "1=a;2=b;");
	cr_expect_eq(optouts_step(ask, &walk, gather, told, &at), ERR_OK, "%s", at.text);
	cr_expect(walk.is_over);
	cr_expect_str_eq(told, "1=a;2=b;3=;");
	close_peer(ask);
	cr_expect_str_eq(peer.asked + peer.greeting_len,
			 "*5\r\n$5\r\nHSCAN\r\n" KEY "$1\r\n0\r\n$5\r\nCOUNT\r\n$3\r\n500\r\n"
			 "*5\r\n$5\r\nHSCAN\r\n" KEY "$20\r\n18446744073709551615\r\n$5\r\nCOUNT\r\n$3\r\n500\r\n");
}

Test(optouts, a_step_of_another_form)
{
	static const char *const answers[] = {
		":1\r\n",
		"*0\r\n",
		"*1\r\n$1\r\n0\r\n",
		"*2\r\n$0\r\n\r\n*0\r\n",
		"*2\r\n$24\r\n000000000000000000000000\r\n*0\r\n",
		"*2\r\n:0\r\n*0\r\n",
	};
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		struct redis_ask *ask = open_peer(answers[i], NULL);
		struct optouts_walk walk = { .is_over = false };
		struct err_at at = { .err = ERR_OK };
		char told[256] = "";
		cr_expect_eq(optouts_step(ask, &walk, gather, told, &at), ERR_FORMAT, "%s", answers[i]);
		cr_expect_not(walk.is_over, "%s", answers[i]);
		cr_expect_str_eq(told, "", "%s", answers[i]);
		close_peer(ask);
	}
}
