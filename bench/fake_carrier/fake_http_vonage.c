/* SPDX-License-Identifier: Apache-2.0 */
/* Vonage's SMS API: fields in a form, the query or JSON; always 200, with a status and an id for each part of the text. */
#include <stdlib.h>

#include "fake_form.h"
#include "fake_http_dialects.h"
#include "fake_http_take.h"
#include "fake_json.h"
#include "fake_sign.h"

enum { ID_CAP = 37, AGE_MAX_S = 300, TTL_MIN_MS = 20000, TTL_MAX_MS = 604800000 };

static const struct fake_slice nobody = {0};

static void answer_error(struct fake_http *http, const char *status, const char *text) {
  struct fake_buffer *json = &http->body;
  json->len = 0;
  fake_json_mark(json, '{');
  fake_json_member(json, "message-count", "1");
  fake_json_name(json, "messages");
  fake_json_mark(json, '[');
  fake_json_mark(json, '{');
  fake_json_member(json, "status", status);
  fake_json_member(json, "error-text", text);
  fake_json_mark(json, '}');
  fake_json_mark(json, ']');
  fake_json_mark(json, '}');
  fake_http_answer(http, 200, "application/json", NULL);
}

static bool read_json(struct fake_http *http, struct fake_form *form) {
  struct fake_tree *tree = &http->tree;
  if (!fake_tree_read(tree, http->request.body, &http->scratch) || tree->nodes[0].kind != FAKE_TREE_OBJECT) return false;
  for (const struct fake_node *node = fake_tree_first(tree, &tree->nodes[0]); node != NULL; node = fake_tree_next(tree, node)) {
    if (form->count == FAKE_FORM_FIELDS_MAX || node->kind == FAKE_TREE_ARRAY || node->kind == FAKE_TREE_OBJECT) return false;
    form->fields[form->count++] = (struct fake_form_field){node->name, node->text};
  }
  return true;
}

static bool read_fields(struct fake_http *http, struct fake_form *form) {
  bool is_json = fake_slice_begins(fake_http_header(&http->request, "content-type"), "application/json", NULL);
  return fake_form_read(form, http->request.query, &http->scratch) &&
         (is_json ? read_json(http, form) : fake_form_read(form, http->request.body, &http->scratch));
}

static bool is_signed(struct fake_http *http, const struct fake_form *form, struct fake_slice sig) {
  struct fake_slice timestamp = fake_form_value(form, "timestamp");
  int64_t now = http->server->now_wall_us / 1000000;
  if (!fake_form_number(timestamp, 1, UINT32_MAX) || llabs(strtoll(timestamp.at, NULL, 10) - now) > AGE_MAX_S) {
    fake_http_violation(http, FAKE_VIOLATION_http_timestamp, nobody, "timestamp is missing or not within 5 minutes");
    return false;
  }
  if (http->server->options->http_secret == NULL) return true;
  struct fake_slice secret = fake_slice_of(http->server->options->http_secret);
  char want[FAKE_DIGEST_HEX_CAP];
  if (fake_sign_vonage(form, secret, sig.len, false, want) && fake_slice_is_word(sig, want)) return true;
  if (sig.len == 32 && fake_sign_vonage(form, secret, sig.len, true, want) && fake_slice_is_word(sig, want)) return true;
  fake_http_violation(http, FAKE_VIOLATION_http_signature, nobody, "sig is wrong");
  return false;
}

static bool authenticate(struct fake_http *http, const struct fake_form *form) {
  struct fake_slice key = fake_form_value(form, "api_key"), secret = fake_form_value(form, "api_secret");
  struct fake_slice sig = fake_form_value(form, "sig");
  fake_http_account(http, key.len > 0 ? key : fake_slice_of("vonage"));
  bool is_right = key.len > 0 && (secret.len > 0 || sig.len > 0) && fake_http_may(http, key, secret);
  if (!is_right) {
    fake_http_violation(http, FAKE_VIOLATION_http_auth, nobody, "api_key or api_secret is wrong or missing");
    answer_error(http, "4", "Bad Credentials");
    return false;
  }
  if (secret.len > 0 || is_signed(http, form, sig)) return true;
  answer_error(http, "14", "Invalid Signature");
  return false;
}

static bool read_sms(struct fake_http *http, const struct fake_form *form, struct fake_http_sms *sms) {
  struct fake_slice type = fake_form_value(form, "type"), ttl = fake_form_value(form, "ttl");
  *sms = (struct fake_http_sms){.sent_to = fake_form_value(form, "to"),
                                .from = fake_form_value(form, "from"),
                                .text = fake_form_value(form, "text"),
                                .ref = fake_form_value(form, "client-ref"),
                                .is_unicode = fake_slice_is(type, "unicode"),
                                .callback = fake_form_value(form, "callback")};
  if (sms->sent_to.len == 0 || sms->from.len == 0) {
    fake_http_violation(http, FAKE_VIOLATION_http_field, sms->sent_to, "to or from is missing");
    answer_error(http, "2", sms->from.len == 0 ? "Missing from param" : "Missing to param");
  } else if (!fake_http_number(http, sms, FAKE_HTTP_FORM_DIGITS)) {
    answer_error(http, "3", "Invalid value for parameter: to");
  } else if (!fake_http_text(http, sms)) {
    answer_error(http, "2", "Missing text param");
  } else if (type.at != NULL && !fake_slice_is(type, "text") && !sms->is_unicode) {
    fake_http_violation(http, FAKE_VIOLATION_http_field, sms->sent_to, "a type other than text and unicode");
    answer_error(http, "3", "Invalid value for parameter: type");
  } else if (sms->measure.encoding == FAKE_ENCODING_UCS2 && !sms->is_unicode) {
    fake_http_violation(http, FAKE_VIOLATION_http_field, sms->sent_to, "a text beyond GSM-7 without type unicode");
    answer_error(http, "3", "Invalid value for parameter: text");
  } else if (ttl.at != NULL && !fake_form_number(ttl, TTL_MIN_MS, TTL_MAX_MS)) {
    fake_http_violation(http, FAKE_VIOLATION_http_field, sms->sent_to, "ttl is not 20000 to 604800000 ms");
    answer_error(http, "3", "Invalid value for parameter: ttl");
  } else {
    return true;
  }
  return false;
}

/* An id for each part, in order. */
static struct fake_slice ids_of(struct fake_http *http, const struct fake_http_sms *sms) {
  size_t len = (size_t)sms->measure.segments * ID_CAP;
  char *ids = fake_scratch_take(&http->scratch, len);
  for (uint32_t part = 0; part < sms->measure.segments; part++)
    snprintf(ids + part * ID_CAP, ID_CAP, "%08x-%04x-4000-8000-%012x", http->server->id_prefix, part & 0xFFFF, (unsigned)sms->message);
  return (struct fake_slice){ids, len};
}

static void answer_sms(struct fake_http *http, const struct fake_http_sms *sms) {
  struct fake_buffer *json = &http->body;
  char count[16];
  snprintf(count, sizeof count, "%u", sms->measure.segments);
  fake_json_mark(json, '{');
  fake_json_member(json, "message-count", count);
  fake_json_name(json, "messages");
  fake_json_mark(json, '[');
  for (uint32_t part = 0; part < sms->measure.segments; part++) {
    fake_json_mark(json, '{');
    fake_json_name(json, "to");
    fake_json_string(json, sms->sent_to.at, sms->sent_to.len);
    fake_json_member(json, "message-id", sms->ids.at + part * ID_CAP);
    fake_json_member(json, "status", "0");
    fake_json_member(json, "remaining-balance", "3.14159265");
    fake_json_member(json, "message-price", "0.03330000");
    fake_json_member(json, "network", "46000");
    if (sms->ref.at != NULL) {
      fake_json_name(json, "client-ref");
      fake_json_string(json, sms->ref.at, sms->ref.len);
    }
    fake_json_mark(json, '}');
  }
  fake_json_mark(json, ']');
  fake_json_mark(json, '}');
  fake_http_answer(http, 200, "application/json", NULL);
}

static void refuse(struct fake_http *http) {
  if (http->refusal.status == 0) {
    answer_error(http, http->refusal.code, "refused as the options want it");
    return;
  }
  http->body.len = 0;
  fake_http_print(http, "refused as the options want it\n");
  fake_http_answer(http, http->refusal.status, "text/plain", http->refusal.status == 429 ? "Retry-After: 1\r\n" : NULL);
}

void fake_http_vonage(struct fake_http *http) {
  struct fake_form form = {0};
  struct fake_http_sms sms;
  if (!read_fields(http, &form)) {
    fake_http_violation(http, FAKE_VIOLATION_http_field, nobody, "the fields are malformed, or one is there twice");
    answer_error(http, "3", "Invalid request");
    return;
  }
  if (!authenticate(http, &form) || !read_sms(http, &form, &sms)) return;
  switch (fake_http_decide(http, &sms, 1, false)) {
    case FAKE_HTTP_GOES:
      sms.ids = ids_of(http, &sms);
      if (fake_http_take(http, &sms))
        answer_sms(http, &sms);
      else
        answer_error(http, "5", "Internal Error");
      break;
    case FAKE_HTTP_THROTTLED: answer_error(http, "1", "Throughput Rate Exceeded - please wait [ 1000 ] and retry"); break;
    case FAKE_HTTP_REFUSED: refuse(http); break;
    case FAKE_HTTP_SILENT: break;
  }
}
