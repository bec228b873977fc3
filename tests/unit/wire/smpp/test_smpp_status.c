/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_status.h"

#include <criterion/criterion.h>

enum {
	A = OUTCOME_ACCEPTED,
	H = OUTCOME_THROTTLED,
	T = OUTCOME_TEMPORARY,
	R = OUTCOME_REJECTED,
	L = OUTCOME_LINK_REFUSED
};

static const struct {
	uint32_t code;
	const char *name;
	int submit_class;
	int bind_class;
	bool is_alarm;
	bool is_about_account;
} rows[] = {
	{ 0x000, "ESME_ROK", A, A, false, false },
	{ 0x001, "ESME_RINVMSGLEN", R, R, true, true },
	{ 0x002, "ESME_RINVCMDLEN", R, R, true, true },
	{ 0x003, "ESME_RINVCMDID", R, R, true, true },
	{ 0x004, "ESME_RINVBNDSTS", T, T, false, true },
	{ 0x005, "ESME_RALYBND", T, T, false, true },
	{ 0x006, "ESME_RINVPRTFLG", R, R, true, true },
	{ 0x007, "ESME_RINVREGDLVFLG", R, R, true, true },
	{ 0x008, "ESME_RSYSERR", T, T, false, false },
	{ 0x00A, "ESME_RINVSRCADR", R, T, false, true },
	{ 0x00B, "ESME_RINVDSTADR", R, T, false, false },
	{ 0x00C, "ESME_RINVMSGID", R, R, true, true },
	{ 0x00D, "ESME_RBINDFAIL", T, R, true, true },
	{ 0x00E, "ESME_RINVPASWD", T, L, true, true },
	{ 0x00F, "ESME_RINVSYSID", T, L, true, true },
	{ 0x011, "ESME_RCANCELFAIL", T, T, false, false },
	{ 0x013, "ESME_RREPLACEFAIL", T, T, false, false },
	{ 0x014, "ESME_RMSGQFUL", H, T, false, false },
	{ 0x015, "ESME_RINVSERTYP", R, R, true, true },
	{ 0x033, "ESME_RINVNUMDESTS", R, T, false, true },
	{ 0x034, "ESME_RINVDLNAME", R, T, false, true },
	{ 0x040, "ESME_RINVDESTFLAG", R, T, false, true },
	{ 0x042, "ESME_RINVSUBREP", R, R, true, true },
	{ 0x043, "ESME_RINVESMCLASS", R, R, true, true },
	{ 0x044, "ESME_RCNTSUBDL", R, T, false, true },
	{ 0x045, "ESME_RSUBMITFAIL", T, T, false, true },
	{ 0x048, "ESME_RINVSRCTON", R, T, false, true },
	{ 0x049, "ESME_RINVSRCNPI", R, T, false, true },
	{ 0x050, "ESME_RINVDSTTON", R, T, false, true },
	{ 0x051, "ESME_RINVDSTNPI", R, T, false, true },
	{ 0x053, "ESME_RINVSYSTYP", T, L, true, true },
	{ 0x054, "ESME_RINVREPFLAG", R, R, true, true },
	{ 0x055, "ESME_RINVNUMMSGS", R, R, true, true },
	{ 0x058, "ESME_RTHROTTLED", H, T, false, false },
	{ 0x061, "ESME_RINVSCHED", R, R, true, true },
	{ 0x062, "ESME_RINVEXPIRY", R, R, true, true },
	{ 0x063, "ESME_RINVDFTMSGID", R, R, true, true },
	{ 0x064, "ESME_RX_T_APPN", T, T, false, false },
	{ 0x065, "ESME_RX_P_APPN", R, T, false, false },
	{ 0x066, "ESME_RX_R_APPN", R, T, false, false },
	{ 0x067, "ESME_RQUERYFAIL", T, T, false, false },
	{ 0x0C0, "ESME_RINVTLVSTREAM", R, R, true, true },
	{ 0x0C1, "ESME_RTLVNOTALLWD", R, R, true, true },
	{ 0x0C2, "ESME_RINVTLVLEN", R, R, true, true },
	{ 0x0C3, "ESME_RMISSINGTLV", R, R, true, true },
	{ 0x0C4, "ESME_RINVTLVVAL", R, R, true, true },
	{ 0x0FE, "ESME_RDELIVERYFAILURE", T, T, false, false },
	{ 0x0FF, "ESME_RUNKNOWNERR", R, T, false, false },
	{ 0x100, "ESME_RSERTYPUNAUTH", R, R, true, true },
	{ 0x101, "ESME_RPROHIBITED", R, R, true, true },
	{ 0x102, "ESME_RSERTYPUNAVAIL", T, T, false, true },
	{ 0x103, "ESME_RSERTYPDENIED", R, T, false, true },
	{ 0x104, "ESME_RINVDCS", R, R, true, true },
	{ 0x105, "ESME_RINVSRCADDRSUBUNIT", R, T, false, true },
	{ 0x106, "ESME_RINVDSTADDRSUBUNIT", R, T, false, false },
	{ 0x107, "ESME_RINVBCASTFREQINT", R, T, false, false },
	{ 0x108, "ESME_RINVBCASTALIAS_NAME", R, T, false, false },
	{ 0x109, "ESME_RINVBCASTAREAFMT", R, T, false, false },
	{ 0x10A, "ESME_RINVNUMBCAST_AREAS", R, T, false, false },
	{ 0x10B, "ESME_RINVBCASTCNTTYPE", R, T, false, false },
	{ 0x10C, "ESME_RINVBCASTMSGCLASS", R, T, false, false },
	{ 0x10D, "ESME_RBCASTFAIL", R, T, false, false },
	{ 0x10E, "ESME_RBCASTQUERYFAIL", R, T, false, false },
	{ 0x10F, "ESME_RBCASTCANCELFAIL", R, T, false, false },
	{ 0x110, "ESME_RINVBCAST_REP", R, T, false, false },
	{ 0x111, "ESME_RINVBCASTSRVGRP", R, T, false, false },
	{ 0x112, "ESME_RINVBCASTCHANIND", R, T, false, false },
};
#define ROW_COUNT (sizeof rows / sizeof rows[0])

Test(smpp_status, every_row)
{
	for (size_t i = 0; i < ROW_COUNT; i++) {
		struct smpp_status status = smpp_status_of(rows[i].code, NULL);
		cr_expect(status.is_listed, "%s", rows[i].name);
		cr_expect_eq(status.code, rows[i].code, "%s", rows[i].name);
		cr_expect_str_eq(status.name, rows[i].name);
		cr_expect_eq((int)status.submit_class, rows[i].submit_class, "%s: submit is %s", rows[i].name,
			     outcome_class_name(status.submit_class));
		cr_expect_eq((int)status.bind_class, rows[i].bind_class, "%s: bind is %s", rows[i].name,
			     outcome_class_name(status.bind_class));
		cr_expect_eq(status.is_alarm, rows[i].is_alarm, "%s", rows[i].name);
		cr_expect_eq(status.is_about_account, rows[i].is_about_account, "%s", rows[i].name);
	}
}

/* Every code up to the vendors' own: listed here or reserved. */
Test(smpp_status, the_rest_is_unlisted)
{
	size_t row = 0;
	for (uint32_t code = 0; code <= 0x500; code++) {
		if (row < ROW_COUNT && rows[row].code == code) {
			row++;
			continue;
		}
		struct smpp_status status = smpp_status_of(code, NULL);
		cr_expect(!status.is_listed && !status.is_alarm && status.name == NULL, "0x%x", code);
		cr_expect_eq(status.code, code);
		cr_expect_not(status.is_about_account, "0x%x", code);
		cr_expect_eq(status.submit_class, OUTCOME_REJECTED, "0x%x", code);
		cr_expect_eq(status.bind_class, OUTCOME_TEMPORARY, "0x%x", code);
	}
	cr_expect_eq(row, ROW_COUNT);
	cr_expect(!smpp_status_of(UINT32_MAX, NULL).is_listed);
}

Test(smpp_status, overrides)
{
	struct smpp_status_overrides overrides = {
		.rows = { { 0x400, OUTCOME_THROTTLED, false },
			  { 0x014, OUTCOME_TEMPORARY, false },
			  { 0x014, OUTCOME_REJECTED, false },
			  { 0x000, OUTCOME_REJECTED, true },
			  { 0x00B, OUTCOME_REJECTED, true },
			  { 0x045, OUTCOME_REJECTED, true } },
		.count = 5,
	};
	static const struct {
		const char *name;
		uint32_t code;
		enum outcome_class want;
		bool want_not_mine;
		bool want_about_account;
	} cases[] = {
		{ "a vendor's own", 0x400, OUTCOME_THROTTLED, false, false },
		{ "the first row wins", 0x014, OUTCOME_TEMPORARY, false, false },
		{ "not 0", 0x000, OUTCOME_ACCEPTED, false, false },
		{ "another carrier's number", 0x00B, OUTCOME_REJECTED, true, true },
		{ "rows beyond count do not count", 0x045, OUTCOME_TEMPORARY, false, true },
		{ "another code", 0x058, OUTCOME_THROTTLED, false, false },
		{ "another vendor's", 0x401, OUTCOME_REJECTED, false, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct smpp_status got = smpp_status_of(cases[i].code, &overrides);
		cr_expect_eq(got.submit_class, cases[i].want, "%s", cases[i].name);
		cr_expect_eq(got.is_not_mine, cases[i].want_not_mine, "%s", cases[i].name);
		cr_expect_eq(got.is_about_account, cases[i].want_about_account, "%s", cases[i].name);
	}
	struct smpp_status status = smpp_status_of(0x400, &overrides);
	cr_expect(!status.is_listed, "an override does not list a code");
	cr_expect_eq(status.bind_class, OUTCOME_TEMPORARY, "an override is for submits");
}
