/* SPDX-License-Identifier: Apache-2.0 */

/* The log level is changed while the gateway works. */

#include "admin/admin_inner.h"

#include "base/json.h"

#define FOR_MAX_S 604800 /* a week */

/* Seconds, 0 where there are none; negative where they are wrong, which is told. */
static json_int_t read_for(const json_t *body, struct httpd_response *response)
{
	const json_t *value = json_object_get(body, "for_s");
	if (value == NULL || json_is_null(value))
		return 0;
	json_int_t seconds = json_integer_value(value);
	if (json_is_integer(value) && seconds >= 1 && seconds <= FOR_MAX_S)
		return seconds;
	httpd_problem(response, 422,
		      "“for_s” must be a whole number of seconds from 1 to %d, or null for until the next start",
		      FOR_MAX_S);
	return -1;
}

/* False where it is none, which is told. */
static bool read_level(const json_t *body, enum log_level *level, struct httpd_response *response)
{
	const char *name = admin_order_text(body, "level", response);
	if (name == NULL)
		return false;
	if (log_level_parse(slice_of(name), level))
		return true;
	httpd_problem(response, 422, "“level” must be debug, info, warn or error");
	return false;
}

void admin_log_level_write(struct buf *out, const struct admin_log_level *level)
{
	json_open(out, '{');
	json_key_text(out, "level", slice_of(log_level_name(level->now)));
	json_key_text(out, "configured", slice_of(log_level_name(level->configured)));
	json_key(out, "for_s");
	if (level->for_us > 0)
		json_decimal(out, (double)level->for_us / US_PER_S, 3);
	else
		json_absent(out);
	json_close(out, '}');
}

void admin_log_level(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	static const char *const keys[] = { "level", "for_s" };
	struct admin *admin = ctx;
	enum log_level level;
	if (!admin_may_write(admin, request, response))
		return;
	json_t *body = admin_order_body(request, keys, 2, "the log level", response);
	json_int_t for_s = -1;
	if (body != NULL && read_level(body, &level, response))
		for_s = read_for(body, response);
	json_decref(body);
	if (for_s < 0)
		return;
	admin->view.set_log_level(admin->view.ctx, level, (mono_us)for_s * US_PER_S);
	struct admin_snapshot snapshot;
	admin_look(admin, &snapshot);
	admin_log_level_write(&response->body, &snapshot.log);
	buf_put_text(&response->body, "\n");
}
