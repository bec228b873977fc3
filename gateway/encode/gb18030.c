/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/gb18030.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>

#define REPLACEMENT "\xEF\xBF\xBD"

size_t gb18030_decode(struct slice octets, char *out, size_t cap)
{
	iconv_t table = iconv_open("UTF-8", "GB18030");
	if (table == (iconv_t)-1)
		return 0;
	char *in = (char *)(uintptr_t)octets.at; /* read only, whatever its type says */
	size_t in_left = octets.len;
	size_t left = cap;
	while (in_left > 0 && iconv(table, &in, &in_left, &out, &left) == (size_t)-1) {
		if (errno == E2BIG || left < sizeof REPLACEMENT - 1)
			break;
		memcpy(out, REPLACEMENT, sizeof REPLACEMENT - 1);
		out += sizeof REPLACEMENT - 1;
		left -= sizeof REPLACEMENT - 1;
		in++;
		in_left--;
	}
	iconv_close(table);
	return cap - left;
}
