/* SPDX-License-Identifier: Apache-2.0 */

/* The configuration is read again. Whatever is wrong with it is told in the answer, as in the log; what was in force stays then. */

#include "admin/admin_inner.h"

#include "base/json.h"

#include <stdio.h>

#define LINES_OCTETS 16384 /* of all of a kind */
#define FIRST_OCTETS 400

struct told {
	struct buf errors; /* JSON, the open array */
	struct buf warnings;
	char first[FIRST_OCTETS]; /* error; "" = none */
	unsigned left_out;
	char errors_text[LINES_OCTETS];
	char warnings_text[LINES_OCTETS];
};

static void tell(void *ctx, const char *line, bool is_warning)
{
	struct told *told = ctx;
	struct buf *list = is_warning ? &told->warnings : &told->errors;
	size_t len = list->len;
	if (!is_warning && told->first[0] == '\0')
		snprintf(told->first, sizeof told->first, "%s", line);
	json_text(list, slice_of(line));
	if (!list->full)
		return;
	/* A line is told whole or not at all. */
	list->len = len;
	list->full = false;
	told->left_out++;
}

static void put_list(struct buf *out, const char *key, struct buf *list)
{
	json_key(out, key);
	buf_put_slice(out, buf_slice(list));
	json_close(out, ']');
}

void admin_config_reload(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	struct admin *admin = ctx;
	if (!admin_may_write(admin, request, response) ||
	    !httpd_response_room(response, HTTPD_BODY_OCTETS + (size_t)2 * LINES_OCTETS))
		return;
	struct told told;
	told.errors = buf_over(told.errors_text, sizeof told.errors_text);
	told.warnings = buf_over(told.warnings_text, sizeof told.warnings_text);
	told.first[0] = '\0';
	told.left_out = 0;
	json_open(&told.errors, '[');
	json_open(&told.warnings, '[');
	struct buf *out = &response->body;
	if (admin->view.reload(admin->view.ctx, tell, &told)) {
		json_open(out, '{');
		json_key_bool(out, "reloaded", true);
		put_list(out, "warnings", &told.warnings);
	} else {
		httpd_problem_open(response, 422, "the configuration in force stays: %s", told.first);
		put_list(out, "errors", &told.errors);
		json_key_uint_if(out, "errors_left_out", told.left_out);
	}
	json_close(out, '}');
	buf_put_text(out, "\n");
}
