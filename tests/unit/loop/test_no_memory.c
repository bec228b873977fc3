/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"
#include "loop/address_guard.h"
#include "loop/http_client.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "loop/tls.h"
#include "unit/loop/tls_peer.h"

#include <openssl/err.h>

static struct loop *loop;

/* What was closed is freed in a later turn. */
static void run_loop(void)
{
	for (unsigned i = 0; i < 3; i++)
		uv_run(loop_uv(loop), UV_RUN_NOWAIT);
}

static enum alloc_end makes_a_loop(void *ctx)
{
	(void)ctx;
	struct loop *made = loop_create();
	bool is_made = made != NULL;
	loop_destroy(made);
	return is_made ? ALLOC_WELL : ALLOC_TOLD;
}

static enum alloc_end makes_a_stream(void *ctx)
{
	(void)ctx;
	static const struct stream_address address = { .host = "127.0.0.1", .port = 1 };
	static const struct stream_events events = { .on_end = NULL };
	struct stream *stream = stream_create(loop, &address, &events, NULL);
	bool is_made = stream != NULL;
	stream_destroy(stream);
	run_loop();
	return is_made ? ALLOC_WELL : ALLOC_TOLD;
}

/* What came of the requests of a client. */
struct asked {
	unsigned done;
	unsigned probed;
	bool is_wrong;
};

static void end_if_all(const struct asked *asked)
{
	if (asked->done == 2 && asked->probed == 1)
		loop_stop(loop);
}

static void on_done(void *ctx, unsigned place, const struct http_result *result)
{
	struct asked *asked = ctx;
	(void)place;
	asked->done++;
	asked->is_wrong |= result->end != HTTP_END_UNSENT || result->reason[0] == '\0';
	end_if_all(asked);
}

static void on_probed(void *ctx, bool is_reachable, const char *reason)
{
	struct asked *asked = ctx;
	asked->probed++;
	asked->is_wrong |= is_reachable || reason[0] == '\0';
	end_if_all(asked);
}

/* Nobody listens at port 1, and what is said is that, or that there is no memory; in any case nothing was sent. */
static enum alloc_end asks(void *ctx)
{
	struct asked asked = { 0 };
	const struct http_client_options options = { .places = 3,
						     .connect_timeout_us = 20 * US_PER_MS,
						     .response_timeout_us = 20 * US_PER_MS,
						     .body_octets_max = 1000,
						     .guard = ctx };
	static const struct http_client_events events = { .on_done = on_done, .on_probed = on_probed };
	struct http_client *client = http_client_create(loop, &options, &events, &asked);
	if (client != NULL) {
		const struct http_call get = { .method = "GET", .url = "http://127.0.0.1:1/a" };
		const struct http_call put = { .method = "PUT",
					       .url = "http://127.0.0.1:1/b",
					       .headers = "A: b",
					       .header_count = 1,
					       .body = SLICE("x") };
		http_client_start(client, 0, &get);
		http_client_start(client, 2, &put);
		http_client_probe(client, "http://127.0.0.1:1/");
		loop_run(loop);
	}
	bool is_made = client != NULL;
	http_client_destroy(client);
	run_loop();
	if (asked.is_wrong)
		return alloc_wrong("it may have been sent, or nobody says why not");
	return is_made ? ALLOC_WELL : ALLOC_TOLD;
}

static enum alloc_end makes_a_guard(void *ctx)
{
	(void)ctx;
	static const char *const allow[] = { "127.0.0.1", "fd00::/8", "smsc.example" };
	struct address_guard *guard = NULL;
	struct err_at at = { 0 };
	enum err err = address_guard_create(allow, 3, "smsc.example", &guard, &at);
	address_guard_destroy(guard);
	if (err != ERR_OK && (guard != NULL || at.text[0] == '\0'))
		return alloc_wrong("a guard, or no sentence");
	return alloc_end_of(err);
}

Test(no_memory, loop)
{
	static const char *const allow[] = { "127.0.0.1" };
	struct address_guard *guard = NULL;
	cr_assert_eq(address_guard_create(allow, 1, "127.0.0.1", &guard, NULL), ERR_OK);
	alloc_fault_spare("libuv"); /* ends the process itself where it has no memory for the sockets that it watches */
	alloc_sweep("a loop", makes_a_loop, NULL);
	loop = loop_create();
	alloc_sweep("a stream", makes_a_stream, NULL);
	alloc_sweep("an HTTP client", asks, guard);
	alloc_sweep("a guard", makes_a_guard, NULL);
	loop_destroy(loop);
	address_guard_destroy(guard);
}

/* -- TLS -- */

static struct tls_authority authority;

static void carry(struct tls *tls, struct tls_peer *peer)
{
	static char wire[65536];
	for (bool has_moved = true; has_moved;) {
		size_t out = tls_take(tls, wire, sizeof wire);
		bool was_watched = alloc_fault_watch(false);
		if (out > 0 && !tls_peer_feed(peer, wire, out))
			out = 0;
		size_t in = tls_peer_take(peer, wire, sizeof wire);
		alloc_fault_watch(was_watched);
		tls_feed(tls, wire, in);
		tls_shake(tls);
		has_moved = out > 0 || in > 0;
	}
}

static enum alloc_end talks(struct tls *tls, struct tls_peer *peer)
{
	char heard[64] = "";
	tls_shake(tls);
	carry(tls, peer);
	if (tls_state(tls) == TLS_OPEN && tls_write(tls, "bind", 4)) {
		carry(tls, peer);
		bool was_watched = alloc_fault_watch(false);
		tls_peer_say(peer, "bound", 5);
		alloc_fault_watch(was_watched);
		carry(tls, peer);
		size_t got = tls_read(tls, heard, sizeof heard - 1);
		if (got == 5 && strcmp(heard, "bound") == 0)
			return ALLOC_WELL;
	}
	if (tls_state(tls) != TLS_FAILED || tls_reason(tls)[0] == '\0')
		return alloc_wrong("it is neither open nor failed: %d", (int)tls_state(tls));
	return ALLOC_TOLD;
}

/* All of a connection over TLS: its certificates, the handshake, a few words. */
static enum alloc_end connects(void *ctx)
{
	const struct tls_options *options = ctx;
	const struct tls_peer_options peer_options = { .certificate = "server", .wants_client = true };
	struct err_at at = { 0 };
	bool was_watched = alloc_fault_watch(false);
	struct tls_peer *peer = tls_peer_create(&authority, &peer_options);
	alloc_fault_watch(was_watched);
	struct tls_context *context = tls_context_create(options, &at);
	struct tls *tls = context != NULL ? tls_create(context) : NULL;
	enum alloc_end end = tls != NULL ? talks(tls, peer) : ALLOC_TOLD;
	if (context == NULL && at.text[0] == '\0')
		end = alloc_wrong("no context, and no sentence");
	tls_destroy(tls);
	tls_context_destroy(context);
	ERR_clear_error();
	alloc_fault_watch(false);
	tls_peer_destroy(peer);
	return end;
}

Test(no_memory, tls)
{
	tls_authority_make(&authority);
	tls_authority_issue(&authority, &(struct tls_certificate){ "server", "DNS:smsc.example", -1, 1 });
	tls_authority_issue(&authority, &(struct tls_certificate){ "client", NULL, -1, 1 });
	struct tls_options options = { .server_name = "smsc.example",
				       .ca = tls_authority_pem(&authority, "ca.pem"),
				       .cert = tls_authority_pem(&authority, "client.pem"),
				       .key = tls_authority_pem(&authority, "client.key") };
	alloc_sweep_by("a connection", connects, &options, 499);
	tls_authority_remove(&authority);
}
