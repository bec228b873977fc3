/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/admin.h"

#include "metrics/metrics.h"
#include "policy/quiet_hours.h"
#include "render/catalogue.h"
#include "route/route.h"
#include "unit/admin/admin_labels.h"
#include "unit/httpd/http_client.h"

#include <jansson.h>

/* Two accounts, “cmcc” before “backup”, for all numbers; the facts are the test's. */
struct facts {
	struct loop *loop;
	struct metrics *block;
	struct admin *admin;
	struct admin_account accounts[ADMIN_TEST_ACCOUNTS];
	struct account_order order;
	struct pause_in_force paused;
	bool is_paused;
	bool is_redis_away;
	struct quiet_hours quiet_notice;
	struct quiet_hours quiet_marketing;
	struct route_table *table;
	struct catalogue *catalogue;
};

static const char *const names[ROUTE_ACCOUNTS_MAX] = { "cmcc", "backup" };
static struct facts facts;

static void snapshot(void *ctx, struct admin_snapshot *out)
{
	(void)ctx;
	out->instance = "gw-1";
	out->at = 1770944400000; /* 2026-02-13 01:00 UTC */
	out->is_redis_up = !facts.is_redis_away;
	out->accounts = facts.accounts;
	out->account_count = ADMIN_TEST_ACCOUNTS;
	out->paused = &facts.paused;
	out->paused_count = facts.is_paused;
}

static void routing(void *ctx, struct admin_routing *out)
{
	(void)ctx;
	*out = (struct admin_routing){
		.table = facts.table,
		.rule_count = 1,
		.account_names = names,
		.country = country_find(SLICE("CN")),
		.catalogue = facts.catalogue,
		.quiet_notice = &facts.quiet_notice,
		.quiet_marketing = &facts.quiet_marketing,
	};
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

static void make_routing(void)
{
	static const uint8_t both[] = { 0, 1 };
	const struct route_rule rule = { .accounts = both, .account_count = 2 };
	struct err_at at = { 0 };
	struct template *template = NULL;
	cr_assert_eq(route_create(&rule, 1, NULL, 0, &facts.table, &at), ERR_OK, "%s", at.text);
	facts.catalogue = catalogue_create((struct slice){ NULL, 0 });
	cr_assert_eq(template_compile(SLICE("sale"), (struct slice){ NULL, 0 },
				      SLICE("class: marketing\n---\nHi, STOP ends it\n"), &template, &at),
		     ERR_OK, "%s", at.text);
	cr_assert_eq(catalogue_add(facts.catalogue, &template, NULL), ERR_OK);
	cr_assert_eq(catalogue_freeze(facts.catalogue), ERR_OK);
}

static void start(void)
{
	facts = (struct facts){ .loop = loop_create(), .block = admin_test_metrics() };
	make_routing();
	static struct metrics *blocks[1];
	blocks[0] = facts.block;
	for (unsigned i = 0; i < ADMIN_TEST_ACCOUNTS; i++)
		facts.accounts[i] = (struct admin_account){
			.name = names[i],
			.index = i,
			.state = ADMIN_ACCOUNT_UP,
			.reason = "bound",
			.for_us = 90 * US_PER_S,
		};
	struct admin_view view = {
		.snapshot = snapshot,
		.routing = routing,
		.token = token,
		.order = order,
		.optout = optout,
		.reload = reload,
		.set_log_level = set_log_level,
		.blocks = (const struct metrics *const *)blocks,
		.block_count = 1,
	};
	struct err_at at = { 0 };
	cr_assert_eq(admin_start(facts.loop, &(struct admin_options){ .host = "127.0.0.1" }, &view, &facts.admin, &at),
		     ERR_OK, "%s", at.text);
}

static void finish(void)
{
	admin_destroy(facts.admin);
	loop_destroy(facts.loop);
	metrics_destroy(facts.block);
	route_destroy(facts.table);
	catalogue_release(facts.catalogue);
}

/* Fails where the status is another one, or want is not in the answer. */
static void ask(const char *name, const char *query, unsigned want_status, const char *want)
{
	static struct http_client client;
	struct http_reply reply;
	http_client_open(&client, facts.loop, admin_port(facts.admin));
	http_client_say(&client, "GET /v1/route");
	http_client_say(&client, query);
	http_client_say(&client, " HTTP/1.1\r\nHost: h\r\n\r\n");
	http_client_read(&client, false, &reply);
	http_client_close(&client);
	cr_expect_eq(reply.status, want_status, "%s: %u: %s", name, reply.status, reply.body);
	cr_expect_not_null(strstr(reply.body, want), "%s: %s", name, reply.body);
	cr_expect_null(strstr(reply.body, "13400010001"), "%s: the number is shown: %s", name, reply.body);
}

#define NOW(account, held) \
	"\"from\":\"gateway\",\"now\":{\"instance\":\"gw-1\",\"account\":" account ",\"held\":\"" held "\","
#define CMCC(gets, state, for_s, reason) \
	"{\"name\":\"cmcc\",\"gets_it\":" gets ",\"state\":\"" state "\",\"for_s\":" for_s ",\"reason\":\"" reason "\"}"

Test(admin_route, says_who_gets_it_now)
{
	static const struct account_order paused = {
		.stance = ACCOUNT_PAUSED,
		.note = { .since = 1770944400000 - 5000 },
		.reason = "complaints",
	};
	static const struct account_order drained = { .stance = ACCOUNT_DRAINED };
	static const struct {
		const char *name;
		struct admin_account cmcc; /* but for its name */
		bool is_backup_down;
		const char *want;
	} rows[] = {
		{ "all is well",
		  { .state = ADMIN_ACCOUNT_UP, .reason = "bound" },
		  false,
		  NOW("\"cmcc\"", "") "\"accounts\":[" CMCC("true", "up", "0.000", "bound") },
		{ "paused",
		  { .state = ADMIN_ACCOUNT_UP, .order = &paused },
		  false,
		  NOW("\"backup\"", "") "\"accounts\":[" CMCC("false", "paused", "5.000", "complaints") },
		{ "drained",
		  { .order = &drained },
		  false,
		  NOW("\"backup\"", "") "\"accounts\":[" CMCC("false", "drained", "0.000", "") },
		{ "down",
		  { .reason = "timeout", .for_us = US_PER_S },
		  false,
		  NOW("\"backup\"", "") "\"accounts\":[" CMCC("false", "down", "1.000", "timeout") },
		{ "refused",
		  { .state = ADMIN_ACCOUNT_REFUSED, .reason = "RINVPASWD" },
		  false,
		  NOW("\"backup\"", "") "\"accounts\":[" CMCC("false", "refused", "0.000", "RINVPASWD") },
		{ "a long rest",
		  { .state = ADMIN_ACCOUNT_UP, .is_resting = true, .again_us = 3 * US_PER_S },
		  false,
		  NOW("\"backup\"", "") "\"accounts\":[" CMCC("false", "resting", "0.000",
							      "the carrier asked to be left "
							      "alone") },
		{ "a short rest",
		  { .state = ADMIN_ACCOUNT_UP, .is_resting = true, .again_us = US_PER_S },
		  false,
		  NOW("\"cmcc\"", "") },
		{ "none better",
		  { .state = ADMIN_ACCOUNT_UP, .is_resting = true, .again_us = 9 * US_PER_S },
		  true,
		  NOW("\"cmcc\"", "") },
		{ "none", { .state = ADMIN_ACCOUNT_DOWN }, true, NOW("null", "") },
	};
	start();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		facts.accounts[0] = rows[i].cmcc;
		facts.accounts[0].name = names[0];
		facts.accounts[1].state = rows[i].is_backup_down ? ADMIN_ACCOUNT_DOWN : ADMIN_ACCOUNT_UP;
		ask(rows[i].name, "?number=13400010001", 200, rows[i].want);
	}
	/* Failing is a metric's: it comes behind. */
	facts.accounts[0] = (struct admin_account){ .name = names[0], .state = ADMIN_ACCOUNT_UP, .is_failing = true };
	facts.accounts[1].state = ADMIN_ACCOUNT_UP;
	ask("failing", "?number=13400010001", 200, NOW("\"backup\"", ""));
	facts.accounts[1].state = ADMIN_ACCOUNT_DOWN;
	ask("failing, and alone", "?number=13400010001", 200, NOW("\"cmcc\"", ""));
	facts.accounts[0].breaker = BREAKER_OPEN;
	ask("broken", "?number=13400010001", 200, NOW("null", ""));
	facts.accounts[0].breaker = BREAKER_HALF_OPEN;
	ask("tried again", "?number=13400010001", 200, NOW("\"cmcc\"", ""));
	finish();
}

Test(admin_route, says_what_holds_all)
{
	start();
	facts.is_redis_away = true;
	ask("Redis", "?number=13400010001", 200, NOW("\"cmcc\"", "Redis cannot be used"));
	facts.is_redis_away = false;
	facts.is_paused = true;
	facts.paused.pause = (struct pause){ .kind = PAUSE_TENANT, .name = "billing" };
	ask("another tenant", "?number=13400010001&tenant=other", 200, NOW("\"cmcc\"", ""));
	ask("the tenant", "?number=13400010001&tenant=billing", 200,
	    NOW("\"cmcc\"", "tenant:billing is paused; “hongyan resume” ends it"));
	facts.paused.pause = (struct pause){ .kind = PAUSE_ALL };
	ask("all", "?number=13400010001", 200, NOW("\"cmcc\"", "all is paused; “hongyan resume” ends it"));
	finish();
}

Test(admin_route, says_what_the_hour_holds)
{
	static const struct {
		const char *name, *query, *held;
	} rows[] = {
		{ "a notice", "", "quiet hours hold class notice until 2026-02-13T08:00:00.000Z" },
		{ "marketing", "&class=marketing", "quiet hours hold class marketing until 2026-02-13T09:00:00.000Z" },
		{ "a critical one", "&class=critical", "" },
		{ "when they are over", "&at=2026-02-13T08:00:00Z", "" },
		{ "when those of the other class are not", "&class=marketing&at=2026-02-13T08:00:00Z",
		  "quiet hours hold class marketing until 2026-02-13T09:00:00.000Z" },
		{ "in the night that was asked for", "&at=2026-02-13T23:00:00Z",
		  "quiet hours hold class notice until 2026-02-14T08:00:00.000Z" },
	};
	char query[96];
	char want[256];
	start();
	ask("none", "?number=13400010001", 200, NOW("\"cmcc\"", ""));
	cr_assert(quiet_hours_parse(SLICE("22:00-08:00"), &facts.quiet_notice));
	cr_assert(quiet_hours_parse(SLICE("20:00-09:00"), &facts.quiet_marketing));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(query, sizeof query, "?number=13400010001%s", rows[i].query);
		snprintf(want, sizeof want, NOW("\"cmcc\"", "%s"), rows[i].held);
		ask(rows[i].name, query, 200, want);
	}
	finish();
}

Test(admin_route, reads_the_question)
{
	static const struct {
		const char *query;
		unsigned want_status;
		const char *want;
	} rows[] = {
		{ "?number=%2B86134%200001%200001", 200, "\"to\":\"134****0001\"" },
		{ "?number=13400010001", 200, "\"at\":\"2026-02-13T01:00:00.000Z\",\"class\":\"notice\",\"route\":1" },
		{ "?number=13400010001&at=2026-02-13T08:00:00Z", 200, "\"at\":\"2026-02-13T08:00:00.000Z\"" },
		{ "?number=13400010001&template=sale", 200, "\"class\":\"marketing\",\"template\":\"sale\"" },
		{ "?number=13400010001&template=sale&class=critical", 200, "\"class\":\"critical\"" },
		{ "", 422, "“number” is missing" },
		{ "?number=", 422, "“number” is missing" },
		{ "?number=134x", 422, "number: " },
		{ "?number=13400010001&tenent=a", 422, "“tenent” means nothing here" },
		{ "?number=13400010001&class=advert", 422, "critical, notice or marketing, not “advert”" },
		{ "?number=13400010001&at=noon", 422, "not “noon”" },
		{ "?number=13400010001&template=sael", 422, "no template “sael”; did you mean “sale”?" },
	};
	start();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ask(rows[i].query, rows[i].query, rows[i].want_status, rows[i].want);
	finish();
}
