/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/httpd_inner.h"

#include "base/check.h"

#include <stdlib.h>
#include <sys/socket.h>

/* microhttpd calls httpd_client_request once with the headers, then with each piece of the body, then once more; the
 * handler runs in that last call. microhttpd's own timeouts start anew with every octet, which a slow client can use; so
 * the deadlines here are of whole phases, and a connection that misses one is shut down under microhttpd, which then
 * closes it as if the client had gone. */

/* A body that will be refused is read up to here: a connection closed on unread octets is reset, and the client might
 * never see why. */
#define DRAIN_OCTETS_MAX (1024 * 1024)

#define BODY_OCTETS_FIRST 4096

static struct httpd_client *client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info->socket_context;
}

static void enter(struct httpd_client *client, enum httpd_phase phase, mono_us span_us)
{
	struct httpd *httpd = client->httpd;
	client->phase = phase;
	client->deadline = client->is_cut ? INT64_MAX : loop_now(httpd->loop).mono + span_us;
	list_remove(&client->link);
	list_push(&httpd->live, &client->link);
}

void httpd_client_cut(struct httpd_client *client)
{
	if (client->is_cut)
		return;
	shutdown(client->fd, SHUT_RDWR);
	if (client->phase == HTTPD_PHASE_WAIT)
		httpd_wait_end(client, false);
	if (client->stream != NULL)
		httpd_stream_wake(client->stream);
	client->is_cut = true;
	client->deadline = INT64_MAX;
}

/* A body may hold a password, or people's numbers: no copy of it stays in freed memory. */
static void free_body(struct httpd_client *client)
{
	if (client->body_len > 0)
		explicit_bzero(client->body, client->body_len);
	free(client->body);
	client->body = NULL;
}

static void forget_request(struct httpd_client *client)
{
	if (client->state != NULL)
		client->httpd->options.on_dropped(client->httpd->ctx, client->state);
	httpd_stream_close(client);
	free_body(client);
	free(client->target);
	client->target = NULL;
	client->state = NULL;
	client->is_overdue = client->will_wait = false;
	client->body_len = client->body_cap = client->drained_octets = 0;
	client->route = NULL;
	client->refusal = HTTPD_REFUSAL_NONE;
	client->is_draining = false;
}

void httpd_client_notify(void *cls, struct MHD_Connection *connection, void **socket_context,
			 enum MHD_ConnectionNotificationCode code)
{
	struct httpd *httpd = cls;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		CHECK(!list_empty(&httpd->unused));
		struct httpd_client *client = LIST_ITEM(httpd->unused.next, struct httpd_client, link);
		client->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
		client->is_cut = false;
		client->mhd = connection;
		httpd->client_count++;
		enter(client, HTTPD_PHASE_IDLE, httpd->options.header_us);
		*socket_context = client;
		return;
	}
	struct httpd_client *client = *socket_context;
	forget_request(client);
	list_remove(&client->link);
	list_push(&httpd->unused, &client->link);
	httpd->client_count--;
	httpd_accept_again(httpd);
}

void httpd_client_completed(void *cls, struct MHD_Connection *connection, void **request,
			    enum MHD_RequestTerminationCode code)
{
	(void)code;
	struct httpd *httpd = cls;
	struct httpd_client *client = client_of(connection);
	forget_request(client);
	*request = NULL;
	enter(client, HTTPD_PHASE_IDLE, httpd->options.idle_us);
	if (httpd->is_stopping)
		httpd_client_cut(client);
}

static enum MHD_Result refuse(struct httpd_client *client, struct MHD_Connection *connection, const char *path,
			      bool must_close)
{
	struct httpd_response response;
	char allow[HTTPD_ALLOW_OCTETS];
	if (!httpd_response_init(&response, client->httpd))
		return MHD_NO;
	httpd_request_refuse(client->httpd, client->refusal, path, &response, allow);
	enter(client, HTTPD_PHASE_ANSWER, client->httpd->options.answer_us);
	return httpd_response_send(&response, connection, NULL, must_close || client->httpd->is_stopping);
}

static bool may_ask(struct httpd *httpd, struct MHD_Connection *connection, const char *path)
{
	char peer[HTTPD_PEER_OCTETS];
	const char *const *unrated = httpd->options.unrated;
	if (httpd->options.requests_per_s == 0)
		return true;
	for (; unrated != NULL && *unrated != NULL; unrated++)
		if (strcmp(path, *unrated) == 0)
			return true;
	httpd_peer(&(struct httpd_request){ .connection = connection }, peer);
	return httpd_rate_take(&httpd->rate, slice_of(peer), loop_now(httpd->loop).mono);
}

/* The headers are here: what becomes of the request? */
static enum MHD_Result begin(struct httpd_client *client, struct MHD_Connection *connection, const char *path,
			     const char *method, const char *version)
{
	struct httpd *httpd = client->httpd;
	enter(client, HTTPD_PHASE_BODY, httpd->options.body_us);
	uint64_t body_len;
	bool is_chunked;
	client->body_max = httpd_request_body_max(httpd, path);
	client->refusal = httpd_request_check(connection, method, version, &body_len, &is_chunked);
	if (client->refusal != HTTPD_REFUSAL_NONE)
		return refuse(client, connection, path, true);
	size_t header_octets =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
	if (header_octets > httpd->options.header_octets_max)
		client->refusal = HTTPD_REFUSAL_HEADERS;
	else if (!may_ask(httpd, connection, path))
		client->refusal = HTTPD_REFUSAL_RATE;
	else
		client->route = httpd_request_route(httpd, method, path, &client->refusal);
	if (client->route != NULL)
		client->refusal = body_len > client->body_max ? HTTPD_REFUSAL_BODY : HTTPD_REFUSAL_NONE;
	if (client->refusal == HTTPD_REFUSAL_NONE)
		return MHD_YES;
	/* Where a body follows, its sender may wait for leave to send it (RFC 9110 §10.1.1): then the answer comes now. */
	bool waits = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_EXPECT) != NULL;
	if (waits || body_len > DRAIN_OCTETS_MAX)
		return refuse(client, connection, path, true);
	client->is_draining = body_len != 0 || is_chunked;
	return MHD_YES;
}

/* False where the body must be refused; why is noted. */
static bool keep(struct httpd_client *client, struct slice piece)
{
	size_t max = client->body_max;
	if (piece.len > max - client->body_len) {
		client->refusal = HTTPD_REFUSAL_BODY;
		return false;
	}
	size_t need = client->body_len + piece.len;
	if (need > client->body_cap) {
		size_t cap = client->body_cap ? client->body_cap : BODY_OCTETS_FIRST;
		while (cap < need)
			cap *= 2;
		char *body = malloc(cap);
		if (body == NULL) {
			client->refusal = HTTPD_REFUSAL_MEMORY;
			return false;
		}
		if (client->body_len > 0)
			memcpy(body, client->body, client->body_len);
		free_body(client);
		client->body = body;
		client->body_cap = cap;
	}
	memcpy(client->body + client->body_len, piece.at, piece.len);
	client->body_len = need;
	return true;
}

static enum MHD_Result take_body(struct httpd_client *client, struct slice piece)
{
	if (!client->is_draining && client->route->method == HTTPD_GET)
		client->is_draining = true; /* a GET's body means nothing (RFC 9110 §9.3.1) */
	if (!client->is_draining && !keep(client, piece))
		client->is_draining = true;
	if (!client->is_draining)
		return MHD_YES;
	client->drained_octets += piece.len;
	return client->drained_octets <= DRAIN_OCTETS_MAX ? MHD_YES : MHD_NO;
}

static enum MHD_Result answer(struct httpd_client *client, struct MHD_Connection *connection, const char *path)
{
	struct httpd *httpd = client->httpd;
	if (client->refusal != HTTPD_REFUSAL_NONE)
		return refuse(client, connection, path, false);
	struct httpd_response response;
	if (!httpd_response_init(&response, httpd))
		return MHD_NO;
	struct httpd_request request = {
		.method = client->route->method,
		.path = slice_of(path),
		.target = slice_of(client->target),
		.body = { client->body, client->body_len },
		.state = client->state,
		.is_overdue = client->is_overdue,
		.client = client,
		.connection = connection,
	};
	client->state = NULL;
	client->route->handler(httpd->ctx, &request, &response);
	if (client->will_wait) {
		client->will_wait = false;
		httpd_response_drop(&response);
		enter(client, HTTPD_PHASE_WAIT, client->wait_us);
		client->connection = connection;
		MHD_suspend_connection(connection);
		return MHD_YES;
	}
	if (client->stream != NULL) {
		enter(client, HTTPD_PHASE_STREAM, httpd->options.answer_us);
		return httpd_response_send(&response, connection, client->stream, httpd->is_stopping);
	}
	enter(client, HTTPD_PHASE_ANSWER, httpd->options.answer_us);
	return httpd_response_send(&response, connection, NULL, httpd->is_stopping);
}

enum MHD_Result httpd_client_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
				     const char *version, const char *upload, size_t *upload_len, void **request)
{
	(void)cls;
	struct httpd_client *client = client_of(connection);
	if (*request == NULL) {
		*request = client;
		return begin(client, connection, url, method, version);
	}
	if (*upload_len != 0) {
		struct slice piece = { upload, *upload_len };
		*upload_len = 0;
		return take_body(client, piece);
	}
	return answer(client, connection, url);
}

void *httpd_client_target(void *cls, const char *target, struct MHD_Connection *connection)
{
	const struct httpd *httpd = cls;
	struct httpd_client *client = client_of(connection);
	if (httpd->options.keeps_target && client != NULL) {
		free(client->target);
		client->target = strdup(target);
	}
	return NULL;
}
