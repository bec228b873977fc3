/* SPDX-License-Identifier: Apache-2.0 */

/* The Redis store on a private redis-server. An answer is lost for sure by stopping the server, writing the store's
 * calls and behind them (or before them) the order to kill its connections, and letting the server go on: it finds both
 * at once and never comes to write the answer. */

#include "contract/child_process.h"
#include "contract/store_rig.h"
#include "loop/loop.h"
#include "store/redis_store.h"
#include "store/scripts.h"

#include <criterion/criterion.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define TAG        "{hongyan}"
#define LOG_OCTETS (1u << 20)

struct redis_slot {
	struct loop *loop;
	struct redis_store_options options;
	struct store *crashed; /* freed at the end */
	struct rig_slot *slot;
};

struct inner {
	struct child_process server;
	redisContext *admin;
	redisContext *busy; /* runs a script without end */
	struct log log;
	char said[LOG_OCTETS];
	size_t said_len;
	struct redis_slot slots[2 * RIG_SLOTS];
	unsigned slot_count;
	char *events;
	char shown[1024];
};

static struct inner *inner_of(struct store_rig *rig)
{
	return rig->inner;
}

static redisReply *ask_args(struct store_rig *rig, const char *format, va_list args)
{
	redisReply *reply = redisvCommand(inner_of(rig)->admin, format, args);
	cr_assert_not_null(reply, "redis: %s", inner_of(rig)->admin->errstr);
	cr_assert_neq(reply->type, REDIS_REPLY_ERROR, "redis: %s", reply->str);
	return reply;
}

static redisReply *ask(struct store_rig *rig, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	redisReply *reply = ask_args(rig, format, args);
	va_end(args);
	return reply;
}

static void meddle(struct store_rig *rig, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	freeReplyObject(ask_args(rig, format, args));
	va_end(args);
}

static long long ask_number(struct store_rig *rig, const char *command, const char *key)
{
	redisReply *reply = ask(rig, command, key);
	long long number = reply->integer;
	freeReplyObject(reply);
	return number;
}

static void keep_line(void *ctx, enum log_level level, struct slice line)
{
	struct inner *inner = ctx;
	(void)level;
	cr_assert_lt(inner->said_len + line.len, sizeof inner->said, "redis: a flood of log lines");
	memcpy(inner->said + inner->said_len, line.at, line.len);
	inner->said_len += line.len;
	if (getenv("STORE_CONTRACT_LOG") != NULL)
		fprintf(stderr, "%.*s", SLICE_ARG(line));
}

static struct now log_now(void *ctx)
{
	(void)ctx;
	return (struct now){ .wall = 1 };
}

static void serve(struct inner *inner, void (*run)(struct child_process *child, const char *const *argv))
{
	char socket[128];
	snprintf(socket, sizeof socket, "%s/redis.sock", inner->server.dir);
	const char *argv[] = { "redis-server", "--port", "0",         "--unixsocket", socket, "--save", "",
			       "--appendonly", "no",     "--logfile", "redis.log",    NULL };
	run(&inner->server, argv);
	for (int tries = 0; tries < 10000; tries++) {
		inner->admin = redisConnectUnix(socket);
		if (inner->admin != NULL && inner->admin->err == 0)
			return;
		redisFree(inner->admin);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	cr_assert_fail("no redis-server answers at %s; is it installed?", socket);
}

static void start(struct store_rig *rig)
{
	struct inner *inner = calloc(1, sizeof *inner);
	cr_assert_not_null(inner);
	rig->inner = inner;
	inner->log = (struct log){ .least = LOG_INFO, .write = keep_line, .now = log_now, .ctx = inner };
	child_process_init(&inner->server);
	serve(inner, child_process_start);
}

static void make(struct store_rig *rig, unsigned slot, const struct store_setup *setup)
{
	struct inner *inner = inner_of(rig);
	cr_assert_lt(inner->slot_count, 2u * RIG_SLOTS);
	struct redis_slot *mine = &inner->slots[inner->slot_count++];
	mine->loop = loop_create();
	cr_assert_not_null(mine->loop);
	mine->options = (struct redis_store_options){
		.tag = TAG,
		.instance = setup->instance ? setup->instance : "gw",
		.nonce = setup->nonce,
		.worker = setup->worker,
		.adopts_instance = setup->adopts_instance,
		.heartbeat_us = setup->heartbeat_us ? setup->heartbeat_us : 50 * US_PER_MS,
		.dead_after_us = setup->is_quick ? 300 * US_PER_MS : 60 * US_PER_S,
		.stale_after_us = setup->stale_after_us ? setup->stale_after_us : 60 * US_PER_S,
		.balance_us = 200 * US_PER_MS,
		.chore_rest_us = 200 * US_PER_MS,
		.seen_window_ms = 24 * 3600 * INT64_C(1000),
		.withdrawal_window_ms = 24 * 3600 * INT64_C(1000),
		.receipt_window_ms = 72 * 3600 * INT64_C(1000),
		.events_retention_ms = 3600 * INT64_C(1000),
		.mo_retention_ms = 3600 * INT64_C(1000),
		.mo_repeat_window_ms = 3600 * INT64_C(1000),
		.log = &inner->log,
		.replay_us = 2 * US_PER_S,
		.replay_octets = 1024 * 1024,
		.redis = {
			.connect_timeout_us = 5 * US_PER_S,
			.reply_timeout_us = 10 * US_PER_S,
			.jitter_seed = slot + 1,
		},
	};
	snprintf(mine->options.redis.address.host, sizeof mine->options.redis.address.host, "%s/redis.sock",
		 inner->server.dir);
	rig->slots[slot].inner = mine;
	rig->slots[slot].store = redis_store_create(mine->loop, &mine->options);
	cr_assert_not_null(rig->slots[slot].store);
}

/* One turn of each loop that is not frozen: at once where something is there, else after a millisecond. */
static void turn(struct store_rig *rig)
{
	struct pollfd ready[RIG_SLOTS];
	unsigned count = 0;
	for (unsigned i = 0; i < RIG_SLOTS; i++) {
		struct redis_slot *mine = rig->slots[i].inner;
		if (mine == NULL || rig->slots[i].is_frozen)
			continue;
		uv_run(loop_uv(mine->loop), UV_RUN_NOWAIT);
		ready[count++] = (struct pollfd){ .fd = uv_backend_fd(loop_uv(mine->loop)), .events = POLLIN };
	}
	poll(ready, count, 1);
}

static mono_us now(struct store_rig *rig)
{
	(void)rig;
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (mono_us)at.tv_sec * US_PER_S + at.tv_nsec / 1000;
}

static void write_kill(struct inner *inner)
{
	int is_done = 0;
	cr_assert_eq(redisAppendCommand(inner->admin, "CLIENT KILL TYPE normal SKIPME yes"), REDIS_OK);
	while (!is_done)
		cr_assert_eq(redisBufferWrite(inner->admin, &is_done), REDIS_OK);
}

/*
 * What Redis has already read of a connection can still stand in its kernel's list of what is ready, before what comes later;
 * two turns of its loop later it does not. Without this the order of what is written to a stopped Redis is not that in which
 * it is done.
 */
static void drain_ready_list(struct inner *inner)
{
	redisContext *other = redisConnectUnix(inner->admin->unix_sock.path);
	cr_assert(other != NULL && other->err == 0);
	for (unsigned i = 0; i < 2; i++) {
		redisReply *reply = redisCommand(other, "PING");
		cr_assert_not_null(reply);
		freeReplyObject(reply);
	}
	redisFree(other);
}

static void lose(struct store_rig *rig, bool done, void (*call)(void *ctx), void *ctx)
{
	struct inner *inner = inner_of(rig);
	int status;
	drain_ready_list(inner);
	kill(inner->server.pid, SIGSTOP);
	cr_assert_eq(waitpid(inner->server.pid, &status, WUNTRACED), inner->server.pid);
	if (!done)
		write_kill(inner);
	call(ctx);
	if (done)
		write_kill(inner);
	kill(inner->server.pid, SIGCONT);
	void *reply = NULL;
	cr_assert_eq(redisGetReply(inner->admin, &reply), REDIS_OK);
	freeReplyObject(reply);
}

/* Scripts and reads wait; connections are greeted. What waited is done at one go, and answered together. */
static void hold(struct store_rig *rig, void (*call)(void *ctx), void *ctx)
{
	freeReplyObject(ask(rig, "CLIENT PAUSE 60000 WRITE"));
	call(ctx);
	freeReplyObject(ask(rig, "CLIENT UNPAUSE"));
}

static void break_reader(struct store_rig *rig, unsigned slot)
{
	(void)slot;
	for (;;) {
		redisReply *reply = ask(rig, "CLIENT LIST");
		const char *line = strstr(reply->str, "cmd=xread"); /* or xreadgroup */
		while (line != NULL && line > reply->str && line[-1] != '\n')
			line--;
		unsigned long id = line != NULL ? strtoul(line + strlen("id="), NULL, 10) : 0;
		freeReplyObject(reply);
		if (id != 0) {
			freeReplyObject(ask(rig, "CLIENT KILL ID %lu", id));
			return;
		}
		turn(rig);
	}
}

/* Its loop gets no more turns; its connections go. */
static void crash(struct store_rig *rig, unsigned slot)
{
	struct redis_slot *mine = rig->slots[slot].inner;
	mine->crashed = rig->slots[slot].store;
	mine->slot = &rig->slots[slot];
	rig->slots[slot].store = NULL;
	rig->slots[slot].inner = NULL;
	rig->slots[slot].is_open = false;
	freeReplyObject(ask(rig, "CLIENT KILL TYPE normal SKIPME yes"));
}

/* A Redis that is started anew from its snapshot is like a replica that has not heard the last of it. */
static void remember(struct store_rig *rig)
{
	freeReplyObject(ask(rig, "SAVE"));
}

static void go_back(struct store_rig *rig)
{
	struct inner *inner = inner_of(rig);
	redisFree(inner->admin);
	serve(inner, child_process_again);
}

static void go_down(struct store_rig *rig)
{
	struct inner *inner = inner_of(rig);
	kill(inner->server.pid, SIGKILL);
	cr_assert_eq(waitpid(inner->server.pid, NULL, 0), inner->server.pid);
	inner->server.pid = -1;
}

static void forget_scripts(struct store_rig *rig)
{
	freeReplyObject(ask(rig, "SCRIPT FLUSH"));
}

static void set_up(struct store_rig *rig, const char *name, const char *value)
{
	freeReplyObject(ask(rig, "CONFIG SET %s %s", name, value));
}

/* A folder stands where the snapshot has to go. */
static void fail_to_save(struct store_rig *rig)
{
	char path[128];
	snprintf(path, sizeof path, "%s/dump.rdb", inner_of(rig)->server.dir);
	cr_assert_eq(mkdir(path, 0700), 0);
	set_up(rig, "save", "86400 1000000");
	freeReplyObject(ask(rig, "BGSAVE"));
	for (bool has_failed = false; !has_failed;) {
		redisReply *reply = ask(rig, "INFO persistence");
		has_failed = strstr(reply->str, "rdb_last_bgsave_status:err") != NULL;
		freeReplyObject(reply);
	}
}

static void start_endless_script(struct store_rig *rig)
{
	struct inner *inner = inner_of(rig);
	int is_done = 0;
	set_up(rig, "busy-reply-threshold", "20");
	inner->busy = redisConnectUnix(inner->admin->unix_sock.path);
	cr_assert(inner->busy != NULL && inner->busy->err == 0);
	cr_assert_eq(redisAppendCommand(inner->busy, "EVAL %s 0", "while true do end"), REDIS_OK);
	while (!is_done)
		cr_assert_eq(redisBufferWrite(inner->busy, &is_done), REDIS_OK);
	/* It runs once somebody is refused. */
	for (bool is_busy = false; !is_busy;) {
		redisReply *reply = redisCommand(inner->admin, "PING");
		cr_assert_not_null(reply);
		is_busy = reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "BUSY", 4) == 0;
		freeReplyObject(reply);
	}
}

static void refuse(struct store_rig *rig, const char *word, bool does)
{
	if (strcmp(word, "OOM") == 0)
		set_up(rig, "maxmemory", does ? "1" : "0");
	else if (strcmp(word, "NOREPLICAS") == 0)
		set_up(rig, "min-replicas-to-write", does ? "1" : "0");
	else if (strcmp(word, "READONLY") == 0)
		freeReplyObject(ask(rig, does ? "REPLICAOF 127.0.0.1 1" : "REPLICAOF NO ONE"));
	else if (strcmp(word, "BUSY") == 0 && does)
		start_endless_script(rig);
	else if (strcmp(word, "BUSY") == 0)
		freeReplyObject(ask(rig, "SCRIPT KILL"));
	else if (strcmp(word, "MISCONF") == 0 && does)
		fail_to_save(rig);
	else if (strcmp(word, "MISCONF") == 0)
		set_up(rig, "stop-writes-on-bgsave-error", "no");
	else
		cr_assert_fail("redis: nothing is refused with %s", word);
}

static unsigned said(struct store_rig *rig, const char *text)
{
	struct inner *inner = inner_of(rig);
	unsigned lines = 0;
	for (const char *at = inner->said, *end = at + inner->said_len; at < end;) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((line_end != NULL ? line_end : end) - at);
		lines += memmem(at, len, text, strlen(text)) != NULL;
		at += len + 1;
	}
	return lines;
}

static void age_keys(struct store_rig *rig, const char *what)
{
	redisReply *keys = ask(rig, "KEYS " TAG ":%s:*", what);
	cr_assert_leq(keys->elements, 1);
	if (keys->elements == 1) {
		const char *key = keys->element[0]->str;
		unsigned long long generation = strtoull(strrchr(key, ':') + 1, NULL, 10);
		freeReplyObject(ask(rig, "RENAME %s " TAG ":%s:%llu", key, what, generation - 1));
	}
	freeReplyObject(keys);
}

static void age_receipts(struct store_rig *rig)
{
	age_keys(rig, "receipts");
	age_keys(rig, "told");
}

static const char *const lane_keys[LANE_COUNT] = {
	[LANE_URGENT] = TAG ":alerts:urgent",
	[LANE_NORMAL] = TAG ":alerts:normal",
	[LANE_BULK] = TAG ":alerts:bulk",
	[LANE_READY] = TAG ":ready",
};

static struct entry_key add(struct store_rig *rig, enum lane lane, const char *body, bool is_malformed)
{
	redisReply *reply = ask(rig, "XADD %s * %s %s", lane_keys[lane], is_malformed ? "alarm" : "alert", body);
	struct entry_key key;
	cr_assert(entry_id_parse((struct slice){ reply->str, (size_t)reply->len }, lane, &key));
	freeReplyObject(reply);
	return key;
}

static void add_at(struct store_rig *rig, const struct entry_key *key, const char *body)
{
	char id[ENTRY_ID_OCTETS];
	entry_id_format(key, id);
	meddle(rig, "XADD %s %s alert %s", lane_keys[key->lane], id, body);
}

static uint64_t total(struct store_rig *rig, enum closing closing)
{
	redisReply *reply = ask(rig, "HGET " TAG ":totals %s", closing_name(closing));
	uint64_t number = reply->type == REDIS_REPLY_STRING ? strtoull(reply->str, NULL, 10) : 0;
	freeReplyObject(reply);
	return number;
}

static unsigned waiting(struct store_rig *rig)
{
	return (unsigned)ask_number(rig, "ZCARD %s", TAG ":later");
}

static unsigned held(struct store_rig *rig)
{
	unsigned count = (unsigned)ask_number(rig, "ZCARD %s", TAG ":held");
	cr_assert_eq(ask_number(rig, "HLEN %s", TAG ":held:bodies"), count);
	return count;
}

/* As whoever sends held alerts on does it: “attempt\nambiguous\nstate\nbody” becomes an entry. */
static void resend(struct store_rig *rig, const struct entry_key *origin)
{
	static const char script[] =
		"local attempt, state, body = string.match(redis.call('HGET', KEYS[2], ARGV[1]), "
		"'^([^\\n]*)\\n1\\n([^\\n]*)\\n(.*)$') "
		"redis.call('ZREM', KEYS[1], ARGV[1]) redis.call('HDEL', KEYS[2], ARGV[1]) "
		"return redis.call('XADD', KEYS[3], '*', 'alert', body, 'origin', ARGV[1], 'attempt', attempt, "
		"'ambiguous', '1', 'state', state, 'resend', '1')";
	char key[ENTRY_KEY_OCTETS];
	entry_key_format(origin, key);
	freeReplyObject(ask(rig, "EVAL %s 3 %s %s %s %s", script, TAG ":held", TAG ":held:bodies", TAG ":ready", key));
}

static unsigned depth(struct store_rig *rig)
{
	long long sum = (long long)waiting(rig) + held(rig);
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		sum += ask_number(rig, "XLEN %s", lane_keys[lane]);
	return (unsigned)sum;
}

static unsigned dead(struct store_rig *rig)
{
	return (unsigned)ask_number(rig, "XLEN %s", TAG ":dead");
}

static unsigned mos(struct store_rig *rig)
{
	return (unsigned)ask_number(rig, "XLEN %s", TAG ":mo");
}

static bool is_opted_out(struct store_rig *rig, const char *number)
{
	return ask_number(rig, "HEXISTS " TAG ":optout %s", number) == 1;
}

static const char *keep_shown(struct store_rig *rig, redisReply *reply)
{
	struct inner *inner = inner_of(rig);
	size_t len = 0;
	cr_assert(reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_ARRAY);
	inner->shown[0] = '\0';
	for (size_t i = 0; i < reply->elements && len < sizeof inner->shown; i += 2)
		len += (size_t)snprintf(inner->shown + len, sizeof inner->shown - len, "%s=%s;", reply->element[i]->str,
					reply->element[i + 1]->str);
	if (reply->type == REDIS_REPLY_STRING)
		len = (size_t)snprintf(inner->shown, sizeof inner->shown, "%s", reply->str);
	cr_assert_lt(len, sizeof inner->shown);
	return inner->shown;
}

static const char *mo(struct store_rig *rig, unsigned place)
{
	redisReply *reply = ask(rig, "XRANGE " TAG ":mo - +");
	cr_assert_lt(place, reply->elements);
	const char *text = keep_shown(rig, reply->element[place]->element[1]);
	freeReplyObject(reply);
	return text;
}

static const char *optout(struct store_rig *rig, const char *number)
{
	redisReply *reply = ask(rig, "HGET " TAG ":optout %s", number);
	const char *text = keep_shown(rig, reply);
	freeReplyObject(reply);
	return text;
}

/* As the store asks for it, but for the names of its own. */
static int64_t drift(struct store_rig *rig)
{
	struct slice script = script_sources[SCRIPT_BALANCE].text;
	redisReply *reply =
		ask(rig,
		    "EVAL %b 7 %s %s %s %s " TAG ":later " TAG ":held " TAG ":totals accepted expired cancelled "
		    "superseded suppressed duplicate dead control",
		    script.at, script.len, lane_keys[0], lane_keys[1], lane_keys[2], lane_keys[3]);
	cr_assert(reply->type == REDIS_REPLY_ARRAY && reply->elements == 5, "redis");
	int64_t number = reply->element[0]->integer;
	freeReplyObject(reply);
	return number;
}

static const char *events(struct store_rig *rig)
{
	struct inner *inner = inner_of(rig);
	redisReply *reply = ask(rig, "XRANGE " TAG ":events - +");
	size_t len = 0;
	for (size_t i = 0; i < reply->elements; i++)
		len += (size_t)reply->element[i]->element[1]->element[1]->len + 1;
	inner->events = realloc(inner->events, len + 1);
	cr_assert_not_null(inner->events);
	char *at = inner->events;
	for (size_t i = 0; i < reply->elements; i++) {
		const redisReply *text = reply->element[i]->element[1]->element[1];
		memcpy(at, text->str, (size_t)text->len);
		at += text->len;
		*at++ = '\n';
	}
	*at = '\0';
	freeReplyObject(reply);
	return inner->events;
}

/* What crashed is freed when it can do no more harm: nobody listens to it. */
static void bury(struct redis_slot *mine)
{
	mine->crashed->ops->close(mine->crashed, 0);
	while (!mine->slot->is_closed)
		uv_run(loop_uv(mine->loop), UV_RUN_NOWAIT);
	mine->crashed->ops->destroy(mine->crashed);
}

static void finish(struct store_rig *rig)
{
	struct inner *inner = inner_of(rig);
	redisFree(inner->admin);
	redisFree(inner->busy);
	child_process_end(&inner->server);
	for (unsigned i = 0; i < inner->slot_count; i++) {
		if (inner->slots[i].crashed != NULL)
			bury(&inner->slots[i]);
		loop_destroy(inner->slots[i].loop);
	}
	free(inner->events);
	free(inner);
}

const struct store_kit store_kit_redis = {
	.name = "redis",
	.start = start,
	.make = make,
	.turn = turn,
	.now = now,
	.lose = lose,
	.hold = hold,
	.break_reader = break_reader,
	.crash = crash,
	.forget_scripts = forget_scripts,
	.remember = remember,
	.go_back = go_back,
	.go_down = go_down,
	.refuse = refuse,
	.meddle = meddle,
	.said = said,
	.age_receipts = age_receipts,
	.add = add,
	.add_at = add_at,
	.total = total,
	.depth = depth,
	.waiting = waiting,
	.held = held,
	.resend = resend,
	.dead = dead,
	.mos = mos,
	.is_opted_out = is_opted_out,
	.mo = mo,
	.optout = optout,
	.drift = drift,
	.events = events,
	.finish = finish,
};
