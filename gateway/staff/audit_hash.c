/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/audit_hash.h"

#include <sodium.h>
#include <stdio.h>

#define HASH_DIGITS (AUDIT_HASH_OCTETS - 1)

const char audit_hash_zero[AUDIT_HASH_OCTETS] = "0000000000000000000000000000000000000000000000000000000000000000";

static const char tail_begin[] = ",\"hash\":\"";
static const char tail_end[] = "\"}";
#define TAIL_LEN (sizeof tail_begin - 1 + HASH_DIGITS + sizeof tail_end - 1)

/* Of a body in two pieces, so that one can be checked without a copy. */
static void make(const char *prev, struct slice body, const char *end, char out[static AUDIT_HASH_OCTETS])
{
	crypto_hash_sha256_state state;
	unsigned char octets[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const unsigned char *)prev, HASH_DIGITS);
	crypto_hash_sha256_update(&state, (const unsigned char *)body.at, body.len);
	crypto_hash_sha256_update(&state, (const unsigned char *)end, strlen(end));
	crypto_hash_sha256_final(&state, octets);
	sodium_bin2hex(out, AUDIT_HASH_OCTETS, octets, sizeof octets);
}

void audit_hash_make(const char prev[static AUDIT_HASH_OCTETS], struct slice body, char out[static AUDIT_HASH_OCTETS])
{
	make(prev, body, "", out);
}

bool audit_hash_is_right(struct slice entry, const char prev[static AUDIT_HASH_OCTETS],
			 char hash[static AUDIT_HASH_OCTETS])
{
	char want[AUDIT_HASH_OCTETS];
	if (entry.len <= TAIL_LEN)
		return false;
	struct slice body = { entry.at, entry.len - TAIL_LEN };
	struct slice tail = { entry.at + body.len, TAIL_LEN };
	struct slice end = { entry.at + entry.len - (sizeof tail_end - 1), sizeof tail_end - 1 };
	if (!slice_starts(tail, slice_of(tail_begin)) || !slice_is(end, tail_end))
		return false;
	snprintf(hash, AUDIT_HASH_OCTETS, "%.*s", HASH_DIGITS, tail.at + sizeof tail_begin - 1);
	make(prev, body, "}", want);
	return slice_equal(slice_of(hash), slice_of(want));
}
