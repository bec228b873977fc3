/* SPDX-License-Identifier: Apache-2.0 */
/* Octets to the HTTP server: requests, headers, cookies and bodies, whole and in pieces. However they are cut, handlers see the same
 * requests; what they see has the form that they rely on; and each request is answered once. The first octet says how they are cut. */
#include "http_feed.h"
#include "httpd/httpd.h"

#include "base/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define BODY_MAX     512
#define REQUESTS_MAX 512
#define PIECES_MAX   256 /* octets that are given in pieces, too */

static struct http_feed feed;
static struct httpd *httpd;

/* The requests of one connection, each with those before it. */
static struct seen {
	unsigned count;
	uint64_t hashes[REQUESTS_MAX];
} seen;

static uint64_t mix(uint64_t hash, struct slice text)
{
	hash = (hash ^ text.len) * UINT64_C(0x9E3779B97F4A7C15);
	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.at[i]) * UINT64_C(0x100000001B3);
	return hash;
}

static void check_header(struct slice value)
{
	for (size_t i = 0; i < value.len; i++)
		CHECK((unsigned char)value.at[i] >= 0x20 || value.at[i] == '\t');
}

/* libmicrohttpd knows quotation marks in cookies, which hide a semicolon; browsers do not. */
static void check_cookie(struct slice value)
{
	bool is_quoted = memchr(value.at != NULL ? value.at : "", '"', value.len) != NULL;
	for (size_t i = 0; i < value.len; i++)
		CHECK((value.at[i] != ';' || is_quoted) && value.at[i] != '\0');
}

static void on_request(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	static const char *const headers[] = { "Host",   "Content-Type",    "Authorization",
					       "Origin", "X-Forwarded-For", "Content-Length" };
	static const char *const keys[] = { "a", "key", NULL };
	char peer[HTTPD_PEER_OCTETS];
	(void)ctx;
	CHECK(request->method < HTTPD_METHOD_COUNT);
	CHECK(request->path.len > 0 && request->path.at[0] == '/');
	CHECK(strlen(request->path.at) == request->path.len);
	CHECK(memchr(request->target.at, ' ', request->target.len) == NULL);
	CHECK(request->body.len <= BODY_MAX && (request->method != HTTPD_GET || request->body.len == 0));
	CHECK(seen.count < REQUESTS_MAX);
	uint64_t before = seen.count > 0 ? seen.hashes[seen.count - 1] : 0;
	uint64_t hash = mix(mix(mix(before + request->method, request->path), request->target), request->body);
	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
		struct slice first = httpd_header(request, headers[i]), last = httpd_header_last(request, headers[i]);
		check_header(first);
		check_header(last);
		CHECK((first.at == NULL) == (last.at == NULL));
		hash = mix(mix(hash, first), last);
	}
	struct slice cookie = httpd_cookie(request, "__Host-s");
	check_cookie(cookie);
	hash = mix(hash, cookie);
	hash = mix(mix(hash, httpd_query(request, "a")), httpd_query(request, "key"));
	const char *other = httpd_query_other(request, keys);
	CHECK(other == NULL || (strcmp(other, "a") != 0 && strcmp(other, "key") != 0));
	httpd_peer(request, peer);
	CHECK(strncmp(peer, "127.1.", 6) == 0);
	seen.hashes[seen.count++] = hash;
	httpd_response_header(response, "X-Cookie", "%.*s", SLICE_ARG(cookie));
	buf_put_slice(&response->body, request->body);
}

static void start(void)
{
	static const struct httpd_route routes[] = {
		{ HTTPD_GET, "/a", on_request },     { HTTPD_POST, "/a", on_request },
		{ HTTPD_PUT, "/a", on_request },     { HTTPD_GET, "/any/", on_request },
		{ HTTPD_POST, "/any/", on_request }, { HTTPD_DELETE, "/any/", on_request },
	};
	static const struct httpd_options options = {
		.host = "127.0.0.1",
		.keeps_target = true,
		.body_octets_max = BODY_MAX,
		.connections_max = 64,
	};
	feed.loop = loop_create();
	CHECK(feed.loop != NULL);
	CHECK(httpd_create(feed.loop, &options, routes, sizeof routes / sizeof routes[0], NULL, &httpd, NULL) ==
	      ERR_OK);
	feed.port = httpd_port(httpd);
}

/* How many requests were answered by a handler (200), out of all answers. */
static unsigned count_good(struct slice answers)
{
	struct slice head, body;
	unsigned good = 0;
	for (unsigned status; (status = http_feed_answer(&answers, &head, &body)) != 0;) {
		CHECK(status >= 100 && status < 600);
		good += status == 200;
	}
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (httpd == NULL)
		start();
	if (len < 2 || len > 4096)
		return 0;
	const char *at = (const char *)octets + 1;
	seen.count = 0;
	struct slice answers = http_feed_say(&feed, at, len - 1, len);
	struct seen whole = seen;
	/* A HEAD's answer has a length and no body: then answers can't be told apart so simply. An answer may be on its way still. */
	if (memmem(at, len - 1, "HEAD", 4) == NULL)
		CHECK(count_good(answers) <= whole.count);
	if (len > PIECES_MAX)
		return 0;
	seen.count = 0;
	http_feed_say(&feed, at, len - 1, 1 + octets[0] % 17);
	/* Where a request was refused, the connection may end before the next one, or behind it. */
	for (unsigned i = 0; i < whole.count && i < seen.count; i++)
		CHECK(seen.hashes[i] == whole.hashes[i]);
	return 0;
}
