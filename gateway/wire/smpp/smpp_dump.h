/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* Writes one PDU as a JSON object for people:
 *   {"command","command_id","command_status","sequence_number","fields":{…},"tlvs":[{"tag","name","hex"}]}
 * with the specification's names and order; strings as text, octets in lower-case hex, numbers as numbers; the name of
 * an unlisted tag is null. submit_multi has an array dest_address, submit_multi_resp an array unsuccess_sme. An answer
 * without a body has no fields.
 * Octets that are no PDU give {"error","offset"}; what a receiver tolerates gives the PDU with "error" and "offset"
 * behind it.
 * ERR_OK also for the former two: the object is whole. ERR_FULL: no room in out. */
MUST_CHECK enum err smpp_dump(const uint8_t *at, size_t len, struct buf *out);
