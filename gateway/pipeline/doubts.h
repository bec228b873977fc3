/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "pipeline/pipeline_inner.h"

/* Submits that were never answered, and how their receipts are found. */

#define DOUBTS_MARK       '?'
#define DOUBTS_REF_OCTETS 24
/* What stands for the message id of a submit that was never answered. number: as we or the carrier write it. */
struct slice doubts_ref(uint16_t user_reference, struct slice number, char out[static DOUBTS_REF_OCTETS]);
/* Reads what was kept with such a key. False where it is something else. */
bool doubts_parse(struct slice value, uint8_t segment, struct submit_key *out);
/* Adds the keys to a settlement that lets a parcel in doubt wait. */
void doubts_put_keys(struct pipeline *pipeline, struct parcel *parcel);
