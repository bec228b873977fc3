/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/totp.h"

#include "base/check.h"
#include "base/secret.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdio.h>

#define KEY_OCTETS 20

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

_Static_assert(KEY_OCTETS * 8 == (TOTP_SECRET_OCTETS - 1) * 5, "a character of base32 has 5 bits, none is left over");

void totp_secret_make(char out[static TOTP_SECRET_OCTETS])
{
	CHECK(sodium_init() >= 0);
	for (size_t i = 0; i < TOTP_SECRET_OCTETS - 1; i++)
		out[i] = alphabet[randombytes_uniform(sizeof alphabet - 1)];
	out[TOTP_SECRET_OCTETS - 1] = '\0';
}

static bool read_key(const char *secret, unsigned char key[static KEY_OCTETS])
{
	uint32_t bits = 0;
	unsigned count = 0;
	size_t len = 0;
	if (strlen(secret) != TOTP_SECRET_OCTETS - 1)
		return false;
	for (const char *at = secret; *at != '\0'; at++) {
		const char *found = strchr(alphabet, *at);
		if (found == NULL)
			return false;
		bits = bits << 5 | (uint32_t)(found - alphabet);
		count += 5;
		if (count >= 8) {
			count -= 8;
			key[len++] = (unsigned char)(bits >> count);
		}
	}
	return true;
}

bool totp_code(const char *secret, int64_t step, char out[static TOTP_DIGITS + 1])
{
	unsigned char key[KEY_OCTETS], counter[8], mac[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	if (!read_key(secret, key))
		return false;
	for (unsigned i = 0; i < sizeof counter; i++)
		counter[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
	if (HMAC(EVP_sha1(), key, sizeof key, counter, sizeof counter, mac, &len) == NULL || len != 20) {
		sodium_memzero(key, sizeof key);
		return false;
	}
	/* Dynamic truncation (RFC 4226 §5.3): four octets from where the last one points to, without the sign. */
	const unsigned char *at = mac + (mac[len - 1] & 0x0F);
	uint32_t number = (uint32_t)(at[0] & 0x7F) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	snprintf(out, TOTP_DIGITS + 1, "%06u", (unsigned)(number % 1000000));
	sodium_memzero(key, sizeof key);
	sodium_memzero(mac, sizeof mac);
	return true;
}

/* What is no code becomes "". */
static void read_code(struct slice text, char out[static TOTP_DIGITS + 1])
{
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == ' ')
			continue;
		if (len == TOTP_DIGITS || text.at[i] < '0' || text.at[i] > '9') {
			len = 0;
			break;
		}
		out[len++] = text.at[i];
	}
	out[len == TOTP_DIGITS ? len : 0] = '\0';
}

bool totp_is(const char *secret, struct slice code, wall_ms now, int64_t after, int64_t *step)
{
	char given[TOTP_DIGITS + 1], made[TOTP_DIGITS + 1];
	int64_t middle = now / TOTP_STEP_MS;
	bool is_one = false;
	read_code(code, given);
	for (int64_t i = middle - TOTP_DRIFT; i <= middle + TOTP_DRIFT; i++) {
		if (i <= after || !totp_code(secret, i, made) || !secret_equal(slice_of(given), slice_of(made)))
			continue;
		*step = i;
		is_one = true;
	}
	sodium_memzero(made, sizeof made);
	return is_one;
}
