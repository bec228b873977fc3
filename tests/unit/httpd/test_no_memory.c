/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"
#include "httpd/httpd.h"
#include "loop/loop.h"

static struct loop *loop;

static void answer(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	(void)ctx;
	(void)request;
	(void)response;
}

static enum alloc_end listens(void *ctx)
{
	(void)ctx;
	static const struct httpd_route routes[] = { { HTTPD_GET, "/a", answer } };
	const struct httpd_options options = { .host = "127.0.0.1", .requests_per_s = 10, .requests_burst = 10 };
	struct httpd *httpd = NULL;
	struct err_at at = { 0 };
	enum err err = httpd_create(loop, &options, routes, 1, NULL, &httpd, &at);
	if (err != ERR_OK && (httpd != NULL || at.text[0] == '\0'))
		return alloc_wrong("a server, or no sentence");
	httpd_destroy(httpd);
	for (unsigned i = 0; i < 3; i++) /* what was closed is freed in a later turn */
		uv_run(loop_uv(loop), UV_RUN_NOWAIT);
	return alloc_end_of(err);
}

Test(no_memory, httpd)
{
	loop = loop_create();
	alloc_fault_spare("libuv"); /* ends the process itself where it has no memory for the sockets that it watches */
	alloc_sweep("a server", listens, NULL);
	loop_destroy(loop);
}
