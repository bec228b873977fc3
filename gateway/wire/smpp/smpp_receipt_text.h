/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "wire/smpp/smpp_alphabet.h"

/* The text of a receipt as its writer meant it. Few write their receipts with the care that they want for messages: labels and ids
 * in ASCII whatever data_coding says, or in UTF-16 under any, are usual. */

#define SMPP_RECEIPT_TEXT_MAX 512 /* characters read of a text that is rewritten: in UTF-16, packed, or not in ASCII */

/* The text in ASCII or UTF-8. text: without its user data header, which is udh_octets long (0 = none). What is written in ASCII
 * is left where it is, unless it is to be packed or UTF-16; UTF-16BE of Latin letters is recognised by its zeros. Of the GSM-7
 * alphabet only what would be no sign in ASCII is read as GSM-7 (0x11 is “_”, and 0x5F too), since no id holds “§” or “¡”. What no
 * alphabet makes sense of is left as it is. out: empty, room for 3 × SMPP_RECEIPT_TEXT_MAX; what is rewritten lies there. */
struct slice smpp_receipt_text(enum smpp_alphabet alphabet, struct slice text, size_t udh_octets, struct buf *out);
