/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_http_aliyun_auth.h"

#include <stdlib.h>
#include <time.h>

#include "fake_http_take.h"
#include "fake_sign.h"

enum { AGE_MAX_S = 15 * 60 };

static bool fail(struct fake_http_aliyun_fault *fault, enum fake_violation kind, unsigned status, const char *code, const char *message) {
  *fault = (struct fake_http_aliyun_fault){kind, status, code, message};
  return false;
}

/* What both styles say of a request. */
struct claim {
  struct fake_slice key_id;
  struct fake_slice action;
  struct fake_slice version;
  struct fake_slice time; /* 2026-02-13T08:00:00Z */
  struct fake_slice nonce;
};

static bool is_fresh(struct fake_slice text, int64_t now_s) {
  char copy[24] = {0};
  struct tm broken = {0};
  if (text.len != 20) return false;
  memcpy(copy, text.at, text.len);
  const char *end = strptime(copy, "%Y-%m-%dT%H:%M:%SZ", &broken);
  return end != NULL && *end == '\0' && llabs((long long)timegm(&broken) - (long long)now_s) <= AGE_MAX_S;
}

static bool check_claim(struct fake_http *http, const struct claim *claim, struct fake_http_aliyun_fault *fault) {
  fake_http_account(http, claim->key_id.len > 0 ? claim->key_id : fake_slice_of("aliyun"));
  if (claim->key_id.len == 0 || !fake_http_may(http, claim->key_id, (struct fake_slice){0}))
    return fail(fault, FAKE_VIOLATION_http_auth, 404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
  if (!fake_slice_is(claim->action, "SendSms") || !fake_slice_is(claim->version, "2017-05-25"))
    return fail(fault, FAKE_VIOLATION_http_field, 404, "InvalidAction.NotFound", "Specified api is not found.");
  if (!is_fresh(claim->time, http->server->now_wall_us / 1000000))
    return fail(fault, FAKE_VIOLATION_http_timestamp, 400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");
  if (claim->nonce.len == 0)
    return fail(fault, FAKE_VIOLATION_http_nonce, 400, "MissingSignatureNonce", "SignatureNonce is mandatory for this action.");
  return true;
}

/* Only a request that is right in all else uses its nonce up. */
static bool use_nonce(struct fake_http *http, struct fake_slice nonce, struct fake_http_aliyun_fault *fault) {
  struct fake_repeat_item item = {.key = fake_repeat_hash(3, nonce)};
  if (fake_repeat_find(&http->repeat, item.key) != NULL)
    return fail(fault, FAKE_VIOLATION_http_nonce, 400, "SignatureNonceUsed", "Specified signature nonce was used already.");
  fake_repeat_add(&http->repeat, &item);
  return true;
}

static bool mismatch(struct fake_http_aliyun_fault *fault, const char *message) {
  return fail(fault, FAKE_VIOLATION_http_signature, 400, "SignatureDoesNotMatch", message);
}

static bool covers_all(const struct fake_http_request *request, struct fake_slice signed_headers) {
  if (!fake_sign_covers(signed_headers, "host")) return false;
  for (unsigned index = 0; index < request->headers_count; index++) {
    struct fake_slice name = request->headers[index].name;
    char lower[64] = {0};
    if (name.len < 6 || name.len >= sizeof lower || strncasecmp(name.at, "x-acs-", 6) != 0) continue;
    for (size_t at = 0; at < name.len; at++) lower[at] = (char)(name.at[at] | (name.at[at] == '-' ? 0 : 0x20));
    if (!fake_sign_covers(signed_headers, lower)) return false;
  }
  return true;
}

static bool check_acs3(struct fake_http *http, const struct fake_form *query, struct fake_http_aliyun_fault *fault) {
  const struct fake_http_request *request = &http->request;
  struct fake_sign_authorization authorization;
  if (!fake_sign_authorization(request, "ACS3-HMAC-SHA256", &authorization))
    return fail(fault, FAKE_VIOLATION_http_signature, 400, "IncompleteSignature", "Authorization is malformed.");
  struct claim claim = {.key_id = authorization.credential,
                        .action = fake_http_header(request, "x-acs-action"),
                        .version = fake_http_header(request, "x-acs-version"),
                        .time = fake_http_header(request, "x-acs-date"),
                        .nonce = fake_http_header(request, "x-acs-signature-nonce")};
  if (!check_claim(http, &claim, fault)) return false;
  char want[FAKE_DIGEST_HEX_CAP];
  struct fake_digest body = fake_digest_of(FAKE_HASH_SHA256, request->body);
  if (!fake_slice_is(fake_http_header(request, "x-acs-content-sha256"), fake_digest_hex(&body, want)))
    return mismatch(fault, "x-acs-content-sha256 is not the body's.");
  if (!covers_all(request, authorization.signed_headers)) return mismatch(fault, "host or an x-acs header is not signed.");
  if (http->server->options->http_secret != NULL) {
    fake_sign_acs3(request, query, &authorization, fake_slice_of(http->server->options->http_secret), want);
    if (!fake_slice_is(authorization.signature, want)) return mismatch(fault, "Specified signature does not match our calculation.");
  }
  return use_nonce(http, claim.nonce, fault);
}

static bool check_rpc(struct fake_http *http, const struct fake_form *fields, struct fake_http_aliyun_fault *fault) {
  struct claim claim = {.key_id = fake_form_value(fields, "AccessKeyId"),
                        .action = fake_form_value(fields, "Action"),
                        .version = fake_form_value(fields, "Version"),
                        .time = fake_form_value(fields, "Timestamp"),
                        .nonce = fake_form_value(fields, "SignatureNonce")};
  if (!check_claim(http, &claim, fault)) return false;
  struct fake_slice signature = fake_form_value(fields, "Signature");
  if (!fake_slice_is(fake_form_value(fields, "SignatureMethod"), "HMAC-SHA1") ||
      !fake_slice_is(fake_form_value(fields, "SignatureVersion"), "1.0") || signature.len == 0)
    return fail(fault, FAKE_VIOLATION_http_signature, 400, "IncompleteSignature", "SignatureMethod, SignatureVersion or Signature is wrong.");
  if (http->server->options->http_secret != NULL) {
    char want[FAKE_DIGEST_BASE64_CAP];
    fake_sign_rpc(http->request.method, fields, fake_slice_of(http->server->options->http_secret), want);
    if (!fake_slice_is(signature, want)) return mismatch(fault, "Specified signature does not match our calculation.");
  }
  return use_nonce(http, claim.nonce, fault);
}

bool fake_http_aliyun_auth(struct fake_http *http, struct fake_form *fields, struct fake_http_aliyun_fault *fault) {
  const struct fake_http_request *request = &http->request;
  struct fake_form query = {0};
  bool is_form = fake_slice_begins(fake_http_header(request, "content-type"), "application/x-www-form-urlencoded", NULL);
  if (!fake_form_read(&query, request->query, &http->scratch) || !fake_form_read(fields, request->query, &http->scratch) ||
      (is_form && !fake_form_read(fields, request->body, &http->scratch)))
    return fail(fault, FAKE_VIOLATION_http_field, 400, "InvalidParameter", "The parameters are malformed, or one is there twice.");
  bool is_acs3 = fake_http_header(request, "x-acs-action").at != NULL;
  return is_acs3 ? check_acs3(http, &query, fault) : check_rpc(http, fields, fault);
}
