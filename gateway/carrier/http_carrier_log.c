/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/http_carrier_log.h"

void http_carrier_log(const struct log *log, const char *name, enum log_level level, const char *code, const char *text)
{
	struct log_line line;
	if (!log_begin(&line, log, level, code, text))
		return;
	log_text(&line, "account", slice_of(name));
	log_end(&line);
}

void http_carrier_log_refused(const struct log *log, const char *name, unsigned status,
			      const struct http_reading *reading)
{
	struct log_line line;
	if (!log_begin(&line, log, LOG_ERROR, "link_refused",
		       "the carrier refuses this account; correct its credentials, or ask the carrier"))
		return;
	log_text(&line, "account", slice_of(name));
	log_uint(&line, "status", status);
	if (reading->code[0] != '\0')
		log_text(&line, "code", slice_of(reading->code));
	if (reading->text[0] != '\0')
		log_text(&line, "said", slice_of(reading->text));
	log_end(&line);
}
