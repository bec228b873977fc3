/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit_judge.h"

/* Writes what the audit found, for people or as one JSON object. Phone numbers are masked, texts are not shown. False
 * where there is no memory. */
bool audit_report(const struct audit_book *book, const struct audit_verdict *verdict, enum audit_result result,
		  bool wants_json, FILE *out);
