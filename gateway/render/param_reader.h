/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "render/template_draft.h"

/* Reads what follows “param” on a header line: name, type, label, settings. line: inside draft->source, trimmed.
 * ERR_FORMAT, ERR_RANGE, ERR_NOT_FOUND, ERR_DUPLICATE. */
MUST_CHECK enum err param_reader_read(struct template_draft *draft, struct slice line);
