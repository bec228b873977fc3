/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/password.h"

#include "base/check.h"
#include "staff/common_password.h"
#include "staff/one_time_code.h"

#include <sodium.h>
#include <stdatomic.h>

/* OWASP's second choice for argon2id, one lane: 2 passes over 19 MiB. */
#define PASSES        2
#define MEMORY_OCTETS ((size_t)19456 * 1024)

/* A hash of octets that nobody knows, with the same parameters. */
static const char nobody[] =
	"$argon2id$v=19$m=19456,t=2,p=1$s8XzseEnX76I0kg+NVLIjA$XZP9fzpWPAnyidiEHx87YBA8yRD/Aa8fVwMzqDWHhp0";

static atomic_ulong work_count;

_Static_assert(PASSWORD_HASH_OCTETS == crypto_pwhash_STRBYTES, "libsodium's hashes have another length");

enum err password_hash(struct slice password, char out[static PASSWORD_HASH_OCTETS])
{
	char hash[PASSWORD_HASH_OCTETS];
	CHECK(sodium_init() >= 0);
	if (password.len > PASSWORD_OCTETS_MAX)
		return ERR_RANGE;
	atomic_fetch_add(&work_count, 1);
	if (crypto_pwhash_str(hash, password.len ? password.at : "", password.len, PASSES, MEMORY_OCTETS) != 0)
		return ERR_MEMORY;
	memcpy(out, hash, sizeof hash);
	return ERR_OK;
}

bool password_is(struct slice password, const char *hash)
{
	char known[PASSWORD_HASH_OCTETS] = { 0 };
	bool is_known = hash != NULL && *hash != '\0' && strlen(hash) < sizeof known;
	bool is_too_long = password.len > PASSWORD_OCTETS_MAX;
	CHECK(sodium_init() >= 0);
	memcpy(known, is_known ? hash : nobody, strlen(is_known ? hash : nobody));
	if (is_too_long)
		password.len = PASSWORD_OCTETS_MAX;
	atomic_fetch_add(&work_count, 1);
	bool is_same = crypto_pwhash_str_verify(known, password.len ? password.at : "", password.len) == 0;
	password_forget(known, sizeof known);
	return is_same && is_known && !is_too_long;
}

unsigned long password_work_count(void)
{
	return atomic_load(&work_count);
}

void password_forget(void *octets, size_t len)
{
	sodium_memzero(octets, len);
}
