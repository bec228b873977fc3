/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "render/template_draft.h"

/* Reads draft->text_part into nodes: the mustache language (mustache(5)) of variables, sections, inverted sections and
 * comments, with its rule for tags that stand alone on a line, without HTML escaping. What it has beyond is refused
 * with an error that says what to do instead. ERR_FORMAT, ERR_RANGE, ERR_NOT_FOUND, ERR_DUPLICATE, ERR_UNSUPPORTED. */
MUST_CHECK enum err text_reader_read(struct template_draft *draft);
