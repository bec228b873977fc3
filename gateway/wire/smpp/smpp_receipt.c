/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_receipt.h"

#include "base/buf.h"
#include "base/number.h"

enum label {
	LABEL_ID,
	LABEL_SUB,
	LABEL_DLVRD,
	LABEL_SUBMIT_DATE,
	LABEL_DONE_DATE,
	LABEL_STAT,
	LABEL_ERR,
	LABEL_TEXT,
	LABEL_NONE,
};

/* A blank in a word stands for any run of blanks and underscores, also none. */
static const struct {
	const char *word;
	enum label label;
} labels[] = {
	{ "id", LABEL_ID },
	{ "sub", LABEL_SUB },
	{ "dlvrd", LABEL_DLVRD },
	{ "submit date", LABEL_SUBMIT_DATE },
	{ "done date", LABEL_DONE_DATE },
	{ "stat", LABEL_STAT },
	{ "err", LABEL_ERR },
	{ "text", LABEL_TEXT },
	{ "txt", LABEL_TEXT },
};

/* SMPP 3.4 appendix B, then what is seen in the field. */
static const struct {
	const char *word;
	enum message_state state;
} states[] = {
	{ "ENROUTE", MESSAGE_STATE_ENROUTE },           { "DELIVRD", MESSAGE_STATE_DELIVERED },
	{ "EXPIRED", MESSAGE_STATE_EXPIRED },           { "DELETED", MESSAGE_STATE_DELETED },
	{ "UNDELIV", MESSAGE_STATE_UNDELIVERABLE },     { "ACCEPTD", MESSAGE_STATE_ACCEPTED },
	{ "UNKNOWN", MESSAGE_STATE_UNKNOWN },           { "REJECTD", MESSAGE_STATE_REJECTED },
	{ "DELIVERED", MESSAGE_STATE_DELIVERED },       { "UNDELIVERABLE", MESSAGE_STATE_UNDELIVERABLE },
	{ "UNDELIVERED", MESSAGE_STATE_UNDELIVERABLE }, { "FAILED", MESSAGE_STATE_UNDELIVERABLE },
	{ "ACCEPTED", MESSAGE_STATE_ACCEPTED },         { "ACKED", MESSAGE_STATE_ACCEPTED },
	{ "REJECTED", MESSAGE_STATE_REJECTED },         { "DND_REJECTED", MESSAGE_STATE_REJECTED },
	{ "BUFFRED", MESSAGE_STATE_ENROUTE },           { "BUFFERED", MESSAGE_STATE_ENROUTE },
	{ "SCHEDULED", MESSAGE_STATE_ENROUTE },         { "SKIPPED", MESSAGE_STATE_SKIPPED },
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

/* 0x11 is the underscore of the GSM alphabet. */
static bool is_underscore(char c)
{
	return c == '_' || c == 0x11;
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static char to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static size_t skip_blanks(struct slice text, size_t i)
{
	while (i < text.len && is_blank(text.at[i]))
		i++;
	return i;
}

/* Offset behind the word that begins at i; 0 where it is another one. */
static size_t word_end(struct slice text, size_t i, const char *word)
{
	for (; *word; word++) {
		if (*word == ' ') {
			while (i < text.len && (is_blank(text.at[i]) || is_underscore(text.at[i])))
				i++;
		} else if (i < text.len && to_upper(text.at[i]) == to_upper(*word)) {
			i++;
		} else {
			return 0;
		}
	}
	return i;
}

/* A label begins where no word, number or longer label (“msgid:”, “message-id:”) reaches into it. */
static bool is_boundary(struct slice text, size_t i)
{
	if (i == 0)
		return true;
	char before = text.at[i - 1];
	return !is_alnum(before) && !is_underscore(before) && before != '-' && before != '.' && before != ':' &&
	       (signed char)before >= 0;
}

/* The label that begins at i; value: offset behind its colon. */
static enum label label_at(struct slice text, size_t i, size_t *value)
{
	if (i >= text.len || !is_alnum(text.at[i]))
		return LABEL_NONE;
	for (size_t row = 0; row < sizeof labels / sizeof labels[0]; row++) {
		if ((text.at[i] | 0x20) != labels[row].word[0])
			continue;
		size_t end = word_end(text, i, labels[row].word);
		if (end == 0)
			continue;
		end = skip_blanks(text, end);
		if (end < text.len && text.at[end] == ':') {
			*value = end + 1;
			return labels[row].label;
		}
	}
	return LABEL_NONE;
}

static struct slice trim_nuls(struct slice text)
{
	while (text.len && text.at[text.len - 1] == '\0')
		text.len--;
	return text;
}

/* Reads labels and values from front to back into values[LABEL_NONE]; returns the offset of the first “id:”. */
static size_t scan(struct slice text, struct slice *values)
{
	size_t id_at = text.len;
	size_t value_end = 0;
	for (size_t i = 0; i < text.len;) {
		size_t value;
		bool may_begin = i == value_end || is_boundary(text, i);
		enum label label = may_begin ? label_at(text, i, &value) : LABEL_NONE;
		if (label == LABEL_NONE) {
			i++;
			continue;
		}
		if (label == LABEL_ID && values[LABEL_ID].at == NULL)
			id_at = i;
		size_t begin = skip_blanks(text, value);
		if (label == LABEL_TEXT) {
			values[LABEL_TEXT] = (struct slice){ text.at + begin, text.len - begin };
			return id_at;
		}
		/* A label in the place of the value: there is no value. */
		size_t end = begin;
		if (label_at(text, begin, &value) == LABEL_NONE) {
			while (end < text.len && !is_blank(text.at[end]) && text.at[end] != ',' && text.at[end] != ';')
				end++;
		}
		if (values[label].at == NULL)
			values[label] = (struct slice){ text.at + begin, end - begin };
		value_end = end;
		i = end > i ? end : i + 1;
	}
	/* Some leave out the label of the text. */
	value_end = skip_blanks(text, value_end);
	if (values[LABEL_STAT].at && value_end < text.len)
		values[LABEL_TEXT] = (struct slice){ text.at + value_end, text.len - value_end };
	return id_at;
}

static void parse(struct slice text, struct smpp_receipt *out)
{
	struct slice values[LABEL_NONE] = { 0 };
	size_t id_at = scan(text, values);

	unsigned count = 0;
	for (enum label label = LABEL_ID; label < LABEL_TEXT; label++)
		count += values[label].at != NULL;
	bool is_first = values[LABEL_ID].at && id_at == skip_blanks(text, 0);
	out->is_receipt = values[LABEL_STAT].at && (is_first || count >= 4);
	out->id = values[LABEL_ID];
	out->sub = values[LABEL_SUB];
	out->dlvrd = values[LABEL_DLVRD];
	out->submit_date = values[LABEL_SUBMIT_DATE];
	out->done_date = values[LABEL_DONE_DATE];
	out->stat = values[LABEL_STAT];
	out->err = values[LABEL_ERR];
	out->text = trim_nuls(values[LABEL_TEXT]);
	out->state = smpp_receipt_state(out->stat);
}

void smpp_receipt_parse(enum smpp_alphabet alphabet, struct slice text, size_t udh_octets, struct smpp_receipt *out)
{
	struct buf memory = buf_over(out->read, sizeof out->read);
	struct slice read = smpp_receipt_text(alphabet, text, udh_octets, &memory);
	parse(read, out);
	if (out->is_receipt || read.at == text.at)
		return;
	/* Its carrier says one alphabet and writes in another. One that has its state elsewhere is known by its id. */
	bool has_id = out->id.at != NULL;
	parse(text, out);
	if (!out->is_receipt && (has_id || out->id.at == NULL))
		parse(read, out);
}

/* message_state and MESSAGE_STATE_* have the same numbers but for SCHEDULED, which is not on its way for good either. */
enum message_state smpp_receipt_state_of_number(uint64_t number)
{
	if (number == 0)
		return MESSAGE_STATE_ENROUTE;
	return number < MESSAGE_STATE_COUNT ? (enum message_state)number : MESSAGE_STATE_NONE;
}

/* Octets that stat and word have in common from the front, in any case. */
static size_t common_len(struct slice stat, const char *word)
{
	size_t i = 0;
	while (i < stat.len && word[i] && to_upper(stat.at[i]) == word[i])
		i++;
	return i;
}

enum message_state smpp_receipt_state(struct slice stat)
{
	enum { CUT_MIN = 3, DIGITS_MAX = 3 };
	uint64_t number = 0;
	struct slice digits = stat;
	while (digits.len > 1 && digits.at[0] == '0') {
		digits.at++;
		digits.len--;
	}
	if (stat.len <= DIGITS_MAX && number_parse(digits, 255, &number))
		return smpp_receipt_state_of_number(number);

	enum message_state state = MESSAGE_STATE_NONE;
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		size_t common = common_len(stat, states[i].word);
		if (common < stat.len || common < CUT_MIN)
			continue;
		if (states[i].word[common] == '\0')
			return states[i].state;
		if (state != MESSAGE_STATE_NONE && state != states[i].state)
			return MESSAGE_STATE_NONE; /* “DEL” may be DELIVRD or DELETED */
		state = states[i].state;
	}
	return state;
}

/* Octets of the user data header; 0 where its length cannot be true. */
static size_t udh_octets_of(const struct smpp_message *message)
{
	struct slice text = message->text;
	if (!(message->esm_class & SMPP_ESM_UDHI) || text.len == 0)
		return 0;
	size_t udh_octets = 1 + (size_t)(uint8_t)text.at[0];
	return udh_octets <= text.len ? udh_octets : 0;
}

static struct slice trim(struct slice text)
{
	text = trim_nuls(text);
	while (text.len && is_blank(text.at[text.len - 1]))
		text.len--;
	while (text.len && is_blank(text.at[0])) {
		text.at++;
		text.len--;
	}
	return text;
}

static void apply_tlvs(const struct smpp_message *message, struct smpp_receipt *out)
{
	struct slice id = trim(message->receipted_message_id);
	if (id.len)
		out->id = id;
	if (message->message_state != SMPP_MESSAGE_STATE_ABSENT)
		out->state = smpp_receipt_state_of_number((uint64_t)message->message_state);
	const uint8_t *code = message->network_error_code;
	if (code) {
		struct buf text = buf_over(out->error_text, sizeof out->error_text);
		buf_put_uint(&text, code[0]);
		buf_put_u8(&text, ':');
		buf_put_uint(&text, (uint64_t)code[1] << 8 | code[2]);
		out->err = buf_slice(&text);
	}
}

bool smpp_receipt_read(const struct smpp_account *account, const struct smpp_message *message, struct smpp_receipt *out)
{
	size_t udh_octets = udh_octets_of(message);
	struct slice text = message->text;
	if (udh_octets)
		text = (struct slice){ text.at + udh_octets, text.len - udh_octets };
	smpp_receipt_parse(smpp_alphabet_of(account, message->data_coding), text, udh_octets, out);
	unsigned type = message->esm_class & SMPP_ESM_TYPE_MASK;
	bool has_tlv = message->receipted_message_id.at || message->message_state != SMPP_MESSAGE_STATE_ABSENT;
	bool is_receipt = type == SMPP_ESM_TYPE_RECEIPT || type == SMPP_ESM_TYPE_INTERMEDIATE ||
			  (type == SMPP_ESM_TYPE_MESSAGE && has_tlv) || out->is_receipt;
	if (!is_receipt)
		return false;
	apply_tlvs(message, out);
	if (out->state == MESSAGE_STATE_ACCEPTED && account->is_accepted_final)
		out->state = MESSAGE_STATE_DELIVERED;
	if (type == SMPP_ESM_TYPE_INTERMEDIATE && message_state_is_final(out->state))
		out->state = MESSAGE_STATE_ENROUTE;
	return true;
}
