/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/alert.h"
#include "render/param_value.h"

/* The parameters of an alert against the header of its template: each known, given once, of its type. */

/* Checks them and takes them apart. values: room for header->param_count, in the header's order; borrows from alert,
 * header and arena. zone: NULL = UTC. ERR_NOT_FOUND (unknown, missing), ERR_DUPLICATE, and what param_value_parse
 * answers, with the problem noted; problem: may be NULL. */
MUST_CHECK enum err alert_values_take(const struct template_header *header, const struct alert *alert,
				      const struct zone *zone, struct arena *arena, struct param_value *values,
				      struct template_problem *problem);
