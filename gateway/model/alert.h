/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/slice.h"
#include "model/entry.h"
#include "model/msisdn.h"

/* Limits of the contract with producers; docs/producers.md gives them to people. */
#define ALERT_OCTETS_MAX      16384 /* the whole JSON text */
#define ALERT_ID_MAX          64
#define ALERT_NAME_MAX        64 /* template, tenant, batch, locale */
#define ALERT_SUBJECT_MAX     128
#define ALERT_CONSENT_MAX     128
#define ALERT_PARAMS_MAX      64
#define ALERT_PARAM_NAME_MAX  64
#define ALERT_PARAM_VALUE_MAX 2048

/* One parameter as it was written; numbers keep their digits. */
struct alert_param {
	struct slice name;
	struct slice value;
	bool is_number; /* a JSON number, not a string */
};

/* What a stream entry asks for. */
enum alert_kind { ALERT_SEND, ALERT_CANCEL_ID, ALERT_CANCEL_SUBJECT, ALERT_CANCEL_BATCH };

/* A decoded alert. Slices are borrowed from the parcel's arena or from the entry's text. Absent = {NULL,0} or 0. */
struct alert {
	enum alert_kind kind;
	bool supersede;
	bool has_priority;
	enum lane priority; /* where has_priority; never LANE_READY */
	struct slice id;    /* for a cancel: what is cancelled (id, subject or batch) */
	struct msisdn to;
	struct slice template_name;
	struct alert_param *params;
	unsigned param_count;
	struct slice tenant;
	struct slice subject;
	struct slice batch;
	struct slice locale;
	struct slice traceparent;
	struct slice consent; /* the producer's reference to it */
	wall_ms as_of;
	wall_ms expires_at;
	wall_ms not_before;
};

/* The trace id of its traceparent (W3C Trace Context §3.2.2.3); empty where it has none. Borrowed as that is. */
static inline struct slice alert_trace_id(const struct alert *alert)
{
	size_t from = sizeof "00-" - 1, len = 32;
	if (alert->traceparent.len < from + len)
		return (struct slice){ NULL, 0 };
	return (struct slice){ alert->traceparent.at + from, len };
}
