/* SPDX-License-Identifier: Apache-2.0 */
#include "model/account_change.h"

#include "base/check.h"
#include "base/civil.h"
#include "base/json.h"
#include "base/utf8.h"

/* Fits on one line, and nothing else. */
static bool is_fine(const char *text, size_t most)
{
	size_t len = strlen(text);
	bool is_fine = len <= most;
	for (size_t i = 0; is_fine && i < len;) {
		uint32_t code = 0;
		size_t octets = utf8_decode(text + i, len - i, &code);
		is_fine = octets > 0 && code >= 0x20 && !(code >= 0x7F && code < 0xA0);
		i += octets;
	}
	return is_fine;
}

#define TEXT_OF_2(number) #number
#define TEXT_OF(number)   TEXT_OF_2(number)

const char *account_change_flaw(const struct account_change *change, const char **of)
{
	*of = "by";
	if (!is_fine(change->who, PAUSE_WHO_MAX))
		return "is a name of at most " TEXT_OF(PAUSE_WHO_MAX) " octets without control characters";
	*of = "reason";
	if (!is_fine(change->reason, ACCOUNT_REASON_MAX))
		return "is a text of at most " TEXT_OF(ACCOUNT_REASON_MAX) " octets without control characters";
	return NULL;
}

void account_change_write(const struct account_change *change, char *field, char *word, char *note)
{
	struct buf field_buf = buf_over(field, ACCOUNT_FIELD_OCTETS - 1);
	struct buf word_buf = buf_over(word, ACCOUNT_WORD_OCTETS - 1);
	struct buf note_buf = buf_over(note, ACCOUNT_NOTE_OCTETS - 1);
	buf_put_format(&field_buf, "%s%.*s", change->is_tps ? "tps:" : "state:", ACCOUNT_NAME_MAX, change->account);
	if (change->is_tps && change->has_tps)
		buf_put_format(&word_buf, "%u", (unsigned)change->tps);
	else if (!change->is_tps && change->stance != ACCOUNT_RUNS)
		buf_put_text(&word_buf, account_stance_name(change->stance));
	buf_put_format(&note_buf, "%.*s\t%.*s", PAUSE_WHO_MAX, change->who, ACCOUNT_REASON_MAX, change->reason);
	CHECK(!field_buf.full && !word_buf.full && !note_buf.full);
	field[field_buf.len] = word[word_buf.len] = note[note_buf.len] = '\0';
}

bool account_answer_read(const struct account_change *change, struct slice value, bool was_so,
			 struct account_answer *out)
{
	char field[ACCOUNT_FIELD_OCTETS];
	char word[ACCOUNT_WORD_OCTETS];
	char note[ACCOUNT_NOTE_OCTETS];
	unsigned count = 0;
	struct account_answer answer = { .was_so = was_so, .now = { .stance = ACCOUNT_RUNS } };
	account_change_write(change, field, word, note);
	if (word[0] != '\0' && !account_order_read(slice_of(field), value, &answer.now, &count, 1))
		return false;
	size_t len = strnlen(change->account, ACCOUNT_NAME_MAX);
	memcpy(answer.now.name, change->account, len);
	answer.now.name[len] = '\0';
	*out = answer;
	return true;
}

void account_answer_write(const struct account_change *change, const struct account_answer *answer, struct buf *out)
{
	char at[32];
	const struct account_order *now = &answer->now;
	const struct pause_note *note = change->is_tps ? &now->tps_note : &now->note;
	json_open(out, '{');
	json_key_text(out, "account", slice_of(now->name));
	if (change->is_tps) {
		json_key(out, "tps");
		if (now->has_tps)
			json_uint(out, now->tps);
		else
			json_absent(out);
	} else {
		json_key_text(out, "state", slice_of(account_stance_name(now->stance)));
		json_key_text_if(out, "reason", slice_of(now->reason));
	}
	if (note->since > 0)
		json_key_text(out, "since", (struct slice){ at, civil_format_rfc3339(note->since, 0, at) });
	json_key_text_if(out, "by", slice_of(note->who));
	json_key_bool(out, "was_so", answer->was_so);
	json_close(out, '}');
}
