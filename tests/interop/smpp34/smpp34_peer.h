/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

#include <libsmpp34/smpp34.h>
#include <libsmpp34/smpp34_structs.h>
/* They need the structs. */
#include <libsmpp34/smpp34_params.h>
#include <stdbool.h>

/* libsmpp34, which shares no code with us, as the reader of what we write. Every kind of PDU that we write is compared field
 * by field: the edges of each field, then a few thousand made at random from a seed.
 *
 * What libsmpp34 refuses to read, and is left to the unit tests and to dissect.pl: a password of more than 8 characters, a
 * message_payload of more than 1,024 octets; types and plans of numbers, versions and statuses that SMPP 3.4 does not list;
 * sequence numbers outside 1…0x7FFFFFFF; answers of a header alone where a body might stand (query_sm_resp). */

#define SMPP34_SEED            20261125u
#define SMPP34_NUMBER_MAX      0x7FFFFFFFu
#define SMPP34_TON_COUNT       7 /* SMPP 3.4 §5.2.5 */
#define SMPP34_TEXT_OCTETS_MAX 64

union smpp34_pdu {
	bind_receiver_t bind; /* the three have the same members */
	bind_transmitter_t transmitter;
	bind_transceiver_t transceiver;
	submit_sm_t submit;
	query_sm_t query;
	generic_nack_t alone; /* a header, with which all begin */
	deliver_sm_resp_t deliver_answer;
	data_sm_resp_t data_answer;
};
_Static_assert(sizeof(bind_transmitter_t) == sizeof(bind_receiver_t), "binds differ");
_Static_assert(sizeof(bind_transceiver_t) == sizeof(bind_receiver_t), "binds differ");

/* What libsmpp34 reads of a PDU. The test fails where it cannot. name: of the case. */
void smpp34_read(struct slice octets, const char *name, union smpp34_pdu *got);

/* The first field in which two PDUs differ, as libsmpp34 calls it; NULL: none. TLVs are not looked at. */
const char *smpp34_bind_difference(const bind_receiver_t *got, const bind_receiver_t *want);
const char *smpp34_submit_difference(const submit_sm_t *got, const submit_sm_t *want);
const char *smpp34_query_difference(const query_sm_t *got, const query_sm_t *want);
const char *smpp34_header_difference(const generic_nack_t *got, const generic_nack_t *want);

/* Puts a text into a field of so many octets, which must have room for it and its NUL; NULL is the empty one. */
void smpp34_put_text(uint8_t *field, size_t octets, const char *text);

/* A number below a limit; the same ones after each smpp34_begin_random. */
void smpp34_begin_random(void);
unsigned smpp34_below(unsigned limit);

/* A text of least to most characters from first to last. at: room for most and a NUL. Returns at. */
const char *smpp34_random_text(char *at, unsigned least, unsigned most, char first, char last);

/* A numbering plan that SMPP 3.4 lists, §5.2.6. */
uint8_t smpp34_random_plan(void);
