/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_warning.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE_OCTETS 5120

/* line: copied. Without memory there is none of it: it is no error. */
static void keep(struct config *config, const char *line)
{
	char **grown = realloc(config->warnings, (config->warning_count + 1) * sizeof *grown);
	if (grown == NULL)
		return;
	config->warnings = grown;
	grown[config->warning_count] = strdup(line);
	config->warning_count += grown[config->warning_count] != NULL;
}

void config_warn(struct config_load *load, const struct tree_node *node, const char *path, const char *format, ...)
{
	struct err_at one;
	char text[sizeof one.text], line[LINE_OCTETS];
	struct buf out = buf_over(line, sizeof line - 1);
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	config_report_fill(&one, ERR_UNSUPPORTED, node, false, path, text);
	config_error_format(load->config->path, &one, &out);
	line[out.len] = '\0';
	keep(load->config, line);
}

void config_warn_open(struct config_load *load, const struct tree_node *node, const char *path, const char *file)
{
	config_warn(load, node, path, "%s: “%.100s” may be read by everybody on this host: chmod o-r it", path, file);
}

void config_warning_fini(struct config *config)
{
	for (unsigned i = 0; i < config->warning_count; i++)
		free(config->warnings[i]);
	free(config->warnings);
	config->warnings = NULL;
	config->warning_count = 0;
}
