/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/octets.h"

/* PDUs of SMPP 3.4 and 5.0 field by field, after the table in smpp_pdu.def: for dumps, tests and whatever is not in a
 * hurry. Nothing is copied; slices are borrowed from the octets that were read. */

enum smpp_command {
#define PDU(constant, name, id, fields, tlvs) SMPP_COMMAND_##constant = id,
#include "wire/smpp/smpp_pdu.def"
#undef PDU
};

#define SMPP_HEADER_OCTETS 16
#define SMPP_ANSWER_BIT    0x80000000u
#define SMPP_PDU_OCTETS_MAX \
	(128u * 1024)       /* 64 KiB of payload, 365 octets of fields, TLVs; ours, not the specification's */
#define SMPP_TEXT_MAX   255 /* octets of a string that is longer than its field allows, but read */
#define SMPP_FIELDS_MAX 20

struct smpp_header {
	uint32_t command_length;
	uint32_t command_id;
	uint32_t command_status;
	uint32_t sequence_number;
};

enum smpp_field_kind {
	SMPP_FIELD_TEXT,
	SMPP_FIELD_U1,
	SMPP_FIELD_OCTETS,
	SMPP_FIELD_DESTS,
	SMPP_FIELD_FAILURES,
};

struct smpp_field {
	const char *name; /* the specification's; NULL ends a list of fields */
	enum smpp_field_kind kind;
	uint8_t limit; /* TEXT: octets with the NUL */
};

/* One row of the table. */
struct smpp_layout {
	uint32_t command_id;
	const char *name; /* “submit_sm” */
	const struct smpp_field *fields;
	const uint16_t *tags; /* TLVs that belong into it; 0 ends the list */
};

/* One field of one PDU. */
struct smpp_value {
	const struct smpp_field *field;
	size_t offset;       /* from the start of the PDU */
	uint32_t number;     /* U1; entries of DESTS and FAILURES */
	struct slice octets; /* TEXT without its NUL; OCTETS; the encoded entries of DESTS and FAILURES */
};

struct smpp_pdu {
	struct smpp_header header;
	const struct smpp_layout *layout; /* NULL: unknown command_id; the rest is empty then */
	struct smpp_value values[SMPP_FIELDS_MAX];
	unsigned value_count; /* 0 in an answer without a body */
	size_t tail_offset;   /* of the first TLV */
	struct slice tail;    /* TLVs, for smpp_tlv_next; whole ones only */
};

/* The layout of a command; NULL where it is unknown. */
const struct smpp_layout *smpp_pdu_layout(uint32_t command_id);

/* True where a TLV belongs into that PDU. */
bool smpp_pdu_allows(const struct smpp_layout *layout, uint16_t tag);

/* Reads a header. at: SMPP_HEADER_OCTETS octets. */
struct smpp_header smpp_pdu_read_header(const uint8_t *at);

/* Appends a header. command_length: of the whole PDU. */
void smpp_pdu_write_header(const struct smpp_header *header, struct buf *out);

/* Takes a string from a reader: up to its NUL, which is taken too. Longer than its field allows is tolerated up to
 * SMPP_TEXT_MAX octets. False where there is no NUL within that or the end: nothing is taken then. */
bool smpp_pdu_take_text(struct octets *octets, struct slice *out);

/* Decodes one whole PDU.
 * at, len: the PDU, len as its command_length says. out: filled as far as the octets could be read, also on failure.
 * why: offset and field of what is wrong; may be NULL.
 * ERR_SHORT: fewer octets than command_length, or than a header. ERR_RANGE: command_length below 16, or above
 * SMPP_PDU_OCTETS_MAX. ERR_NOT_FOUND: unknown command_id. ERR_FORMAT: more octets than command_length; a body shorter
 * than its fields; a string without its NUL (in the last field of an answer that is tolerated).
 * What a receiver tolerates (a string over its limit, a TLV of a wrong length, a tail that is no TLV) gives ERR_OK and
 * is noted in why all the same, the first one only. */
MUST_CHECK enum err smpp_pdu_decode(const uint8_t *at, size_t len, struct smpp_pdu *out, struct err_at *why);

/* The field of that name; NULL where the PDU has none. */
const struct smpp_value *smpp_pdu_value(const struct smpp_pdu *pdu, const char *name);

enum { SMPP_DEST_ADDRESS = 1, SMPP_DEST_LIST = 2 }; /* dest_flag, SMPP 3.4 §5.2.25 */

/* One destination of submit_multi. */
struct smpp_dest {
	uint8_t dest_flag;
	uint8_t ton; /* of an address */
	uint8_t npi;
	struct slice name; /* destination_addr or dl_name */
};

/* One address that submit_multi failed for. */
struct smpp_failure {
	uint8_t ton;
	uint8_t npi;
	struct slice address;
	uint32_t status;
};

/* Take the next entry of DESTS or FAILURES. False where it is cut off or its dest_flag is unknown. */
bool smpp_pdu_next_dest(struct octets *entries, struct smpp_dest *out);
bool smpp_pdu_next_failure(struct octets *entries, struct smpp_failure *out);
