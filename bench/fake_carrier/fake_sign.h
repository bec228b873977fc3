/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Providers' signatures, computed from what was received. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_digest.h"
#include "fake_form.h"
#include "fake_http_parse.h"

/* `Algorithm Credential=…, SignedHeaders=…, Signature=…` of an Authorization header. */
struct fake_sign_authorization {
  struct fake_slice credential;
  struct fake_slice signed_headers; /* names, lower case, `;` between */
  struct fake_slice signature;
};

/* Read the header of `request`; false if it is none of `algorithm`, or lacks a part. */
bool fake_sign_authorization(const struct fake_http_request *request, const char *algorithm, struct fake_sign_authorization *out);

/* Whether `name` is among `signed_headers`. */
bool fake_sign_covers(struct fake_slice signed_headers, const char *name);

/* ACS3-HMAC-SHA256 of Aliyun, in hexadecimal. `query` are the parameters of the URL. */
void fake_sign_acs3(const struct fake_http_request *request, const struct fake_form *query,
                    const struct fake_sign_authorization *authorization, struct fake_slice secret, char out[FAKE_DIGEST_HEX_CAP]);

/* HMAC-SHA1 of Aliyun's RPC style (SignatureVersion 1.0) in Base64. `parameters` are all of the URL and the form, Signature left out here. */
void fake_sign_rpc(struct fake_slice method, const struct fake_form *parameters, struct fake_slice secret,
                   char out[FAKE_DIGEST_BASE64_CAP]);

/* TC3-HMAC-SHA256 of Tencent, in hexadecimal. `date` and `service` are those of the credential's scope. */
void fake_sign_tc3(const struct fake_http_request *request, const struct fake_sign_authorization *authorization,
                   struct fake_slice timestamp, struct fake_slice date, struct fake_slice service, struct fake_slice secret,
                   char out[FAKE_DIGEST_HEX_CAP]);

/* Vonage's `sig` in lower-case hexadecimal, by the algorithm that a signature of `len` characters can be of: 64 HMAC-SHA256, 128 SHA512,
 * 40 SHA1, and for 32 the plain MD5 hash, or with `is_keyed` HMAC-MD5. False for any other length. */
bool fake_sign_vonage(const struct fake_form *parameters, struct fake_slice secret, size_t len, bool is_keyed,
                      char out[FAKE_DIGEST_HEX_CAP]);

/* Twilio's X-Twilio-Signature: HMAC-SHA1 over the URL and the form's names and values in order of names, in Base64. */
void fake_sign_twilio(struct fake_slice url, const struct fake_form *form, struct fake_slice token, char out[FAKE_DIGEST_BASE64_CAP]);
