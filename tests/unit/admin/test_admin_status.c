/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/admin_inner.h"

#include "base/civil.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define NO_RATE      "\"added_per_s\":null,\"left_per_s\":null"
#define NO_OUTLOOK   "\"outlook\":\"unknown\",\"eta_s\":null,\"clear_at\":null"
#define EMPTY        "\"outlook\":\"empty\",\"eta_s\":0.0,\"clear_at\":null"
#define LANE_NOTHING "," NO_RATE "," NO_OUTLOOK "}"

static const struct account_order order = {
	.stance = ACCOUNT_PAUSED,
	.note = { 1770940700000, "li" },
	.reason = "com\"plaints",
	.has_tps = true,
	.tps = 500,
	.tps_note = { 1770940700500, "wang" },
};

static const struct account_order back = { .stance = ACCOUNT_DRAINED };

static const struct admin_account accounts[] = {
	{
		.name = "cmcc",
		.state = ADMIN_ACCOUNT_UP,
		.reason = "2 links are bound",
		.for_us = 61250000,
		.is_failing = true,
		.breaker = BREAKER_HALF_OPEN,
		.is_resting = true,
		.again_us = 2500000,
		.links_up = 2,
		.links_of = 4,
		.protocol = "smpp",
		.order = &order,
		.submits = 1010,
		.waiting = 30,
		.waiting_segments = 70,
		.parked = 12,
		.window_used = 7,
		.window_total = 200,
		.tps = 500,
		.accepted = 1000,
		.throttled = 3,
		.rejected = 2,
		.temporary = 1,
		.unknown = 4,
	},
	{ .name = "back\"up",
	  .index = 1,
	  .state = ADMIN_ACCOUNT_REFUSED,
	  .reason = "ESME_RINVPASWD\nask the carrier",
	  .order = &back },
	{ .name = "third", .index = 2, .is_leaving = true },
};

static const struct pause_in_force paused[] = {
	{ { PAUSE_TEMPLATE, "overdue" }, { 1770940700000, "li" } },
	{ .pause = { .kind = PAUSE_ALL } },
	{ { PAUSE_BATCH, "feb" }, { 1770940800000, "" } }, /* Redis' clock is before ours */
};

static const struct zone zone = { .spans = { { 0, 8 * 3600 } }, .span_count = 1 };

/* Of the third account nobody knows. */
static const struct admin_outlook account_outlooks[] = {
	{ 42, { true, 0, 1.25 }, { true, 0, 2.5 }, { OUTLOOK_CLEARS, 61.5 } },
	{ 0, { true, 0, 0 }, { false, 0, 0 }, { OUTLOOK_EMPTY, 0 } },
};

static const struct admin_snapshot full = {
	.zone = &zone,
	.account_outlooks = account_outlooks,
	.account_outlook_count = 2,
	.version = "9.9.9",
	.log = { .now = LOG_DEBUG, .configured = LOG_INFO, .for_us = 59500000 },
	.at = 1770940701500,
	.paused = paused,
	.paused_count = 3,
	.instance = "gw-1",
	.uptime_us = 61999999,
	.is_redis_up = true,
	.is_redis_full = true,
	.redis_reconnects = 5,
	.redis_memory_used = 1000,
	.redis_memory_max = 4000,
	.events_length = 77,
	.events_oldest_us = 2500000,
	.events_held_by = "billing",
	.templates = { .turn = 7, .count = 20, .broken = 1 },
	.lanes = { [LANE_URGENT] = { 10,
				     1500000,
				     { 10, { true, 3, 23.04 }, { false, 0, 0 }, { OUTLOOK_KEEPS_UP, 0.43 } } },
		   [LANE_NORMAL] = { 20, 2000, { 20, { true, 5, 4 }, { false, 0, 0 }, { OUTLOOK_STAYS, -1 } } },
		   [LANE_BULK] = { 0, 0, { 0, { true, 0, 0 }, { false, 0, 0 }, { OUTLOOK_EMPTY, 0 } } },
		   [LANE_READY] = { 1, 999, { 1, { false, 0, 0 }, { false, 0, 0 }, { OUTLOOK_UNKNOWN, -1 } } } },
	.later = 6,
	.dead = 8,
	.balance = { .is_known = true,
		     .added = { 30, 20, 10 },
		     .waiting = { 1, 2, 3, 4, 5, 6 },
		     .ended = { 7, 8, 9, 1, 2, 3, 4, 5, 6 },
		     .requeued = 7,
		     .drift = -3 },
	.held = 22,
	.workers = 2,
	.totals = { 11, 12, 13, 14, 22, 15, 16, 17, 18, 19, 20, 21 },
	.accounts = accounts,
	.account_count = 3,
	.tenants = &(const struct admin_tenant){ "north", 20, 1.15, 30 },
	.tenant_count = 1,
};

static const struct admin_snapshot empty = { 0 };

static const struct admin_snapshot troubled = {
	.is_draining = true,
	.redis_reason = "Connection refused",
	.accounts = accounts + 1,
	.account_count = 2,
};

Test(admin_status, page)
{
	static const struct {
		const char *name;
		const struct admin_snapshot *snapshot;
		struct admin_rates rates;
		const char *want;
	} rows[] = {
		{ "all there is",
		  &full,
		  { 123.45, 0.0125 },
		  "{\"version\":\"9.9.9\",\"instance\":\"gw-1\",\"uptime_s\":61,\"draining\":false,"
		  "\"log\":{\"level\":\"debug\",\"configured\":\"info\",\"for_s\":59.500},\"workers\":2,"
		  "\"redis\":{\"up\":true,\"reason\":\"\",\"full\":true,\"reconnects\":5,\"memory_used\":1000,\"memory_"
		  "max\":4000},"
		  "\"templates\":{\"known\":true,\"turn\":7,\"count\":20,\"broken\":1},"
		  "\"lanes\":{\"urgent\":{\"length\":10,\"oldest_s\":1.500,\"added_per_s\":3.0,\"left_per_s\":23.0,"
		  "\"outlook\":\"keeps_up\",\"eta_s\":0.4,\"clear_at\":\"2026-02-13T07:58:21.000+08:00\"},"
		  "\"normal\":{\"length\":20,\"oldest_s\":0.002,\"added_per_s\":5.0,\"left_per_s\":4.0,"
		  "\"outlook\":\"stays\",\"eta_s\":null,\"clear_at\":null},"
		  "\"bulk\":{\"length\":0,\"oldest_s\":0.000,\"added_per_s\":0.0,\"left_per_s\":0.0," EMPTY "},"
		  "\"ready\":{\"length\":1,\"oldest_s\":0.001" LANE_NOTHING "},"
		  "\"later\":6,\"dead\":8,\"held\":22,\"paused\":["
		  "{\"field\":\"template:overdue\",\"for_s\":1.500,\"by\":\"li\"},"
		  "{\"field\":\"all\",\"for_s\":0.000,\"by\":\"\"},"
		  "{\"field\":\"batch:feb\",\"for_s\":0.000,\"by\":\"\"}],"
		  "\"events\":{\"length\":77,\"oldest_s\":2.500,\"held_by\":"
		  "\"billing\"},"
		  "\"balance\":{\"added\":60,\"waiting\":{\"urgent\":1,\"normal\":2,\"bulk\":3,\"ready\":4,\"later\":5,"
		  "\"held\":6},\"ended\":{\"accepted\":7,\"expired\":8,\"cancelled\":9,\"superseded\":1,\"suppressed\":"
		  "2,"
		  "\"duplicate\":3,\"dead\":4,\"control\":5,\"written_off\":6},\"requeued\":7,\"drift\":-3},"
		  "\"accounts\":["
		  "{\"name\":\"cmcc\",\"state\":\"up\",\"reason\":\"2 links are "
		  "bound\",\"for_s\":61.250,\"failing\":true,\"breaker\":\"half_open\",\"resting\":true,\"again_s\":2."
		  "500,"
		  "\"protocol\":\"smpp\",\"operator\":{\"state\":\"paused\",\"for_s\":1.500,\"by\":\"li\","
		  "\"reason\":"
		  "\"com\\\"plaints\",\"tps\":{\"set\":500,\"for_s\":1.000,\"by\":\"wang\"}},\"leaving\":false,"
		  "\"links_up\":2,\"links_of\":4,\"window_used\":7,"
		  "\"window_total\":200,\"tps\":500,\"waiting\":42,\"parked\":12,\"segments_per_s_all\":2.5,\"segments_"
		  "per_s\":1.2,"
		  "\"outlook\":\"clears\",\"eta_s\":61.5,\"clear_at\":\"2026-02-13T07:59:23.000+08:00\",\"submits\":"
		  "1010,"
		  "\"accepted\":1000,\"throttled\":3,\"rejected\":2,"
		  "\"temporary\":1,"
		  "\"unknown\":4},"
		  "{\"name\":\"back\\\"up\",\"state\":\"refused\",\"reason\":\"ESME_RINVPASWD\\nask the "
		  "carrier\",\"for_s\":0.000,\"failing\":false,\"breaker\":\"closed\",\"resting\":false,\"again_s\":"
		  "null,"
		  "\"protocol\":\"\",\"operator\":{\"state\":\"drained\",\"for_s\":0.000,\"by\":\"\","
		  "\"reason\":\"\"},"
		  "\"leaving\":false,\"links_up\":0,\"links_of\":0,"
		  "\"window_used\":0,\"window_total\":0,\"tps\":0,\"waiting\":0,\"parked\":0,\"segments_per_s_all\":"
		  "null,\"segments_per_s\":0."
		  "0," EMPTY ",\"submits\":0,\"accepted\":0,\"throttled\":0,"
		  "\"rejected\":0,"
		  "\"temporary\":0,\"unknown\":0},"
		  "{\"name\":\"third\",\"state\":\"down\",\"reason\":\"\",\"for_s\":0.000,\"failing\":false,"
		  "\"breaker\":\"closed\","
		  "\"resting\":false,\"again_s\":null,"
		  "\"protocol\":\"\",\"operator\":{\"state\":"
		  "\"runs\"},"
		  "\"leaving\":true,\"links_up\":0,\"links_of\":0,\"window_used\":0,\"window_"
		  "total\":0,"
		  "\"tps\":0,\"waiting\":0,\"parked\":0,\"segments_per_s_all\":null,\"segments_per_s\":null," NO_OUTLOOK
		  ",\"submits\":0,\"accepted\":0,\"throttled\":0,\"rejected\":0,\"temporary\":0,\"unknown\":0}"
		  "],\"tenants\":[{\"name\":\"north\",\"segments_per_day\":20,\"used\":1.150,\"deferred\":30}],"
		  "\"totals\":{\"read\":11,\"begun\":12,\"accepted\":13,\"expired\":14,\"suppressed\":22,\"duplicate\":"
		  "15,\"dead\":16,"
		  "\"later\":17,\"retries\":18,\"ambiguous_resends\":19,\"late_answers\":20,\"intents_found\":21},"
		  "\"rate_1m\":{\"accepted_per_s\":123.5,\"dead_per_s\":0.013}}\n" },
		{ "nothing",
		  &empty,
		  { 0, 0 },
		  "{\"version\":\"\",\"instance\":\"\",\"uptime_s\":0,\"draining\":false,"
		  "\"log\":{\"level\":\"debug\",\"configured\":\"debug\",\"for_s\":null},\"workers\":0,"
		  "\"redis\":{\"up\":false,\"reason\":\"\",\"full\":false,\"reconnects\":0,\"memory_used\":0,\"memory_"
		  "max\":0},"
		  "\"templates\":{\"known\":true,\"turn\":0,\"count\":0,\"broken\":0},"
		  "\"lanes\":{\"urgent\":{\"length\":0,\"oldest_s\":0.000" LANE_NOTHING
		  ",\"normal\":{\"length\":0,\"oldest_s\":0.000" LANE_NOTHING ""
		  ","
		  "\"bulk\":{\"length\":0,\"oldest_s\":0.000" LANE_NOTHING
		  ",\"ready\":{\"length\":0,\"oldest_s\":0.000" LANE_NOTHING "},"
		  "\"later\":0,\"dead\":0,\"held\":0,\"paused\":[],\"events\":{\"length\":0,\"oldest_s\":0.000,\"held_"
		  "by\":\"\"},"
		  "\"balance\":"
		  "null,\"accounts\":[],\"tenants\":[],"
		  "\"totals\":{\"read\":0,\"begun\":0,\"accepted\":0,\"expired\":0,\"suppressed\":0,\"duplicate\":0,"
		  "\"dead\":0,"
		  "\"later\":0,\"retries\":0,\"ambiguous_resends\":0,\"late_answers\":0,\"intents_found\":0},"
		  "\"rate_1m\":{\"accepted_per_s\":0.0,\"dead_per_s\":0.000}}\n" },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[8192];
		struct buf out = buf_over(text, sizeof text - 1);
		admin_status_write(rows[i].snapshot, &rows[i].rates, &out);
		text[out.len] = '\0';
		cr_expect_str_eq(text, rows[i].want, "%s:\n%s", rows[i].name, text);
	}
}

Test(admin_status, readiness)
{
	static const struct {
		const char *name;
		const struct admin_snapshot *snapshot;
		bool want;
		const char *want_text;
	} rows[] = {
		{ "ready", &full, true, "{\"ready\":true,\"reasons\":[]}\n" },
		{ "nothing", &empty, false,
		  "{\"ready\":false,\"reasons\":[\"Redis cannot be used\",\"no account has a bound link\"]}\n" },
		{ "all that can be wrong", &troubled, false,
		  "{\"ready\":false,\"reasons\":[\"Redis cannot be used (Connection refused)\","
		  "\"no account has a bound link: back\\\"up is refused (ESME_RINVPASWD\\nask the carrier), third is "
		  "down\","
		  "\"the gateway is draining: it finishes what it has and takes nothing new\"]}\n" },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[2048];
		struct buf out = buf_over(text, sizeof text - 1);
		bool is_ready = admin_readyz_write(rows[i].snapshot, &out);
		text[out.len] = '\0';
		cr_expect_eq(is_ready, rows[i].want, "%s", rows[i].name);
		cr_expect_str_eq(text, rows[i].want_text, "%s:\n%s", rows[i].name, text);
	}
}

Test(admin_status, startup)
{
	static const struct {
		const char *name;
		struct admin_snapshot snapshot;
		bool want;
		const char *want_text;
	} rows[] = {
		{ "no workers yet", { 0 }, false, "{\"started\":false,\"reasons\":[\"Redis was not reached yet\"]}\n" },
		{ "no Redis",
		  { .workers_wanted = 2, .redis_reason = "connection refused" },
		  false,
		  "{\"started\":false,\"reasons\":[\"Redis was not reached yet (connection refused)\"]}\n" },
		{ "one of them has",
		  { .workers_wanted = 2, .workers_begun = 1, .redis_reason = "" },
		  false,
		  "{\"started\":false,\"reasons\":[\"1 of 2 workers have not reached Redis yet\"]}\n" },
		{ "all have, and Redis is away again",
		  { .workers_wanted = 2, .workers_begun = 2 },
		  true,
		  "{\"started\":true,\"reasons\":[]}\n" },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[512];
		struct buf out = buf_over(text, sizeof text - 1);
		bool has_started = admin_startupz_write(&rows[i].snapshot, &out);
		text[out.len] = '\0';
		cr_expect_eq(has_started, rows[i].want, "%s", rows[i].name);
		cr_expect_str_eq(text, rows[i].want_text, "%s:\n%s", rows[i].name, text);
	}
}

/* However many accounts are down and however long their reasons are, the answer stays within what a page has. */
Test(admin_status, readiness_is_bounded)
{
	enum { COUNT = 256, REASON = 3000 };
	struct admin_account *many = calloc(COUNT, sizeof *many);
	char *reason = malloc(REASON + 1);
	memset(reason, '"', REASON);
	reason[REASON] = '\0';
	for (unsigned i = 0; i < COUNT; i++)
		many[i] = (struct admin_account){ .name = reason, .reason = reason };
	struct admin_snapshot snapshot = { .redis_reason = reason, .accounts = many, .account_count = COUNT };
	char text[HTTPD_BODY_OCTETS];
	struct buf out = buf_over(text, sizeof text);
	cr_expect(!admin_readyz_write(&snapshot, &out));
	cr_expect(!out.full);
	text[out.len - 1] = '\0';
	cr_expect_not_null(strstr(text, " and 253 more\"]}"), "%s", text);
	free(reason);
	free(many);
}
