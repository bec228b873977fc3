/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_inner.h"

#include <pthread.h>
#include <stdlib.h>

/* As many connections as there were threads that needed one at a time. Each finds out by itself that it broke while nobody used it. */

#define KEPT_MAX 16

struct console_pool {
	const struct redis_place *place;
	pthread_mutex_t mutex;
	struct staff_db *kept[KEPT_MAX];
	unsigned count;
};

struct console_pool *console_pool_create(const struct redis_place *place)
{
	struct console_pool *pool = calloc(1, sizeof *pool);
	if (pool == NULL)
		return NULL;
	pool->place = place;
	pthread_mutex_init(&pool->mutex, NULL);
	return pool;
}

void console_pool_destroy(struct console_pool *pool)
{
	if (pool == NULL)
		return;
	for (unsigned i = 0; i < pool->count; i++)
		staff_db_close(pool->kept[i]);
	pthread_mutex_destroy(&pool->mutex);
	free(pool);
}

static void keep(struct console_pool *pool, struct staff_db *db)
{
	pthread_mutex_lock(&pool->mutex);
	bool is_kept = pool->count < KEPT_MAX;
	if (is_kept)
		pool->kept[pool->count++] = db;
	pthread_mutex_unlock(&pool->mutex);
	if (!is_kept)
		staff_db_close(db);
}

struct staff_db *console_pool_take(struct console_pool *pool, struct redis_ask **ask, wall_ms *now, struct err_at *at)
{
	struct staff_db *db = NULL;
	pthread_mutex_lock(&pool->mutex);
	if (pool->count > 0)
		db = pool->kept[--pool->count];
	pthread_mutex_unlock(&pool->mutex);
	if (db == NULL && staff_db_open(pool->place, &db, at) != STAFF_OK)
		return NULL;
	if (staff_db_now(db, now, at) == STAFF_OK && staff_db_ask(db, ask, at) == STAFF_OK)
		return db;
	keep(pool, db);
	return NULL;
}

void console_pool_give(struct console_pool *pool, struct staff_db *db, enum err err)
{
	(void)staff_db_ended(db, err);
	keep(pool, db);
}

bool console_ask_again(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	if (staff_db_ask(call->db, &call->ask, &at) == STAFF_OK)
		return true;
	console_refuse(call, CONSOLE_UNREACHABLE);
	return false;
}
