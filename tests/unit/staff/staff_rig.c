/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/staff/staff_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <time.h>

void staff_rig_open(struct staff_rig *rig)
{
	*rig = (struct staff_rig){ .now = 0 };
	child_process_init(&rig->server);
	snprintf(rig->socket, sizeof rig->socket, "%s/redis.sock", rig->server.dir);
	const char *argv[] = { "redis-server", "--port", "0",         "--unixsocket", rig->socket, "--save", "",
			       "--appendonly", "no",     "--logfile", "redis.log",    NULL };
	child_process_start(&rig->server, argv);
	rig->place = (struct redis_place){ .path = rig->socket, .tag = "{hongyan}" };
	for (int tries = 0; tries < 10000 && rig->db == NULL; tries++) {
		if (staff_db_open(&rig->place, &rig->db, NULL) != STAFF_OK)
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	cr_assert_not_null(rig->db, "no redis-server answers at %s; is it installed?", rig->socket);
	cr_assert_eq(redis_ask_open(&rig->place, &rig->ask, NULL), ERR_OK);
	WANT(rig, staff_db_now(rig->db, &rig->now, &rig->at), STAFF_OK);
}

void staff_rig_close(struct staff_rig *rig)
{
	staff_db_close(rig->db);
	redis_ask_close(rig->ask);
	child_process_end(&rig->server);
}

struct staff_db *staff_rig_db(struct staff_rig *rig)
{
	struct staff_db *db = NULL;
	WANT(rig, staff_db_open(&rig->place, &db, &rig->at), STAFF_OK);
	return db;
}

static void begin(struct staff_rig *rig, const char *words)
{
	struct slice rest = slice_of(words);
	struct slice word = slice_cut(&rest, ' ');
	char text[64];
	snprintf(text, sizeof text, "%.*s", SLICE_ARG(word));
	redis_ask_begin(rig->ask, text);
	while (rest.len > 0) {
		word = slice_cut(&rest, ' ');
		if (word.len > 0 && word.at[0] == ':')
			redis_ask_key(rig->ask, "", word);
		else
			redis_ask_add(rig->ask, word);
	}
}

void staff_rig_meddle(struct staff_rig *rig, const char *words)
{
	const struct reply *reply;
	begin(rig, words);
	cr_assert_eq(redis_ask_run(rig->ask, &reply, &rig->at), ERR_OK, "%s: %s", words, rig->at.text);
}

uint64_t staff_rig_count(struct staff_rig *rig, const char *words)
{
	uint64_t count = 0;
	begin(rig, words);
	cr_assert_eq(redis_ask_count(rig->ask, &count, &rig->at), ERR_OK, "%s: %s", words, rig->at.text);
	return count;
}

struct staff_actor staff_rig_actor(const char *name, staff_roles roles)
{
	return (struct staff_actor){ .name = slice_of(name), .roles = roles, .address = SLICE("10.0.0.7") };
}
