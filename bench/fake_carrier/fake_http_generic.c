/* SPDX-License-Identifier: Apache-2.0 */
/* One sms is answered by its id, several by an array in their order. The same Idempotency-Key again with the same body gets the same
 * answer, and nothing is taken a second time. */
#include "fake_digest.h"
#include "fake_http_dialects.h"
#include "fake_http_take.h"
#include "fake_json.h"

static const struct fake_slice nobody = {0};

static void put_member(struct fake_buffer *json, const char *name, struct fake_slice text) {
  fake_json_name(json, name);
  fake_json_string(json, text.at, text.len);
}

static void answer_error(struct fake_http *http, unsigned status, const char *code, const char *message) {
  struct fake_buffer *json = &http->body;
  json->len = 0;
  fake_json_mark(json, '{');
  fake_json_member(json, "code", code);
  fake_json_member(json, "message", message);
  fake_json_mark(json, '}');
  fake_http_answer(http, status, "application/json", status == 429 ? "Retry-After: 1\r\n" : NULL);
}

/* HMAC-SHA256 or -SHA1 of the body in hexadecimal or Base64, perhaps with `sha256=` in front. */
static bool is_signed(const struct fake_http *http, struct fake_slice given) {
  struct fake_slice secret = fake_slice_of(http->server->options->http_secret);
  char hex[FAKE_DIGEST_HEX_CAP], base64[FAKE_DIGEST_BASE64_CAP];
  if (!fake_slice_begins(given, "sha256=", &given)) fake_slice_begins(given, "sha1=", &given);
  for (enum fake_hash hash = FAKE_HASH_SHA1; hash <= FAKE_HASH_SHA256; hash++) {
    struct fake_digest digest = fake_digest_keyed(hash, secret, http->request.body);
    if (fake_slice_is(given, fake_digest_hex(&digest, hex)) || fake_slice_is(given, fake_digest_base64(&digest, base64))) return true;
  }
  return false;
}

static bool authenticate(struct fake_http *http) {
  struct fake_slice user = {0}, password = {0}, value = fake_http_header(&http->request, "authorization");
  const struct fake_options *options = http->server->options;
  struct fake_slice rest = value, scheme = fake_slice_cut(&rest, ' ');
  bool is_right = options->http_secret == NULL;
  if (fake_http_basic(http, &user, &password)) {
    is_right = fake_http_may(http, user, password);
  } else if (fake_slice_is_word(scheme, "bearer")) {
    is_right = is_right || fake_slice_is(fake_slice_trim(rest), options->http_secret);
    if (options->http_user != NULL) user = fake_slice_of(options->http_user);
  } else if (fake_http_header(&http->request, "x-signature").at != NULL) {
    is_right = is_right || is_signed(http, fake_http_header(&http->request, "x-signature"));
    if (options->http_user != NULL) user = fake_slice_of(options->http_user);
  }
  fake_http_account(http, user.len > 0 ? user : fake_slice_of("generic"));
  if (is_right) return true;
  fake_http_violation(http, FAKE_VIOLATION_http_auth, nobody, "the credentials are wrong or missing");
  answer_error(http, 401, "unauthorized", "the credentials are wrong or missing");
  return false;
}

static bool read_sms(struct fake_http *http, const struct fake_node *node, struct fake_http_sms *sms) {
  const struct fake_tree *tree = &http->tree;
  *sms = (struct fake_http_sms){.sent_to = fake_tree_text(tree, node, "to"),
                                .from = fake_tree_text(tree, node, "from"),
                                .text = fake_tree_text(tree, node, "text"),
                                .ref = fake_tree_text(tree, node, "ref"),
                                .callback = fake_tree_text(tree, node, "callback")};
  return fake_http_number(http, sms, FAKE_HTTP_FORM_PLUS | FAKE_HTTP_FORM_DIGITS) && fake_http_text(http, sms);
}

/* The messages of the body, in the scratch; NULL if the answer is given already. */
static struct fake_http_sms *read_all(struct fake_http *http, uint32_t *count, bool *is_batch) {
  struct fake_tree *tree = &http->tree;
  if (!fake_tree_read(tree, http->request.body, &http->scratch)) {
    fake_http_violation(http, FAKE_VIOLATION_http_json, nobody, "the body is no JSON at octet %zu: %s", tree->offset, tree->problem);
    answer_error(http, 400, "invalid_json", tree->problem);
    return NULL;
  }
  const struct fake_node *list = fake_tree_member(tree, &tree->nodes[0], "messages"), *node = &tree->nodes[0];
  *is_batch = list != NULL;
  *count = 1;
  if (*is_batch) {
    *count = list->kind == FAKE_TREE_ARRAY ? list->count : 0;
    node = fake_tree_first(tree, list);
  }
  if (*count == 0 || *count > FAKE_HTTP_BATCH_MAX) {
    fake_http_violation(http, FAKE_VIOLATION_http_batch, nobody, "%u messages in one request", *count);
    answer_error(http, 400, "invalid_messages", "one request has 1 to 1000 messages");
    return NULL;
  }
  struct fake_http_sms *sms = fake_scratch_take(&http->scratch, *count * sizeof *sms);
  for (uint32_t index = 0; index < *count; index++) {
    if (!read_sms(http, node, &sms[index])) {
      answer_error(http, 400, "invalid_message", "number, text or sender will not do");
      return NULL;
    }
    node = fake_tree_next(tree, node);
  }
  return sms;
}

static void put_sms(struct fake_http *http, const struct fake_http_sms *sms) {
  struct fake_buffer *json = &http->body;
  fake_json_mark(json, '{');
  if (sms->refusal == NULL) {
    fake_json_member(json, "id", sms->ids.at);
    fake_json_member(json, "status", "accepted");
    fake_json_member_uint(json, "segments", sms->measure.segments);
  } else {
    fake_json_member(json, "status", "rejected");
    fake_json_member(json, "code", sms->refusal->code[0] != '\0' ? sms->refusal->code : "refused");
    fake_json_member(json, "message", "refused as the options want it");
  }
  put_member(json, "to", sms->sent_to);
  if (sms->ref.at != NULL) put_member(json, "ref", sms->ref);
  fake_json_mark(json, '}');
}

static void answer_all(struct fake_http *http, const struct fake_http_sms *sms, uint32_t count, bool is_batch) {
  if (is_batch) {
    fake_json_mark(&http->body, '{');
    fake_json_name(&http->body, "messages");
    fake_json_mark(&http->body, '[');
  }
  for (uint32_t index = 0; index < count; index++) put_sms(http, &sms[index]);
  if (is_batch) {
    fake_json_mark(&http->body, ']');
    fake_json_mark(&http->body, '}');
  }
  fake_http_answer(http, 200, "application/json", NULL);
}

static void take_all(struct fake_http *http, struct fake_http_sms *sms, uint32_t count, bool is_batch, const struct fake_repeat_item *key) {
  struct fake_repeat_item item = *key;
  for (uint32_t index = 0; index < count; index++) {
    if (sms[index].refusal != NULL) {
      item.key = 0; /* what was refused in part may be tried again */
      continue;
    }
    sms[index].ids = fake_http_id(http, sms[index].message);
    if (!fake_http_take(http, &sms[index])) {
      answer_error(http, 500, "internal", "the record is broken");
      return;
    }
  }
  item.message = sms[0].message;
  if (item.key != 0) fake_repeat_add(&http->repeat, &item);
  answer_all(http, sms, count, is_batch);
}

/* True if the key was seen before: the answer is given. */
static bool is_repeat(struct fake_http *http, struct fake_http_sms *sms, uint32_t count, bool is_batch, struct fake_repeat_item *key) {
  struct fake_slice value = fake_http_header(&http->request, "idempotency-key");
  if (value.len == 0) return false;
  key->key = fake_repeat_hash(fake_repeat_hash(1, fake_slice_of(http->connection->account)), value);
  key->body = fake_repeat_hash(2, http->request.body);
  const struct fake_repeat_item *found = fake_repeat_find(&http->repeat, key->key);
  if (found == NULL) return false;
  if (found->body != key->body) {
    fake_http_violation(http, FAKE_VIOLATION_http_idempotency, nobody, "an Idempotency-Key comes again with another body");
    answer_error(http, 422, "idempotency_key_reused", "this key came with another body before");
    return true;
  }
  http->server->counters.http_repeats += count;
  for (uint32_t index = 0; index < count; index++) sms[index].ids = fake_http_id(http, found->message + index);
  answer_all(http, sms, count, is_batch);
  return true;
}

void fake_http_generic(struct fake_http *http) {
  uint32_t count;
  bool is_batch;
  struct fake_repeat_item key = {0};
  if (!fake_slice_is(http->request.method, "POST")) {
    fake_http_violation(http, FAKE_VIOLATION_http_path, nobody, "a method other than POST");
    answer_error(http, 405, "method", "want POST");
    return;
  }
  if (!authenticate(http)) return;
  struct fake_http_sms *sms = read_all(http, &count, &is_batch);
  if (sms == NULL || is_repeat(http, sms, count, is_batch, &key)) return;
  switch (fake_http_decide(http, sms, count, is_batch)) {
    case FAKE_HTTP_GOES: take_all(http, sms, count, is_batch, &key); break;
    case FAKE_HTTP_THROTTLED: answer_error(http, 429, "throttled", "too many messages a second"); break;
    case FAKE_HTTP_REFUSED:
      answer_error(http, http->refusal.status != 0 ? http->refusal.status : 400,
                   http->refusal.code[0] != '\0' ? http->refusal.code : "refused", "refused as the options want it");
      break;
    case FAKE_HTTP_SILENT: break;
  }
}
