/* SPDX-License-Identifier: Apache-2.0 */
#include "store/redis_find.h"

#include "base/arena.h"

#include <criterion/criterion.h>

static char block[65536];

/* What is there of the answer to a finder's question. */
static bool read_answer(const struct redis_finder *finder, const char *octets, struct stream_address *out, char *why,
			size_t cap)
{
	struct arena arena;
	void *reply = NULL;
	arena_init(&arena, block, sizeof block, 0);
	redisReader *reader = reply_reader_create(&arena);
	cr_assert_not_null(reader);
	cr_assert_eq(redisReaderFeed(reader, octets, strlen(octets)), REDIS_OK);
	cr_assert_eq(redisReaderGetReply(reader, &reply), REDIS_OK);
	cr_assert_not_null(reply, "%s", octets);
	bool is_found = redis_find_read(finder, &finder->seeds[0], reply, out, why, cap);
	redisReaderFree(reader);
	arena_fini(&arena);
	return is_found;
}

Test(redis_find, answers)
{
	static const struct {
		const char *name;
		enum redis_find_way way;
		const char *octets;
		const char *host; /* NULL = it is not found, and why holds: */
		unsigned port;
		const char *why;
	} rows[] = {
		{ "a Sentinel", REDIS_FIND_BY_SENTINEL, "*2\r\n$8\r\n10.0.0.7\r\n$4\r\n6380\r\n", "10.0.0.7", 6380,
		  NULL },
		{ "a name", REDIS_FIND_BY_SENTINEL, "*2\r\n$7\r\nredis-0\r\n$4\r\n6379\r\n", "redis-0", 6379, NULL },
		{ "no master of that name", REDIS_FIND_BY_SENTINEL, "*-1\r\n", NULL, 0, "hongyan" },
		{ "a Sentinel that refuses", REDIS_FIND_BY_SENTINEL, "-NOAUTH Authentication required.\r\n", NULL, 0,
		  "NOAUTH" },
		{ "no port", REDIS_FIND_BY_SENTINEL, "*2\r\n$1\r\nh\r\n$1\r\n0\r\n", NULL, 0, "hongyan" },
		{ "a port beyond all", REDIS_FIND_BY_SENTINEL, "*2\r\n$1\r\nh\r\n$5\r\n65536\r\n", NULL, 0, "hongyan" },
		{ "no host", REDIS_FIND_BY_SENTINEL, "*2\r\n$0\r\n\r\n$4\r\n6379\r\n", NULL, 0, "hongyan" },
		{ "one word", REDIS_FIND_BY_SENTINEL, "*1\r\n$1\r\nh\r\n", NULL, 0, "hongyan" },
		{ "the node itself", REDIS_FIND_BY_CLUSTER, ":1\r\n", "seed", 7000, NULL },
		{ "the node itself, empty", REDIS_FIND_BY_CLUSTER, ":0\r\n", "seed", 7000, NULL },
		{ "another node", REDIS_FIND_BY_CLUSTER, "-MOVED 3999 10.0.0.8:7001\r\n", "10.0.0.8", 7001, NULL },
		{ "another one, IPv6", REDIS_FIND_BY_CLUSTER, "-MOVED 3999 ::1:7001\r\n", "::1", 7001, NULL },
		{ "another port of the seed's host", REDIS_FIND_BY_CLUSTER, "-MOVED 3999 :7002\r\n", "seed", 7002,
		  NULL },
		{ "no address", REDIS_FIND_BY_CLUSTER, "-MOVED 3999\r\n", NULL, 0, "MOVED" },
		{ "no port there", REDIS_FIND_BY_CLUSTER, "-MOVED 3999 10.0.0.8:\r\n", NULL, 0, "MOVED" },
		{ "down", REDIS_FIND_BY_CLUSTER, "-CLUSTERDOWN The cluster is down\r\n", NULL, 0, "CLUSTERDOWN" },
		{ "something else", REDIS_FIND_BY_CLUSTER, "+OK\r\n", NULL, 0, "something else" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct redis_finder finder = {
			.way = rows[i].way,
			.seeds = { { "seed", 7000 } },
			.seed_count = 1,
			.master = "hongyan",
		};
		struct stream_address out = { .port = 0 };
		char why[160] = "";
		bool is_found = read_answer(&finder, rows[i].octets, &out, why, sizeof why);
		cr_assert_eq(is_found, rows[i].host != NULL, "%s: %s", rows[i].name, why);
		if (is_found) {
			cr_expect_str_eq(out.host, rows[i].host, "%s", rows[i].name);
			cr_expect_eq(out.port, rows[i].port, "%s", rows[i].name);
		} else {
			cr_expect(strstr(why, rows[i].why) != NULL, "%s: %s", rows[i].name, why);
		}
	}
}

Test(redis_find, questions)
{
	struct redis_finder finder = { .way = REDIS_FIND_BY_SENTINEL, .master = "hongyan" };
	struct command command = { .octets = NULL };
	redis_find_ask(&finder, "{hongyan}", &command);
	struct slice sentinel = command_octets(&command);
	cr_expect(slice_equal(sentinel,
			      SLICE("*3\r\n$8\r\nSENTINEL\r\n$23\r\nGET-MASTER-ADDR-BY-NAME\r\n$7\r\nhongyan\r\n")),
		  "%.*s", SLICE_ARG(sentinel));
	finder.way = REDIS_FIND_BY_CLUSTER;
	redis_find_ask(&finder, "{hongyan}", &command);
	struct slice cluster = command_octets(&command);
	cr_expect(slice_equal(cluster, SLICE("*2\r\n$6\r\nEXISTS\r\n$16\r\n{hongyan}:claims\r\n")), "%.*s",
		  SLICE_ARG(cluster));
	command_fini(&command);
}
