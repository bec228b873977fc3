/* SPDX-License-Identifier: Apache-2.0 */

/* IDLE ─ start ─► CONNECTING ─ open ─► GREETING (AUTH, SELECT) ─ all OK ─► UP ─ end ─► WAITING ─ backoff over ─► CONNECTING
 *
 * Where somebody has to be asked who Redis is, the way to CONNECTING is gone twice: first to him (is_finding), where GREETING ends with
 * the question, then at once to the address in his answer.
 *
 * Commands under way lie in a ring in order of sending; each reply belongs to the oldest. When the connection ends, all
 * of them are told NULL, oldest first, then on_down comes. */

#include "store/redis_link.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/rng.h"
#include "base/secret.h"

#include <stdlib.h>

#define WAITING_MAX        1024                   /* commands under way; the store sends a few at a time */
#define ARENA_OCTETS       (2u * 1024u * 1024u)   /* holds the replies of a usual batch; touched only as far as used */
#define ARENA_OVERFLOW_MAX (640u * 1024u * 1024u) /* one value of Redis may have 512 MB */
#define BACKOFF_FIRST_US   (100 * US_PER_MS)
#define BACKOFF_MAX_US     (5 * US_PER_S)
#define FINDING_MAX_US \
	US_PER_S /* while a failover is on its way, who is asked is there, and all gateways wait for the last one */

enum link_state { LINK_IDLE, LINK_CONNECTING, LINK_GREETING, LINK_UP, LINK_WAITING };

struct waiter {
	redis_on_reply on_reply;
	void *ctx;
	mono_us deadline;
};

struct redis_link {
	struct loop *loop;
	const struct redis_options *options;
	const struct redis_link_events *events;
	void *ctx;
	struct stream *stream;
	enum link_state state;
	struct stream_address at; /* where the next connection goes, or this one has gone */
	bool is_finding;          /* that is who says where Redis is */
	bool is_found;            /* he has said it, for the next connection */
	unsigned seed;            /* of the finder's: who is asked next */
	bool is_connected;        /* or connecting: the stream has not told its end */
	mono_us deadline;         /* of the state: connect, greeting, backoff */
	mono_us backoff;
	struct rng rng;
	redisReader *reader;
	struct arena arena;
	void *arena_block;
	struct waiter waiters[WAITING_MAX];
	unsigned first_waiter;
	unsigned waiter_count;
	char *out; /* octets not yet taken by the stream: out[out_start … out_end) */
	size_t out_cap;
	size_t out_start;
	size_t out_end;
	const char *break_reason;
	char error[160]; /* of a greeting that Redis refused */
};

static bool out_put(struct redis_link *link, struct slice octets)
{
	if (link->out_cap - link->out_end < octets.len && link->out_start > 0) {
		memmove(link->out, link->out + link->out_start, link->out_end - link->out_start);
		link->out_end -= link->out_start;
		link->out_start = 0;
	}
	if (link->out_cap - link->out_end < octets.len) {
		size_t cap = link->out_cap ? link->out_cap : 65536;
		while (cap - link->out_end < octets.len)
			cap *= 2;
		char *out = realloc(link->out, cap);
		if (out == NULL)
			return false;
		link->out = out;
		link->out_cap = cap;
	}
	memcpy(link->out + link->out_end, octets.at, octets.len);
	link->out_end += octets.len;
	return true;
}

static bool enqueue(struct redis_link *link, struct slice command, mono_us extra_us, redis_on_reply on_reply, void *ctx)
{
	if (command.at == NULL || link->waiter_count == WAITING_MAX || !out_put(link, command))
		return false;
	unsigned place = (link->first_waiter + link->waiter_count++) % WAITING_MAX;
	link->waiters[place] = (struct waiter){
		.on_reply = on_reply,
		.ctx = ctx,
		.deadline = loop_now(link->loop).mono + link->options->reply_timeout_us + extra_us,
	};
	return true;
}

void redis_link_flush(struct redis_link *link)
{
	if (link->out_start == link->out_end || !stream_is_open(link->stream))
		return;
	link->out_start += stream_write(link->stream, link->out + link->out_start, link->out_end - link->out_start);
	if (link->out_start == link->out_end)
		link->out_start = link->out_end = 0;
}

bool redis_link_send(struct redis_link *link, struct slice command, mono_us extra_us, redis_on_reply on_reply,
		     void *ctx)
{
	return redis_link_is_up(link) && enqueue(link, command, extra_us, on_reply, ctx);
}

static bool asks_sentinel(const struct redis_link *link)
{
	return link->is_finding && link->options->finder->way == REDIS_FIND_BY_SENTINEL;
}

static const struct slice *username_of(const struct redis_link *link)
{
	return asks_sentinel(link) ? &link->options->finder->username : &link->options->username;
}

static const struct slice *password_of(const struct redis_link *link)
{
	return asks_sentinel(link) ? &link->options->finder->password : &link->options->password;
}

static void on_found(void *ctx, const struct reply *reply)
{
	struct redis_link *link = ctx;
	struct stream_address found;
	if (reply == NULL)
		return;
	if (!redis_find_read(link->options->finder, &link->at, reply, &found, link->error, sizeof link->error)) {
		redis_link_break(link, link->error);
		return;
	}
	link->at = found;
	link->is_found = true;
	stream_close(link->stream, false);
}

static void on_greeted(void *ctx, const struct reply *reply)
{
	struct redis_link *link = ctx;
	if (reply == NULL)
		return;
	if (reply->type == REPLY_ERROR) {
		struct buf buf = buf_over(link->error, sizeof link->error - 1);
		/* A server without AUTH repeats what it was given. */
		const struct slice *password = password_of(link);
		const struct secrets secrets = { password, password->len >= SECRET_LEAST };
		buf_put_text(&buf,
			     link->is_finding ? "who was asked where Redis is refuses us: " : "Redis refuses us: ");
		secrets_hide(&secrets, reply->text, &buf);
		link->error[buf.len] = '\0';
		redis_link_break(link, link->error);
		return;
	}
	if (link->waiter_count > 0 || link->is_finding)
		return; /* more of the greeting is under way */
	link->state = LINK_UP;
	link->events->on_up(link->ctx);
}

static void greet(struct redis_link *link)
{
	struct command command = { .octets = NULL };
	bool sent = true;
	if (password_of(link)->len > 0) {
		command_begin(&command);
		command_word(&command, "AUTH");
		if (username_of(link)->len > 0)
			command_text(&command, *username_of(link));
		command_text(&command, *password_of(link));
		sent = enqueue(link, command_octets(&command), 0, on_greeted, link);
		memset(command.octets, 0, command.cap); /* the password does not stay in freed memory */
	}
	if (link->is_finding) {
		redis_find_ask(link->options->finder, link->options->tag, &command);
	} else {
		command_begin(&command);
		command_word(&command, link->options->has_no_databases ? "PING" : "SELECT");
		if (!link->options->has_no_databases)
			command_int(&command, (int64_t)link->options->database);
	}
	sent = sent && enqueue(link, command_octets(&command), 0, link->is_finding ? on_found : on_greeted, link);
	command_fini(&command);
	if (!sent)
		redis_link_break(link, "out of memory");
}

static void on_open(void *ctx)
{
	struct redis_link *link = ctx;
	link->state = LINK_GREETING;
	link->deadline = loop_now(link->loop).mono + link->options->connect_timeout_us;
	greet(link);
	redis_link_flush(link);
}

static void on_octets(void *ctx, const uint8_t *octets, size_t len)
{
	struct redis_link *link = ctx;
	if (link->break_reason != NULL || link->is_found)
		return;
	if (redisReaderFeed(link->reader, (const char *)octets, len) != REDIS_OK) {
		redis_link_break(link, "out of memory");
		return;
	}
	for (;;) {
		void *reply = NULL;
		if (redisReaderGetReply(link->reader, &reply) != REDIS_OK) {
			redis_link_break(link, link->reader->err == REDIS_ERR_OOM
						       ? "a reply of Redis is too large for our memory"
						       : "Redis sent octets that are no reply");
			return;
		}
		if (reply == NULL)
			return;
		if (link->waiter_count == 0) {
			redis_link_break(link, "Redis sent a reply to nothing");
			return;
		}
		struct waiter waiter = link->waiters[link->first_waiter];
		link->first_waiter = (link->first_waiter + 1) % WAITING_MAX;
		link->waiter_count--;
		if (waiter.on_reply != NULL)
			waiter.on_reply(waiter.ctx, reply);
		/* Only between replies: of one that has come in part, the reader keeps the beginning in the arena. */
		arena_reset(&link->arena);
		if (link->break_reason != NULL || link->is_found || !stream_is_open(link->stream))
			return;
	}
}

static void on_writable(void *ctx)
{
	redis_link_flush(ctx);
}

static mono_us jittered(struct redis_link *link)
{
	mono_us most = link->options->finder != NULL ? FINDING_MAX_US : BACKOFF_MAX_US;
	link->backoff = link->backoff == 0 ? BACKOFF_FIRST_US : link->backoff * 2;
	if (link->backoff > most)
		link->backoff = most;
	return (mono_us)rng_below(&link->rng, (uint64_t)link->backoff) + 1;
}

static bool make_reader(struct redis_link *link)
{
	if (link->reader != NULL)
		redisReaderFree(link->reader);
	arena_reset(&link->arena);
	link->reader = reply_reader_create(&link->arena);
	return link->reader != NULL;
}

static void on_end(void *ctx, const char *reason)
{
	struct redis_link *link = ctx;
	const char *why = link->break_reason ? link->break_reason : reason;
	link->break_reason = NULL;
	link->is_connected = false;
	bool goes_on = link->is_found && link->state != LINK_IDLE;
	link->seed += !goes_on; /* another one may know more */
	if (link->state != LINK_IDLE) {
		link->state = LINK_WAITING;
		link->deadline = loop_now(link->loop).mono + (goes_on ? 0 : jittered(link));
	}
	link->out_start = link->out_end = 0;
	/* Each waiter's upcall may not send: the link is down. */
	while (link->waiter_count > 0) {
		struct waiter waiter = link->waiters[link->first_waiter];
		link->first_waiter = (link->first_waiter + 1) % WAITING_MAX;
		link->waiter_count--;
		if (waiter.on_reply != NULL)
			waiter.on_reply(waiter.ctx, NULL);
	}
	if (!make_reader(link))
		why = "out of memory";
	if (goes_on)
		loop_turn_soon(link->loop);
	else
		link->events->on_down(link->ctx, why);
}

void redis_link_break(struct redis_link *link, const char *reason)
{
	bool is_over = link->state == LINK_IDLE || link->state == LINK_WAITING || (link->is_finding && link->is_found);
	if (is_over || link->break_reason != NULL)
		return;
	link->break_reason = reason;
	stream_close(link->stream, true);
}

static void start_connecting(struct redis_link *link)
{
	if (link->reader == NULL && !make_reader(link)) {
		link->state = LINK_WAITING;
		link->deadline = loop_now(link->loop).mono + jittered(link);
		return;
	}
	const struct redis_finder *finder = link->options->finder;
	link->is_finding = finder != NULL && !link->is_found;
	if (link->is_finding)
		link->at = finder->seeds[link->seed % finder->seed_count];
	else if (!link->is_found)
		link->at = link->options->address;
	link->is_found = false;
	mono_us most = link->options->connect_timeout_us;
	link->state = LINK_CONNECTING;
	link->deadline =
		loop_now(link->loop).mono + (link->is_finding && most > FINDING_MAX_US ? FINDING_MAX_US : most);
	link->is_connected = true;
	stream_connect(link->stream);
}

void redis_link_start(struct redis_link *link)
{
	CHECK(link->state == LINK_IDLE);
	start_connecting(link);
}

void redis_link_stop(struct redis_link *link)
{
	if (link->state == LINK_IDLE)
		return;
	bool is_waiting = link->state == LINK_WAITING;
	link->state = LINK_IDLE;
	if (!is_waiting)
		stream_close(link->stream, false);
}

void redis_link_works(struct redis_link *link)
{
	link->backoff = 0;
}

bool redis_link_is_up(const struct redis_link *link)
{
	return link->state == LINK_UP && link->break_reason == NULL;
}

bool redis_link_is_idle(const struct redis_link *link)
{
	return link->state == LINK_IDLE && !link->is_connected;
}

bool redis_link_is_busy(const struct redis_link *link)
{
	return link->waiter_count >= WAITING_MAX / 2;
}

mono_us redis_link_next_deadline(const struct redis_link *link)
{
	if (link->break_reason != NULL || link->state == LINK_IDLE)
		return INT64_MAX;
	mono_us deadline = link->state == LINK_UP ? INT64_MAX : link->deadline;
	if (link->waiter_count > 0 && link->waiters[link->first_waiter].deadline < deadline)
		deadline = link->waiters[link->first_waiter].deadline;
	return deadline;
}

void redis_link_tick(struct redis_link *link, mono_us now)
{
	if (now < redis_link_next_deadline(link))
		return;
	if (link->state == LINK_WAITING)
		start_connecting(link);
	else if (link->state == LINK_UP)
		redis_link_break(link, "Redis does not answer");
	else
		redis_link_break(link, link->is_finding ? "who was asked where Redis is does not answer"
							: "Redis does not answer the connect");
}

struct redis_link *redis_link_create(struct loop *loop, const struct redis_options *options,
				     const struct redis_link_events *events, void *ctx)
{
	static const struct stream_events stream_events = {
		.on_open = on_open,
		.on_octets = on_octets,
		.on_writable = on_writable,
		.on_end = on_end,
	};
	struct redis_link *link = calloc(1, sizeof *link);
	if (link == NULL)
		return NULL;
	link->loop = loop;
	link->options = options;
	link->events = events;
	link->ctx = ctx;
	rng_seed(&link->rng, options->jitter_seed);
	link->arena_block = malloc(ARENA_OCTETS);
	link->stream = stream_create(loop, &link->at, &stream_events, link);
	if (link->arena_block == NULL || link->stream == NULL) {
		free(link->arena_block);
		stream_destroy(link->stream);
		free(link);
		return NULL;
	}
	stream_use_tls(link->stream, options->tls);
	arena_init(&link->arena, link->arena_block, ARENA_OCTETS, ARENA_OVERFLOW_MAX);
	return link;
}

void redis_link_destroy(struct redis_link *link)
{
	if (link == NULL)
		return;
	stream_destroy(link->stream);
	if (link->reader != NULL)
		redisReaderFree(link->reader);
	arena_fini(&link->arena);
	free(link->arena_block);
	free(link->out);
	free(link);
}
