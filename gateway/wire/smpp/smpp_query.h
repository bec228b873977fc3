/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "wire/session/dialect.h"
#include "wire/smpp/smpp_account.h"

/* Asking an SMSC what became of a submit whose answer was lost. The specification (SMPP 3.4 §4.8) has a message asked for by the
 * message_id, which is just what was lost; SMSCs that help here take an empty one and a user_message_reference. */

/* Appends one query_sm with the account's sender, an empty message_id and that user_message_reference, or sets out->full and
 * appends nothing. account: prepared. number: its sequence_number. */
void smpp_query_write(const struct smpp_account *account, uint32_t number, uint16_t user_reference, struct buf *out);

/* Reads one whole query_sm_resp, header included. out: kind and query; where FOUND outcome.carrier_ref and receipt.state. One
 * without an id of the message, or without a state that a message has, does not say that the message is there. */
void smpp_query_read(const uint8_t *at, size_t len, uint32_t status, struct frame *out);
