/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The two PDUs that the floor writes (SMPP 3.4 §4.1.5, §4.4.1), encoded once; a submit is a copy with its number put in. */

#define FLOOR_PDU_HEADER_LEN 16
#define FLOOR_PDU_CAP        320

struct floor_pdu {
	uint8_t octets[FLOOR_PDU_CAP];
	size_t len;
	size_t digits_at; /* of the eight digits that differ from message to message */
};

/* A bind_transceiver; system_id is “floor”. */
void floor_pdu_bind(struct floor_pdu *out);

/* A submit_sm with the text of a balance reminder in UCS-2. */
void floor_pdu_submit(struct floor_pdu *out);

/* Puts a message's number and its sequence_number into a copy of a submit_sm. */
void floor_pdu_number(const struct floor_pdu *submit, uint8_t *copy, uint32_t message, uint32_t sequence_number);

uint32_t floor_pdu_read_u32(const uint8_t *octets);
