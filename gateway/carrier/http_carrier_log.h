/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/log.h"
#include "wire/http/http_answer.h"

/* What an account over HTTP writes into the log. */

/* A line about the account. log, name, code, text: borrowed for the call. */
void http_carrier_log(const struct log *log, const char *name, enum log_level level, const char *code,
		      const char *text);

/* The carrier refuses the account: its answer's status, and code and words as far as it has them. reading: borrowed for the
 * call, without secrets. */
void http_carrier_log_refused(const struct log *log, const char *name, unsigned status,
			      const struct http_reading *reading);
