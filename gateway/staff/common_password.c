/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/common_password.h"

#include <ctype.h>

/* The file, embedded by the build. */
extern const unsigned char common_passwords[];
extern const size_t common_passwords_len;

static bool is_same(struct slice word, struct slice text)
{
	if (word.len != text.len)
		return false;
	size_t i = 0;
	while (i < text.len && word.at[i] == (char)tolower((unsigned char)text.at[i]))
		i++;
	return i == text.len;
}

static bool is_listed(struct slice text)
{
	struct slice rest = { (const char *)common_passwords, common_passwords_len };
	while (text.len > 0 && rest.len > 0) {
		struct slice line = slice_cut(&rest, '\n');
		if (line.len > 0 && line.at[0] == '#')
			continue;
		while (line.len > 0)
			if (is_same(slice_cut(&line, ' '), text))
				return true;
	}
	return false;
}

static bool is_letter(char octet)
{
	return isalpha((unsigned char)octet) || ((unsigned char)octet & 0x80u) != 0;
}

bool common_password_is(struct slice password, bool also_in_the_middle)
{
	if (is_listed(password))
		return true;
	while (password.len > 0 && !is_letter(password.at[0]))
		password = (struct slice){ password.at + 1, password.len - 1 };
	while (password.len > 0 && !is_letter(password.at[password.len - 1]))
		password.len--;
	return also_in_the_middle && is_listed(password);
}
