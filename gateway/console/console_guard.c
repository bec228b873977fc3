/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_inner.h"

#include "base/check.h"
#include "base/json.h"
#include "console/console_call.h"
#include "console/console_page.h"
#include "console/console_stream.h"
#include "wire/http/http_callback_auth.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* The one place where it is decided who may what. In the loop's thread: how often, from which site, of which form; then, in a thread of the
 * pool (console_call.c): whose session, with which permission. No handler runs before all of it.
 *
 *   request ──rate──► route ──site──► form ──► pool: session ──► permission ──► handler ──► answer
 *              429      404/405  403     415           401           403
 */

#define API         "/api/"
#define WAIT_US     (30 * US_PER_S)
#define SITE_OCTETS 900

/* zh, en: instead of the problem's own sentences. */
static void refuse_with(struct httpd_response *response, enum console_problem problem, const char *zh, const char *en)
{
	const struct console_problem_words *words = console_problem_words(problem);
	httpd_problem_open(response, words->status, "%s", en);
	json_key_text(&response->body, "code", slice_of(words->code));
	json_key(&response->body, "message");
	json_open(&response->body, '{');
	json_key_text(&response->body, "zh", slice_of(zh));
	json_key_text(&response->body, "en", slice_of(en));
	json_close(&response->body, '}');
	json_close(&response->body, '}');
}

static void refuse(struct httpd_response *response, enum console_problem problem)
{
	const struct console_problem_words *words = console_problem_words(problem);
	refuse_with(response, problem, words->zh, words->en);
}

/* Most often somebody has opened the console at an address that is not console.url. */
static void refuse_site(const struct console *console, struct httpd_response *response)
{
	const struct console_problem_words *words = console_problem_words(CONSOLE_CROSS_SITE);
	char zh[SITE_OCTETS], en[SITE_OCTETS];
	snprintf(zh, sizeof zh, "%s；请打开 %s", words->zh, console->origin);
	snprintf(en, sizeof en, "%s: open it at %s", words->en, console->origin);
	refuse_with(response, CONSOLE_CROSS_SITE, zh, en);
}

/* Behind a proxy of ours the last address that it noted counts. */
static void find_address(const struct console *console, const struct httpd_request *request, char *out)
{
	httpd_peer(request, out);
	struct slice noted = httpd_header_last(request, "X-Forwarded-For");
	if (noted.len == 0 || !http_callback_is_allowed(slice_of(console->options.proxies), slice_of(out)))
		return;
	size_t start = noted.len;
	while (start > 0 && noted.at[start - 1] != ',' && noted.at[start - 1] != ' ')
		start--;
	snprintf(out, HTTPD_PEER_OCTETS, "%.*s", (int)(noted.len - start), noted.at + start);
}

/* Browsers say from which site a request comes (Fetch Metadata); older ones say at least the origin of what may change something. */
static bool is_same_site(const struct console *console, const struct httpd_request *request)
{
	struct slice site = httpd_header(request, "Sec-Fetch-Site");
	if (site.len > 0)
		return slice_is(site, "same-origin") || slice_is(site, "none");
	return request->method == HTTPD_GET || slice_is(httpd_header(request, "Origin"), console->origin);
}

/* A form of another site cannot send this type without being asked for leave first. */
static bool is_json(const struct httpd_request *request)
{
	struct slice type = httpd_header(request, "Content-Type");
	struct slice word = slice_cut(&type, ';');
	while (word.len > 0 && word.at[word.len - 1] == ' ')
		word.len--;
	return word.len == strlen("application/json") && strncasecmp(word.at, "application/json", word.len) == 0;
}

static void refuse_method(struct httpd_response *response, unsigned allowed)
{
	static const char *const names[16] = {
		[1] = "GET, HEAD",
		[2] = "POST",
		[3] = "GET, HEAD, POST",
		[4] = "PUT",
		[5] = "GET, HEAD, PUT",
		[6] = "POST, PUT",
		[7] = "GET, HEAD, POST, PUT",
		[8] = "DELETE",
		[9] = "GET, HEAD, DELETE",
		[10] = "POST, DELETE",
		[11] = "GET, HEAD, POST, DELETE",
		[12] = "PUT, DELETE",
		[13] = "GET, HEAD, PUT, DELETE",
		[14] = "POST, PUT, DELETE",
		[15] = "GET, HEAD, POST, PUT, DELETE",
	};
	httpd_problem(response, 405, "this page takes %s only", names[allowed & 15]);
	response->allow = names[allowed & 15];
}

/* What can be refused without a look at Redis. */
static bool admits(struct console *console, const struct httpd_request *request, const struct console_route *route,
		   struct httpd_response *response)
{
	if (!is_same_site(console, request))
		refuse_site(console, response);
	else if (request->body.len > 0 && !is_json(request))
		refuse(response, CONSOLE_NOT_JSON);
	else if (route->gate != CONSOLE_OPEN && httpd_cookie(request, CONSOLE_COOKIE).len == 0)
		refuse(response, CONSOLE_NO_SESSION);
	else
		return true;
	return false;
}

static void write_answer(struct console_call *call, struct httpd_response *response)
{
	response->status = call->status;
	response->retry_after_s = call->retry_after_s;
	if (call->content_type != NULL)
		response->content_type = call->content_type;
	if (strcmp(call->session, "-") == 0)
		httpd_response_header(response, "Set-Cookie",
				      CONSOLE_COOKIE "=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict");
	else if (call->session[0] != '\0')
		httpd_response_header(response, "Set-Cookie",
				      CONSOLE_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Strict", call->session);
	if (call->etag[0] != '\0')
		httpd_response_header(response, "ETag", "%s", call->etag);
	if (call->file_name != NULL)
		httpd_response_header(response, "Content-Disposition", "attachment; filename=\"%s\"", call->file_name);
	if (httpd_response_room(response, call->answer_len))
		buf_put(&response->body, call->answer, call->answer_len);
}

static void finish(struct console *console, const struct httpd_request *request, struct httpd_response *response)
{
	struct console_call *call = request->state;
	if (!call->is_done) { /* its thread takes longer than anybody waits for */
		call->is_dropped = true;
		refuse(response, CONSOLE_BUSY);
		return;
	}
	if (call->watch != NULL && call->status == 200)
		console_stream_open(console->streams, request, response, call);
	else
		write_answer(call, response);
	if (response->status >= 400)
		atomic_fetch_add(&console->refused, 1);
	console_call_free(call);
}

static void begin(struct console *console, const struct httpd_request *request, const struct console_route *route,
		  const struct slice params[static CONSOLE_PARAMS_MAX], const char *address,
		  struct httpd_response *response)
{
	struct console_call *call = console_call_create(console, request, route, params, address);
	if (call == NULL || !console_call_start(call)) {
		console_call_free(call);
		refuse(response, CONSOLE_BUSY);
		response->retry_after_s = 1;
		return;
	}
	call->client = httpd_wait(request, call, WAIT_US);
}

static void on_request(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	struct console *console = ctx;
	char address[HTTPD_PEER_OCTETS];
	struct slice params[CONSOLE_PARAMS_MAX];
	unsigned allowed;
	if (request->state != NULL) {
		finish(console, request, response);
		return;
	}
	atomic_fetch_add(&console->requests, 1);
	find_address(console, request, address);
	if (!httpd_rate_take(&console->rate, slice_of(address), loop_now(console->loop).mono)) {
		refuse(response, CONSOLE_TOO_OFTEN);
		response->retry_after_s = 1;
	} else if (!slice_starts(request->path, SLICE(API))) {
		console_page(console, request, response);
	} else {
		const struct console_route *route =
			console_route_find(request->method, request->path, params, &allowed);
		if (route == NULL && allowed == 0)
			refuse(response, CONSOLE_NOT_FOUND);
		else if (route == NULL)
			refuse_method(response, allowed);
		else if (admits(console, request, route, response))
			begin(console, request, route, params, address, response);
	}
	if (request->client != NULL && response->status >= 400)
		atomic_fetch_add(&console->refused, 1);
}

void console_on_dropped(void *ctx, void *state)
{
	struct console_call *call = state;
	(void)ctx;
	if (call->is_done)
		console_call_free(call);
	else
		call->is_dropped = true;
}

const struct httpd_route console_pages[] = {
	{ HTTPD_GET, "/livez", console_livez },
	{ HTTPD_GET, "/readyz", console_readyz },
	{ HTTPD_GET, "/metrics", console_metrics },
	{ HTTPD_GET, "/", on_request },
	{ HTTPD_POST, "/", on_request },
	{ HTTPD_PUT, "/", on_request },
	{ HTTPD_DELETE, "/", on_request },
};
const unsigned console_page_count = sizeof console_pages / sizeof console_pages[0];
