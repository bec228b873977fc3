/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sms.h"

#include "base/check.h"

static const char *const class_names[SMS_CLASS_COUNT] = {
	[SMS_CLASS_CRITICAL] = "critical",
	[SMS_CLASS_NOTICE] = "notice",
	[SMS_CLASS_MARKETING] = "marketing",
};

const char *sms_class_name(enum sms_class sms_class)
{
	CHECK((unsigned)sms_class < SMS_CLASS_COUNT);
	return class_names[sms_class];
}

bool sms_class_parse(struct slice name, enum sms_class *out)
{
	for (unsigned i = 0; i < SMS_CLASS_COUNT; i++) {
		if (slice_is(name, class_names[i])) {
			*out = (enum sms_class)i;
			return true;
		}
	}
	return false;
}

const char *on_unknown_name(enum on_unknown on_unknown)
{
	static const char *const words[ON_UNKNOWN_COUNT] = {
		[ON_UNKNOWN_BY_CLASS] = "by_class",
		[ON_UNKNOWN_RESEND] = "resend",
		[ON_UNKNOWN_HOLD] = "hold",
	};
	CHECK((unsigned)on_unknown < ON_UNKNOWN_COUNT);
	return words[on_unknown];
}

enum on_unknown sms_on_unknown(enum sms_class sms_class, enum on_unknown on_unknown)
{
	static const enum on_unknown by_class[SMS_CLASS_COUNT] = {
		[SMS_CLASS_CRITICAL] = ON_UNKNOWN_RESEND,
		[SMS_CLASS_NOTICE] = ON_UNKNOWN_RESEND,
		[SMS_CLASS_MARKETING] = ON_UNKNOWN_HOLD,
	};
	CHECK((unsigned)sms_class < SMS_CLASS_COUNT && (unsigned)on_unknown < ON_UNKNOWN_COUNT);
	return on_unknown == ON_UNKNOWN_BY_CLASS ? by_class[sms_class] : on_unknown;
}
