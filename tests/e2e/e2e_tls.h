/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Two authorities, ca.pem and other.pem, in the world's folder; server.pem is signed by the first one, for 127.0.0.1, and client.pem too. */
void tls_make_certificates(void);

/* A path in the world's folder; good until the fourth call behind. */
char *tls_path(const char *name);

/* Scenarios of the other file. */
void redis_all_goes_through_it(void);
void redis_another_authority(void);
void redis_another_name(void);
void redis_wants_a_certificate(void);
