/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/slice.h"
#include "model/segment.h"

/* What kind of message a template makes; decides how careful the gateway is with it. */
enum sms_class { SMS_CLASS_CRITICAL, SMS_CLASS_NOTICE, SMS_CLASS_MARKETING, SMS_CLASS_COUNT };

/* Name of a class (“critical”). */
const char *sms_class_name(enum sms_class sms_class);

/* The class of a name. False where there is none. */
bool sms_class_parse(struct slice name, enum sms_class *out);

/* What to do with an sms that may have been sent and that nobody answered. */
enum on_unknown {
	ON_UNKNOWN_BY_CLASS, /* what its class says */
	ON_UNKNOWN_RESEND,   /* send it once more, marked: two may arrive */
	ON_UNKNOWN_HOLD,     /* a human decides: none is sent twice by itself */
	ON_UNKNOWN_COUNT
};

/* Name of that (“resend”). */
const char *on_unknown_name(enum on_unknown on_unknown);

/* What a template's word and its class come to; never BY_CLASS. Critical and notice are sent again, marketing is held. */
enum on_unknown sms_on_unknown(enum sms_class sms_class, enum on_unknown on_unknown);

/* One alert rendered. Slices are borrowed from the parcel's arena or the catalogue that the parcel began with. */
struct sms {
	struct slice text; /* UTF-8, signature included */
	enum sms_class sms_class;
	enum on_unknown on_unknown; /* never BY_CLASS */
	int64_t max_age_ms;         /* of the template; 0 = no limit */
	struct slice template_name;
	uint32_t template_version;
};

#define SMS_SEGMENTS_MAX 16 /* of one sms; accounts may allow fewer */
