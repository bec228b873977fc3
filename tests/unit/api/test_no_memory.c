/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_tokens.h"
#include "fakes/alloc_sweep.h"

#include <openssl/err.h>

/* Whose token could not be looked at is not told that it is none. */
static enum alloc_end finds_a_token(void *ctx)
{
	const struct api_tokens *tokens = ctx;
	const struct api_token *token;
	enum err err = api_tokens_find(tokens, SLICE("abc"), 0, &token);
	ERR_clear_error();
	if ((err == ERR_OK) != (token != NULL))
		return alloc_wrong("a token and an error, or neither");
	return alloc_end_of(err);
}

static enum alloc_end makes_a_token(void *ctx)
{
	(void)ctx;
	static const unsigned char random[32];
	char token[API_TOKEN_OCTETS], hash[API_HASH_OCTETS];
	bool is_made = api_token_make(random, token, hash);
	ERR_clear_error();
	return is_made ? ALLOC_WELL : ALLOC_TOLD;
}

Test(no_memory, api_tokens)
{
	static struct api_tokens tokens;
	cr_assert_eq(api_tokens_parse(SLICE("a ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), NULL,
				      &tokens, NULL),
		     ERR_OK);
	alloc_sweep("find", finds_a_token, &tokens);
	alloc_sweep("make", makes_a_token, NULL);
}
