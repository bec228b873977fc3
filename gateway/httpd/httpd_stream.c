/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/httpd_inner.h"

#include "base/check.h"

#include <stdlib.h>

/* Answers that have no end yet. Where nothing is left to send, the connection is suspended, for microhttpd would ask again at once;
 * so a client that goes away is found out when something is put. One that does not read what was put has as long for it as for
 * any answer. */

struct httpd_stream *httpd_stream_open(const struct httpd_request *request, struct httpd_response *response,
				       void *state)
{
	struct httpd_client *client = request->client;
	struct httpd *httpd = client->httpd;
	CHECK(client->stream == NULL && !client->will_wait && httpd->options.on_stream_over != NULL);
	struct httpd_stream *stream = NULL;
	if (httpd->stream_count < httpd->options.streams_max)
		stream = malloc(sizeof *stream + httpd->options.stream_octets_max);
	if (stream == NULL) {
		httpd_problem(response, MHD_HTTP_SERVICE_UNAVAILABLE,
			      "as many live answers are open as there may be; try again later");
		return NULL;
	}
	*stream = (struct httpd_stream){ .client = client, .state = state, .is_ended = httpd->is_stopping };
	client->stream = stream;
	httpd->stream_count++;
	return stream;
}

void httpd_stream_wake(struct httpd_stream *stream)
{
	if (stream->connection == NULL)
		return;
	MHD_resume_connection(stream->connection);
	stream->connection = NULL;
	stream->client->httpd->run_at = 0;
}

ssize_t httpd_stream_read(void *cls, uint64_t position, char *out, size_t max)
{
	struct httpd_stream *stream = cls;
	struct httpd_client *client = stream->client;
	(void)position;
	if (stream->len > 0) {
		size_t len = stream->len < max ? stream->len : max;
		memcpy(out, stream->octets, len);
		memmove(stream->octets, stream->octets + len, stream->len - len);
		stream->len -= len;
		return (ssize_t)len;
	}
	if (stream->is_ended || client->is_cut)
		return MHD_CONTENT_READER_END_OF_STREAM;
	/* All that was put is with the system. */
	client->deadline = INT64_MAX;
	stream->connection = client->mhd;
	MHD_suspend_connection(stream->connection);
	return 0;
}

static void has_more(struct httpd_stream *stream)
{
	struct httpd_client *client = stream->client;
	if (client->deadline == INT64_MAX && !client->is_cut)
		client->deadline = loop_now(client->httpd->loop).mono + client->httpd->options.answer_us;
	httpd_stream_wake(stream);
}

bool httpd_stream_put(struct httpd_stream *stream, struct slice octets)
{
	struct httpd_client *client = stream->client;
	if (client->is_cut || stream->is_ended)
		return false;
	if (octets.len > client->httpd->options.stream_octets_max - stream->len) {
		httpd_client_cut(client);
		client->httpd->run_at = 0;
		return false;
	}
	if (octets.len > 0)
		memcpy(stream->octets + stream->len, octets.at, octets.len);
	stream->len += octets.len;
	has_more(stream);
	return true;
}

void httpd_stream_end(struct httpd_stream *stream)
{
	if (stream->is_ended)
		return;
	stream->is_ended = true;
	has_more(stream);
}

void httpd_stream_close(struct httpd_client *client)
{
	struct httpd_stream *stream = client->stream;
	if (stream == NULL)
		return;
	client->stream = NULL;
	client->httpd->stream_count--;
	client->httpd->options.on_stream_over(client->httpd->ctx, stream->state);
	free(stream);
}
