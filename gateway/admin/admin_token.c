/* SPDX-License-Identifier: Apache-2.0 */

/* Who may change something. Looking is free for all who get to the address; changing needs the token of the configuration. */

#include "admin/admin_inner.h"

#include "base/secret.h"

#include <strings.h>

#define SCHEME "Bearer "

bool admin_may_write(const struct admin *admin, const struct httpd_request *request, struct httpd_response *response)
{
	struct slice given = httpd_header(request, "Authorization");
	struct slice token = slice_of(admin->view.token(admin->view.ctx));
	size_t scheme_len = strlen(SCHEME); /* its case does not matter (RFC 9110 §11.1) */
	if (token.len == 0) {
		httpd_problem(response, 403,
			      "nothing can be changed here, since no token is set: put one into the file that "
			      "admin.token_file names (or set admin.token), reload with SIGHUP, and send it as "
			      "“Authorization: Bearer …”");
		return false;
	}
	if (given.len > scheme_len && strncasecmp(given.at, SCHEME, scheme_len) == 0 &&
	    secret_equal((struct slice){ given.at + scheme_len, given.len - scheme_len }, token))
		return true;
	httpd_problem(response, 401,
		      "who changes something here must send “Authorization: Bearer …” with the token of admin.token; "
		      "this request has %s",
		      given.len == 0 ? "no such header" : "another one");
	response->challenge = "Bearer";
	return false;
}
