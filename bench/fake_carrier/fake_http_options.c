/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_http_options.h"

#include <string.h>

bool fake_http_option_port(struct fake_options *options, const char *value) {
  uint32_t port;
  if (!fake_options_u32(value, 0, 65535, &port)) return false;
  options->has_http = true;
  options->http_port = (uint16_t)port;
  return true;
}

bool fake_http_option_user(struct fake_options *options, const char *value) {
  options->http_user = value;
  return *value != '\0';
}

bool fake_http_option_secret(struct fake_options *options, const char *value) {
  options->http_secret = value;
  return *value != '\0';
}

bool fake_http_option_fail(struct fake_options *options, const char *value) {
  char left[FAKE_OPTIONS_ITEM_CAP], right[FAKE_OPTIONS_ITEM_CAP];
  uint32_t count = options->http_fail_count;
  double rate, before = count == 0 ? 0 : options->http_fail[count - 1].up_to;
  if (count == FAKE_OPTIONS_FAIL_MAX || !fake_options_pair(&value, left, right) || *value != '\0') return false;
  if (!fake_http_refusal_read(left, &options->http_fail[count].refusal) || !fake_options_share(right, 1 - before + 1e-9, &rate)) return false;
  options->http_fail[count].up_to = before + rate;
  options->http_fail_count++;
  return true;
}

bool fake_http_option_fault(struct fake_options *options, const char *value) {
  char left[FAKE_OPTIONS_ITEM_CAP], right[FAKE_OPTIONS_ITEM_CAP];
  uint32_t count = options->http_fault_count;
  double rate, before = count == 0 ? 0 : options->http_fault[count - 1].up_to;
  if (count == FAKE_OPTIONS_FAIL_MAX || !fake_options_pair(&value, left, right) || *value != '\0') return false;
  if (!fake_http_fault_read(left, &options->http_fault[count].fault) || !fake_options_share(right, 1 - before + 1e-9, &rate)) return false;
  options->http_fault[count].up_to = before + rate;
  options->http_fault_count++;
  return true;
}

bool fake_http_option_port_file(struct fake_options *options, const char *value) {
  options->http_port_file = value;
  return *value != '\0';
}

bool fake_http_option_template(struct fake_options *options, const char *value) {
  const char *equals = strchr(value, '=');
  if (equals == NULL || equals == value || equals[1] == '\0' || options->models_count == FAKE_MODELS_MAX) return false;
  options->models[options->models_count++] = (struct fake_model){value, equals + 1};
  return true;
}

#define U32_READER(field, low, high)                                                      \
  bool fake_http_option_##field(struct fake_options *options, const char *value) {        \
    return fake_options_u32(value, low, high, &options->http_##field);                    \
  }
U32_READER(callback_tries, 1, 100)
U32_READER(callback_retry_ms, 1, 86400000)
U32_READER(callback_jitter_ms, 0, 86400000)
U32_READER(callback_batch, 1, 100)

bool fake_http_option_callback(struct fake_options *options, const char *value) {
  options->http_callback = value;
  return strncmp(value, "http://", 7) == 0;
}

bool fake_http_option_callback_key(struct fake_options *options, const char *value) {
  options->http_callback_key = value;
  return *value != '\0';
}

bool fake_http_option_callback_forge(struct fake_options *options, const char *value) {
  return fake_options_share(value, 1, &options->http_callback_forge);
}

bool fake_http_option_tls_cert(struct fake_options *options, const char *value) {
  options->tls_certificate = value;
  return *value != '\0';
}

bool fake_http_option_tls_key(struct fake_options *options, const char *value) {
  options->tls_key = value;
  return *value != '\0';
}

bool fake_http_option_tls(struct fake_options *options, const char *value) {
  (void)value;
  options->is_http_tls = true;
  return true;
}
