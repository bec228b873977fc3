/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit_lines.h"

/* TLS for the connection to Redis, since the hiredis of Debian 12 has none: a thread of its own speaks TLS with Redis and plainly with
 * us, over a pair of sockets. */

/* Connects to host and port, and takes nobody for it but whoever has a certificate for host by an authority of the file
 * HONGYAN_REDIS_CA_FILE (else the system's); HONGYAN_REDIS_SERVER_NAME is another name than host. Where Redis wants one, our own is
 * in HONGYAN_REDIS_CERT_FILE and HONGYAN_REDIS_KEY_FILE. Our end of the pair; closing it ends the thread, which audit_tls_end
 * then waits for. One at a time. -1 with trouble. */
int audit_tls_open(const char *host, int port, struct audit_trouble *trouble);

/* Waits until the thread has ended, after our end was closed; where there is none it does nothing. */
void audit_tls_end(void);
