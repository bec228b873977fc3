/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

/* Signatures of webhooks as the Standard Webhooks specification has them: HMAC-SHA256 over “id.time.body”, one for each secret,
 * so that a receiver which knows the old secret or the new one finds its own. */

#define WEBHOOK_KEYS_MAX       4
#define WEBHOOK_KEY_OCTETS_MIN 24
#define WEBHOOK_KEY_OCTETS_MAX 64
#define WEBHOOK_SIGNATURE_MAX  (WEBHOOK_KEYS_MAX * 48)

struct webhook_key {
	unsigned char octets[WEBHOOK_KEY_OCTETS_MAX];
	size_t len;
};

struct webhook_keys {
	struct webhook_key at[WEBHOOK_KEYS_MAX];
	unsigned count;
};

/* Reads secrets, each “whsec_” and Base64 of its octets, with blanks or lines between. at: which one is wrong, and how; never what
 * it holds. ERR_NOT_FOUND: there is none; ERR_FORMAT; ERR_RANGE: too many, too short or too long. */
MUST_CHECK enum err webhook_keys_read(struct slice text, struct webhook_keys *out, struct err_at *at);

/* Overwrites them. */
void webhook_keys_fini(struct webhook_keys *keys);

/* Appends “v1,BASE64”, for each key one, with blanks between. signed_text: “id.time.body”. False where there is no memory: what was
 * appended is to be thrown away. */
MUST_CHECK bool webhook_signature_put(const struct webhook_keys *keys, struct slice signed_text, struct buf *out);
