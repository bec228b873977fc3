/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "wire/session/dialect.h"
#include "wire/smpp/smpp_account.h"

/* SMPP 3.4 as one of the protocols that a session can speak. Its account is a prepared struct smpp_account.
 *
 * Of deliver_sm and data_sm receipts are FRAME_RECEIPT; acknowledgements of a phone are taken (status 0), messages from
 * a phone are refused (ESME_RX_R_APPN): nothing here reads them. A message_id of more than CARRIER_REF_MAX octets is
 * cut to that, in answers and receipts alike. A receipt's slices may point into memory of the reading thread, valid
 * until it reads the next frame. */
extern const struct dialect smpp_dialect;
