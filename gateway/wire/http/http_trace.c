/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_trace.h"

/* Where the parts of a traceparent stand; what a later version may have behind them is not ours to pass on (§3.2.4). */
#define TRACE_ID_AT     3
#define TRACE_ID_OCTETS 32
#define SPAN_AT         36
#define SPAN_OCTETS     16
#define FLAGS_AT        53
#define FLAGS_OCTETS    2

size_t http_trace_put(const struct http_fill *fill, const struct http_message *message,
		      char out[static HTTP_TRACE_OCTETS])
{
	if (message->traceparent.len < HTTP_TRACE_OCTETS)
		return 0;
	const char *from = message->traceparent.at;
	struct buf buf = buf_over(out, HTTP_TRACE_OCTETS);
	buf_put_text(&buf, "00-");
	buf_put(&buf, from + TRACE_ID_AT, TRACE_ID_OCTETS);
	buf_put_text(&buf, "-");
	buf_put(&buf, fill->nonce, SPAN_OCTETS);
	buf_put_text(&buf, "-");
	buf_put(&buf, from + FLAGS_AT, FLAGS_OCTETS);
	/* All zeros would be no span (§3.2.2.4). */
	if (memcmp(out + SPAN_AT, "0000000000000000", SPAN_OCTETS) == 0)
		out[SPAN_AT + SPAN_OCTETS - 1] = '1';
	return buf.len;
}

size_t http_trace_put_all(const struct http_fill *fill, char out[static HTTP_TRACE_OCTETS])
{
	const struct http_message *const *messages = fill->messages;
	size_t len = http_trace_put(fill, messages[0], out);
	for (unsigned i = 1; i < fill->count && len > 0; i++) {
		struct slice other = messages[i]->traceparent;
		if (other.len < HTTP_TRACE_OCTETS ||
		    memcmp(other.at + TRACE_ID_AT, out + TRACE_ID_AT, TRACE_ID_OCTETS) != 0)
			len = 0;
	}
	return len;
}
