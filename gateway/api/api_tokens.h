/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/civil.h"
#include "base/err.h"
#include "model/alert.h"

#include <stdbool.h>

/* Who may use the submit API: a file with a token a line, of which only the hash is kept.
 *
 *   billing  5e88…(64 hexadecimal digits: SHA-256 of the token)  expires=2027-02-01  scopes=submit  tenant=north
 *
 * Blanks between; lines that are empty or begin with “#” are skipped. A token is 256 random bits, so that its hash needs no salt. */

#define API_TOKENS_MAX   64
#define API_TOKEN_PREFIX "hy_"
#define API_TOKEN_OCTETS 48 /* of a token as text, with its NUL */
#define API_HASH_OCTETS  65

enum api_scope { API_SUBMIT = 1, API_CANCEL = 2, API_READ = 4 };

struct api_token {
	char name[ALERT_NAME_MAX + 1];
	char hash[API_HASH_OCTETS];      /* lower case */
	char tenant[ALERT_NAME_MAX + 1]; /* alerts of this one only; "" = any */
	unsigned scopes;
	wall_ms expires; /* 0 = never */
};

struct api_tokens {
	unsigned count;
	struct api_token tokens[API_TOKENS_MAX];
};

/* Reads the file's text. zone: of dates without one; NULL = UTC. out: set on success only. at: the line, and what is wrong with it. ERR_FORMAT,
 * ERR_DUPLICATE (a name), ERR_FULL (too many). */
MUST_CHECK enum err api_tokens_parse(struct slice text, const struct zone *zone, struct api_tokens *out,
				     struct err_at *at);

/* The row of a token as its owner sends it. out: borrowed from tokens; NULL on error. ERR_NOT_FOUND: there is none; ERR_TIMEOUT: there
 * is one, but its time is over; ERR_MEMORY: there is no memory to look. */
MUST_CHECK enum err api_tokens_find(const struct api_tokens *tokens, struct slice given, wall_ms now,
				    const struct api_token **out);

/* Makes a token of 32 random octets, and its hash. False where there is no memory. */
MUST_CHECK bool api_token_make(const unsigned char random[static 32], char token[static API_TOKEN_OCTETS],
			       char hash[static API_HASH_OCTETS]);
