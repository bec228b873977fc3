/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/metrics.h"

#include "base/check.h"

#include <stdatomic.h>
#include <stdlib.h>

/* A block is one array of values. Each metric has a run of samples in it, label by label; a histogram's sample is its
 * buckets, then the one for everything longer, then the sum. The writer's load and store need no order: a reader that
 * sees one bump and not yet another is as right as one that came a moment earlier.
 *
 *   | ENTRIES_READ: urgent normal bulk ready | ENTRIES_BEGUN | … | QUEUE_SPAN: [19 buckets, longer, sum] × lanes | … */

enum metric_type { COUNTER, COUNTER_TIME, SUM, SUM_MILLIONTHS, MAX, MAX_TIME, HISTOGRAM };

static const struct metric_row {
	const char *name;
	enum metric_type type;
	enum metric_label labels[2];
	const char *help;
} rows[METRIC_COUNT] = {
#define METRIC(id, name, type, label, second_label, help) \
	{ name, type, { METRIC_LABEL_##label, METRIC_LABEL_##second_label }, help },
#include "metrics/metric_defs.def"
#undef METRIC
};

static const char *const label_names[METRIC_LABEL_COUNT] = {
	[METRIC_LABEL_NONE] = "",
	[METRIC_LABEL_ACCOUNT] = "account",
	[METRIC_LABEL_LANE] = "lane",
	[METRIC_LABEL_CLASS] = "class",
	[METRIC_LABEL_EVENT] = "event",
	[METRIC_LABEL_REASON] = "reason",
	[METRIC_LABEL_STATE] = "state",
	[METRIC_LABEL_CALL] = "call",
	[METRIC_LABEL_VERSION] = "version",
	[METRIC_LABEL_RULE] = "rule",
	[METRIC_LABEL_TENANT] = "tenant",
	[METRIC_LABEL_STAGE] = "stage",
	[METRIC_LABEL_TEMPLATE_CLASS] = "template_class",
};

/* Upper bounds in microseconds. */
static const int64_t buckets_us[] = { 50,      100,     200,      500,      1000,    2000,   5000,
				      10000,   20000,   50000,    100000,   200000,  500000, 1000000,
				      2000000, 5000000, 10000000, 20000000, 60000000 };
#define BUCKET_COUNT (sizeof buckets_us / sizeof buckets_us[0])

/* By how many bits a span has: the first bucket that it may be in. From there on it is at most one further. */
static const uint8_t first_buckets[] = { 0, 0, 0, 0,  0,  0,  0,  1,  2,  3,  4,  5,  6,  6,
					 7, 8, 9, 10, 11, 12, 13, 14, 15, 15, 16, 17, 18, 19 };
#define BITS_COUNT   (sizeof first_buckets / sizeof first_buckets[0])
#define SAMPLE_SLOTS (BUCKET_COUNT + 2)

#define CACHE_LINE_OCTETS 64

struct metrics {
	struct metrics_labels labels;
	size_t offset[METRIC_COUNT + 1]; /* of a metric's first slot; the last is the end */
	_Alignas(CACHE_LINE_OCTETS) _Atomic uint64_t slots[];
};

static size_t slots_per_sample(enum metric metric)
{
	return rows[metric].type == HISTOGRAM ? SAMPLE_SLOTS : 1;
}

/* How many values a label has. */
static unsigned label_values(const struct metrics_labels *labels, enum metric_label label)
{
	return label == METRIC_LABEL_NONE ? 1 : labels->count[label];
}

static size_t sample_count(const struct metrics_labels *labels, enum metric metric)
{
	return (size_t)label_values(labels, rows[metric].labels[0]) * label_values(labels, rows[metric].labels[1]);
}

struct metrics *metrics_create(const struct metrics_labels *labels)
{
	size_t total = 0;
	size_t offset[METRIC_COUNT + 1];
	for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
		offset[metric] = total;
		total += sample_count(labels, metric) * slots_per_sample(metric);
	}
	offset[METRIC_COUNT] = total;
	/* Whole cache lines, so that no other thread's data shares one with this block. */
	size_t octets = sizeof(struct metrics) + total * sizeof(uint64_t);
	octets = (octets + CACHE_LINE_OCTETS - 1) / CACHE_LINE_OCTETS * CACHE_LINE_OCTETS;
	struct metrics *metrics = aligned_alloc(CACHE_LINE_OCTETS, octets);
	if (metrics == NULL)
		return NULL;
	memset(metrics, 0, octets);
	metrics->labels = *labels;
	memcpy(metrics->offset, offset, sizeof offset);
	return metrics;
}

void metrics_destroy(struct metrics *metrics)
{
	free(metrics);
}

static _Atomic uint64_t *slot_of(const struct metrics *metrics, enum metric metric, unsigned index, unsigned second)
{
	CHECK((unsigned)metric < METRIC_COUNT);
	unsigned seconds = label_values(&metrics->labels, rows[metric].labels[1]);
	CHECK(second < seconds);
	CHECK(index < label_values(&metrics->labels, rows[metric].labels[0]));
	size_t sample = (size_t)index * seconds + second;
	return (_Atomic uint64_t *)&metrics->slots[metrics->offset[metric] + sample * slots_per_sample(metric)];
}

static uint64_t load(const _Atomic uint64_t *slot)
{
	return atomic_load_explicit((_Atomic uint64_t *)slot, memory_order_relaxed);
}

static void store(_Atomic uint64_t *slot, uint64_t value)
{
	atomic_store_explicit(slot, value, memory_order_relaxed);
}

unsigned metrics_label_count(const struct metrics *metrics, enum metric_label label)
{
	return label_values(&metrics->labels, label);
}

void metrics_add_at2(struct metrics *metrics, enum metric metric, unsigned index, unsigned second, uint64_t count)
{
	if (metrics == NULL)
		return;
	CHECK(rows[metric].type == COUNTER);
	_Atomic uint64_t *slot = slot_of(metrics, metric, index, second);
	store(slot, load(slot) + count);
}

void metrics_add_at(struct metrics *metrics, enum metric metric, unsigned index, uint64_t count)
{
	metrics_add_at2(metrics, metric, index, 0, count);
}

void metrics_add(struct metrics *metrics, enum metric metric, uint64_t count)
{
	metrics_add_at2(metrics, metric, 0, 0, count);
}

void metrics_count(struct metrics *metrics, enum metric metric, unsigned index, uint64_t total)
{
	if (metrics == NULL)
		return;
	CHECK(rows[metric].type == COUNTER || rows[metric].type == COUNTER_TIME);
	store(slot_of(metrics, metric, index, 0), total);
}

void metrics_set_at(struct metrics *metrics, enum metric metric, unsigned index, int64_t value)
{
	if (metrics == NULL)
		return;
	CHECK(rows[metric].type != COUNTER && rows[metric].type != COUNTER_TIME && rows[metric].type != HISTOGRAM);
	store(slot_of(metrics, metric, index, 0), (uint64_t)value);
}

void metrics_set(struct metrics *metrics, enum metric metric, int64_t value)
{
	metrics_set_at(metrics, metric, 0, value);
}

/* BUCKET_COUNT: longer than all. */
static size_t bucket_of(int64_t span_us)
{
	size_t bits = span_us == 0 ? 0 : 64 - (size_t)__builtin_clzll((uint64_t)span_us);
	size_t bucket = bits < BITS_COUNT ? first_buckets[bits] : BUCKET_COUNT;
	while (bucket < BUCKET_COUNT && span_us > buckets_us[bucket])
		bucket++;
	return bucket;
}

void metrics_observe_many(struct metrics *metrics, enum metric metric, unsigned index, int64_t span_us, uint64_t count)
{
	if (metrics == NULL)
		return;
	CHECK(rows[metric].type == HISTOGRAM);
	if (span_us < 0)
		span_us = 0;
	_Atomic uint64_t *sample = slot_of(metrics, metric, index, 0);
	size_t bucket = bucket_of(span_us);
	store(&sample[bucket], load(&sample[bucket]) + count);
	store(&sample[BUCKET_COUNT + 1], load(&sample[BUCKET_COUNT + 1]) + (uint64_t)span_us * count);
}

void metrics_observe_at(struct metrics *metrics, enum metric metric, unsigned index, int64_t span_us)
{
	metrics_observe_many(metrics, metric, index, span_us, 1);
}

int64_t metrics_value(const struct metrics *metrics, enum metric metric, unsigned index, unsigned second)
{
	const _Atomic uint64_t *sample = slot_of(metrics, metric, index, second);
	if (rows[metric].type != HISTOGRAM)
		return (int64_t)load(sample);
	uint64_t count = 0;
	for (size_t bucket = 0; bucket <= BUCKET_COUNT; bucket++)
		count += load(&sample[bucket]);
	return (int64_t)count;
}

/* What all blocks together say about one slot. */
static int64_t merge(const struct metrics *const blocks[], unsigned count, size_t slot, enum metric_type type)
{
	int64_t merged = (int64_t)load(&blocks[0]->slots[slot]);
	for (unsigned i = 1; i < count; i++) {
		int64_t value = (int64_t)load(&blocks[i]->slots[slot]);
		if (type == MAX || type == MAX_TIME)
			merged = value > merged ? value : merged;
		else
			merged = (int64_t)((uint64_t)merged + (uint64_t)value);
	}
	return merged;
}

/* “0.00005”, “60”: seconds, or whatever is counted in millionths, without trailing zeros. */
static void put_seconds(struct buf *out, int64_t span_us)
{
	uint64_t us = span_us < 0 ? -(uint64_t)span_us : (uint64_t)span_us;
	uint64_t rest = us % 1000000;
	int digits = 6;
	while (digits > 1 && rest % 10 == 0) {
		rest /= 10;
		digits--;
	}
	buf_put_text(out, span_us < 0 ? "-" : "");
	buf_put_uint(out, us / 1000000);
	if (rest)
		buf_put_format(out, ".%0*u", digits, (unsigned)rest);
}

/* A label's value, escaped as the text format asks. */
static void put_label(struct buf *out, const char *name, const char *value, bool is_first)
{
	buf_put_text(out, is_first ? "{" : ",");
	buf_put_text(out, name);
	buf_put(out, "=\"", 2);
	for (const char *at = value; *at; at++) {
		if (*at == '\n')
			buf_put(out, "\\n", 2);
		else if (*at == '"' || *at == '\\')
			buf_put(out, (char[2]){ '\\', *at }, 2);
		else
			buf_put(out, at, 1);
	}
	buf_put(out, "\"", 1);
}

/* Name, suffix and labels of one sample up to the blank before its value. le: bound of a bucket; NULL = none. */
static void put_series(struct buf *out, const struct metrics *metrics, enum metric metric, size_t sample,
		       const char *suffix, const char *le)
{
	const struct metric_row *row = &rows[metric];
	buf_put_text(out, row->name);
	buf_put_text(out, suffix);
	unsigned seconds = label_values(&metrics->labels, row->labels[1]);
	size_t indexes[2] = { sample / seconds, sample % seconds };
	bool is_first = true;
	for (unsigned i = 0; i < 2; i++) {
		if (row->labels[i] == METRIC_LABEL_NONE)
			continue;
		put_label(out, label_names[row->labels[i]], metrics->labels.names[row->labels[i]][indexes[i]],
			  is_first);
		is_first = false;
	}
	if (le) {
		put_label(out, "le", le, is_first);
		is_first = false;
	}
	buf_put_text(out, is_first ? " " : "} ");
}

static void put_histogram(struct buf *out, const struct metrics *const blocks[], unsigned count, enum metric metric,
			  size_t sample)
{
	size_t slot = blocks[0]->offset[metric] + sample * SAMPLE_SLOTS;
	int64_t below = 0;
	for (size_t bucket = 0; bucket <= BUCKET_COUNT; bucket++) {
		char text[24] = "+Inf";
		if (bucket < BUCKET_COUNT) {
			struct buf le = buf_over(text, sizeof text - 1);
			put_seconds(&le, buckets_us[bucket]);
			text[le.len] = '\0';
		}
		below += merge(blocks, count, slot + bucket, HISTOGRAM);
		put_series(out, blocks[0], metric, sample, "_bucket", text);
		buf_put_int(out, below);
		buf_put(out, "\n", 1);
	}
	put_series(out, blocks[0], metric, sample, "_sum", NULL);
	put_seconds(out, merge(blocks, count, slot + BUCKET_COUNT + 1, HISTOGRAM));
	buf_put(out, "\n", 1);
	put_series(out, blocks[0], metric, sample, "_count", NULL);
	buf_put_int(out, below);
	buf_put(out, "\n", 1);
}

/* A value that has no name yet has not been counted either. */
static bool is_named(const struct metrics *metrics, enum metric metric, size_t sample)
{
	unsigned seconds = label_values(&metrics->labels, rows[metric].labels[1]);
	enum metric_label label = rows[metric].labels[0];
	return label == METRIC_LABEL_NONE || metrics->labels.names[label][sample / seconds] != NULL;
}

void metrics_format(const struct metrics *const blocks[], unsigned count, struct buf *out)
{
	CHECK(count >= 1);
	static const char *const type_names[] = {
		"counter", "counter", "gauge", "gauge", "gauge", "gauge", "histogram"
	};
	for (unsigned i = 1; i < count; i++)
		CHECK(blocks[i]->offset[METRIC_COUNT] == blocks[0]->offset[METRIC_COUNT]);
	for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
		const struct metric_row *row = &rows[metric];
		buf_put_format(out, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name,
			       type_names[row->type]);
		size_t samples = sample_count(&blocks[0]->labels, metric);
		for (size_t sample = 0; sample < samples; sample++) {
			if (!is_named(blocks[0], metric, sample))
				continue;
			if (row->type == HISTOGRAM) {
				put_histogram(out, blocks, count, metric, sample);
				continue;
			}
			int64_t value = merge(blocks, count, blocks[0]->offset[metric] + sample, row->type);
			put_series(out, blocks[0], metric, sample, "", NULL);
			if (row->type == SUM_MILLIONTHS && value == METRIC_NOT_KNOWN)
				buf_put_text(out, "NaN");
			else if (row->type == MAX_TIME || row->type == SUM_MILLIONTHS || row->type == COUNTER_TIME)
				put_seconds(out, value);
			else
				buf_put_int(out, value);
			buf_put(out, "\n", 1);
		}
	}
}

size_t metrics_format_octets(const struct metrics *metrics)
{
	size_t label_octets[METRIC_LABEL_COUNT] = { 0 };
	for (enum metric_label label = 0; label < METRIC_LABEL_COUNT; label++) {
		for (unsigned i = 0; i < metrics->labels.count[label]; i++) {
			const char *name = metrics->labels.names[label][i];
			size_t len = name ? 2 * strlen(name) : 0; /* all of it escaped */
			label_octets[label] = len > label_octets[label] ? len : label_octets[label];
		}
		label_octets[label] += strlen(label_names[label]) + sizeof ",=\"\"";
	}
	size_t octets = 0;
	for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
		const struct metric_row *row = &rows[metric];
		octets += 2 * strlen(row->name) + strlen(row->help) + sizeof "# HELP  \n# TYPE  histogram\n";
		size_t line = strlen(row->name) + sizeof "_bucket{,le=\"0.000000\"} -9223372036854775808.000000\n" +
			      label_octets[row->labels[0]] + label_octets[row->labels[1]];
		octets +=
			line * sample_count(&metrics->labels, metric) * (row->type == HISTOGRAM ? BUCKET_COUNT + 3 : 1);
	}
	return octets;
}
