/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Scenarios of the program e2e_http that have files of their own. */

/* HTTP/2 over TLS, certificates on both sides, through a server that reloads in between. */
void http_over_tls(void);
