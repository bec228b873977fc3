/* SPDX-License-Identifier: Apache-2.0 */

/* What an editor is told while somebody types. */

#include "e2e_console.h"

#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYSTROKES 50
#ifdef E2E_SLOW
#define WITHIN_S 1.0
#else
#define WITHIN_S 0.1
#endif

static char *question(const char *text)
{
	json_t *object =
		json_pack("{s:s,s:s,s:s+,s:[{s:s,s:s,s:{s:s},s:s}]}", "name", "demo", "locale", "zh-CN", "source",
			  "title: 演示\nclass: notice\nparam name text \"姓名\" sample=李\n---\n", text, "samples",
			  "name", "一般", "locale", "zh-CN", "params", "name", "王", "expect", "【国网】您好，王。");
	char *made = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	EXPECT(made != NULL);
	return made;
}

static json_t *preview(const char *cookie, const char *text)
{
	char *body = question(text);
	json_t *answer = console_json(200, "POST", "/api/preview", cookie, body);
	free(body);
	return answer;
}

static const json_t *mark_of(const json_t *answer, const char *kind)
{
	size_t index;
	json_t *mark;
	json_array_foreach(json_object_get(answer, "marks"), index, mark)
	{
		if (strcmp(json_text_of(mark, "kind"), kind) == 0)
			return mark;
	}
	return NULL;
}

static const json_t *row_of(const json_t *answer, const char *name)
{
	size_t index;
	json_t *row;
	json_array_foreach(json_object_get(answer, "previews"), index, row)
	{
		if (strcmp(json_text_of(row, "name"), name) == 0)
			return row;
	}
	return NULL;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Of fifty keystrokes in a text of 500 characters nearly all are answered before anybody notices. */
static void type(const char *cookie)
{
	char text[2048] = "";
	double took[KEYSTROKES];
	size_t len = 0;
	for (unsigned i = 0; i < 450; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "电");
	for (unsigned i = 0; i < KEYSTROKES; i++) {
		len += (size_t)snprintf(text + len, sizeof text - len, "费");
		double began = scenario_clock();
		json_decref(preview(cookie, text));
		took[i] = scenario_clock() - began;
	}
	qsort(took, KEYSTROKES, sizeof took[0], by_size);
	double p95 = took[KEYSTROKES * 95 / 100];
	if (p95 > WITHIN_S)
		FAIL("a preview takes %.3f s", p95);
}

void console_preview(void)
{
	char li[COOKIE_OCTETS], wen[COOKIE_OCTETS], path[WORLD_PATH_OCTETS], more[512];
	console_prepare();
	world_write("words.txt", "贷款: 免息贷款 秒批\n");
	snprintf(more, sizeof more, "forbidden_words: \"%s\", link_domains: [95598.cn], currency: CNY",
		 world_path(path, "words.txt"));
	console_open(more, "signature: 国网");
	console_user("li", "editor", li);
	console_user("wen", "viewer", wen);
	json_t *config = console_json(200, "GET", "/api/config", wen, NULL);
	EXPECT(strcmp(json_string_value(json_array_get(json_object_get(config, "forbidden_categories"), 0)), "贷款") ==
	       0);
	EXPECT(strcmp(json_text_of(config, "signature"), "国网") == 0);
	json_decref(config);
	json_t *good = preview(li, "您好，{{name}}。");
	EXPECT(json_is_true(json_object_get(good, "ok")));
	const json_t *sample = row_of(good, "一般");
	EXPECT(strcmp(json_text_of(sample, "text"), "【国网】您好，王。") == 0);
	EXPECT(strcmp(json_text_of(sample, "encoding"), "UCS2") == 0 &&
	       json_is_true(json_object_get(sample, "as_expected")));
	EXPECT_COUNT(json_integer_value(json_object_get(sample, "segments")), 1);
	EXPECT(row_of(good, "shortest") && row_of(good, "typical") && row_of(good, "longest"));
	json_decref(good);
	json_t *word = preview(li, "免息贷款，{{name}}。");
	EXPECT(json_is_false(json_object_get(word, "ok")));
	EXPECT(strcmp(json_text_of(mark_of(word, "forbidden_word"), "category"), "贷款") == 0);
	json_decref(word);
	json_t *unknown = preview(li, "您好，{{nam}}。");
	EXPECT(json_is_false(json_object_get(unknown, "ok")) && json_array_size(json_object_get(unknown, "marks")) > 0);
	json_decref(unknown);
	/* Who may only read sees previews too; what is no question is refused. */
	json_decref(preview(wen, "您好，{{name}}。"));
	EXPECT_COUNT(console_status("POST", "/api/preview", li, "{\"name\":\"x\"}"), 422);
	EXPECT_COUNT(console_status("POST", "/api/preview", li, "[]"), 400);
	EXPECT_COUNT(console_status("POST", "/api/preview", li, "{\"name\":\"x\",\"name\":\"y\"}"), 400);
	/* A draft with such a word is refused at review, with its marks. */
	struct reply reply =
		console_ask("PUT", "/api/templates/loan/draft", li,
			    "{\"variants\":{\"zh-CN\":\"title: 贷\\nclass: notice\\n---\\n秒批！\"},\"why\":\"x\"}",
			    "Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nIf-None-Match: *\r\n");
	EXPECT_COUNT(reply.status, 200);
	reply_free(&reply);
	reply = console_ask("POST", "/api/templates/loan/submit", li, "{\"revision\":1,\"why\":\"x\"}", NULL);
	EXPECT_COUNT(reply.status, 422);
	const json_t *marks = json_object_get(json_object_get(reply.json, "marks"), "zh-CN");
	EXPECT(strcmp(json_text_of(json_array_get(marks, 0), "kind"), "forbidden_word") == 0);
	reply_free(&reply);
	type(li);
	console_close();
}
