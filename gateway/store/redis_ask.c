/* SPDX-License-Identifier: Apache-2.0 */
#include "store/redis_ask.h"

#include "base/check.h"
#include "base/number.h"
#include "base/secret.h"
#include "store/ask_wire.h"
#include "store/command.h"
#include "store/redis_find.h"
#include "store/reply.h"

#include <stdio.h>
#include <stdlib.h>

#define CONNECT_TIMEOUT_S 5
#define SEED_TIMEOUT_S    1
#define REPLY_TIMEOUT_S   10
#define ARENA_OCTETS      (256u * 1024u)
#define ARENA_MAX         (256u * 1024u * 1024u) /* of one answer; pages of letters are far below */
#define PLACE_OCTETS      160

struct redis_ask {
	redisContext *
		context; /* its reader is ours: replies lie in the arena. It only connects: what is said goes over wire */
	struct ask_wire wire;
	const char *tag;
	char place[PLACE_OCTETS]; /* for sentences */
	bool is_broken;
	struct command command;
	struct arena arena;
	void *arena_block;
};

static void name_place(const struct redis_place *place, char out[PLACE_OCTETS])
{
	if (place->path)
		snprintf(out, PLACE_OCTETS, "%s", place->path);
	else
		snprintf(out, PLACE_OCTETS, strchr(place->host, ':') ? "[%s]:%u" : "%s:%u", place->host, place->port);
}

static enum err connect_to(struct redis_ask *ask, const struct redis_place *place, time_t patience_s, struct err_at *at)
{
	const struct timeval connect_timeout = { .tv_sec = patience_s };
	static const struct timeval reply_timeout = { .tv_sec = REPLY_TIMEOUT_S };
	ask->context = place->path ? redisConnectUnixWithTimeout(place->path, connect_timeout)
				   : redisConnectWithTimeout(place->host, place->port, connect_timeout);
	if (ask->context == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	if (ask->context->err)
		return err_at_set(at, ERR_IO, 0, NULL, "cannot reach Redis at %s: %.100s; is it running?", ask->place,
				  ask->context->errstr);
	redisReader *reader = reply_reader_create(&ask->arena);
	if (reader == NULL || redisSetTimeout(ask->context, reply_timeout) != REDIS_OK) {
		if (reader != NULL)
			redisReaderFree(reader);
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	}
	redisReaderFree(ask->context->reader);
	ask->context->reader = reader;
	if (!ask_wire_begin(&ask->wire, ask->context->fd, place->tls))
		return err_at_set(at, ERR_IO, 0, NULL, "cannot speak with Redis at %s: %.150s", ask->place,
				  ask->wire.why);
	return ERR_OK;
}

/* A server without AUTH repeats what it was given. */
static void hide_password(struct slice password, struct err_at *at)
{
	char text[sizeof at->text];
	const struct secrets secrets = { &password, password.len >= SECRET_LEAST };
	memcpy(text, at->text, sizeof text);
	secrets_show(&secrets, text, at->text, sizeof at->text);
}

static enum err greet(struct redis_ask *ask, const struct redis_place *place, struct err_at *at)
{
	const struct reply *reply;
	enum err err = ERR_OK;
	if (place->password && *place->password) {
		redis_ask_begin(ask, "AUTH");
		if (place->username && *place->username)
			redis_ask_add_word(ask, place->username);
		redis_ask_add_word(ask, place->password);
		err = redis_ask_run(ask, &reply, at);
		if (err != ERR_OK && at != NULL)
			hide_password(slice_of(place->password), at);
		if (ask->command.octets != NULL)
			memset(ask->command.octets, 0, ask->command.cap); /* the password does not stay in memory */
	}
	return err;
}

static enum err select_database(struct redis_ask *ask, unsigned database, struct err_at *at)
{
	const struct reply *reply;
	redis_ask_begin(ask, "SELECT");
	redis_ask_add_int(ask, database);
	return redis_ask_run(ask, &reply, at);
}

/* Connects and signs on. */
static enum err open_at(const struct redis_place *place, time_t patience_s, struct redis_ask **out, struct err_at *at)
{
	struct redis_ask *ask = calloc(1, sizeof *ask);
	if (ask == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	ask->tag = place->tag;
	name_place(place, ask->place);
	ask->arena_block = malloc(ARENA_OCTETS);
	enum err err = ask->arena_block ? ERR_OK : err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	if (err == ERR_OK) {
		arena_init(&ask->arena, ask->arena_block, ARENA_OCTETS, ARENA_MAX);
		err = connect_to(ask, place, patience_s, at);
	}
	if (err == ERR_OK)
		err = greet(ask, place, at);
	if (err != ERR_OK)
		redis_ask_close(ask);
	else
		*out = ask;
	return err;
}

void redis_ask_close(struct redis_ask *ask)
{
	if (ask == NULL)
		return;
	ask_wire_end(&ask->wire);
	if (ask->context != NULL)
		redisFree(ask->context);
	command_fini(&ask->command);
	if (ask->arena_block != NULL)
		arena_fini(&ask->arena);
	free(ask->arena_block);
	free(ask);
}

void redis_ask_begin(struct redis_ask *ask, const char *word)
{
	command_begin(&ask->command);
	command_word(&ask->command, word);
}

/* The text goes along each time: a few hundred octets beside what a chunk of letters takes, and Redis may forget its
 * scripts whenever it wants. */
void redis_ask_begin_script(struct redis_ask *ask, enum script script, unsigned key_count)
{
	CHECK((unsigned)script < SCRIPT_COUNT);
	redis_ask_begin(ask, "EVAL");
	command_text(&ask->command, script_sources[script].text);
	command_int(&ask->command, key_count);
}

void redis_ask_key(struct redis_ask *ask, const char *name, struct slice more)
{
	size_t tag_len = strlen(ask->tag);
	size_t name_len = strlen(name);
	char *at = command_reserve(&ask->command, tag_len + name_len + more.len);
	if (at == NULL)
		return;
	memcpy(at, ask->tag, tag_len);
	memcpy(at + tag_len, name, name_len);
	if (more.len)
		memcpy(at + tag_len + name_len, more.at, more.len);
}

void redis_ask_add(struct redis_ask *ask, struct slice text)
{
	command_text(&ask->command, text);
}

void redis_ask_add_word(struct redis_ask *ask, const char *word)
{
	command_word(&ask->command, word);
}

void redis_ask_add_int(struct redis_ask *ask, int64_t value)
{
	command_int(&ask->command, value);
}

struct command *redis_ask_command(struct redis_ask *ask)
{
	return &ask->command;
}

static enum err broke(struct redis_ask *ask, const char *why, struct err_at *at)
{
	ask->is_broken = true;
	return err_at_set(at, ERR_IO, 0, NULL, "the connection to Redis at %s broke: %.100s", ask->place, why);
}

static bool feed(void *ctx, struct slice piece)
{
	return redisReaderFeed(ctx, piece.at, piece.len) == REDIS_OK;
}

static enum err exchange(struct redis_ask *ask, struct slice octets, const struct reply **out, struct err_at *at)
{
	redisReader *reader = ask->context->reader;
	void *reply = NULL;
	if (!ask_wire_write(&ask->wire, octets))
		return broke(ask, ask->wire.why, at);
	while (reply == NULL) {
		ask->wire.why[0] = '\0';
		if (!ask_wire_read(&ask->wire, feed, reader))
			return broke(ask, ask->wire.why[0] != '\0' ? ask->wire.why : "out of memory", at);
		if (redisReaderGetReply(reader, &reply) != REDIS_OK)
			return broke(ask,
				     reader->err == REDIS_ERR_OOM ? "its answer is too large for our memory"
								  : "it sent octets that are no reply",
				     at);
	}
	*out = reply;
	return ERR_OK;
}

/* Asks one seed. at: why it does not say where Redis is. */
static enum err ask_seed(const struct redis_place *place, const struct stream_address *seed, struct stream_address *out,
			 struct err_at *at)
{
	const struct redis_finder *finder = place->finder;
	bool is_sentinel = finder->way == REDIS_FIND_BY_SENTINEL;
	struct redis_place there = *place;
	struct redis_ask *ask = NULL;
	there.path = NULL;
	there.host = seed->host;
	there.port = seed->port;
	if (is_sentinel) {
		there.username = finder->username.at;
		there.password = finder->password.at;
	}
	enum err err = open_at(&there, SEED_TIMEOUT_S, &ask, at);
	if (err != ERR_OK)
		return err;
	const struct reply *reply = NULL;
	char why[160];
	redis_find_ask(finder, place->tag, &ask->command);
	err = exchange(ask, command_octets(&ask->command), &reply, at);
	if (err == ERR_OK && !redis_find_read(finder, seed, reply, out, why, sizeof why))
		err = err_at_set(at, ERR_IO, 0, NULL, "%s (asked at %s)", why, ask->place);
	redis_ask_close(ask);
	return err;
}

static enum err find(const struct redis_place *place, struct stream_address *out, struct err_at *at)
{
	static _Atomic unsigned good; /* who has said it before is asked first */
	unsigned count = place->finder->seed_count;
	enum err err = ERR_IO;
	for (unsigned i = 0, from = good; i < count && err != ERR_OK; i++) {
		unsigned seed = (from + i) % count;
		err = ask_seed(place, &place->finder->seeds[seed], out, at);
		good = err == ERR_OK ? seed : good;
	}
	return err;
}

enum err redis_ask_open(const struct redis_place *place, struct redis_ask **out, struct err_at *at)
{
	struct redis_place there = *place;
	struct stream_address found;
	struct redis_ask *ask = NULL;
	enum err err = ERR_OK;
	scripts_check();
	if (place->finder != NULL) {
		err = find(place, &found, at);
		there.path = NULL;
		there.host = found.host;
		there.port = found.port;
	}
	if (err == ERR_OK)
		err = open_at(&there, CONNECT_TIMEOUT_S, &ask, at);
	if (err == ERR_OK)
		err = select_database(ask, place->database, at);
	if (err != ERR_OK)
		redis_ask_close(ask);
	else
		*out = ask;
	return err;
}

static bool is_no_longer_the_one(const struct reply *reply)
{
	return reply_is_error(reply, "READONLY") || reply_is_error(reply, "MASTERDOWN") ||
	       reply_is_error(reply, "MOVED");
}

enum err redis_ask_run(struct redis_ask *ask, const struct reply **out, struct err_at *at)
{
	struct slice octets = command_octets(&ask->command);
	if (ask->is_broken)
		return broke(ask, "it was lost before", at);
	if (octets.at == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	arena_reset(&ask->arena);
	const struct reply *reply = NULL;
	enum err err = exchange(ask, octets, &reply, at);
	if (err != ERR_OK)
		return err;
	if (is_no_longer_the_one(reply))
		return broke(ask, "it no longer takes writes for our keys; another one does", at);
	if (reply->type == REPLY_ERROR)
		return err_at_set(at, ERR_FORMAT, 0, NULL, "Redis at %s refuses: %.*s", ask->place,
				  SLICE_ARG(reply->text));
	*out = reply;
	return ERR_OK;
}

enum err redis_ask_count(struct redis_ask *ask, uint64_t *out, struct err_at *at)
{
	const struct reply *reply;
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	if (reply->type != REPLY_INTEGER)
		return err_at_set(at, ERR_FORMAT, 0, NULL, "Redis at %s gave no number", ask->place);
	*out = (uint64_t)reply->integer;
	return ERR_OK;
}

enum err redis_ask_now(struct redis_ask *ask, wall_ms *out, struct err_at *at)
{
	const struct reply *reply;
	uint64_t seconds;
	uint64_t micros;
	redis_ask_begin(ask, "TIME");
	enum err err = redis_ask_run(ask, &reply, at);
	if (err != ERR_OK)
		return err;
	if (!number_parse(reply_text_at(reply, 0), INT64_MAX / MS_PER_S - MS_PER_S, &seconds) ||
	    !number_parse(reply_text_at(reply, 1), US_PER_S, &micros))
		return err_at_set(at, ERR_FORMAT, 0, NULL, "Redis at %s does not tell the time", ask->place);
	*out = (wall_ms)(seconds * MS_PER_S + micros / US_PER_MS);
	return ERR_OK;
}
