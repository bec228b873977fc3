/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/httpd_inner.h"

#include "base/check.h"
#include "base/number.h"
#include "base/suggest.h"

#include <strings.h>

/* Requests that two readers could understand differently are refused whole (RFC 9112 §6.3, §11.2): a length given twice
 * or both ways, a coding that is not known, a header's name that is no token, a control character in its value, lines that do not
 * end in CR and LF or go on in the next one (§2.2, §5.2).
 *
 * The last two libmicrohttpd before 1.0 lets pass, and tells nobody; but it leaves names and values where they were received, so
 * that their places show it: each line begins two octets behind the end of the one before. A folded line it copies elsewhere. */

#define TELLS_LINES (MHD_VERSION < 0x00097700)

static const char *const method_names[HTTPD_METHOD_COUNT] = { "GET", "POST", "PUT", "DELETE" };

#define SUGGESTIONS_MAX 64

struct framing {
	const char *next_line; /* where the next line must begin */
	unsigned lengths;
	unsigned codings;
	unsigned hosts;
	bool is_malformed;
	bool is_unknown; /* a transfer coding other than chunked */
	uint64_t body_len;
};

/* RFC 9110 §5.6.2 */
static bool is_token(struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		char octet = name.at[i];
		bool is_letter = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
		bool is_digit = octet >= '0' && octet <= '9';
		if (!is_letter && !is_digit && (octet == '\0' || strchr("!#$%&'*+-.^_`|~", octet) == NULL))
			return false;
	}
	return name.len != 0;
}

/* RFC 9110 §5.5: a tab is allowed. */
static bool has_control(struct slice value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char octet = (unsigned char)value.at[i];
		if ((octet < 0x20 && octet != '\t') || octet == 0x7F)
			return true;
	}
	return false;
}

static bool is_name(struct slice name, struct slice known)
{
	return name.len == known.len && strncasecmp(name.at, known.at, known.len) == 0;
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *key, size_t key_len, const char *value,
				 size_t value_len)
{
	(void)kind;
	struct framing *framing = cls;
	struct slice name = { key, key_len };
	struct slice text = { value, value_len };
	if (!is_token(name) || has_control(text) || (TELLS_LINES && name.at != framing->next_line))
		framing->is_malformed = true;
	framing->next_line = text.at + text.len + 2;
	if (is_name(name, SLICE("content-length"))) {
		framing->lengths++;
		if (!number_parse(text, UINT64_MAX, &framing->body_len))
			framing->is_malformed = true;
	} else if (is_name(name, SLICE("transfer-encoding"))) {
		framing->codings++;
		if (!is_name(text, SLICE("chunked")))
			framing->is_unknown = true;
	} else if (is_name(name, SLICE("host"))) {
		framing->hosts++;
	}
	return MHD_YES;
}

enum httpd_refusal httpd_request_check(struct MHD_Connection *connection, const char *method, const char *version,
				       uint64_t *body_len, bool *is_chunked)
{
	struct framing framing = { .next_line = version + strlen(version) + 2 };
	size_t octets = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
	MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_header, &framing);
	if (TELLS_LINES && framing.next_line + 2 != method + octets) /* the empty line at the end */
		framing.is_malformed = true;
	*body_len = framing.body_len;
	*is_chunked = framing.codings != 0;
	if (framing.is_malformed || framing.lengths > 1 || framing.codings > 1 || framing.hosts > 1 ||
	    (framing.lengths && framing.codings))
		return HTTPD_REFUSAL_FRAMING;
	return framing.is_unknown ? HTTPD_REFUSAL_CODING : HTTPD_REFUSAL_NONE;
}

size_t httpd_request_body_max(const struct httpd *httpd, const char *path)
{
	const struct httpd_body_limit *limit = httpd->options.body_limits;
	for (; limit != NULL && limit->path != NULL; limit++) {
		if (strncmp(limit->path, path, strlen(limit->path)) == 0)
			return limit->octets_max;
	}
	return httpd->options.body_octets_max;
}

static bool is_beginning(const struct httpd_route *route)
{
	return route->path[strlen(route->path) - 1] == '/';
}

static bool takes(const struct httpd_route *route, const char *path)
{
	size_t len = strlen(route->path);
	return strncmp(route->path, path, len) == 0 && (path[len] == '\0' || is_beginning(route));
}

const struct httpd_route *httpd_request_route(const struct httpd *httpd, const char *method, const char *path,
					      enum httpd_refusal *why)
{
	*why = HTTPD_REFUSAL_PATH;
	const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
	for (unsigned i = 0; i < httpd->route_count; i++) {
		const struct httpd_route *route = &httpd->routes[i];
		if (!takes(route, path))
			continue;
		if (strcmp(method_names[route->method], wanted) == 0)
			return route;
		*why = HTTPD_REFUSAL_METHOD;
	}
	return NULL;
}

/* “GET, HEAD, POST” */
static void put_methods(const struct httpd *httpd, const char *path, struct buf *out)
{
	for (unsigned i = 0; i < httpd->route_count; i++) {
		const struct httpd_route *route = &httpd->routes[i];
		if (!takes(route, path))
			continue;
		buf_put_text(out, out->len ? ", " : "");
		buf_put_text(out, method_names[route->method]);
		buf_put_text(out, route->method == HTTPD_GET ? ", HEAD" : "");
	}
}

static void refuse_path(const struct httpd *httpd, const char *path, struct httpd_response *response)
{
	const char *known[SUGGESTIONS_MAX];
	unsigned count = 0;
	for (unsigned i = 0; i < httpd->route_count && count < SUGGESTIONS_MAX; i++)
		if (!is_beginning(&httpd->routes[i]))
			known[count++] = httpd->routes[i].path;
	const char *near = suggest_nearest(slice_of(path), known, count);
	if (near != NULL)
		httpd_problem(response, MHD_HTTP_NOT_FOUND, "there is no page %.100s; did you mean %s?", path, near);
	else
		httpd_problem(response, MHD_HTTP_NOT_FOUND, "there is no page %.100s", path);
}

void httpd_request_refuse(const struct httpd *httpd, enum httpd_refusal refusal, const char *path,
			  struct httpd_response *response, char *allow)
{
	struct buf methods = buf_over(allow, HTTPD_ALLOW_OCTETS - 1);
	switch (refusal) {
	case HTTPD_REFUSAL_PATH:
		refuse_path(httpd, path, response);
		break;
	case HTTPD_REFUSAL_METHOD:
		put_methods(httpd, path, &methods);
		httpd_problem(response, MHD_HTTP_METHOD_NOT_ALLOWED, "%s takes %.*s only", path,
			      SLICE_ARG(buf_slice(&methods)));
		break;
	case HTTPD_REFUSAL_BODY:
		httpd_problem(response, MHD_HTTP_CONTENT_TOO_LARGE, "the body has more than the %zu octets allowed",
			      httpd_request_body_max(httpd, path));
		break;
	case HTTPD_REFUSAL_HEADERS:
		httpd_problem(response, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE,
			      "request line and headers have more than the %zu octets allowed",
			      httpd->options.header_octets_max);
		break;
	case HTTPD_REFUSAL_FRAMING:
		httpd_problem(
			response, MHD_HTTP_BAD_REQUEST,
			"a header is malformed or goes on in the next line, a line does not end in CR and LF, or "
			"Content-Length, Transfer-Encoding or Host is given twice, or Content-Length together with "
			"Transfer-Encoding");
		break;
	case HTTPD_REFUSAL_CODING:
		httpd_problem(response, MHD_HTTP_NOT_IMPLEMENTED, "the only transfer coding understood is chunked");
		break;
	case HTTPD_REFUSAL_MEMORY:
		httpd_problem(response, MHD_HTTP_SERVICE_UNAVAILABLE,
			      "there is no memory for the body; try again later");
		break;
	case HTTPD_REFUSAL_RATE:
		httpd_problem(response, MHD_HTTP_TOO_MANY_REQUESTS,
			      "more than %u requests a second come from this address; wait a moment",
			      httpd->options.requests_per_s);
		response->retry_after_s = 1;
		break;
	case HTTPD_REFUSAL_NONE:
		CHECK(refusal != HTTPD_REFUSAL_NONE);
	}
	allow[methods.len] = '\0';
	if (methods.len != 0)
		response->allow = allow;
}
