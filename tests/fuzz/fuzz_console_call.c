/* SPDX-License-Identifier: Apache-2.0 */
/* What the console's threads do with a request of somebody who may do everything: the first octet chooses the route, then come two parameters,
 * the query, If-Match and the body with NULs between, and then what Redis answers (redis_script.h). Whatever they are, there is an answer, of
 * a status that is known, in JSON where it says so, without anybody's password. Routes that hash passwords take too long here, and live
 * answers need the loop. */
#include "base/utf8.h"
#include "console/console_call.h"
#include "console/console_handlers.h"
#include "console/console_inner.h"
#include "console/console_overview.h"
#include "console/console_used.h"
#include "proof/proof_words.h"
#include "redis_script.h"
#include "staff/role.h"
#include "staff/staff_db.h"
#include "staff/template_judge.h"
#include "staff/template_life.h"
#include "staff/user.h"

#include <jansson.h>
#include <stdlib.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);
int __wrap_nanosleep(const struct timespec *span, struct timespec *rest);

#define NOW      INT64_C(1800000000000)
#define PASSWORD "$argon2id$not-for-you"

static struct console console;
static const struct console_route *routes[64];
static unsigned route_count;

/* Nobody waits for a made-up gateway. */
int __wrap_nanosleep(const struct timespec *span, struct timespec *rest)
{
	(void)span;
	(void)rest;
	return 0;
}

static void start(void)
{
	static struct proof_words *words;
	static const struct slice domains[] = { { "95598.cn", 8 } };
	static const char *const registered[] = { "cmcc" };
	static const struct console_account accounts[] = { { "cmcc", "0.035", true }, { "b", "", false } };
	static struct proof_rules reading;
	static struct template_rules rules;
	CHECK(proof_words_parse(SLICE("a: 贷款 vpn\n"), &words, NULL) == ERR_OK);
	reading = (struct proof_rules){ .signature = SLICE("甲"),
					.cost = SLICE("0.035"),
					.words = words,
					.link_domains = domains,
					.link_domain_count = 1 };
	rules = (struct template_rules){ .signature = SLICE("甲"),
					 .country = country_find(SLICE("CN")),
					 .registered = registered,
					 .registered_count = 1,
					 .judge = template_judge,
					 .judge_ctx = &reading };
	console.options = (struct console_options){ .url = "https://c",
						    .proxies = "",
						    .history = "",
						    .admin_token = "",
						    .redis = redis_script_place(),
						    .signature = "甲",
						    .accounts = accounts,
						    .account_count = 2,
						    .currency = "CNY",
						    .locale = "zh-CN",
						    .time_zone = "Asia/Shanghai",
						    .country = rules.country,
						    .rules = &rules,
						    .reading = &reading,
						    .version = "0" };
	console.used = console_used_create(&console.options);
	CHECK(console.used != NULL);
	for (unsigned i = 0; i < console_route_count; i++) {
		const struct console_route *route = &console_routes[i];
		if (!route->is_heavy && !route->is_stream && route->handler != console_overview_get)
			routes[route_count++] = route;
	}
}

static json_t *make_user(void)
{
	return json_pack("{s:s,s:s,s:[s,s,s,s,s],s:s,s:i,s:s,s:b,s:s}", "name", "li", "display", "李", "roles", "admin",
			 "approver", "editor", "operator", "auditor", "password", PASSWORD, "epoch", 1, "number",
			 "8613900000001", "number_verified", 1, "tongue", "zh");
}

static void check_answer(const struct console_call *call)
{
	static const unsigned known[] = {
		200, 400, 401, 403, 404, 409, 412, 415, 422, 423, 428, 429, 500, 502, 503, 504
	};
	bool is_known = false;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		is_known = is_known || known[i] == call->status;
	CHECK(is_known && call->content_type != NULL && (call->answer != NULL || call->answer_len == 0));
	CHECK(call->answer_len == 0 || memmem(call->answer, call->answer_len, PASSWORD, strlen(PASSWORD)) == NULL);
	CHECK(utf8_valid(call->answer, call->answer_len) == call->answer_len);
	CHECK(memchr(call->etag, '\0', sizeof call->etag) != NULL && strpbrk(call->etag, "\r\n") == NULL);
	if (strstr(call->content_type, "json") == NULL || strstr(call->content_type, "x-ndjson") != NULL)
		return;
	json_t *value = json_loadb(call->answer, call->answer_len, JSON_ALLOW_NUL, NULL);
	CHECK(json_is_object(value) || json_is_array(value));
	CHECK(call->status == 200 || json_integer_value(json_object_get(value, "status")) == call->status);
	json_decref(value);
}

static char *take(struct slice *rest)
{
	struct slice part = slice_cut(rest, '\0');
	char *copy = malloc(part.len + 1);
	CHECK(copy != NULL);
	if (part.len > 0)
		memcpy(copy, part.at, part.len);
	copy[part.len] = '\0';
	return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (console.used == NULL)
		start();
	if (len < 2 || memmem(octets, len, PASSWORD, strlen(PASSWORD)) != NULL)
		return 0;
	struct slice rest = { (const char *)octets + 1, len - 1 };
	struct console_call *call = calloc(1, sizeof *call);
	struct err_at at = { .err = ERR_OK };
	CHECK(call != NULL);
	call->console = &console;
	call->route = routes[octets[0] % route_count];
	for (unsigned i = 0; i < CONSOLE_PARAMS_MAX; i++)
		call->params[i] = take(&rest);
	call->query = take(&rest);
	call->query_len = strlen(call->query);
	char *match = take(&rest);
	snprintf(call->if_match, sizeof call->if_match, "%s", match);
	free(match);
	call->body_text = take(&rest);
	call->body_len = strlen(call->body_text);
	snprintf(call->address, sizeof call->address, "127.0.0.1");
	call->now = call->session_created = NOW;
	call->user = make_user();
	snprintf(call->name, sizeof call->name, "li");
	call->actor = user_actor(call->user, slice_of(call->address));
	if (call->route->has_body)
		call->body = json_loadb(call->body_text, call->body_len, JSON_REJECT_DUPLICATES, NULL);
	redis_script = rest;
	CHECK(staff_db_open(&console.options.redis, &call->db, &at) == STAFF_OK);
	CHECK(staff_db_ask(call->db, &call->ask, &at) == STAFF_OK);
	if (!call->route->has_body || json_is_object(call->body)) {
		call->route->handler(call);
		check_answer(call);
	}
	staff_db_close(call->db);
	console_call_free(call);
	return 0;
}
