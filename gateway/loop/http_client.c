/* SPDX-License-Identifier: Apache-2.0 */

/* curl's multi interface on the loop: curl tells which sockets to watch and when to call it again, and is called from
 * their callbacks and from the client's turn. What has ended is told in the turn only, so that no upcall comes from
 * inside curl or inside a downcall. */

#include "loop/http_client.h"

#include "base/check.h"
#include "loop/http_intake.h"
#include "loop/http_sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define IDLE_S        20L              /* a connection that rested longer is not used again */
#define TIMER_NET_US  (50 * US_PER_MS) /* see on_time */
#define REASON_OCTETS (CURL_ERROR_SIZE + 128)

struct place {
	struct http_client *client;
	CURL *easy;
	bool is_busy;
	bool is_unsent;  /* there was no memory to begin it: that is told in the turn */
	bool is_written; /* a connection was found, and the request handed to it */
	char *url;       /* as easy has it */
	CURLU *parts;    /* url, taken apart */
	const char *method;
	struct curl_slist lines[HTTP_CLIENT_HEADERS_MAX + 1];
	struct http_intake intake;
	const char *refusal; /* what the guard said of an address; NULL = it was not asked, or content */
	char refused[INET6_ADDRSTRLEN];
	char error[CURL_ERROR_SIZE];
};

struct http_client {
	struct loop *loop;
	struct loop_member member;
	const struct http_client_events *events;
	void *ctx;
	CURLM *multi;
	struct http_sockets *sockets;
	const struct address_guard *guard;
	mono_us timer_at; /* when curl wants to be called; INT64_MAX = not */
	unsigned running; /* as curl counts */
	unsigned unsent;  /* places that are */
	unsigned busy;    /* as we do: more where something has ended and is not told yet */
	bool has_new;     /* begun since curl was called */
	uint64_t octets;  /* of answers, all that came */
	unsigned count;
	struct place probe;
	struct place places[];
};

/* -- what curl asks -- */

static int on_watch(CURL *easy, curl_socket_t fd, int what, void *ctx, void *ignored)
{
	struct http_client *client = ctx;
	(void)easy;
	(void)ignored;
	return http_sockets_watch(client->sockets, fd, what) ? 0 : -1;
}

static int on_timer(CURLM *multi, long timeout_ms, void *ctx)
{
	struct http_client *client = ctx;
	(void)multi;
	client->timer_at = timeout_ms < 0 ? INT64_MAX : loop_now(client->loop).mono + timeout_ms * US_PER_MS;
	return 0;
}

static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct place *place = ctx;
	(void)purpose;
	const char *refusal = address_guard_refusal(place->client->guard, &address->addr);
	if (refusal == NULL)
		return http_sockets_open(place->client->sockets, address);
	place->refusal = refusal;
	const void *octets = address->family == AF_INET6
				     ? (const void *)&((struct sockaddr_in6 *)(void *)&address->addr)->sin6_addr
				     : (const void *)&((struct sockaddr_in *)(void *)&address->addr)->sin_addr;
	if (inet_ntop(address->family, octets, place->refused, sizeof place->refused) == NULL)
		place->refused[0] = '\0';
	return CURL_SOCKET_BAD;
}

static int on_close(void *ctx, curl_socket_t fd)
{
	struct http_client *client = ctx;
	http_sockets_close(client->sockets, fd);
	return 0;
}

/* There is a connection, and the request is about to be handed to it. Where that happens a second time curl has found a
 * kept connection dead and means to say all again, which the peer may have heard. */
static int on_request(void *ctx, char *peer, char *own, int peer_port, int own_port)
{
	struct place *place = ctx;
	(void)peer;
	(void)own;
	(void)peer_port;
	(void)own_port;
	if (place->is_written)
		return CURL_PREREQFUNC_ABORT;
	place->is_written = true;
	return CURL_PREREQFUNC_OK;
}

static size_t on_header(char *line, size_t size, size_t count, void *ctx)
{
	struct place *place = ctx;
	size_t len = size * count;
	place->client->octets += len;
	return http_intake_header(&place->intake, line, len) ? len : 0;
}

static size_t on_body(char *octets, size_t size, size_t count, void *ctx)
{
	struct place *place = ctx;
	size_t len = size * count;
	place->client->octets += len;
	return http_intake_body(&place->intake, octets, len) ? len : 0;
}

/* -- what has ended -- */

static void act(struct http_client *client, curl_socket_t fd, int events)
{
	int running = 0;
	/* Without memory curl stops in the midst of it, and does not count: what it has left is ended by its deadline. */
	bool is_whole = curl_multi_socket_action(client->multi, fd, events, &running) == CURLM_OK;
	client->running = is_whole ? (unsigned)running : client->busy - client->unsent;
}

static void on_ready(void *ctx, curl_socket_t fd, int events)
{
	act(ctx, fd, events);
}

/* curl reads a clock of its own. Called a moment too early it does nothing, and does not ask again, since to it nothing has
 * changed: so as long as anything runs it is called again by itself. */
static void on_time(struct http_client *client, mono_us now)
{
	client->timer_at = INT64_MAX;
	client->has_new = false;
	act(client, CURL_SOCKET_TIMEOUT, 0);
	if (client->timer_at == INT64_MAX && client->running > 0)
		client->timer_at = now + TIMER_NET_US;
}

static const char *reason_of(const struct place *place, CURLcode code, char out[REASON_OCTETS])
{
	if (place->refusal != NULL && !place->is_written)
		snprintf(out, REASON_OCTETS, "the address %s is %s and not among those that the account allows",
			 place->refused, place->refusal);
	else if (place->is_written && code == CURLE_ABORTED_BY_CALLBACK)
		snprintf(out, REASON_OCTETS, "the connection was closed before an answer came");
	else if (place->intake.is_too_much)
		snprintf(out, REASON_OCTETS, "the answer has more than %d octets of headers",
			 HTTP_CLIENT_HEADER_OCTETS_MAX);
	else
		snprintf(out, REASON_OCTETS, "%s", place->error[0] ? place->error : curl_easy_strerror(code));
	return out;
}

static void leave(struct http_client *client, struct place *place)
{
	curl_multi_remove_handle(client->multi, place->easy);
	client->unsent -= place->is_unsent;
	place->is_unsent = false;
	place->is_busy = false;
	client->busy--;
}

static void end_place(struct http_client *client, struct place *place, CURLcode code)
{
	char reason[REASON_OCTETS];
	long status = 0;
	curl_easy_getinfo(place->easy, CURLINFO_RESPONSE_CODE, &status);
	leave(client, place);
	bool is_whole = code == CURLE_OK || (place->intake.is_cut && code == CURLE_WRITE_ERROR);
	struct http_result result = {
		.end = is_whole            ? HTTP_END_ANSWERED
		       : place->is_written ? HTTP_END_LOST
					   : HTTP_END_UNSENT,
		.status = (unsigned)status,
		.retry_after = { place->intake.retry_after, place->intake.retry_after_len },
		.body = { place->intake.body, place->intake.is_cut ? 0 : place->intake.len },
		.is_cut = place->intake.is_cut,
		.reason = is_whole ? "" : reason_of(place, code, reason),
	};
	if (place == &client->probe)
		client->events->on_probed(client->ctx, code == CURLE_OK, result.reason);
	else
		client->events->on_done(client->ctx, (unsigned)(place - client->places), &result);
}

static void tell_ended(struct http_client *client)
{
	for (unsigned i = 0; client->unsent > 0 && i <= client->count; i++) {
		struct place *unsent = i < client->count ? &client->places[i] : &client->probe;
		if (unsent->is_unsent)
			end_place(client, unsent, CURLE_OUT_OF_MEMORY);
	}
	CURLMsg *message;
	int left;
	while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
		char *place = NULL;
		CURLcode code = message->data.result;
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &place);
		end_place(client, (struct place *)(void *)place, code);
	}
}

static void turn(void *ctx, struct now now)
{
	struct http_client *client = ctx;
	if (now.mono >= client->timer_at)
		on_time(client, now.mono);
	tell_ended(client);
}

static mono_us next_deadline(void *ctx)
{
	const struct http_client *client = ctx;
	return client->timer_at;
}

/* -- making -- */

static void init_library(void)
{
	CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

static struct curl_blob blob_of(struct slice octets)
{
	return (struct curl_blob){ .data = (void *)(uintptr_t)octets.at, .len = octets.len, .flags = CURL_BLOB_NOCOPY };
}

/* What never changes from request to request. False where curl has no memory. */
static bool init_place(struct http_client *client, struct place *place, const struct http_client_options *options)
{
	place->client = client;
	place->intake.max = options->body_octets_max;
	place->easy = curl_easy_init();
	CURL *easy = place->easy;
	if (easy == NULL)
		return false;
	bool is_set = true;
#define SET(option, value) is_set = curl_easy_setopt(easy, option, value) == CURLE_OK && is_set
	SET(CURLOPT_PRIVATE, (void *)place);
	SET(CURLOPT_ERRORBUFFER, place->error);
	SET(CURLOPT_NOSIGNAL, 1L);
	/* A resolver's thread that hangs is left alone, or it would stop the whole loop. */
	SET(CURLOPT_QUICK_EXIT, 1L);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_PROXY, options->proxy != NULL ? options->proxy : ""); /* "": not the environment's */
	SET(CURLOPT_NOPROXY, "");
	SET(CURLOPT_MAXAGE_CONN, IDLE_S);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(options->connect_timeout_us / US_PER_MS));
	SET(CURLOPT_TIMEOUT_MS, (long)(options->response_timeout_us / US_PER_MS));
	SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
	SET(CURLOPT_OPENSOCKETDATA, place);
	SET(CURLOPT_CLOSESOCKETFUNCTION, on_close);
	SET(CURLOPT_CLOSESOCKETDATA, client);
	SET(CURLOPT_PREREQFUNCTION, on_request);
	SET(CURLOPT_PREREQDATA, place);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, place);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, place);
	/* The octets outlive the handle. */
	struct curl_blob ca = blob_of(options->ca);
	struct curl_blob cert = blob_of(options->cert);
	struct curl_blob key = blob_of(options->key);
	if (ca.len > 0) {
		SET(CURLOPT_CAINFO_BLOB, &ca);
		SET(CURLOPT_PROXY_CAINFO_BLOB, &ca);
	}
	if (cert.len > 0)
		SET(CURLOPT_SSLCERT_BLOB, &cert);
	if (key.len > 0)
		SET(CURLOPT_SSLKEY_BLOB, &key);
#undef SET
	return is_set;
}

static bool init_multi(struct http_client *client)
{
	client->multi = curl_multi_init();
	if (client->multi == NULL)
		return false;
	long most = (long)client->count;
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_watch);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, most);
	/* Also the probe's: it waits for one that ends, or takes the place of one that rests. */
	curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS, most);
	curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	return true;
}

struct http_client *http_client_create(struct loop *loop, const struct http_client_options *options,
				       const struct http_client_events *events, void *ctx)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	CHECK(options->places >= 1 && options->places <= HTTP_CLIENT_PLACES_MAX);
	CHECK(pthread_once(&once, init_library) == 0);
	struct http_client *client = calloc(1, sizeof *client + options->places * sizeof client->places[0]);
	if (client == NULL)
		return NULL;
	client->loop = loop;
	client->events = events;
	client->ctx = ctx;
	client->guard = options->guard;
	client->timer_at = INT64_MAX;
	client->count = options->places;
	client->member = (struct loop_member){ .turn = turn, .next_deadline = next_deadline, .ctx = client };
	loop_add(loop, &client->member);
	client->sockets = http_sockets_create(loop_uv(loop), on_ready, client);
	bool made = client->sockets != NULL && init_multi(client) && init_place(client, &client->probe, options);
	for (unsigned i = 0; made && i < client->count; i++)
		made = init_place(client, &client->places[i], options);
	if (made)
		return client;
	http_client_destroy(client);
	return NULL;
}

static void fini_place(struct place *place)
{
	if (place->is_busy)
		curl_multi_remove_handle(place->client->multi, place->easy);
	curl_easy_cleanup(place->easy);
	curl_url_cleanup(place->parts);
	free(place->url);
	http_intake_fini(&place->intake);
}

void http_client_destroy(struct http_client *client)
{
	if (client == NULL)
		return;
	loop_remove(&client->member);
	fini_place(&client->probe);
	for (unsigned i = 0; i < client->count; i++)
		fini_place(&client->places[i]);
	if (client->multi != NULL)
		curl_multi_cleanup(client->multi); /* closes what is kept */
	http_sockets_destroy(client->sockets);
	free(client);
}

/* -- requests -- */

/* False where curl has no memory, as in the next one. */
static bool set_url(struct place *place, const char *url)
{
	if (place->url != NULL && strcmp(place->url, url) == 0)
		return true;
	CURLU *parts = curl_url();
	bool is_good = parts != NULL && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK;
	/* Taken apart once and not for each request; where it can't be, curl says why. */
	curl_easy_setopt(place->easy, CURLOPT_CURLU, is_good ? parts : NULL);
	bool is_set = is_good || curl_easy_setopt(place->easy, CURLOPT_URL, url) == CURLE_OK;
	curl_url_cleanup(place->parts);
	place->parts = parts;
	free(place->url);
	place->url = is_set ? strdup(url) : NULL; /* no memory: the next request sets it anew */
	/* Where it may be HTTP/2, one connection is enough: wait and see before more are made. */
	curl_easy_setopt(place->easy, CURLOPT_PIPEWAIT, strncasecmp(url, "https:", 6) == 0 ? 1L : 0L);
	return is_set;
}

static bool set_method(struct place *place, const char *method)
{
	if (place->method != NULL && strcmp(place->method, method) == 0)
		return true;
	bool is_get = strcmp(method, "GET") == 0;
	bool is_post = strcmp(method, "POST") == 0;
	curl_easy_setopt(place->easy, is_get ? CURLOPT_HTTPGET : CURLOPT_POST, 1L);
	bool is_set =
		curl_easy_setopt(place->easy, CURLOPT_CUSTOMREQUEST, is_get || is_post ? NULL : method) == CURLE_OK;
	place->method = is_set ? method : NULL;
	return is_set;
}

/* Who we are is said as any other line, which costs curl less than its option for it. */
static void set_headers(struct place *place, const struct http_call *call)
{
	static char own[] = "User-Agent: hongyan";
	const char *line = call->headers;
	CHECK(call->header_count <= HTTP_CLIENT_HEADERS_MAX);
	place->lines[0] = (struct curl_slist){ .data = own };
	for (unsigned i = 1; i <= call->header_count; i++) {
		/* curl only reads it. */
		place->lines[i] = (struct curl_slist){ .data = (char *)(uintptr_t)line };
		place->lines[i - 1].next = &place->lines[i];
		line += strlen(line) + 1;
	}
	curl_easy_setopt(place->easy, CURLOPT_HTTPHEADER, &place->lines[0]);
}

/* is_set: what it is to do is known to curl. */
static void enter(struct http_client *client, struct place *place, bool is_set)
{
	CHECK(!place->is_busy);
	place->is_busy = true;
	client->busy++;
	client->has_new = true;
	place->is_written = false;
	http_intake_begin(&place->intake);
	place->refusal = NULL;
	place->error[0] = '\0';
	place->is_unsent = !is_set || curl_multi_add_handle(client->multi, place->easy) != CURLM_OK;
	client->unsent += place->is_unsent;
}

void http_client_start(struct http_client *client, unsigned index, const struct http_call *call)
{
	CHECK(index < client->count);
	struct place *place = &client->places[index];
	bool is_set = set_url(place, call->url);
	is_set = set_method(place, call->method) && is_set;
	set_headers(place, call);
	if (strcmp(call->method, "GET") != 0) {
		curl_easy_setopt(place->easy, CURLOPT_POSTFIELDS, call->body.len ? call->body.at : "");
		curl_easy_setopt(place->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
	}
	enter(client, place, is_set);
}

void http_client_flush(struct http_client *client)
{
	if (client->has_new)
		on_time(client, loop_now(client->loop).mono);
	if (client->running < client->busy)
		loop_turn_soon(client->loop);
}

bool http_client_cancel(struct http_client *client, unsigned index)
{
	CHECK(index < client->count && client->places[index].is_busy);
	struct place *place = &client->places[index];
	leave(client, place);
	return place->is_written;
}

/* curl takes some of an answer at a time. */
void http_client_look(struct http_client *client)
{
	uint64_t before;
	do {
		before = client->octets;
		http_sockets_look(client->sockets);
	} while (client->octets != before);
	tell_ended(client);
}

void http_client_probe(struct http_client *client, const char *url)
{
	bool is_set = set_url(&client->probe, url);
	curl_easy_setopt(client->probe.easy, CURLOPT_CONNECT_ONLY, 1L);
	/* Or it would sit among the kept ones, and nobody could use it. */
	curl_easy_setopt(client->probe.easy, CURLOPT_FORBID_REUSE, 1L);
	enter(client, &client->probe, is_set);
	http_client_flush(client);
}

/* curl keeps connections as long as what keeps them: they go with it, and another one takes its place. */
void http_client_hang_up(struct http_client *client)
{
	CURLM *old = client->multi;
	CHECK(client->busy == 0);
	if (!init_multi(client)) {
		client->multi = old;
		return;
	}
	client->timer_at = INT64_MAX;
	curl_multi_cleanup(old);
}

unsigned http_client_connections(const struct http_client *client)
{
	return http_sockets_count(client->sockets);
}
