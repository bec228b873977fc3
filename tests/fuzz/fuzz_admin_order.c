/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of the admin address that take something: the first octet chooses the page and what becomes of the order, the second whether the token
 * comes along; up to a NUL stands what is behind the page's path, then the body. No order gets out without the token, each one can be
 * noted, and each answer is JSON (or the metrics' text). */
#include "admin/admin.h"
#include "admin/admin_snapshot.h"
#include "base/utf8.h"
#include "http_feed.h"
#include "model/account_change.h"
#include "model/country.h"
#include "model/optout_order.h"
#include "render/catalogue.h"
#include "route/route.h"
#include "unit/admin/admin_labels.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define TOKEN    "0123456789abcdef"
#define BODY_MAX 4096

static struct http_feed feed;
static struct admin *admin;
static struct metrics *block;
static bool has_token;

/* The order under way. */
static struct {
	uint8_t how;
	unsigned count;
	struct account_change change;
	admin_on_ordered *done;
	admin_on_optout *optout_done;
	void *ctx;
} order;

static void snapshot(void *ctx, struct admin_snapshot *out)
{
	static struct admin_account accounts[] = { { .name = "a" }, { .name = "b.c", .is_leaving = true } };
	(void)ctx;
	out->accounts = accounts;
	out->account_count = 2;
}

static struct route_table *table;
static struct catalogue *catalogue;

static void routing(void *ctx, struct admin_routing *out)
{
	static const char *const names[ROUTE_ACCOUNTS_MAX] = { "a", "b.c" };
	(void)ctx;
	*out = (struct admin_routing){ .table = table,
				       .rule_count = 1,
				       .account_names = names,
				       .country = country_find(SLICE("CN")),
				       .catalogue = catalogue };
}

static void make_routing(void)
{
	static const uint8_t both[] = { 0, 1 };
	const struct route_rule rule = { .accounts = both, .account_count = 2 };
	struct template *template = NULL;
	catalogue = catalogue_create(SLICE("zh-CN"));
	CHECK(route_create(&rule, 1, NULL, 0, &table, NULL) == ERR_OK);
	CHECK(template_compile(SLICE("t"), SLICE("zh-CN"), SLICE("class: notice\n---\nHi\n"), &template, NULL) ==
	      ERR_OK);
	CHECK(catalogue_add(catalogue, &template, NULL) == ERR_OK && catalogue_freeze(catalogue) == ERR_OK);
}

static const char *token(void *ctx)
{
	(void)ctx;
	return TOKEN;
}

static bool on_order(void *ctx, const struct account_change *change, admin_on_ordered *done, void *done_ctx)
{
	const char *of;
	char field[ACCOUNT_FIELD_OCTETS], word[ACCOUNT_WORD_OCTETS], note[ACCOUNT_NOTE_OCTETS];
	(void)ctx;
	CHECK(has_token && strcmp(change->account, "a") == 0);
	CHECK(account_change_flaw(change, &of) == NULL);
	account_change_write(change, field, word, note);
	if (order.how % 4 == 3)
		return false;
	order.count++;
	order.change = *change;
	order.change.account = "a";
	order.change.who = order.change.reason = "";
	order.done = done;
	order.ctx = done_ctx;
	return true;
}

static bool on_optout(void *ctx, const struct optout_order *wanted, admin_on_optout *done, void *done_ctx)
{
	(void)ctx;
	CHECK(has_token && wanted->verb <= OPTOUT_CHECK);
	CHECK(wanted->number.len >= 8 && wanted->number.len <= MSISDN_DIGITS_MAX);
	CHECK(strlen(wanted->who) <= PAUSE_WHO_MAX && strlen(wanted->reason) <= ACCOUNT_REASON_MAX);
	if (order.how % 4 == 3)
		return false;
	order.count++;
	order.optout_done = done;
	order.ctx = done_ctx;
	return true;
}

static bool reload(void *ctx, admin_on_line *tell, void *tell_ctx)
{
	(void)ctx;
	CHECK(has_token);
	tell(tell_ctx, "hongyan.yaml:1:1: “x” is wrong", order.how & 4);
	return order.how & 4;
}

static void set_log_level(void *ctx, enum log_level level, mono_us for_us)
{
	(void)ctx;
	CHECK(has_token && level <= LOG_ERROR && for_us >= 0);
}

static void answer_later(void)
{
	static const struct optout_answer on_list = { .was_on = true, .why = "{\"at\":\"x\\" };
	const struct err_at why = { .err = order.how & 8 ? ERR_IO : ERR_FORMAT, .text = "Redis said no" };
	struct account_answer answer = { .now = { .name = "a" } };
	bool is_noted = order.how % 4 != 2;
	if (order.done != NULL) {
		admin_on_ordered *done = order.done;
		order.done = NULL;
		answer.now.stance = order.change.stance;
		done(order.ctx, is_noted ? &answer : NULL, &why);
	}
	if (order.optout_done != NULL) {
		admin_on_optout *done = order.optout_done;
		order.optout_done = NULL;
		done(order.ctx, is_noted ? &on_list : NULL, &why);
	}
}

static void start(void)
{
	make_routing();
	block = admin_test_metrics();
	const struct admin_view view = {
		.snapshot = snapshot,
		.routing = routing,
		.token = token,
		.order = on_order,
		.optout = on_optout,
		.reload = reload,
		.set_log_level = set_log_level,
		.blocks = (const struct metrics *const *)&block,
		.block_count = 1,
	};
	const struct admin_options options = { .host = "127.0.0.1" };
	feed.loop = loop_create();
	CHECK(feed.loop != NULL && block != NULL);
	CHECK(admin_start(feed.loop, &options, &view, &admin, NULL) == ERR_OK);
	feed.port = admin_port(admin);
}

static void put_request(struct buf *out, uint8_t page, struct slice tail, struct slice body)
{
	static const char *const pages[] = {
		"POST /v1/accounts/a/pause",
		"POST /v1/accounts/a/drain",
		"POST /v1/accounts/a/resume",
		"PUT /v1/accounts/a/tps",
		"POST /v1/accounts/",
		"POST /v1/config/reload",
		"POST /v1/log",
		"POST /v1/optouts/add",
		"POST /v1/optouts/remove",
		"POST /v1/optouts/check",
		"GET /v1/route?",
		"GET /v1/accounts?",
		"PUT /v1/accounts/",
		"GET /v1/status?",
	};
	buf_put_text(out, pages[page % (sizeof pages / sizeof pages[0])]);
	for (size_t i = 0; i < tail.len; i++) {
		bool is_plain =
			(unsigned char)tail.at[i] > 0x20 && (unsigned char)tail.at[i] < 0x7F && tail.at[i] != '#';
		buf_put_format(out, is_plain ? "%c" : "%%%02X", (unsigned char)tail.at[i]);
	}
	buf_put_text(out, " HTTP/1.1\r\nHost: h\r\n");
	if (has_token)
		buf_put_text(out, "Authorization: Bearer " TOKEN "\r\n");
	buf_put_format(out, "Content-Length: %zu\r\n\r\n", body.len);
	buf_put_slice(out, body);
}

static void check_answer(unsigned status, struct slice head, struct slice body)
{
	CHECK(status >= 200 && status < 600 && utf8_valid(body.at, body.len) == body.len);
	CHECK(has_token || order.count == 0);
	if (memmem(head.at, head.len, "text/plain", 10) != NULL)
		return;
	json_t *value = json_loadb(body.at, body.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	CHECK(json_is_object(value) || json_is_array(value));
	json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static char request[3 * BODY_MAX + 1024];
	if (admin == NULL)
		start();
	if (len < 3 || len > BODY_MAX)
		return 0;
	struct slice body = { (const char *)octets + 3, len - 3 };
	struct slice tail = slice_cut(&body, '\0');
	struct buf out = buf_over(request, sizeof request);
	memset(&order, 0, sizeof order);
	order.how = octets[1];
	has_token = octets[2] & 1;
	put_request(&out, octets[0], tail, body);
	if (out.full)
		return 0;
	int fd = http_feed_connect(&feed);
	feed.len = 0;
	feed.is_closed = false;
	CHECK(send(fd, request, out.len, MSG_NOSIGNAL) == (ssize_t)out.len);
	for (unsigned quiet = 0; quiet < HTTP_FEED_QUIET && !feed.is_closed;) {
		http_feed_turn(feed.loop);
		if (!(octets[2] & 2))
			answer_later();
		quiet = http_feed_receive(&feed, fd) ? 0 : quiet + 1;
	}
	close(fd);
	http_feed_turn(feed.loop);
	http_feed_turn(feed.loop);
	answer_later(); /* nobody waits any more */
	struct slice answers = { feed.octets, feed.len }, head, text;
	unsigned status = http_feed_answer(&answers, &head, &text);
	if (status != 0)
		check_answer(status, head, text);
	return 0;
}
