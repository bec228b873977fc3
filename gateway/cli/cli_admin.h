/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli_command.h"

#include <jansson.h>

/* Commands that ask a running gateway: its admin address is the option “url”, or what the configuration (option “config”)
 * says. */

/* The URL of a page, by a configuration that is loaded already. url: as below. */
int cli_admin_url_by(const struct cli_call *call, const struct cli_settings *settings, const char *path, char **url);

/* The URL of a page. url: owned, free it; set where CLI_OK is returned, else err was told. */
int cli_admin_url(const struct cli_call *call, const char *path, char **url);

/* Fetches a page that is a JSON object. body, len: as it came, owned; may be NULL. page: owned; both set where CLI_OK is
 * returned, else err was told. */
int cli_admin_fetch(const struct cli_call *call, const char *url, json_t **page, char **body, size_t *len);
