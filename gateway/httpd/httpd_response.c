/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/httpd_inner.h"

#include "base/check.h"
#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* An answer's text lives from the handler until the client took it, so it is one block of its own, and the server counts
 * how much such memory there is. */
struct httpd_answer {
	struct httpd *httpd;
	size_t charged_octets;
	char text[];
};

#define DETAIL_OCTETS       512
#define STREAM_BLOCK_OCTETS 4096

bool httpd_response_init(struct httpd_response *response, struct httpd *httpd)
{
	struct httpd_answer *answer = malloc(sizeof *answer + HTTPD_BODY_OCTETS);
	if (answer == NULL)
		return false;
	answer->httpd = httpd;
	answer->charged_octets = 0;
	*response = (struct httpd_response){
		.status = MHD_HTTP_OK,
		.content_type = "application/json",
		.cache = "no-store",
		.body = buf_over(answer->text, HTTPD_BODY_OCTETS),
		.inner = answer,
	};
	return true;
}

bool httpd_response_room(struct httpd_response *response, size_t octets)
{
	response->body.full = false;
	if (octets <= response->body.cap)
		return true;
	struct httpd_answer *answer = NULL;
	if (octets <= response->inner->httpd->options.answer_octets_max)
		answer = realloc(response->inner, sizeof *answer + octets);
	if (answer == NULL) {
		httpd_problem(response, MHD_HTTP_SERVICE_UNAVAILABLE,
			      "there is no memory for an answer of %zu octets; try again later", octets);
		return false;
	}
	response->inner = answer;
	response->body.at = answer->text;
	response->body.cap = octets;
	return true;
}

static void open_problem(struct httpd_response *response, unsigned status, const char *format, va_list arguments)
{
	char detail[DETAIL_OCTETS];
	int len = vsnprintf(detail, sizeof detail, format, arguments);
	CHECK(len >= 0);
	response->status = status;
	response->content_type = "application/problem+json";
	response->cache = "no-store";
	response->constant = (struct slice){ NULL, 0 };
	struct buf *body = &response->body;
	body->len = 0;
	body->full = false;
	json_open(body, '{');
	json_key_text(body, "type", SLICE("about:blank"));
	json_key_text(body, "title", slice_of(MHD_get_reason_phrase_for(status)));
	json_key_uint(body, "status", status);
	json_key_text(body, "detail", slice_of(detail));
	CHECK(!body->full); /* six octets for each of detail's at the most */
}

void httpd_problem_open(struct httpd_response *response, unsigned status, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	open_problem(response, status, format, arguments);
	va_end(arguments);
}

void httpd_problem(struct httpd_response *response, unsigned status, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	open_problem(response, status, format, arguments);
	va_end(arguments);
	json_close(&response->body, '}');
}

void httpd_response_header(struct httpd_response *response, const char *name, const char *format, ...)
{
	char *value = response->header_text + response->header_len;
	size_t cap = HTTPD_HEADER_OCTETS - response->header_len;
	va_list arguments;
	va_start(arguments, format);
	int len = vsnprintf(value, cap, format, arguments);
	va_end(arguments);
	CHECK(len >= 0);
	bool has_control = false;
	for (int i = 0; i < len && (size_t)i < cap; i++)
		has_control |= (unsigned char)value[i] < 0x20 || value[i] == 0x7F;
	if (has_control || (size_t)len >= cap || response->header_count == HTTPD_HEADERS_MAX) {
		response->has_lost_header = true;
		return;
	}
	response->header_names[response->header_count] = name;
	response->header_values[response->header_count++] = value;
	response->header_len += (size_t)len + 1;
}

static void free_answer(void *cls)
{
	struct httpd_answer *answer = cls;
	answer->httpd->answer_octets -= answer->charged_octets;
	free(answer);
}

void httpd_response_drop(struct httpd_response *response)
{
	free(response->inner);
	response->inner = NULL;
}

/* Clients that ask much and read slowly must not take the memory of everybody else. Small answers are always sent, so that
 * probes get theirs: there is at most one a connection. */
static void charge(struct httpd_response *response)
{
	struct httpd *httpd = response->inner->httpd;
	if (response->body.len > HTTPD_BODY_OCTETS &&
	    response->body.len + httpd->answer_octets > httpd->options.answer_octets_max)
		httpd_problem(response, MHD_HTTP_SERVICE_UNAVAILABLE,
			      "clients have yet to read %zu octets of answers; try again later", httpd->answer_octets);
	/* The block shrinks to what was written; where it cannot it stays as it is. */
	struct httpd_answer *answer = realloc(response->inner, sizeof *answer + response->body.len);
	if (answer != NULL)
		response->inner = answer;
	response->inner->charged_octets = response->body.len;
	httpd->answer_octets += response->body.len;
}

/* Of all answers. */
static enum MHD_Result put_common(const struct httpd *httpd, const struct httpd_response *response,
				  struct MHD_Response *queued)
{
	enum MHD_Result result = MHD_add_response_header(queued, MHD_HTTP_HEADER_CONTENT_TYPE, response->content_type) &
				 MHD_add_response_header(queued, "X-Content-Type-Options", "nosniff") &
				 MHD_add_response_header(queued, MHD_HTTP_HEADER_CACHE_CONTROL, response->cache);
	for (const struct httpd_header *header = httpd->options.headers; header != NULL && header->name; header++)
		result &= MHD_add_response_header(queued, header->name, header->value);
	return result;
}

static enum MHD_Result put_own(const struct httpd_response *response, struct MHD_Response *queued)
{
	enum MHD_Result result = MHD_YES;
	if (response->allow != NULL)
		result &= MHD_add_response_header(queued, MHD_HTTP_HEADER_ALLOW, response->allow);
	if (response->challenge != NULL)
		result &= MHD_add_response_header(queued, MHD_HTTP_HEADER_WWW_AUTHENTICATE, response->challenge);
	if (response->retry_after_s != 0) {
		char text[16];
		struct buf seconds = buf_over(text, sizeof text - 1);
		buf_put_uint(&seconds, response->retry_after_s);
		text[seconds.len] = '\0';
		result &= MHD_add_response_header(queued, MHD_HTTP_HEADER_RETRY_AFTER, text);
	}
	for (unsigned i = 0; i < response->header_count; i++)
		result &= MHD_add_response_header(queued, response->header_names[i], response->header_values[i]);
	return result;
}

/* What response holds is taken, unless it is not needed. */
static struct MHD_Response *make(struct httpd_response *response, struct httpd_stream *stream)
{
	if (stream != NULL || response->constant.at != NULL)
		httpd_response_drop(response);
	if (stream != NULL)
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_OCTETS, httpd_stream_read,
							 stream, NULL);
	/* Constant memory is not written to, whatever the prototype says. */
	if (response->constant.at != NULL)
		return MHD_create_response_from_buffer(response->constant.len, (void *)(uintptr_t)response->constant.at,
						       MHD_RESPMEM_PERSISTENT);
	charge(response);
	struct httpd_answer *answer = response->inner;
	response->inner = NULL;
	struct MHD_Response *queued = MHD_create_response_from_buffer_with_free_callback_cls(
		response->body.len, answer->text, free_answer, answer);
	if (queued == NULL)
		free_answer(answer);
	return queued;
}

enum MHD_Result httpd_response_send(struct httpd_response *response, struct MHD_Connection *connection,
				    struct httpd_stream *stream, bool must_close)
{
	struct httpd *httpd = response->inner->httpd;
	if (stream == NULL && response->body.full)
		httpd_problem(response, MHD_HTTP_INTERNAL_SERVER_ERROR,
			      "the answer does not fit into the %zu octets that this page has", response->body.cap);
	if (stream == NULL && response->has_lost_header)
		httpd_problem(response, MHD_HTTP_INTERNAL_SERVER_ERROR, "a header of the answer cannot be sent");
	struct MHD_Response *queued = make(response, stream);
	if (queued == NULL)
		return MHD_NO;
	enum MHD_Result result = put_common(httpd, response, queued) & put_own(response, queued);
	if (must_close)
		result &= MHD_add_response_header(queued, MHD_HTTP_HEADER_CONNECTION, "close");
	if (result == MHD_YES)
		result = MHD_queue_response(connection, response->status, queued);
	MHD_destroy_response(queued);
	return result;
}
