/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* submit_sm and data_sm: checked, decided upon, recorded, answered. */

#include <stdint.h>

#include "fake_due.h"
#include "fake_session.h"

/* Handle a submit_sm or data_sm on a session bound for it. */
void fake_submit_take(struct fake_session *session, const unsigned char *frame, uint32_t len);

/* Send an answer whose time has come; counted as lost if its session is gone. */
void fake_submit_answer_due(struct fake_server *server, const struct fake_due_item *item);
