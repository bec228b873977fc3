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
