/* SPDX-License-Identifier: Apache-2.0 */

/* Doubts: a submit that was never answered has no message id by which its receipt could be found. Where the account sends a
 * reference with it and the carrier brings that back, the receipt finds it by reference and phone number, and says that it
 * was accepted. What waits or is held in doubt is kept under such keys beside the receipts' own. */

#include "pipeline/doubts.h"

#include "base/check.h"
#include "base/number.h"

#include <stdio.h>

/* No message id of a carrier begins so: those are not looked up (receipts.c). */
struct slice doubts_ref(uint16_t user_reference, struct slice number, char out[static DOUBTS_REF_OCTETS])
{
	char tail[MSISDN_TAIL_DIGITS + 1];
	msisdn_tail(number, tail);
	int len = snprintf(out, DOUBTS_REF_OCTETS, "%c%u:%s", DOUBTS_MARK, user_reference, tail);
	return (struct slice){ out, (size_t)len };
}

static struct slice ref_of_segment(struct parcel *parcel, uint8_t segment)
{
	const struct submit_key key = { .origin = parcel->origin, .segment = segment };
	char ref[DOUBTS_REF_OCTETS];
	struct slice number = { parcel->alert.to.digits, parcel->alert.to.len };
	return arena_copy(&parcel->arena, doubts_ref(submit_user_reference(&key), number, ref));
}

/* “reference origin”. */
static struct slice value_of(struct parcel *parcel)
{
	char text[8 + ENTRY_KEY_OCTETS];
	char origin[ENTRY_KEY_OCTETS];
	size_t origin_len = entry_key_format(&parcel->origin, origin);
	int len = snprintf(text, sizeof text, "%u %.*s", parcel->reference, (int)origin_len, origin);
	return arena_copy(&parcel->arena, (struct slice){ text, (size_t)len });
}

bool doubts_parse(struct slice value, uint8_t segment, struct submit_key *out)
{
	const char *blank = value.len ? memchr(value.at, ' ', value.len) : NULL;
	if (blank == NULL)
		return false;
	size_t len = (size_t)(blank - value.at);
	uint64_t reference;
	*out = (struct submit_key){ .segment = segment };
	if (!number_parse((struct slice){ value.at, len }, UINT16_MAX, &reference))
		return false;
	out->reference = (uint16_t)reference;
	return segment > 0 && entry_key_parse((struct slice){ blank + 1, value.len - len - 1 }, &out->origin);
}

void doubts_put_keys(struct pipeline *pipeline, struct parcel *parcel)
{
	const struct pipeline_account *account = &pipeline->options->accounts[parcel->account];
	struct settlement *settlement = &parcel->settlement;
	unsigned count = parcel->encoded.segment_count;
	/* Of a long sms whose reference died with its worker parts can't be told from those of another attempt. */
	bool is_ours = parcel->submitted != 0 || parcel->has_state || count == 1;
	if (!account->sends_reference || !settlement->ambiguous || count == 0 || !is_ours)
		return;
	struct store_receipt_key *keys = arena_alloc(&parcel->arena, count * sizeof *keys);
	struct slice value = value_of(parcel);
	if (keys == NULL || value.at == NULL)
		return; /* a receipt will not find it; a late answer still does */
	for (uint8_t segment = 1; segment <= count; segment++) {
		struct slice ref = ref_of_segment(parcel, segment);
		if ((parcel->accepted & 1u << (segment - 1)) == 0 && ref.at != NULL)
			keys[settlement->receipt_key_count++] = (struct store_receipt_key){ ref, segment };
	}
	settlement->account = account->name;
	settlement->receipt_keys = keys;
	settlement->receipt_value = value;
}
