/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

/* Catalogues that parcels were rendered from: the one in force, and those of parcels that are still about. */

struct catalogue;
struct parcel;
struct pipeline;

/* The parcel is rendered from the catalogue in force, which stays as long as it does; and is no more, where it was. */
void editions_take(struct pipeline *pipeline, struct parcel *parcel);
void editions_leave(struct parcel *parcel);

/* Brings another one into force, see pipeline_follow. NULL changes nothing. False where there is no memory. */
MUST_CHECK bool editions_follow(struct pipeline *pipeline, const struct catalogue *catalogue);

/* Lets go of all. */
void editions_end(struct pipeline *pipeline);

/* The one in force, borrowed until the next one is followed; NULL = none is known yet. */
const struct catalogue *editions_now(const struct pipeline *pipeline);
