/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "proof/proof.h"

/* A source while it is proofread: where its text begins, and the marks made so far. Offsets are octets into the source until
 * proof_desk_finish. */

enum proof_kind {
#define MARK(name, severity, kind, english, chinese) PROOF_##name,
#define FIX(name, english, chinese)
#include "proof/proof_defs.def"
	PROOF_KIND_COUNT
};

enum proof_fix_kind {
#define MARK(name, severity, kind, english, chinese)
#define FIX(name, english, chinese) PROOF_FIX_##name,
#include "proof/proof_defs.def"
	PROOF_FIX_COUNT
};

struct proof_desk {
	const struct proof_variant *variant;
	const struct proof_rules *rules;
	const struct template *template; /* NULL where it does not compile */
	struct arena *arena;
	struct proof_marks *marks;
	struct slice source;
	size_t rule; /* of the line “---”; source.len where there is none */
	size_t body; /* of the text below it */
	size_t end;  /* of the text without the blanks behind it, which are not sent */
	bool is_chinese;
};

/* A tag of the text. */
struct proof_tag {
	size_t from;
	size_t to;
	size_t format; /* of the colon before the format; 0 = none */
	struct slice name;
	char sigil; /* '#', '^', '/', '!', '>', '=', … or 0 */
	bool is_closed;
};

/* Begins; room for the marks is taken from the arena. False where it has none. */
bool proof_desk_begin(struct proof_desk *desk, const struct proof_variant *variant, const struct proof_rules *rules,
		      struct arena *arena, struct proof_marks *marks);

/* Makes a mark; of two of a kind in one place the first stays. args: absent for none. NULL where none was made. */
struct proof_mark *proof_desk_mark(struct proof_desk *desk, enum proof_kind kind, size_t from, size_t to,
				   const struct slice args[3]);

/* The same with sentences of its own. kind: static, or in the arena. */
struct proof_mark *proof_desk_mark_as(struct proof_desk *desk, const char *kind, enum proof_severity severity,
				      size_t from, size_t to, struct slice english, struct slice chinese);

/* Gives a mark one more way to be mended. mark: NULL is fine. insert: copied. */
void proof_desk_fix(struct proof_desk *desk, struct proof_mark *mark, enum proof_fix_kind kind, size_t from, size_t to,
		    struct slice insert);

/* Sorts the marks made since first, and counts their places in UTF-16 units. */
void proof_desk_finish(struct proof_desk *desk, unsigned first);

/* The tag that begins with the “{{” at a place. */
struct proof_tag proof_desk_tag(const struct proof_desk *desk, size_t at);

/* The next tag at or behind *at in the text; moves *at behind it. False where none is left. */
bool proof_desk_next_tag(const struct proof_desk *desk, size_t *at, struct proof_tag *out);

/* The character at a place, 1 octet where it is malformed (code U+FFFD). */
struct slice proof_desk_character(const struct proof_desk *desk, size_t at, uint32_t *code);

/* Start and end of the line that a place lies in, without its line end. */
size_t proof_desk_line_start(const struct proof_desk *desk, size_t at);
size_t proof_desk_line_end(const struct proof_desk *desk, size_t at);

/* Behind the line, its line end included. */
size_t proof_desk_line_behind(const struct proof_desk *desk, size_t at);

/* “\r\n” where the source has such line ends, else “\n”. */
struct slice proof_desk_line_break(const struct proof_desk *desk);

/* What proofreading consists of. */
void proof_problem_mark(struct proof_desk *desk, const struct template_problem *problem); /* what the compiler says */
void proof_text_mark(struct proof_desk *desk);                                            /* characters */
void proof_bracket_mark(struct proof_desk *desk, size_t at); /* 【 or 】 within the text */
void proof_content_mark(struct proof_desk *desk);            /* forbidden words, links */
void proof_length_mark(struct proof_desk *desk);             /* what the longest values cost */
