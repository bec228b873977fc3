/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/webhook_signature.h"

#include "wire/http/http_sign.h"

#include <string.h>

#define MARK     "whsec_"
#define MARK_LEN (sizeof MARK - 1)

static int value_of(char c)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(letters, c) : NULL;
	return at != NULL ? (int)(at - letters) : -1;
}

/* Base64 (RFC 4648 §4), its padding complete or absent. False where it is none, or does not fit. */
static bool decode(struct slice text, struct webhook_key *out)
{
	unsigned bits = 0, held = 0, padding = 0;
	while (text.len > 0 && text.at[text.len - 1] == '=' && padding < 2) {
		text.len--;
		padding++;
	}
	if (text.len % 4 == 1 || (padding > 0 && (text.len + padding) % 4 != 0))
		return false;
	out->len = 0;
	for (size_t i = 0; i < text.len; i++) {
		int value = value_of(text.at[i]);
		if (value < 0)
			return false;
		bits = bits << 6 | (unsigned)value;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		if (out->len == WEBHOOK_KEY_OCTETS_MAX)
			return false;
		out->octets[out->len++] = (unsigned char)(bits >> held & 0xff);
	}
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* The next word; text becomes what stands behind it. */
static struct slice next_word(struct slice *text)
{
	while (text->len > 0 && is_blank(*text->at)) {
		text->at++;
		text->len--;
	}
	struct slice word = { text->at, 0 };
	while (word.len < text->len && !is_blank(word.at[word.len]))
		word.len++;
	text->at += word.len;
	text->len -= word.len;
	return word;
}

static enum err read_key(struct slice word, unsigned number, struct webhook_key *out, struct err_at *at)
{
	if (word.len <= MARK_LEN || memcmp(word.at, MARK, MARK_LEN) != 0)
		return err_at_set(at, ERR_FORMAT, 0, NULL,
				  "secret %u does not begin with “whsec_”; make one with: echo whsec_$(openssl rand "
				  "-base64 32)",
				  number);
	struct slice coded = { word.at + MARK_LEN, word.len - MARK_LEN };
	if (!decode(coded, out))
		return err_at_set(at, ERR_FORMAT, 0, NULL,
				  "secret %u is not Base64 of at most %d octets behind “whsec_”", number,
				  WEBHOOK_KEY_OCTETS_MAX);
	if (out->len < WEBHOOK_KEY_OCTETS_MIN)
		return err_at_set(at, ERR_RANGE, 0, NULL, "secret %u has %zu octets, and at least %d are needed",
				  number, out->len, WEBHOOK_KEY_OCTETS_MIN);
	return ERR_OK;
}

enum err webhook_keys_read(struct slice text, struct webhook_keys *out, struct err_at *at)
{
	struct webhook_keys keys = { .count = 0 };
	enum err err = ERR_OK;
	for (struct slice word; err == ERR_OK && (word = next_word(&text)).len > 0;) {
		if (keys.count == WEBHOOK_KEYS_MAX)
			err = err_at_set(at, ERR_RANGE, 0, NULL, "there are more than %d secrets", WEBHOOK_KEYS_MAX);
		else
			err = read_key(word, keys.count + 1, &keys.at[keys.count], at);
		keys.count++;
	}
	if (err == ERR_OK && keys.count == 0)
		err = err_at_set(at, ERR_NOT_FOUND, 0, NULL, "there is no secret");
	if (err == ERR_OK)
		*out = keys;
	webhook_keys_fini(&keys);
	return err;
}

void webhook_keys_fini(struct webhook_keys *keys)
{
	explicit_bzero(keys, sizeof *keys);
}

bool webhook_signature_put(const struct webhook_keys *keys, struct slice signed_text, struct buf *out)
{
	for (unsigned i = 0; i < keys->count; i++) {
		struct slice key = { (const char *)keys->at[i].octets, keys->at[i].len };
		buf_put_text(out, i > 0 ? " v1," : "v1,");
		if (!http_hmac_put(false, true, key, signed_text, out))
			return false;
	}
	return true;
}
