/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a delivery receipt. The first octet is esm_class, the second says in which alphabet the account has it, the rest is
 * the text. */
#include "base/check.h"
#include "wire/smpp/smpp_receipt.h"
#include "wire/smpp/smpp_receipt_id.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

/* A part lies in the text or in the receipt itself. */
static void check_part(struct slice part, struct slice text, const struct smpp_receipt *receipt)
{
	if (part.at == NULL)
		return;
	bool is_in_text = text.at && part.at >= text.at && part.at + part.len <= text.at + text.len;
	bool is_read = part.at >= receipt->read && part.at + part.len <= receipt->read + sizeof receipt->read;
	bool is_error = part.at == receipt->error_text && part.len <= sizeof receipt->error_text;
	CHECK(is_in_text || is_read || is_error);
}

/* An id is left as it is, or lies in the memory that it was given; where digits are asked for they are there. */
static void check_id(struct slice id)
{
	char out[SMPP_RECEIPT_ID_MAX];
	for (unsigned form = 0; form < SMPP_RECEIPT_ID_COUNT; form++) {
		for (unsigned digits = 0; digits <= SMPP_RECEIPT_ID_MAX; digits += 16) {
			const char *note = NULL;
			struct slice result = smpp_receipt_id_rewrite(form, digits, id, out, &note);
			if (result.at == id.at)
				continue;
			CHECK(note == NULL);
			CHECK(result.at >= out && result.at + result.len == out + sizeof out);
			CHECK(result.len >= digits);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (len < 2)
		return 0;
	struct smpp_account account;
	smpp_account_init(&account);
	account.default_alphabet = (enum smpp_alphabet)(octets[1] % (SMPP_ALPHABET_GB18030 + 1));
	struct smpp_message message = { .esm_class = octets[0],
					.text = { (const char *)octets + 2, len - 2 },
					.message_state = SMPP_MESSAGE_STATE_ABSENT };
	static struct smpp_receipt receipt;
	bool is_receipt = smpp_receipt_read(&account, &message, &receipt);
	CHECK(is_receipt || !receipt.is_receipt);
	const struct slice parts[] = { receipt.id,        receipt.sub,  receipt.dlvrd, receipt.submit_date,
				       receipt.done_date, receipt.stat, receipt.err,   receipt.text };
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		check_part(parts[i], message.text, &receipt);
	check_id(receipt.id);
	return 0;
}
