/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_page.h"

#include "base/json.h"
#include "console/console_inner.h"
#include "console/console_static.h"

#define INDEX    "/index.html"
#define FOR_EVER "public, max-age=31536000, immutable"

static const char not_built[] =
	"<!doctype html><meta charset=\"utf-8\"><title>鸿雁</title>"
	"<p>本程序未包含控制台页面：请安装 Node.js 与 npm 后重新构建。"
	"<p>This program was built without the console's pages: install Node.js and npm, and build it again "
	"(cmake --preset release; cmake --build --preset release).\n";

static void put_file(const struct console_file *file, const struct httpd_request *request,
		     struct httpd_response *response)
{
	const char *coding;
	struct slice octets = console_static_octets(file, httpd_header(request, "Accept-Encoding"), &coding);
	response->content_type = file->type;
	response->cache = file->is_hashed ? FOR_EVER : "no-cache";
	httpd_response_header(response, "Vary", "Accept-Encoding");
	httpd_response_header(response, "ETag", "%s", file->etag);
	if (console_static_matches(httpd_header(request, "If-None-Match"), file->etag)) {
		response->status = 304;
		return;
	}
	if (coding != NULL)
		httpd_response_header(response, "Content-Encoding", "%s", coding);
	response->constant = octets;
}

/* A path whose last segment has a dot in it is a file's, and never a page's. */
static bool is_file(struct slice path)
{
	size_t from = path.len;
	while (from > 0 && path.at[from - 1] != '/')
		from--;
	return memchr(path.at + from, '.', path.len - from) != NULL;
}

void console_page(struct console *console, const struct httpd_request *request, struct httpd_response *response)
{
	(void)console;
	if (request->method != HTTPD_GET) {
		httpd_problem(response, 405, "this page takes GET, HEAD only");
		response->allow = "GET, HEAD";
		return;
	}
	const struct console_file *file = console_static_find(console_files, console_file_count, request->path);
	if (file == NULL && is_file(request->path)) {
		httpd_problem(response, 404, "there is no file of that name");
		return;
	}
	if (file == NULL)
		file = console_static_find(console_files, console_file_count, SLICE(INDEX));
	if (file != NULL) {
		put_file(file, request, response);
		return;
	}
	response->content_type = "text/html; charset=utf-8";
	response->status = 503;
	response->constant = SLICE(not_built);
}

void console_livez(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	(void)ctx;
	(void)request;
	buf_put_text(&response->body, "{\"alive\":true}\n");
}

/* What the last request that needed Redis met. */
void console_readyz(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	const struct console *console = ctx;
	(void)request;
	bool is_ready = atomic_load(&console->has_redis);
	response->status = is_ready ? 200 : 503;
	json_open(&response->body, '{');
	json_key_bool(&response->body, "ready", is_ready);
	json_close(&response->body, '}');
	buf_put_text(&response->body, "\n");
}

static void put_metric(struct buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
	buf_put_format(out, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, type, name,
		       (unsigned long long)value);
}

void console_metrics(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	const struct console *console = ctx;
	struct buf *out = &response->body;
	(void)request;
	response->content_type = "text/plain; version=0.0.4; charset=utf-8";
	put_metric(out, "hongyan_console_up", "gauge", "1 where Redis answers the console",
		   atomic_load(&console->has_redis));
	put_metric(out, "hongyan_console_requests_total", "counter", "Requests of the pages",
		   atomic_load(&console->requests));
	put_metric(out, "hongyan_console_refused_total", "counter", "Requests that got an answer of 400 or above",
		   atomic_load(&console->refused));
	put_metric(out, "hongyan_console_connections", "gauge", "Connections open now",
		   httpd_connection_count(console->httpd));
	put_metric(out, "hongyan_console_under_way", "gauge", "Requests that threads work on, or that wait for one",
		   loop_works_count(console->works) + loop_works_count(console->heavy) +
			   loop_works_count(console->slow));
}
