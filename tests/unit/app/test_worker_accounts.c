/* SPDX-License-Identifier: Apache-2.0 */
#include "app/worker_accounts.h"

#include "pipeline/pipeline.h"
#include "render/catalogue.h"
#include "test_scratch.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A worker's accounts with a real pipeline and real carriers, whose links go to a listener of the test's that says nothing: so
 * it sees which links are made and which end. The store has nothing. */

#define PATIENCE_S 60
#define LINKS_MAX  64

struct rig {
	char folder[SCRATCH_PATH_OCTETS];
	struct loop *loop;
	struct log log;
	char log_text[16384];
	size_t log_len;
	int listener;
	uint16_t port;
	int links[LINKS_MAX];
	unsigned made, ended;
	struct slot_names names;
	struct snapshot *snapshot; /* the first; held */
	struct worker_accounts *accounts;
	struct store store;
	unsigned binding; /* accounts that ask for links */
	unsigned binds[STORE_LEASES_MAX];
	const struct store_events *store_events;
	void *store_ctx;
	bool is_store_closing;
	bool is_drained;
	struct catalogue *catalogue;
	struct pipeline *pipeline;
	struct redis_store_gauges gauges; /* what operators want */
};

static struct rig rig;

/* -- the store that has nothing, and lets accounts have the links that they like -- */

static void store_open(struct store *store, const struct store_events *events, void *ctx)
{
	(void)store;
	rig.store_events = events;
	rig.store_ctx = ctx;
}

static bool store_is_reading(const struct store *store)
{
	(void)store;
	return true;
}

static bool store_unpark(struct store *store, const struct store_unpark *asks, unsigned count)
{
	(void)store;
	(void)asks;
	(void)count;
	return false;
}

static bool store_bind(struct store *store, const struct store_bind *asks, unsigned count)
{
	(void)store;
	cr_assert_eq(rig.binding, 0);
	rig.binding = count;
	for (unsigned i = 0; i < count; i++)
		rig.binds[i] = asks[i].likes;
	return true;
}

static void store_flush(struct store *store)
{
	(void)store;
}

static void store_close(struct store *store, mono_us grace_us)
{
	(void)store;
	(void)grace_us;
	rig.is_store_closing = true;
}

/* -- the world -- */

static void on_line(void *ctx, enum log_level level, struct slice line)
{
	(void)ctx;
	(void)level;
	cr_assert_lt(line.len, sizeof rig.log_text - rig.log_len);
	memcpy(rig.log_text + rig.log_len, line.at, line.len);
	rig.log_len += line.len;
	rig.log_text[rig.log_len] = '\0';
}

static struct now now_of_loop(void *ctx)
{
	(void)ctx;
	return loop_now(rig.loop);
}

static void listen_up(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;
	rig.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	cr_assert_eq(bind(rig.listener, (struct sockaddr *)&address, sizeof address), 0);
	cr_assert_eq(listen(rig.listener, LINKS_MAX), 0);
	cr_assert_eq(getsockname(rig.listener, (struct sockaddr *)&address, &len), 0);
	rig.port = ntohs(address.sin_port);
}

/* accounts: what stands in the list, with “@” for the listener's address. */
static struct snapshot *read_config(const char *accounts)
{
	char text[SCRATCH_TEXT_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	struct buf out = buf_over(text, sizeof text - 1);
	struct snapshot *snapshot;
	struct err_at at = { 0 };
	buf_put_text(&out, "drain_timeout: 100ms\naccounts:\n");
	for (const char *c = accounts; *c; c++) {
		if (*c == '@')
			buf_put_format(&out, "address: \"127.0.0.1:%u\", system_id: x", rig.port);
		else
			buf_put(&out, c, 1);
	}
	text[out.len] = '\0';
	struct config *config = scratch_load(rig.folder, text, NULL, errors);
	cr_assert_not_null(config, "%s\n%s", text, errors);
	cr_assert_eq(snapshot_create(config, config, &rig.names, &snapshot, &at), ERR_OK, "%s", at.text);
	return snapshot;
}

static void on_drained(void *ctx)
{
	(void)ctx;
	rig.is_drained = true;
}

static void set_options(struct pipeline_options *options, const struct snapshot *snapshot)
{
	*options = (struct pipeline_options){
		.routes = snapshot->routes,
		.catalogue = rig.catalogue,
		.decode = { .country = snapshot->config->country },
		.retry = { .base_us = US_PER_S, .max_us = US_PER_S, .attempts_max = 1 },
		.env = { .now = now_of_loop, .log = &rig.log },
	};
}

static void start(const char *accounts, unsigned worker)
{
	static const struct store_ops store_ops = {
		.open = store_open,
		.is_reading = store_is_reading,
		.unpark = store_unpark,
		.bind = store_bind,
		.flush = store_flush,
		.close = store_close,
	};
	struct pipeline_options options;
	memset(&rig, 0, sizeof rig);
	scratch_make(rig.folder);
	listen_up();
	rig.loop = loop_create();
	rig.log = (struct log){ .least = LOG_INFO, .write = on_line, .now = now_of_loop };
	rig.store = (struct store){ .ops = &store_ops };
	rig.catalogue = catalogue_create((struct slice){ NULL, 0 });
	cr_assert_eq(catalogue_freeze(rig.catalogue), ERR_OK);
	rig.snapshot = read_config(accounts);
	const struct carrier_maker maker = {
		.loop = rig.loop,
		.log = &rig.log,
		.worker = worker,
		.worker_count = worker + 1,
	};
	rig.accounts = worker_accounts_create(&maker, NULL, rig.names.names, rig.snapshot);
	cr_assert_not_null(rig.accounts, "%s", rig.log_text);
	set_options(&options, rig.snapshot);
	options.accounts = worker_accounts_first(rig.accounts, &options.account_count);
	rig.pipeline = pipeline_create(&rig.store, &options);
	cr_assert_not_null(rig.pipeline);
	pipeline_open(rig.pipeline, on_drained, NULL);
	rig.store_events->on_state(rig.store_ctx, true, "connected");
	worker_accounts_begin(rig.accounts, rig.pipeline);
}

static void look_at_links(void)
{
	char octets[512];
	int fd = accept4(rig.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0) {
		cr_assert_lt(rig.made, LINKS_MAX);
		rig.links[rig.made++] = fd;
	}
	for (unsigned i = 0; i < rig.made; i++) {
		ssize_t got = rig.links[i] >= 0 ? read(rig.links[i], octets, sizeof octets) : -1;
		if (rig.links[i] < 0 || got > 0 || (got < 0 && errno == EAGAIN))
			continue;
		close(rig.links[i]);
		rig.links[i] = -1;
		rig.ended++;
	}
}

static void turn(void)
{
	struct pollfd ready = { .fd = uv_backend_fd(loop_uv(rig.loop)), .events = POLLIN };
	uv_run(loop_uv(rig.loop), UV_RUN_NOWAIT);
	poll(&ready, 1, 1);
	worker_accounts_turn(rig.accounts, &rig.gauges);
	unsigned answered = rig.binding;
	rig.binding = 0;
	if (answered > 0)
		rig.store_events->on_bound(rig.store_ctx, rig.binds, answered);
	pipeline_turn(rig.pipeline, loop_now(rig.loop));
	if (rig.is_store_closing && !rig.is_drained) {
		rig.is_store_closing = false;
		rig.store_events->on_closed(rig.store_ctx);
	}
	look_at_links();
}

/* Turns until so many links were made and have ended. */
static void await_links(const char *name, unsigned made, unsigned ended)
{
	time_t until = time(NULL) + PATIENCE_S;
	while ((rig.made != made || rig.ended != ended) && time(NULL) < until)
		turn();
	cr_expect_eq(rig.made, made, "%s: %u links were made", name, rig.made);
	cr_expect_eq(rig.ended, ended, "%s: %u links have ended", name, rig.ended);
}

static void follow(const char *accounts)
{
	struct pipeline_options options;
	struct snapshot *snapshot = read_config(accounts);
	set_options(&options, snapshot);
	pipeline_configure(rig.pipeline, &options);
	worker_accounts_follow(rig.accounts, snapshot);
	snapshot_release(snapshot);
}

static void finish(void)
{
	time_t until = time(NULL) + PATIENCE_S;
	pipeline_drain(rig.pipeline, 0);
	while (!rig.is_drained && time(NULL) < until)
		turn();
	cr_assert(rig.is_drained);
	pipeline_destroy(rig.pipeline);
	worker_accounts_destroy(rig.accounts);
	snapshot_release(rig.snapshot);
	catalogue_release(rig.catalogue);
	loop_destroy(rig.loop);
	for (unsigned i = 0; i < rig.made; i++) {
		if (rig.links[i] >= 0)
			close(rig.links[i]);
	}
	close(rig.listener);
	scratch_remove(rig.folder);
}

/* How often a line has both texts. */
static unsigned said(const char *event, const char *account)
{
	char code[64];
	char name[64];
	unsigned count = 0;
	snprintf(code, sizeof code, "\"event\":\"%s\"", event);
	snprintf(name, sizeof name, "\"account\":\"%s\"", account);
	for (const char *line = rig.log_text; *line; line = strchr(line, '\n') + 1) {
		size_t len = (size_t)(strchr(line, '\n') - line);
		count += memmem(line, len, code, strlen(code)) && memmem(line, len, name, strlen(name));
	}
	return count;
}

/* -- reloads -- */

#define A          "  - { name: a, @ }\n"
#define B          "  - { name: b, @ }\n"
#define B_2        "  - { name: b, binds: 2, @ }\n"
#define WITH(more) "  - { name: a, " more ", @ }\n"

/* Those that are as they were keep their links; an account that changes ends its old links before it makes new ones. */
Test(worker_accounts, follows_a_reload)
{
	static const struct {
		const char *name, *before, *after;
		unsigned made_before, made, ended;
		const char *event, *account; /* NULL = nothing is logged */
	} rows[] = {
		{ "nothing", A B, A B, 2, 2, 0, NULL, NULL },
		{ "another order", A B, B A, 2, 2, 0, NULL, NULL },
		{ "in place", A B, WITH("tps: 5, segments_max: 3") B, 2, 2, 0, "account_changed", "a" },
		{ "other links", A B, WITH("password: y") B, 2, 3, 1, "account_changed", "a" },
		{ "more links", A B, A B_2, 2, 4, 1, "account_changed", "b" },
		{ "one comes", A, A B, 1, 2, 0, "account_added", "b" },
		{ "one goes", A B, A, 2, 2, 1, "account_removed", "b" },
		{ "the first one goes", A B, B, 2, 2, 1, "account_removed", "a" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		start(rows[i].before, 0);
		await_links(rows[i].name, rows[i].made_before, 0);
		follow(rows[i].after);
		await_links(rows[i].name, rows[i].made, rows[i].ended);
		for (unsigned more = 0; more < 20; more++)
			turn();
		await_links(rows[i].name, rows[i].made, rows[i].ended);
		unsigned lines = 0;
		for (const char *name = "a\0b\0"; *name; name += 2)
			lines += said("account_changed", name) + said("account_added", name) +
				 said("account_removed", name);
		cr_expect_eq(lines, rows[i].event != NULL, "%s: %s", rows[i].name, rig.log_text);
		if (rows[i].event != NULL)
			cr_expect_eq(said(rows[i].event, rows[i].account), 1, "%s: %s", rows[i].name, rig.log_text);
		finish();
	}
}

/* One that goes and comes back before it has gone, and one that changes twice. */
Test(worker_accounts, follows_reloads_in_a_row)
{
	start(A B, 0);
	await_links("first", 2, 0);
	follow(A);
	follow(A B);
	await_links("there and back", 3, 1);
	follow(WITH("password: y") B);
	follow(WITH("password: z") B);
	await_links("twice", 4, 2);
	follow(B);
	await_links("gone", 4, 3);
	follow(A B);
	await_links("back", 5, 3);
	cr_expect_eq(said("account_added", "a"), 1);
	finish();
}

/* Only the first of several workers tells it. */
Test(worker_accounts, others_are_silent)
{
	start("  - { name: a, binds: 2, @ }\n", 1);
	await_links("first", 2, 0);
	follow("  - { name: a, binds: 2, password: y, @ }\n");
	await_links("changed", 4, 2);
	cr_expect_eq(said("account_changed", "a"), 0, "%s", rig.log_text);
	finish();
}

/* Settings that no carrier can be made of keep the worker from its start. */
Test(worker_accounts, what_cannot_be_made)
{
	memset(&rig, 0, sizeof rig);
	scratch_make(rig.folder);
	rig.port = 1;
	rig.loop = loop_create();
	rig.log = (struct log){ .least = LOG_INFO, .write = on_line, .now = now_of_loop };
	rig.snapshot = read_config(A);
	/* What the file's own check would refuse. */
	struct config_account *account = &rig.snapshot->owned->accounts[0];
	account->protocol = CONFIG_PROTOCOL_HTTP;
	const struct carrier_maker maker = { .loop = rig.loop, .log = &rig.log, .worker_count = 1 };
	cr_expect_null(worker_accounts_create(&maker, NULL, rig.names.names, rig.snapshot));
	cr_expect_eq(said("account_refused", "a"), 1, "%s", rig.log_text);
	worker_accounts_destroy(NULL);
	account->protocol = CONFIG_PROTOCOL_SMPP;
	snapshot_release(rig.snapshot);
	loop_destroy(rig.loop);
	scratch_remove(rig.folder);
}

/* -- what operators want -- */

static void want(const char *name, enum account_stance stance, bool has_tps, uint32_t tps)
{
	struct account_order *order = &rig.gauges.orders[0];
	*order = (struct account_order){ .stance = stance, .has_tps = has_tps, .tps = tps };
	snprintf(order->name, sizeof order->name, "%s", name);
	snprintf(order->note.who, sizeof order->note.who, "li");
	rig.gauges.order_count = 1;
	rig.gauges.orders_version++;
}

/* An account that runs is said to run: what is not up is tried again, and links that are there stay. What was said before the
 * start is old. */
Test(worker_accounts, tries_again_what_is_said_to_run)
{
	start(A B, 0);
	await_links("first", 2, 0);
	want("a", ACCOUNT_RUNS, false, 0);
	rig.gauges.orders[0].again = 1770940700000;
	rig.gauges.orders_version = 1;
	turn();
	cr_expect_eq(said("account_retried", "a"), 0, "%s", rig.log_text);
	rig.gauges.orders[0].again++;
	rig.gauges.orders_version++;
	for (unsigned more = 0; more < 50; more++)
		turn();
	await_links("untouched", 2, 0);
	cr_expect_eq(said("account_retried", "a"), 1, "%s", rig.log_text);
	cr_expect_eq(said("account_retried", "b"), 0, "%s", rig.log_text);
	finish();
}

/* That what was said is no longer there says nothing: Redis has lost it, or it is old. Said anew it counts. */
Test(worker_accounts, what_is_said_no_longer_is_no_news)
{
	start(A, 0);
	await_links("first", 1, 0);
	want("a", ACCOUNT_RUNS, false, 0);
	rig.gauges.orders[0].again = 1770940700000;
	turn();
	rig.gauges.order_count = 0;
	rig.gauges.orders_version++;
	turn();
	cr_expect_eq(said("account_retried", "a"), 0, "%s", rig.log_text);
	rig.gauges.order_count = 1;
	rig.gauges.orders_version++;
	turn();
	cr_expect_eq(said("account_retried", "a"), 0, "the same is found again: %s", rig.log_text);
	rig.gauges.orders[0].again--;
	rig.gauges.orders_version++;
	turn();
	cr_expect_eq(said("account_retried", "a"), 1, "%s", rig.log_text);
	finish();
}

/* That somebody said so once is no news for an account that a reload adds long after. */
Test(worker_accounts, what_was_said_before_an_account_was_added_is_old)
{
	start(A, 0);
	await_links("first", 1, 0);
	want("b", ACCOUNT_RUNS, false, 0);
	rig.gauges.orders[0].again = 1770940700000;
	turn();
	follow(A B);
	await_links("added", 2, 0);
	cr_expect_eq(said("account_added", "b"), 1, "%s", rig.log_text);
	cr_expect_eq(said("account_retried", "b"), 0, "%s", rig.log_text);
	rig.gauges.orders[0].again++;
	rig.gauges.orders_version++;
	turn();
	cr_expect_eq(said("account_retried", "b"), 1, "%s", rig.log_text);
	finish();
}

/* Each is told once; “drained” ends the links, and they come back. */
Test(worker_accounts, passes_orders_on)
{
	static const struct {
		const char *name;
		enum account_stance stance;
		bool has_tps;
		uint32_t tps;
		unsigned made, ended;
		const char *want;
	} rows[] = {
		{ "paused", ACCOUNT_PAUSED, false, 0, 2, 0, "\"account\":\"a\",\"state\":\"paused\",\"by\":\"li\"}" },
		{ "drained", ACCOUNT_DRAINED, false, 0, 2, 1,
		  "\"account\":\"a\",\"state\":\"drained\",\"by\":\"li\"}" },
		{ "runs", ACCOUNT_RUNS, false, 0, 3, 1, "\"account\":\"a\",\"state\":\"runs\",\"by\":\"li\"}" },
		{ "slow", ACCOUNT_RUNS, true, 5, 3, 1,
		  "\"account\":\"a\",\"state\":\"runs\",\"tps\":5,\"by\":\"li\"}" },
	};
	start(A B, 0);
	await_links("first", 2, 0);
	cr_expect_eq(said("account_ordered", "a"), 0, "nothing is known yet");
	rig.gauges.orders_version = 1;
	turn();
	cr_expect_eq(said("account_ordered", "a") + said("account_ordered", "b"), 0, "nobody wants anything");
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		want("a", rows[i].stance, rows[i].has_tps, rows[i].tps);
		turn();
		turn();
		cr_expect_eq(said("account_ordered", "a"), i + 1, "%s: %s", rows[i].name, rig.log_text);
		cr_expect_not_null(strstr(rig.log_text, rows[i].want), "%s: %s", rows[i].name, rig.log_text);
		await_links(rows[i].name, rows[i].made, rows[i].ended);
	}
	cr_expect_eq(said("account_ordered", "b"), 0);
	/* An order outlives the links: a new carrier of the account rests at once. */
	want("a", ACCOUNT_DRAINED, false, 0);
	await_links("drained again", 3, 2);
	follow(WITH("password: y") B);
	for (unsigned more = 0; more < 50; more++)
		turn();
	await_links("made anew, and at rest", 3, 2);
	finish();
}
