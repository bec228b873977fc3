/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_callback_inner.h"

#include "base/number.h"
#include "base/utf8.h"

#include <stdlib.h>

/* Messages from phones: their values → what the pipeline takes. */

static const struct http_callback_mo_dialect dialects[] = {
#define CALLBACK_MO(name, text, from, country, to, reference, total, part, id, is_international) \
	{ name, { text, from, country, to, reference, total, part, id }, is_international },
#include "wire/http/http_callback_defs.def"
#undef CALLBACK_MO
};

const struct http_callback_mo_dialect *http_callback_mo_find(const char *dialect)
{
	for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++)
		if (strcmp(dialects[i].name, dialect) == 0)
			return &dialects[i];
	return NULL;
}

/* True for digits that begin as calling codes do. */
static bool begins_with_code(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
	}
	return text.len != 0 && text.at[0] != '0';
}

/* As SMPP's: what cannot be shown becomes “?”, and what is longer than any number is cut. A “+” is written where the provider
 * leaves it out, since 13105550100 of Los Angeles would else be read as a number of the gateway's own country. */
static struct slice put_address(struct slice country, bool is_international, struct slice text,
				char out[MO_ADDRESS_MAX])
{
	struct buf buf = buf_over(out, MO_ADDRESS_MAX);
	if (is_international && begins_with_code(text))
		buf_put_text(&buf, "+");
	if (country.len != 0 && text.len != 0 && text.at[0] != '+') {
		buf_put_text(&buf, "+");
		buf_put_slice(&buf, country);
	}
	for (size_t i = 0; i < text.len && buf.len < MO_ADDRESS_MAX; i++)
		buf_put_u8(&buf, (uint8_t)text.at[i]);
	for (size_t i = 0; i < buf.len; i++)
		out[i] = out[i] >= 0x20 && out[i] <= 0x7E ? out[i] : '?';
	return buf_slice(&buf);
}

/* One that could not be told apart from another, were it cut or changed, is none. */
static struct slice put_id(struct slice id, char out[MO_ID_MAX])
{
	if (id.len > MO_ID_MAX)
		return (struct slice){ NULL, 0 };
	for (size_t i = 0; i < id.len; i++) {
		if (id.at[i] < 0x20 || id.at[i] > 0x7E)
			return (struct slice){ NULL, 0 };
		out[i] = id.at[i];
	}
	return (struct slice){ out, id.len };
}

static void set_part(struct mo *mo, struct slice reference, struct slice total, struct slice part)
{
	uint64_t numbers[3];
	if (!number_parse(reference, UINT16_MAX, &numbers[0]) || !number_parse(total, UINT8_MAX, &numbers[1]) ||
	    !number_parse(part, UINT8_MAX, &numbers[2]) || numbers[1] < 2 || numbers[2] < 1 || numbers[2] > numbers[1])
		return;
	mo->reference = (uint16_t)numbers[0];
	mo->total = (uint8_t)numbers[1];
	mo->part = (uint8_t)numbers[2];
}

enum err http_callback_mo_make(const struct http_callback_mo_dialect *dialect,
			       const struct slice values[HTTP_CALLBACK_MO_FIELD_COUNT], struct http_callback_mo **out)
{
	struct slice text = values[HTTP_CALLBACK_MO_TEXT];
	if (text.len > MO_OCTETS_MAX) {
		*out = NULL;
		return ERR_OK;
	}
	struct http_callback_mo *made = calloc(1, sizeof *made + text.len);
	if (made == NULL)
		return ERR_MEMORY;
	if (text.len != 0)
		memcpy(made->text, text.at, text.len);
	made->mo = (struct mo){
		.from = put_address(values[HTTP_CALLBACK_MO_COUNTRY], dialect->is_international,
				    values[HTTP_CALLBACK_MO_FROM], made->from),
		.to = put_address((struct slice){ NULL, 0 }, false, values[HTTP_CALLBACK_MO_TO], made->to),
		.octets = { made->text, text.len },
		.is_text = utf8_valid(made->text, text.len) == text.len,
		.part = 1,
		.total = 1,
		.id = put_id(values[HTTP_CALLBACK_MO_ID], made->id),
	};
	set_part(&made->mo, values[HTTP_CALLBACK_MO_REFERENCE], values[HTTP_CALLBACK_MO_TOTAL],
		 values[HTTP_CALLBACK_MO_PART]);
	*out = made;
	return ERR_OK;
}
