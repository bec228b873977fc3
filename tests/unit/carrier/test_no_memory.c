/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/http_carrier.h"
#include "carrier/tcp_carrier.h"
#include "fakes/alloc_sweep.h"
#include "loop/loop.h"
#include "wire/smpp/smpp_dialect.h"

static struct loop *loop;

/* What was closed is freed in a later turn. */
static void run_loop(void)
{
	for (unsigned i = 0; i < 3; i++)
		uv_run(loop_uv(loop), UV_RUN_NOWAIT);
}

static enum alloc_end end_of(struct carrier *carrier)
{
	bool is_made = carrier != NULL;
	if (is_made)
		carrier->ops->destroy(carrier);
	run_loop();
	return is_made ? ALLOC_WELL : ALLOC_TOLD;
}

static enum alloc_end makes_links(void *ctx)
{
	const struct tcp_carrier_options *options = ctx;
	return end_of(tcp_carrier_create(loop, options));
}

static enum alloc_end makes_http(void *ctx)
{
	const struct http_carrier_options *options = ctx;
	return end_of(http_carrier_create(loop, options));
}

Test(no_memory, carriers)
{
	static const struct smpp_account smpp = { .system_id = "hongyan" };
	struct tcp_carrier_options links = {
		.name = "cmcc",
		.address = { .host = "127.0.0.1", .port = 1 },
		.dialect = &smpp_dialect,
		.dialect_account = &smpp,
		.takes_submits = true,
		.links = 2,
		.session = { .window = 10,
			     .late_max = 10,
			     .bind_timeout_us = US_PER_S,
			     .response_timeout_us = US_PER_S,
			     .keepalive_us = US_PER_S,
			     .keepalive_timeout_us = US_PER_S,
			     .frame_timeout_us = US_PER_S,
			     .write_timeout_us = US_PER_S,
			     .unbind_timeout_us = US_PER_S,
			     .out_octets = 65536 },
		.query = { .references = { 1, 1000 }, .wait_us = US_PER_S, .rate_per_s = 1 },
	};
	struct http_account *account = NULL;
	struct http_callback *callback = NULL;
	static const struct http_settings settings = {
		.preset = "json-batch", .url = "http://127.0.0.1:1/", .token = "t", .batch_max = 4
	};
	static const struct http_callback_settings kannel = { .dialect = "kannel" };
	cr_assert_eq(http_account_create(&settings, &account, NULL), ERR_OK);
	cr_assert_eq(http_callback_create(&kannel, &callback, NULL), ERR_OK);
	struct http_carrier_options http = {
		.name = "http",
		.account = account,
		.receipts_to = { callback, SLICE("https://h"), SLICE("http"), SLICE("secret") },
		.client = { .places = 3, .connect_timeout_us = US_PER_S, .response_timeout_us = US_PER_S },
		.reconnect = { US_PER_S, US_PER_S, US_PER_S },
	};
	loop = loop_create();
	alloc_sweep("links", makes_links, &links);
	alloc_sweep("HTTP", makes_http, &http);
	loop_destroy(loop);
	http_callback_destroy(callback);
	http_account_destroy(account);
}
