/* SPDX-License-Identifier: Apache-2.0 */
/* Octets from an SMSC: framing, the dialect, the decoder and its dump. */
#include "base/check.h"
#include "wire/smpp/smpp_dialect.h"
#include "wire/smpp/smpp_dump.h"
#include "wire/smpp/smpp_pdu.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static struct smpp_account account;
static char memory[1 << 20];

/* What must hold for every frame that was read, whatever was in it. */
static void check_frame(const struct frame *frame)
{
	CHECK(frame->outcome.carrier_ref.len <= CARRIER_REF_MAX);
	CHECK(frame->receipt.carrier_ref.len <= CARRIER_REF_MAX);
	CHECK(frame->kind != FRAME_RECEIPT || frame->receipt.carrier_ref.len > 0);
	CHECK(frame->kind != FRAME_IGNORED || frame->note != NULL);
	/* Touch every octet that the slices claim. */
	volatile unsigned char sum = 0;
	for (size_t i = 0; i < frame->receipt.error.len; i++)
		sum = (unsigned char)(sum + (unsigned char)frame->receipt.error.at[i]);
	for (size_t i = 0; i < frame->receipt.carrier_ref.len; i++)
		sum = (unsigned char)(sum + (unsigned char)frame->receipt.carrier_ref.at[i]);
	for (size_t i = 0; i < frame->outcome.carrier_ref.len; i++)
		sum = (unsigned char)(sum + (unsigned char)frame->outcome.carrier_ref.at[i]);

	char answer[64];
	struct buf out = buf_over(answer, sizeof answer);
	smpp_dialect.write_answer(&account, frame->command, frame->answer_status, &frame->sequence, &out);
	CHECK(!out.full);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (account.system_id == NULL) {
		smpp_account_init(&account);
		account.system_id = "hongyan";
		CHECK(smpp_account_prepare(&account, NULL) == ERR_OK);
	}
	struct buf out = buf_over(memory, sizeof memory);
	CHECK(smpp_dump(octets, len, &out) == ERR_OK || len > sizeof memory / 16);

	struct frame whole = { 0 };
	smpp_dialect.read(&account, octets, len, &whole);
	if (len >= SMPP_HEADER_OCTETS)
		check_frame(&whole);

	/* The same octets as a stream of frames. */
	size_t length;
	while (smpp_dialect.frame_length(octets, len, &length) == ERR_OK && length <= len) {
		struct frame frame = { 0 };
		smpp_dialect.read(&account, octets, length, &frame);
		check_frame(&frame);
		octets += length;
		len -= length;
	}
	return 0;
}
