/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/submit.h"
#include "render/render.h"

/* For carriers that have templates of their own and take the parameters only. */

/* Writes each parameter of the template as the text shows it: in the format of the first place where it stands, or where
 * it stands nowhere in its type's own. One that is not given is empty.
 * alert: one that render_alert takes. arena: takes out and the values. out: set on success only, in the header's order,
 * template->header.param_count of them; names are borrowed from the template. ERR_FULL: no room in the arena; what
 * render_alert answers where it would. */
MUST_CHECK enum err render_params(const struct template *template, const struct alert *alert, const struct zone *zone,
				  struct arena *arena, struct submit_param **out);
