/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/httpd_inner.h"

#include "base/check.h"

#include <netdb.h>
#include <strings.h>

/* Requests whose answer is not ready. microhttpd does not look at a suspended connection, so that a client which goes away is
 * found out only when the request goes on; therefore none waits without end. */

struct httpd_client *httpd_wait(const struct httpd_request *request, void *state, mono_us at_most_us)
{
	struct httpd_client *client = request->client;
	CHECK(state != NULL && !client->will_wait && client->state == NULL && request->state == NULL);
	client->state = state;
	client->will_wait = true;
	client->wait_us = at_most_us;
	return client;
}

void httpd_wait_end(struct httpd_client *client, bool is_overdue)
{
	struct httpd *httpd = client->httpd;
	client->is_overdue = is_overdue;
	client->phase = HTTPD_PHASE_ANSWER;
	client->deadline = loop_now(httpd->loop).mono + httpd->options.answer_us;
	MHD_resume_connection(client->connection);
	client->connection = NULL;
	httpd->run_at = 0;
}

void httpd_resume(struct httpd_client *client)
{
	CHECK(client->state != NULL);
	if (client->phase == HTTPD_PHASE_WAIT)
		httpd_wait_end(client, false);
}

struct slice httpd_header(const struct httpd_request *request, const char *name)
{
	return slice_of(MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name));
}

struct cookie {
	const char *name;
	struct slice value;
};

/* Names of cookies differ by their case (RFC 6265), and what browsers promise of “__Host-” is promised of that name alone. */
static enum MHD_Result on_cookie(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct cookie *cookie = ctx;
	(void)kind;
	if (strcmp(name, cookie->name) != 0)
		return MHD_YES;
	cookie->value = slice_of(value);
	return MHD_NO;
}

struct slice httpd_cookie(const struct httpd_request *request, const char *name)
{
	struct cookie cookie = { .name = name };
	MHD_get_connection_values(request->connection, MHD_COOKIE_KIND, on_cookie, &cookie);
	return cookie.value;
}

struct last_header {
	const char *name;
	struct slice value;
};

static enum MHD_Result on_value(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct last_header *last = ctx;
	(void)kind;
	if (strcasecmp(name, last->name) == 0)
		last->value = slice_of(value);
	return MHD_YES;
}

struct slice httpd_header_last(const struct httpd_request *request, const char *name)
{
	struct last_header last = { .name = name };
	MHD_get_connection_values(request->connection, MHD_HEADER_KIND, on_value, &last);
	return last.value;
}

void httpd_peer(const struct httpd_request *request, char out[static HTTPD_PEER_OCTETS])
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	socklen_t len = sizeof(struct sockaddr_in);
	out[0] = '\0';
	if (info == NULL || info->client_addr == NULL)
		return;
	if (info->client_addr->sa_family == AF_INET6)
		len = sizeof(struct sockaddr_in6);
	if (getnameinfo(info->client_addr, len, out, HTTPD_PEER_OCTETS, NULL, 0, NI_NUMERICHOST) != 0)
		out[0] = '\0';
}

struct slice httpd_query(const struct httpd_request *request, const char *key)
{
	return slice_of(MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, key));
}

struct other {
	const char *const *keys;
	const char *found;
};

static enum MHD_Result on_key(void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct other *other = ctx;
	(void)kind, (void)value;
	for (unsigned i = 0; other->keys[i] != NULL; i++) {
		if (strcmp(other->keys[i], key) == 0)
			return MHD_YES;
	}
	other->found = key;
	return MHD_NO;
}

const char *httpd_query_other(const struct httpd_request *request, const char *const keys[])
{
	struct other other = { .keys = keys };
	MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, on_key, &other);
	return other.found;
}
