/* SPDX-License-Identifier: Apache-2.0 */
/* Tencent's SendSms, version 2021-01-11: one text for up to 200 numbers, a status for each of them. */
#include <stdlib.h>
#include <time.h>

#include "fake_form.h"
#include "fake_http_dialects.h"
#include "fake_http_take.h"
#include "fake_json.h"
#include "fake_sign.h"

enum { NUMBERS_MAX = 200, SERIAL_CAP = 40, AGE_MAX_S = 300, CONTEXT_MAX = 512 };

static const struct fake_slice nobody = {0};

static void put_request_id(struct fake_http *http) {
  char id[40];
  snprintf(id, sizeof id, "%08x-0000-4000-8000-%012llx", http->server->id_prefix, (unsigned long long)http->server->counters.http_requests);
  fake_json_member(&http->body, "RequestId", id);
}

static void answer_error(struct fake_http *http, unsigned status, const char *code, const char *message) {
  struct fake_buffer *json = &http->body;
  json->len = 0;
  fake_json_mark(json, '{');
  fake_json_name(json, "Response");
  fake_json_mark(json, '{');
  fake_json_name(json, "Error");
  fake_json_mark(json, '{');
  fake_json_member(json, "Code", code);
  fake_json_member(json, "Message", message);
  fake_json_mark(json, '}');
  put_request_id(http);
  fake_json_mark(json, '}');
  fake_json_mark(json, '}');
  fake_http_answer(http, status, "application/json", status == 429 ? "Retry-After: 1\r\n" : NULL);
}

static bool refused(struct fake_http *http, enum fake_violation kind, struct fake_slice to, const char *code, const char *message) {
  fake_http_violation(http, kind, to, "%s: %s", code, message);
  answer_error(http, 200, code, message);
  return false;
}

static bool authenticate(struct fake_http *http) {
  const struct fake_http_request *request = &http->request;
  struct fake_sign_authorization authorization;
  if (!fake_sign_authorization(request, "TC3-HMAC-SHA256", &authorization))
    return refused(http, FAKE_VIOLATION_http_signature, nobody, "AuthFailure.InvalidAuthorization", "Authorization is malformed");
  struct fake_slice scope = authorization.credential, id = fake_slice_cut(&scope, '/'), date = fake_slice_cut(&scope, '/');
  struct fake_slice service = fake_slice_cut(&scope, '/'), timestamp = fake_http_header(request, "x-tc-timestamp");
  fake_http_account(http, id.len > 0 ? id : fake_slice_of("tencent"));
  if (id.len == 0 || !fake_http_may(http, id, nobody))
    return refused(http, FAKE_VIOLATION_http_auth, nobody, "AuthFailure.SecretIdNotFound", "The SecretId is not found");
  if (!fake_slice_is(service, "sms") || !fake_slice_is(scope, "tc3_request"))
    return refused(http, FAKE_VIOLATION_http_signature, nobody, "AuthFailure.SignatureFailure", "the scope is not DATE/sms/tc3_request");
  time_t now = (time_t)(http->server->now_wall_us / 1000000), then = 0;
  if (fake_form_number(timestamp, 1, UINT32_MAX)) then = (time_t)strtoll(timestamp.at, NULL, 10);
  char day[16];
  struct tm broken;
  gmtime_r(&then, &broken);
  strftime(day, sizeof day, "%Y-%m-%d", &broken);
  if (llabs((long long)then - (long long)now) > AGE_MAX_S)
    return refused(http, FAKE_VIOLATION_http_timestamp, nobody, "AuthFailure.SignatureExpire", "X-TC-Timestamp is not within 5 minutes");
  if (!fake_slice_is(date, day))
    return refused(http, FAKE_VIOLATION_http_signature, nobody, "AuthFailure.SignatureFailure", "the scope's date is not the timestamp's in UTC");
  if (!fake_sign_covers(authorization.signed_headers, "host") || !fake_sign_covers(authorization.signed_headers, "content-type"))
    return refused(http, FAKE_VIOLATION_http_signature, nobody, "AuthFailure.SignatureFailure", "host or content-type is not signed");
  if (http->server->options->http_secret == NULL) return true;
  char want[FAKE_DIGEST_HEX_CAP];
  fake_sign_tc3(request, &authorization, timestamp, date, service, fake_slice_of(http->server->options->http_secret), want);
  if (fake_slice_is(authorization.signature, want)) return true;
  return refused(http, FAKE_VIOLATION_http_signature, nobody, "AuthFailure.SignatureFailure", "The provided credentials could not be validated");
}

struct parameters {
  const struct fake_tree *tree;
  const struct fake_node *list; /* NULL = none */
};

/* {1} is the first. */
static struct fake_slice parameter(const void *context, struct fake_slice name) {
  const struct parameters *parameters = context;
  long wanted = fake_form_number(name, 1, 1000) ? strtol(name.at, NULL, 10) : 0;
  const struct fake_node *node = parameters->list != NULL ? fake_tree_first(parameters->tree, parameters->list) : NULL;
  for (long number = 1; node != NULL && number < wanted; number++) node = fake_tree_next(parameters->tree, node);
  return node != NULL && wanted > 0 ? node->text : (struct fake_slice){0};
}

static bool fill(struct fake_http *http, struct fake_slice *text) {
  const struct fake_tree *tree = &http->tree;
  const struct fake_node *root = &tree->nodes[0];
  struct parameters parameters = {tree, fake_tree_member(tree, root, "TemplateParamSet")};
  struct fake_slice code = fake_tree_text(tree, root, "TemplateId"), signature = fake_tree_text(tree, root, "SignName");
  if (code.len == 0 || fake_tree_text(tree, root, "SmsSdkAppId").len == 0)
    return refused(http, FAKE_VIOLATION_http_field, nobody, "MissingParameter", "TemplateId or SmsSdkAppId is missing");
  if (signature.len == 0)
    return refused(http, FAKE_VIOLATION_http_field, nobody, "FailedOperation.SignatureIncorrectOrUnapproved", "SignName is missing");
  if (parameters.list != NULL && parameters.list->kind != FAKE_TREE_ARRAY)
    return refused(http, FAKE_VIOLATION_http_field, nobody, "InvalidParameter", "TemplateParamSet is no array");
  struct fake_buffer filled = {0}, listed = {0};
  const struct fake_node *node = parameters.list != NULL ? fake_tree_first(tree, parameters.list) : NULL;
  bool are_strings = true;
  for (; node != NULL; node = fake_tree_next(tree, node)) {
    are_strings = are_strings && node->kind == FAKE_TREE_STRING;
    if (listed.len > 0) fake_buffer_append(&listed, ",", 1);
    fake_buffer_append(&listed, node->text.at, node->text.len);
  }
  struct fake_slice list = {(const char *)listed.at, listed.len};
  enum fake_model_filled result = fake_model_fill(http->server->options, code, signature, list, parameter, &parameters, &filled);
  char *copy = fake_scratch_take(&http->scratch, filled.len + 1);
  memcpy(copy, filled.at, filled.len);
  *text = (struct fake_slice){copy, filled.len};
  fake_buffer_fini(&filled);
  fake_buffer_fini(&listed);
  if (!are_strings) return refused(http, FAKE_VIOLATION_http_field, nobody, "InvalidParameter", "TemplateParamSet has other than strings");
  if (result == FAKE_MODEL_UNKNOWN)
    return refused(http, FAKE_VIOLATION_http_field, nobody, "FailedOperation.TemplateIncorrectOrUnapproved", "no such template");
  if (result == FAKE_MODEL_LACKS)
    return refused(http, FAKE_VIOLATION_http_field, nobody, "FailedOperation.TemplateParamSetNotMatchApprovedTemplate", "the template has more parameters");
  return true;
}

/* The messages, in the scratch; NULL if the answer is given already. */
static struct fake_http_sms *read_all(struct fake_http *http, uint32_t *count) {
  struct fake_tree *tree = &http->tree;
  struct fake_slice text;
  if (!fake_tree_read(tree, http->request.body, &http->scratch)) {
    refused(http, FAKE_VIOLATION_http_json, nobody, "InvalidParameter", tree->problem);
    return NULL;
  }
  const struct fake_node *list = fake_tree_member(tree, &tree->nodes[0], "PhoneNumberSet");
  struct fake_slice context = fake_tree_text(tree, &tree->nodes[0], "SessionContext");
  *count = list != NULL && list->kind == FAKE_TREE_ARRAY ? list->count : 0;
  if (*count == 0 || *count > NUMBERS_MAX) {
    refused(http, FAKE_VIOLATION_http_batch, nobody, "LimitExceeded.PhoneNumberCountLimit", "PhoneNumberSet has not 1 to 200 numbers");
    return NULL;
  }
  if (context.len > CONTEXT_MAX) {
    refused(http, FAKE_VIOLATION_http_size, nobody, "InvalidParameterValue.IncorrectPhoneNumber", "SessionContext has over 512 octets");
    return NULL;
  }
  if (!fill(http, &text)) return NULL;
  struct fake_http_sms *sms = fake_scratch_take(&http->scratch, *count * sizeof *sms);
  const struct fake_node *node = fake_tree_first(tree, list);
  for (uint32_t index = 0; index < *count; index++, node = fake_tree_next(tree, node)) {
    sms[index] = (struct fake_http_sms){.sent_to = node->text,
                                        .from = fake_tree_text(tree, &tree->nodes[0], "SignName"),
                                        .text = text,
                                        .ref = context};
    if (fake_http_number(http, &sms[index], FAKE_HTTP_FORM_PLUS) && fake_http_text(http, &sms[index])) continue;
    answer_error(http, 200, "InvalidParameterValue.IncorrectPhoneNumber", "a number or the text will not do");
    return NULL;
  }
  return sms;
}

static void put_status(struct fake_http *http, const struct fake_http_sms *sms) {
  struct fake_buffer *json = &http->body;
  const char *code = sms->refusal == NULL ? "Ok" : sms->refusal->code[0] != '\0' ? sms->refusal->code : "FailedOperation.ContainSensitiveWord";
  fake_json_mark(json, '{');
  fake_json_member(json, "SerialNo", sms->refusal == NULL ? sms->ids.at : "");
  fake_json_name(json, "PhoneNumber");
  fake_json_string(json, sms->sent_to.at, sms->sent_to.len);
  fake_json_member_uint(json, "Fee", sms->refusal == NULL ? sms->measure.segments : 0);
  fake_json_name(json, "SessionContext");
  fake_json_string(json, sms->ref.at, sms->ref.len);
  fake_json_member(json, "Code", code);
  fake_json_member(json, "Message", sms->refusal == NULL ? "send success" : "refused as the options want it");
  fake_json_member(json, "IsoCode", "CN");
  fake_json_mark(json, '}');
}

static void take_all(struct fake_http *http, struct fake_http_sms *sms, uint32_t count) {
  for (uint32_t index = 0; index < count; index++) {
    if (sms[index].refusal != NULL) continue;
    char *serial = fake_scratch_take(&http->scratch, SERIAL_CAP);
    int len = snprintf(serial, SERIAL_CAP, "5000:%010u%010u", http->server->id_prefix, (unsigned)sms[index].message);
    sms[index].ids = (struct fake_slice){serial, (size_t)len + 1};
    if (fake_http_take(http, &sms[index])) continue;
    answer_error(http, 200, "InternalError.OtherError", "the record is broken");
    return;
  }
  struct fake_buffer *json = &http->body;
  fake_json_mark(json, '{');
  fake_json_name(json, "Response");
  fake_json_mark(json, '{');
  fake_json_name(json, "SendStatusSet");
  fake_json_mark(json, '[');
  for (uint32_t index = 0; index < count; index++) put_status(http, &sms[index]);
  fake_json_mark(json, ']');
  put_request_id(http);
  fake_json_mark(json, '}');
  fake_json_mark(json, '}');
  fake_http_answer(http, 200, "application/json", NULL);
}

void fake_http_tencent(struct fake_http *http) {
  uint32_t count;
  if (!authenticate(http)) return;
  if (!fake_slice_is(fake_http_header(&http->request, "x-tc-action"), "SendSms") ||
      !fake_slice_is(fake_http_header(&http->request, "x-tc-version"), "2021-01-11")) {
    refused(http, FAKE_VIOLATION_http_field, nobody, "InvalidAction", "X-TC-Action is not SendSms, or X-TC-Version not 2021-01-11");
    return;
  }
  struct fake_http_sms *sms = read_all(http, &count);
  if (sms == NULL) return;
  switch (fake_http_decide(http, sms, count, true)) {
    case FAKE_HTTP_GOES: take_all(http, sms, count); break;
    case FAKE_HTTP_THROTTLED: answer_error(http, 200, "RequestLimitExceeded", "too many requests a second"); break;
    case FAKE_HTTP_REFUSED:
      answer_error(http, http->refusal.status, http->refusal.status == 429 ? "RequestLimitExceeded" : "InternalError", "refused as the options want it");
      break;
    case FAKE_HTTP_SILENT: break;
  }
}
