/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_smpp.h"

#include "test_scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>

static char folder[SCRATCH_PATH_OCTETS];

static void set_up(void)
{
	scratch_make(folder);
}

static void tear_down(void)
{
	scratch_remove(folder);
}

TestSuite(config_smpp, .init = set_up, .fini = tear_down);

static struct config *load(const char *settings)
{
	char text[1024];
	char errors[SCRATCH_TEXT_OCTETS];
	snprintf(text, sizeof text, "accounts:\n  - { name: a, address: \"127.0.0.1:1\", system_id: x%s }\n", settings);
	struct config *config = scratch_load(folder, text, NULL, errors);
	cr_assert_not_null(config, "%s\n%s", settings, errors);
	return config;
}

/* What data_coding 0 is in what the carrier sends, where it is said and where it is not. */
Test(config_smpp, default_alphabet)
{
	static const struct {
		const char *settings;
		enum smpp_alphabet want;
	} rows[] = {
		{ "", SMPP_ALPHABET_GSM7 },
		{ ", encoding: gsm7_packed", SMPP_ALPHABET_GSM7_PACKED },
		{ ", encoding: gsm7_packed, data_coding_gsm7: 240", SMPP_ALPHABET_GSM7_PACKED },
		{ ", encoding: latin1", SMPP_ALPHABET_GSM7 },
		{ ", encoding: latin1, data_coding_latin1: 0", SMPP_ALPHABET_LATIN1 },
		{ ", data_coding_latin1: 0", SMPP_ALPHABET_GSM7 },
		{ ", data_coding_ucs2: 0", SMPP_ALPHABET_GSM7 },
		{ ", data_coding_ucs2: 0, data_coding_gsm7: 1", SMPP_ALPHABET_UCS2 },
		{ ", default_alphabet: as_sent, encoding: gsm7_packed", SMPP_ALPHABET_GSM7_PACKED },
		{ ", default_alphabet: gsm7, encoding: gsm7_packed", SMPP_ALPHABET_GSM7 },
		{ ", default_alphabet: gsm7_packed", SMPP_ALPHABET_GSM7_PACKED },
		{ ", default_alphabet: latin1", SMPP_ALPHABET_LATIN1 },
		{ ", default_alphabet: ascii", SMPP_ALPHABET_IA5 },
		{ ", default_alphabet: ucs2", SMPP_ALPHABET_UCS2 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct config *config = load(rows[i].settings);
		struct smpp_account account;
		struct err_at at = { .err = ERR_OK };
		cr_assert_eq(config_smpp_compile(&config->accounts[0], 0, &account, &at), ERR_OK, "%s: %s",
			     rows[i].settings, at.text);
		cr_expect_eq(account.default_alphabet, rows[i].want, "%s", rows[i].settings);
		config_destroy(config);
	}
}

Test(config_smpp, settings)
{
	struct config *config =
		load(", bind: transmitter, source: \"1069\", encoding: gsm7_packed, data_coding_ucs2: 24, "
		     "receipt_id: upper, receipt_id_digits: 9, accepted_is: final, receipts_of: failures, "
		     "validity: absolute, not_mine: [11]");
	struct smpp_account account;
	struct err_at at = { .err = ERR_OK };
	cr_assert_eq(config_smpp_compile(&config->accounts[0], 32, &account, &at), ERR_OK, "%s", at.text);
	cr_expect_eq(account.bind, SMPP_BIND_TRANSMITTER);
	cr_expect_str_eq(account.source_addr, "1069");
	cr_expect(account.is_gsm7_packed && account.is_accepted_final);
	cr_expect_eq(account.data_coding_ucs2, 24);
	cr_expect_eq(account.receipt_id, SMPP_RECEIPT_ID_UPPER);
	cr_expect_eq(account.receipt_id_digits, 9);
	cr_expect_eq(account.registered_delivery, SMPP_RECEIPTS_OF_FAILURES);
	cr_expect_eq(account.validity, SMPP_VALIDITY_ABSOLUTE);
	cr_expect_eq(account.validity_utc_quarters, 32);
	cr_expect(account.overrides.count == 1 && account.overrides.rows[0].is_not_mine);
	config_destroy(config);
}
