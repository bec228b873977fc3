/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdint.h>

/* Final state of a message as carriers report it, SMPP 3.4 §5.2.28 (names of message_state). */
enum message_state {
	MESSAGE_STATE_NONE, /* not said */
	MESSAGE_STATE_ENROUTE,
	MESSAGE_STATE_DELIVERED,
	MESSAGE_STATE_EXPIRED,
	MESSAGE_STATE_DELETED,
	MESSAGE_STATE_UNDELIVERABLE,
	MESSAGE_STATE_ACCEPTED,
	MESSAGE_STATE_UNKNOWN,
	MESSAGE_STATE_REJECTED,
	MESSAGE_STATE_SKIPPED, /* SMPP 5.0 §4.7.15 */
	MESSAGE_STATE_COUNT
};

/* Name of a state in upper case (“DELIVERED”); NULL for MESSAGE_STATE_NONE. */
const char *message_state_name(enum message_state state);

/* True where the message's fate can no longer change. */
bool message_state_is_final(enum message_state state);

/* One delivery receipt. Slices are borrowed until the upcall returns. */
struct receipt {
	struct slice carrier_ref;
	enum message_state state;
	struct slice error;      /* the carrier's own error code as text; empty where not said */
	uint16_t user_reference; /* as the submit carried it (submit_user_reference); 0 = it has none */
	struct slice from;       /* the phone's number as the carrier writes it */
};
