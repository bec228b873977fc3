/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/httpd_inner.h"

#include "base/check.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

/* microhttpd runs in the loop's thread and never waits. Its epoll descriptor is watched by the loop; because that epoll
 * is edge-triggered, something may be left to do after each MHD_run that no descriptor will tell of, so each run asks
 * when the next one is due. Connections are accepted here rather than by microhttpd: where all places are taken the one
 * that idles the longest is closed for the newcomer, and where the process has no descriptors left accepting pauses
 * instead of spinning. */

#define CONNECTIONS_MAX 4096
#define ACCEPTS_A_TURN  16
#define ACCEPT_PAUSE_US US_PER_S

static void run(struct httpd *httpd)
{
	httpd->is_running = true;
	MHD_run(httpd->mhd);
	httpd->is_running = false;
	MHD_UNSIGNED_LONG_LONG wait_ms;
	httpd->run_at = INT64_MAX;
	if (MHD_get_timeout(httpd->mhd, &wait_ms) == MHD_YES)
		httpd->run_at = loop_now(httpd->loop).mono + (mono_us)(wait_ms > 60000 ? 60000 : wait_ms) * US_PER_MS;
}

static void on_mhd_ready(uv_poll_t *handle, int status, int events)
{
	(void)status; /* an error here is an error there: microhttpd finds it */
	(void)events;
	run(handle->data);
}

/* Closes the connection that idles the longest. False where none idles. */
static bool make_room(struct httpd *httpd)
{
	for (struct list *link = httpd->live.next; link != &httpd->live; link = link->next) {
		struct httpd_client *client = LIST_ITEM(link, struct httpd_client, link);
		if (client->phase == HTTPD_PHASE_IDLE && !client->is_cut) {
			httpd_client_cut(client);
			run(httpd);
			break;
		}
	}
	return httpd->client_count < httpd->options.connections_max;
}

static void pause_accepting(struct httpd *httpd, mono_us until)
{
	uv_poll_stop(&httpd->listen_poll);
	httpd->is_accepting = false;
	httpd->accept_at = until;
}

static void on_connection(uv_poll_t *handle, int status, int events);

void httpd_accept_again(struct httpd *httpd)
{
	if (httpd->is_accepting || httpd->listen_fd < 0)
		return;
	httpd->is_accepting = uv_poll_start(&httpd->listen_poll, UV_READABLE, on_connection) == 0;
	httpd->accept_at = httpd->is_accepting ? INT64_MAX : loop_now(httpd->loop).mono + ACCEPT_PAUSE_US;
}

static void on_connection(uv_poll_t *handle, int status, int events)
{
	(void)status;
	(void)events;
	struct httpd *httpd = handle->data;
	for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
		bool is_full = httpd->client_count >= httpd->options.connections_max;
		if (is_full && i != 0)
			break; /* nobody is closed before it is sure that another one waits: that is told again */
		if (is_full && !make_room(httpd)) {
			pause_accepting(httpd, INT64_MAX); /* until a connection closes; each has its deadline */
			break;
		}
		struct sockaddr_storage address;
		socklen_t len = sizeof address;
		int fd = accept4(httpd->listen_fd, (struct sockaddr *)&address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
				pause_accepting(httpd, loop_now(httpd->loop).mono + ACCEPT_PAUSE_US);
			break;
		}
		/* Where it fails it has closed the descriptor. */
		(void)MHD_add_connection(httpd->mhd, fd, (struct sockaddr *)&address, len);
	}
	run(httpd);
}

static void check_stopped(struct httpd *httpd)
{
	if (!httpd->is_stopping || httpd->client_count != 0 || httpd->on_stopped == NULL)
		return;
	void (*on_stopped)(void *ctx) = httpd->on_stopped;
	httpd->on_stopped = NULL;
	on_stopped(httpd->stop_ctx); /* may destroy the httpd */
}

static void on_turn(void *ctx, struct now now)
{
	struct httpd *httpd = ctx;
	bool is_over = httpd->is_stopping && now.mono >= httpd->stop_deadline;
	bool has_cut = false;
	for (struct list *link = httpd->live.next; link != &httpd->live; link = link->next) {
		struct httpd_client *client = LIST_ITEM(link, struct httpd_client, link);
		if (client->is_cut || (!is_over && now.mono < client->deadline))
			continue;
		if (!is_over && client->phase == HTTPD_PHASE_WAIT)
			httpd_wait_end(client, true);
		else
			httpd_client_cut(client);
		has_cut = true;
	}
	if (has_cut || now.mono >= httpd->run_at)
		run(httpd);
	if (now.mono >= httpd->accept_at)
		httpd_accept_again(httpd);
	check_stopped(httpd);
}

static mono_us on_next_deadline(void *ctx)
{
	const struct httpd *httpd = ctx;
	mono_us earliest = httpd->run_at < httpd->accept_at ? httpd->run_at : httpd->accept_at;
	if (httpd->is_stopping && httpd->client_count == 0 && httpd->on_stopped != NULL)
		return 0;
	bool may_cut = false;
	for (struct list *link = httpd->live.next; link != &httpd->live; link = link->next) {
		const struct httpd_client *client = LIST_ITEM(link, struct httpd_client, link);
		may_cut |= !client->is_cut;
		earliest = client->deadline < earliest ? client->deadline : earliest;
	}
	if (httpd->is_stopping && may_cut && httpd->stop_deadline < earliest)
		earliest = httpd->stop_deadline;
	return earliest;
}

/* A path with an encoded NUL stays as it came, so that it cannot pass for a shorter one. */
static size_t unescape(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return strstr(text, "%00") ? strlen(text) : MHD_http_unescape(text);
}

static void set_defaults(struct httpd_options *options)
{
	if (options->connections_max == 0)
		options->connections_max = HTTPD_CONNECTIONS_DEFAULT;
	if (options->header_octets_max == 0)
		options->header_octets_max = 8 * 1024;
	if (options->body_octets_max == 0)
		options->body_octets_max = 64 * 1024;
	if (options->answer_octets_max == 0)
		options->answer_octets_max = 32 * 1024 * 1024;
	if (options->streams_max == 0)
		options->streams_max = options->connections_max / 2;
	if (options->stream_octets_max == 0)
		options->stream_octets_max = 64 * 1024;
	if (options->header_us == 0)
		options->header_us = 5 * US_PER_S;
	if (options->body_us == 0)
		options->body_us = 10 * US_PER_S;
	if (options->answer_us == 0)
		options->answer_us = 30 * US_PER_S;
	if (options->idle_us == 0)
		options->idle_us = 30 * US_PER_S;
	options->host = NULL;
	CHECK(options->connections_max >= 2 && options->connections_max <= CONNECTIONS_MAX);
}

/* The salt keeps others from choosing addresses that share a place of the table. false: there is none to be had. */
static bool start_rate(struct httpd *httpd)
{
	uint64_t salt;
	if (getrandom(&salt, sizeof salt, 0) != (ssize_t)sizeof salt)
		return false;
	httpd_rate_init(&httpd->rate, httpd->options.requests_per_s, httpd->options.requests_burst, salt);
	return true;
}

static struct MHD_Daemon *start_mhd(struct httpd *httpd)
{
	/* Twice the headers allowed fit in, with room to parse them: what is a little too large gets a proper answer, and
	 * what is larger still microhttpd's own. */
	size_t pool_octets = 4 * httpd->options.header_octets_max;
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
				httpd_client_request, httpd, MHD_OPTION_CONNECTION_LIMIT,
				httpd->options.connections_max, MHD_OPTION_CONNECTION_MEMORY_LIMIT, pool_octets,
				MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_NOTIFY_CONNECTION, httpd_client_notify,
				httpd, MHD_OPTION_NOTIFY_COMPLETED, httpd_client_completed, httpd,
				MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL,
				MHD_OPTION_URI_LOG_CALLBACK, httpd_client_target, httpd, MHD_OPTION_END);
}

static void free_httpd(struct httpd *httpd)
{
	free(httpd->clients);
	free(httpd);
}

static struct httpd *make(struct loop *loop, const struct httpd_options *options)
{
	struct httpd *httpd = calloc(1, sizeof *httpd);
	if (httpd == NULL)
		return NULL;
	httpd->loop = loop;
	httpd->options = *options;
	set_defaults(&httpd->options);
	bool has_rate = options->requests_per_s == 0 || start_rate(httpd);
	httpd->listen_fd = -1;
	httpd->run_at = httpd->accept_at = INT64_MAX;
	list_init(&httpd->live);
	list_init(&httpd->unused);
	httpd->clients = calloc(httpd->options.connections_max, sizeof *httpd->clients);
	httpd->mhd = httpd->clients && has_rate ? start_mhd(httpd) : NULL;
	if (httpd->mhd == NULL) {
		free_httpd(httpd);
		return NULL;
	}
	for (unsigned i = 0; i < httpd->options.connections_max; i++) {
		httpd->clients[i].httpd = httpd;
		list_push(&httpd->unused, &httpd->clients[i].link);
	}
	return httpd;
}

static void watch(struct httpd *httpd)
{
	uv_loop_t *uv = loop_uv(httpd->loop);
	int epoll_fd = MHD_get_daemon_info(httpd->mhd, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	CHECK(uv_poll_init(uv, &httpd->mhd_poll, epoll_fd) == 0);
	CHECK(uv_poll_init(uv, &httpd->listen_poll, httpd->listen_fd) == 0);
	httpd->open_handles = 2;
	httpd->mhd_poll.data = httpd->listen_poll.data = httpd;
	CHECK(uv_poll_start(&httpd->mhd_poll, UV_READABLE, on_mhd_ready) == 0);
	httpd_accept_again(httpd);
	httpd->member = (struct loop_member){ .turn = on_turn, .next_deadline = on_next_deadline, .ctx = httpd };
	loop_add(httpd->loop, &httpd->member);
}

enum err httpd_create(struct loop *loop, const struct httpd_options *options, const struct httpd_route *routes,
		      unsigned count, void *ctx, struct httpd **out, struct err_at *at)
{
	CHECK(options->host != NULL);
	int fd;
	uint16_t port;
	enum err err = httpd_listen(options->host, options->port, options->is_shared, &fd, &port, at);
	if (err != ERR_OK)
		return err;
	struct httpd *httpd = make(loop, options);
	if (httpd == NULL) {
		close(fd);
		return err_at_set(at, ERR_MEMORY, 0, NULL, "no memory or descriptors for the HTTP server on %.200s",
				  options->host);
	}
	httpd->listen_fd = fd;
	httpd->port = port;
	httpd->routes = routes;
	httpd->route_count = count;
	httpd->ctx = ctx;
	watch(httpd);
	*out = httpd;
	return ERR_OK;
}

uint16_t httpd_port(const struct httpd *httpd)
{
	return httpd->port;
}

unsigned httpd_connection_count(const struct httpd *httpd)
{
	return httpd->client_count;
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct httpd *httpd = handle->data;
	if (--httpd->open_handles == 0)
		free_httpd(httpd);
}

static void stop_listening(struct httpd *httpd)
{
	if (httpd->listen_fd < 0)
		return;
	if (httpd->is_accepting)
		uv_poll_stop(&httpd->listen_poll);
	close(httpd->listen_fd);
	httpd->listen_fd = -1;
	httpd->is_accepting = false;
	httpd->accept_at = INT64_MAX;
}

static void ignore_stopped(void *ctx)
{
	(void)ctx;
}

void httpd_stop(struct httpd *httpd, mono_us grace_us, void (*on_stopped)(void *ctx), void *ctx)
{
	CHECK(!httpd->is_stopping);
	httpd->is_stopping = true;
	httpd->stop_deadline = loop_now(httpd->loop).mono + grace_us;
	httpd->on_stopped = on_stopped ? on_stopped : ignore_stopped;
	httpd->stop_ctx = ctx;
	stop_listening(httpd);
	for (struct list *link = httpd->live.next; link != &httpd->live; link = link->next) {
		struct httpd_client *client = LIST_ITEM(link, struct httpd_client, link);
		if (client->phase == HTTPD_PHASE_IDLE)
			httpd_client_cut(client);
		else if (client->stream != NULL)
			httpd_stream_end(client->stream);
	}
}

void httpd_destroy(struct httpd *httpd)
{
	if (httpd == NULL)
		return;
	CHECK(!httpd->is_running);
	loop_remove(&httpd->member);
	stop_listening(httpd);
	/* The watch ends before the descriptor that it watches does; the memory is theirs until both said that they ended. */
	uv_close((uv_handle_t *)&httpd->mhd_poll, on_handle_closed);
	uv_close((uv_handle_t *)&httpd->listen_poll, on_handle_closed);
	for (struct list *link = httpd->live.next; link != &httpd->live; link = link->next) {
		struct httpd_client *client = LIST_ITEM(link, struct httpd_client, link);
		if (client->phase == HTTPD_PHASE_WAIT)
			httpd_wait_end(client, false);
		else if (client->stream != NULL)
			httpd_stream_wake(client->stream);
	}
	MHD_stop_daemon(httpd->mhd);
	httpd->mhd = NULL;
}
