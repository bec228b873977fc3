/* SPDX-License-Identifier: Apache-2.0 */
/* The submit API behind its server: the first octet chooses who asks and how, then come an id (up to a NUL) and the body. What is put on the
 * queue is what the gateway will take, once a line; and each answer is the JSON that its description promises. */
#include "api/api.h"
#include "api/api_tokens.h"
#include "base/utf8.h"
#include "decode/alert_decode.h"
#include "http_feed.h"
#include "render/catalogue.h"
#include "store/adder.h"
#include "unit/admin/admin_labels.h"
#include "vet/alert_vet.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);
bool __wrap_adder_put(struct adder *adder, const struct adder_item *items, unsigned count, struct adder_call *call);

#define TOKENS     2
#define BODY_MAX   4096
#define ADDER_MARK 0x5A /* of the made-up adder */

static struct http_feed feed;
static struct api *api;
static struct catalogue *catalogue;
static struct api_tokens tokens;
static char secrets[TOKENS][API_TOKEN_OCTETS];

/* What this request put on the queue. */
static struct {
	unsigned items;
	unsigned calls;
	uint8_t fates;
	struct adder_call *call;
} added;

static void check_item(const struct adder_item *item)
{
	static char block[65536];
	struct arena arena;
	struct alert alert;
	const struct decode_options options = { .country = country_find(SLICE("CN")) };
	arena_init(&arena, block, sizeof block, 1 << 20);
	CHECK(item->lane < LANE_READY);
	CHECK(alert_decode(item->json, &options, &arena, &alert, NULL) == ERR_OK);
	CHECK((alert.kind == ALERT_SEND) == (item->id.len > 0));
	CHECK(alert.kind != ALERT_SEND || slice_equal(alert.id, item->id));
	CHECK(memchr(item->json.at, '\n', item->json.len) == NULL || added.items == 0);
	arena_fini(&arena);
}

bool __wrap_adder_put(struct adder *adder, const struct adder_item *items, unsigned count, struct adder_call *call)
{
	CHECK(*(char *)adder == ADDER_MARK && added.calls == 0 && count >= 1 && count <= ADDER_BATCH_MAX);
	for (unsigned i = 0; i < count; i++) {
		check_item(&items[i]);
		added.items++;
	}
	if (added.fates % 5 == 4)
		return false;
	added.calls++;
	added.call = call;
	call->count = count;
	for (unsigned i = 0; i < count; i++)
		call->answers[i] = (struct adder_answer){ .fate = (enum adder_fate)((added.fates + i) % 3),
							  .entry = "1739404800000-7@normal" };
	return true;
}

static void vet(void *ctx, struct alert_vet *out)
{
	(void)ctx;
	*out = (struct alert_vet){ .country = country_find(SLICE("CN")),
				   .catalogue = catalogue,
				   .signature = SLICE("甲"),
				   .now = INT64_C(1800000000000) };
}

static const struct api_tokens *view_tokens(void *ctx)
{
	(void)ctx;
	return &tokens;
}

static void queue(void *ctx, uint64_t *waiting, uint64_t *most)
{
	(void)ctx;
	*waiting = 0;
	*most = 100;
}

static void make_tokens(void)
{
	static const char *const rests[TOKENS] = { "scopes=submit,cancel,read", "tenant=north scopes=submit" };
	char text[1024];
	struct buf buf = buf_over(text, sizeof text);
	for (unsigned i = 0; i < TOKENS; i++) {
		unsigned char random[32] = { (unsigned char)i };
		char hash[API_HASH_OCTETS];
		api_token_make(random, secrets[i], hash);
		buf_put_format(&buf, "t%u %s %s\n", i, hash, rests[i]);
	}
	CHECK(!buf.full && api_tokens_parse(buf_slice(&buf), NULL, &tokens, NULL) == ERR_OK);
}

static void start(void)
{
	static char mark = ADDER_MARK;
	struct template *template = NULL;
	const struct api_view view = { .vet = vet, .tokens = view_tokens, .queue = queue };
	const struct api_options options = { .host = "127.0.0.1", .metrics = admin_test_metrics() };
	catalogue = catalogue_create(SLICE("zh-CN"));
	CHECK(template_compile(SLICE("t"), SLICE("zh-CN"), SLICE("class: notice\nparam n money sample=1\n---\n{{n}}\n"),
			       &template, NULL) == ERR_OK);
	CHECK(catalogue_add(catalogue, &template, NULL) == ERR_OK && catalogue_freeze(catalogue) == ERR_OK);
	make_tokens();
	feed.loop = loop_create();
	CHECK(feed.loop != NULL && api_start(feed.loop, &options, &view, &api, NULL) == ERR_OK);
	api_use(api, (struct adder *)(void *)&mark);
	feed.port = api_port(api);
}

/* Redis answers in a later turn; or it does not, and whoever waited goes. */
static void answer_later(uint8_t how)
{
	struct adder_call *call = added.call;
	added.call = NULL;
	if (call != NULL)
		call->done(call, how & 1 ? call->answers : NULL, "Redis broke");
}

static void check_answer(unsigned status, struct slice head, struct slice body)
{
	static const unsigned known[] = {
		200, 202, 400, 401, 403, 404, 405, 409, 413, 414, 422, 429, 431, 501, 503, 504
	};
	bool is_known = false;
	bool is_lines = memmem(head.at, head.len, "application/x-ndjson", 20) != NULL;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		is_known = is_known || known[i] == status;
	CHECK(is_known && utf8_valid(body.at, body.len) == body.len);
	CHECK(status != 202 || added.calls == 1);
	while (body.len > 0) {
		struct slice line = is_lines ? slice_cut(&body, '\n') : body;
		json_t *value = json_loadb(line.at, line.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
		CHECK(json_is_object(value));
		CHECK(!is_lines || json_is_integer(json_object_get(value, "status")));
		CHECK(is_lines || status == 202 || json_integer_value(json_object_get(value, "status")) == status);
		json_decref(value);
		if (!is_lines)
			break;
	}
}

/* Feeds the request, and Redis' answer while it waits. */
static struct slice exchange(const char *request, size_t len, uint8_t how)
{
	int fd = http_feed_connect(&feed);
	feed.len = 0;
	feed.is_closed = false;
	CHECK(send(fd, request, len, MSG_NOSIGNAL) == (ssize_t)len);
	for (unsigned quiet = 0; quiet < HTTP_FEED_QUIET && !feed.is_closed;) {
		http_feed_turn(feed.loop);
		if (!(how & 2))
			answer_later(how);
		quiet = http_feed_receive(&feed, fd) ? 0 : quiet + 1;
	}
	close(fd);
	http_feed_turn(feed.loop);
	http_feed_turn(feed.loop);
	answer_later(how); /* nobody waits any more */
	return (struct slice){ feed.octets, feed.len };
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static char request[BODY_MAX + 2048];
	if (api == NULL)
		start();
	if (len < 3 || len > BODY_MAX)
		return 0;
	uint8_t how = octets[0];
	struct slice body = { (const char *)octets + 2, len - 2 };
	struct slice id = slice_cut(&body, '\0');
	struct buf out = buf_over(request, sizeof request);
	memset(&added, 0, sizeof added);
	added.fates = octets[1];
	if (how & 4) {
		buf_put_text(&out, "DELETE /v1/alerts/");
		for (size_t i = 0; i < id.len && i < 300; i++)
			buf_put_format(&out, "%%%02X", (unsigned char)id.at[i]);
	} else {
		buf_put_text(&out, "POST /v1/alerts");
	}
	buf_put_format(&out, " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer %s\r\n", secrets[(how >> 3) % TOKENS]);
	if (how & 16)
		buf_put_text(&out, "Content-Type: application/x-ndjson\r\n");
	if (how & 32 && id.len < 200)
		buf_put_format(&out, "Idempotency-Key: %.*s\r\n", SLICE_ARG(id));
	if (how & 4)
		body.len = 0;
	buf_put_format(&out, "Content-Length: %zu\r\n\r\n", body.len);
	buf_put_slice(&out, body);
	CHECK(!out.full);
	struct slice answers = exchange(request, out.len, how);
	struct slice head, text;
	unsigned status = http_feed_answer(&answers, &head, &text);
	/* What is in the key may be no header, or end the request. */
	if (status != 0 && !(how & 32))
		check_answer(status, head, text);
	return 0;
}
