/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

/* Passwords: which are taken, and how they are kept. Any number of threads may use this at once; each hash takes 19 MiB and some
 * 30 ms, so that callers see to it that only a few are made at a time. */

#define PASSWORD_CHARACTERS_MIN     8
#define PASSWORD_CHARACTERS_ADVISED 15
#define PASSWORD_CHARACTERS_MAX     128
#define PASSWORD_OCTETS_MAX         (4 * PASSWORD_CHARACTERS_MAX)
#define PASSWORD_HASH_OCTETS        128 /* with its NUL */

enum password_fault {
	PASSWORD_FINE,
	PASSWORD_SHORT,     /* fewer than PASSWORD_CHARACTERS_MIN */
	PASSWORD_LONG,      /* more than PASSWORD_CHARACTERS_MAX */
	PASSWORD_MALFORMED, /* no UTF-8, or with control characters */
	PASSWORD_COMMON,    /* one of those that are tried first */
	PASSWORD_OWN_NAME,  /* made of the user's name, or of this program's */
	PASSWORD_REPEATED,  /* one piece again and again */
	PASSWORD_SEQUENCE,  /* characters in a row: “abcdefgh”, “98765432”, “qwertyui” */
	PASSWORD_CODE_FORM, /* it looks like a one-time code */
	PASSWORD_FAULT_COUNT
};

/* What is wrong with a password that somebody wants to have. There are no rules of composition, and no password ends by itself.
 * name, display: the user's, in any case. */
enum password_fault password_judge(struct slice password, struct slice name, struct slice display);

/* The fault as a word for machines (“common”), and as a sentence for its user, in Chinese or in English. Static storage. */
const char *password_fault_name(enum password_fault fault);
const char *password_fault_text(enum password_fault fault, bool is_chinese);

/* True where it is as long as is advised. */
bool password_is_advised(struct slice password);

/* Makes the hash that is kept (argon2id with its salt and parameters). out: NUL-terminated; set on success only.
 * ERR_RANGE: longer than PASSWORD_OCTETS_MAX; ERR_MEMORY. */
MUST_CHECK enum err password_hash(struct slice password, char out[static PASSWORD_HASH_OCTETS]);

/* Whether a password is the one that was hashed. hash: "" or NULL where there is none, or no such user: the answer is no, after as
 * much work as any other takes. What is longer than any password can be is wrong, after that work. */
bool password_is(struct slice password, const char *hash);

/* How many hashes this process has made or held a password against, for tests: that one is made for a user who does not exist. */
unsigned long password_work_count(void);

/* Makes octets 0 that held a secret, however the compiler sees it. */
void password_forget(void *octets, size_t len);
