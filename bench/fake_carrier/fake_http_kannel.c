/* SPDX-License-Identifier: Apache-2.0 */
/* Kannel's sendsms: fields in the query (or a form), a line of text back. It gives no message id. */
#include "fake_form.h"
#include "fake_http_dialects.h"
#include "fake_http_take.h"

enum { DLR_MASK_MAX = 63, VALIDITY_MAX_MIN = 525600 };

static const struct fake_slice nobody = {0};

static void answer(struct fake_http *http, unsigned status, const char *line) {
  http->body.len = 0;
  fake_http_print(http, "%s", line);
  fake_http_answer(http, status, "text/plain", NULL);
}

static struct fake_slice either(const struct fake_form *form, const char *name, const char *other) {
  struct fake_slice value = fake_form_value(form, name);
  return value.at != NULL ? value : fake_form_value(form, other);
}

static bool authenticate(struct fake_http *http, const struct fake_form *form) {
  struct fake_slice user = either(form, "username", "user"), password = either(form, "password", "pass");
  fake_http_account(http, user.len > 0 ? user : fake_slice_of("kannel"));
  if (user.len > 0 && password.len > 0 && fake_http_may(http, user, password)) return true;
  fake_http_violation(http, FAKE_VIOLATION_http_auth, nobody, "username or password is wrong or missing");
  answer(http, 403, "Authorization failed for sendsms");
  return false;
}

static bool is_ascii(struct fake_slice text) {
  for (size_t at = 0; at < text.len; at++)
    if ((unsigned char)text.at[at] > 0x7F) return false;
  return true;
}

/* What is wrong with the fields beside number and text, in words, or NULL. */
static const char *fault_of(const struct fake_form *form, const struct fake_http_sms *sms) {
  struct fake_slice coding = fake_form_value(form, "coding"), mask = fake_form_value(form, "dlr-mask");
  struct fake_slice charset = fake_form_value(form, "charset"), validity = fake_form_value(form, "validity");
  if (coding.at != NULL && !fake_form_number(coding, 0, 2)) return "coding is not 0, 1 or 2";
  if (coding.at != NULL && coding.at[0] == '1') return "coding 1 (8 bit) with a text";
  if (mask.at != NULL && !fake_form_number(mask, 0, DLR_MASK_MAX)) return "dlr-mask is not 0 to 63";
  if (mask.at != NULL && sms->callback.len == 0 && !fake_slice_is(mask, "0")) return "dlr-mask without dlr-url";
  if (validity.at != NULL && !fake_form_number(validity, 1, VALIDITY_MAX_MIN)) return "validity is no number of minutes";
  if (charset.at != NULL && !fake_slice_is_word(charset, "utf-8")) return "a charset other than UTF-8";
  if (charset.at == NULL && !is_ascii(sms->text)) return "a text beyond ASCII without charset";
  if (sms->measure.encoding == FAKE_ENCODING_UCS2 && !sms->is_unicode) return "a text beyond GSM-7 without coding 2";
  return NULL;
}

static bool read_form(struct fake_http *http, const struct fake_form *form, struct fake_http_sms *sms) {
  *sms = (struct fake_http_sms){.sent_to = fake_form_value(form, "to"),
                                .from = fake_form_value(form, "from"),
                                .text = fake_form_value(form, "text"),
                                .is_unicode = fake_slice_is(fake_form_value(form, "coding"), "2"),
                                .callback = fake_form_value(form, "dlr-url")};
  if (sms->sent_to.len == 0) {
    fake_http_violation(http, FAKE_VIOLATION_http_field, nobody, "to is missing");
    answer(http, 400, "Missing receiver number, rejected");
    return false;
  }
  if (!fake_http_number(http, sms, FAKE_HTTP_FORM_PLUS | FAKE_HTTP_FORM_DIGITS)) {
    answer(http, 400, "Garbage 'to' field, rejected.");
    return false;
  }
  if (!fake_http_text(http, sms)) {
    answer(http, 400, "Missing or malformed text, rejected");
    return false;
  }
  const char *fault = fault_of(form, sms);
  if (fault == NULL) return true;
  fake_http_violation(http, FAKE_VIOLATION_http_field, sms->sent_to, "%s", fault);
  answer(http, 400, fault);
  return false;
}

void fake_http_kannel(struct fake_http *http) {
  struct fake_form form = {0};
  struct fake_http_sms sms;
  bool is_post = fake_slice_is(http->request.method, "POST");
  if (!is_post && !fake_slice_is(http->request.method, "GET")) {
    fake_http_violation(http, FAKE_VIOLATION_http_path, nobody, "a method other than GET and POST");
    answer(http, 405, "Method not allowed");
    return;
  }
  if (!fake_form_read(&form, http->request.query, &http->scratch) ||
      (is_post && !fake_form_read(&form, http->request.body, &http->scratch))) {
    fake_http_violation(http, FAKE_VIOLATION_http_field, nobody, "the query is malformed, or has a field twice");
    answer(http, 400, "Malformed request");
    return;
  }
  if (!authenticate(http, &form) || !read_form(http, &form, &sms)) return;
  switch (fake_http_decide(http, &sms, 1, false)) {
    case FAKE_HTTP_GOES:
      sms.ids = fake_http_id(http, sms.message);
      if (!fake_http_take(http, &sms))
        answer(http, 503, "Temporal failure, try again later.");
      else
        answer(http, 202, http->plan.is_late ? "3: Queued for later delivery" : "0: Accepted for delivery");
      break;
    case FAKE_HTTP_THROTTLED: answer(http, 503, "Temporal failure, try again later."); break;
    case FAKE_HTTP_REFUSED:
      answer(http, http->refusal.status != 0 ? http->refusal.status : 403,
             http->refusal.status == 503   ? "Temporal failure, try again later."
             : http->refusal.code[0] != '\0' ? http->refusal.code
                                             : "Not routable. Do not try again.");
      break;
    case FAKE_HTTP_SILENT: break;
  }
}
