/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

/* Words that carriers refuse, by category, as the operator's file has them. Never changed once parsed; read by any number of
 * threads. */
struct proof_words;

#define PROOF_WORDS_OCTETS_MAX (256u * 1024u)
#define PROOF_WORDS_MAX        4096
#define PROOF_WORD_LENGTH_MAX  32 /* characters */
#define PROOF_CATEGORIES_MAX   256
#define PROOF_CATEGORY_OCTETS  64

/* Reads “category: word word …”, one category a line; colons may be full-width, “#” begins a remark. A category may have several
 * lines. text: UTF-8, CR LF taken; copied. at: line and English sentence; may be NULL. out: owned (proof_words_destroy), set on
 * success only.
 * ERR_FORMAT (no colon, no word, a word without letters, not UTF-8), ERR_DUPLICATE (a word given twice, however it is written),
 * ERR_RANGE (limits above), ERR_MEMORY. */
MUST_CHECK enum err proof_words_parse(struct slice text, struct proof_words **out, struct err_at *at);

/* NULL is fine. */
void proof_words_destroy(struct proof_words *words);

/* The categories in the order of the file; borrowed from words. words: NULL has none. */
unsigned proof_words_category_count(const struct proof_words *words);
struct slice proof_words_category(const struct proof_words *words, unsigned index);

/* A place where a word was found. */
struct proof_words_hit {
	size_t from; /* octets into the text that was searched */
	size_t to;
	struct slice word;     /* as the file has it; borrowed from words */
	struct slice category; /* the same */
};

/* Finds the first word at or behind *from, the longest where several begin there, and moves *from behind it. Case, width (ｖｐｎ) and
 * blanks, commas, invisible characters and the like between its letters don't count; the end of a sentence or of a line and a tag
 * {{…}} part words. A word that begins or ends with a Latin letter or digit is found as a whole only. False where none is left.
 * words: NULL has none. */
bool proof_words_find(const struct proof_words *words, struct slice text, size_t *from, struct proof_words_hit *out);
