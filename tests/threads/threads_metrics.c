/* SPDX-License-Identifier: Apache-2.0 */

/* One writer a block, and a reader that prints all blocks while they are written: nothing that the reader sees ever goes
 * back, and in the end every value is exact. */

#include "metrics/metrics.h"
#include "scenario.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define WRITERS     3
#define READS       150
#define SAMPLES_MAX 2000
#define SPAN_STEP   40 /* µs: rounds walk through the buckets */
#define SPAN_STEPS  1000

enum kind { KIND_COUNTER, KIND_COUNTER_TIME, KIND_SUM, KIND_SUM_MILLIONTHS, KIND_MAX, KIND_MAX_TIME, KIND_HISTOGRAM };

static const struct row {
	enum metric metric;
	const char *name;
	enum kind kind;
	enum metric_label labels[2];
} rows[METRIC_COUNT] = {
#define METRIC(id, name, type, label, second_label, help) \
	{ METRIC_##id, name, KIND_##type, { METRIC_LABEL_##label, METRIC_LABEL_##second_label } },
#include "metrics/metric_defs.def"
#undef METRIC
};

static const char *const names[] = { "a", "b", "c" };

struct writer {
	struct metrics *block;
	const struct metrics_labels *labels;
	const _Atomic bool *is_over;
	_Atomic unsigned rounds; /* complete ones */
};

static struct metrics_labels make_labels(void)
{
	struct metrics_labels labels = { .count = { 0 } };
	for (unsigned label = 1; label < METRIC_LABEL_COUNT; label++) {
		labels.names[label] = names;
		labels.count[label] = 2 + label % 2;
	}
	return labels;
}

static unsigned values_of(const struct metrics_labels *labels, enum metric_label label)
{
	return label == METRIC_LABEL_NONE ? 1 : labels->count[label];
}

/* -- writing -- */

static void count(struct metrics *block, const struct row *row, unsigned index, unsigned second, unsigned round)
{
	if (row->metric == METRIC_STORE_RECONNECTS)
		metrics_count(block, row->metric, index, round);
	else if (row->labels[1] != METRIC_LABEL_NONE)
		metrics_add_at2(block, row->metric, index, second, 1);
	else if (row->labels[0] != METRIC_LABEL_NONE)
		metrics_add_at(block, row->metric, index, 1);
	else
		metrics_add(block, row->metric, 1);
}

/* After round n every counter and every gauge is n, and a histogram has n observations. */
static void bump(struct metrics *block, const struct row *row, unsigned index, unsigned second, unsigned round)
{
	if (row->kind == KIND_COUNTER)
		count(block, row, index, second, round);
	else if (row->kind == KIND_COUNTER_TIME)
		metrics_count(block, row->metric, index, round);
	else if (row->kind == KIND_HISTOGRAM)
		metrics_observe_at(block, row->metric, index, (int64_t)(round % SPAN_STEPS) * SPAN_STEP);
	else
		metrics_set_at(block, row->metric, index, round);
}

static void *write_rounds(void *ctx)
{
	struct writer *writer = ctx;
	unsigned round = 0;
	do {
		round++;
		for (size_t i = 0; i < METRIC_COUNT; i++) {
			for (unsigned index = 0; index < values_of(writer->labels, rows[i].labels[0]); index++) {
				for (unsigned second = 0; second < values_of(writer->labels, rows[i].labels[1]);
				     second++)
					bump(writer->block, &rows[i], index, second, round);
			}
		}
		atomic_store(&writer->rounds, round);
	} while (!atomic_load(writer->is_over));
	return NULL;
}

/* -- reading -- */

struct reader {
	const struct metrics *blocks[WRITERS];
	char *text;
	size_t cap;
	double last[SAMPLES_MAX]; /* by the order of the lines, which never changes */
	unsigned samples;
};

static void print(struct reader *reader)
{
	struct buf out = buf_over(reader->text, reader->cap);
	metrics_format(reader->blocks, WRITERS, &out);
	EXPECT(!out.full);
	reader->text[out.len] = '\0';
}

/* The sample that follows in the text: the value, and its line up to that. NULL at the end. */
static char *next_sample(char **rest, double *value)
{
	while (**rest != '\0') {
		char *line = *rest;
		char *end = strchr(line, '\n');
		EXPECT(end != NULL);
		*rest = end + 1;
		*end = '\0';
		if (*line == '#')
			continue;
		char *blank = strrchr(line, ' ');
		EXPECT(blank != NULL);
		*blank = '\0';
		*value = strtod(blank + 1, NULL);
		return line;
	}
	return NULL;
}

static void look(struct reader *reader)
{
	char *rest = reader->text;
	double value;
	double bucket = 0; /* the last one's value */
	unsigned sample = 0;
	print(reader);
	for (char *line; (line = next_sample(&rest, &value)) != NULL; sample++) {
		EXPECT(sample < SAMPLES_MAX);
		if (value < reader->last[sample])
			FAIL("%s goes back from %f to %f", line, reader->last[sample], value);
		reader->last[sample] = value;
		if (strstr(line, "_bucket{") != NULL) {
			if (strstr(line, "le=\"0.00005\"") == NULL && value < bucket)
				FAIL("%s is less than the bucket before: %f, %f", line, value, bucket);
			bucket = value;
		} else if (strstr(line, "_seconds_count{") != NULL && value != bucket) {
			FAIL("%s is %f, its buckets have %f", line, value, bucket);
		}
	}
	EXPECT(reader->samples == 0 || reader->samples == sample);
	reader->samples = sample;
}

/* -- the end -- */

static double merged(enum kind kind, const struct writer writers[])
{
	unsigned sum = 0;
	unsigned most = 0;
	for (unsigned i = 0; i < WRITERS; i++) {
		unsigned rounds = atomic_load(&writers[i].rounds);
		sum += rounds;
		most = rounds > most ? rounds : most;
	}
	if (kind == KIND_SUM_MILLIONTHS || kind == KIND_COUNTER_TIME)
		return sum / 1e6;
	return kind == KIND_MAX ? most : kind == KIND_MAX_TIME ? most / 1e6 : sum;
}

static double merged_span(const struct writer writers[])
{
	uint64_t span_us = 0;
	for (unsigned i = 0; i < WRITERS; i++) {
		for (unsigned round = 1; round <= writers[i].rounds; round++)
			span_us += (uint64_t)(round % SPAN_STEPS) * SPAN_STEP;
	}
	return (double)span_us / 1e6;
}

static const struct row *row_of(const char *line)
{
	const struct row *found = NULL;
	for (size_t i = 0; i < METRIC_COUNT; i++) {
		size_t len = strlen(rows[i].name);
		if (strncmp(line, rows[i].name, len) == 0 &&
		    (line[len] == '\0' || line[len] == '{' || line[len] == '_') &&
		    (found == NULL || len > strlen(found->name)))
			found = &rows[i];
	}
	if (found == NULL)
		FAIL("no metric has the line %s", line);
	return found;
}

static void check_text(struct reader *reader, const struct writer writers[])
{
	double span = merged_span(writers);
	char *rest = reader->text;
	double value;
	print(reader);
	for (char *line; (line = next_sample(&rest, &value)) != NULL;) {
		const struct row *row = row_of(line);
		double want = merged(row->kind, writers);
		if (row->kind == KIND_HISTOGRAM && strstr(line, "_sum") != NULL)
			want = span;
		else if (row->kind == KIND_HISTOGRAM && strstr(line, "_bucket") != NULL && !strstr(line, "+Inf"))
			continue;
		if (value - want > 1e-6 || want - value > 1e-6)
			FAIL("%s is %f in the end, wants %f", line, value, want);
	}
}

static void check_blocks(const struct writer writers[])
{
	for (unsigned i = 0; i < WRITERS; i++) {
		for (size_t k = 0; k < METRIC_COUNT; k++) {
			int64_t value = metrics_value(writers[i].block, rows[k].metric, 0, 0);
			if (value != writers[i].rounds)
				FAIL("block %u: %s is %lld, wants %u", i, rows[k].name, (long long)value,
				     writers[i].rounds);
		}
	}
}

static void values_never_go_back(void)
{
	static struct reader reader;
	static struct writer writers[WRITERS];
	struct metrics_labels labels = make_labels();
	_Atomic bool is_over = false;
	pthread_t threads[WRITERS];
	for (unsigned i = 0; i < WRITERS; i++) {
		struct metrics *block = metrics_create(&labels);
		EXPECT(block != NULL);
		writers[i] = (struct writer){ .block = block, .labels = &labels, .is_over = &is_over };
		reader.blocks[i] = block;
	}
	reader.cap = metrics_format_octets(reader.blocks[0]);
	reader.text = malloc(reader.cap + 1);
	EXPECT(reader.text != NULL);
	for (unsigned i = 0; i < WRITERS; i++)
		EXPECT(pthread_create(&threads[i], NULL, write_rounds, &writers[i]) == 0);
	for (unsigned i = 0; i < READS; i++)
		look(&reader);
	atomic_store(&is_over, true);
	for (unsigned i = 0; i < WRITERS; i++)
		EXPECT(pthread_join(threads[i], NULL) == 0);
	look(&reader);
	check_blocks(writers);
	check_text(&reader, writers);
	for (unsigned i = 0; i < WRITERS; i++)
		metrics_destroy(writers[i].block);
	free(reader.text);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "values_never_go_back", values_never_go_back, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
