/* SPDX-License-Identifier: Apache-2.0 */

/* A text on its way from a draft into force, and two people who write at once. */

#include "e2e_console.h"
#include "redis_server.h"

#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE "Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n"

static char li[COOKIE_OCTETS], wang[COOKIE_OCTETS], zhao[COOKIE_OCTETS], boss[COOKIE_OCTETS];

static void open_desk(void)
{
	console_open("", "");
	console_user("li", "editor", li);
	console_user("wang", "approver", wang);
	console_user("zhao", "editor,approver", zhao);
	console_user("boss", "admin", boss);
}

static char *words(const char *text)
{
	json_t *object =
		json_pack("{s:{s:s+},s:[{s:s,s:s,s:{s:s}}],s:{},s:s}", "variants", "zh-CN",
			  "title: 演示\nclass: notice\nparam name text \"姓名\" sample=李\n---\n", text, "samples",
			  "name", "一般", "locale", "zh-CN", "params", "name", "王", "registrations", "why", "测试");
	char *made = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	EXPECT(made != NULL);
	return made;
}

/* match: a header. */
static struct reply save(const char *cookie, const char *match, const char *text)
{
	char headers[256];
	char *body = words(text);
	snprintf(headers, sizeof headers, PAGE "%s\r\n", match);
	struct reply reply = console_ask("PUT", "/api/templates/demo/draft", cookie, body, headers);
	free(body);
	return reply;
}

static int saved(const char *cookie, const char *match, const char *text)
{
	struct reply reply = save(cookie, match, text);
	reply_free(&reply);
	return reply.status;
}

static int step(const char *cookie, const char *what, const char *body)
{
	char path[96];
	snprintf(path, sizeof path, "/api/templates/demo/%s", what);
	return console_status("POST", path, cookie, body);
}

/* The draft's revision, and its state; 0 where there is none. */
static long long draft_is(char state[static 16])
{
	json_t *demo = console_json(200, "GET", "/api/templates/demo", li, NULL);
	const json_t *draft = json_object_get(demo, "draft");
	snprintf(state, 16, "%s", json_text_of(draft, "state"));
	long long revision = json_integer_value(json_object_get(draft, "revision"));
	json_decref(demo);
	return revision;
}

static const char *with(char out[static 128], long long revision, const char *more)
{
	snprintf(out, 128, "{\"revision\":%lld%s}", revision, more);
	return out;
}

static long long live_is(void)
{
	json_t *demo = console_json(200, "GET", "/api/templates/demo", li, NULL);
	long long version = json_integer_value(json_object_get(json_object_get(demo, "live"), "version"));
	json_decref(demo);
	return version;
}

void console_life(void)
{
	char state[16], body[128], match[64], etag[32];
	open_desk();
	redis_server_do("INCR {hongyan}:templates:turn"); /* as after the first start of a gateway */
	struct reply reply = save(li, "If-None-Match: *", "您好，{{name}}。");
	if (reply.status != 200)
		FAIL("%d %s", reply.status, reply.body);
	long long revision = draft_is(state);
	snprintf(match, sizeof match, "\"%lld\"", revision);
	EXPECT(strcmp(reply_header(&reply, "ETag", etag, sizeof etag), match) == 0);
	reply_free(&reply);
	EXPECT(strcmp(state, "draft") == 0);
	/* Nothing is published that nobody else has seen. */
	EXPECT_COUNT(step(wang, "publish", with(body, revision, "")), 409);
	EXPECT_COUNT(step(li, "submit", with(body, revision, "")), 422); /* why? */
	EXPECT_COUNT(step(li, "submit", with(body, revision, ",\"why\":\"新模板\"")), 200);
	EXPECT_COUNT(step(li, "approve", with(body, revision, "")), 403);
	EXPECT_COUNT(step(wang, "approve", with(body, revision, ",\"comment\":\"好\"")), 200);
	EXPECT_COUNT(step(li, "publish", with(body, revision, "")), 403);
	EXPECT_COUNT(step(wang, "publish", with(body, revision, "")), 200);
	EXPECT_COUNT(live_is(), 1);
	EXPECT_COUNT(draft_is(state), 0);
	/* Who has both roles does not approve his own words, whoever else wrote in it last. */
	EXPECT_COUNT(saved(zhao, "If-None-Match: *", "您好！{{name}}。"), 200);
	revision = draft_is(state);
	snprintf(match, sizeof match, "If-Match: \"%lld\"", revision);
	EXPECT_COUNT(saved(li, match, "您好呀，{{name}}。"), 200);
	revision = draft_is(state);
	EXPECT_COUNT(step(zhao, "submit", with(body, revision, ",\"why\":\"更亲切\"")), 200);
	reply = console_ask("POST", "/api/templates/demo/approve", zhao, with(body, revision, ""), NULL);
	EXPECT_COUNT(reply.status, 403);
	EXPECT(strcmp(json_text_of(reply.json, "code"), "own_text") == 0);
	reply_free(&reply);
	/* What was published meanwhile is not undone unseen. */
	redis_server_do("HSET {hongyan}:templates:latest demo 2");
	reply = console_ask("POST", "/api/templates/demo/approve", wang, with(body, revision, ""), NULL);
	EXPECT_COUNT(reply.status, 409);
	EXPECT(strcmp(json_text_of(reply.json, "code"), "base_changed") == 0);
	EXPECT_COUNT(json_integer_value(json_object_get(reply.json, "latest")), 2);
	reply_free(&reply);
	redis_server_do("HSET {hongyan}:templates:latest demo 1");
	/* An edit voids what was approved. */
	EXPECT_COUNT(step(wang, "approve", with(body, revision, "")), 200);
	snprintf(match, sizeof match, "If-Match: \"%lld\"", revision);
	EXPECT_COUNT(saved(li, match, "您好啊，{{name}}。"), 200);
	EXPECT_COUNT(step(wang, "publish", with(body, revision, "")), 412);
	revision = draft_is(state);
	EXPECT(strcmp(state, "draft") == 0);
	EXPECT_COUNT(step(wang, "publish", with(body, revision, "")), 409);
	EXPECT_COUNT(step(li, "submit", with(body, revision, ",\"why\":\"更亲切\"")), 200);
	EXPECT_COUNT(step(wang, "approve", with(body, revision, "")), 200);
	EXPECT_COUNT(step(wang, "publish", with(body, revision, ",\"at\":4102444800000")), 422); /* in 2100 */
	EXPECT_COUNT(step(wang, "publish", with(body, revision, "")), 200);
	EXPECT_COUNT(live_is(), 2);
	/* Back in one step: a version of its own with the old words. */
	EXPECT_COUNT(step(wang, "rollback", "{\"version\":1,\"why\":\"太亲切了\"}"), 200);
	EXPECT_COUNT(live_is(), 3);
	json_t *third = console_json(200, "GET", "/api/templates/demo/versions/3", li, NULL);
	EXPECT(strstr(json_text_of(json_object_get(third, "variants"), "zh-CN"), "您好，{{name}}。") != NULL);
	EXPECT(strcmp(json_text_of(third, "kind"), "rollback") == 0 && strcmp(json_text_of(third, "by"), "wang") == 0);
	EXPECT(strcmp(json_text_of(third, "why"), "太亲切了") == 0 &&
	       strcmp(json_text_of(third, "address"), "127.0.0.1") == 0);
	json_decref(third);
	EXPECT_COUNT(console_status("GET", "/api/templates/demo/versions/4", li, NULL), 404);
	json_t *versions = console_json(200, "GET", "/api/templates/demo/versions", li, NULL);
	EXPECT_COUNT(json_array_size(json_object_get(versions, "versions")), 3);
	json_decref(versions);
	EXPECT_COUNT(step(wang, "archive", "{\"why\":\"不用了\"}"), 200);
	EXPECT_COUNT(live_is(), 0);
	EXPECT_COUNT(step(wang, "restore", "{\"why\":\"又用了\"}"), 200);
	EXPECT_COUNT(live_is(), 4);
	/* A text with errors stays a draft. */
	EXPECT_COUNT(saved(li, "If-None-Match: *", "您好，{{nobody}}。"), 200);
	revision = draft_is(state);
	reply = console_ask("POST", "/api/templates/demo/submit", li, with(body, revision, ",\"why\":\"x\""), NULL);
	EXPECT_COUNT(reply.status, 422);
	EXPECT(strcmp(json_text_of(reply.json, "code"), "invalid_text") == 0);
	reply_free(&reply);
	EXPECT(console_audited(boss, "template.publish"));
	json_t *check = console_json(200, "GET", "/api/audit/check", boss, NULL);
	EXPECT(json_is_true(json_object_get(check, "ok")) && json_integer_value(json_object_get(check, "count")) > 15);
	json_decref(check);
	json_t *list = console_json(200, "GET", "/api/templates", li, NULL);
	const json_t *row = json_array_get(json_object_get(list, "templates"), 0);
	EXPECT(strcmp(json_text_of(row, "name"), "demo") == 0 && strcmp(json_text_of(row, "title"), "演示") == 0);
	EXPECT(strcmp(json_text_of(row, "published_by"), "wang") == 0);
	json_decref(list);
	console_close();
}

void console_two_editors(void)
{
	char match[160], state[16];
	open_desk();
	EXPECT_COUNT(saved(li, "X-Nothing: 1", "您好，{{name}}。"), 428);
	EXPECT_COUNT(saved(li, "If-None-Match: *", "您好，{{name}}。"), 200);
	long long revision = draft_is(state);
	/* One who has seen an older one is told what there is now, and overwrites nothing. */
	snprintf(match, sizeof match, "If-Match: \"%lld\"", revision);
	EXPECT_COUNT(saved(li, match, "二，{{name}}。"), 200);
	struct reply reply = save(zhao, match, "三，{{name}}。");
	EXPECT_COUNT(reply.status, 412);
	const json_t *theirs = json_object_get(reply.json, "theirs");
	EXPECT(strstr(json_text_of(json_object_get(theirs, "variants"), "zh-CN"), "二，") != NULL);
	EXPECT(strcmp(json_text_of(theirs, "edited_by"), "li") == 0);
	reply_free(&reply);
	EXPECT_COUNT(saved(zhao, "If-None-Match: *", "三，{{name}}。"), 412);
	/* Who has the lock writes; another one sees whose it is, and may take it over. */
	EXPECT_COUNT(console_status("PUT", "/api/templates/demo/lock", li, "{}"), 200);
	reply = console_ask("PUT", "/api/templates/demo/lock", zhao, "{}", NULL);
	EXPECT_COUNT(reply.status, 423);
	EXPECT(strcmp(json_text_of(json_object_get(reply.json, "lock"), "user"), "li") == 0);
	reply_free(&reply);
	revision = draft_is(state);
	snprintf(match, sizeof match, "If-Match: \"%lld\"", revision);
	reply = save(zhao, match, "三，{{name}}。");
	EXPECT_COUNT(reply.status, 423);
	EXPECT(strcmp(json_text_of(json_object_get(reply.json, "lock"), "user"), "li") == 0);
	reply_free(&reply);
	EXPECT_COUNT(console_status("PUT", "/api/templates/demo/lock", zhao, "{\"takeover\":true}"), 200);
	EXPECT_COUNT(saved(zhao, match, "三，{{name}}。"), 200);
	revision = draft_is(state);
	snprintf(match, sizeof match, "If-Match: \"%lld\"", revision);
	EXPECT_COUNT(saved(li, match, "四，{{name}}。"), 423);
	EXPECT_COUNT(console_status("DELETE", "/api/templates/demo/lock", zhao, NULL), 200);
	EXPECT_COUNT(saved(li, match, "四，{{name}}。"), 200);
	/* Throwing it away needs the revision too. */
	reply = console_ask("DELETE", "/api/templates/demo/draft", li, NULL, PAGE "If-Match: \"1\"\r\n");
	EXPECT_COUNT(reply.status, 412);
	reply_free(&reply);
	revision = draft_is(state);
	snprintf(match, sizeof match, PAGE "If-Match: \"%lld\"\r\n", revision);
	reply = console_ask("DELETE", "/api/templates/demo/draft", li, NULL, match);
	EXPECT_COUNT(reply.status, 200);
	reply_free(&reply);
	EXPECT_COUNT(console_status("GET", "/api/templates/demo", li, NULL), 404);
	console_close();
}
