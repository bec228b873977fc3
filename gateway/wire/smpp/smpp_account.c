/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_account.h"

#include "base/buf.h"
#include "base/check.h"

void smpp_account_init(struct smpp_account *account)
{
	*account = (struct smpp_account){
		.bind = SMPP_BIND_TRANSCEIVER,
		.interface_version = 0x34,
		.dest_addr_ton = SMPP_TON_INTERNATIONAL,
		.dest_addr_npi = SMPP_NPI_ISDN,
		.data_coding_gsm7 = 0,
		.data_coding_ucs2 = 8,
		.data_coding_latin1 = 3,
		.default_alphabet = SMPP_ALPHABET_GSM7,
		.registered_delivery = SMPP_RECEIPTS_OF_ALL,
		.validity = SMPP_VALIDITY_RELATIVE,
	};
}

static enum err check_text(const char *name, const char *text, size_t len_max, struct err_at *at)
{
	struct slice slice = slice_of(text);
	if (slice.len > len_max)
		return err_at_set(at, ERR_RANGE, len_max, name, "%s has %zu characters, SMPP 3.4 allows %zu", name,
				  slice.len, len_max);
	for (size_t i = 0; i < slice.len; i++) {
		unsigned char c = (unsigned char)slice.at[i];
		if (c < 0x20 || c > 0x7E)
			return err_at_set(at, ERR_RANGE, i, name, "%s may hold printable ASCII only", name);
	}
	return ERR_OK;
}

/* The password never gets into the error's text. */
static enum err check_password(const struct smpp_account *account, struct err_at *at)
{
	enum { PASSWORD_MAX = 8, PASSWORD_LONG_MAX = 63 };
	size_t len = slice_of(account->password).len;
	if (len > PASSWORD_MAX && !account->is_password_long)
		return err_at_set(at, ERR_RANGE, PASSWORD_MAX, "password",
				  "password has %zu characters, SMPP 3.4 allows 8; if the carrier really issued it, "
				  "allow long passwords for this account",
				  len);
	return check_text("password", account->password, PASSWORD_LONG_MAX, at);
}

static enum err check_numbers(const struct smpp_account *account, struct err_at *at)
{
	if (account->priority_flag > 4)
		return err_at_set(at, ERR_RANGE, 0, "priority_flag", "priority_flag is %u, but must be 0 to 4",
				  account->priority_flag);
	if (account->validity_utc_quarters < -48 || account->validity_utc_quarters > 48)
		return err_at_set(at, ERR_RANGE, 0, "validity_utc_quarters",
				  "The zone of validity_period is %d quarter hours from UTC, but must be -48 to 48",
				  account->validity_utc_quarters);
	if (account->receipt_id_digits > SMPP_RECEIPT_ID_MAX)
		return err_at_set(at, ERR_RANGE, 0, "receipt_id_digits", "receipt_id_digits is %u, but must be 0 to %d",
				  account->receipt_id_digits, SMPP_RECEIPT_ID_MAX);
	struct slice cut = slice_of(account->dest_prefix_cut);
	if (cut.len > 7 || strspn(cut.len ? cut.at : "", "0123456789") != cut.len)
		return err_at_set(at, ERR_RANGE, 0, "dest_prefix_cut", "dest_prefix_cut must be at most 7 digits");
	if (account->overrides.count > SMPP_STATUS_OVERRIDES_MAX)
		return err_at_set(at, ERR_RANGE, 0, "overrides", "%u statuses are overridden, at most %d can be",
				  account->overrides.count, SMPP_STATUS_OVERRIDES_MAX);
	for (unsigned i = 0; i < account->overrides.count; i++) {
		if (account->overrides.rows[i].code == SMPP_STATUS_ROK)
			return err_at_set(at, ERR_RANGE, 0, "overrides",
					  "Status 0 means accepted and cannot be overridden");
	}
	return ERR_OK;
}

static enum err check(const struct smpp_account *account, struct err_at *at)
{
	bool is_alphanumeric = account->source_addr_ton == SMPP_TON_ALPHANUMERIC;
	const struct {
		const char *name;
		const char *text;
		size_t len_max;
	} texts[] = {
		{ "system_id", account->system_id, 15 },
		{ "system_type", account->system_type, 12 },
		{ "address_range", account->address_range, 40 },
		{ "service_type", account->service_type, 5 },
		{ "source_addr", account->source_addr, is_alphanumeric ? 11 : 20 },
	};
	if (slice_of(account->system_id).len == 0)
		return err_at_set(at, ERR_RANGE, 0, "system_id", "system_id is missing: the carrier issues it");
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		enum err err = check_text(texts[i].name, texts[i].text, texts[i].len_max, at);
		if (err)
			return err;
	}
	enum err err = check_password(account, at);
	return err ? err : check_numbers(account, at);
}

enum err smpp_account_prepare(struct smpp_account *account, struct err_at *at)
{
	enum err err = check(account, at);
	if (err)
		return err;
	struct buf head = buf_over(account->submit_head, sizeof account->submit_head);
	buf_put_slice(&head, slice_of(account->service_type));
	buf_put_u8(&head, 0);
	buf_put_u8(&head, account->source_addr_ton);
	buf_put_u8(&head, account->source_addr_npi);
	buf_put_slice(&head, slice_of(account->source_addr));
	buf_put_u8(&head, 0);
	buf_put_u8(&head, account->dest_addr_ton);
	buf_put_u8(&head, account->dest_addr_npi);
	CHECK(!head.full);
	account->submit_head_len = (uint8_t)head.len;
	account->dest_prefix_len = (uint8_t)slice_of(account->dest_prefix_cut).len;
	return ERR_OK;
}
