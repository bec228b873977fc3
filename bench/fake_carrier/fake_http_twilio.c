/* SPDX-License-Identifier: Apache-2.0 */
/* Twilio's Messages resource, version 2010-04-01: form in, JSON out, 201 for a message, its own code within an error. */
#include <stdlib.h>
#include <time.h>

#include "fake_form.h"
#include "fake_http_dialects.h"
#include "fake_http_take.h"
#include "fake_json.h"

enum { BODY_MAX = 1600, SID_CAP = 35, VALIDITY_MAX_S = 36000 };

static const struct fake_slice nobody = {0};

static void answer_error(struct fake_http *http, unsigned status, unsigned code, const char *message) {
  struct fake_buffer *json = &http->body;
  char info[64];
  snprintf(info, sizeof info, "https://www.twilio.com/docs/errors/%u", code);
  json->len = 0;
  fake_json_mark(json, '{');
  fake_json_member_uint(json, "code", code);
  fake_json_member(json, "message", message);
  fake_json_member(json, "more_info", info);
  fake_json_member_uint(json, "status", status);
  fake_json_mark(json, '}');
  fake_http_answer(http, status, "application/json", status == 429 ? "Retry-After: 1\r\n" : NULL);
}

/* The account of the path; `at` is NULL if the path is not this resource's. */
static struct fake_slice account_of(struct fake_slice path) {
  struct fake_slice rest;
  if (!fake_slice_begins(path, "/2010-04-01/Accounts/", &rest)) return (struct fake_slice){0};
  struct fake_slice account = fake_slice_cut(&rest, '/');
  return fake_slice_is(rest, "Messages.json") && account.len > 0 ? account : (struct fake_slice){0};
}

static bool authenticate(struct fake_http *http, struct fake_slice account) {
  struct fake_slice user = {0}, token = {0};
  bool is_there = fake_http_basic(http, &user, &token);
  fake_http_account(http, account);
  /* The user is the account, or one of its API keys. */
  bool is_right = is_there && fake_http_may(http, user, token) && (fake_slice_equal(user, account) || fake_slice_begins(user, "SK", NULL));
  if (is_right) return true;
  fake_http_violation(http, FAKE_VIOLATION_http_auth, nobody, "the account or its token is wrong or missing");
  answer_error(http, 401, 20003, "Authenticate");
  return false;
}

struct wish {
  struct fake_slice sender;
  struct fake_slice service;
};

/* A form without fault, its sms set; else false, and answered. */
static bool read_form(struct fake_http *http, struct fake_http_sms *sms, struct wish *wish) {
  struct fake_form form = {0};
  if (!fake_form_read(&form, http->request.body, &http->scratch)) {
    fake_http_violation(http, FAKE_VIOLATION_http_field, nobody, "the form is malformed, or has a field twice");
    answer_error(http, 400, 20001, "Bad request");
    return false;
  }
  *wish = (struct wish){fake_form_value(&form, "From"), fake_form_value(&form, "MessagingServiceSid")};
  *sms = (struct fake_http_sms){.sent_to = fake_form_value(&form, "To"),
                                .from = wish->sender.len > 0 ? wish->sender : wish->service,
                                .text = fake_form_value(&form, "Body"),
                                .callback = fake_form_value(&form, "StatusCallback")};
  struct fake_slice validity = fake_form_value(&form, "ValidityPeriod");
  if (validity.at != NULL && !fake_form_number(validity, 1, VALIDITY_MAX_S)) {
    fake_http_violation(http, FAKE_VIOLATION_http_field, sms->sent_to, "ValidityPeriod is not 1 to %d", VALIDITY_MAX_S);
    answer_error(http, 400, 21622, "ValidityPeriod is out of range");
  } else if (sms->from.len == 0) {
    fake_http_violation(http, FAKE_VIOLATION_http_field, sms->sent_to, "neither From nor MessagingServiceSid");
    answer_error(http, 400, 21603, "A 'From' phone number is required.");
  } else if (!fake_http_number(http, sms, FAKE_HTTP_FORM_PLUS)) {
    answer_error(http, 400, sms->sent_to.len == 0 ? 21604 : 21211, "Invalid 'To' Phone Number");
  } else if (!fake_http_text(http, sms)) {
    answer_error(http, 400, 21602, "Message body is required.");
  } else if (sms->measure.characters > BODY_MAX) {
    fake_http_violation(http, FAKE_VIOLATION_http_size, sms->sent_to, "Body has %u characters", sms->measure.characters);
    answer_error(http, 400, 21617, "The concatenated message body exceeds the 1600 character limit");
  } else {
    return true;
  }
  return false;
}

static void put_text(struct fake_buffer *json, const char *name, struct fake_slice text) {
  fake_json_name(json, name);
  if (text.len == 0)
    fake_json_null(json);
  else
    fake_json_string(json, text.at, text.len);
}

static void answer_sms(struct fake_http *http, const struct fake_http_sms *sms, struct fake_slice account, const struct wish *wish) {
  struct fake_buffer *json = &http->body;
  char date[64], count[16], uri[256];
  time_t now = (time_t)(http->server->now_wall_us / 1000000);
  struct tm broken;
  gmtime_r(&now, &broken);
  strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &broken);
  snprintf(count, sizeof count, "%u", sms->measure.segments);
  snprintf(uri, sizeof uri, "/2010-04-01/Accounts/%.64s/Messages/%s.json", http->connection->account, sms->ids.at);
  fake_json_mark(json, '{');
  put_text(json, "account_sid", account);
  fake_json_member(json, "api_version", "2010-04-01");
  put_text(json, "body", sms->text);
  fake_json_member(json, "date_created", date);
  put_text(json, "date_sent", nobody);
  fake_json_member(json, "date_updated", date);
  fake_json_member(json, "direction", "outbound-api");
  put_text(json, "error_code", nobody);
  put_text(json, "error_message", nobody);
  put_text(json, "from", wish->sender);
  put_text(json, "messaging_service_sid", wish->service);
  fake_json_member(json, "num_media", "0");
  fake_json_member(json, "num_segments", count);
  put_text(json, "price", nobody);
  put_text(json, "price_unit", nobody);
  fake_json_member(json, "sid", sms->ids.at);
  fake_json_member(json, "status", wish->service.len > 0 ? "accepted" : "queued");
  put_text(json, "to", sms->sent_to);
  fake_json_member(json, "uri", uri);
  fake_json_mark(json, '}');
  fake_http_answer(http, 201, "application/json", NULL);
}

static void refuse(struct fake_http *http) {
  unsigned code = (unsigned)strtoul(http->refusal.code, NULL, 10), status = http->refusal.status;
  if (code == 0) code = status != 0 ? 20000 + status : 21610;
  if (status == 0) status = code == 20429 ? 429 : code == 20003 ? 401 : code == 20403 ? 403 : code >= 20500 && code < 20600 ? code - 20000 : 400;
  answer_error(http, status, code, "refused as the options want it");
}

bool fake_http_twilio(struct fake_http *http) {
  struct fake_slice account = account_of(http->request.path);
  struct fake_http_sms sms;
  struct wish wish;
  if (account.at == NULL) return false;
  http->dialect = FAKE_HTTP_TWILIO;
  if (!fake_slice_is(http->request.method, "POST")) {
    fake_http_violation(http, FAKE_VIOLATION_http_path, nobody, "a method other than POST");
    answer_error(http, 405, 20004, "Method not allowed");
    return true;
  }
  if (!authenticate(http, account) || !read_form(http, &sms, &wish)) return true;
  switch (fake_http_decide(http, &sms, 1, false)) {
    case FAKE_HTTP_GOES: {
      char *sid = fake_scratch_take(&http->scratch, SID_CAP);
      snprintf(sid, SID_CAP, "SM%016x%08x%08x", 0u, http->server->id_prefix, (unsigned)sms.message);
      sms.ids = (struct fake_slice){sid, SID_CAP};
      if (fake_http_take(http, &sms))
        answer_sms(http, &sms, account, &wish);
      else
        answer_error(http, 500, 20500, "Internal Server Error");
      break;
    }
    case FAKE_HTTP_THROTTLED: answer_error(http, 429, 20429, "Too Many Requests"); break;
    case FAKE_HTTP_REFUSED: refuse(http); break;
    case FAKE_HTTP_SILENT: break;
  }
  return true;
}
