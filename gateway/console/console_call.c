/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_call.h"

#include "console/console_stream.h"
#include "console/console_who.h"
#include "staff/password.h"

#include <stdio.h>
#include <stdlib.h>

/* A request's thread: who asks, whether he may, what the body says, then the handler. Its memory belongs to the loop's thread before it
 * starts and after it is done, and to nobody else's meanwhile. */

static char *copy_of(struct slice text)
{
	char *copy = malloc(text.len + 1);
	if (copy == NULL)
		return NULL;
	if (text.len > 0)
		memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	return copy;
}

/* What is too long stays empty: it cannot be right. */
static void copy_short(struct slice text, char *out, size_t cap)
{
	out[0] = '\0';
	if (text.len < cap)
		snprintf(out, cap, "%.*s", SLICE_ARG(text));
}

static void copy_cut(struct slice text, char *out, size_t cap)
{
	snprintf(out, cap, "%.*s", (int)(text.len < cap ? text.len : cap - 1), text.len > 0 ? text.at : "");
}

struct console_call *console_call_create(struct console *console, const struct httpd_request *request,
					 const struct console_route *route,
					 const struct slice params[static CONSOLE_PARAMS_MAX], const char *address)
{
	struct console_call *call = calloc(1, sizeof *call);
	if (call == NULL)
		return NULL;
	struct slice query = request->target;
	slice_cut(&query, '?');
	call->console = console;
	call->route = route;
	call->query = copy_of(query);
	call->query_len = query.len;
	call->body_text = copy_of(request->body);
	call->body_len = request->body.len;
	bool is_whole = call->query != NULL && call->body_text != NULL;
	for (unsigned i = 0; i < CONSOLE_PARAMS_MAX; i++) {
		call->params[i] = copy_of(params[i]);
		is_whole = is_whole && call->params[i] != NULL;
	}
	copy_short(httpd_header(request, "If-Match"), call->if_match, sizeof call->if_match);
	copy_short(httpd_header(request, "If-None-Match"), call->if_none_match, sizeof call->if_none_match);
	copy_short(httpd_cookie(request, CONSOLE_COOKIE), call->cookie, sizeof call->cookie);
	copy_cut(httpd_header(request, "User-Agent"), call->agent, sizeof call->agent);
	copy_cut(slice_of(address), call->address, sizeof call->address);
	copy_short(httpd_header(request, CONSOLE_USER), call->page_user, sizeof call->page_user);
	call->is_idle = httpd_header(request, CONSOLE_IDLE).len > 0;
	if (is_whole)
		return call;
	console_call_free(call);
	return NULL;
}

/* A body may hold a password, whatever became of the request. */
static void forget_body(struct console_call *call)
{
	const char *key;
	json_t *value;
	json_object_foreach(call->body, key, value)
	{
		if (json_is_string(value))
			password_forget((char *)(uintptr_t)json_string_value(value), json_string_length(value));
	}
	json_decref(call->body);
	if (call->body_text != NULL)
		password_forget(call->body_text, call->body_len);
	free(call->body_text);
}

void console_call_free(struct console_call *call)
{
	if (call == NULL)
		return;
	for (unsigned i = 0; i < CONSOLE_PARAMS_MAX; i++)
		free(call->params[i]);
	console_watch_free(call->watch);
	forget_body(call);
	json_decref(call->user);
	free(call->query);
	free(call->answer);
	free(call);
}

static bool read_body(struct console_call *call)
{
	json_error_t error;
	if (!call->route->has_body)
		return true;
	call->body = json_loadb(call->body_text, call->body_len, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(call->body))
		return true;
	console_refuse(call, CONSOLE_MALFORMED);
	return false;
}

static void on_run(struct loop_work *work)
{
	struct console_call *call = (struct console_call *)work;
	struct console *console = call->console;
	struct err_at at = { .err = ERR_OK };
	call->db = console_pool_take(console->pool, &call->ask, &call->now, &at);
	if (call->db == NULL) {
		console_refuse(call, CONSOLE_UNREACHABLE);
		return;
	}
	if (console_who_admits(call) && read_body(call))
		call->route->handler(call);
	console_pool_give(console->pool, call->db, call->err);
	call->db = NULL;
}

static void on_done(struct loop_work *work, bool has_run)
{
	struct console_call *call = (struct console_call *)work;
	call->is_done = true;
	if (!has_run)
		console_refuse(call, CONSOLE_BUSY);
	if (call->is_dropped)
		console_call_free(call);
	else
		httpd_resume(call->client);
}

bool console_call_start(struct console_call *call)
{
	call->work = (struct loop_work){ .run = on_run, .done = on_done };
	struct console *console = call->console;
	struct loop_works *works = call->route->is_heavy  ? console->heavy
				   : call->route->is_slow ? console->slow
							  : console->works;
	return loop_works_put(works, &call->work);
}
