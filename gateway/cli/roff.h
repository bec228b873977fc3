/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* A manual page in the man macros of roff, UTF-8. Texts are any: what roff would take for a request or an escape is written so
 * that it stands for itself, and a text between `backticks` is bold. */

/* The head of a page. name: “hongyan-serve”; section: “1”; version: of the program. */
void roff_page(struct buf *out, const char *name, const char *section, const char *version);

/* The head of a section; of a smaller one. */
void roff_section(struct buf *out, const char *title);
void roff_subsection(struct buf *out, const char *title);

/* A text of its own paragraph, filled. */
void roff_paragraph(struct buf *out, const char *text);

/* Lines, each ended: one that is indented stands as it is, all others are filled, and one behind a full stop begins a line of its
 * own. */
void roff_lines(struct buf *out, const char *lines);

/* A tagged paragraph: the tag in bold, its value (NULL = none) in italics, and the text. */
void roff_tagged(struct buf *out, const char *tag, const char *value, const char *text);

/* A text within a line, without its end. */
void roff_put(struct buf *out, struct slice text);
