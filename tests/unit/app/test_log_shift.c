/* SPDX-License-Identifier: Apache-2.0 */
#include "app/log_shift.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static char written[1024];

static void keep(void *ctx, enum log_level level, struct slice line)
{
	(void)ctx, (void)level;
	snprintf(written, sizeof written, "%.*s", SLICE_ARG(line));
}

static struct now now(void *ctx)
{
	(void)ctx;
	return (struct now){ .mono = 1, .wall = 1770940800123 };
}

#define HEAD "{\"at\":\"2026-02-13T00:00:00.123Z\",\"level\":\"warn\",\"event\":\"log_level\",\"text\":\""

/* A turn at that time, as the loop makes it. */
static void turn(struct log_shift *shift, mono_us at)
{
	shift->member.turn(shift, (struct now){ .mono = at });
}

static struct log log_now;
static struct log_shift shift;
static struct loop *loop;

static void begin(void)
{
	log_now = (struct log){ .least = LOG_INFO, .write = keep, .now = now };
	loop = loop_create();
	log_shift_init(&shift, &log_now, LOG_INFO, loop);
}

static void end(void)
{
	log_shift_fini(&shift);
	loop_destroy(loop);
}

Test(log_shift, falls_back_when_its_time_is_over, .init = begin, .fini = end)
{
	cr_expect_eq(shift.member.next_deadline(&shift), INT64_MAX);
	log_shift_set(&shift, LOG_DEBUG, 600 * US_PER_S, 1000);
	cr_expect_eq(log_get_level(&log_now), LOG_DEBUG);
	cr_expect_str_eq(written,
			 HEAD "another log level is set\",\"from\":\"info\",\"to\":\"debug\",\"for_s\":600}\n");
	mono_us until = shift.member.next_deadline(&shift);
	cr_expect_eq(until, 1000 + 600 * US_PER_S);
	turn(&shift, until - 1);
	cr_expect_eq(log_get_level(&log_now), LOG_DEBUG);
	written[0] = '\0';
	turn(&shift, until);
	cr_expect_eq(log_get_level(&log_now), LOG_INFO);
	cr_expect_str_eq(written, HEAD "the log level is the configuration's\",\"from\":\"debug\",\"to\":\"info\"}\n");
	cr_expect_eq(shift.member.next_deadline(&shift), INT64_MAX);
}

/* The line is written by the level that lets it through. */
Test(log_shift, without_an_end_it_stays, .init = begin, .fini = end)
{
	log_shift_set(&shift, LOG_ERROR, 0, 1000);
	cr_expect_eq(log_get_level(&log_now), LOG_ERROR);
	cr_expect_str_eq(written, HEAD "another log level is set\",\"from\":\"info\",\"to\":\"error\"}\n");
	turn(&shift, INT64_MAX - 1);
	cr_expect_eq(log_get_level(&log_now), LOG_ERROR);
}

Test(log_shift, the_configurations_level_ends_it, .init = begin, .fini = end)
{
	log_shift_set(&shift, LOG_DEBUG, 600 * US_PER_S, 1000);
	log_shift_set(&shift, LOG_INFO, 600 * US_PER_S, 2000);
	cr_expect_eq(log_get_level(&log_now), LOG_INFO);
	cr_expect_eq(shift.member.next_deadline(&shift), INT64_MAX);
}

/* A reload: what was set for a while stays, and what it falls back to is the new one. */
Test(log_shift, the_configuration_changes, .init = begin, .fini = end)
{
	log_shift_configure(&shift, LOG_INFO);
	cr_expect_str_eq(written, "");
	log_shift_configure(&shift, LOG_WARN);
	cr_expect_eq(log_get_level(&log_now), LOG_WARN);
	cr_expect_str_eq(written, HEAD "the log level is the configuration's\",\"from\":\"info\",\"to\":\"warn\"}\n");
	log_shift_set(&shift, LOG_DEBUG, 600 * US_PER_S, 1000);
	log_shift_configure(&shift, LOG_ERROR);
	cr_expect_eq(log_get_level(&log_now), LOG_DEBUG);
	turn(&shift, 1000 + 600 * US_PER_S);
	cr_expect_eq(log_get_level(&log_now), LOG_ERROR);
}
