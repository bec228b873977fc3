/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/metrics.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static const char *const accounts[] = { "cmcc", "quo\"te\\and\nnewline" };
static const char *const lanes[] = { "urgent", "normal" };
static const char *const classes[] = { "accepted", "throttled", "rejected" };
static const char *const versions[] = { "9.9.9" };

static const struct metrics_labels labels = {
	.names = { [METRIC_LABEL_ACCOUNT] = accounts,
		   [METRIC_LABEL_LANE] = lanes,
		   [METRIC_LABEL_CLASS] = classes,
		   [METRIC_LABEL_VERSION] = versions },
	.count = { [METRIC_LABEL_ACCOUNT] = 2,
		   [METRIC_LABEL_LANE] = 2,
		   [METRIC_LABEL_CLASS] = 3,
		   [METRIC_LABEL_VERSION] = 1 },
};

/* The text of the blocks; free it. */
static char *format(const struct metrics *const blocks[], unsigned count)
{
	size_t cap = metrics_format_octets(blocks[0]);
	char *text = malloc(cap + 1);
	struct buf out = buf_over(text, cap);
	metrics_format(blocks, count, &out);
	cr_assert(!out.full, "metrics_format_octets is too small");
	text[out.len] = '\0';
	return text;
}

/* The bucket that the count of one span went to, by what is printed: how many buckets are still at 0. */
static unsigned bucket_of(int64_t span_us)
{
	struct metrics *block = metrics_create(&labels);
	metrics_observe_at(block, METRIC_ANSWER_SPAN, 0, span_us);
	char *text = format((const struct metrics *const[]){ block }, 1);
	unsigned empty = 0;
	for (const char *at = text;
	     (at = strstr(at, "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\"")) != NULL; at++)
		empty += strncmp(strchr(at, '}'), "} 0\n", 4) == 0;
	free(text);
	metrics_destroy(block);
	return empty;
}

Test(metrics, each_span_is_in_its_bucket)
{
	static const int64_t bounds[] = { 50,      100,     200,      500,      1000,    2000,   5000,
					  10000,   20000,   50000,    100000,   200000,  500000, 1000000,
					  2000000, 5000000, 10000000, 20000000, 60000000 };
	unsigned count = sizeof bounds / sizeof bounds[0];
	cr_expect_eq(bucket_of(0), 0);
	cr_expect_eq(bucket_of(1), 0);
	for (unsigned i = 0; i < count; i++) {
		cr_expect_eq(bucket_of(bounds[i] - 1), i, "%lld − 1", (long long)bounds[i]);
		cr_expect_eq(bucket_of(bounds[i]), i, "%lld", (long long)bounds[i]);
		cr_expect_eq(bucket_of(bounds[i] + 1), i + 1, "%lld + 1", (long long)bounds[i]);
	}
	for (unsigned bits = 0; bits < 62; bits++) {
		unsigned want = 0;
		while (want < count && (INT64_C(1) << bits) > bounds[want])
			want++;
		cr_expect_eq(bucket_of(INT64_C(1) << bits), want, "2^%u", bits);
	}
}

Test(metrics, many_at_once)
{
	struct metrics *block = metrics_create(&labels);
	metrics_observe_many(block, METRIC_ANSWER_SPAN, 0, 150, 3);
	metrics_observe_many(NULL, METRIC_ANSWER_SPAN, 0, 150, 3);
	char *text = format((const struct metrics *const[]){ block }, 1);
	cr_expect_not_null(strstr(text, "_bucket{account=\"cmcc\",le=\"0.0001\"} 0\n"));
	cr_expect_not_null(strstr(text, "_bucket{account=\"cmcc\",le=\"0.0002\"} 3\n"));
	cr_expect_not_null(strstr(text, "_sum{account=\"cmcc\"} 0.00045\n"));
	cr_expect_not_null(strstr(text, "_count{account=\"cmcc\"} 3\n"));
	free(text);
	metrics_destroy(block);
}

Test(metrics, blocks_are_merged_by_type)
{
	struct metrics *a = metrics_create(&labels);
	struct metrics *b = metrics_create(&labels);
	metrics_add_at(a, METRIC_ENTRIES_READ, 0, 3);
	metrics_add_at(b, METRIC_ENTRIES_READ, 0, 4);
	metrics_add(a, METRIC_ENTRIES_BEGUN, 1);
	metrics_add_at2(b, METRIC_OUTCOMES, 1, 2, 5);
	metrics_count(a, METRIC_LATE_ANSWERS, 1, 11);
	metrics_set_at(a, METRIC_LINKS_UP, 0, 1);
	metrics_set_at(b, METRIC_LINKS_UP, 0, 2);
	metrics_set_at(a, METRIC_QUEUE_DEPTH, 1, 70);
	metrics_set_at(b, METRIC_QUEUE_DEPTH, 1, 60);
	metrics_set_at(b, METRIC_QUEUE_AGE, 1, 1500000);
	metrics_set_at(a, METRIC_QUEUE_RATE, 0, 1250000);
	metrics_set_at(a, METRIC_QUEUE_RATE, 1, METRIC_NOT_KNOWN);
	metrics_set(a, METRIC_WORKERS, -2);
	metrics_set_at(a, METRIC_BUILD_INFO, 0, 1);
	char *text = format((const struct metrics *const[]){ a, b }, 2);
	static const struct {
		const char *name;
		const char *want;
	} lines[] = {
		{ "help and type", "# HELP hongyan_entries_begun_total Entries claimed for sending\n"
				   "# TYPE hongyan_entries_begun_total counter\nhongyan_entries_begun_total 1\n" },
		{ "counter adds up", "\nhongyan_entries_read_total{lane=\"urgent\"} 7\n"
				     "hongyan_entries_read_total{lane=\"normal\"} 0\n" },
		{ "two labels, escaped",
		  "\nhongyan_outcomes_total{account=\"quo\\\"te\\\\and\\nnewline\",class=\"rejected\"} 5\n" },
		{ "count is set", "\nhongyan_late_answers_total{account=\"quo\\\"te\\\\and\\nnewline\"} 11\n" },
		{ "sum gauge", "# TYPE hongyan_links_up gauge\nhongyan_links_up{account=\"cmcc\"} 3\n" },
		{ "largest gauge", "\nhongyan_queue_entries{lane=\"normal\"} 70\n" },
		{ "time gauge", "\nhongyan_queue_oldest_seconds{lane=\"normal\"} 1.5\n" },
		{ "gauge with decimals, known and not", "# TYPE hongyan_queue_rate gauge\n"
							"hongyan_queue_rate{lane=\"urgent\"} 1.25\n"
							"hongyan_queue_rate{lane=\"normal\"} NaN\n" },
		{ "negative gauge", "\nhongyan_workers -2\n" },
		{ "build", "\nhongyan_build_info{version=\"9.9.9\"} 1\n" },
		{ "label without values", "# TYPE hongyan_dead_total counter\n# HELP" },
	};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		cr_expect(strstr(text, lines[i].want), "%s: no “%s” in:\n%s", lines[i].name, lines[i].want, text);
	free(text);
	metrics_destroy(a);
	metrics_destroy(b);
}

Test(metrics, histogram_text)
{
	struct metrics *a = metrics_create(&labels);
	struct metrics *b = metrics_create(&labels);
	metrics_observe_at(a, METRIC_ANSWER_SPAN, 0, -5); /* counts as 0 */
	metrics_observe_at(a, METRIC_ANSWER_SPAN, 0, 50); /* a bound belongs to its bucket */
	metrics_observe_at(b, METRIC_ANSWER_SPAN, 0, 51);
	metrics_observe_at(b, METRIC_ANSWER_SPAN, 0, 90000000); /* beyond the last */
	char *text = format((const struct metrics *const[]){ a, b }, 2);
	static const char want[] = "# TYPE hongyan_submit_to_answer_seconds histogram\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"0.00005\"} 2\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"0.0001\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"0.0002\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"0.0005\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"0.001\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"0.002\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"0.005\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"0.01\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"0.02\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"0.05\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"0.1\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"0.2\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"0.5\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"1\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"2\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"5\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"10\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"20\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"60\"} 3\n"
				   "hongyan_submit_to_answer_seconds_bucket{account=\"cmcc\",le=\"+Inf\"} 4\n"
				   "hongyan_submit_to_answer_seconds_sum{account=\"cmcc\"} 90.000101\n"
				   "hongyan_submit_to_answer_seconds_count{account=\"cmcc\"} 4\n";
	cr_expect(strstr(text, want), "got:\n%s", text);
	cr_expect_eq(metrics_value(b, METRIC_ANSWER_SPAN, 0, 0), 2);
	free(text);
	metrics_destroy(a);
	metrics_destroy(b);
}

Test(metrics, no_block_counts_nothing)
{
	metrics_add(NULL, METRIC_ENTRIES_BEGUN, 1);
	metrics_set(NULL, METRIC_WORKERS, 1);
	metrics_observe_at(NULL, METRIC_QUEUE_SPAN, 0, 1);
	metrics_destroy(NULL);
}

Test(metrics, small_buffer_is_full_not_overrun)
{
	struct metrics *block = metrics_create(&labels);
	char octets[100];
	struct buf out = buf_over(octets, sizeof octets);
	metrics_format((const struct metrics *const[]){ block }, 1, &out);
	cr_expect(out.full);
	cr_expect(out.len <= sizeof octets);
	metrics_destroy(block);
}
