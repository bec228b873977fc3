/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* query_sm (SMPP 3.4 §4.8): what became of a message, asked by its message_id; or by the user_message_reference that the submit
 * carried: in decimal digits in message_id's place, or as a TLV behind an empty one, to which the answer has the message_id. Of
 * messages with the same reference the last one is meant. */

#include <stdint.h>

#include "fake_session.h"

/* Answer a whole query_sm of `len` octets: the state that the message's receipt tells, or 0x67 where no such message was taken. */
void fake_query_take(struct fake_session *session, const unsigned char *frame, uint32_t len);
