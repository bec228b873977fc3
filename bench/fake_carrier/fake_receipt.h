/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Delivery receipts: planned at the submit, sent as deliver_sm on any receiver or transceiver bind of the same system_id, kept until
 * answered. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_due.h"
#include "fake_pdu.h"
#include "fake_segment.h"
#include "fake_session.h"

/* Plan the receipts that `pdu` (registered_delivery, SMPP 3.4 §5.2.17), which carries `segment`, and the options call for: the delay after `answer_ns`, or, in
 * early mode, at once. Copies what it needs. Dropped, and counted so, if over a million wait. */
void fake_receipt_plan(struct fake_session *session, const struct fake_pdu *pdu, const struct fake_segment *segment,
                       uint64_t message, uint64_t answer_ns);

/* Queue a request of ours, a whole deliver_sm whose sequence_number is set when it is sent, for `account`. Copied; kept, repeated and
 * answered as a receipt is. False if memory is out. */
bool fake_receipt_send_octets(struct fake_server *server, struct fake_account *account, const unsigned char *octets,
                              uint32_t len);

/* A planned receipt's time has come. */
void fake_receipt_due(struct fake_server *server, const struct fake_due_item *item);

/* Send what waits for `account`, as far as its receivers' windows and output buffers have room. */
void fake_receipt_pump(struct fake_server *server, struct fake_account *account);

/* The peer answered our deliver_sm `sequence_number` (or sent a generic_nack for it). Temporary refusals (0x08, 0x14, 0x58, 0x64) are
 * sent again after a second, up to 5 times. False if no receipt of that number waits on this session. */
bool fake_receipt_answered(struct fake_session *session, uint32_t sequence_number, uint32_t status);

/* The session ends: receipts it was not answered go back to the front of `account`'s queue, for its other sessions or later ones. */
void fake_receipt_take_back(struct fake_session *session, struct fake_account *account);

/* Receipts that wait for a receiver or an answer, or whose time has not come. */
uint64_t fake_receipt_pending(const struct fake_server *server);

/* Free the pool. */
void fake_receipt_fini(struct fake_receipt_pool *pool);
