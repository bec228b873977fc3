/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_letter.h"

#include "base/json.h"
#include "base/utf8.h"
#include "cli/cli_time.h"
#include "model/entry.h"
#include "model/msisdn.h"

#define SHOWN_OCTETS  640          /* of one text in a line */
#define REASON_OCTETS SHOWN_OCTETS /* of a reason; the gateway's own have 400 at most */
#define VALUE_OCTETS  (ALERT_OCTETS_MAX + 1)
#define TEXT_OCTETS   (2 * ALERT_OCTETS_MAX) /* of an alert, masked */

static struct slice cut(struct slice text, size_t max)
{
	return text.len <= max ? text : (struct slice){ text.at, utf8_whole(text.at, max) };
}

struct slice cli_letter_word(const struct cli_letter *letter)
{
	struct slice reason = cut(letter->reason, SHOWN_OCTETS);
	return slice_cut(&reason, ':');
}

static struct slice sentence_of(const struct cli_letter *letter)
{
	struct slice reason = cut(letter->reason, REASON_OCTETS);
	size_t skip = cli_letter_word(letter).len;
	while (skip < reason.len && (reason.at[skip] == ':' || reason.at[skip] == ' '))
		skip++;
	return (struct slice){ reason.at + skip, reason.len - skip };
}

/* A text as a terminal may have it: control characters and malformed octets become “?”. Ids keep their digits, unlike
 * msisdn_mask_text: people need them whole. Returns out. */
static const char *clean(struct slice text, char out[static SHOWN_OCTETS])
{
	size_t len = 0;
	text = cut(text, SHOWN_OCTETS - 1);
	for (size_t i = 0; i < text.len;) {
		uint32_t code;
		size_t used = utf8_decode(text.at + i, text.len - i, &code);
		bool is_bad = used == 0 || code < 0x20 || (code >= 0x7F && code < 0xA0);
		if (is_bad)
			out[len++] = '?';
		else
			memcpy(out + len, text.at + i, used);
		len += is_bad ? 0 : used;
		i += used ? used : 1;
	}
	out[len] = '\0';
	return out;
}

static const char *masked(struct slice text, char out[SHOWN_OCTETS])
{
	msisdn_mask_text(text, out, SHOWN_OCTETS);
	return out;
}

static const char *or_dash(const char *text)
{
	return *text ? text : "-";
}

void cli_letter_print(const struct cli_letter *letter, const struct zone *zone, FILE *out)
{
	char when[CLI_TIME_OCTETS];
	char texts[6][SHOWN_OCTETS];
	fprintf(out, "%s  %-22s", cli_time_format(letter->at, zone, when),
		clean(letter->entry.len ? letter->entry : letter->origin, texts[0]));
	if (letter->reason.at)
		fprintf(out, "  %-12s", or_dash(clean(cli_letter_word(letter), texts[1])));
	fprintf(out, "  %-20s  %-16s  ", or_dash(clean(letter->glance.id, texts[2])),
		or_dash(clean(letter->glance.template_name, texts[3])));
	masked(letter->glance.to, texts[4]);
	if (letter->reason.at)
		fprintf(out, "%-12s  %s", or_dash(texts[4]), or_dash(masked(sentence_of(letter), texts[5])));
	else
		fputs(or_dash(texts[4]), out);
	fputc('\n', out);
}

static void print_field(const char *name, const char *text, FILE *out)
{
	if (*text)
		fprintf(out, "  %-12s  %s\n", name, text);
}

/* A text in which phone numbers are masked, and account numbers and the like are not. Returns out. */
static struct slice mobiles_masked(struct slice text, char out[static VALUE_OCTETS])
{
	size_t len = msisdn_mask_mobiles(cut(text, ALERT_OCTETS_MAX), out, VALUE_OCTETS);
	return (struct slice){ out, len };
}

/* The fields of the alert that are shown. Names, which people say again as options, are shown as they are. */
struct shown {
	const char *name;
	struct slice text;
	bool may_hold_numbers;
};

#define SHOWN_COUNT 9

static void shown_fields(const struct alert_glance *glance, struct shown out[SHOWN_COUNT])
{
	const struct shown fields[SHOWN_COUNT] = {
		{ "template", glance->template_name, false },
		{ "tenant", glance->tenant, false },
		{ "batch", glance->batch, false },
		{ "subject", glance->subject, true },
		{ "priority", glance->priority, false },
		{ "locale", glance->locale, false },
		{ "as_of", glance->as_of, false },
		{ "not_before", glance->not_before, false },
		{ "expires_at", glance->expires_at, false },
	};
	memcpy(out, fields, sizeof fields);
}

static void print_shown(const struct shown *field, FILE *out)
{
	static char value[VALUE_OCTETS];
	char text[SHOWN_OCTETS];
	struct slice shown = field->may_hold_numbers ? mobiles_masked(field->text, value) : field->text;
	print_field(field->name, clean(shown, text), out);
}

static void print_params(const struct alert_glance *glance, bool with_values, FILE *out)
{
	static char value[VALUE_OCTETS];
	char name[SHOWN_OCTETS];
	for (unsigned i = 0; i < glance->param_count; i++) {
		const struct alert_param *param = &glance->params[i];
		fprintf(out, "  %-12s  %s: ", "param", masked(param->name, name));
		if (!with_values)
			fprintf(out, "%zu octets\n", param->value.len);
		else
			fprintf(out, "%s\n",
				param->value.at ? mobiles_masked(param->value, value).at : "(neither text nor number)");
	}
}

/* The octets of the alert, numbers masked, each line below the other. */
static void print_text(const struct cli_letter *letter, FILE *out)
{
	static char text[TEXT_OCTETS];
	struct slice rest = cut(letter->alert, ALERT_OCTETS_MAX);
	while (rest.len > 0) {
		msisdn_mask_text(slice_cut(&rest, '\n'), text, sizeof text);
		fprintf(out, "  | %s\n", text);
	}
}

void cli_letter_print_whole(const struct cli_letter *letter, const struct zone *zone, bool with_values, FILE *out)
{
	char when[CLI_TIME_OCTETS];
	char text[SHOWN_OCTETS];
	struct shown fields[SHOWN_COUNT];
	const struct alert_glance *glance = &letter->glance;
	fprintf(out, "%s\n", clean(letter->entry.len ? letter->entry : letter->origin, text));
	print_field(letter->reason.at ? "died" : "held since", cli_time_format(letter->at, zone, when), out);
	print_field("reason", masked(cut(letter->reason, REASON_OCTETS), text), out);
	print_field("origin", clean(letter->origin, text), out);
	print_field("id", clean(glance->id, text), out);
	print_field("to", masked(glance->to, text), out);
	shown_fields(glance, fields);
	for (unsigned i = 0; i < SHOWN_COUNT; i++)
		print_shown(&fields[i], out);
	print_params(glance, with_values, out);
	print_field("ambiguous", letter->is_ambiguous ? "the phone may have the text, or a part of it" : "", out);
	fprintf(out, "  %-12s  %zu octets%s%s\n", "alert", letter->alert.len,
		letter->glance.is_whole ? "" : ", not well-formed JSON",
		letter->is_usable ? "" : "; it can't be sent again as it is");
	if (with_values)
		print_text(letter, out);
}

/* -- JSON -- */

static void put_masked(struct buf *out, const char *key, struct slice text)
{
	char shown[REASON_OCTETS];
	if (text.at != NULL) {
		size_t len = msisdn_mask_text(text, shown, sizeof shown);
		json_key_text(out, key, (struct slice){ shown, len });
	}
}

static void put_mobiles_masked(struct buf *out, const char *key, struct slice text)
{
	static char shown[VALUE_OCTETS];
	json_key_text(out, key, text.at ? mobiles_masked(text, shown) : text);
}

static void put_members(const struct cli_letter *letter, struct buf *out)
{
	char at[32];
	size_t at_len = civil_format_rfc3339(letter->at, 0, at);
	json_key_text_if(out, "entry", cut(letter->entry, SHOWN_OCTETS));
	json_key_text_if(out, "origin", cut(letter->origin, SHOWN_OCTETS));
	json_key_text(out, "at", (struct slice){ at, at_len });
	if (letter->reason.at != NULL)
		json_key_text(out, "reason", cli_letter_word(letter));
	else
		json_key_uint(out, "attempt", letter->attempt);
	put_masked(out, "sentence", letter->reason.at ? sentence_of(letter) : letter->reason);
	json_key_text_if(out, "id", letter->glance.id);
	json_key_text_if(out, "template", letter->glance.template_name);
	json_key_text_if(out, "tenant", letter->glance.tenant);
	json_key_text_if(out, "batch", letter->glance.batch);
	put_masked(out, "to", letter->glance.to);
	if (letter->is_ambiguous) {
		json_key_bool(out, "ambiguous", true);
	}
	json_key_bool(out, "usable", letter->is_usable);
}

void cli_letter_put(const struct cli_letter *letter, struct buf *out)
{
	json_open(out, '{');
	put_members(letter, out);
	json_close(out, '}');
}

static void put_param(const struct alert_param *param, bool with_values, struct buf *out)
{
	json_open(out, '{');
	put_masked(out, "name", param->name);
	json_key_uint(out, "octets", param->value.len);
	if (with_values)
		put_mobiles_masked(out, "value", param->value);
	json_close(out, '}');
}

static void put_shown(const struct shown *field, struct buf *out)
{
	if (field->may_hold_numbers && field->text.at)
		put_mobiles_masked(out, field->name, field->text);
	else
		json_key_text_if(out, field->name, field->text);
}

void cli_letter_put_whole(const struct cli_letter *letter, bool with_values, struct buf *out)
{
	struct shown fields[SHOWN_COUNT];
	const struct alert_glance *glance = &letter->glance;
	shown_fields(glance, fields);
	json_open(out, '{');
	put_members(letter, out);
	for (unsigned i = 3; i < SHOWN_COUNT; i++) /* the first three are members already */
		put_shown(&fields[i], out);
	json_key(out, "params");
	json_open(out, '[');
	for (unsigned i = 0; i < glance->param_count; i++)
		put_param(&glance->params[i], with_values, out);
	json_close(out, ']');
	json_key_bool(out, "well_formed", glance->is_whole);
	json_key_uint(out, "octets", letter->alert.len);
	if (with_values) {
		static char text[TEXT_OCTETS];
		size_t len = msisdn_mask_text(cut(letter->alert, ALERT_OCTETS_MAX), text, sizeof text);
		json_key_text(out, "alert", (struct slice){ text, len });
	}
	json_close(out, '}');
}

void cli_letter_put_event(const struct cli_letter *letter, const char *event, struct slice reason, bool is_ambiguous,
			  wall_ms now, struct buf *out)
{
	char at[32];
	size_t at_len = civil_format_rfc3339(now, 0, at);
	struct entry_key origin;
	json_open(out, '{');
	json_key_text_if(out, "id", letter->glance.id);
	if (entry_key_parse(letter->origin, &origin)) {
		char entry[ENTRY_ID_OCTETS];
		size_t entry_len = entry_id_format(&origin, entry);
		json_key_text(out, "entry", (struct slice){ entry, entry_len });
		json_key_text(out, "stream", slice_of(lane_name(origin.lane)));
	} else {
		json_key_text(out, "entry", cut(letter->origin, SHOWN_OCTETS));
	}
	json_key_text_if(out, "template", letter->glance.template_name);
	json_key_text_if(out, "tenant", letter->glance.tenant);
	json_key_text_if(out, "batch", letter->glance.batch);
	json_key_text(out, "event", slice_of(event));
	json_key_text(out, "at", (struct slice){ at, at_len });
	if (is_ambiguous) {
		json_key_bool(out, "ambiguous", true);
	}
	json_key_text_if(out, "reason", cut(reason, REASON_OCTETS));
	json_close(out, '}');
}
