/* SPDX-License-Identifier: Apache-2.0 */

/* What the world is told about an alert, as JSON lines; and the text that carries an alert's state from one attempt to
 * the next. Both are written into the parcel's arena, once. */

#include "base/civil.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/number.h"
#include "pipeline/pipeline_inner.h"

#define MEMBERS_OCTETS_MAX 1024 /* id 64, template 64, tenant 64, batch 64, each escaped at worst six-fold */
#define EVENT_OCTETS_MAX   4096
#define STATE_NUMBERS      6
#define ACCOUNT_OCTETS_MAX 34 /* of a name and a comma */

struct slice events_at(struct pipeline *pipeline)
{
	struct now now = pipeline_now(pipeline);
	if (now.wall != pipeline->at_wall || pipeline->at_len == 0) {
		pipeline->at_wall = now.wall;
		pipeline->at_len = civil_format_rfc3339(now.wall, 0, pipeline->at_text);
	}
	return (struct slice){ pipeline->at_text, pipeline->at_len };
}

/* Room in the arena for at most cap octets; what is not used goes back. */
static struct buf open_buf(struct parcel *parcel, size_t cap)
{
	char *at = arena_alloc(&parcel->arena, cap);
	return buf_over(at, at ? cap : 0);
}

static struct slice close_buf(struct parcel *parcel, struct buf *buf)
{
	if (buf->at == NULL || buf->full)
		return (struct slice){ NULL, 0 };
	arena_trim(&parcel->arena, buf->at, buf->cap, buf->len);
	return buf_slice(buf);
}

struct slice events_members(struct parcel *parcel)
{
	if (parcel->members.at != NULL)
		return parcel->members;
	const struct alert *alert = &parcel->alert;
	size_t cap = 192 + 6 * (alert->id.len + alert->template_name.len + alert->tenant.len + alert->batch.len +
				alert->traceparent.len);
	struct buf buf = open_buf(parcel, cap < MEMBERS_OCTETS_MAX * 4 ? cap : MEMBERS_OCTETS_MAX * 4);
	char entry[ENTRY_ID_OCTETS];
	size_t entry_len = entry_id_format(&parcel->origin, entry);
	if (alert->id.len)
		json_key_text(&buf, "id", alert->id);
	json_key_text(&buf, "entry", (struct slice){ entry, entry_len });
	json_key_text(&buf, "stream", slice_of(lane_name(parcel->origin.lane)));
	json_key_text_if(&buf, "template", alert->template_name);
	json_key_uint_if(&buf, "template_version", parcel->sms.template_version);
	json_key_text_if(&buf, "tenant", alert->tenant);
	json_key_text_if(&buf, "batch", alert->batch);
	json_key_text_if(&buf, "traceparent", alert->traceparent);
	parcel->members = close_buf(parcel, &buf);
	return parcel->members;
}

void events_open(struct pipeline *pipeline, struct buf *buf, struct slice members, const char *event)
{
	buf_put(buf, "{", 1);
	buf_put_slice(buf, members);
	events_put_head(pipeline, buf, event);
}

void events_put_head(struct pipeline *pipeline, struct buf *buf, const char *event)
{
	json_key_text(buf, "event", slice_of(event));
	json_key_text(buf, "at", events_at(pipeline));
}

void events_put_ref(struct buf *buf, struct slice carrier_ref)
{
	json_text(buf, carrier_ref.at ? carrier_ref : SLICE(""));
}

static void put_refs(struct buf *buf, const struct parcel *parcel, bool is_whole)
{
	json_key(buf, "refs");
	json_open(buf, '[');
	for (unsigned i = 0; i < parcel_ref_count(parcel); i++)
		events_put_ref(buf, parcel_ref(parcel, i));
	json_close(buf, ']');
	json_key_uint(buf, "segments",
		      is_whole ? parcel->encoded.billed : (unsigned)__builtin_popcount(parcel->accepted));
}

/* In closing events and “held” only: what follows them names the same entry, and would carry it through the receipts' keys. */
static void put_number(struct buf *buf, const struct msisdn *to)
{
	if (to->len == 0)
		return;
	json_key(buf, "to");
	buf_put(buf, "\"+", 2);
	buf_put(buf, to->digits, to->len);
	buf_put_u8(buf, '"');
}

struct slice events_closing(struct pipeline *pipeline, struct parcel *parcel, enum closing closing, const char *reason)
{
	struct slice members = events_members(parcel);
	if (members.at == NULL)
		return members;
	bool is_encoded = parcel->encoded.segment_count > 0 && parcel->refs != NULL;
	bool was_sent = is_encoded && (closing == CLOSING_ACCEPTED || parcel->accepted != 0 ||
				       (closing == CLOSING_DEAD && parcel->submitted != 0));
	size_t refs = 0;
	for (unsigned i = 0; was_sent && i < parcel_ref_count(parcel); i++)
		refs += 3 + 6 * parcel_ref(parcel, i).len;
	size_t cap = members.len + refs + 320 + (reason ? 6 * strlen(reason) : 0) + 6 * parcel->alert.consent.len;
	struct buf buf = open_buf(parcel, cap < EVENT_OCTETS_MAX * 4 ? cap : EVENT_OCTETS_MAX * 4);
	events_open(pipeline, &buf, members, closing_name(closing));
	put_number(&buf, &parcel->alert.to);
	if (was_sent) {
		json_key_text(&buf, "account", slice_of(pipeline->options->accounts[parcel->account].name));
		put_refs(&buf, parcel, closing == CLOSING_ACCEPTED);
	}
	if (was_sent || parcel->attempts > 0)
		json_key_uint(&buf, "attempt", parcel->attempts + 1);
	if (parcel->is_ambiguous) {
		json_key_bool(&buf, "ambiguous", true);
	}
	if (reason != NULL)
		json_key_text(&buf, "reason", slice_of(reason));
	if (closing == CLOSING_ACCEPTED)
		json_key_text_if(&buf, "consent", parcel->alert.consent);
	if (closing == CLOSING_ACCEPTED && parcel->exempt != PROTECTION_NONE)
		json_key_text(&buf, "exempt", slice_of(protection_name(parcel->exempt)));
	json_close(&buf, '}');
	return close_buf(parcel, &buf);
}

struct slice events_held(struct pipeline *pipeline, struct parcel *parcel, const char *reason, bool has_account)
{
	struct slice members = events_members(parcel);
	if (members.at == NULL)
		return members;
	struct buf buf = open_buf(parcel, members.len + 288);
	events_open(pipeline, &buf, members, "held");
	put_number(&buf, &parcel->alert.to);
	if (has_account)
		json_key_text(&buf, "account", slice_of(pipeline->options->accounts[parcel->account].name));
	json_key_text(&buf, "reason", slice_of(reason));
	json_key_bool(&buf, "ambiguous", true);
	json_close(&buf, '}');
	return close_buf(parcel, &buf);
}

uint32_t events_text_hash(const struct parcel *parcel)
{
	return hash32(HASH32_START, parcel->sms.text);
}

/* Its account, and where there is something to tell: attempts on it, and the accounts that refused it before. */
static void put_accounts(const struct pipeline *pipeline, const struct parcel *parcel, struct buf *buf)
{
	buf_put_text(buf, pipeline->options->accounts[parcel->account].name);
	bool is_exempt = parcel->exempt != PROTECTION_NONE;
	if (parcel->here == 0 && parcel->tried == 0 && !parcel->may_resend && !parcel->was_resent && !is_exempt)
		return;
	buf_put_u8(buf, ',');
	buf_put_uint(buf, parcel->here);
	if (parcel->may_resend)
		buf_put_u8(buf, 'r');
	if (parcel->was_resent)
		buf_put_u8(buf, 's');
	if (is_exempt) {
		buf_put_u8(buf, ':');
		buf_put_text(buf, protection_name(parcel->exempt));
	}
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		if ((parcel->tried >> i & 1) == 0)
			continue;
		buf_put_u8(buf, ',');
		buf_put_text(buf, pipeline->options->accounts[i].name);
	}
}

static void put_state_refs(struct parcel *parcel, struct buf *buf)
{
	for (unsigned i = 0; i < parcel->encoded.segment_count; i++) {
		buf_put_u8(buf, ' ');
		if (parcel->refs[i].len)
			buf_put_hex(buf, parcel->refs[i].at, parcel->refs[i].len);
		else
			buf_put_u8(buf, '-');
	}
}

struct slice events_state(struct pipeline *pipeline, struct parcel *parcel)
{
	/* It waits for its time, or for its route to open, and was never tried: then it was not encoded (prepare.c). */
	if (parcel->encoded.segment_count == 0)
		return SLICE("");
	size_t cap = 160 + (size_t)__builtin_popcountll(parcel->tried) * ACCOUNT_OCTETS_MAX;
	for (unsigned i = 0; i < parcel->encoded.segment_count; i++)
		cap += 2 * parcel->refs[i].len + 2;
	struct buf buf = open_buf(parcel, cap);
	unsigned numbers[] = { parcel->reference, parcel->encoded.segment_count, parcel->accepted, parcel->throttles,
			       parcel->doubts,    events_text_hash(parcel) };
	for (unsigned i = 0; i < STATE_NUMBERS; i++) {
		buf_put_uint(&buf, numbers[i]);
		buf_put_u8(&buf, ' ');
	}
	put_accounts(pipeline, parcel, &buf);
	put_state_refs(parcel, &buf);
	return close_buf(parcel, &buf);
}

/* The index of an account; the count of all where none has that name, or it is gone. */
static unsigned find_account(const struct pipeline *pipeline, struct slice name)
{
	unsigned i = 0;
	while (i < pipeline->account_count &&
	       (!slice_is(name, pipeline->options->accounts[i].name) || pipeline->accounts[i].is_gone))
		i++;
	return i;
}

/* True where the word ends with that letter, which is taken off. */
static bool takes_mark(struct slice *word, char mark)
{
	bool has = word->len > 0 && word->at[word->len - 1] == mark;
	word->len -= has;
	return has;
}

static enum protection_rule rule_named(struct slice name)
{
	unsigned rule = PROTECTION_NONE + 1;
	while (rule < PROTECTION_COUNT && !slice_is(name, protection_name((enum protection_rule)rule)))
		rule++;
	return rule < PROTECTION_COUNT ? (enum protection_rule)rule : PROTECTION_NONE;
}

/* Reads what put_accounts wrote. False where the account is gone from the configuration. */
static bool read_accounts(const struct pipeline *pipeline, struct parcel *parcel, struct slice word)
{
	unsigned account = find_account(pipeline, slice_cut(&word, ','));
	uint64_t here = 0;
	struct slice exempt = slice_cut(&word, ',');
	struct slice count = slice_cut(&exempt, ':');
	bool was_resent = takes_mark(&count, 's');
	bool may_resend = takes_mark(&count, 'r');
	bool is_here = number_parse(count, UINT32_MAX, &here);
	parcel->may_resend = parcel->may_resend || may_resend;
	parcel->was_resent = parcel->was_resent || was_resent;
	parcel->exempt = rule_named(exempt);
	while (word.len > 0) {
		unsigned tried = find_account(pipeline, slice_cut(&word, ','));
		if (tried < pipeline->account_count)
			parcel->tried |= UINT64_C(1) << tried;
	}
	if (account == pipeline->account_count)
		return false;
	parcel->account = (uint8_t)account;
	parcel->here = is_here ? (uint32_t)here : 0;
	return true;
}

bool events_state_parse(struct pipeline *pipeline, struct parcel *parcel, struct slice state)
{
	if (state.len == 0)
		return false;
	uint64_t numbers[STATE_NUMBERS];
	static const uint64_t limits[STATE_NUMBERS] = { UINT16_MAX, SMS_SEGMENTS_MAX, UINT16_MAX,
							UINT32_MAX, UINT32_MAX,       UINT32_MAX };
	for (unsigned i = 0; i < STATE_NUMBERS; i++) {
		if (!number_parse(slice_cut(&state, ' '), limits[i], &numbers[i]))
			return false;
	}
	struct slice accounts = slice_cut(&state, ' ');
	parcel->throttles = (uint32_t)numbers[3];
	parcel->doubts += (uint32_t)numbers[4];
	if (!read_accounts(pipeline, parcel, accounts)) {
		/* It is sent whole, by another; the phone may have parts of it already. */
		parcel->is_ambiguous = parcel->is_ambiguous || numbers[2] != 0;
		parcel->doubts += numbers[2] != 0;
		return false;
	}
	parcel->state_segments = (uint8_t)numbers[1];
	parcel->state_hash = (uint32_t)numbers[5];
	parcel->reference = (uint16_t)numbers[0];
	parcel->accepted = (uint16_t)numbers[2];
	parcel->state_refs = arena_copy(&parcel->arena, state);
	return true;
}

/* The octets that a word of hexadecimal digits means; absent where it is none. */
static struct slice read_hex(struct parcel *parcel, struct slice word)
{
	char *octets = word.len % 2 == 0 ? arena_alloc(&parcel->arena, word.len / 2) : NULL;
	for (size_t i = 0; octets != NULL && i < word.len / 2; i++) {
		int high = number_hex_digit(word.at[2 * i]);
		int low = number_hex_digit(word.at[2 * i + 1]);
		if (high < 0 || low < 0)
			return (struct slice){ NULL, 0 };
		octets[i] = (char)(high << 4 | low);
	}
	return (struct slice){ octets, octets ? word.len / 2 : 0 };
}

void events_state_refs(struct parcel *parcel)
{
	struct slice rest = parcel->state_refs;
	for (unsigned i = 0; i < parcel->encoded.segment_count && rest.len; i++) {
		struct slice word = slice_cut(&rest, ' ');
		if (parcel->accepted & 1u << i && word.len >= 2 && word.len <= 2 * CARRIER_REF_MAX)
			parcel->refs[i] = read_hex(parcel, word);
	}
}
