/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

bool secret_equal(struct slice given, struct slice known)
{
	volatile unsigned char differs = given.len != known.len;
	if (known.len == 0)
		return given.len == 0;
	for (size_t i = 0; i < given.len; i++)
		differs = (unsigned char)(differs | (given.at[i] ^ known.at[i % known.len]));
	return differs == 0;
}

/* Octets of rest that are a secret, or the beginning of one that ends with it; 0 = none are. */
static size_t secret_at(const struct secrets *secrets, struct slice rest)
{
	for (unsigned i = 0; rest.len >= SECRET_LEAST && i < secrets->count; i++) {
		struct slice secret = secrets->at[i];
		size_t len = secret.len < rest.len ? secret.len : rest.len;
		if (memcmp(rest.at, secret.at, len) == 0)
			return len;
	}
	return 0;
}

void secrets_hide(const struct secrets *secrets, struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.len && out->len < out->cap;) {
		struct slice rest = { text.at + i, text.len - i };
		size_t hidden = secrets ? secret_at(secrets, rest) : 0;
		struct slice shown = hidden ? SLICE(SECRET_HIDDEN) : (struct slice){ rest.at, 1 };
		size_t room = out->cap - out->len;
		buf_put(out, shown.at, shown.len < room ? shown.len : room);
		i += hidden ? hidden : 1;
	}
}

void secrets_show(const struct secrets *secrets, const char *text, char *out, size_t cap)
{
	struct buf shown = buf_over(out, cap - 1);
	secrets_hide(secrets, slice_of(text), &shown);
	out[shown.len] = '\0';
}
