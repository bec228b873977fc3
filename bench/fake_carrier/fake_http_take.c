/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_http_take.h"

#include <stdarg.h>
#include <stdio.h>

#include "fake_base64.h"
#include "fake_callback.h"
#include "fake_message_id.h"
#include "fake_random.h"

enum { DIGITS_MIN = 8, DIGITS_MAX = 15, CHINESE_LEN = 11 };

static bool is_digits(struct fake_slice text) {
  for (size_t at = 0; at < text.len; at++)
    if (text.at[at] < '0' || text.at[at] > '9') return false;
  return true;
}

static bool is_chinese(struct fake_slice text) {
  return text.len == CHINESE_LEN && text.at[0] == '1' && text.at[1] >= '3' && is_digits(text);
}

bool fake_http_number(struct fake_http *http, struct fake_http_sms *sms, unsigned forms) {
  struct fake_slice sent = sms->sent_to, digits = sent;
  if ((forms & FAKE_HTTP_FORM_CHINESE) != 0 && is_chinese(sent)) {
    char *number = fake_scratch_take(&http->scratch, CHINESE_LEN + 2);
    memcpy(number, "86", 2);
    memcpy(number + 2, sent.at, CHINESE_LEN);
    sms->number = (struct fake_slice){number, CHINESE_LEN + 2};
    return true;
  }
  bool has_plus = fake_slice_begins(sent, "+", &digits);
  bool is_form = (forms & (has_plus ? FAKE_HTTP_FORM_PLUS : FAKE_HTTP_FORM_DIGITS)) != 0;
  if (is_form && digits.len >= DIGITS_MIN && digits.len <= DIGITS_MAX && is_digits(digits) && digits.at[0] != '0') {
    sms->number = digits;
    return true;
  }
  fake_http_violation(http, FAKE_VIOLATION_http_number, sent, "a number of %zu characters is not in this provider's form", sent.len);
  return false;
}

bool fake_http_text(struct fake_http *http, struct fake_http_sms *sms) {
  size_t wrong = fake_tree_utf8(sms->text);
  if (sms->text.len == 0)
    fake_http_violation(http, FAKE_VIOLATION_http_field, sms->sent_to, "there is no text");
  else if (sms->text.len > FAKE_ENTRY_TEXT_MAX)
    fake_http_violation(http, FAKE_VIOLATION_http_size, sms->sent_to, "a text of %zu octets", sms->text.len);
  else if (wrong < sms->text.len)
    fake_http_violation(http, FAKE_VIOLATION_http_utf8, sms->sent_to, "the text is not UTF-8 at octet %zu", wrong);
  else if (sms->from.len > FAKE_ENTRY_FROM_MAX)
    fake_http_violation(http, FAKE_VIOLATION_http_size, sms->sent_to, "a sender of %zu octets", sms->from.len);
  else {
    sms->measure = fake_measure_text(sms->text, sms->is_unicode);
    return true;
  }
  return false;
}

/* The refusal drawn for message number `number`, NULL if there is none. */
static const struct fake_http_refusal *draw_refusal(const struct fake_server *server, uint64_t number) {
  const struct fake_options *options = server->options;
  if (server->http_always.has_refusal) return &server->http_always.refusal;
  if (options->http_fail_count == 0) return NULL;
  double unit = fake_random_unit(server->fate.seed, number, FAKE_RANDOM_FAIL);
  for (uint32_t index = 0; index < options->http_fail_count; index++)
    if (unit < options->http_fail[index].up_to) return &options->http_fail[index].refusal;
  return NULL;
}

static struct fake_http_fault draw_fault(const struct fake_server *server, uint64_t number) {
  const struct fake_options *options = server->options;
  if (server->http_always.fault.kind != FAKE_HTTP_FAULT_NONE) return server->http_always.fault;
  double unit = options->http_fault_count > 0 ? fake_random_unit(server->fate.seed, number, FAKE_RANDOM_HTTP_FAULT) : 1;
  for (uint32_t index = 0; index < options->http_fault_count; index++)
    if (unit < options->http_fault[index].up_to) return options->http_fault[index].fault;
  return (struct fake_http_fault){0};
}

static enum fake_http_fate refuse_all(struct fake_http *http, const struct fake_http_refusal *refusal, uint32_t count) {
  http->refusal = *refusal;
  http->server->counters.failed += count;
  return FAKE_HTTP_REFUSED;
}

static enum fake_http_fate redirect(struct fake_http *http) {
  http->body.len = 0;
  http->plan.fault.kind = FAKE_HTTP_FAULT_NONE;
  fake_http_answer(http, 307, "text/plain", "Location: /redirected\r\n");
  return FAKE_HTTP_SILENT;
}

/* Nothing of it is recorded; the connection is closed, or the request waits for ever. */
static enum fake_http_fate drop(struct fake_http *http, uint32_t count, bool is_closed) {
  http->server->counters.dropped += count;
  http->plan.is_silent = true;
  if (is_closed) fake_http_finish(http->connection);
  return FAKE_HTTP_SILENT;
}

enum fake_http_fate fake_http_decide(struct fake_http *http, struct fake_http_sms *sms, uint32_t count, bool is_each) {
  struct fake_server *server = http->server;
  uint64_t first = server->submit_count + 1;
  uint32_t segments = 0;
  for (uint32_t index = 0; index < count; index++) segments += sms[index].measure.segments;
  /* A request of more messages than a second has room for takes the whole second: it could never come in else. */
  uint32_t limit = server->fate.pace.limit;
  if (limit > 0 && segments > limit && count > 1) segments = limit;
  server->submit_count += count;
  server->counters.submits_received += count;
  struct fake_fate fate = fake_fate_decide(&server->fate, first, segments, server->now_ns);
  http->plan.delay_ns = fate.delay_ns;
  if (fate.kind == FAKE_FATE_THROTTLE) {
    server->counters.throttled += count;
    return FAKE_HTTP_THROTTLED;
  }
  if (fate.kind == FAKE_FATE_REFUSE) {
    struct fake_http_refusal refusal = {.status = fate.status >= 400 && fate.status <= 599 ? fate.status : 400};
    return refuse_all(http, &refusal, count);
  }
  if (fate.kind == FAKE_FATE_DROP) return drop(http, count, false);
  http->plan.fault = draw_fault(server, first);
  if (http->plan.fault.kind == FAKE_HTTP_FAULT_DROP) return drop(http, count, true);
  if (http->plan.fault.kind == FAKE_HTTP_FAULT_REDIRECT) return redirect(http);
  const struct fake_http_refusal *whole = draw_refusal(server, first);
  if (whole != NULL && (!is_each || whole->status != 0)) return refuse_all(http, whole, count);
  http->plan.is_silent = fate.kind == FAKE_FATE_SWALLOW;
  http->plan.is_late = fate.is_late;
  server->counters.swallowed += http->plan.is_silent ? count : 0;
  server->counters.late += fate.is_late ? count : 0;
  for (uint32_t index = 0; index < count; index++) {
    sms[index].refusal = is_each ? draw_refusal(server, first + index) : NULL;
    if (sms[index].refusal == NULL)
      sms[index].message = ++server->message_count;
    else
      server->counters.failed++;
  }
  return FAKE_HTTP_GOES;
}

bool fake_http_take(struct fake_http *http, const struct fake_http_sms *sms) {
  struct fake_server *server = http->server;
  struct fake_counters *counters = &server->counters;
  struct fake_entry entry = {.to = sms->number,
                             .from = sms->from,
                             .text = sms->text,
                             .trace = fake_http_header(&http->request, "traceparent"),
                             .ids = sms->ids,
                             .encoding = sms->measure.encoding,
                             .segments = sms->measure.segments};
  if (entry.trace.len > FAKE_ENTRY_TRACE_MAX) entry.trace.len = FAKE_ENTRY_TRACE_MAX;
  enum fake_http_fault_kind fault = http->plan.fault.kind;
  bool is_lost = http->plan.is_silent || fault == FAKE_HTTP_FAULT_CLOSE || fault == FAKE_HTTP_FAULT_RESET;
  if (server->is_recording) {
    struct fake_spool_record header = {.kind = FAKE_SPOOL_HTTP,
                                       .flags = is_lost ? FAKE_SPOOL_SWALLOWED : 0,
                                       .message = sms->message,
                                       .wall_us = server->now_wall_us,
                                       .mono_ns = server->now_ns,
                                       .session = http->connection->serial};
    uint32_t len = fake_entry_len(&entry);
    unsigned char *octets = fake_scratch_take(&http->scratch, len);
    fake_entry_put(&entry, octets);
    if (!fake_spool_append(&server->spool, &header, octets, len)) return false;
  }
  counters->submits_accepted++;
  counters->segments_accepted += sms->measure.segments;
  if (!is_lost) counters->submits_answered++;
  if (counters->first_wall_us == 0) counters->first_wall_us = server->now_wall_us;
  counters->last_wall_us = server->now_wall_us;
  fake_pace_peak_count(&server->peak, server->now_ns, sms->measure.segments);
  fake_callback_plan(http, sms, http->plan.delay_ns);
  return true;
}

void fake_http_account(struct fake_http *http, struct fake_slice name) {
  struct fake_http_connection *connection = http->connection;
  if (name.len >= FAKE_HTTP_ACCOUNT_CAP) name.len = FAKE_HTTP_ACCOUNT_CAP - 1;
  if (fake_slice_is(name, connection->account)) return;
  for (size_t at = 0; at < name.len; at++) connection->account[at] = name.at[at] > ' ' && name.at[at] < 0x7F ? name.at[at] : '?';
  connection->account[name.len] = '\0';
  struct fake_spool_record header = {.kind = FAKE_SPOOL_SESSION,
                                     .session = connection->serial,
                                     .wall_us = http->server->now_wall_us,
                                     .mono_ns = http->server->now_ns};
  if (http->server->is_recording) fake_spool_append(&http->server->spool, &header, connection->account, (uint32_t)name.len);
}

bool fake_http_may(const struct fake_http *http, struct fake_slice name, struct fake_slice secret) {
  const struct fake_options *options = http->server->options;
  if (options->http_user != NULL && !fake_slice_is(name, options->http_user)) return false;
  return options->http_secret == NULL || secret.at == NULL || fake_slice_is(secret, options->http_secret);
}

bool fake_http_basic(struct fake_http *http, struct fake_slice *user, struct fake_slice *password) {
  struct fake_slice value = fake_http_header(&http->request, "authorization");
  struct fake_slice scheme = fake_slice_cut(&value, ' ');
  if (!fake_slice_is_word(scheme, "basic")) return false;
  char *text = fake_scratch_take(&http->scratch, value.len + 4);
  size_t len;
  if (!fake_base64_decode(fake_slice_trim(value), text, &len)) return false;
  *password = (struct fake_slice){text, len};
  *user = fake_slice_cut(password, ':');
  return user->at + user->len < text + len;
}

struct fake_slice fake_http_id(struct fake_http *http, uint64_t message) {
  char *id = fake_scratch_take(&http->scratch, FAKE_MESSAGE_ID_CAP);
  uint32_t len = fake_message_id_put(http->server->id_prefix, message, http->server->options->id_form, id);
  return (struct fake_slice){id, len + 1};
}

void fake_http_print(struct fake_http *http, const char *format, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  int len = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  CHECK(len >= 0 && len < (int)sizeof text);
  fake_buffer_append(&http->body, text, (size_t)len);
}
