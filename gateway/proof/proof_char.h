/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdint.h>

/* What single characters are to carriers and phones. */

/* What a character is within a word that is looked for. */
enum proof_char_part {
	PROOF_CHAR_LETTER,
	PROOF_CHAR_BETWEEN, /* blanks, commas, invisible characters: what people put between letters */
	PROOF_CHAR_END      /* the end of a sentence or of a line */
};

/* The same letter in lower case and half width. */
uint32_t proof_char_fold(uint32_t code);

/* code: folded. */
enum proof_char_part proof_char_part(uint32_t code);

/* True for pictures: emoji, with or without colour. */
bool proof_char_is_emoji(uint32_t code);

/* True for characters of a Chinese text that phones of the last ten years may lack: beyond GBK (the basic plane's Han up to U+9FA5
 * and the usual signs), private ones, half a pair. Not for emoji. */
bool proof_char_is_rare(uint32_t code);

/* True for characters of scripts that have no GSM 7-bit form at all: a text with one of them is UCS-2 whatever else it holds. */
bool proof_char_is_beyond_gsm7(uint32_t code);

/* What stands for a character in the GSM 7-bit alphabet (“'” for “’”); absent where nothing does. Static storage or buffer.
 * buffer: room for 2 octets. */
struct slice proof_char_gsm7_form(uint32_t code, char buffer[2]);

/* True where both hold the same octets but for the case of Latin letters. */
bool proof_char_same(struct slice a, struct slice b);
