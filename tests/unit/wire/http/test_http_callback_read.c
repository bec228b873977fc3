/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_callback.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define NO_ITEM                                      \
	{                                            \
		NULL, NULL, NULL, MESSAGE_STATE_NONE \
	}

static const struct http_callback_settings generic_json = { .dialect = "json",
							    .items = "/data/reports",
							    .id = "/msg/id",
							    .state = "/st",
							    .error = "/e~1c",
							    .from = "/to/0",
							    .states = "OK = delivered,NO=rejected" };
static const struct http_callback_settings generic_form = {
	.dialect = "form", .id = "mid", .state = "st", .states = "1=delivered", .from = "n", .is_id_of_request = true
};

struct want {
	const char *ref, *error, *from;
	enum message_state state;
};

static const struct row {
	const char *name;
	const struct http_callback_settings *settings; /* NULL: the dialect's own */
	const char *dialect, *query, *type, *body;
	enum err err;
	unsigned skipped;
	struct want want[3];
} rows[] = {
	{ "kannel",
	  NULL,
	  "kannel",
	  "id=7f-3.a_1&state=1",
	  "",
	  "",
	  ERR_OK,
	  0,
	  { { "7f-3.a_1", "", "", MESSAGE_STATE_DELIVERED } } },
	{ "kannel failed",
	  NULL,
	  "kannel",
	  "id=x&state=2",
	  "",
	  "",
	  ERR_OK,
	  0,
	  { { "x", "", "", MESSAGE_STATE_UNDELIVERABLE } } },
	{ "kannel queued",
	  NULL,
	  "kannel",
	  "state=4&id=x",
	  "",
	  "",
	  ERR_OK,
	  0,
	  { { "x", "", "", MESSAGE_STATE_ENROUTE } } },
	{ "kannel taken",
	  NULL,
	  "kannel",
	  "id=x&state=8",
	  "",
	  "",
	  ERR_OK,
	  0,
	  { { "x", "", "", MESSAGE_STATE_ENROUTE } } },
	{ "kannel refused",
	  NULL,
	  "kannel",
	  "id=x&state=16",
	  "",
	  "",
	  ERR_OK,
	  0,
	  { { "x", "", "", MESSAGE_STATE_REJECTED } } },
	{ "an unknown word",
	  NULL,
	  "kannel",
	  "id=x&state=99",
	  "",
	  "",
	  ERR_OK,
	  0,
	  { { "x", "", "", MESSAGE_STATE_UNKNOWN } } },
	{ "no word", NULL, "kannel", "id=x", "", "", ERR_OK, 0, { { "x", "", "", MESSAGE_STATE_UNKNOWN } } },
	{ "no id", NULL, "kannel", "state=1", "", "", ERR_FORMAT, 0, { NO_ITEM } },
	{ "nothing at all", NULL, "vonage", "", "", "", ERR_OK, 0, { NO_ITEM } },
	{ "twilio",
	  NULL,
	  "twilio",
	  "",
	  "application/x-www-form-urlencoded; charset=UTF-8",
	  "SmsSid=SM1&MessageStatus=undelivered&MessageSid=SM1&ErrorCode=30005&To=%2B8613900000001&From=%2B1555",
	  ERR_OK,
	  0,
	  { { "SM1", "30005", "+8613900000001", MESSAGE_STATE_UNDELIVERABLE } } },
	{ "twilio read",
	  NULL,
	  "twilio",
	  "",
	  "application/x-www-form-urlencoded",
	  "MessageSid=SM2&MessageStatus=read",
	  ERR_OK,
	  0,
	  { { "SM2", "", "", MESSAGE_STATE_DELIVERED } } },
	{ "twilio sent",
	  NULL,
	  "twilio",
	  "",
	  "application/x-www-form-urlencoded",
	  "MessageSid=SM2&MessageStatus=sent",
	  ERR_OK,
	  0,
	  { { "SM2", "", "", MESSAGE_STATE_ENROUTE } } },
	{ "vonage get",
	  NULL,
	  "vonage",
	  "msisdn=8613900000001&to=AcmeInc&network-code=46000&messageId=0A0000001234567B&price=0.03&status=delivered&"
	  "scts=2602130800&err-code=0&message-timestamp=2026-02-13+08%3A00%3A00",
	  "",
	  "",
	  ERR_OK,
	  0,
	  { { "0A0000001234567B", "0", "8613900000001", MESSAGE_STATE_DELIVERED } } },
	{ "vonage json",
	  NULL,
	  "vonage",
	  "",
	  "application/json",
	  "{\"msisdn\":\"8613900000001\",\"messageId\":\"0A\",\"status\":\"expired\",\"err-code\":\"1\"}",
	  ERR_OK,
	  0,
	  { { "0A", "1", "8613900000001", MESSAGE_STATE_EXPIRED } } },
	{ "json without its type",
	  NULL,
	  "vonage",
	  "",
	  "",
	  "{\"messageId\":\"0A\",\"status\":\"rejected\"}",
	  ERR_OK,
	  0,
	  { { "0A", "", "", MESSAGE_STATE_REJECTED } } },
	{ "aliyun",
	  NULL,
	  "aliyun",
	  "",
	  "application/json",
	  "[{\"phone_number\":\"13900000001\",\"send_time\":\"2026-02-13 08:00:00\",\"report_time\":\"2026-02-13 "
	  "08:00:02\","
	  "\"success\":true,\"err_code\":\"DELIVERED\",\"err_msg\":\"用户接收成功\",\"sms_size\":\"1\",\"biz_id\":"
	  "\"9001^0\","
	  "\"out_id\":\"a\"},{\"phone_number\":\"8613900000002\",\"success\":false,\"err_code\":\"MOBILE_SEND_LIMIT\","
	  "\"biz_id\":\"9001^0\"},{\"phone_number\":\"13900000003\",\"success\":true}]",
	  ERR_OK,
	  1,
	  { { "9001^0/3900000001", "DELIVERED", "13900000001", MESSAGE_STATE_DELIVERED },
	    { "9001^0/3900000002", "MOBILE_SEND_LIMIT", "8613900000002", MESSAGE_STATE_UNDELIVERABLE } } },
	{ "aliyun without number",
	  NULL,
	  "aliyun",
	  "",
	  "",
	  "[{\"biz_id\":\"9\",\"success\":true}]",
	  ERR_FORMAT,
	  0,
	  { NO_ITEM } },
	{ "an empty list", NULL, "aliyun", "", "", "[]", ERR_OK, 0, { NO_ITEM } },
	{ "tencent",
	  NULL,
	  "tencent",
	  "",
	  "application/json",
	  "[{\"user_receive_time\":\"2026-02-13 "
	  "08:00:00\",\"nationcode\":\"86\",\"mobile\":\"13900000001\",\"report_status\":"
	  "\"SUCCESS\",\"errmsg\":\"DELIVRD\",\"description\":\"用户短信送达成功\",\"sid\":\"2019:-6\"}]",
	  ERR_OK,
	  0,
	  { { "2019:-6", "DELIVRD", "13900000001", MESSAGE_STATE_DELIVERED } } },
	{ "tencent fail",
	  NULL,
	  "tencent",
	  "",
	  "",
	  "[{\"report_status\":\"FAIL\",\"sid\":\"s\",\"errmsg\":\"MK:0001\"}]",
	  ERR_OK,
	  0,
	  { { "s", "MK:0001", "", MESSAGE_STATE_UNDELIVERABLE } } },
	{ "yunpian",
	  NULL,
	  "yunpian",
	  "",
	  "application/x-www-form-urlencoded",
	  "sms_status=%5B%7B%22sid%22%3A9527%2C%22uid%22%3Anull%2C%22report_status%22%3A%22SUCCESS%22%2C%22error_msg%"
	  "22%3A%22%22%2C"
	  "%22mobile%22%3A%2213900000001%22%7D%5D",
	  ERR_OK,
	  0,
	  { { "9527", "", "13900000001", MESSAGE_STATE_DELIVERED } } },
	{ "yunpian without its field", NULL, "yunpian", "", "", "a=b", ERR_FORMAT, 0, { NO_ITEM } },
	{ "generic json",
	  &generic_json,
	  "json",
	  "",
	  "",
	  "{\"data\":{\"reports\":[{\"msg\":{\"id\":12345678901},\"st\":\"ok\",\"e/"
	  "c\":-7,\"to\":[\"139\"]},{\"st\":\"OK\"}]}}",
	  ERR_OK,
	  1,
	  { { "12345678901", "-7", "139", MESSAGE_STATE_DELIVERED } } },
	{ "no list there", &generic_json, "json", "", "", "{\"data\":7}", ERR_FORMAT, 0, { NO_ITEM } },
	{ "no json", &generic_json, "json", "", "", "{\"data\":", ERR_FORMAT, 0, { NO_ITEM } },
	{ "a name twice", NULL, "aliyun", "", "", "[{\"biz_id\":\"1\",\"biz_id\":\"2\"}]", ERR_FORMAT, 0, { NO_ITEM } },
	{ "generic form",
	  &generic_form,
	  "form",
	  "mid=q%2f1",
	  "",
	  "n=%2b86+139+0000+0001&st=1&x",
	  ERR_OK,
	  0,
	  { { "q/1/3900000001", "", "+86 139 0000 0001", MESSAGE_STATE_DELIVERED } } },
	{ "an id that is too long",
	  NULL,
	  "kannel",
	  "id=12345678901234567890123456789012345678901234567890123456789012345&state=1",
	  "",
	  "",
	  ERR_FORMAT,
	  0,
	  { NO_ITEM } },
	{ "the longest id",
	  NULL,
	  "kannel",
	  "id=1234567890123456789012345678901234567890123456789012345678901234&state=1",
	  "",
	  "",
	  ERR_OK,
	  0,
	  { { "1234567890123456789012345678901234567890123456789012345678901234", "", "", MESSAGE_STATE_DELIVERED } } },
	{ "bare percent signs",
	  NULL,
	  "kannel",
	  "id=%&state=%2",
	  "",
	  "",
	  ERR_OK,
	  0,
	  { { "%", "", "", MESSAGE_STATE_UNKNOWN } } },
	{ "octets of nobody", NULL, "tencent", "", "", "\xff\xfe[", ERR_FORMAT, 0, { NO_ITEM } },
};

static void check_item(const struct row *row, const struct http_callback_item *item, const struct want *want)
{
	struct receipt receipt = http_callback_receipt(item);
	cr_expect(slice_is(receipt.carrier_ref, want->ref), "%s: %.*s", row->name, SLICE_ARG(receipt.carrier_ref));
	cr_expect(slice_is(receipt.error, want->error), "%s: %.*s", row->name, SLICE_ARG(receipt.error));
	cr_expect(slice_is(receipt.from, want->from), "%s: %.*s", row->name, SLICE_ARG(receipt.from));
	cr_expect_eq(receipt.state, want->state, "%s: %d", row->name, receipt.state);
}

Test(http_callback_read, requests)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct http_callback_settings own = { .dialect = row->dialect };
		struct http_callback *callback;
		struct err_at at = { 0 };
		cr_assert_eq(http_callback_create(row->settings ? row->settings : &own, &callback, &at), ERR_OK,
			     "%s: %s", row->name, at.text);
		struct http_callback_request request = { slice_of(row->query), slice_of(row->body),
							 slice_of(row->type) };
		struct http_callback_list list = { 0 };
		cr_expect_eq(http_callback_read(callback, &request, &list, &at), row->err, "%s: %s", row->name,
			     at.text);
		cr_expect_eq(at.text[0] != '\0', row->err != ERR_OK, "%s", row->name);
		unsigned count = 0;
		while (count < 3 && row->want[count].ref != NULL)
			count++;
		cr_expect_eq(list.count, count, "%s: %u", row->name, list.count);
		cr_expect_eq(list.skipped, row->skipped, "%s: %u", row->name, list.skipped);
		for (unsigned j = 0; j < count && j < list.count; j++)
			check_item(row, &list.items[j], &row->want[j]);
		http_callback_list_free(&list);
		http_callback_destroy(callback);
	}
}

Test(http_callback_read, has_a_limit)
{
	struct http_callback *callback;
	cr_assert_eq(http_callback_create(&(struct http_callback_settings){ .dialect = "tencent" }, &callback, NULL),
		     ERR_OK);
	static const struct {
		unsigned count;
		enum err err;
	} limits[] = { { HTTP_CALLBACK_RECEIPTS_MAX, ERR_OK }, { HTTP_CALLBACK_RECEIPTS_MAX + 1, ERR_RANGE } };
	for (unsigned i = 0; i < 2; i++) {
		size_t cap = 32 * (size_t)limits[i].count + 8;
		char *octets = malloc(cap);
		struct buf body = buf_over(octets, cap);
		for (unsigned j = 0; j < limits[i].count; j++)
			buf_put_format(&body, "%c{\"sid\":\"%u\"}", j ? ',' : '[', j);
		buf_put_text(&body, "]");
		struct http_callback_request request = { .body = buf_slice(&body) };
		struct http_callback_list list = { 0 };
		cr_expect_eq(http_callback_read(callback, &request, &list, NULL), limits[i].err);
		cr_expect_eq(list.count, limits[i].err == ERR_OK ? limits[i].count : 0);
		http_callback_list_free(&list);
		free(octets);
	}
	http_callback_destroy(callback);
}
