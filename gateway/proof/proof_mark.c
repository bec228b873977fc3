/* SPDX-License-Identifier: Apache-2.0 */
#include "proof/proof_mark.h"

#include "base/json.h"

static void write_words(const char *key, const struct slice words[TEMPLATE_TONGUE_COUNT], struct buf *out)
{
	json_key(out, key);
	json_open(out, '{');
	json_key_text(out, "zh", words[TEMPLATE_TONGUE_ZH]);
	json_key_text(out, "en", words[TEMPLATE_TONGUE_EN]);
	json_close(out, '}');
}

static void write_mark(const struct proof_mark *mark, bool with_locale, struct buf *out)
{
	json_open(out, '{');
	json_key_uint(out, "from", mark->from);
	json_key_uint(out, "to", mark->to);
	json_key_text(out, "severity", slice_of(proof_severity_name(mark->severity)));
	json_key_text(out, "kind", slice_of(mark->kind));
	json_key_text_if(out, "category", mark->category);
	if (with_locale)
		json_key_text_if(out, "locale", mark->locale);
	write_words("message", mark->message, out);
	json_key(out, "fixes");
	json_open(out, '[');
	for (unsigned i = 0; i < mark->fix_count; i++) {
		json_open(out, '{');
		write_words("title", mark->fixes[i].title, out);
		json_key_uint(out, "from", mark->fixes[i].from);
		json_key_uint(out, "to", mark->fixes[i].to);
		json_key_text(out, "insert", mark->fixes[i].insert);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_close(out, '}');
}

void proof_marks_write(const struct proof_marks *marks, bool with_locale, struct buf *out)
{
	json_open(out, '[');
	for (unsigned i = 0; i < marks->count; i++)
		write_mark(&marks->items[i], with_locale, out);
	json_close(out, ']');
}
