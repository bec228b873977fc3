/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Hashes and keyed hashes by libcrypto, as signatures need them. */

#include <stdbool.h>
#include <stddef.h>

#include "fake_slice.h"

enum fake_hash { FAKE_HASH_MD5, FAKE_HASH_SHA1, FAKE_HASH_SHA256, FAKE_HASH_SHA512 };

enum { FAKE_DIGEST_MAX = 64, FAKE_DIGEST_HEX_CAP = 2 * FAKE_DIGEST_MAX + 1, FAKE_DIGEST_BASE64_CAP = 92 };

struct fake_digest {
  unsigned char octets[FAKE_DIGEST_MAX];
  size_t len;
};

/* The hash of `text`. */
struct fake_digest fake_digest_of(enum fake_hash hash, struct fake_slice text);

/* HMAC (RFC 2104) of `text` under `key`. */
struct fake_digest fake_digest_keyed(enum fake_hash hash, struct fake_slice key, struct fake_slice text);

/* The octets as a slice of `digest`. */
struct fake_slice fake_digest_slice(const struct fake_digest *digest);

/* Write it in lower-case hexadecimal, or in Base64, with a NUL; returns `out`. */
const char *fake_digest_hex(const struct fake_digest *digest, char out[FAKE_DIGEST_HEX_CAP]);
const char *fake_digest_base64(const struct fake_digest *digest, char out[FAKE_DIGEST_BASE64_CAP]);
