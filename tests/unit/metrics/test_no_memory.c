/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"
#include "metrics/metrics.h"

static enum alloc_end makes_a_block(void *ctx)
{
	(void)ctx;
	static const char *const accounts[] = { "one", "two" };
	const struct metrics_labels labels = { .names = { [METRIC_LABEL_ACCOUNT] = accounts },
					       .count = { [METRIC_LABEL_ACCOUNT] = 2 } };
	struct metrics *metrics = metrics_create(&labels);
	if (metrics == NULL)
		return ALLOC_TOLD;
	bool is_right = metrics_label_count(metrics, METRIC_LABEL_ACCOUNT) == 2;
	metrics_destroy(metrics);
	return is_right ? ALLOC_WELL : alloc_wrong("another number of accounts");
}

Test(no_memory, metrics)
{
	alloc_sweep("a block", makes_a_block, NULL);
}
