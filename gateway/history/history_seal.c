/* SPDX-License-Identifier: Apache-2.0 */
#include "history/history_seal.h"

#include "base/check.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>

#define KEY_OCTETS   32
#define NONCE_OCTETS 12
#define TAG_OCTETS   16

struct history_seal {
	uint8_t number_key[KEY_OCTETS];
	uint8_t lookup_key[KEY_OCTETS];
	uint8_t print[KEY_OCTETS];
	EVP_CIPHER_CTX *cipher;
};

static bool hmac(struct slice key, struct slice text, uint8_t out[KEY_OCTETS])
{
	unsigned len = KEY_OCTETS;
	return HMAC(EVP_sha256(), key.at, (int)key.len, (const unsigned char *)text.at, text.len, out, &len) != NULL;
}

enum err history_seal_create(struct slice secret, struct history_seal **out, struct err_at *at)
{
	if (secret.len < HISTORY_SECRET_LEAST)
		return err_at_set(at, ERR_RANGE, 0, NULL,
				  "the secret has %zu characters, and at least %d are needed: make one with “openssl "
				  "rand -hex 32”",
				  secret.len, HISTORY_SECRET_LEAST);
	struct history_seal *seal = calloc(1, sizeof *seal);
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	/* One secret, a key for each use (RFC 5869's idea; the secret is long and random already). */
	if (seal == NULL || cipher == NULL || !hmac(secret, SLICE("hongyan history: numbers"), seal->number_key) ||
	    !hmac(secret, SLICE("hongyan history: lookup"), seal->lookup_key) ||
	    !hmac(secret, SLICE("hongyan history: print"), seal->print)) {
		EVP_CIPHER_CTX_free(cipher);
		history_seal_destroy(seal);
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	}
	seal->cipher = cipher;
	*out = seal;
	return ERR_OK;
}

void history_seal_destroy(struct history_seal *seal)
{
	if (seal == NULL)
		return;
	EVP_CIPHER_CTX_free(seal->cipher);
	OPENSSL_cleanse(seal, sizeof *seal);
	free(seal);
}

void history_seal_print(const struct history_seal *seal, uint8_t out[static HISTORY_LOOKUP_OCTETS])
{
	memcpy(out, seal->print, HISTORY_LOOKUP_OCTETS);
}

bool history_seal_lookup(const struct history_seal *seal, struct slice number,
			 uint8_t out[static HISTORY_LOOKUP_OCTETS])
{
	uint8_t whole[KEY_OCTETS];
	if (!hmac((struct slice){ (const char *)seal->lookup_key, KEY_OCTETS }, number, whole))
		return false;
	memcpy(out, whole, HISTORY_LOOKUP_OCTETS);
	return true;
}

size_t history_seal_close(struct history_seal *seal, const struct entry_key *entry, struct slice number,
			  uint8_t out[static HISTORY_SEALED_MAX])
{
	char name[ENTRY_KEY_OCTETS];
	int name_len = (int)entry_key_format(entry, name);
	int len = 0;
	uint8_t *text = out + NONCE_OCTETS;
	CHECK(number.len <= MSISDN_DIGITS_MAX);
	bool done = RAND_bytes(out, NONCE_OCTETS) == 1 &&
		    EVP_EncryptInit_ex(seal->cipher, EVP_aes_256_gcm(), NULL, seal->number_key, out) == 1 &&
		    EVP_EncryptUpdate(seal->cipher, NULL, &len, (const uint8_t *)name, name_len) == 1 &&
		    EVP_EncryptUpdate(seal->cipher, text, &len, (const uint8_t *)number.at, (int)number.len) == 1 &&
		    EVP_EncryptFinal_ex(seal->cipher, text + number.len, &len) == 1 &&
		    EVP_CIPHER_CTX_ctrl(seal->cipher, EVP_CTRL_GCM_GET_TAG, TAG_OCTETS, text + number.len) == 1;
	return done ? NONCE_OCTETS + number.len + TAG_OCTETS : 0;
}

size_t history_seal_open(struct history_seal *seal, const struct entry_key *entry, struct slice sealed,
			 char out[static MSISDN_DIGITS_MAX + 1])
{
	char name[ENTRY_KEY_OCTETS];
	uint8_t tag[TAG_OCTETS];
	int name_len = (int)entry_key_format(entry, name);
	int len = 0;
	if (sealed.len <= NONCE_OCTETS + TAG_OCTETS || sealed.len > HISTORY_SEALED_MAX)
		return 0;
	const uint8_t *octets = (const uint8_t *)sealed.at;
	size_t number_len = sealed.len - NONCE_OCTETS - TAG_OCTETS;
	memcpy(tag, octets + NONCE_OCTETS + number_len, TAG_OCTETS);
	bool done =
		EVP_DecryptInit_ex(seal->cipher, EVP_aes_256_gcm(), NULL, seal->number_key, octets) == 1 &&
		EVP_DecryptUpdate(seal->cipher, NULL, &len, (const uint8_t *)name, name_len) == 1 &&
		EVP_DecryptUpdate(seal->cipher, (uint8_t *)out, &len, octets + NONCE_OCTETS, (int)number_len) == 1 &&
		EVP_CIPHER_CTX_ctrl(seal->cipher, EVP_CTRL_GCM_SET_TAG, TAG_OCTETS, tag) == 1 &&
		EVP_DecryptFinal_ex(seal->cipher, (uint8_t *)out + number_len, &len) == 1;
	out[done ? number_len : 0] = '\0';
	return done ? number_len : 0;
}
