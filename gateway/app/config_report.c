/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_report.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void config_report_fill(struct err_at *out, enum err err, const struct tree_node *node, bool at_key, const char *path,
			const char *text)
{
	bool is_variable = node != NULL && node->variable != NULL;
	*out = (struct err_at){ .err = ERR_OK };
	err_at_set(out, err, 0, is_variable ? node->variable : path, "%s", text);
	for (char *c = out->text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7F)
			*c = '?';
	if (node == NULL || is_variable)
		return;
	out->line = at_key && node->key_line ? node->key_line : node->line;
	out->column = at_key && node->key_line ? node->key_column : node->column;
}

enum err config_report(struct config_report *report, enum err err, const struct tree_node *node, bool at_key,
		       const char *path, const char *format, ...)
{
	report->has_no_memory |= err == ERR_MEMORY;
	if (report->count == CONFIG_ERRORS_MAX)
		return err;
	struct err_at *at = &report->errors[report->count++];
	char text[sizeof at->text];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	config_report_fill(at, err, node, at_key, path, text);
	/* offset keeps the order of discovery until the sort. */
	at->offset = report->count;
	return err;
}

static int compare(const void *left, const void *right)
{
	const struct err_at *a = left;
	const struct err_at *b = right;
	if ((a->line == 0) != (b->line == 0))
		return a->line == 0 ? 1 : -1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return a->offset < b->offset ? -1 : 1;
}

void config_report_sort(struct config_report *report)
{
	qsort(report->errors, report->count, sizeof report->errors[0], compare);
	for (unsigned i = 0; i < report->count; i++)
		report->errors[i].offset = 0;
}
