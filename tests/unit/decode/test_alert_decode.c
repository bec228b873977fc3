/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/alert_decode.h"

#include "base/buf.h"

#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdio.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static alignas(max_align_t) char block[16384];

static enum err decode(struct slice json, struct alert *out, struct err_at *at)
{
	struct arena arena;
	struct decode_options options = { .country = country_find(SLICE("CN")) };
	arena_init(&arena, block, sizeof block, 0);
	return alert_decode(json, &options, &arena, out, at);
}

#define CORE "\"id\":\"a1\",\"to\":\"13900010001\",\"template\":\"arrears\""

Test(alert_decode, every_field)
{
	static const char json[] =
		"{\"id\":\"a-1\",\"to\":\"+86 139 0001 0001\",\"template\":\"欠费\",\"params\":{\"name\":\"张\\u4e09\","
		"\"balance\":-35.20,\"n\":1e3,\"empty\":\"\"},\"priority\":\"urgent\",\"tenant\":\"changchun\","
		"\"subject\":\"account:2200012345\",\"supersede\":true,\"as_of\":\"2026-02-13T08:00:00+08:00\","
		"\"batch\":\"run-7\",\"expires_at\":\"2026-02-13T00:00:01Z\",\"not_before\":\"1970-01-01T00:00:00Z\","
		"\"locale\":\"zh-CN\",\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\","
		"\"consent\":\"合同 2026-001\"}";
	static const struct {
		const char *name;
		const char *value;
		bool is_number;
	} params[] = {
		{ "name", "张三", false }, { "balance", "-35.20", true }, { "n", "1e3", true }, { "empty", "", false }
	};
	struct alert alert;
	struct err_at at = { 0 };
	cr_assert_eq(decode(SLICE(json), &alert, &at), ERR_OK, "%s: %s", at.field, at.text);
	cr_expect_eq(alert.kind, ALERT_SEND);
	cr_expect(slice_is(alert.id, "a-1"));
	cr_expect_str_eq(alert.to.digits, "8613900010001");
	cr_expect(slice_is(alert.template_name, "欠费"));
	cr_expect(alert.has_priority && alert.priority == LANE_URGENT);
	cr_expect(slice_is(alert.tenant, "changchun"));
	cr_expect(slice_is(alert.subject, "account:2200012345"));
	cr_expect(alert.supersede);
	cr_expect(slice_is(alert.batch, "run-7"));
	cr_expect(slice_is(alert.locale, "zh-CN"));
	cr_expect(slice_is(alert.traceparent, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
	cr_expect(slice_is(alert.consent, "合同 2026-001"));
	cr_expect_eq(alert.as_of, 1770940800000);
	cr_expect_eq(alert.expires_at, 1770940801000);
	cr_expect_eq(alert.not_before, 1, "an instant of 0 would read as absent");
	cr_assert_eq(alert.param_count, COUNT(params));
	for (size_t i = 0; i < COUNT(params); i++) {
		cr_expect(slice_is(alert.params[i].name, params[i].name), "%s", params[i].name);
		cr_expect(slice_is(alert.params[i].value, params[i].value), "%s", params[i].name);
		cr_expect_eq(alert.params[i].is_number, params[i].is_number, "%s", params[i].name);
	}
}

Test(alert_decode, least_alert)
{
	struct alert alert;
	struct err_at at = { 0 };
	cr_assert_eq(decode(SLICE(" {\"template\":\"t\",\n\"to\":\"13900010001\", \"id\":\"x\"} "), &alert, &at),
		     ERR_OK, "%s", at.text);
	cr_expect_eq(alert.param_count, 0);
	cr_expect(!alert.has_priority && !alert.supersede);
	cr_expect(alert.tenant.at == NULL && alert.subject.at == NULL && alert.batch.at == NULL);
	cr_expect(alert.as_of == 0 && alert.expires_at == 0 && alert.not_before == 0);
}

Test(alert_decode, cancels)
{
	static const struct {
		const char *json;
		enum alert_kind want_kind;
		const char *want_id;
		const char *want_template;
	} rows[] = {
		{ "{\"cancel\":\"a1\"}", ALERT_CANCEL_ID, "a1", "" },
		{ "{\"cancel_subject\":\"account:1\",\"template\":\"t\"}", ALERT_CANCEL_SUBJECT, "account:1", "t" },
		{ "{\"template\":\"t\",\"cancel_subject\":\"account:1\"}", ALERT_CANCEL_SUBJECT, "account:1", "t" },
		{ "{\"cancel_batch\":\"run-7\"}", ALERT_CANCEL_BATCH, "run-7", "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct alert alert;
		struct err_at at = { 0 };
		cr_assert_eq(decode(slice_of(rows[i].json), &alert, &at), ERR_OK, "%s: %s", rows[i].json, at.text);
		cr_expect_eq(alert.kind, rows[i].want_kind, "%s", rows[i].json);
		cr_expect(slice_is(alert.id, rows[i].want_id), "%s", rows[i].json);
		cr_expect(slice_is(alert.template_name, rows[i].want_template), "%s", rows[i].json);
	}
}

Test(alert_decode, refuses)
{
	static const struct {
		const char *json;
		enum err want;
		const char *want_field;
		const char *want_text;
	} rows[] = {
		{ "", ERR_FORMAT, "", "ends here" },
		{ "[]", ERR_FORMAT, "", "an alert must be a JSON object, this is an array" },
		{ "\"x\"", ERR_FORMAT, "", "this is a string" },
		{ "\xEF\xBB\xBF{}", ERR_FORMAT, "", "byte order mark" },
		{ "{}", ERR_FORMAT, "id", "is missing" },
		{ "{\"id\":\"a\"}", ERR_FORMAT, "to", "is missing" },
		{ "{\"id\":\"a\",\"to\":\"13900010001\"}", ERR_FORMAT, "template", "is missing" },
		{ "{" CORE "}}", ERR_FORMAT, "", "something follows its end" },
		{ "{" CORE ",\"templte\":\"x\"}", ERR_FORMAT, "templte",
		  "is not a known field; did you mean “template”?" },
		{ "{" CORE ",\"origin\":\"1-1\"}", ERR_FORMAT, "origin", "is not a known field" },
		{ "{" CORE ",\"attempt\":1}", ERR_FORMAT, "attempt", "is not a known field" },
		{ "{" CORE ",\"state\":{}}", ERR_FORMAT, "state", "is not a known field" },
		{ "{" CORE ",\"\":1}", ERR_FORMAT, "", "is not a known field" },
		{ "{" CORE ",\"13900010001\":1}", ERR_FORMAT, "139****0001", "is not a known field" },
		{ "{" CORE ",\"ID\":\"x\"}", ERR_FORMAT, "ID", "is not a known field" },
		{ "{" CORE ",\"id\":\"a1\"}", ERR_DUPLICATE, "id", "is given twice" },
		{ "{" CORE ",\"tenant\":\"a\",\"tenant\":\"b\"}", ERR_DUPLICATE, "tenant", "is given twice" },
		{ "{\"id\":7}", ERR_FORMAT, "id", "must be a string, is a number" },
		{ "{\"id\":\"\"}", ERR_RANGE, "id", "is empty" },
		{ "{\"id\":\"a\\nb\"}", ERR_FORMAT, "id", "contains a control character" },
		{ "{\"id\":\"a\\u0085b\"}", ERR_FORMAT, "id", "contains a control character" },
		{ "{\"id\":\"a\x7F"
		  "b\"}",
		  ERR_FORMAT, "id", "contains a control character" },
		{ "{\"id\":\"a\tb\"}", ERR_FORMAT, "id", "control character 0x09" },
		{ "{\"id\":\"12345678901234567890123456789012345678901234567890123456789012345\"}", ERR_RANGE, "id",
		  "is 65 octets long, may have at most 64" },
		{ "{\"to\":13900010001}", ERR_FORMAT, "to", "must be a string, is a number; write it in quotes" },
		{ "{\"to\":null}", ERR_FORMAT, "to", "must be a string, is null" },
		{ "{\"to\":\"1390001000\"}", ERR_RANGE, "to", "13****1000 has 10 digits" },
		{ "{\"to\":\"\"}", ERR_FORMAT, "to", "has no digits" },
		{ "{\"to\":\"1390001000x\"}", ERR_FORMAT, "to", "“x” does not belong" },
		{ "{\"template\":[]}", ERR_FORMAT, "template", "must be a string, is an array" },
		{ "{\"params\":[]}", ERR_FORMAT, "params", "must be an object, is an array" },
		{ "{\"params\":{\"balance\":[1]}}", ERR_FORMAT, "params.balance",
		  "must be a string or number, is an array" },
		{ "{\"params\":{\"a\":{}}}", ERR_FORMAT, "params.a", "must be a string or number, is an object" },
		{ "{\"params\":{\"a\":true}}", ERR_FORMAT, "params.a", "must be a string or number, is true" },
		{ "{\"params\":{\"a\":false}}", ERR_FORMAT, "params.a", "must be a string or number, is false" },
		{ "{\"params\":{\"a\":null}}", ERR_FORMAT, "params.a", "must be a string or number, is null" },
		{ "{\"params\":{\"a\":1,\"b\":2,\"a\":3}}", ERR_DUPLICATE, "params.a", "is given twice" },
		{ "{\"params\":{\"a\":1,\"\\u0061\":3}}", ERR_DUPLICATE, "params.a", "is given twice" },
		{ "{\"params\":{\"\":1}}", ERR_RANGE, "params", "without a name" },
		{ "{\"params\":{\"13900010001\":null}}", ERR_FORMAT, "params.139****0001", "is null" },
		{ "{\"params\":{\"a\":\"\xFF\"}}", ERR_FORMAT, "params.a", "not valid UTF-8" },
		{ "{\"params\":{\"a\":01}}", ERR_FORMAT, "params.a", "leading zero" },
		{ "{\"params\":{\"a\" 1}}", ERR_FORMAT, "params", "“:” expected" },
		{ "{\"params\":{\"12345678901234567890123456789012345678901234567890123456789012345\":1}}", ERR_RANGE,
		  "params.123****2345", "has a name of 65 octets, may have at most 64" },
		{ "{\"priority\":\"ready\"}", ERR_FORMAT, "priority", "must be urgent, normal or bulk" },
		{ "{\"priority\":\"urgnet\"}", ERR_FORMAT, "priority", "did you mean “urgent”?" },
		{ "{\"priority\":1}", ERR_FORMAT, "priority", "must be a string, is a number" },
		{ "{\"tenant\":\"\"}", ERR_RANGE, "tenant", "is empty; leave it out" },
		{ "{\"tenant\":null}", ERR_FORMAT, "tenant", "must be a string, is null" },
		{ "{\"supersede\":\"true\"}", ERR_FORMAT, "supersede", "must be true or false, is a string" },
		{ "{" CORE ",\"supersede\":true}", ERR_FORMAT, "supersede", "needs a “subject”" },
		{ "{\"as_of\":1770940800}", ERR_FORMAT, "as_of", "must be a string, is a number" },
		{ "{\"as_of\":\"2026-02-13 08:00\"}", ERR_FORMAT, "as_of", "RFC 3339" },
		{ "{\"expires_at\":\"2026-02-30T08:00:00Z\"}", ERR_FORMAT, "expires_at", "RFC 3339" },
		{ "{\"not_before\":\"\"}", ERR_FORMAT, "not_before", "RFC 3339" },
		{ "{\"locale\":\"zh_CN\"}", ERR_FORMAT, "locale", "write “-” for “_”" },
		{ "{\"locale\":\"z\"}", ERR_FORMAT, "locale", "BCP 47" },
		{ "{\"consent\":\"\"}", ERR_RANGE, "consent", "is empty" },
		{ "{\"consent\":true}", ERR_FORMAT, "consent", "must be a string" },
		{ "{\"traceparent\":\"00-0\"}", ERR_FORMAT, "traceparent", "W3C" },
		{ "{\"cancel\":\"a\",\"id\":\"b\"}", ERR_FORMAT, "id", "does not go together with “cancel”" },
		{ "{\"cancel\":\"a\",\"cancel_batch\":\"b\"}", ERR_FORMAT, "cancel_batch",
		  "does not go together with “cancel”" },
		{ "{\"cancel_subject\":\"a\"}", ERR_FORMAT, "template", "is missing; “cancel_subject” needs it" },
		{ "{\"cancel_batch\":\"a\",\"template\":\"t\"}", ERR_FORMAT, "template",
		  "does not go together with “cancel_batch”" },
		{ "{\"cancel\":\"\"}", ERR_RANGE, "cancel", "is empty" },
		{ "{\"cancel\":7}", ERR_FORMAT, "cancel", "must be a string, is a number" },
		{ "{\"canel\":\"a\"}", ERR_FORMAT, "canel", "did you mean “cancel”?" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct alert alert = { .param_count = 77 };
		struct err_at at = { 0 };
		enum err err = decode(slice_of(rows[i].json), &alert, &at);
		cr_expect_eq(err, rows[i].want, "%s: %s", rows[i].json, err_name(err));
		cr_expect_str_eq(at.field, rows[i].want_field, "%s: field “%s”", rows[i].json, at.field);
		cr_expect(strstr(at.text, rows[i].want_text), "%s: “%s”", rows[i].json, at.text);
		cr_expect_eq(alert.param_count, 77, "%s: out was touched", rows[i].json);
		cr_expect_eq(decode(slice_of(rows[i].json), &alert, NULL), err, "%s", rows[i].json);
		cr_expect(strstr(at.text, "13900010001") == NULL && strstr(at.field, "13900010001") == NULL, "%s",
			  rows[i].json);
	}
}

Test(alert_decode, offsets)
{
	static const struct {
		const char *json;
		size_t want;
	} rows[] = {
		{ "{\"id\": 7}", 7 },
		{ "{\"idx\": 7}", 1 },
		{ "{\"id\":\"a\", \"id\":\"b\"}", 11 },
		{ "{\"to\":  \"139\"}", 8 },
		{ "{\"params\":{\"a\": []}}", 16 },
		{ "{\"params\":{\"a\":\"bc\n\"}}", 18 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct alert alert;
		struct err_at at = { 0 };
		cr_expect_neq(decode(slice_of(rows[i].json), &alert, &at), ERR_OK, "%s", rows[i].json);
		cr_expect_eq(at.offset, rows[i].want, "%s: %zu", rows[i].json, at.offset);
	}
}

/* An alert with count parameters whose values are value_len long. */
static struct slice with_params(char *out, size_t cap, unsigned count, size_t value_len)
{
	static char letters[ALERT_PARAM_VALUE_MAX + 8];
	memset(letters, 'v', sizeof letters);
	struct buf buf = buf_over(out, cap);
	buf_put_text(&buf, "{" CORE ",\"params\":{");
	for (unsigned i = 0; i < count; i++)
		buf_put_format(&buf, "%s\"p%u\":\"%.*s\"", i ? "," : "", i, (int)value_len, letters);
	buf_put_text(&buf, "}}");
	cr_assert(!buf.full);
	return buf_slice(&buf);
}

Test(alert_decode, params_limits)
{
	static const struct {
		const char *name;
		unsigned count;
		size_t value_len;
		enum err want;
	} rows[] = {
		{ "none", 0, 0, ERR_OK },
		{ "one array", 8, 3, ERR_OK },
		{ "grown", 9, 3, ERR_OK },
		{ "most", ALERT_PARAMS_MAX, 3, ERR_OK },
		{ "too many", ALERT_PARAMS_MAX + 1, 3, ERR_RANGE },
		{ "longest", 1, ALERT_PARAM_VALUE_MAX, ERR_OK },
		{ "too long", 1, ALERT_PARAM_VALUE_MAX + 1, ERR_RANGE },
		{ "alert too long", 9, ALERT_PARAM_VALUE_MAX, ERR_RANGE },
	};
	static char json[32768];
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct alert alert;
		struct err_at at = { 0 };
		struct slice text = with_params(json, sizeof json, rows[i].count, rows[i].value_len);
		cr_expect_eq(decode(text, &alert, &at), rows[i].want, "%s: %s", rows[i].name, at.text);
		if (rows[i].want != ERR_OK)
			continue;
		cr_expect_eq(alert.param_count, rows[i].count, "%s", rows[i].name);
		for (unsigned j = 0; j < alert.param_count; j++) {
			char want[16];
			snprintf(want, sizeof want, "p%u", j);
			cr_expect(slice_is(alert.params[j].name, want), "%s: %s", rows[i].name, want);
			cr_expect_eq(alert.params[j].value.len, rows[i].value_len, "%s: %s", rows[i].name, want);
		}
	}
}

Test(alert_decode, arena_without_room)
{
	struct arena arena;
	struct alert alert;
	struct err_at at = { 0 };
	struct decode_options options = { .country = country_find(SLICE("CN")) };
	arena_init(&arena, block, 64, 0);
	cr_expect_eq(alert_decode(SLICE("{\"params\":{\"a\":1}}"), &options, &arena, &alert, &at), ERR_FULL);
	cr_expect_str_eq(at.field, "params");
}
