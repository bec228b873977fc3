/* SPDX-License-Identifier: Apache-2.0 */
/* Lists that operators write and others' servers answer: tokens of the submit API, words that carriers refuse, addresses that may be
 * connected to, keywords of an opt-out, headers of an answer. The first octet chooses which. */
#include "api/api_tokens.h"
#include "base/check.h"
#include "base/utf8.h"
#include "loop/address_guard.h"
#include "loop/http_intake.h"
#include "policy/optout.h"
#include "proof/proof_words.h"
#include "wire/http/http_callback_auth.h"
#include "wire/http/http_retry_after.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define NOW INT64_C(1800000000000)

static void check_err(enum err err, const struct err_at *at)
{
	CHECK(err == at->err && (err == ERR_OK) == (at->text[0] == '\0'));
	CHECK(utf8_valid(at->text, strlen(at->text)) == strlen(at->text));
}

static bool has_text(const char *text, size_t cap)
{
	return memchr(text, '\0', cap) != NULL;
}

static void check_tokens(struct slice text)
{
	static struct api_tokens tokens;
	struct err_at at = { .err = ERR_OK };
	bool is_over;
	memset(&tokens, 0, sizeof tokens);
	enum err err = api_tokens_parse(text, NULL, &tokens, &at);
	check_err(err, &at);
	CHECK(tokens.count <= API_TOKENS_MAX && (err == ERR_OK || tokens.count == 0));
	for (unsigned i = 0; i < tokens.count; i++) {
		const struct api_token *token = &tokens.tokens[i];
		CHECK(token->name[0] != '\0' && has_text(token->name, sizeof token->name));
		CHECK(strlen(token->hash) == API_HASH_OCTETS - 1 && has_text(token->tenant, sizeof token->tenant));
		CHECK(strspn(token->hash, "0123456789abcdef") == API_HASH_OCTETS - 1);
		CHECK(token->scopes != 0 && (token->scopes & ~(unsigned)(API_SUBMIT | API_CANCEL | API_READ)) == 0);
		for (unsigned k = 0; k < i; k++)
			CHECK(strcmp(token->name, tokens.tokens[k].name) != 0);
		/* A hash opens nothing. */
		CHECK(api_tokens_find(&tokens, slice_of(token->hash), NOW, &is_over) == NULL);
	}
}

static void check_words(struct slice text)
{
	struct proof_words *words = NULL;
	struct err_at at = { .err = ERR_OK };
	enum err err = proof_words_parse(text, &words, &at);
	check_err(err, &at);
	struct proof_words_hit hit;
	size_t from = 0;
	for (size_t before = 0; proof_words_find(words, text, &from, &hit); before = from) {
		CHECK(hit.from >= before && hit.from < hit.to && hit.to <= text.len && from == hit.to);
		CHECK(hit.word.len > 0 && hit.category.len > 0);
	}
	for (unsigned i = 0; i < proof_words_category_count(words); i++)
		CHECK(proof_words_category(words, i).len <= PROOF_CATEGORY_OCTETS);
	proof_words_destroy(words);
}

/* Lines: what is allowed, then the address that is asked about. */
static void check_guard(struct slice text)
{
	char lines[4][80];
	const char *allow[3];
	unsigned count = 0;
	struct address_guard *guard = NULL;
	struct err_at at = { .err = ERR_OK };
	while (text.len > 0 && count < 4) {
		struct slice line = slice_cut(&text, '\n');
		snprintf(lines[count++], sizeof lines[0], "%.*s", SLICE_ARG(line));
	}
	for (unsigned i = 0; i + 1 < count; i++)
		allow[i] = lines[i];
	enum err err = address_guard_create(allow, count > 0 ? count - 1 : 0, "host", &guard, &at);
	check_err(err, &at);
	if (err != ERR_OK)
		return;
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	if (count > 0 && inet_pton(AF_INET, lines[count - 1], &v4.sin_addr) == 1) {
		const char *refusal = address_guard_refusal(guard, (struct sockaddr *)&v4);
		/* The same address in the clothes of the other family. */
		v6.sin6_addr.s6_addr[10] = v6.sin6_addr.s6_addr[11] = 0xFF;
		memcpy(v6.sin6_addr.s6_addr + 12, &v4.sin_addr, 4);
		const char *other = address_guard_refusal(guard, (struct sockaddr *)&v6);
		CHECK((refusal == NULL) == (other == NULL));
	} else if (count > 0 && inet_pton(AF_INET6, lines[count - 1], &v6.sin6_addr) == 1) {
		const char *refusal = address_guard_refusal(guard, (struct sockaddr *)&v6);
		CHECK(refusal == NULL || refusal[0] != '\0');
		CHECK(count > 1 || !IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) || refusal != NULL);
	}
	address_guard_destroy(guard);
}

static void check_keyword(struct slice text)
{
	struct slice keywords = slice_cut(&text, '\n');
	struct slice found = optout_keyword(keywords, text);
	CHECK(found.len == 0 || (found.at >= keywords.at && found.at + found.len <= keywords.at + keywords.len &&
				 memchr(found.at, ',', found.len) == NULL));
	/* A keyword is a text that consists of it. */
	if (found.len > 0 && utf8_valid(keywords.at, keywords.len) == keywords.len)
		CHECK(optout_keyword(keywords, found).len > 0);
}

static void check_allowed(struct slice text)
{
	struct slice list = slice_cut(&text, '\n');
	struct slice bad = http_callback_bad_address(list);
	CHECK(bad.len == 0 || (bad.at >= list.at && bad.at + bad.len <= list.at + list.len));
	(void)http_callback_is_allowed(list, text);
}

/* An answer's header lines, then its body. */
static void check_intake(struct slice text)
{
	struct http_intake intake = { .max = 64 };
	http_intake_begin(&intake);
	bool goes_on = true;
	while (text.len > 0 && goes_on) {
		struct slice line = slice_cut(&text, '\n');
		if (line.len == 0)
			break;
		goes_on = http_intake_header(&intake, line.at, line.len);
		CHECK(goes_on != intake.is_too_much && intake.retry_after_len <= sizeof intake.retry_after);
	}
	while (text.len > 0 && goes_on) {
		size_t piece = text.len < 20 ? text.len : 20;
		goes_on = http_intake_body(&intake, text.at, piece);
		CHECK(goes_on != intake.is_cut && intake.len <= intake.max);
		text = (struct slice){ text.at + piece, text.len - piece };
	}
	int64_t wait = http_retry_after_ms((struct slice){ intake.retry_after, intake.retry_after_len }, NOW, 3600000);
	CHECK(wait >= 0 && wait <= 3600000);
	http_intake_fini(&intake);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static void (*const checks[])(struct slice text) = { check_tokens,  check_words,   check_guard,
							     check_keyword, check_allowed, check_intake };
	if (len > 0)
		checks[octets[0] % (sizeof checks / sizeof checks[0])](
			(struct slice){ (const char *)octets + 1, len - 1 });
	return 0;
}
