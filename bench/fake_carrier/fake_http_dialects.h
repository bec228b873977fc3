/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The providers' dialects: each reads the request under way, has its messages taken, and answers as that provider does. */

#include "fake_http.h"

/* A gateway of nobody's in particular: JSON {to, from, text, ref} or {messages: [...]}; Bearer, Basic or a signature over the body;
 * Idempotency-Key. */
void fake_http_generic(struct fake_http *http);

/* Twilio: POST /2010-04-01/Accounts/SID/Messages.json. False, and nothing done, if the path is not of that form. */
bool fake_http_twilio(struct fake_http *http);

/* Kannel: GET or POST /cgi-bin/sendsms. */
void fake_http_kannel(struct fake_http *http);

/* Vonage: GET or POST /sms/json. */
void fake_http_vonage(struct fake_http *http);

/* Aliyun: / with an action in a header or a parameter. */
void fake_http_aliyun(struct fake_http *http);

/* Tencent: POST / with X-TC-Action. */
void fake_http_tencent(struct fake_http *http);
