/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

#include <stdio.h>

/* How often each word came: of reasons, of which there are few. Zero-initialise it. */
#define CLI_TALLY_WORDS_MAX   32
#define CLI_TALLY_WORD_OCTETS 32

struct cli_tally {
	struct {
		char word[CLI_TALLY_WORD_OCTETS]; /* cut where it is longer */
		uint64_t count;
	} rows[CLI_TALLY_WORDS_MAX];
	unsigned count;
	uint64_t others; /* of words that found no row */
};

/* An absent word counts nowhere. */
void cli_tally_add(struct cli_tally *tally, struct slice word);

/* “: rejected 3, render 2”, in the order in which they came; nothing where there is none. */
void cli_tally_print(const struct cli_tally *tally, FILE *out);

/* {"rejected":3,"render":2} */
void cli_tally_put(const struct cli_tally *tally, struct buf *out);
