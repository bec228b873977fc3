/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "model/submit.h"
#include "wire/smpp/smpp_account.h"

/* Appends one submit_sm, SMPP 3.4 §4.4.1, or sets out->full and appends nothing. This is the hot path.
 * account: prepared. number: its sequence_number. now: for a relative validity.
 * The text goes into short_message, with esm_class 0x40 where a user data header is in front of it; into
 * message_payload where submit->concat says so or where it has more than 254 octets. CONCAT_SAR adds the three sar_
 * TLVs to parts of a long one. */
void smpp_submit_write(const struct smpp_account *account, uint32_t number, const struct submit *submit, wall_ms now,
		       struct buf *out);
