/* SPDX-License-Identifier: Apache-2.0 */
/* The scanner and the decoder against jansson, which knows nothing of them: what one takes the other takes, with the
 * same values, over a table and over many mutations of it. Where ours is stricter or laxer by design it is said here. */
#include "base/civil.h"
#include "base/json_scan.h"
#include "base/rng.h"
#include "decode/alert_decode.h"
#include "decode/alert_syntax.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdalign.h>
#include <stdlib.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define ROUNDS      60000

static alignas(max_align_t) char block[65536];

static const char *const seeds[] = {
	"{\"id\":\"arrears-22-20260213\",\"to\":\"13900010001\",\"template\":\"arrears\",\"params\":{\"name\":\"张三\","
	"\"balance\":\"-35.20\",\"days\":12},\"tenant\":\"changchun\",\"as_of\":\"2026-02-13T08:00:00+08:00\","
	"\"subject\":\"account:2200012345\",\"supersede\":true}",
	"{\"id\": \"b\", \"to\": \"+8613900010001\", \"template\": \"t\", \"params\": {\"a\": "
	"\"\\u5f20\\ud83d\\ude00\\n\", "
	"\"b\": -1.5e+3}, \"priority\": \"bulk\", \"expires_at\": \"2026-02-13T08:00:00Z\", \"locale\": \"zh-CN\"}",
	"{\"cancel\":\"a1\"}",
	"{\"cancel_subject\":\"account:1\",\"template\":\"t\"}",
	"{\"cancel_batch\":\"run\"}",
	"{\"id\":\"c\",\"to\":\"13900010001\",\"template\":\"t\",\"batch\":\"r\",\"not_before\":\"2026-02-13T08:00:"
	"00Z\","
	"\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\",\"consent\":\"c-1\",\"supersede\":"
	"false}",
	"[1,-0.5,1e9,true,false,null,\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",{\"a\":[{}]},[]]",
	"{\"a\":{\"b\":{\"c\":[0,{\"d\":\"\xF0\x9F\x98\x80\"}]}},\"a2\":\"\"}",
};

static const char *const tokens[] = {
	"{",
	"}",
	"[",
	"]",
	",",
	":",
	"\"",
	"\\",
	"\\u",
	"\\ud83d",
	"\\ude00",
	"\\u0000",
	"\\u4e2d",
	"\\n",
	"0",
	"-",
	"1e5",
	".",
	"true",
	"null",
	"false",
	"\"id\":",
	"\"to\":\"13900010001\",",
	"\"template\":\"t\",",
	"\"cancel\":\"x\"",
	"\"params\":{",
	"\"supersede\":true,",
	"\"subject\":\"s\",",
	"\"priority\":\"urgent\",",
	"\xE4\xBD\xA0",
	"\xC2\x85",
	"\xED\xA0\x80",
	"\xFF",
	"\x7F",
	"\n",
	" ",
	"\t",
	"\x01",
	"99999999999999999999",
	"1e999",
	"\"\"",
};

/* The tree of what the scanner reads ; NULL where it refuses, or where a key comes twice. */
static json_t *tree(struct json_scan *scan, unsigned depth);

static json_t *container(struct json_scan *scan, bool is_array, unsigned depth)
{
	json_t *out = is_array ? json_array() : json_object();
	for (;;) {
		struct json_scan_value key;
		bool more;
		if (json_scan_next(scan, &more, is_array ? NULL : &key) != ERR_OK)
			break;
		if (!more)
			return out;
		char name[1024] = "";
		if (!is_array) {
			cr_assert_lt(key.text.len, sizeof name);
			memcpy(name, key.text.at, key.text.len);
		}
		json_t *value = tree(scan, depth + 1);
		bool is_bad = value == NULL || (!is_array && json_object_get(out, name) != NULL);
		if (is_bad) {
			json_decref(value);
			break;
		}
		if (is_array)
			json_array_append_new(out, value);
		else
			json_object_set_new_nocheck(out, name, value);
	}
	json_decref(out);
	return NULL;
}

static json_t *tree(struct json_scan *scan, unsigned depth)
{
	struct json_scan_value value;
	cr_assert_leq(depth, JSON_SCAN_DEPTH_MAX + 1);
	if (json_scan_value(scan, &value) != ERR_OK)
		return NULL;
	char number[1024];
	switch (value.type) {
	case JSON_SCAN_STRING:
		return json_stringn(value.text.at, value.text.len);
	case JSON_SCAN_NUMBER:
		cr_assert_lt(value.text.len, sizeof number);
		memcpy(number, value.text.at, value.text.len);
		number[value.text.len] = '\0';
		return json_pack("f", strtod(number, NULL));
	case JSON_SCAN_OBJECT:
	case JSON_SCAN_ARRAY:
		return container(scan, value.type == JSON_SCAN_ARRAY, depth);
	case JSON_SCAN_NULL:
		return json_pack("n");
	default:
		return json_boolean(value.type == JSON_SCAN_TRUE);
	}
}

/* Where the two differ by design: jansson overlooks a NUL behind a number, where ours refuses each NUL; ours keeps the
 * digits of numbers that no double holds, and refuses what is nested deep (ERR_RANGE). */
static bool has_nul(struct slice json)
{
	return json.len > 0 && memchr(json.at, '\0', json.len) != NULL;
}

static bool is_overflow(const json_t *theirs, const json_error_t *error)
{
	return theirs == NULL && json_error_code(error) == json_error_numeric_overflow;
}

static void compare_scan(struct slice json)
{
	struct arena arena;
	struct json_scan scan;
	struct err_at at = { 0 };
	json_error_t error;
	arena_init(&arena, block, sizeof block, 1 << 16);
	json_scan_init(&scan, json, &arena, &at);
	json_t *ours = tree(&scan, 0);
	if (ours != NULL && json_scan_end(&scan) != ERR_OK) {
		json_decref(ours);
		ours = NULL;
	}
	json_t *theirs = json_loadb(json.at, json.len,
				    JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY, &error);
	if (has_nul(json)) {
		cr_expect(ours == NULL, "%.*s", SLICE_ARG(json));
	} else if (!is_overflow(theirs, &error) && at.err != ERR_RANGE) {
		cr_expect_eq(ours == NULL, theirs == NULL, "%.*s\nours: %s, theirs: %s", SLICE_ARG(json), at.text,
			     theirs ? "" : error.text);
		if (ours != NULL && theirs != NULL)
			cr_expect(json_equal(ours, theirs), "%.*s", SLICE_ARG(json));
	}
	json_decref(ours);
	json_decref(theirs);
	arena_fini(&arena);
}

static struct slice text_of(const json_t *value)
{
	return (struct slice){ json_string_value(value), json_string_length(value) };
}

static bool is_text(const json_t *value, size_t max)
{
	return json_is_string(value) && text_of(value).len > 0 && text_of(value).len <= max &&
	       alert_syntax_is_printable(text_of(value));
}

static bool are_params(const json_t *value)
{
	const char *name;
	json_t *param;
	if (!json_is_object(value) || json_object_size(value) > ALERT_PARAMS_MAX)
		return false;
	json_object_foreach((json_t *)value, name, param)
	{
		size_t len = strlen(name);
		if (len == 0 || len > ALERT_PARAM_NAME_MAX || (!json_is_string(param) && !json_is_number(param)))
			return false;
	}
	return true;
}

/* The contract for one field, told a second time. */
static bool is_field(const char *key, const json_t *value)
{
	struct slice name = slice_of(key);
	wall_ms instant;
	struct msisdn msisdn;
	if (slice_is(name, "id") || slice_is(name, "cancel"))
		return is_text(value, 64);
	if (slice_is(name, "to"))
		return json_is_string(value) &&
		       msisdn_parse(text_of(value), country_find(SLICE("CN")), &msisdn, NULL) == ERR_OK;
	if (slice_is(name, "template") || slice_is(name, "tenant") || slice_is(name, "batch") ||
	    slice_is(name, "cancel_batch"))
		return is_text(value, 64);
	if (slice_is(name, "subject") || slice_is(name, "cancel_subject") || slice_is(name, "consent"))
		return is_text(value, 128);
	if (slice_is(name, "params"))
		return are_params(value);
	if (slice_is(name, "priority"))
		return json_is_string(value) &&
		       (slice_is(text_of(value), "urgent") || slice_is(text_of(value), "normal") ||
			slice_is(text_of(value), "bulk"));
	if (slice_is(name, "supersede"))
		return json_is_boolean(value);
	if (slice_is(name, "as_of") || slice_is(name, "expires_at") || slice_is(name, "not_before"))
		return json_is_string(value) && civil_parse_rfc3339(text_of(value), &instant);
	if (slice_is(name, "locale"))
		return is_text(value, 64) && alert_syntax_is_locale(text_of(value));
	return slice_is(name, "traceparent") && json_is_string(value) && alert_syntax_is_traceparent(text_of(value));
}

static bool oracle_takes(const json_t *alert)
{
	const char *key;
	json_t *value;
	if (!json_is_object(alert))
		return false;
	json_object_foreach((json_t *)alert, key, value) if (!is_field(key, value)) return false;
	size_t size = json_object_size(alert);
	bool is_single_cancel =
		size == 1 && (json_object_get(alert, "cancel") || json_object_get(alert, "cancel_batch"));
	if (is_single_cancel)
		return true;
	if (json_object_get(alert, "cancel") || json_object_get(alert, "cancel_batch"))
		return false;
	if (json_object_get(alert, "cancel_subject"))
		return size == 2 && json_object_get(alert, "template");
	if (!json_object_get(alert, "id") || !json_object_get(alert, "to") || !json_object_get(alert, "template"))
		return false;
	return !json_is_true(json_object_get(alert, "supersede")) || json_object_get(alert, "subject");
}

static void expect_text(const json_t *alert, const char *key, struct slice ours, struct slice json)
{
	const json_t *theirs = json_object_get(alert, key);
	cr_expect_eq(ours.at == NULL, theirs == NULL, "%s in %.*s", key, SLICE_ARG(json));
	if (theirs != NULL)
		cr_expect(slice_equal(ours, text_of(theirs)), "%s in %.*s", key, SLICE_ARG(json));
}

static void expect_params(const json_t *params, const struct alert *alert, struct slice json)
{
	cr_expect_eq(alert->param_count, json_object_size(params), "%.*s", SLICE_ARG(json));
	for (unsigned i = 0; i < alert->param_count; i++) {
		char name[ALERT_PARAM_NAME_MAX + 1] = "";
		char number[ALERT_PARAM_VALUE_MAX + 1] = "";
		memcpy(name, alert->params[i].name.at, alert->params[i].name.len);
		memcpy(number, alert->params[i].value.at, alert->params[i].value.len);
		const json_t *theirs = json_object_get(params, name);
		cr_expect_eq(json_is_number(theirs), alert->params[i].is_number, "%s in %.*s", name, SLICE_ARG(json));
		if (json_is_string(theirs))
			cr_expect(slice_equal(alert->params[i].value, text_of(theirs)), "%s in %.*s", name,
				  SLICE_ARG(json));
		else
			cr_expect(!(json_real_value(theirs) < strtod(number, NULL)) &&
					  !(json_real_value(theirs) > strtod(number, NULL)),
				  "%s in %.*s", name, SLICE_ARG(json));
	}
}

/* Returns whether both take it. */
static bool compare_alert(struct slice json)
{
	struct arena arena;
	struct alert alert;
	struct err_at at = { 0 };
	json_error_t error;
	struct decode_options options = { .country = country_find(SLICE("CN")) };
	arena_init(&arena, block, sizeof block, 1 << 16);
	bool is_taken = alert_decode(json, &options, &arena, &alert, &at) == ERR_OK;
	json_t *theirs = json_loadb(json.at, json.len, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
	if (is_overflow(theirs, &error) || has_nul(json)) {
		cr_expect(!(is_taken && has_nul(json)), "%.*s", SLICE_ARG(json));
		json_decref(theirs);
		arena_fini(&arena);
		return false;
	}
	bool is_wanted = theirs != NULL && oracle_takes(theirs);
	cr_expect_eq(is_taken, is_wanted, "%.*s\nours: %s %s", SLICE_ARG(json), at.field, at.text);
	if (is_taken && is_wanted && alert.kind == ALERT_SEND) {
		expect_text(theirs, "id", alert.id, json);
		expect_text(theirs, "template", alert.template_name, json);
		expect_text(theirs, "tenant", alert.tenant, json);
		expect_text(theirs, "subject", alert.subject, json);
		expect_text(theirs, "batch", alert.batch, json);
		expect_text(theirs, "locale", alert.locale, json);
		expect_text(theirs, "consent", alert.consent, json);
		expect_text(theirs, "traceparent", alert.traceparent, json);
		cr_expect_eq(alert.supersede, json_is_true(json_object_get(theirs, "supersede")));
		expect_params(json_object_get(theirs, "params"), &alert, json);
	}
	json_decref(theirs);
	arena_fini(&arena);
	return is_taken && is_wanted;
}

/* Changes text a little; cap octets at hand. */
static size_t mutate(struct rng *rng, char *text, size_t len, size_t cap)
{
	char *place = text + rng_below(rng, len + 1);
	size_t behind = (size_t)(text + len - place);
	const char *token = tokens[rng_below(rng, COUNT(tokens))];
	size_t token_len = strlen(token);
	switch (rng_below(rng, 4)) {
	case 0:
		if (behind)
			*place = (char)rng_below(rng, 256);
		return len;
	case 1:
		token_len = rng_below(rng, 12);
		token_len = token_len > behind ? behind : token_len;
		memmove(place, place + token_len, behind - token_len);
		return len - token_len;
	case 2:
		if (token_len > behind)
			return len;
		memcpy(place, token, token_len);
		return len;
	default:
		if (len + token_len > cap)
			return len;
		memmove(place + token_len, place, behind);
		memcpy(place, token, token_len);
		return len + token_len;
	}
}

Test(alert_oracle, table)
{
	for (size_t i = 0; i < COUNT(seeds); i++) {
		compare_scan(slice_of(seeds[i]));
		compare_alert(slice_of(seeds[i]));
	}
	for (size_t i = 0; i < COUNT(tokens); i++)
		compare_scan(slice_of(tokens[i]));
}

Test(alert_oracle, every_prefix_and_every_octet)
{
	for (size_t i = 0; i < COUNT(seeds); i++) {
		size_t len = strlen(seeds[i]);
		char text[512];
		cr_assert_lt(len, sizeof text);
		for (size_t j = 0; j < len; j++) {
			compare_alert((struct slice){ seeds[i], j });
			for (unsigned octet = 0; octet < 256; octet += 1 + octet / 16) {
				memcpy(text, seeds[i], len);
				text[j] = (char)octet;
				compare_scan((struct slice){ text, len });
			}
		}
	}
}

Test(alert_oracle, mutations)
{
	struct rng rng;
	unsigned taken_count = 0;
	rng_seed(&rng, 20260213);
	for (unsigned round = 0; round < ROUNDS; round++) {
		char text[512];
		const char *seed = seeds[rng_below(&rng, COUNT(seeds))];
		size_t len = strlen(seed);
		memcpy(text, seed, len);
		for (uint64_t times = rng_below(&rng, 3) + 1; times > 0; times--)
			len = mutate(&rng, text, len, sizeof text);
		compare_scan((struct slice){ text, len });
		taken_count += compare_alert((struct slice){ text, len });
	}
	cr_expect_gt(taken_count, ROUNDS / 50, "too few mutations are valid to mean anything: %u", taken_count);
}
