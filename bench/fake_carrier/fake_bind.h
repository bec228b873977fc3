/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* bind_receiver, bind_transmitter, bind_transceiver. */

#include <stdint.h>

#include "fake_session.h"

/* Handle a bind on an unbound session, SMPP 3.4 §4.1: 0 and the bound state, or RINVSYSID, RINVPASWD, RBINDFAIL (too many binds of
 * that system_id), RSYSERR (more than FAKE_ACCOUNTS_MAX system_ids), or the status of a violation. The session stays open after
 * a refusal. */
void fake_bind_take(struct fake_session *session, const unsigned char *frame, uint32_t len);
