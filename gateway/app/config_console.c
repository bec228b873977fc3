/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_console.h"

#include "app/config_check.h"
#include "app/config_warning.h"
#include "staff/role.h"

#include <string.h>

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* “https://host” or “https://host:port”: what browsers send as Origin. */
static bool is_origin(const char *url)
{
	const char *host = strstr(url, "://");
	return host != NULL && host[3] != '\0' && strpbrk(host + 3, "/?#@ ") == NULL &&
	       (begins(url, "https://") || begins(url, "http://"));
}

/* Browsers take cookies that are Secure from these without TLS, and from no others. */
static bool is_loopback(const char *url)
{
	return begins(url, "http://127.0.0.1") || begins(url, "http://localhost") || begins(url, "http://[::1]");
}

static void read_second_factor(struct config_load *load)
{
	struct config_console *console = &load->config->console;
	for (unsigned i = 0; i < console->second_factor.count; i++) {
		struct err_at at = { .err = ERR_OK };
		staff_roles roles = 0;
		if (staff_roles_parse(slice_of(console->second_factor.at[i]), &roles, &at) != ERR_OK)
			config_report(load->report, at.err, config_check_place(load->root, "console.second_factor"),
				      false, "console.second_factor", "console.second_factor: %s", at.text);
		console->second_factor_roles |= roles;
	}
}

static bool is_loopback_host(const char *host)
{
	return begins(host, "127.") || strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0;
}

void config_check_console(struct config_load *load)
{
	const struct config_console *console = &load->config->console;
	const char *url = console->url != NULL ? console->url : "";
	const char *history = console->history != NULL ? console->history : "";
	const char *host = console->listen.host;
	read_second_factor(load);
	if (*url == '\0' && host != NULL && !is_loopback_host(host))
		config_warn(load, config_check_place(load->root, "console.listen"), "console.listen",
			    "console.listen is not of this host alone, but console.url does not say how browsers call "
			    "it: nobody "
			    "can sign in from another host");
	if (*url != '\0' && !is_origin(url))
		config_report(load->report, ERR_FORMAT, config_check_place(load->root, "console.url"), false,
			      "console.url",
			      "console.url must be https:// and a host, without a path or a slash at its end");
	else if (begins(url, "http://") && !is_loopback(url))
		config_report(
			load->report, ERR_UNSUPPORTED, config_check_place(load->root, "console.url"), false,
			"console.url",
			"console.url must begin with https://: over http:// browsers keep no session of another host");
	if (*history != '\0' && !is_origin(history))
		config_report(load->report, ERR_FORMAT, config_check_place(load->root, "console.history"), false,
			      "console.history",
			      "console.history must be http:// or https://, a host and a port, without a path");
}
