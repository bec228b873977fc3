/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer/explorer_scenario.h"

#include <string.h>

static const struct explorer_scenario scenarios[] = {
	{
		.name = "basic",
		.about = "three alerts, one id twice, one temporary failure, one cancel; two workers in turn",
		.specs = {
			{ .lane = LANE_NORMAL, .ms = 1000, .id = "a", .outcomes = "A" },
			{ .lane = LANE_NORMAL, .ms = 1001, .id = "b", .outcomes = "TA" },
			{ .lane = LANE_NORMAL, .ms = 1002, .id = "c", .outcomes = "A" },
			{ .lane = LANE_NORMAL, .ms = 1003, .id = "a", .outcomes = "A" },
			{ .kind = SPEC_CANCEL, .lane = LANE_URGENT, .ms = 1004, .id = "c", .is_late = true },
		},
		.workers = 2, .takes_turns = true, .read_max = 2, .adopt_max = 1, .look_count = 2,
	},
	{
		.name = "alone",
		.about = "a cancel that comes first, one alert twice that supersedes others; one worker, another only where it dies",
		.specs = {
			{ .kind = SPEC_CANCEL, .lane = LANE_URGENT, .ms = 1000, .id = "b" },
			{ .lane = LANE_NORMAL, .ms = 1001, .id = "a", .outcomes = "TA" },
			{ .lane = LANE_BULK, .ms = 1001, .id = "b", .outcomes = "A" },
			{ .lane = LANE_BULK, .ms = 1002, .id = "d", .outcomes = "R" },
			{ .lane = LANE_NORMAL, .ms = 1003, .id = "e", .subject = "y", .outcomes = "A", .supersedes = true },
			{ .lane = LANE_NORMAL, .ms = 1004, .id = "e", .subject = "y", .outcomes = "A", .supersedes = true },
		},
		.workers = 1, .read_max = 4, .adopt_max = 2, .look_count = 1,
	},
	{
		.name = "unanswered",
		.about = "answers that come late or never; a late answer may come at any time",
		.specs = {
			{ .lane = LANE_NORMAL, .ms = 1000, .id = "a", .outcomes = "UATA" },
			{ .lane = LANE_NORMAL, .ms = 1001, .id = "b", .outcomes = "uUA" },
			{ .lane = LANE_URGENT, .ms = 1001, .id = "c", .outcomes = "A" },
		},
		.workers = 2, .takes_turns = true, .read_max = 1, .adopt_max = 2, .look_count = 4,
	},
	{
		.name = "superseded",
		.about = "alerts on one subject that supersede each other, and a cancel of another subject",
		.specs = {
			{ .lane = LANE_NORMAL, .ms = 1000, .id = "a", .subject = "s", .outcomes = "A" },
			{ .lane = LANE_NORMAL, .ms = 1001, .id = "b", .subject = "s", .outcomes = "TA", .supersedes = true },
			{ .lane = LANE_BULK, .ms = 1001, .id = "c", .subject = "s", .outcomes = "A", .supersedes = true,
			  .is_late = true },
			{ .lane = LANE_BULK, .ms = 1000, .id = "d", .subject = "x", .outcomes = "A" },
			{ .lane = LANE_NORMAL, .ms = 1004, .id = "g", .subject = "s", .outcomes = "A", .is_late = true },
			{ .kind = SPEC_CANCEL, .lane = LANE_URGENT, .ms = 1003, .subject = "x", .is_late = true },
		},
		.workers = 2, .takes_turns = true, .read_max = 1, .adopt_max = 2, .look_count = 1,
	},
	{
		.name = "paused",
		.about = "a batch that is paused and goes on, and one that is cancelled",
		.specs = {
			{ .lane = LANE_NORMAL, .ms = 1000, .id = "a", .batch = "b", .outcomes = "A" },
			{ .lane = LANE_NORMAL, .ms = 1001, .id = "b", .batch = "b", .outcomes = "TA" },
			{ .lane = LANE_NORMAL, .ms = 1002, .id = "c", .batch = "x", .outcomes = "A" },
			{ .kind = SPEC_CANCEL, .lane = LANE_URGENT, .ms = 1003, .batch = "x", .is_late = true },
		},
		.acts = { ACT_PAUSE, ACT_RESUME },
		.workers = 2, .takes_turns = true, .read_max = 1, .adopt_max = 1, .look_count = 4,
	},
	{
		.name = "requeued",
		.about = "dead letters that are brought back",
		.specs = {
			{ .lane = LANE_NORMAL, .ms = 1000, .id = "a", .outcomes = "RA" },
			{ .lane = LANE_NORMAL, .ms = 1001, .id = "b", .outcomes = "UUA" },
			{ .lane = LANE_URGENT, .ms = 1001, .id = "c", .outcomes = "R" },
		},
		.acts = { ACT_REQUEUE, ACT_REQUEUE },
		.workers = 2, .takes_turns = true, .read_max = 1, .adopt_max = 2, .look_count = 4,
	},
	{
		.name = "held",
		.about = "alerts that may not arrive twice: one goes again, another is dropped, and comes back as a dead letter",
		.specs = {
			{ .lane = LANE_NORMAL, .ms = 1000, .id = "a", .outcomes = "UA", .holds = true },
			{ .lane = LANE_NORMAL, .ms = 1001, .id = "b", .outcomes = "uTA", .holds = true },
			{ .lane = LANE_URGENT, .ms = 1002, .id = "c", .outcomes = "A", .holds = true },
		},
		.acts = { ACT_RESEND, ACT_DROP, ACT_REQUEUE },
		.workers = 2, .takes_turns = true, .read_max = 1, .adopt_max = 1, .look_count = 4,
	},
	{
		.name = "generations",
		.about = "the generation of seen entries and notes turns once",
		.specs = {
			{ .lane = LANE_NORMAL, .ms = 1000, .id = "a", .outcomes = "A" },
			{ .lane = LANE_NORMAL, .ms = 1001, .id = "b", .outcomes = "TA" },
			{ .kind = SPEC_CANCEL, .lane = LANE_URGENT, .ms = 1002, .id = "b", .is_late = true },
			{ .lane = LANE_NORMAL, .ms = 1003, .id = "a", .outcomes = "A", .is_late = true },
		},
		.workers = 2, .takes_turns = true, .read_max = 1, .adopt_max = 1, .look_count = 1, .turns = 1,
	},
	{
		.name = "spared",
		.about = "three alerts to a number that may get two, one to a number that has opted out; the generation turns once",
		.specs = {
			{ .lane = LANE_NORMAL, .ms = 1000, .id = "a", .number = "8613900000001", .outcomes = "TA" },
			{ .lane = LANE_NORMAL, .ms = 1001, .id = "b", .number = "8613900000001", .outcomes = "UA" },
			{ .lane = LANE_BULK, .ms = 1001, .id = "c", .number = "8613900000001", .outcomes = "A", .is_late = true },
			{ .lane = LANE_URGENT, .ms = 1002, .id = "d", .number = EXPLORER_OPTED_OUT, .outcomes = "A" },
			{ .lane = LANE_NORMAL, .ms = 1003, .id = "e", .outcomes = "A" },
		},
		.workers = 2, .takes_turns = true, .read_max = 2, .adopt_max = 1, .look_count = 2, .turns = 1,
	},
	{
		.name = "crowd",
		.about = "eight entries of all kinds, three workers",
		.specs = {
			{ .lane = LANE_NORMAL, .ms = 1000, .id = "a", .batch = "b", .outcomes = "TA" },
			{ .lane = LANE_BULK, .ms = 1000, .id = "b", .subject = "s", .outcomes = "UA" },
			{ .lane = LANE_URGENT, .ms = 1001, .id = "c", .outcomes = "RA" },
			{ .lane = LANE_NORMAL, .ms = 1001, .id = "d", .batch = "b", .outcomes = "A" },
			{ .lane = LANE_NORMAL, .ms = 1002, .id = "c", .outcomes = "A" },
			{ .lane = LANE_NORMAL, .ms = 1003, .id = "e", .subject = "s", .batch = "b", .outcomes = "A", .supersedes = true,
			  .is_late = true },
			{ .kind = SPEC_CANCEL, .lane = LANE_URGENT, .ms = 1004, .id = "d", .is_late = true },
			{ .lane = LANE_BULK, .ms = 1005, .id = "f", .outcomes = "TUA", .holds = true },
		},
		.acts = { ACT_PAUSE, ACT_RESUME, ACT_REQUEUE },
		.workers = 3, .takes_turns = true, .read_max = 2, .adopt_max = 2, .look_count = 2, .turns = 1,
	},
};

#define SCENARIO_COUNT (sizeof scenarios / sizeof scenarios[0])

const struct explorer_scenario *explorer_scenarios(unsigned *count)
{
	*count = SCENARIO_COUNT;
	return scenarios;
}

const struct explorer_scenario *explorer_scenario_find(const char *name)
{
	for (unsigned i = 0; i < SCENARIO_COUNT; i++) {
		if (strcmp(scenarios[i].name, name) == 0)
			return &scenarios[i];
	}
	return NULL;
}
