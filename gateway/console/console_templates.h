/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "console/console_inner.h"

/* What pages are told about templates. In the call's thread. */

/* Answers with all of one template, as openapi.json's Template; where there is nothing under that name, refuses. */
void console_template_answer(struct console_call *call, const char *name);

/* The draft of a name; owned; NULL where there is none, or Redis does not say. */
json_t *console_template_draft(struct console_call *call, const char *name);

/* {"latest": the number of its newest version}, for who has an older one; owned, NULL likewise. */
json_t *console_template_latest(struct console_call *call, const char *name);

/* Who has the editor's lock; likewise. */
json_t *console_template_lock(struct console_call *call, const char *name);
