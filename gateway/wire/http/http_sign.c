/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_sign.h"

#include "base/check.h"
#include "base/civil.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

bool http_sha256_hex(struct slice text, char out[static HTTP_SHA256_HEX])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	if (EVP_Digest(text.len ? text.at : "", text.len, hash, &len, EVP_sha256(), NULL) != 1)
		return false;
	struct buf buf = buf_over(out, HTTP_SHA256_HEX);
	buf_put_hex(&buf, hash, len);
	return true;
}

/* Its length; 0 where libcrypto has no memory. */
static unsigned hmac(bool is_sha1, struct slice key, struct slice text, unsigned char out[static EVP_MAX_MD_SIZE])
{
	unsigned len = 0;
	const unsigned char *made = HMAC(is_sha1 ? EVP_sha1() : EVP_sha256(), key.len ? key.at : "", (int)key.len,
					 (const unsigned char *)(text.len ? text.at : ""), text.len, out, &len);
	return made != NULL ? len : 0;
}

void http_base64_put(struct slice text, struct buf *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < text.len; i += 3) {
		size_t left = text.len - i;
		uint32_t bits = (uint32_t)(unsigned char)text.at[i] << 16;
		if (left > 1)
			bits |= (uint32_t)(unsigned char)text.at[i + 1] << 8;
		if (left > 2)
			bits |= (unsigned char)text.at[i + 2];
		char quad[4] = { letters[bits >> 18], letters[bits >> 12 & 63],
				 left > 1 ? letters[bits >> 6 & 63] : '=', left > 2 ? letters[bits & 63] : '=' };
		buf_put(out, quad, sizeof quad);
	}
}

bool http_hmac_put(bool is_sha1, bool is_base64, struct slice key, struct slice text, struct buf *out)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned len = hmac(is_sha1, key, text, mac);
	if (len == 0)
		return false;
	if (is_base64)
		http_base64_put((struct slice){ (const char *)mac, len }, out);
	else
		buf_put_hex(out, mac, len);
	return true;
}

size_t http_date_format(wall_ms at, char out[static 32])
{
	civil_format_rfc3339(at, 0, out);
	size_t len = sizeof "2026-02-13T08:00:00" - 1; /* without the milliseconds */
	out[len] = 'Z';
	return len + 1;
}

/* --- Canonical requests: both providers lay them out alike. */

#define SIGNED_MAX 32

struct signed_header {
	struct slice name; /* as it was written; compared and signed in lower case */
	struct slice value;
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static int compare_names(struct slice a, struct slice b)
{
	for (size_t i = 0; i < a.len && i < b.len; i++) {
		int difference = lower(a.at[i]) - lower(b.at[i]);
		if (difference)
			return difference;
	}
	return a.len < b.len ? -1 : a.len > b.len;
}

static bool name_starts(struct slice name, const char *prefix)
{
	size_t len = strlen(prefix);
	return name.len >= len && compare_names((struct slice){ name.at, len }, (struct slice){ prefix, len }) == 0;
}

/* Puts a header where it belongs by name. */
static bool insert(struct signed_header *headers, unsigned *count, struct signed_header header)
{
	if (*count == SIGNED_MAX)
		return false;
	unsigned at = *count;
	for (; at > 0 && compare_names(headers[at - 1].name, header.name) > 0; at--)
		headers[at] = headers[at - 1];
	headers[at] = header;
	++*count;
	return true;
}

/* Collects host, content-type and the headers that begin with prefix (NULL = no others), sorted. */
static bool collect(const struct http_signing *signing, const char *prefix, struct signed_header *headers,
		    unsigned *count)
{
	*count = 0;
	if (!insert(headers, count, (struct signed_header){ SLICE("host"), signing->host }))
		return false;
	for (size_t i = 0; i < signing->headers->len;) {
		const char *line = signing->headers->at + i;
		size_t len = strlen(line);
		const char *colon = memchr(line, ':', len);
		CHECK(colon != NULL);
		struct slice name = { line, (size_t)(colon - line) };
		struct slice value = { colon + 2, len - name.len - 2 };
		bool is_signed =
			compare_names(name, SLICE("content-type")) == 0 || (prefix && name_starts(name, prefix));
		if (is_signed && !insert(headers, count, (struct signed_header){ name, value }))
			return false;
		i += len + 1;
	}
	return true;
}

static void put_lower(struct buf *buf, struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = lower(name.at[i]);
		buf_put(buf, &c, 1);
	}
}

static void put_names(struct buf *buf, const struct signed_header *headers, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (i)
			buf_put(buf, ";", 1);
		put_lower(buf, headers[i].name);
	}
}

/* Hash of the canonical request, in hexadecimal. */
static enum err canonical_hash(const struct http_signing *signing, const struct signed_header *headers, unsigned count,
			       const char body_hash[static HTTP_SHA256_HEX], char out[static HTTP_SHA256_HEX])
{
	struct buf buf =
		buf_over(signing->scratch->at + signing->scratch->len, signing->scratch->cap - signing->scratch->len);
	buf_put_text(&buf, signing->method);
	buf_put(&buf, "\n", 1);
	buf_put_slice(&buf, signing->path);
	buf_put(&buf, "\n", 1);
	buf_put_slice(&buf, signing->query);
	buf_put(&buf, "\n", 1);
	for (unsigned i = 0; i < count; i++) {
		put_lower(&buf, headers[i].name);
		buf_put(&buf, ":", 1);
		buf_put_slice(&buf, headers[i].value);
		buf_put(&buf, "\n", 1);
	}
	buf_put(&buf, "\n", 1);
	put_names(&buf, headers, count);
	buf_put(&buf, "\n", 1);
	buf_put(&buf, body_hash, HTTP_SHA256_HEX);
	if (buf.full)
		return ERR_FULL;
	return http_sha256_hex(buf_slice(&buf), out) ? ERR_OK : ERR_MEMORY;
}

static void end_line(struct buf *headers, unsigned *count)
{
	buf_put(headers, "", 1);
	++*count;
}

/* --- Aliyun, “V3 request structure and signature”. */

enum err http_sign_acs3(const struct http_signing *signing, struct buf *headers, unsigned *count)
{
	char body_hash[HTTP_SHA256_HEX];
	char hash[HTTP_SHA256_HEX];
	char date[32];
	if (!http_sha256_hex(signing->body, body_hash))
		return ERR_MEMORY;
	buf_put_text(headers, "x-acs-content-sha256: ");
	buf_put(headers, body_hash, sizeof body_hash);
	end_line(headers, count);
	buf_put_text(headers, "x-acs-date: ");
	buf_put(headers, date, http_date_format(signing->now, date));
	end_line(headers, count);
	buf_put_text(headers, "x-acs-signature-nonce: ");
	buf_put_slice(headers, signing->nonce);
	end_line(headers, count);
	if (headers->full)
		return ERR_FULL;

	struct signed_header rows[SIGNED_MAX];
	unsigned row_count;
	if (!collect(signing, "x-acs-", rows, &row_count))
		return ERR_FULL;
	enum err err = canonical_hash(signing, rows, row_count, body_hash, hash);
	if (err)
		return err;
	char memory[32 + HTTP_SHA256_HEX];
	struct buf text = buf_over(memory, sizeof memory);
	buf_put_text(&text, "ACS3-HMAC-SHA256\n");
	buf_put(&text, hash, sizeof hash);
	buf_put_text(headers, "Authorization: ACS3-HMAC-SHA256 Credential=");
	buf_put_slice(headers, signing->key_id);
	buf_put_text(headers, ",SignedHeaders=");
	put_names(headers, rows, row_count);
	buf_put_text(headers, ",Signature=");
	if (!http_hmac_put(false, false, signing->secret, buf_slice(&text), headers))
		return ERR_MEMORY;
	end_line(headers, count);
	return headers->full ? ERR_FULL : ERR_OK;
}

/* --- Tencent, “Signature method v3”. */

/* The key of a day and a service: HMACs chained over date, service and a closing word. False where libcrypto has no memory. */
static bool tc3_key(const struct http_signing *signing, struct slice date, unsigned char key[static EVP_MAX_MD_SIZE],
		    unsigned *len)
{
	char memory[sizeof "TC3" + HTTP_TC3_SECRET_MAX];
	struct buf first = buf_over(memory, sizeof memory);
	buf_put_text(&first, "TC3");
	buf_put_slice(&first, signing->secret);
	CHECK(!first.full);
	const struct slice steps[] = { date, signing->service, SLICE("tc3_request") };
	struct slice by = buf_slice(&first);
	*len = 1;
	for (unsigned i = 0; i < sizeof steps / sizeof steps[0] && *len > 0; i++) {
		unsigned char made[EVP_MAX_MD_SIZE];
		*len = hmac(false, by, steps[i], made);
		memcpy(key, made, *len);
		by = (struct slice){ (const char *)key, *len };
	}
	OPENSSL_cleanse(memory, sizeof memory);
	return *len > 0;
}

enum err http_sign_tc3(const struct http_signing *signing, struct buf *headers, unsigned *count)
{
	char body_hash[HTTP_SHA256_HEX];
	char hash[HTTP_SHA256_HEX];
	char instant[32];
	if (!http_sha256_hex(signing->body, body_hash))
		return ERR_MEMORY;
	struct signed_header rows[SIGNED_MAX];
	unsigned row_count;
	if (!collect(signing, NULL, rows, &row_count))
		return ERR_FULL;
	enum err err = canonical_hash(signing, rows, row_count, body_hash, hash);
	if (err)
		return err;

	http_date_format(signing->now, instant);
	struct slice date = { instant, sizeof "2019-02-25" - 1 }; /* the UTC date of the timestamp */
	char scope_memory[128];
	struct buf scope = buf_over(scope_memory, sizeof scope_memory);
	buf_put_slice(&scope, date);
	buf_put(&scope, "/", 1);
	buf_put_slice(&scope, signing->service);
	buf_put_text(&scope, "/tc3_request");

	char memory[256 + HTTP_SHA256_HEX];
	struct buf text = buf_over(memory, sizeof memory);
	buf_put_text(&text, "TC3-HMAC-SHA256\n");
	buf_put_int(&text, signing->now / MS_PER_S);
	buf_put(&text, "\n", 1);
	buf_put_slice(&text, buf_slice(&scope));
	buf_put(&text, "\n", 1);
	buf_put(&text, hash, sizeof hash);
	if (scope.full || text.full)
		return ERR_FULL;

	unsigned char key[EVP_MAX_MD_SIZE];
	unsigned key_len;
	if (!tc3_key(signing, date, key, &key_len))
		return ERR_MEMORY;
	buf_put_text(headers, "Authorization: TC3-HMAC-SHA256 Credential=");
	buf_put_slice(headers, signing->key_id);
	buf_put(headers, "/", 1);
	buf_put_slice(headers, buf_slice(&scope));
	buf_put_text(headers, ", SignedHeaders=");
	put_names(headers, rows, row_count);
	buf_put_text(headers, ", Signature=");
	bool is_signed =
		http_hmac_put(false, false, (struct slice){ (const char *)key, key_len }, buf_slice(&text), headers);
	OPENSSL_cleanse(key, sizeof key);
	if (!is_signed)
		return ERR_MEMORY;
	end_line(headers, count);
	return headers->full ? ERR_FULL : ERR_OK;
}
