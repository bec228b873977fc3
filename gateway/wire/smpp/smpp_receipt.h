/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/receipt.h"
#include "wire/smpp/smpp_account.h"
#include "wire/smpp/smpp_message.h"
#include "wire/smpp/smpp_receipt_text.h"

/* Delivery receipts: the text of SMPP 3.4 appendix B in all its dialects, and the TLVs that beat it. */

/* A receipt read. Slices are borrowed from the text or from this struct (rewritten texts, network_error_code): it
 * must stay where it is as long as they are used. Absent where not said; never NUL-terminated. */
struct smpp_receipt {
	bool is_receipt; /* the text alone looks like one */
	struct slice id;
	struct slice sub;
	struct slice dlvrd;
	struct slice submit_date; /* as written: lengths and zones vary */
	struct slice done_date;
	struct slice stat; /* as written (“DELIVRD”) */
	struct slice err;  /* as written: its scale is the carrier's */
	struct slice
		text; /* from behind its label to the end; UTF-8 where it could be read, else octets of any coding */
	enum message_state state;
	char error_text[12]; /* network_error_code as “type:code” */
	char read[3 * SMPP_RECEIPT_TEXT_MAX];
};

/* Reads the text of a receipt. text: without its user data header, which is udh_octets long (0 = none). alphabet: what it is
 * said to be in; where it makes no receipt so, but does as it stands, or has an id only as it stands, it counts as it stands.
 * Labels may come in any order and case, with or without blanks, and only the first of each counts; labels behind “text:” are
 * text. is_receipt: it begins with “id:” and has “stat:”, or it has “stat:” and three other labels. */
void smpp_receipt_parse(enum smpp_alphabet alphabet, struct slice text, size_t udh_octets, struct smpp_receipt *out);

/* Reads a receipt from a deliver_sm or data_sm: its text, in the alphabet that data_coding means for this account, then TLVs,
 * which count more (id, state, err).
 * Returns false where it is an ordinary message: a receipt has its type in esm_class, or it has none there and brings
 * receipted_message_id or message_state, or its text looks like one. An intermediate notification counts as a receipt
 * whose state is never final; ACCEPTED is DELIVERED where the account says so. */
bool smpp_receipt_read(const struct smpp_account *account, const struct smpp_message *message,
		       struct smpp_receipt *out);

/* The state that a word after “stat:” means: any case, cut short to at least three characters, or a message_state as
 * digits. MESSAGE_STATE_NONE where it is unlisted. */
enum message_state smpp_receipt_state(struct slice stat);

/* The state that a message_state means, SMPP 3.4 §5.2.28. MESSAGE_STATE_NONE where it is unlisted. */
enum message_state smpp_receipt_state_of_number(uint64_t number);
