/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "httpd/httpd.h"

/* What is not the API: the pages' files, and how the process is. */

struct console;

/* A file, or for all other paths the page that begins everything. */
void console_page(struct console *console, const struct httpd_request *request, struct httpd_response *response);

/* For probes and Prometheus; ctx is the console. */
void console_livez(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void console_readyz(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void console_metrics(void *ctx, const struct httpd_request *request, struct httpd_response *response);
