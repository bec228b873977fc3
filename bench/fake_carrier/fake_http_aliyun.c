/* SPDX-License-Identifier: Apache-2.0 */
/* Aliyun's SendSms, version 2017-05-25: one text for up to 1000 numbers, one answer and one BizId for all of them. */
#include "fake_form.h"
#include "fake_http_aliyun_auth.h"
#include "fake_http_dialects.h"
#include "fake_http_take.h"
#include "fake_json.h"

enum { NUMBERS_MAX = 1000, BIZ_ID_CAP = 40 };

static const struct fake_slice nobody = {0};

static void answer_code(struct fake_http *http, unsigned status, const char *code, const char *message, const char *biz_id) {
  struct fake_buffer *json = &http->body;
  char id[40];
  snprintf(id, sizeof id, "%08X-0000-4000-8000-%012llX", http->server->id_prefix, (unsigned long long)http->server->counters.http_requests);
  json->len = 0;
  fake_json_mark(json, '{');
  fake_json_member(json, "Message", message);
  fake_json_member(json, "RequestId", id);
  if (status != 200) fake_json_member(json, "HostId", "dysmsapi.aliyuncs.com");
  fake_json_member(json, "Code", code);
  if (biz_id != NULL) fake_json_member(json, "BizId", biz_id);
  fake_json_mark(json, '}');
  fake_http_answer(http, status, "application/json;charset=utf-8", NULL);
}

static bool refused(struct fake_http *http, enum fake_violation kind, struct fake_slice to, const char *code, const char *message) {
  fake_http_violation(http, kind, to, "%s: %s", code, message);
  answer_code(http, 200, code, message, NULL);
  return false;
}

static struct fake_slice parameter(const void *context, struct fake_slice name) {
  const struct fake_tree *tree = context;
  for (const struct fake_node *node = fake_tree_first(tree, &tree->nodes[0]); node != NULL; node = fake_tree_next(tree, node))
    if (fake_slice_equal(node->name, name)) return node->text;
  return (struct fake_slice){0};
}

/* The text that phones will show, in the scratch. */
static bool fill(struct fake_http *http, const struct fake_form *fields, struct fake_slice *text) {
  struct fake_slice code = fake_form_value(fields, "TemplateCode"), parameters = fake_form_value(fields, "TemplateParam");
  struct fake_slice signature = fake_form_value(fields, "SignName");
  if (signature.len == 0) return refused(http, FAKE_VIOLATION_http_field, nobody, "isv.SMS_SIGNATURE_ILLEGAL", "SignName is missing");
  if (code.len == 0) return refused(http, FAKE_VIOLATION_http_field, nobody, "isv.SMS_TEMPLATE_ILLEGAL", "TemplateCode is missing");
  if (!fake_tree_read(&http->tree, parameters.len > 0 ? parameters : fake_slice_of("{}"), &http->scratch) ||
      http->tree.nodes[0].kind != FAKE_TREE_OBJECT)
    return refused(http, FAKE_VIOLATION_http_json, nobody, "isv.INVALID_JSON_PARAM", "TemplateParam is no JSON object");
  struct fake_buffer filled = {0};
  enum fake_model_filled result =
      fake_model_fill(http->server->options, code, signature, parameters, parameter, &http->tree, &filled);
  char *copy = fake_scratch_take(&http->scratch, filled.len + 1);
  memcpy(copy, filled.at, filled.len);
  *text = (struct fake_slice){copy, filled.len};
  fake_buffer_fini(&filled);
  if (result == FAKE_MODEL_UNKNOWN)
    return refused(http, FAKE_VIOLATION_http_field, nobody, "isv.SMS_TEMPLATE_ILLEGAL", "no such template");
  if (result == FAKE_MODEL_LACKS)
    return refused(http, FAKE_VIOLATION_http_field, nobody, "isv.TEMPLATE_MISSING_PARAMETERS", "the template has more parameters");
  return true;
}

/* The messages, in the scratch; NULL if the answer is given already. */
static struct fake_http_sms *read_all(struct fake_http *http, const struct fake_form *fields, uint32_t *count) {
  struct fake_slice rest = fake_form_value(fields, "PhoneNumbers"), text;
  struct fake_http_sms *sms = fake_scratch_take(&http->scratch, NUMBERS_MAX * sizeof *sms);
  if (!fill(http, fields, &text)) return NULL;
  for (*count = 0; rest.len > 0; (*count)++) {
    if (*count == NUMBERS_MAX) {
      refused(http, FAKE_VIOLATION_http_batch, nobody, "isv.MOBILE_COUNT_OVER_LIMIT", "more than 1000 numbers");
      return NULL;
    }
    sms[*count] = (struct fake_http_sms){.sent_to = fake_slice_cut(&rest, ','),
                                         .from = fake_form_value(fields, "SignName"),
                                         .text = text,
                                         .ref = fake_form_value(fields, "OutId")};
    if (!fake_http_number(http, &sms[*count], FAKE_HTTP_FORM_CHINESE | FAKE_HTTP_FORM_DIGITS) || !fake_http_text(http, &sms[*count])) {
      answer_code(http, 200, "isv.MOBILE_NUMBER_ILLEGAL", "a number or the text will not do", NULL);
      return NULL;
    }
  }
  if (*count > 0) return sms;
  refused(http, FAKE_VIOLATION_http_field, nobody, "isv.MOBILE_NUMBER_ILLEGAL", "PhoneNumbers is missing");
  return NULL;
}

static void take_all(struct fake_http *http, struct fake_http_sms *sms, uint32_t count) {
  char *id = fake_scratch_take(&http->scratch, BIZ_ID_CAP);
  int len = snprintf(id, BIZ_ID_CAP, "%010u%010u^0", http->server->id_prefix, (unsigned)sms[0].message);
  for (uint32_t index = 0; index < count; index++) {
    sms[index].ids = (struct fake_slice){id, (size_t)len + 1};
    if (fake_http_take(http, &sms[index])) continue;
    answer_code(http, 200, "isp.SYSTEM_ERROR", "the record is broken", NULL);
    return;
  }
  answer_code(http, 200, "OK", "OK", id);
}

static void refuse(struct fake_http *http) {
  const struct fake_http_refusal *refusal = &http->refusal;
  /* Codes of the API gateway come under 400, those of the SMS service under 200. */
  bool is_business = strncmp(refusal->code, "isv.", 4) == 0 || strncmp(refusal->code, "isp.", 4) == 0;
  unsigned status = refusal->status != 0 ? refusal->status : is_business ? 200 : 400;
  const char *code = refusal->code[0] != '\0' ? refusal->code : status == 503 ? "ServiceUnavailable" : status >= 500 ? "InternalError" : "isv.UNSUPPORTED";
  answer_code(http, status, code, "refused as the options want it", NULL);
}

void fake_http_aliyun(struct fake_http *http) {
  struct fake_form fields = {0};
  struct fake_http_aliyun_fault fault;
  uint32_t count;
  if (!fake_http_aliyun_auth(http, &fields, &fault)) {
    fake_http_violation(http, fault.kind, nobody, "%s: %s", fault.code, fault.message);
    answer_code(http, fault.status, fault.code, fault.message, NULL);
    return;
  }
  struct fake_http_sms *sms = read_all(http, &fields, &count);
  if (sms == NULL) return;
  switch (fake_http_decide(http, sms, count, false)) {
    case FAKE_HTTP_GOES: take_all(http, sms, count); break;
    case FAKE_HTTP_THROTTLED: answer_code(http, 400, "Throttling.User", "Request was denied due to user flow control.", NULL); break;
    case FAKE_HTTP_REFUSED: refuse(http); break;
    case FAKE_HTTP_SILENT: break;
  }
}
