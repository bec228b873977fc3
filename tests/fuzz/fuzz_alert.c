/* SPDX-License-Identifier: Apache-2.0 */
/* An alert from a producer: what is accepted keeps the contract's limits, what is refused says so without a number. */
#include "base/check.h"
#include "base/utf8.h"
#include "decode/alert_decode.h"
#include "decode/alert_syntax.h"

#include <stdalign.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static alignas(max_align_t) char memory[8192];

static void check_text(struct slice text, size_t max)
{
	CHECK(text.at == NULL || (text.len > 0 && text.len <= max));
	CHECK(text.len == 0 || utf8_valid(text.at, text.len) == text.len);
	CHECK(alert_syntax_is_printable(text));
}

static void check_alert(const struct alert *alert)
{
	check_text(alert->id, alert->kind == ALERT_CANCEL_SUBJECT ? ALERT_SUBJECT_MAX : ALERT_ID_MAX);
	CHECK(alert->id.len > 0);
	check_text(alert->template_name, ALERT_NAME_MAX);
	check_text(alert->tenant, ALERT_NAME_MAX);
	check_text(alert->subject, ALERT_SUBJECT_MAX);
	check_text(alert->batch, ALERT_NAME_MAX);
	check_text(alert->locale, ALERT_NAME_MAX);
	check_text(alert->traceparent, UINT8_MAX);
	CHECK(alert->priority < LANE_READY);
	CHECK(alert->param_count <= ALERT_PARAMS_MAX);
	for (unsigned i = 0; i < alert->param_count; i++) {
		const struct alert_param *param = &alert->params[i];
		CHECK(param->name.len > 0 && param->name.len <= ALERT_PARAM_NAME_MAX);
		CHECK(param->value.len <= ALERT_PARAM_VALUE_MAX);
		CHECK(utf8_valid(param->name.at, param->name.len) == param->name.len);
		CHECK(utf8_valid(param->value.at, param->value.len) == param->value.len);
	}
	if (alert->kind == ALERT_SEND) {
		CHECK(alert->to.len >= 8 && alert->to.len <= MSISDN_DIGITS_MAX);
		CHECK(strlen(alert->to.digits) == alert->to.len);
		CHECK(alert->template_name.len > 0);
		CHECK(!alert->supersede || alert->subject.len > 0);
	}
}

/* No phone number in what people will read. */
static void check_masked(const char *text)
{
	size_t run = 0;
	for (; *text != '\0'; text++) {
		run = *text >= '0' && *text <= '9' ? run + 1 : 0;
		CHECK(run < 7);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct arena arena;
	struct alert alert;
	struct err_at at = { 0 };
	struct decode_options options = { .country = country_find(SLICE("CN")) };
	arena_init(&arena, memory, sizeof memory, 65536);
	enum err err = alert_decode((struct slice){ (const char *)octets, len }, &options, &arena, &alert, &at);
	CHECK(err == at.err);
	if (err == ERR_OK) {
		check_alert(&alert);
	} else {
		CHECK(at.text[0] != '\0');
		CHECK(at.offset <= len);
		check_masked(at.field);
		check_masked(at.text);
	}
	arena_fini(&arena);
	return 0;
}
