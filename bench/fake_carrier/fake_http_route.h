/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Which provider a request is meant for, by its path. */

#include "fake_http.h"

/* Handle the request under way; it has its answer, or never gets one, when this returns. */
void fake_http_route(struct fake_http *http);

/* Octets that are no HTTP: answered with `status`, then the connection ends. */
void fake_http_route_malformed(struct fake_http *http, unsigned status, const char *problem);
