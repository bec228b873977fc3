/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "fake_base64.h"

static const EVP_MD *method_of(enum fake_hash hash) {
  switch (hash) {
    case FAKE_HASH_MD5: return EVP_md5();
    case FAKE_HASH_SHA1: return EVP_sha1();
    case FAKE_HASH_SHA256: return EVP_sha256();
    case FAKE_HASH_SHA512: break;
  }
  return EVP_sha512();
}

struct fake_digest fake_digest_of(enum fake_hash hash, struct fake_slice text) {
  struct fake_digest digest;
  unsigned len = 0;
  CHECK(EVP_Digest(text.at, text.len, digest.octets, &len, method_of(hash), NULL) == 1);
  digest.len = len;
  return digest;
}

struct fake_digest fake_digest_keyed(enum fake_hash hash, struct fake_slice key, struct fake_slice text) {
  struct fake_digest digest;
  unsigned len = 0;
  CHECK(HMAC(method_of(hash), key.at, (int)key.len, (const unsigned char *)text.at, text.len, digest.octets, &len) != NULL);
  digest.len = len;
  return digest;
}

struct fake_slice fake_digest_slice(const struct fake_digest *digest) {
  return (struct fake_slice){(const char *)digest->octets, digest->len};
}

const char *fake_digest_hex(const struct fake_digest *digest, char out[FAKE_DIGEST_HEX_CAP]) {
  for (size_t at = 0; at < digest->len; at++) {
    out[at * 2] = "0123456789abcdef"[digest->octets[at] >> 4];
    out[at * 2 + 1] = "0123456789abcdef"[digest->octets[at] & 15];
  }
  out[digest->len * 2] = '\0';
  return out;
}

const char *fake_digest_base64(const struct fake_digest *digest, char out[FAKE_DIGEST_BASE64_CAP]) {
  fake_base64_encode(fake_digest_slice(digest), out);
  return out;
}
