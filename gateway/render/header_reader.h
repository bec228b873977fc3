/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "render/template_draft.h"

/* Reads draft->source up to the line “---” into draft->header, params and choices, and sets text_part.
 * Keys may be English or Chinese, colons half- or full-width. ERR_FORMAT, ERR_RANGE, ERR_NOT_FOUND, ERR_DUPLICATE. */
MUST_CHECK enum err header_reader_read(struct template_draft *draft);
