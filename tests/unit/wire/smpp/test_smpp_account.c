/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_account.h"

#include <criterion/criterion.h>

#define DIGITS_10 "1234567890"

static void no_system_id(struct smpp_account *account)
{
	account->system_id = NULL;
}
static void system_id_15(struct smpp_account *account)
{
	account->system_id = DIGITS_10 "12345";
}
static void system_id_16(struct smpp_account *account)
{
	account->system_id = DIGITS_10 "123456";
}
static void system_id_not_ascii(struct smpp_account *account)
{
	account->system_id = "鸿雁";
}
static void password_9(struct smpp_account *account)
{
	account->password = "123456789";
}
static void password_15(struct smpp_account *account)
{
	account->password = DIGITS_10 "12345";
	account->is_password_long = true;
}
static void password_64(struct smpp_account *account)
{
	account->password = DIGITS_10 DIGITS_10 DIGITS_10 DIGITS_10 DIGITS_10 DIGITS_10 "1234";
	account->is_password_long = true;
}
static void no_password(struct smpp_account *account)
{
	account->password = NULL;
}
static void system_type_13(struct smpp_account *account)
{
	account->system_type = DIGITS_10 "123";
}
static void address_range_41(struct smpp_account *account)
{
	account->address_range = DIGITS_10 DIGITS_10 DIGITS_10 DIGITS_10 "1";
}
static void service_type_6(struct smpp_account *account)
{
	account->service_type = "ABCDEF";
}
static void source_20(struct smpp_account *account)
{
	account->source_addr = DIGITS_10 DIGITS_10;
}
static void source_21(struct smpp_account *account)
{
	account->source_addr = DIGITS_10 DIGITS_10 "1";
}
static void source_name_12(struct smpp_account *account)
{
	account->source_addr = "STATE GRID J";
	account->source_addr_ton = SMPP_TON_ALPHANUMERIC;
}
static void source_name_11(struct smpp_account *account)
{
	account->source_addr = "STATE GRID ";
	account->source_addr_ton = SMPP_TON_ALPHANUMERIC;
}
static void receipt_id_digits_65(struct smpp_account *account)
{
	account->receipt_id_digits = 65;
}
static void priority_5(struct smpp_account *account)
{
	account->priority_flag = 5;
}
static void zone_49(struct smpp_account *account)
{
	account->validity_utc_quarters = 49;
}
static void zone_minus_49(struct smpp_account *account)
{
	account->validity_utc_quarters = -49;
}
static void cut_plus(struct smpp_account *account)
{
	account->dest_prefix_cut = "+86";
}
static void cut_8(struct smpp_account *account)
{
	account->dest_prefix_cut = "12345678";
}
static void override_ok(struct smpp_account *account)
{
	account->overrides.rows[0] = (struct smpp_status_override){ .outcome_class = OUTCOME_REJECTED };
	account->overrides.count = 1;
}
static void overrides_33(struct smpp_account *account)
{
	account->overrides.count = 33;
}
static void nothing(struct smpp_account *account)
{
	(void)account;
}

Test(smpp_account, what_will_do)
{
	static const struct {
		const char *name;
		void (*change)(struct smpp_account *account);
		const char *want_field; /* NULL = all is well */
	} rows[] = {
		{ "defaults", nothing, NULL },
		{ "no system_id", no_system_id, "system_id" },
		{ "longest system_id", system_id_15, NULL },
		{ "system_id too long", system_id_16, "system_id" },
		{ "system_id is no ASCII", system_id_not_ascii, "system_id" },
		{ "password too long", password_9, "password" },
		{ "long password allowed", password_15, NULL },
		{ "password longer than any", password_64, "password" },
		{ "no password", no_password, NULL },
		{ "system_type too long", system_type_13, "system_type" },
		{ "address_range too long", address_range_41, "address_range" },
		{ "service_type too long", service_type_6, "service_type" },
		{ "longest source", source_20, NULL },
		{ "source too long", source_21, "source_addr" },
		{ "longest name as source", source_name_11, NULL },
		{ "name as source too long", source_name_12, "source_addr" },
		{ "digits of an id", receipt_id_digits_65, "receipt_id_digits" },
		{ "priority", priority_5, "priority_flag" },
		{ "zone too far east", zone_49, "validity_utc_quarters" },
		{ "zone too far west", zone_minus_49, "validity_utc_quarters" },
		{ "prefix with a plus", cut_plus, "dest_prefix_cut" },
		{ "prefix too long", cut_8, "dest_prefix_cut" },
		{ "override of status 0", override_ok, "overrides" },
		{ "too many overrides", overrides_33, "overrides" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct smpp_account account;
		struct err_at at = { 0 };
		smpp_account_init(&account);
		account.system_id = "hongyan";
		account.password = "secret08";
		rows[i].change(&account);
		enum err err = smpp_account_prepare(&account, &at);
		cr_expect_eq(err, rows[i].want_field ? ERR_RANGE : ERR_OK, "%s: %s", rows[i].name, at.text);
		cr_expect_str_eq(at.field, rows[i].want_field ? rows[i].want_field : "", "%s", rows[i].name);
		cr_expect_null(strstr(at.text, "123456789"), "%s: shows a secret: %s", rows[i].name, at.text);
	}
}
