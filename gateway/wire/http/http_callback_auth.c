/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_callback_auth.h"

#include "base/number.h"
#include "base/secret.h"
#include "wire/http/http_callback_inner.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#define FIELDS_MAX    64           /* of a form that is signed; Twilio sends a dozen */
#define MS_FROM       100000000000 /* a greater number is milliseconds: as seconds it would be the year 5138 */
#define SIGNATURE_MAX 128

/* True where signature is the digest in hexadecimal or in Base64. */
static bool is_digest(const uint8_t *digest, unsigned len, struct slice signature)
{
	char base64[2 * EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE];
	char lower[SIGNATURE_MAX];
	if (signature.len == 0 || signature.len > sizeof lower)
		return false;
	int base64_len = EVP_EncodeBlock((unsigned char *)base64, digest, (int)len);
	struct buf digits = buf_over(hex, sizeof hex);
	buf_put_hex(&digits, digest, len);
	for (size_t i = 0; i < signature.len; i++) {
		char octet = signature.at[i];
		lower[i] = octet >= 'A' && octet <= 'F' ? (char)(octet - 'A' + 'a') : octet;
	}
	bool is_base64 = secret_equal(signature, (struct slice){ base64, (size_t)base64_len });
	bool is_hex = secret_equal((struct slice){ lower, signature.len }, buf_slice(&digits));
	return is_base64 || is_hex;
}

static enum err judge(const EVP_MD *hash, struct slice key, struct slice text, struct slice signature)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	if (key.len == 0)
		return ERR_FORMAT;
	if (HMAC(hash, key.at, (int)key.len, (const unsigned char *)text.at, text.len, digest, &len) == NULL)
		return ERR_MEMORY;
	return is_digest(digest, len, signature) ? ERR_OK : ERR_FORMAT;
}

/* -- Twilio -- */

struct field {
	struct slice name, value;
};

static int compare_fields(const void *left, const void *right)
{
	const struct field *a = left;
	const struct field *b = right;
	int order = slice_compare(a->name, b->name);
	return order ? order : slice_compare(a->value, b->value);
}

static struct slice decode(struct slice text, struct buf *out)
{
	size_t start = out->len;
	http_callback_form_decode(text, out);
	return (struct slice){ out->at + start, out->len - start };
}

/* False where there are more fields than anyone sends. */
static bool read_fields(struct slice form, struct field fields[static FIELDS_MAX], unsigned *count, struct buf *room)
{
	*count = 0;
	while (form.len != 0) {
		struct slice pair = slice_cut(&form, '&');
		if (pair.len == 0)
			continue;
		if (*count == FIELDS_MAX)
			return false;
		struct field *field = &fields[(*count)++];
		field->name = decode(slice_cut(&pair, '='), room);
		field->value = decode(pair, room);
	}
	return !room->full;
}

enum err http_callback_twilio_signed(struct slice key, struct slice url, struct slice form, struct slice signature)
{
	char *octets = malloc(2 * form.len + url.len + 1);
	if (octets == NULL)
		return ERR_MEMORY;
	struct field fields[FIELDS_MAX];
	unsigned count;
	struct buf room = buf_over(octets, form.len);
	struct buf text = buf_over(octets + form.len, form.len + url.len + 1);
	enum err err = ERR_FORMAT;
	if (read_fields(form, fields, &count, &room)) {
		qsort(fields, count, sizeof fields[0], compare_fields);
		buf_put_slice(&text, url);
		for (unsigned i = 0; i < count; i++) {
			buf_put_slice(&text, fields[i].name);
			buf_put_slice(&text, fields[i].value);
		}
		if (!text.full)
			err = judge(EVP_sha1(), key, buf_slice(&text), signature);
	}
	free(octets);
	return err;
}

/* -- any other -- */

enum err http_callback_hmac_signed(enum http_callback_hash hash, struct slice key, struct slice timestamp,
				   struct slice body, struct slice signature)
{
	struct slice name = hash == HTTP_CALLBACK_SHA1 ? SLICE("sha1=") : SLICE("sha256=");
	if (slice_starts(signature, name)) {
		signature.at += name.len;
		signature.len -= name.len;
	}
	size_t cap = timestamp.len + 1 + body.len;
	char *octets = malloc(cap);
	if (octets == NULL)
		return ERR_MEMORY;
	struct buf text = buf_over(octets, cap);
	buf_put_slice(&text, timestamp);
	buf_put_text(&text, ".");
	buf_put_slice(&text, body);
	enum err err = judge(hash == HTTP_CALLBACK_SHA1 ? EVP_sha1() : EVP_sha256(), key, buf_slice(&text), signature);
	free(octets);
	return err;
}

bool http_callback_is_fresh(struct slice timestamp, wall_ms now, int64_t window_ms)
{
	uint64_t number;
	if (!number_parse(timestamp, INT64_MAX / 1000, &number))
		return false;
	int64_t at = number >= MS_FROM ? (int64_t)number : (int64_t)number * 1000;
	return at >= now - window_ms && at <= now + window_ms;
}
