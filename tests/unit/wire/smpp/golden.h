/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

#include <stdlib.h>

/* One PDU as octets and as the JSON that describes it. */
struct golden {
	const char *name;
	const char *hex; /* blanks are skipped */
	const char *json;
};

extern const struct golden golden_pdus[];
extern const size_t golden_pdu_count;

/* Octets of a hexadecimal text in a block of exactly their size, so that a sanitizer sees the first octet read beyond
 * them; free it. */
uint8_t *golden_octets(const char *hex, size_t *len);

/* A copy of octets in a block of exactly their size; free it. */
uint8_t *golden_copy(const uint8_t *at, size_t len);

/* What was written, as hexadecimal in memory of the test; valid until the next call. */
const char *golden_hex(struct slice octets);

/* hex without its blanks; as above, other memory. */
const char *golden_plain(const char *hex);
