/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdint.h>

/* How the entries of the audit log hang together. */

#define AUDIT_HASH_OCTETS 65 /* hexadecimal, with its NUL */

/* Where the chain begins. */
extern const char audit_hash_zero[AUDIT_HASH_OCTETS];

/* The hash of an entry. body: the entry without its hash: “{…,"prev":"…"}”. */
void audit_hash_make(const char prev[static AUDIT_HASH_OCTETS], struct slice body, char out[static AUDIT_HASH_OCTETS]);

/* Takes an entry apart, and makes its hash anew. hash: as the entry has it. False where it is none, or has another hash than its octets
 * and prev give. */
bool audit_hash_is_right(struct slice entry, const char prev[static AUDIT_HASH_OCTETS],
			 char hash[static AUDIT_HASH_OCTETS]);
