/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_smpp.h"

/* What data_coding 0 is in what the carrier sends. Where that is not said, it is what it is in texts of ours. */
static enum smpp_alphabet default_alphabet(const struct config_account *account)
{
	static const enum smpp_alphabet alphabets[] = {
		[CONFIG_DEFAULT_ALPHABET_GSM7] = SMPP_ALPHABET_GSM7,
		[CONFIG_DEFAULT_ALPHABET_GSM7_PACKED] = SMPP_ALPHABET_GSM7_PACKED,
		[CONFIG_DEFAULT_ALPHABET_LATIN1] = SMPP_ALPHABET_LATIN1,
		[CONFIG_DEFAULT_ALPHABET_ASCII] = SMPP_ALPHABET_IA5,
		[CONFIG_DEFAULT_ALPHABET_UCS2] = SMPP_ALPHABET_UCS2,
	};
	if (account->default_alphabet != CONFIG_DEFAULT_ALPHABET_AS_SENT)
		return alphabets[account->default_alphabet];
	if (account->encoding == CONFIG_ENCODING_LATIN1 && account->data_coding_latin1 == 0)
		return SMPP_ALPHABET_LATIN1;
	if (account->data_coding_ucs2 == 0 && account->data_coding_gsm7 != 0)
		return SMPP_ALPHABET_UCS2;
	return account->encoding == CONFIG_ENCODING_GSM7_PACKED ? SMPP_ALPHABET_GSM7_PACKED : SMPP_ALPHABET_GSM7;
}

enum err config_smpp_compile(const struct config_account *from, int8_t utc_quarters, struct smpp_account *to,
			     struct err_at *at)
{
	static const enum smpp_bind binds[] = {
		[CONFIG_BIND_TRANSCEIVER] = SMPP_BIND_TRANSCEIVER,
		[CONFIG_BIND_TRANSMITTER] = SMPP_BIND_TRANSMITTER,
		[CONFIG_BIND_RECEIVER] = SMPP_BIND_RECEIVER,
	};
	static const enum smpp_validity validities[] = {
		[CONFIG_VALIDITY_NONE] = SMPP_VALIDITY_NONE,
		[CONFIG_VALIDITY_RELATIVE] = SMPP_VALIDITY_RELATIVE,
		[CONFIG_VALIDITY_ABSOLUTE] = SMPP_VALIDITY_ABSOLUTE,
	};
	static const enum smpp_receipt_id receipt_ids[] = {
		[CONFIG_RECEIPT_ID_AS_IS] = SMPP_RECEIPT_ID_AS_IS,
		[CONFIG_RECEIPT_ID_LOWER] = SMPP_RECEIPT_ID_LOWER,
		[CONFIG_RECEIPT_ID_UPPER] = SMPP_RECEIPT_ID_UPPER,
		[CONFIG_RECEIPT_ID_DEC_TO_HEX] = SMPP_RECEIPT_ID_DEC_TO_HEX,
		[CONFIG_RECEIPT_ID_DEC_TO_HEX_UPPER] = SMPP_RECEIPT_ID_DEC_TO_HEX_UPPER,
		[CONFIG_RECEIPT_ID_HEX_TO_DEC] = SMPP_RECEIPT_ID_HEX_TO_DEC,
	};
	smpp_account_init(to);
	to->bind = binds[from->bind];
	to->system_id = from->system_id;
	to->password = from->password;
	to->is_password_long = from->password_long;
	to->system_type = from->system_type;
	to->service_type = from->service_type;
	to->priority_flag = from->priority_flag;
	to->addr_ton = from->addr_ton;
	to->addr_npi = from->addr_npi;
	to->address_range = from->address_range;
	to->source_addr = from->source;
	to->source_addr_ton = from->source_ton;
	to->source_addr_npi = from->source_npi;
	to->dest_addr_ton = from->dest_ton;
	to->dest_addr_npi = from->dest_npi;
	to->data_coding_gsm7 = from->data_coding_gsm7;
	to->data_coding_ucs2 = from->data_coding_ucs2;
	to->data_coding_latin1 = from->data_coding_latin1;
	to->is_gsm7_packed = from->encoding == CONFIG_ENCODING_GSM7_PACKED;
	to->default_alphabet = default_alphabet(from);
	to->registered_delivery =
		from->receipts_of == CONFIG_RECEIPTS_OF_FAILURES ? SMPP_RECEIPTS_OF_FAILURES : SMPP_RECEIPTS_OF_ALL;
	to->receipt_id = receipt_ids[from->receipt_id];
	to->receipt_id_digits = from->receipt_id_digits;
	to->sends_reference = from->user_message_reference;
	to->validity = validities[from->validity];
	to->validity_utc_quarters = utc_quarters;
	to->is_accepted_final = from->accepted_is == CONFIG_ACCEPTED_IS_FINAL;
	for (unsigned i = 0; i < from->not_mine_count; i++)
		to->overrides.rows[to->overrides.count++] = (struct smpp_status_override){
			.code = from->not_mine_codes[i],
			.outcome_class = OUTCOME_REJECTED,
			.is_not_mine = true,
		};
	return smpp_account_prepare(to, at);
}
