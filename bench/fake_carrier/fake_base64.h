/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Base64 with padding, RFC 4648 §4. */

#include <stdbool.h>
#include <stddef.h>

#include "fake_slice.h"

/* Decode `text` to `out` (room for its length); `len` is set to the octets written. False if it is not Base64. */
bool fake_base64_decode(struct fake_slice text, char *out, size_t *len);

/* Encode `octets` to `out`, which has room for (len + 2) / 3 * 4 + 1; a NUL follows. Returns the length without it. */
size_t fake_base64_encode(struct fake_slice octets, char *out);
