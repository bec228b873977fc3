/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"
#include "app/tree.h"

#define CONFIG_ERRORS_MAX 64 /* of one load; what comes after is not told */

/* Collects the errors of one load. Zero-initialise before use. */
struct config_report {
	struct err_at errors[CONFIG_ERRORS_MAX];
	unsigned count;
	bool has_no_memory; /* one of the errors, also of those that are not told, was ERR_MEMORY */
};

/* Notes an error where node stands (its key's place with at_key). node may be NULL: the file as a whole. path: the
 * setting's name, may be NULL. format: one sentence without a full stop, no secrets. Returns err. */
enum err config_report(struct config_report *report, enum err err, const struct tree_node *node, bool at_key,
		       const char *path, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* The same of one error that stands in no report. out: set whole; its offset is 0. text: cut where it is longer than out's. */
void config_report_fill(struct err_at *out, enum err err, const struct tree_node *node, bool at_key, const char *path,
			const char *text);

/* Orders the errors by where they stand, those without a place last. */
void config_report_sort(struct config_report *report);
