/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "wire/smpp/smpp_alphabet.h"
#include "wire/smpp/smpp_receipt_id.h"
#include "wire/smpp/smpp_status.h"

/* What one SMPP account sets: credentials, addresses, quirks. Fill it over smpp_account_init, prepare it once, and
 * hand it to the session as the dialect's account; immutable from then on. Text is borrowed for the account's life;
 * NULL is the empty string. */

enum smpp_bind { SMPP_BIND_TRANSCEIVER, SMPP_BIND_TRANSMITTER, SMPP_BIND_RECEIVER };

enum smpp_validity {
	SMPP_VALIDITY_NONE,     /* the SMSC's own */
	SMPP_VALIDITY_RELATIVE, /* “…R” */
	SMPP_VALIDITY_ABSOLUTE,
};

/* SMPP 3.4 §5.2.5, §5.2.6. */
enum { SMPP_TON_UNKNOWN = 0, SMPP_TON_INTERNATIONAL = 1, SMPP_TON_ALPHANUMERIC = 5 };
enum { SMPP_NPI_UNKNOWN = 0, SMPP_NPI_ISDN = 1 };

/* registered_delivery, SMPP 3.4 §5.2.17. */
enum { SMPP_RECEIPTS_OF_ALL = 1, SMPP_RECEIPTS_OF_FAILURES = 2 };

#define SMPP_SUBMIT_HEAD_MAX 32 /* service_type C6, source ton, npi, C21, destination ton, npi */

struct smpp_account {
	enum smpp_bind bind;
	const char *system_id;   /* 1–15 characters */
	const char *password;    /* at most 8, see is_password_long */
	bool is_password_long;   /* at most 63 characters, against the specification: some carriers issue such */
	const char *system_type; /* at most 12 */
	uint8_t interface_version;
	uint8_t addr_ton; /* with addr_npi and address_range: what a receiver wants to get */
	uint8_t addr_npi;
	const char *address_range; /* at most 40 */

	const char *service_type; /* at most 5 */
	const char *source_addr;  /* at most 20, alphanumeric 11; empty: the SMSC fills it in */
	uint8_t source_addr_ton;
	uint8_t source_addr_npi;
	uint8_t dest_addr_ton;
	uint8_t dest_addr_npi;
	const char *
		dest_prefix_cut; /* digits cut off the front of a destination (“86”), for carriers of national numbers */
	bool is_gsm7_packed;        /* eight septets in seven octets; else one an octet */
	uint8_t data_coding_gsm7;   /* for ENCODING_GSM7 */
	uint8_t data_coding_ucs2;   /* for ENCODING_UCS2 */
	uint8_t data_coding_latin1; /* for ENCODING_LATIN1 */
	enum smpp_alphabet
		default_alphabet;     /* what data_coding 0 is in what the SMSC sends: any but SMPP_ALPHABET_NONE */
	uint8_t registered_delivery;  /* where a receipt is wanted; else 0 */
	bool sends_reference;         /* user_message_reference with each submit: some SMSCs send it back in receipts */
	uint8_t priority_flag;        /* 0–4 */
	enum smpp_validity validity;  /* never reaches past the submit's expires_at */
	int8_t validity_utc_quarters; /* zone of an absolute one in quarter hours, -48…48 */
	bool is_accepted_final;       /* a receipt's ACCEPTED means that it was delivered; else it is intermediate */
	enum smpp_receipt_id receipt_id; /* how the id of a receipt becomes that of the answer to its submit */
	uint8_t receipt_id_digits;       /* of smpp_receipt_id_rewrite, at most SMPP_RECEIPT_ID_MAX */
	struct smpp_status_overrides overrides;

	/* Made by smpp_account_prepare: the front of every submit_sm's body. */
	uint8_t submit_head[SMPP_SUBMIT_HEAD_MAX];
	uint8_t submit_head_len;
	uint8_t dest_prefix_len;
};

/* Defaults: transceiver, version 3.4, source 0/0, destination 1/1, data_coding 0, 8 and 3, default alphabet GSM-7
 * unpacked, registered_delivery 1, relative validity. */
void smpp_account_init(struct smpp_account *account);

/* Checks all fields against the specification and makes the parts that never change.
 * at: field and sentence of the first that will not do; may be NULL. ERR_RANGE: too long, too large, missing. */
MUST_CHECK enum err smpp_account_prepare(struct smpp_account *account, struct err_at *at);
