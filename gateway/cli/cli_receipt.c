/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/cli_command.h"
#include "cli/cli_lines.h"
#include "wire/smpp/smpp_receipt.h"

#define ROOM_FACTOR 16

static bool answer(void *ctx, struct slice line, struct buf *out)
{
	uint8_t *octets = ctx;
	size_t len;
	if (!cli_lines_hex(line, octets, &len, out))
		return false;
	static struct smpp_receipt receipt;
	smpp_receipt_parse(SMPP_ALPHABET_GSM7, (struct slice){ (const char *)octets, len }, 0, &receipt);
	json_open(out, '{');
	json_key_bool(out, "receipt", receipt.is_receipt);
	json_key_text(out, "id", receipt.id);
	json_key_text(out, "state", slice_of(message_state_name(receipt.state)));
	json_key_bool(out, "final", message_state_is_final(receipt.state));
	json_key_text(out, "err", receipt.err);
	json_key_text(out, "sub", receipt.sub);
	json_key_text(out, "dlvrd", receipt.dlvrd);
	json_key_text(out, "submit_date", receipt.submit_date);
	json_key_text(out, "done_date", receipt.done_date);
	json_key_text(out, "text", receipt.text);
	json_close(out, '}');
	return true;
}

static int run(const struct cli_call *call)
{
	return cli_lines_run_octets(call->env, ROOM_FACTOR, answer);
}

const struct cli_command cli_receipt = {
	.name = "receipt",
	.arguments = "",
	.summary = "Read the texts of delivery receipts",
	.details = "Reads the texts in hexadecimal, one a line, and answers each with a JSON object:\n"
		   "  {\"receipt\":true|false,\"id\",\"state\",\"final\",\"err\",\"sub\",\"dlvrd\",\"submit_date\",\n"
		   "   \"done_date\",\"text\"}\n"
		   "state is a message_state of SMPP or null; what the text does not say is null.\n",
	.run = run,
};
