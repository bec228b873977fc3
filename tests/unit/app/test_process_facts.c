/* SPDX-License-Identifier: Apache-2.0 */
#include "app/process_facts.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* What it says of itself is near what the system says by other ways. */
Test(process_facts, of_this_process)
{
	static const struct metrics_labels none = { .count = { 0 } };
	struct metrics *block = metrics_create(&none);
	process_facts_fill(block);
	int64_t memory = metrics_value(block, METRIC_PROCESS_MEMORY, 0, 0);
	int64_t started = metrics_value(block, METRIC_PROCESS_START, 0, 0) / 1000000;
	int64_t fds = metrics_value(block, METRIC_PROCESS_FDS, 0, 0);
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	cr_expect_gt(memory, 1000000, "%lld", (long long)memory);
	cr_expect_geq(metrics_value(block, METRIC_PROCESS_VIRTUAL, 0, 0), memory);
	cr_expect_leq(started, (int64_t)time(NULL) + 2);
	cr_expect_gt(started, (int64_t)time(NULL) - 3600, "%lld", (long long)started);
	cr_expect_eq(metrics_value(block, METRIC_PROCESS_FDS_MAX, 0, 0), (int64_t)limit.rlim_cur);
	int more[2];
	cr_assert_eq(pipe2(more, O_CLOEXEC), 0);
	process_facts_fill(block);
	cr_expect_eq(metrics_value(block, METRIC_PROCESS_FDS, 0, 0), fds + 2);
	close(more[0]);
	close(more[1]);
	/* Decimals in the text, and a counter. */
	metrics_count(block, METRIC_PROCESS_CPU, 0, 1250000);
	size_t cap = metrics_format_octets(block);
	char *text = malloc(cap + 1);
	struct buf out = buf_over(text, cap);
	metrics_format((const struct metrics *const[]){ block }, 1, &out);
	text[out.len] = '\0';
	cr_expect_not_null(strstr(text, "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 1.25\n"));
	free(text);
	metrics_destroy(block);
}
