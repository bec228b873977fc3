/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

/* Carriers that write a message's id one way in their answer to a submit and another way in its receipt: the receipt's is
 * rewritten as the answer has it. How is said for each account and never guessed: “12345678” is a number in both bases. */

#define SMPP_RECEIPT_ID_MAX 64 /* digits or characters, as CARRIER_REF_MAX */

/* What is done to the id of a receipt. */
enum smpp_receipt_id {
	SMPP_RECEIPT_ID_AS_IS,
	SMPP_RECEIPT_ID_LOWER, /* letters */
	SMPP_RECEIPT_ID_UPPER,
	SMPP_RECEIPT_ID_DEC_TO_HEX, /* lower case */
	SMPP_RECEIPT_ID_DEC_TO_HEX_UPPER,
	SMPP_RECEIPT_ID_HEX_TO_DEC, /* from either case */
	SMPP_RECEIPT_ID_COUNT
};

/* Writes id as form says. digits: the least number of digits, filled up with zeros in front once those that are there are
 * taken off; 1 = none in front; 0 = as 1 for a number in another base, else zeros stay as they are. out: memory for the
 * result. id itself where it is no number of that base, or none of at most SMPP_RECEIPT_ID_MAX digits; note, a static
 * text, then says so and is untouched otherwise. */
struct slice smpp_receipt_id_rewrite(enum smpp_receipt_id form, unsigned digits, struct slice id,
				     char out[static SMPP_RECEIPT_ID_MAX], const char **note);
