/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/mo.h"
#include "wire/smpp/smpp_account.h"
#include "wire/smpp/smpp_message.h"

/* Messages from phones: which part of what, and the text in whatever alphabet it comes. */

/* A message read. It must stay where it is as long as mo is used. */
struct smpp_mo {
	struct mo mo;     /* borrowed from this struct and from the PDU */
	const char *note; /* what was odd about it; NULL = nothing. Static */
	char from[MO_ADDRESS_MAX];
	char to[MO_ADDRESS_MAX];
	char text[MO_OCTETS_MAX];
};

/* Reads a message that is no receipt. Its parts are told by a user data header (23.040 §9.2.3.24.1, .8) or by sar_ TLVs.
 * The alphabet is told by data_coding and by what the account sets (smpp_alphabet_of). Any that is not known, octets that the
 * alphabet does not have, and a user data header that makes no sense are no text: mo.is_text is false, and mo.octets what came.
 * Octets of numbers that cannot
 * be shown become “?”. out: filled. False where it is longer than a third of MO_OCTETS_MAX. */
MUST_CHECK bool smpp_mo_read(const struct smpp_account *account, const struct smpp_message *message,
			     struct smpp_mo *out);
