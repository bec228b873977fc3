/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Whether a request to Aliyun is whole, fresh and signed: ACS3-HMAC-SHA256, or the older RPC style. */

#include "fake_form.h"
#include "fake_http.h"

/* What is wrong, and how Aliyun answers it. */
struct fake_http_aliyun_fault {
  enum fake_violation kind;
  unsigned status;
  const char *code;
  const char *message;
};

/* Read the parameters of URL and body into `fields` and check action, version, time (within 15 minutes), nonce (never seen) and
 * signature. False with `fault` if anything is wrong. */
bool fake_http_aliyun_auth(struct fake_http *http, struct fake_form *fields, struct fake_http_aliyun_fault *fault);
