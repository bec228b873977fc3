/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_static.h"

#include <criterion/criterion.h>
#include <string.h>

static const unsigned char plain[] = "plain";
static const unsigned char zipped[] = "zip";
static const unsigned char brotli[] = "br";

static const struct console_file files[] = {
	{ .path = "/index.html", .etag = "\"a\"", .identity = { plain, 5 } },
	{ .path = "/assets/main-1.js",
	  .etag = "\"b\"",
	  .identity = { plain, 5 },
	  .gzip = { zipped, 3 },
	  .br = { brotli, 2 } },
};

Test(console_static, files_are_found_by_their_whole_path)
{
	cr_expect_eq(console_static_find(files, 2, SLICE("/assets/main-1.js")), &files[1]);
	cr_expect_null(console_static_find(files, 2, SLICE("/assets/main-1.j")));
	cr_expect_null(console_static_find(files, 2, SLICE("/assets/main-1.js/../../etc/passwd")));
	cr_expect_null(console_static_find(files, 2, SLICE("/index.html\0.js")));
	cr_expect_null(console_static_find(files, 0, SLICE("/index.html")));
}

Test(console_static, the_best_coding_accepted_is_taken)
{
	static const struct row {
		const char *accept, *want;
	} rows[] = {
		{ "", NULL },
		{ "gzip, deflate, br", "br" },
		{ "gzip;q=1.0, BR;q=0.5", "br" },
		{ "gzip, br;q=0", "gzip" },
		{ "gzip ;q=0.000,br; q=0.001", "br" },
		{ "deflate, brx, xgzip", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *coding;
		struct slice octets = console_static_octets(&files[1], slice_of(rows[i].accept), &coding);
		cr_expect((coding == NULL) == (rows[i].want == NULL) &&
				  (coding == NULL || strcmp(coding, rows[i].want) == 0),
			  "row %zu", i);
		cr_expect_eq(octets.len, coding == NULL ? 5u : strcmp(coding, "br") == 0 ? 2u : 3u, "row %zu", i);
	}
	const char *coding;
	cr_expect_eq(console_static_octets(&files[0], SLICE("br, gzip"), &coding).len, 5);
	cr_expect_null(coding);
}

Test(console_static, what_a_browser_has_is_not_sent_again)
{
	cr_expect(console_static_matches(SLICE("\"x\", W/\"b\""), "\"b\""));
	cr_expect(console_static_matches(SLICE("*"), "\"b\""));
	cr_expect_not(console_static_matches(SLICE("\"x\""), "\"b\""));
	cr_expect_not(console_static_matches(SLICE(""), "\"b\""));
}
