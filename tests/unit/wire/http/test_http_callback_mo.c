/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_callback.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define FORM "application/x-www-form-urlencoded; charset=UTF-8"
#define JSON "application/json"

/* One request of a dialect; NULL where that will not do. */
static struct http_callback_list read(const char *dialect, const struct http_callback_request *request, enum err want)
{
	struct http_callback_settings settings = { .dialect = dialect };
	struct http_callback *callback = NULL;
	struct http_callback_list list = { 0 };
	struct err_at at = { .err = ERR_OK };
	cr_assert_eq(http_callback_create(&settings, &callback, &at), ERR_OK, "%s", at.text);
	enum err err = http_callback_read(callback, request, &list, &at);
	http_callback_destroy(callback);
	cr_assert_eq(err, want, "%s: %s", dialect, at.text);
	return list;
}

/* As the providers' manuals show them. */
Test(http_callback_mo, each_provider)
{
	static const struct {
		const char *name, *dialect, *query, *type, *body;
		const char *want_from, *want_to, *want_text;
		uint8_t want_part, want_total; /* 0 = it is whole */
		uint16_t want_reference;
	} rows[] = {
		{ "kannel", "kannel", "from=13900000001&to=10690001&text=%E9%80%80%E8%AE%A2+a%2Bb", "", "",
		  "13900000001", "10690001", "退订 a+b", 0, 0, 0 },
		{ "twilio", "twilio", "", FORM,
		  "ToCountry=US&SmsMessageSid=SM1&NumMedia=0&SmsSid=SM1&SmsStatus=received&Body=STOP&To=%2B15005550006&"
		  "NumSegments=1&MessageSid=SM1&AccountSid=AC1&From=%2B14017122661&ApiVersion=2010-04-01",
		  "+14017122661", "+15005550006", "STOP", 0, 0, 0 },
		{ "twilio, a picture without words", "twilio", "", FORM,
		  "MessageSid=MM1&NumMedia=1&Body=&To=%2B15005550006&From=%2B14017122661", "+14017122661",
		  "+15005550006", "", 0, 0, 0 },
		{ "vonage by GET", "vonage",
		  "msisdn=447700900001&to=447700900000&messageId=0A0000000123ABCD1&text=Hello&type=text&keyword=HELLO&"
		  "message-timestamp=2020-01-01+12%3A00%3A00",
		  "", "", "+447700900001", "447700900000", "Hello", 0, 0, 0 },
		{ "vonage by JSON, a part", "vonage", "", JSON,
		  "{\"api-key\":\"abcd1234\",\"msisdn\":\"447700900001\",\"to\":\"447700900000\",\"messageId\":\"0A\","
		  "\"text\":\"Hi\",\"type\":\"unicode\",\"keyword\":\"HI\",\"concat\":\"true\",\"concat-ref\":\"1\","
		  "\"concat-total\":\"3\",\"concat-part\":\"2\"}",
		  "+447700900001", "447700900000", "Hi", 2, 3, 1 },
		{ "vonage, a part behind the last", "vonage",
		  "msisdn=447700900001&to=1&text=a&concat=true&concat-ref=1&concat-total=2&concat-part=3", "", "",
		  "+447700900001", "1", "a", 0, 0, 0 },
		{ "vonage, a number that looks like one of China", "vonage", "msisdn=13105550100&to=1&text=STOP", "",
		  "", "+13105550100", "1", "STOP", 0, 0, 0 },
		{ "vonage, a name", "vonage", "msisdn=Bank&to=1&text=a", "", "", "Bank", "1", "a", 0, 0, 0 },
		{ "vonage, no calling code", "vonage", "msisdn=0791&to=1&text=a", "", "", "0791", "1", "a", 0, 0, 0 },
		{ "vonage, nobody", "vonage", "to=1&text=a", "", "", "", "1", "a", 0, 0, 0 },
		{ "vonage, with its plus", "vonage", "msisdn=%2B447700900001&to=1&text=a", "", "", "+447700900001", "1",
		  "a", 0, 0, 0 },
		{ "twilio, a short code", "twilio", "", FORM, "From=12345&To=%2B1&Body=a", "12345", "+1", "a", 0, 0,
		  0 },
		{ "aliyun", "aliyun", "", JSON,
		  "[{\"phone_number\":\"13900000001\",\"send_time\":\"2017-09-01 11:12:13\",\"content\":\"退订\","
		  "\"sign_name\":\"测试\",\"dest_code\":\"10690001\",\"sequence_id\":1234567890}]",
		  "13900000001", "10690001", "退订", 0, 0, 0 },
		{ "tencent", "tencent", "", JSON,
		  "{\"extend\":\"01\",\"mobile\":\"13900000001\",\"nationcode\":\"86\",\"sign\":\"测试\","
		  "\"text\":\"T\",\"time\":1457336869}",
		  "+8613900000001", "01", "T", 0, 0, 0 },
		{ "tencent, with its calling code before it", "tencent", "", JSON,
		  "{\"mobile\":\"+8613900000001\",\"nationcode\":\"86\",\"text\":\"T\"}", "+8613900000001", "", "T", 0,
		  0, 0 },
		{ "a name with what cannot be shown", "twilio", "", FORM, "From=B%C3%A4nk%0A&Body=x", "B??nk?", "", "x",
		  0, 0, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_callback_request request = { slice_of(rows[i].query), slice_of(rows[i].body),
							 slice_of(rows[i].type) };
		struct http_callback_list list = read(rows[i].dialect, &request, ERR_OK);
		cr_assert_eq(list.count, 1, "%s", rows[i].name);
		cr_assert_not_null(list.items[0].mo, "%s", rows[i].name);
		const struct mo *mo = &list.items[0].mo->mo;
		cr_expect(mo_is_valid(mo) && mo->is_text, "%s", rows[i].name);
		cr_expect(slice_is(mo->from, rows[i].want_from), "%s: %.*s", rows[i].name, SLICE_ARG(mo->from));
		cr_expect(slice_is(mo->to, rows[i].want_to), "%s: %.*s", rows[i].name, SLICE_ARG(mo->to));
		cr_expect(slice_is(mo->octets, rows[i].want_text), "%s: %.*s", rows[i].name, SLICE_ARG(mo->octets));
		cr_expect_not(mo->is_international, "%s: a “+” says it", rows[i].name);
		cr_expect_eq(mo->part, rows[i].want_part ? rows[i].want_part : 1, "%s", rows[i].name);
		cr_expect_eq(mo->total, rows[i].want_total ? rows[i].want_total : 1, "%s", rows[i].name);
		cr_expect_eq(mo->reference, rows[i].want_reference, "%s", rows[i].name);
		http_callback_list_free(&list);
	}
}

/* The provider's own id, by which it can be told that a message came again. */
Test(http_callback_mo, whose_id)
{
	static const struct {
		const char *dialect, *query, *body, *want;
	} rows[] = {
		{ "twilio", "", "From=%2B1&Body=x&MessageSid=SM1", "SM1" },
		{ "twilio", "", "From=%2B1&Body=x", "" },
		{ "twilio", "", "From=%2B1&Body=x&MessageSid=SM%0A", "" },
		{ "twilio", "",
		  "From=%2B1&Body=x&MessageSid=0123456789012345678901234567890123456789012345678901234567890123",
		  "0123456789012345678901234567890123456789012345678901234567890123" },
		{ "twilio", "",
		  "From=%2B1&Body=x&MessageSid=01234567890123456789012345678901234567890123456789012345678901234", "" },
		{ "vonage", "msisdn=1&text=x&messageId=0A0000000123ABCD1", "", "0A0000000123ABCD1" },
		{ "aliyun", "", "[{\"phone_number\":\"1\",\"content\":\"x\",\"sequence_id\":1234567890}]",
		  "1234567890" },
		{ "aliyun", "", "[{\"phone_number\":\"1\",\"content\":\"x\",\"sequence_id\":\"123\"}]", "123" },
		{ "tencent", "", "{\"mobile\":\"1\",\"text\":\"x\"}", "" },
		{ "kannel", "from=1&text=x&id=7", "", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_callback_request request = { slice_of(rows[i].query), slice_of(rows[i].body), SLICE("") };
		struct http_callback_list list = read(rows[i].dialect, &request, ERR_OK);
		cr_assert(list.count == 1 && list.items[0].mo != NULL, "%s", rows[i].want);
		const struct mo *mo = &list.items[0].mo->mo;
		cr_expect(mo_is_valid(mo) && slice_is(mo->id, rows[i].want), "%s: “%.*s”, want “%s”", rows[i].dialect,
			  SLICE_ARG(mo->id), rows[i].want);
		http_callback_list_free(&list);
	}
}

/* Receipts and messages come to one address, and even in one list. */
Test(http_callback_mo, beside_receipts)
{
	struct http_callback_request request = {
		.body = SLICE("[{\"biz_id\":\"b\",\"phone_number\":\"13900000001\",\"success\":true},"
			      "{\"phone_number\":\"13900000002\",\"content\":\"R\"}]"),
	};
	struct http_callback_list list = read("aliyun", &request, ERR_OK);
	cr_assert_eq(list.count, 2);
	cr_expect_null(list.items[0].mo);
	cr_expect(slice_is(http_callback_receipt(&list.items[0]).carrier_ref, "b/3900000001"));
	cr_assert_not_null(list.items[1].mo);
	cr_expect(slice_is(list.items[1].mo->mo.octets, "R"));
	http_callback_list_free(&list);
}

/* A dialect of a provider that passes no messages on, and what is neither. */
Test(http_callback_mo, what_is_none)
{
	static const struct {
		const char *dialect, *query;
	} rows[] = { { "twilio", "Text=STOP&From=1" },
		     { "kannel", "from=1&to=2" },
		     { "vonage", "msisdn=1&to=2&type=text" } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_callback_request request = { .query = slice_of(rows[i].query) };
		struct http_callback_list list = read(rows[i].dialect, &request, ERR_FORMAT);
		cr_expect_eq(list.count, 0);
	}
}

Test(http_callback_mo, octets_and_length)
{
	struct http_callback_request request = { .query = SLICE("from=1&to=2&text=%FF%00") };
	struct http_callback_list list = read("kannel", &request, ERR_OK);
	cr_assert_eq(list.count, 1);
	cr_expect_not(list.items[0].mo->mo.is_text, "no UTF-8");
	cr_expect(mo_is_valid(&list.items[0].mo->mo));
	http_callback_list_free(&list);

	static char body[MO_OCTETS_MAX + 64] = "From=1&To=2&Body=";
	size_t head = strlen(body);
	memset(body + head, 'x', MO_OCTETS_MAX + 1);
	request = (struct http_callback_request){ .body = { body, head + MO_OCTETS_MAX }, .content_type = SLICE(FORM) };
	list = read("twilio", &request, ERR_OK);
	cr_assert_eq(list.count, 1, "as long as it may be");
	cr_expect_eq(list.items[0].mo->mo.octets.len, MO_OCTETS_MAX);
	http_callback_list_free(&list);
	request.body.len++;
	list = read("twilio", &request, ERR_OK);
	cr_expect_eq(list.count, 0, "longer than any sms");
	cr_expect_eq(list.skipped, 0);
	cr_expect_eq(list.too_long, 1);
	http_callback_list_free(&list);
}
