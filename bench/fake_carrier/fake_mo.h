/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Messages from phones (MO), sent when a control line asks for them. */

#include <stdint.h>

#include "fake_server.h"

/* Send the message that `argument` describes, `FROM TO CODING SPLIT TEXT` as --help has it, to every system_id that ever bound; it
 * waits for a receiver where none is bound. NULL, and how many messages and parts in all; or what is wrong. */
const char *fake_mo_send(struct fake_server *server, const char *argument, uint32_t *messages, uint32_t *parts);
