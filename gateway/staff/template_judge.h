/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "proof/proof.h"
#include "staff/template_check.h"

/* The judge of template_check that proofreads: words and links that carriers refuse, beyond what compiles. ctx: struct proof_rules.
 * at: the first error that a reader would be told. ERR_FORMAT, ERR_MEMORY. */
enum err template_judge(void *ctx, struct slice name, struct slice locale, struct slice source, struct err_at *at);
