/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "metrics/metrics.h"
#include "model/closing.h"
#include "model/entry.h"
#include "model/outcome.h"
#include "model/protection.h"

/* Labels of the metrics blocks in this room's tests: two accounts. */

#define ADMIN_TEST_ACCOUNTS 2

static inline struct metrics *admin_test_metrics(void)
{
	static const char *const accounts[] = { "cmcc", "backup" };
	static const char *lanes[LANE_COUNT];
	static const char *classes[OUTCOME_COUNT];
	static const char *closings[CLOSING_COUNT];
	for (unsigned i = 0; i < LANE_COUNT; i++)
		lanes[i] = lane_name((enum lane)i);
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		classes[i] = outcome_class_name((enum outcome_class)i);
	for (unsigned i = 0; i < CLOSING_COUNT; i++)
		closings[i] = closing_name((enum closing)i);
	struct metrics_labels labels = {
		.names = { [METRIC_LABEL_ACCOUNT] = accounts,
			   [METRIC_LABEL_LANE] = lanes,
			   [METRIC_LABEL_CLASS] = classes,
			   [METRIC_LABEL_EVENT] = closings,
			   [METRIC_LABEL_RULE] = protection_labels() },
		.count = { [METRIC_LABEL_ACCOUNT] = ADMIN_TEST_ACCOUNTS,
			   [METRIC_LABEL_LANE] = LANE_COUNT,
			   [METRIC_LABEL_CLASS] = OUTCOME_COUNT,
			   [METRIC_LABEL_EVENT] = CLOSING_COUNT,
			   [METRIC_LABEL_RULE] = PROTECTION_COUNT },
	};
	return metrics_create(&labels);
}
