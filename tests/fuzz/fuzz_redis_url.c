/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as the configuration and the audit read them: each by its own code. What a gateway takes for its Redis leads the audit to the
 * same one. */
#include "app/config_address.h"
#include "audit/audit_url.h"
#include "base/buf.h"
#include "base/check.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define TEXT_MAX 1024

static bool is_same(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b) == 0;
}

static void check_url(const char *text, size_t len)
{
	struct config_redis_url url = { .db = 0 };
	struct audit_url other;
	struct err_at at = { .err = ERR_OK };
	enum err err = config_redis_url_parse((struct slice){ text, len }, &url, &at);
	bool is_taken = audit_url_parse(text, &other);
	CHECK(err == at.err);
	if (err != ERR_OK) {
		CHECK(at.text[0] != '\0');
		return;
	}
	CHECK(url.is_unix ? url.path != NULL && url.path[0] == '/' && url.address.host == NULL
			  : url.path == NULL && url.address.host != NULL && url.address.port > 0);
	CHECK(is_taken);
	CHECK(other.is_tls == url.is_tls && other.db == url.db);
	CHECK(is_same(url.user, other.user) && is_same(url.password, other.password));
	CHECK(is_same(url.path, other.path) && is_same(url.address.host, other.host));
	CHECK(url.is_unix || other.port == url.address.port);
	config_redis_url_fini(&url);
}

/* What was read is written, and reads the same. */
static void check_address(struct slice text)
{
	struct config_address address, back;
	struct err_at at = { .err = ERR_OK };
	char octets[TEXT_MAX + 16];
	enum err err = config_address_parse(text, 0, 2775, &address, &at);
	CHECK(err == at.err);
	if (err != ERR_OK) {
		CHECK(at.text[0] != '\0');
		return;
	}
	struct buf buf = buf_over(octets, sizeof octets);
	bool is_v6 = strpbrk(address.host, ":%") != NULL;
	buf_put_format(&buf, is_v6 ? "[%s]:%u" : "%s:%u", address.host, address.port);
	CHECK(config_address_parse(buf_slice(&buf), 0, 0, &back, NULL) == ERR_OK);
	CHECK(strcmp(address.host, back.host) == 0 && address.port == back.port);
	free(address.host);
	free(back.host);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	char text[TEXT_MAX + 1];
	if (len > TEXT_MAX ||
	    (len > 0 && memchr(octets, 0, len) != NULL)) /* the tree of the configuration holds no NUL */
		return 0;
	memcpy(text, octets, len);
	text[len] = '\0';
	check_url(text, len);
	check_address((struct slice){ text, len });
	return 0;
}
