/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_callback.h"

#include <criterion/criterion.h>

Test(http_callback, settings_that_will_not_do)
{
	static const struct {
		const char *name;
		struct http_callback_settings settings;
		enum err want;
		const char *field, *text;
	} rows[] = {
		{ "fine", { .dialect = "kannel" }, ERR_OK, "", "" },
		{ "no dialect", { .dialect = NULL }, ERR_NOT_FOUND, "dialect", "no dialect" },
		{ "unknown dialect", { .dialect = "pigeon" }, ERR_NOT_FOUND, "dialect", "no dialect" },
		{ "json without id",
		  { .dialect = "json", .state = "/s", .states = "a=delivered" },
		  ERR_NOT_FOUND,
		  "id",
		  "id is missing" },
		{ "no pointer",
		  { .dialect = "json", .id = "a", .state = "/s", .states = "a=delivered" },
		  ERR_FORMAT,
		  "id",
		  "“/”" },
		{ "items no pointer", { .dialect = "aliyun", .items = "x" }, ERR_FORMAT, "items", "“/”" },
		{ "no states", { .dialect = "form", .id = "a", .state = "s" }, ERR_NOT_FOUND, "states", "which words" },
		{ "id of a request without number",
		  { .dialect = "form", .id = "a", .state = "s", .states = "a=delivered", .is_id_of_request = true },
		  ERR_NOT_FOUND,
		  "from",
		  "from is missing" },
		{ "unknown state",
		  { .dialect = "kannel", .states = "1=arrived" },
		  ERR_NOT_FOUND,
		  "states",
		  "“arrived”" },
		{ "no sign", { .dialect = "kannel", .states = "1=delivered,2" }, ERR_FORMAT, "states", "“2”" },
		{ "no word", { .dialect = "kannel", .states = "=delivered" }, ERR_FORMAT, "states", "word=state" },
		{ "too many words",
		  { .dialect = "kannel",
		    .states = "1=unknown,1=unknown,1=unknown,1=unknown,1=unknown,1=unknown,1=unknown,1=unknown,1="
			      "unknown,1=unknown,"
			      "1=unknown,1=unknown,1=unknown,1=unknown,1=unknown,1=unknown,1=unknown,1=unknown,1="
			      "unknown,1=unknown,"
			      "1=unknown,1=unknown,1=unknown,1=unknown,1=unknown,1=unknown,1=unknown,1=unknown,1="
			      "unknown,1=unknown,"
			      "1=unknown,1=unknown,1=unknown" },
		  ERR_RANGE,
		  "states",
		  "more than 32" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_callback *callback = NULL;
		struct err_at at = { 0 };
		cr_expect_eq(http_callback_create(&rows[i].settings, &callback, &at), rows[i].want, "%s: %s",
			     rows[i].name, at.text);
		cr_expect_str_eq(at.field, rows[i].field, "%s", rows[i].name);
		cr_expect(strstr(at.text, rows[i].text), "%s: %s", rows[i].name, at.text);
		cr_expect_eq(callback != NULL, rows[i].want == ERR_OK, "%s", rows[i].name);
		http_callback_destroy(callback);
	}
}

Test(http_callback, answers_and_addresses)
{
	static const struct {
		const char *dialect, *answer, *secret, *id;
		unsigned status;
		const char *body, *url;
	} rows[] = {
		{ "kannel", NULL, "s3cret", "a-1", 200, "", "https://h/x/callbacks/acc/s3cret?id=a-1&state=%d" },
		{ "kannel", NULL, "", "", 200, "", "https://h/x/callbacks/acc" },
		{ "twilio", NULL, "s", "a-1", 204, "", "https://h/x/callbacks/acc/s" },
		{ "twilio", "yes", "s", "a-1", 200, "yes", "https://h/x/callbacks/acc/s" },
		{ "vonage", NULL, "s", "a-1", 204, "", "https://h/x/callbacks/acc/s" },
		{ "aliyun", NULL, "s", "a-1", 200, "{\"code\":0,\"msg\":\"接收成功\"}", "https://h/x/callbacks/acc/s" },
		{ "tencent", NULL, "s", "a-1", 200, "{\"result\":0,\"errmsg\":\"OK\"}", "https://h/x/callbacks/acc/s" },
		{ "yunpian", NULL, "s", "a-1", 200, "SUCCESS", "https://h/x/callbacks/acc/s" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_callback_settings settings = { .dialect = rows[i].dialect, .answer = rows[i].answer };
		struct http_callback *callback;
		cr_assert_eq(http_callback_create(&settings, &callback, NULL), ERR_OK);
		struct http_callback_answer answer = http_callback_answer(callback);
		cr_expect_eq(answer.status, rows[i].status, "%s", rows[i].dialect);
		cr_expect_str_eq(answer.body, rows[i].body);
		char octets[128];
		struct buf url = buf_over(octets, sizeof octets);
		struct http_callback_address address = { callback, SLICE("https://h/x"), SLICE("acc"),
							 slice_of(rows[i].secret) };
		http_callback_write_url(&address, slice_of(rows[i].id), &url);
		cr_expect(slice_is(buf_slice(&url), rows[i].url), "%.*s", SLICE_ARG(buf_slice(&url)));
		http_callback_destroy(callback);
	}
	unsigned count = 0;
	while (http_callback_dialects()[count] != NULL)
		count++;
	cr_expect_eq(count, 8);
}
