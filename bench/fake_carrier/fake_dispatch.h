/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Which PDU it is, whether it may come now, and who handles it. */

#include <stddef.h>
#include <stdint.h>

#include "fake_session.h"
#include "fake_violation.h"

/* Handle one whole frame of `len` octets (16 to FAKE_SMPP_FRAME_MAX, as its command_length says). May end or close the
 * session. */
void fake_dispatch_frame(struct fake_session *session, const unsigned char *frame, uint32_t len);

/* Framing is lost: `octets` (`len` are there, at least 4) begin with an impossible command_length. Answers generic_nack 0x02 and ends
 * the session. */
void fake_dispatch_bad_length(struct fake_session *session, const unsigned char *octets, size_t len);

/* Count and report `found` for the request in `frame`, and answer it: with its own _resp if the command has one, else
 * generic_nack. `to` may be NULL. */
void fake_dispatch_refuse(struct fake_session *session, const unsigned char *frame,
                          const struct fake_violation_found *found, const char *to, uint32_t to_len);
