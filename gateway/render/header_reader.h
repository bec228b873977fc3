/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "render/template_draft.h"

/* Reads draft->source up to the line “---” into draft->header, params and choices, and sets text_part.
 * Keys may be English or Chinese, colons half- or full-width. ERR_FORMAT, ERR_RANGE, ERR_NOT_FOUND, ERR_DUPLICATE. */
MUST_CHECK enum err header_reader_read(struct template_draft *draft);

/* True for the line between header and text: “---” and what an input method makes of it, hyphens, dashes, box lines. line: without
 * blanks and line end. */
bool header_reader_is_rule(struct slice line);
