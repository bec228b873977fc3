/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/admin.h"

#include "unit/admin/admin_labels.h"
#include "unit/httpd/http_client.h"

#include <jansson.h>

/* The facts are what the test says they are. */
struct facts {
	struct loop *loop;
	struct metrics *blocks[2];
	struct admin *admin;
	struct admin_account accounts[ADMIN_TEST_ACCOUNTS];
	bool is_redis_up;
	bool is_draining;
	bool has_no_templates;
	unsigned refreshes;
	bool is_stopped;
	const char *instance;
};

static void routing(void *ctx, struct admin_routing *out)
{
	(void)ctx;
	*out = (struct admin_routing){ .rule_count = 0 };
}

static const char *token(void *ctx)
{
	(void)ctx;
	return "";
}

static bool order(void *ctx, const struct account_change *change, admin_on_ordered *done, void *done_ctx)
{
	(void)ctx, (void)change, (void)done, (void)done_ctx;
	return false;
}

static bool optout(void *ctx, const struct optout_order *wanted, admin_on_optout *done, void *done_ctx)
{
	(void)ctx;
	(void)wanted;
	(void)done;
	(void)done_ctx;
	return false;
}

static void set_log_level(void *ctx, enum log_level level, mono_us for_us)
{
	(void)ctx, (void)level, (void)for_us;
}

static bool reload(void *ctx, admin_on_line *tell, void *tell_ctx)
{
	(void)ctx, (void)tell, (void)tell_ctx;
	return false;
}

static void snapshot(void *ctx, struct admin_snapshot *out)
{
	struct facts *facts = ctx;
	out->version = "9.9.9";
	out->instance = facts->instance;
	out->is_redis_up = facts->is_redis_up;
	out->is_draining = facts->is_draining;
	out->templates.is_unknown = facts->has_no_templates;
	out->accounts = facts->accounts;
	out->account_count = ADMIN_TEST_ACCOUNTS;
}

static void refresh(void *ctx)
{
	struct facts *facts = ctx;
	facts->refreshes++;
	metrics_count(facts->blocks[0], METRIC_LOG_LOST, 0, facts->refreshes);
}

static void start(struct facts *facts)
{
	*facts = (struct facts){ .loop = loop_create(), .instance = "gw-1" };
	facts->blocks[0] = admin_test_metrics();
	facts->blocks[1] = admin_test_metrics();
	facts->accounts[0].name = "cmcc";
	facts->accounts[1].name = "backup";
	struct admin_view view = {
		.snapshot = snapshot,
		.routing = routing,
		.refresh = refresh,
		.token = token,
		.order = order,
		.optout = optout,
		.reload = reload,
		.set_log_level = set_log_level,
		.blocks = (const struct metrics *const *)facts->blocks,
		.block_count = 2,
		.ctx = facts,
	};
	struct err_at at = { 0 };
	enum err err =
		admin_start(facts->loop, &(struct admin_options){ .host = "127.0.0.1" }, &view, &facts->admin, &at);
	cr_assert_eq(err, ERR_OK, "%s", at.text);
}

static void finish(struct facts *facts)
{
	admin_destroy(facts->admin);
	loop_destroy(facts->loop);
	metrics_destroy(facts->blocks[0]);
	metrics_destroy(facts->blocks[1]);
}

static void get(struct facts *facts, struct http_client *client, const char *path, struct http_reply *reply)
{
	http_client_open(client, facts->loop, admin_port(facts->admin));
	http_client_say(client, "GET ");
	http_client_say(client, path);
	http_client_say(client, " HTTP/1.1\r\nHost: h\r\n\r\n");
	http_client_read(client, false, reply);
	http_client_close(client);
}

static struct http_client *new_client(void)
{
	struct http_client *client = calloc(1, sizeof *client);
	cr_assert_not_null(client);
	return client;
}

Test(admin, probes)
{
	static const struct {
		const char *name;
		bool is_redis_up, is_linked, is_draining, has_no_templates;
		unsigned want;
	} rows[] = {
		{ "well", true, true, false, false, 200 },
		{ "no Redis", false, true, false, true, 503 },
		{ "no link", true, false, false, false, 503 },
		{ "draining", true, true, true, false, 503 },
		{ "templates not read yet", true, true, false, true, 503 },
	};
	struct facts facts;
	start(&facts);
	struct http_client *client = new_client();
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		facts.is_redis_up = rows[i].is_redis_up;
		facts.is_draining = rows[i].is_draining;
		facts.has_no_templates = rows[i].has_no_templates;
		facts.accounts[1].state = rows[i].is_linked ? ADMIN_ACCOUNT_UP : ADMIN_ACCOUNT_DOWN;
		struct http_reply reply;
		char type[64];
		get(&facts, client, "/readyz", &reply);
		cr_expect_eq(reply.status, rows[i].want, "%s: %u", rows[i].name, reply.status);
		cr_expect_str_eq(http_reply_header(&reply, "Content-Type", type, sizeof type), "application/json");
		get(&facts, client, "/livez", &reply);
		cr_expect_eq(reply.status, 200, "%s: %u", rows[i].name, reply.status);
		cr_expect_str_eq(reply.body, "{\"alive\":true}\n");
	}
	finish(&facts);
	free(client);
}

Test(admin, metrics_of_all_blocks)
{
	struct facts facts;
	start(&facts);
	metrics_add(facts.blocks[0], METRIC_ENTRIES_BEGUN, 40);
	metrics_add(facts.blocks[1], METRIC_ENTRIES_BEGUN, 2);
	struct http_client *client = new_client();
	struct http_reply reply;
	char type[64];
	get(&facts, client, "/metrics", &reply);
	cr_expect_eq(reply.status, 200);
	cr_expect_str_eq(http_reply_header(&reply, "Content-Type", type, sizeof type),
			 "text/plain; version=0.0.4; charset=utf-8");
	static const char *const wanted[] = { "# TYPE hongyan_entries_begun_total counter\n",
					      "\nhongyan_entries_begun_total 42\n",
					      "\nhongyan_log_lines_lost_total 1\n",
					      "\nhongyan_links_up{account=\"backup\"} 0\n" };
	for (unsigned i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		cr_expect_not_null(strstr(reply.body, wanted[i]), "%s is not in\n%s", wanted[i], reply.body);
	cr_expect_eq(reply.body[reply.body_len - 1], '\n');
	finish(&facts);
	free(client);
}

Test(admin, status_joins_facts_and_counts)
{
	struct facts facts;
	start(&facts);
	facts.is_redis_up = true;
	metrics_add_at(facts.blocks[1], METRIC_RETRIES, 1, 5);
	metrics_set(facts.blocks[1], METRIC_WORKERS, 1);
	metrics_set_at(facts.blocks[0], METRIC_QUEUE_AGE, LANE_URGENT, 2500000);
	struct http_client *client = new_client();
	struct http_reply reply;
	get(&facts, client, "/v1/status", &reply);
	cr_expect_eq(reply.status, 200);
	json_error_t error;
	json_t *page = json_loads(reply.body, JSON_REJECT_DUPLICATES, &error);
	cr_assert_not_null(page, "%s: %s", error.text, reply.body);
	const char *version, *account;
	int workers, retries, up;
	double oldest_s, rate;
	cr_expect_eq(json_unpack_ex(page, &error, 0, "{s:s,s:i,s:{s:b},s:{s:i},s:{s:{s:F}},s:[{},{s:s}],s:{s:F}}",
				    "version", &version, "workers", &workers, "redis", "up", &up, "totals", "retries",
				    &retries, "lanes", "urgent", "oldest_s", &oldest_s, "accounts", "name", &account,
				    "rate_1m", "accepted_per_s", &rate),
		     0, "%s", error.text);
	cr_expect_str_eq(version, "9.9.9");
	cr_expect_str_eq(account, "backup");
	cr_expect_eq(workers, 1);
	cr_expect_eq(retries, 5);
	cr_expect_eq(up, 1);
	cr_expect_float_eq(oldest_s, 2.5, 0.0001);
	cr_expect_float_eq(rate, 0, 0.0001);
	json_decref(page);
	finish(&facts);
	free(client);
}

/* Texts of any length fit: the page gets the room that it needs. */
Test(admin, status_with_long_reasons)
{
	struct facts facts;
	start(&facts);
	enum { REASON = 100000 };
	char *reason = malloc(REASON + 1);
	memset(reason, 'r', REASON);
	reason[REASON] = '\0';
	facts.accounts[0].reason = reason;
	struct http_client *client = new_client();
	struct http_reply reply;
	get(&facts, client, "/v1/status", &reply);
	cr_expect_eq(reply.status, 200);
	cr_expect(reply.body_len > REASON, "%zu", reply.body_len);
	json_t *page = json_loads(reply.body, JSON_REJECT_DUPLICATES, NULL);
	cr_expect_not_null(page);
	json_decref(page);
	finish(&facts);
	free(client);
	free(reason);
}

Test(admin, the_rate_follows_what_was_accepted)
{
	struct facts facts;
	start(&facts);
	http_client_turn(facts.loop); /* the first sample */
	metrics_add_at(facts.blocks[0], METRIC_CLOSINGS, CLOSING_ACCEPTED, 1000000);
	struct http_client *client = new_client();
	double rate = 0;
	uint64_t until = uv_hrtime() + 10000000000u;
	while (rate <= 0 && uv_hrtime() < until) {
		struct http_reply reply;
		get(&facts, client, "/v1/status", &reply);
		json_t *page = json_loads(reply.body, 0, NULL);
		cr_assert_eq(json_unpack(page, "{s:{s:F}}", "rate_1m", "accepted_per_s", &rate), 0);
		json_decref(page);
	}
	cr_expect(rate > 0 && rate <= 1000000, "%f", rate);
	finish(&facts);
	free(client);
}

static void on_stopped(void *ctx)
{
	struct facts *facts = ctx;
	facts->is_stopped = true;
	admin_destroy(facts->admin);
	facts->admin = NULL;
}

Test(admin, stops)
{
	struct facts facts;
	start(&facts);
	struct http_client *client = new_client();
	http_client_open(client, facts.loop, admin_port(facts.admin));
	admin_stop(facts.admin, US_PER_S, on_stopped, &facts);
	uint64_t until = uv_hrtime() + 10000000000u;
	while (!facts.is_stopped && uv_hrtime() < until)
		http_client_turn(facts.loop);
	cr_expect(facts.is_stopped);
	http_client_close(client);
	finish(&facts);
	free(client);
}

Test(admin, says_why_it_cannot_start)
{
	struct facts facts;
	start(&facts);
	struct admin_view view = { .snapshot = snapshot,
				   .routing = routing,
				   .token = token,
				   .order = order,
				   .optout = optout,
				   .reload = reload,
				   .set_log_level = set_log_level,
				   .blocks = (const struct metrics *const *)facts.blocks,
				   .block_count = 2,
				   .ctx = &facts };
	struct admin_options options = { .host = "127.0.0.1", .port = admin_port(facts.admin) };
	struct admin *second = NULL;
	struct err_at at = { 0 };
	cr_expect_eq(admin_start(facts.loop, &options, &view, &second, &at), ERR_IO);
	cr_expect_not_null(strstr(at.text, "cannot listen on 127.0.0.1:"), "%s", at.text);
	cr_expect_null(second);
	finish(&facts);
}
