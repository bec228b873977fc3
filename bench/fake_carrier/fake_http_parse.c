/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_http_parse.h"

struct fake_slice fake_http_header(const struct fake_http_request *request, const char *name) {
  size_t len = strlen(name);
  for (unsigned index = 0; index < request->headers_count; index++) {
    const struct fake_http_header *header = &request->headers[index];
    if (header->name.len == len && strncasecmp(header->name.at, name, len) == 0) return header->value;
  }
  return (struct fake_slice){0};
}

struct trouble {
  unsigned *status;
  const char **problem;
};

static enum fake_http_parsed bad(const struct trouble *trouble, unsigned status, const char *problem) {
  *trouble->status = status;
  *trouble->problem = problem;
  return FAKE_HTTP_BAD;
}

/* RFC 9110 §5.6.2. */
static bool is_token(struct fake_slice text) {
  for (size_t at = 0; at < text.len; at++) {
    char octet = text.at[at];
    bool is_alpha = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') || (octet >= '0' && octet <= '9');
    if (!is_alpha && (octet == '\0' || strchr("!#$%&'*+-.^_`|~", octet) == NULL)) return false;
  }
  return text.len > 0;
}

/* The line at `*rest` without its CRLF; a lone LF ends one as well (RFC 9112 §2.2). */
static struct fake_slice take_line(struct fake_slice *rest) {
  struct fake_slice line = fake_slice_cut(rest, '\n');
  if (line.len > 0 && line.at[line.len - 1] == '\r') line.len--;
  return line;
}

static bool read_request_line(struct fake_slice line, struct fake_http_request *request, bool *is_old) {
  request->method = fake_slice_cut(&line, ' ');
  request->target = fake_slice_cut(&line, ' ');
  *is_old = fake_slice_is(line, "HTTP/1.0");
  if (!is_token(request->method) || request->target.len == 0 || request->target.at[0] != '/') return false;
  for (size_t at = 0; at < request->target.len; at++)
    if ((unsigned char)request->target.at[at] <= 0x20 || (unsigned char)request->target.at[at] >= 0x7F) return false;
  struct fake_slice rest = request->target;
  request->path = fake_slice_cut(&rest, '?');
  request->query = rest;
  return *is_old || fake_slice_is(line, "HTTP/1.1");
}

static bool read_headers(struct fake_slice head, struct fake_http_request *request) {
  while (head.len > 0) {
    struct fake_slice line = take_line(&head);
    if (line.len == 0) return true;
    bool has_colon = memchr(line.at, ':', line.len) != NULL;
    struct fake_slice name = fake_slice_cut(&line, ':');
    if (!has_colon || request->headers_count == FAKE_HTTP_HEADERS_MAX || !is_token(name)) return false;
    request->headers[request->headers_count++] = (struct fake_http_header){name, fake_slice_trim(line)};
  }
  return true;
}

static int hex_digit(char octet) {
  if (octet >= '0' && octet <= '9') return octet - '0';
  octet |= 0x20;
  return octet >= 'a' && octet <= 'f' ? octet - 'a' + 10 : -1;
}

/* One chunk's size line at `*rest`: its size, or -1 if it is none, or -2 if it is not whole. */
static long take_chunk_size(struct fake_slice *rest) {
  if (rest->len == 0 || memchr(rest->at, '\n', rest->len) == NULL) return rest->len > 64 ? -1 : -2;
  struct fake_slice line = take_line(rest), digits = fake_slice_trim(fake_slice_cut(&line, ';'));
  long size = 0;
  if (digits.len == 0 || digits.len > 7) return -1;
  for (size_t at = 0; at < digits.len; at++) {
    int digit = hex_digit(digits.at[at]);
    if (digit < 0) return -1;
    size = size * 16 + digit;
  }
  return size;
}

/* RFC 9112 §7.1, once to see that all is here, then once more to join it: `out` NULL or where to. Trailers are passed over. */
static enum fake_http_parsed walk_chunks(struct fake_slice rest, char *out, struct fake_http_request *request,
                                         const char **end, const struct trouble *trouble) {
  size_t total = 0;
  for (;;) {
    long size = take_chunk_size(&rest);
    if (size == -2) return FAKE_HTTP_MORE;
    if (size == -1) return bad(trouble, 400, "a chunk's size is no hexadecimal number");
    if (size == 0) break;
    total += (size_t)size;
    if (total > FAKE_HTTP_BODY_MAX) return bad(trouble, 413, "the body has more than 1 MiB");
    if (rest.len < (size_t)size + 2) return FAKE_HTTP_MORE;
    if (rest.at[size] != '\r' || rest.at[size + 1] != '\n') return bad(trouble, 400, "a chunk does not end in CRLF");
    if (out != NULL) memmove(out + total - (size_t)size, rest.at, (size_t)size);
    rest = (struct fake_slice){rest.at + size + 2, rest.len - (size_t)size - 2};
  }
  for (;;) {
    if (rest.len == 0 || memchr(rest.at, '\n', rest.len) == NULL) return FAKE_HTTP_MORE;
    if (take_line(&rest).len == 0) break;
  }
  request->body = (struct fake_slice){out, total};
  *end = rest.at;
  return FAKE_HTTP_WHOLE;
}

static bool read_length(struct fake_slice text, size_t *length) {
  if (text.len == 0 || text.len > 9) return false;
  *length = 0;
  for (size_t at = 0; at < text.len; at++) {
    if (text.at[at] < '0' || text.at[at] > '9') return false;
    *length = *length * 10 + (size_t)(text.at[at] - '0');
  }
  return true;
}

static enum fake_http_parsed read_body(char *body, size_t len, struct fake_http_request *request, const char **end,
                                       const struct trouble *trouble) {
  struct fake_slice coding = fake_http_header(request, "transfer-encoding"), length = fake_http_header(request, "content-length");
  if (coding.at != NULL) {
    if (length.at != NULL) return bad(trouble, 400, "Content-Length beside Transfer-Encoding");
    if (!fake_slice_is_word(coding, "chunked")) return bad(trouble, 501, "a Transfer-Encoding other than chunked");
    struct fake_slice rest = {body, len};
    enum fake_http_parsed parsed = walk_chunks(rest, NULL, request, end, trouble);
    return parsed == FAKE_HTTP_WHOLE ? walk_chunks(rest, body, request, end, trouble) : parsed;
  }
  size_t need = 0;
  if (length.at != NULL && !read_length(length, &need)) return bad(trouble, 400, "Content-Length is no number");
  if (need > FAKE_HTTP_BODY_MAX) return bad(trouble, 413, "the body has more than 1 MiB");
  if (len < need) return FAKE_HTTP_MORE;
  request->body = (struct fake_slice){body, need};
  *end = body + need;
  return FAKE_HTTP_WHOLE;
}

/* Octets up to and with the blank line, 0 if it is not here. */
static size_t head_length(const char *octets, size_t len) {
  for (const char *at = octets; (at = memchr(at, '\n', len - (size_t)(at - octets))) != NULL;) {
    at++;
    size_t rest = len - (size_t)(at - octets);
    if (rest >= 1 && at[0] == '\n') return (size_t)(at - octets) + 1;
    if (rest >= 2 && at[0] == '\r' && at[1] == '\n') return (size_t)(at - octets) + 2;
  }
  return 0;
}

enum fake_http_parsed fake_http_parse(char *octets, size_t len, struct fake_http_request *request, size_t *used,
                                      unsigned *status, const char **problem) {
  struct trouble trouble = {status, problem};
  size_t blank = 0;
  while (blank < len && (octets[blank] == '\r' || octets[blank] == '\n')) blank++; /* before a request, RFC 9112 §2.2 */
  request->headers_count = 0;
  request->wants_continue = false;
  size_t head_len = head_length(octets + blank, len - blank);
  if (head_len == 0 && len - blank > FAKE_HTTP_HEAD_MAX) return bad(&trouble, 431, "the head has more than 64 KiB");
  if (head_len == 0) return FAKE_HTTP_MORE;
  struct fake_slice head = {octets + blank, head_len};
  bool is_old;
  if (!read_request_line(take_line(&head), request, &is_old)) return bad(&trouble, 400, "the request line is malformed");
  if (!read_headers(head, request)) return bad(&trouble, 400, "a header line is malformed, or there are more than 64");
  if (!is_old && fake_http_header(request, "host").at == NULL) return bad(&trouble, 400, "Host is missing");
  struct fake_slice connection = fake_http_header(request, "connection");
  request->is_kept = is_old ? fake_slice_is_word(connection, "keep-alive") : !fake_slice_is_word(connection, "close");
  request->wants_continue = fake_slice_is_word(fake_http_header(request, "expect"), "100-continue");
  const char *end;
  char *body = octets + blank + head_len;
  enum fake_http_parsed parsed = read_body(body, len - blank - head_len, request, &end, &trouble);
  if (parsed == FAKE_HTTP_WHOLE) *used = (size_t)(end - octets);
  return parsed;
}
