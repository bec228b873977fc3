/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The providers' dialects: each reads the request under way, has its messages taken, and answers as that provider does. */

#include "fake_http.h"

/* A gateway of nobody's in particular: JSON {to, from, text, ref} or {messages: [...]}; Bearer, Basic or a signature over the body;
 * Idempotency-Key. */
void fake_http_generic(struct fake_http *http);
