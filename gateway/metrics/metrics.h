/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

/* Counters, gauges and histograms. Each worker owns a block and is its only writer: a bump is a plain load, add and
 * store, never a locked instruction. The main thread reads all blocks at any time and prints their sum.
 *
 * A metric is a row of metric_defs.def plus the bump where the thing happens. A metric's first and second label say how
 * many values it has; a label's values (the accounts' names, the lanes' …) are fixed when the blocks are made. */

enum metric_label {
	METRIC_LABEL_NONE,
	METRIC_LABEL_ACCOUNT,        /* an account's index in the process */
	METRIC_LABEL_LANE,           /* enum lane */
	METRIC_LABEL_CLASS,          /* enum outcome_class */
	METRIC_LABEL_EVENT,          /* enum closing */
	METRIC_LABEL_REASON,         /* reason class of a dead letter */
	METRIC_LABEL_STATE,          /* enum message_state */
	METRIC_LABEL_CALL,           /* a call to the store: read, begin, settle */
	METRIC_LABEL_RULE,           /* enum protection_rule; NONE has no name */
	METRIC_LABEL_TENANT,         /* those with a daily budget, in the configuration's order */
	METRIC_LABEL_VERSION,        /* of the program: one value */
	METRIC_LABEL_STAGE,          /* enum pipeline_stage */
	METRIC_LABEL_TEMPLATE_CLASS, /* enum sms_class, then those of which none is known */
	METRIC_LABEL_COUNT
};

enum metric {
#define METRIC(id, name, type, label, second_label, help) METRIC_##id,
#include "metrics/metric_defs.def"
#undef METRIC
	METRIC_COUNT
};

/* Names of the labels' values, by label. A label without values (count 0) leaves its metrics without samples; so does, for
 * its value, a first label's name that is NULL: the thread that formats may set it later, ahead of the first bump. */
struct metrics_labels {
	const char *const *names[METRIC_LABEL_COUNT];
	unsigned count[METRIC_LABEL_COUNT];
};

struct metrics;

/* Makes a block, all zero. labels: copied, but its names are borrowed for the block's life. NULL where there is no
 * memory. All blocks printed together must have been made with the same labels. */
struct metrics *metrics_create(const struct metrics_labels *labels);

/* How many values a label has; 1 of METRIC_LABEL_NONE. */
unsigned metrics_label_count(const struct metrics *metrics, enum metric_label label);

/* NULL is fine. */
void metrics_destroy(struct metrics *metrics);

/* The bumps, by the block's one writer. metrics: NULL counts nothing. index, second: of the label's value, in the order
 * of metrics_labels; one that is out of range is a bug (CHECK). */

/* Adds to a counter. */
void metrics_add(struct metrics *metrics, enum metric metric, uint64_t count);
void metrics_add_at(struct metrics *metrics, enum metric metric, unsigned index, uint64_t count);
void metrics_add_at2(struct metrics *metrics, enum metric metric, unsigned index, unsigned second, uint64_t count);

/* Sets a counter to what someone else counted (it only ever grows); microseconds where it counts time. */
void metrics_count(struct metrics *metrics, enum metric metric, unsigned index, uint64_t total);

/* What a gauge that counts in millionths is set to where nobody knows its value: it is shown as NaN. Such a gauge is one writer's
 * alone. */
#define METRIC_NOT_KNOWN INT64_MIN

/* Sets a gauge: a plain number, or microseconds where the metric is a time, or millionths where it has decimals. */
void metrics_set(struct metrics *metrics, enum metric metric, int64_t value);
void metrics_set_at(struct metrics *metrics, enum metric metric, unsigned index, int64_t value);

/* Counts a span of span_us microseconds (below 0 counts as 0) in a histogram, once or count times. */
void metrics_observe_at(struct metrics *metrics, enum metric metric, unsigned index, int64_t span_us);
void metrics_observe_many(struct metrics *metrics, enum metric metric, unsigned index, int64_t span_us, uint64_t count);

/* Reads one value of one block, for tests and status pages; of a histogram the number of observations. */
int64_t metrics_value(const struct metrics *metrics, enum metric metric, unsigned index, unsigned second);

/* The blocks' values together, in the Prometheus text format 0.0.4; any thread. Counters, histograms and sums add up,
 * gauges of the kind “max” give the largest. count: at least 1. out: metrics_format_octets is always enough. */
void metrics_format(const struct metrics *const blocks[], unsigned count, struct buf *out);

/* Upper bound of what metrics_format writes, in octets. */
size_t metrics_format_octets(const struct metrics *metrics);
