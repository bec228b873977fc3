/* SPDX-License-Identifier: Apache-2.0 */
#include "model/closing.h"
#include "model/outcome.h"
#include "model/protection.h"
#include "model/receipt.h"
#include "model/sms.h"

#include <criterion/criterion.h>

/* These names are seen outside, in events, metrics and stored entries: they must not change by accident. */

Test(names, closing)
{
	static const char *const want[CLOSING_COUNT] = { "accepted",   "expired",   "cancelled", "superseded",
							 "suppressed", "duplicate", "dead",      "control" };
	for (unsigned i = 0; i < CLOSING_COUNT; i++)
		cr_assert_str_eq(closing_name((enum closing)i), want[i]);
}

Test(names, protection)
{
	static const char *const want[PROTECTION_COUNT] = { "none",       "opted_out",   "identical",  "day_cap",
							    "minute_cap", "quiet_hours", "no_consent", "unchecked" };
	cr_assert_null(protection_labels()[PROTECTION_NONE]);
	for (unsigned i = 0; i < PROTECTION_COUNT; i++) {
		cr_assert_str_eq(protection_name((enum protection_rule)i), want[i]);
		if (i != PROTECTION_NONE)
			cr_assert_str_eq(protection_labels()[i], want[i]);
	}
}

Test(names, outcome)
{
	static const char *const want[OUTCOME_COUNT] = { "accepted", "throttled",    "temporary",
							 "rejected", "link_refused", "unknown" };
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		cr_assert_str_eq(outcome_class_name((enum outcome_class)i), want[i]);
}

Test(names, message_state)
{
	/* SMPP 3.4 §5.2.28 and SMPP 5.0 §4.7.15. */
	static const struct {
		enum message_state state;
		const char *want;
		bool want_final;
	} rows[] = {
		{ MESSAGE_STATE_NONE, NULL, false },
		{ MESSAGE_STATE_ENROUTE, "ENROUTE", false },
		{ MESSAGE_STATE_DELIVERED, "DELIVERED", true },
		{ MESSAGE_STATE_EXPIRED, "EXPIRED", true },
		{ MESSAGE_STATE_DELETED, "DELETED", true },
		{ MESSAGE_STATE_UNDELIVERABLE, "UNDELIVERABLE", true },
		{ MESSAGE_STATE_ACCEPTED, "ACCEPTED", false },
		{ MESSAGE_STATE_UNKNOWN, "UNKNOWN", false },
		{ MESSAGE_STATE_REJECTED, "REJECTED", true },
		{ MESSAGE_STATE_SKIPPED, "SKIPPED", true },
	};
	cr_assert_eq(sizeof rows / sizeof rows[0], MESSAGE_STATE_COUNT);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		cr_assert_eq((size_t)rows[i].state, i, "values are those of message_state");
		const char *name = message_state_name(rows[i].state);
		cr_assert(rows[i].want ? name && strcmp(name, rows[i].want) == 0 : name == NULL, "state %zu", i);
		cr_assert_eq(message_state_is_final(rows[i].state), rows[i].want_final, "state %zu", i);
	}
}

Test(names, sms_class)
{
	static const char *const want[SMS_CLASS_COUNT] = { "critical", "notice", "marketing" };
	enum sms_class sms_class;
	for (unsigned i = 0; i < SMS_CLASS_COUNT; i++) {
		cr_assert_str_eq(sms_class_name((enum sms_class)i), want[i]);
		cr_assert(sms_class_parse(slice_of(want[i]), &sms_class) && sms_class == (enum sms_class)i);
	}
	cr_assert(!sms_class_parse(SLICE("Critical"), &sms_class));
	cr_assert(!sms_class_parse(SLICE(""), &sms_class));
}
