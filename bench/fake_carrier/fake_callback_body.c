/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts as each provider writes them. */
#include <stdio.h>
#include <time.h>

#include "fake_callback.h"
#include "fake_form.h"
#include "fake_json.h"
#include "fake_sign.h"

/* How providers call the states of receipts; the first row is for any other word. */
static const struct row {
  const char *stat;
  const char *twilio;
  const char *twilio_code;
  const char *vonage;
  const char *vonage_code;
  const char *kannel;
  const char *generic;
} rows[] = {
    {"UNDELIV", "undelivered", "30005", "failed", "1", "2", "undelivered"},
    {"DELIVRD", "delivered", "", "delivered", "0", "1", "delivered"},
    {"EXPIRED", "undelivered", "30008", "expired", "5", "2", "expired"},
    {"REJECTD", "failed", "30007", "rejected", "7", "16", "rejected"},
    {"DELETED", "canceled", "", "failed", "6", "2", "deleted"},
    {"UNKNOWN", "undelivered", "30008", "unknown", "1", "2", "unknown"},
};

static const char *stat_of(const struct fake_callbacks *callbacks, const struct fake_callback *callback) {
  return callbacks->server->options->state[callback->state].stat;
}

static const struct row *row_of(const struct fake_callbacks *callbacks, const struct fake_callback *callback) {
  for (size_t index = 0; index < sizeof rows / sizeof *rows; index++)
    if (strcmp(rows[index].stat, stat_of(callbacks, callback)) == 0) return &rows[index];
  return &rows[0];
}

bool fake_callback_may_share(const struct fake_callback *one, const struct fake_callback *other) {
  bool is_list = one->dialect == FAKE_HTTP_ALIYUN || one->dialect == FAKE_HTTP_TENCENT;
  return is_list && one->dialect == other->dialect && one->is_forged == other->is_forged && strcmp(one->url, other->url) == 0;
}

/* Whether JSON `body` has `name` with the number 0. */
static bool has_zero(struct fake_slice body, const char *name) {
  const char *at = body.len > 0 ? memmem(body.at, body.len, name, strlen(name)) : NULL;
  if (at == NULL) return false;
  for (at += strlen(name); at < body.at + body.len; at++)
    if (*at != '"' && *at != ':' && *at != ' ') return *at == '0';
  return false;
}

bool fake_callback_is_yes(enum fake_http_dialect dialect, unsigned status, struct fake_slice body) {
  if (status < 200 || status > 299) return false;
  if (dialect == FAKE_HTTP_KANNEL) return status == 200 || status == 202;
  if (dialect == FAKE_HTTP_ALIYUN) return has_zero(body, "\"code\"");
  if (dialect == FAKE_HTTP_TENCENT) return has_zero(body, "\"result\"");
  return true;
}

static void put(struct fake_buffer *out, const char *text) { fake_buffer_append(out, text, strlen(text)); }

static void put_time(char out[32], int64_t wall_us, const char *format, int offset_s) {
  time_t seconds = (time_t)(wall_us / 1000000) + offset_s;
  struct tm broken;
  gmtime_r(&seconds, &broken);
  strftime(out, 32, format, &broken);
}

/* What a request consists of beside its first line. */
struct parts {
  const char *content_type; /* NULL = a GET */
  struct fake_buffer target;
  struct fake_buffer headers;
  struct fake_buffer body;
};

static void add(struct fake_form *form, const char *name, const char *value) {
  CHECK(form->count < FAKE_FORM_FIELDS_MAX);
  form->fields[form->count++] = (struct fake_form_field){fake_slice_of(name), fake_slice_of(value)};
}

static void write_twilio(const struct fake_callbacks *callbacks, const struct fake_callback *callback, struct parts *parts) {
  const struct fake_options *options = callbacks->server->options;
  const struct row *row = row_of(callbacks, callback);
  struct fake_form form = {0};
  char to[32];
  snprintf(to, sizeof to, "+%.20s", callback->number);
  add(&form, "AccountSid", options->http_user != NULL ? options->http_user : "AC0");
  add(&form, "ApiVersion", "2010-04-01");
  if (callback->is_final && row->twilio_code[0] != '\0') add(&form, "ErrorCode", row->twilio_code);
  add(&form, "From", callback->from);
  add(&form, "MessageSid", callback->id);
  add(&form, "MessageStatus", callback->is_final ? row->twilio : "sent");
  add(&form, "SmsSid", callback->id);
  add(&form, "SmsStatus", callback->is_final ? row->twilio : "sent");
  add(&form, "To", to);
  fake_form_put(&form, NULL, &parts->body);
  parts->content_type = "application/x-www-form-urlencoded";
  const char *key = options->http_callback_key != NULL ? options->http_callback_key : options->http_secret;
  if (key == NULL) return;
  char signature[FAKE_DIGEST_BASE64_CAP];
  fake_sign_twilio(fake_slice_of(callback->url), &form, fake_slice_of(callback->is_forged ? "forged" : key), signature);
  put(&parts->headers, "X-Twilio-Signature: ");
  put(&parts->headers, signature);
  put(&parts->headers, "\r\n");
}

static void write_vonage(const struct fake_callbacks *callbacks, const struct fake_callback *callback, struct parts *parts) {
  const struct row *row = row_of(callbacks, callback);
  struct fake_buffer *json = &parts->body;
  char scts[32], stamp[32];
  put_time(scts, callback->submitted_us, "%y%m%d%H%M", 0);
  put_time(stamp, callback->reported_us, "%Y-%m-%d %H:%M:%S", 0);
  fake_json_mark(json, '{');
  fake_json_member(json, "msisdn", callback->number);
  fake_json_member(json, "to", callback->from);
  fake_json_member(json, "network-code", "46000");
  fake_json_member(json, "messageId", callback->id);
  fake_json_member(json, "price", "0.03330000");
  fake_json_member(json, "status", row->vonage);
  fake_json_member(json, "scts", scts);
  fake_json_member(json, "err-code", row->vonage_code);
  if (callback->ref[0] != '\0') fake_json_member(json, "client-ref", callback->ref);
  fake_json_member(json, "message-timestamp", stamp);
  fake_json_mark(json, '}');
}

/* Kannel's escapes in dlr-url: %d the kind, %t the time; others stay as they are. */
static void write_kannel(const struct fake_callbacks *callbacks, const struct fake_callback *callback, struct parts *parts) {
  const char *kind = callback->is_final ? row_of(callbacks, callback)->kannel : "8";
  char stamp[32];
  put_time(stamp, callback->reported_us, "%Y-%m-%d+%H:%M", 0);
  struct fake_buffer filled = {0};
  for (const char *at = (const char *)parts->target.at, *end = at + parts->target.len; at < end; at++) {
    bool is_escape = *at == '%' && at + 1 < end && (at[1] == 'd' || at[1] == 't') && !(at + 2 < end && strchr("0123456789ABCDEFabcdef", at[2]) != NULL);
    if (is_escape)
      put(&filled, *++at == 'd' ? kind : stamp);
    else
      fake_buffer_append(&filled, at, 1);
  }
  fake_buffer_fini(&parts->target);
  parts->target = filled;
}

static void write_aliyun(const struct fake_callbacks *callbacks, const struct fake_callback *callback, struct fake_buffer *json) {
  bool is_delivered = strcmp(stat_of(callbacks, callback), "DELIVRD") == 0;
  char sent[32], reported[32], size[16];
  bool is_chinese = strncmp(callback->number, "861", 3) == 0 && strlen(callback->number) == 13;
  put_time(sent, callback->submitted_us, "%Y-%m-%d %H:%M:%S", 8 * 3600);
  put_time(reported, callback->reported_us, "%Y-%m-%d %H:%M:%S", 8 * 3600);
  snprintf(size, sizeof size, "%u", callback->segments);
  fake_json_mark(json, '{');
  fake_json_member(json, "phone_number", callback->number + (is_chinese ? 2 : 0));
  fake_json_member(json, "send_time", sent);
  fake_json_member(json, "report_time", reported);
  fake_json_member_bool(json, "success", is_delivered);
  fake_json_member(json, "err_code", is_delivered ? "DELIVERED" : stat_of(callbacks, callback));
  fake_json_member(json, "err_msg", is_delivered ? "用户接收成功" : "发送失败");
  fake_json_member(json, "sms_size", size);
  fake_json_member(json, "biz_id", callback->id);
  fake_json_member(json, "out_id", callback->ref);
  fake_json_mark(json, '}');
}

static void write_tencent(const struct fake_callbacks *callbacks, const struct fake_callback *callback, struct fake_buffer *json) {
  bool is_delivered = strcmp(stat_of(callbacks, callback), "DELIVRD") == 0;
  bool is_chinese = strncmp(callback->number, "86", 2) == 0;
  char received[32];
  put_time(received, callback->reported_us, "%Y-%m-%d %H:%M:%S", 8 * 3600);
  fake_json_mark(json, '{');
  fake_json_member(json, "user_receive_time", received);
  fake_json_member(json, "nationcode", is_chinese ? "86" : "");
  fake_json_member(json, "mobile", callback->number + (is_chinese ? 2 : 0));
  fake_json_member(json, "report_status", is_delivered ? "SUCCESS" : "FAIL");
  fake_json_member(json, "errmsg", is_delivered ? "DELIVRD" : stat_of(callbacks, callback));
  fake_json_member(json, "description", is_delivered ? "用户短信送达成功" : "短信发送失败");
  fake_json_member(json, "sid", callback->id);
  fake_json_mark(json, '}');
}

static void write_list(const struct fake_callbacks *callbacks, const struct fake_callback *first, struct fake_buffer *json) {
  fake_json_mark(json, '[');
  for (const struct fake_callback *each = first; each != NULL; each = each->next) {
    if (first->dialect == FAKE_HTTP_ALIYUN)
      write_aliyun(callbacks, each, json);
    else
      write_tencent(callbacks, each, json);
  }
  fake_json_mark(json, ']');
}

/* A plain gateway's, with an HMAC-SHA256 over “TIMESTAMP.BODY” if there is a key. */
static void write_generic(const struct fake_callbacks *callbacks, const struct fake_callback *callback, struct parts *parts) {
  const struct fake_options *options = callbacks->server->options;
  struct fake_buffer *json = &parts->body, text = {0};
  const char *key = options->http_callback_key != NULL ? options->http_callback_key : options->http_secret;
  fake_json_mark(json, '{');
  fake_json_member(json, "id", callback->id);
  fake_json_member(json, "status", row_of(callbacks, callback)->generic);
  fake_json_member(json, "to", callback->number);
  if (callback->ref[0] != '\0') fake_json_member(json, "ref", callback->ref);
  fake_json_member(json, "error", strcmp(stat_of(callbacks, callback), "DELIVRD") == 0 ? "0" : "1");
  fake_json_mark(json, '}');
  if (key == NULL) return;
  char stamp[32], line[256], hex[FAKE_DIGEST_HEX_CAP];
  snprintf(stamp, sizeof stamp, "%lld", (long long)(callbacks->server->now_wall_us / 1000000));
  put(&text, stamp);
  put(&text, ".");
  fake_buffer_append(&text, json->at, json->len);
  struct fake_digest digest = fake_digest_keyed(FAKE_HASH_SHA256, fake_slice_of(callback->is_forged ? "forged" : key),
                                                (struct fake_slice){(const char *)text.at, text.len});
  snprintf(line, sizeof line, "X-Timestamp: %s\r\nX-Signature: sha256=%s\r\n", stamp, fake_digest_hex(&digest, hex));
  put(&parts->headers, line);
  fake_buffer_fini(&text);
}

void fake_callback_write(const struct fake_callbacks *callbacks, const struct fake_callback *first, struct fake_buffer *out) {
  struct parts parts = {.content_type = "application/json"};
  const char *authority = callbacks->targets[first->target].authority, *path = first->url + strlen("http://") + strlen(authority);
  if (*path != '/') put(&parts.target, "/");
  put(&parts.target, path);
  switch (first->dialect) {
    case FAKE_HTTP_TWILIO: write_twilio(callbacks, first, &parts); break;
    case FAKE_HTTP_VONAGE: write_vonage(callbacks, first, &parts); break;
    case FAKE_HTTP_KANNEL:
      parts.content_type = NULL;
      write_kannel(callbacks, first, &parts);
      break;
    case FAKE_HTTP_ALIYUN:
    case FAKE_HTTP_TENCENT: write_list(callbacks, first, &parts.body); break;
    case FAKE_HTTP_GENERIC: write_generic(callbacks, first, &parts); break;
  }
  char line[512];
  put(out, parts.content_type != NULL ? "POST " : "GET ");
  fake_buffer_append(out, parts.target.at, parts.target.len);
  snprintf(line, sizeof line, " HTTP/1.1\r\nHost: %s\r\nUser-Agent: fake-carrier\r\n", authority);
  put(out, line);
  fake_buffer_append(out, parts.headers.at, parts.headers.len);
  if (parts.content_type != NULL) {
    snprintf(line, sizeof line, "Content-Type: %s\r\nContent-Length: %zu\r\n", parts.content_type, parts.body.len);
    put(out, line);
  }
  put(out, "\r\n");
  fake_buffer_append(out, parts.body.at, parts.body.len);
  fake_buffer_fini(&parts.target);
  fake_buffer_fini(&parts.headers);
  fake_buffer_fini(&parts.body);
}
