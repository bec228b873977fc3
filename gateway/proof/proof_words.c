/* SPDX-License-Identifier: Apache-2.0 */
#include "proof/proof_words.h"

#include "base/utf8.h"
#include "proof/proof_char.h"

#include <stdlib.h>

/* Words are kept folded (proof_char_fold), sorted by their letters; a search folds the text as it goes. All lies in one block:
 * struct, words, letters, categories, and a copy of the file that the slices point into. */

#define FULLWIDTH_COLON SLICE("：")

struct word {
	uint32_t *letters;
	uint16_t count;
	uint16_t category;
	struct slice text;
};

struct proof_words {
	struct word *words;
	unsigned count;
	unsigned category_count;
	struct slice categories[PROOF_CATEGORIES_MAX];
	uint32_t *letters; /* of all words */
	size_t letter_count;
	char *text;
};

/* A file while it is read. */
struct reading {
	struct proof_words *words;
	struct err_at *at;
	unsigned line;
	unsigned category;
};

static enum err fail(const struct reading *reading, enum err err, const char *text, struct slice word)
{
	err_at_set(reading->at, err, 0, NULL, "line %u: %s%s%.*s%s", reading->line, text, word.len ? " “" : "",
		   SLICE_ARG(word), word.len ? "”" : "");
	if (reading->at != NULL && reading->at->line == 0)
		reading->at->line = reading->line;
	return err;
}

static int compare(const void *left, const void *right)
{
	const struct word *a = left;
	const struct word *b = right;
	for (unsigned i = 0; i < a->count && i < b->count; i++)
		if (a->letters[i] != b->letters[i])
			return a->letters[i] < b->letters[i] ? -1 : 1;
	return (a->count > b->count) - (a->count < b->count);
}

static size_t blank_octets(struct slice text)
{
	if (text.len > 0 && (text.at[0] == ' ' || text.at[0] == '\t' || text.at[0] == '\r'))
		return 1;
	return slice_starts(text, SLICE("\xE3\x80\x80")) ? 3 : 0;
}

static struct slice behind(struct slice text, size_t skip)
{
	return (struct slice){ text.at + skip, text.len - skip };
}

/* Cuts the next word off *rest, empty at the end of the line. */
static struct slice take_word(struct slice *rest)
{
	for (size_t blank; (blank = blank_octets(*rest)) > 0;)
		*rest = behind(*rest, blank);
	struct slice word = { rest->at, 0 };
	while (word.len < rest->len && blank_octets(behind(*rest, word.len)) == 0)
		word.len++;
	*rest = behind(*rest, word.len);
	return word;
}

static enum err add_word(struct reading *reading, struct slice text)
{
	struct proof_words *words = reading->words;
	struct word word = { .letters = words->letters + words->letter_count,
			     .category = (uint16_t)reading->category,
			     .text = text };
	for (size_t i = 0; i < text.len;) {
		uint32_t code;
		i += utf8_decode(text.at + i, text.len - i, &code);
		code = proof_char_fold(code);
		if (proof_char_part(code) != PROOF_CHAR_LETTER)
			continue;
		if (word.count == PROOF_WORD_LENGTH_MAX)
			return fail(reading, ERR_RANGE, "a word has more than 32 characters:", text);
		word.letters[word.count++] = code;
	}
	if (word.count == 0)
		return fail(reading, ERR_FORMAT, "this is no word:", text);
	if (words->count == PROOF_WORDS_MAX)
		return fail(reading, ERR_RANGE, "there are more than 4096 words", SLICE(""));
	for (unsigned i = 0; i < words->count; i++)
		if (compare(&words->words[i], &word) == 0)
			return fail(reading, ERR_DUPLICATE, "given twice:", text);
	words->letter_count += word.count;
	words->words[words->count++] = word;
	return ERR_OK;
}

static enum err find_category(struct reading *reading, struct slice name)
{
	struct proof_words *words = reading->words;
	if (name.len == 0 || name.len > PROOF_CATEGORY_OCTETS)
		return fail(reading, ERR_FORMAT, "a category has 1 to 64 octets", SLICE(""));
	for (reading->category = 0; reading->category < words->category_count; reading->category++)
		if (slice_equal(words->categories[reading->category], name))
			return ERR_OK;
	if (words->category_count == PROOF_CATEGORIES_MAX)
		return fail(reading, ERR_RANGE, "there are more than 256 categories", SLICE(""));
	words->categories[words->category_count++] = name;
	return ERR_OK;
}

static enum err read_line(struct reading *reading, struct slice line)
{
	const char *ascii = memchr(line.at, ':', line.len);
	const char *full = memmem(line.at, line.len, FULLWIDTH_COLON.at, FULLWIDTH_COLON.len);
	const char *colon = ascii == NULL || (full != NULL && full < ascii) ? full : ascii;
	if (colon == NULL)
		return fail(reading, ERR_FORMAT, "expected “category: word word …”", SLICE(""));
	struct slice name = { line.at, (size_t)(colon - line.at) };
	struct slice rest = behind(line, name.len + (colon == full ? FULLWIDTH_COLON.len : 1));
	while (name.len > 0 && blank_octets(behind(name, name.len - 1)) > 0)
		name.len--;
	enum err err = find_category(reading, name);
	struct slice word = take_word(&rest);
	if (err == ERR_OK && word.len == 0)
		return fail(reading, ERR_FORMAT, "there is no word behind the category", name);
	for (; err == ERR_OK && word.len > 0; word = take_word(&rest))
		err = add_word(reading, word);
	return err;
}

static enum err read_all(struct reading *reading, struct slice text)
{
	struct slice rest = slice_starts(text, SLICE("\xEF\xBB\xBF")) ? behind(text, 3) : text;
	size_t valid = utf8_valid(text.at, text.len);
	for (size_t i = 0; i < valid; i++)
		reading->line += text.at[i] == '\n';
	reading->line++;
	if (valid < text.len)
		return fail(reading, ERR_FORMAT, "this is not UTF-8", SLICE(""));
	reading->line = 0;
	enum err err = ERR_OK;
	while (err == ERR_OK && rest.len > 0) {
		struct slice whole = slice_cut(&rest, '\n');
		struct slice line = slice_cut(&whole, '#');
		reading->line++;
		for (size_t blank; (blank = blank_octets(line)) > 0;)
			line = behind(line, blank);
		if (line.len > 0)
			err = read_line(reading, line);
	}
	return err;
}

enum err proof_words_parse(struct slice text, struct proof_words **out, struct err_at *at)
{
	if (text.len > PROOF_WORDS_OCTETS_MAX)
		return err_at_set(at, ERR_RANGE, 0, NULL, "the file has more than %u octets", PROOF_WORDS_OCTETS_MAX);
	struct proof_words *words = calloc(1, sizeof *words);
	if (words == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	words->words = calloc(PROOF_WORDS_MAX, sizeof *words->words);
	words->letters = calloc(text.len + PROOF_WORD_LENGTH_MAX, sizeof *words->letters);
	words->text = calloc(text.len + 1, 1);
	enum err err = ERR_MEMORY;
	if (words->words != NULL && words->letters != NULL && words->text != NULL) {
		if (text.len > 0)
			memcpy(words->text, text.at, text.len);
		struct reading reading = { .words = words, .at = at };
		err = read_all(&reading, (struct slice){ words->text, text.len });
	} else {
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	}
	if (err != ERR_OK) {
		proof_words_destroy(words);
		return err;
	}
	if (words->count > 0)
		qsort(words->words, words->count, sizeof *words->words, compare);
	*out = words;
	return ERR_OK;
}

void proof_words_destroy(struct proof_words *words)
{
	if (words == NULL)
		return;
	free(words->words);
	free(words->letters);
	free(words->text);
	free(words);
}

unsigned proof_words_category_count(const struct proof_words *words)
{
	return words != NULL ? words->category_count : 0;
}

struct slice proof_words_category(const struct proof_words *words, unsigned index)
{
	return words->categories[index];
}

/* One letter of a text. */
struct letter {
	uint32_t code; /* folded; 0 = the end, or what parts words */
	size_t from;
	size_t to;
};

/* The letter at or behind at, what does not count skipped; tags and ends of sentences have the code 0. */
static struct letter letter_at(struct slice text, size_t at)
{
	while (at < text.len) {
		if (slice_starts(behind(text, at), SLICE("{{")))
			return (struct letter){ 0, at, at + 2 };
		uint32_t code;
		size_t used = utf8_decode(text.at + at, text.len - at, &code);
		if (used == 0)
			return (struct letter){ 0, at, at + 1 };
		code = proof_char_fold(code);
		enum proof_char_part part = proof_char_part(code);
		if (part != PROOF_CHAR_BETWEEN)
			return (struct letter){ part == PROOF_CHAR_LETTER ? code : 0, at, at + used };
		at += used;
	}
	return (struct letter){ 0, text.len, text.len };
}

static bool is_latin(uint32_t code)
{
	return (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9');
}

/* True where the character that ends at (begins at) a place is a Latin letter or digit. */
static bool latin_before(struct slice text, size_t at)
{
	size_t start = at;
	while (start > 0 && at - start < 3 && (start == at || ((unsigned char)text.at[start] & 0xC0) == 0x80))
		start--;
	uint32_t code;
	return start < at && utf8_decode(text.at + start, at - start, &code) > 0 && is_latin(proof_char_fold(code));
}

static bool latin_behind(struct slice text, size_t at)
{
	uint32_t code;
	return at < text.len && utf8_decode(text.at + at, text.len - at, &code) > 0 && is_latin(proof_char_fold(code));
}

/* Index of the first word that begins with a letter. */
static unsigned first_word(const struct proof_words *words, uint32_t code)
{
	unsigned low = 0;
	unsigned high = words->count;
	while (low < high) {
		unsigned middle = (low + high) / 2;
		if (words->words[middle].letters[0] < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Where the word that begins at start ends, 0 where it does not stand there. */
static size_t match(const struct word *word, struct slice text, const struct letter *start)
{
	struct letter letter = *start;
	for (unsigned i = 0; i < word->count; i++) {
		if (i > 0)
			letter = letter_at(text, letter.to);
		if (letter.code != word->letters[i])
			return 0;
	}
	if ((is_latin(word->letters[0]) && latin_before(text, start->from)) ||
	    (is_latin(word->letters[word->count - 1]) && latin_behind(text, letter.to)))
		return 0;
	return letter.to;
}

/* Behind the tag that begins at a place. */
static size_t tag_end(struct slice text, size_t at)
{
	const char *close = memmem(text.at + at, text.len - at, "}}", 2);
	return close != NULL ? (size_t)(close - text.at) + 2 : text.len;
}

bool proof_words_find(const struct proof_words *words, struct slice text, size_t *from, struct proof_words_hit *out)
{
	size_t at = *from;
	while (words != NULL && at < text.len) {
		struct letter letter = letter_at(text, at);
		at = letter.to;
		if (letter.code == 0) {
			if (slice_starts(behind(text, letter.from), SLICE("{{")))
				at = tag_end(text, letter.from);
			continue;
		}
		size_t longest = 0;
		const struct word *best = NULL;
		for (unsigned i = first_word(words, letter.code);
		     i < words->count && words->words[i].letters[0] == letter.code; i++) {
			size_t end = match(&words->words[i], text, &letter);
			if (end > longest) {
				longest = end;
				best = &words->words[i];
			}
		}
		if (best == NULL)
			continue;
		*out = (struct proof_words_hit){ letter.from, longest, best->text, words->categories[best->category] };
		*from = longest;
		return true;
	}
	*from = text.len;
	return false;
}
