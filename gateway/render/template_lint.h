/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "render/template_draft.h"

/* Looks a complete draft over: refuses 【】 that would make a second signature, and warns of what staff most likely did
 * not mean. Sets header.has_no_signature where the text brings its own. ERR_FORMAT, ERR_RANGE, ERR_DUPLICATE. */
MUST_CHECK enum err template_lint_run(struct template_draft *draft);
