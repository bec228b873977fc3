/* SPDX-License-Identifier: Apache-2.0 */
#include "store/event_reader.h"

static enum err run(struct redis_ask *ask, const char *group, const char *process, const char *dead, unsigned ms,
		    uint64_t *out, struct err_at *at)
{
	redis_ask_begin_script(ask, SCRIPT_READER, 1);
	redis_ask_key(ask, ":reader:", slice_of(group));
	redis_ask_add_word(ask, process);
	redis_ask_add_int(ask, ms);
	redis_ask_add_word(ask, dead);
	return redis_ask_count(ask, out, at);
}

enum err event_reader_hold(struct redis_ask *ask, const char *group, const char *process, const char *dead, unsigned ms,
			   bool *is_held, struct err_at *at)
{
	uint64_t held;
	enum err err = run(ask, group, process, dead, ms, &held, at);
	if (err == ERR_OK)
		*is_held = held == 1;
	return err;
}

enum err event_reader_leave(struct redis_ask *ask, const char *group, const char *process, struct err_at *at)
{
	uint64_t held;
	return run(ask, group, process, "", 0, &held, at);
}
