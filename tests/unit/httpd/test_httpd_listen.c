/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/httpd.h"

#include "unit/httpd/http_server.h"

Test(httpd_listen, addresses_that_cannot_be_had)
{
	struct setup setup;
	http_server_start(&setup, NULL);
	const struct {
		const char *name, *host;
		uint16_t port;
		enum err want;
		const char *want_text;
	} rows[] = {
		{ "taken", "127.0.0.1", setup.port, ERR_IO, "another program has that port" },
		{ "not here", "192.0.2.1", 0, ERR_IO, "this machine has no such address" },
		{ "no such name", "no-such-host.invalid", 0, ERR_NOT_FOUND, "cannot listen on no-such-host.invalid" },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct httpd *httpd = NULL;
		struct err_at at = { 0 };
		struct httpd_options options = { .host = rows[i].host, .port = rows[i].port };
		enum err err = httpd_create(setup.loop, &options, http_server_routes, 1, NULL, &httpd, &at);
		cr_expect_eq(err, rows[i].want, "%s: %s", rows[i].name, err_name(err));
		cr_expect_not_null(strstr(at.text, rows[i].want_text), "%s: %s", rows[i].name, at.text);
		cr_expect_null(httpd);
	}
	http_server_finish(&setup);
}
