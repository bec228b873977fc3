/* SPDX-License-Identifier: Apache-2.0 */
#include "app/log_shift.h"

/* Told at the level that shows more, so that a change is seen whichever way it goes. */
static void change(struct log_shift *shift, enum log_level level, mono_us for_us)
{
	struct log_line line;
	enum log_level before = log_get_level(shift->log);
	bool is_more = level < before;
	if (is_more)
		log_set_level(shift->log, level);
	if (log_begin(&line, shift->log, LOG_WARN, "log_level",
		      level == shift->configured ? "the log level is the configuration's"
						 : "another log level is set")) {
		log_text(&line, "from", slice_of(log_level_name(before)));
		log_text(&line, "to", slice_of(log_level_name(level)));
		if (for_us > 0)
			log_uint(&line, "for_s", (uint64_t)(for_us / US_PER_S));
		log_end(&line);
	}
	if (!is_more)
		log_set_level(shift->log, level);
}

static void on_turn(void *ctx, struct now now)
{
	struct log_shift *shift = ctx;
	if (now.mono < shift->until)
		return;
	shift->until = INT64_MAX;
	change(shift, shift->configured, 0);
}

static mono_us on_next_deadline(void *ctx)
{
	const struct log_shift *shift = ctx;
	return shift->until;
}

void log_shift_init(struct log_shift *shift, struct log *log, enum log_level configured, struct loop *loop)
{
	*shift = (struct log_shift){
		.log = log,
		.configured = configured,
		.until = INT64_MAX,
		.member = { .turn = on_turn, .next_deadline = on_next_deadline, .ctx = shift },
	};
	loop_add(loop, &shift->member);
}

void log_shift_fini(struct log_shift *shift)
{
	loop_remove(&shift->member);
}

void log_shift_configure(struct log_shift *shift, enum log_level configured)
{
	bool is_shifted = log_get_level(shift->log) != shift->configured;
	if (configured == shift->configured)
		return;
	shift->configured = configured;
	if (!is_shifted)
		change(shift, configured, 0);
}

void log_shift_set(struct log_shift *shift, enum log_level level, mono_us for_us, mono_us now)
{
	shift->until = for_us > 0 && level != shift->configured ? now + for_us : INT64_MAX;
	change(shift, level, for_us);
}
