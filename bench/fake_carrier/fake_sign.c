/* SPDX-License-Identifier: Apache-2.0 */
/* Written from the providers' documents: Aliyun “V3 request signature” and “RPC signature”, Tencent “Signature v3”, Vonage “Signing
 * messages”, Twilio “Security”. */
#include "fake_sign.h"

static void put(struct fake_buffer *out, const char *text) { fake_buffer_append(out, text, strlen(text)); }

static void put_slice(struct fake_buffer *out, struct fake_slice text) { fake_buffer_append(out, text.at, text.len); }

static struct fake_slice slice_of(const struct fake_buffer *buffer) {
  return (struct fake_slice){(const char *)buffer->at, buffer->len};
}

bool fake_sign_authorization(const struct fake_http_request *request, const char *algorithm, struct fake_sign_authorization *out) {
  struct fake_slice rest = fake_http_header(request, "authorization");
  *out = (struct fake_sign_authorization){0};
  if (!fake_slice_is(fake_slice_cut(&rest, ' '), algorithm)) return false;
  while (rest.len > 0) {
    struct fake_slice part = fake_slice_trim(fake_slice_cut(&rest, ','));
    if (!fake_slice_begins(part, "Credential=", &out->credential) && !fake_slice_begins(part, "SignedHeaders=", &out->signed_headers) &&
        !fake_slice_begins(part, "Signature=", &out->signature))
      return false;
  }
  return out->credential.len > 0 && out->signed_headers.len > 0 && out->signature.len > 0;
}

bool fake_sign_covers(struct fake_slice signed_headers, const char *name) {
  while (signed_headers.len > 0)
    if (fake_slice_is(fake_slice_cut(&signed_headers, ';'), name)) return true;
  return false;
}

static void put_lower(struct fake_buffer *out, struct fake_slice text) {
  unsigned char *room = fake_buffer_extend(out, text.len);
  for (size_t at = 0; at < text.len; at++) {
    char octet = text.at[at];
    room[at] = (unsigned char)(octet >= 'A' && octet <= 'Z' ? octet + 32 : octet);
  }
}

/* Method, path, query, headers, their names, hash of the body: what both Aliyun and Tencent hash, a line each. */
static void put_canonical(struct fake_buffer *out, const struct fake_http_request *request, struct fake_slice query,
                          struct fake_slice signed_headers, bool is_lower) {
  put_slice(out, request->method);
  put(out, "\n");
  put_slice(out, request->path);
  put(out, "\n");
  put_slice(out, query);
  put(out, "\n");
  for (struct fake_slice rest = signed_headers; rest.len > 0;) {
    char name[128];
    struct fake_slice word = fake_slice_cut(&rest, ';');
    size_t len = word.len < sizeof name ? word.len : sizeof name - 1;
    memcpy(name, word.at, len);
    name[len] = '\0';
    put_slice(out, word);
    put(out, ":");
    struct fake_slice value = fake_http_header(request, name);
    if (is_lower)
      put_lower(out, value);
    else
      put_slice(out, value);
    put(out, "\n");
  }
  put(out, "\n");
  put_slice(out, signed_headers);
  put(out, "\n");
  char hex[FAKE_DIGEST_HEX_CAP];
  struct fake_digest body = fake_digest_of(FAKE_HASH_SHA256, request->body);
  put(out, fake_digest_hex(&body, hex));
}

void fake_sign_acs3(const struct fake_http_request *request, const struct fake_form *query,
                    const struct fake_sign_authorization *authorization, struct fake_slice secret, char out[FAKE_DIGEST_HEX_CAP]) {
  struct fake_buffer text = {0}, canonical = {0}, parameters = {0};
  struct fake_form sorted = *query;
  fake_form_sort(&sorted);
  fake_form_put(&sorted, NULL, &parameters);
  put_canonical(&canonical, request, slice_of(&parameters), authorization->signed_headers, false);
  char hex[FAKE_DIGEST_HEX_CAP];
  struct fake_digest digest = fake_digest_of(FAKE_HASH_SHA256, slice_of(&canonical));
  put(&text, "ACS3-HMAC-SHA256\n");
  put(&text, fake_digest_hex(&digest, hex));
  digest = fake_digest_keyed(FAKE_HASH_SHA256, secret, slice_of(&text));
  fake_digest_hex(&digest, out);
  fake_buffer_fini(&text);
  fake_buffer_fini(&canonical);
  fake_buffer_fini(&parameters);
}

void fake_sign_rpc(struct fake_slice method, const struct fake_form *parameters, struct fake_slice secret,
                   char out[FAKE_DIGEST_BASE64_CAP]) {
  struct fake_buffer text = {0}, query = {0}, key = {0};
  struct fake_form sorted = *parameters;
  fake_form_sort(&sorted);
  fake_form_put(&sorted, "Signature", &query);
  put_slice(&text, method);
  put(&text, "&%2F&");
  fake_form_encode(slice_of(&query), &text);
  put_slice(&key, secret);
  put(&key, "&");
  struct fake_digest digest = fake_digest_keyed(FAKE_HASH_SHA1, slice_of(&key), slice_of(&text));
  fake_digest_base64(&digest, out);
  fake_buffer_fini(&text);
  fake_buffer_fini(&query);
  fake_buffer_fini(&key);
}

void fake_sign_tc3(const struct fake_http_request *request, const struct fake_sign_authorization *authorization,
                   struct fake_slice timestamp, struct fake_slice date, struct fake_slice service, struct fake_slice secret,
                   char out[FAKE_DIGEST_HEX_CAP]) {
  struct fake_buffer text = {0}, canonical = {0}, key = {0};
  put_canonical(&canonical, request, request->query, authorization->signed_headers, true);
  char hex[FAKE_DIGEST_HEX_CAP];
  struct fake_digest digest = fake_digest_of(FAKE_HASH_SHA256, slice_of(&canonical));
  put(&text, "TC3-HMAC-SHA256\n");
  put_slice(&text, timestamp);
  put(&text, "\n");
  put_slice(&text, date);
  put(&text, "/");
  put_slice(&text, service);
  put(&text, "/tc3_request\n");
  put(&text, fake_digest_hex(&digest, hex));
  put(&key, "TC3");
  put_slice(&key, secret);
  digest = fake_digest_keyed(FAKE_HASH_SHA256, slice_of(&key), date);
  digest = fake_digest_keyed(FAKE_HASH_SHA256, fake_digest_slice(&digest), service);
  digest = fake_digest_keyed(FAKE_HASH_SHA256, fake_digest_slice(&digest), fake_slice_of("tc3_request"));
  digest = fake_digest_keyed(FAKE_HASH_SHA256, fake_digest_slice(&digest), slice_of(&text));
  fake_digest_hex(&digest, out);
  fake_buffer_fini(&text);
  fake_buffer_fini(&canonical);
  fake_buffer_fini(&key);
}

bool fake_sign_vonage(const struct fake_form *parameters, struct fake_slice secret, size_t len, bool is_keyed,
                      char out[FAKE_DIGEST_HEX_CAP]) {
  if (len != 32 && len != 40 && len != 64 && len != 128) return false;
  enum fake_hash hash = len == 32 ? FAKE_HASH_MD5 : len == 40 ? FAKE_HASH_SHA1 : len == 64 ? FAKE_HASH_SHA256 : FAKE_HASH_SHA512;
  struct fake_buffer text = {0};
  struct fake_form sorted = *parameters;
  fake_form_sort(&sorted);
  for (uint32_t index = 0; index < sorted.count; index++) {
    if (fake_slice_is(sorted.fields[index].name, "sig")) continue;
    put(&text, "&");
    put_slice(&text, sorted.fields[index].name);
    put(&text, "=");
    for (size_t at = 0; at < sorted.fields[index].value.len; at++) {
      char octet = sorted.fields[index].value.at[at];
      put_slice(&text, (struct fake_slice){octet == '&' || octet == '=' ? "_" : &octet, 1});
    }
  }
  struct fake_digest digest;
  if (len == 32 && !is_keyed) {
    put_slice(&text, secret);
    digest = fake_digest_of(hash, slice_of(&text));
  } else {
    digest = fake_digest_keyed(hash, secret, slice_of(&text));
  }
  fake_digest_hex(&digest, out);
  fake_buffer_fini(&text);
  return true;
}

void fake_sign_twilio(struct fake_slice url, const struct fake_form *form, struct fake_slice token, char out[FAKE_DIGEST_BASE64_CAP]) {
  struct fake_buffer text = {0};
  struct fake_form sorted = *form;
  fake_form_sort(&sorted);
  put_slice(&text, url);
  for (uint32_t index = 0; index < sorted.count; index++) {
    put_slice(&text, sorted.fields[index].name);
    put_slice(&text, sorted.fields[index].value);
  }
  struct fake_digest digest = fake_digest_keyed(FAKE_HASH_SHA1, token, slice_of(&text));
  fake_digest_base64(&digest, out);
  fake_buffer_fini(&text);
}
