/* SPDX-License-Identifier: Apache-2.0 */

/* Each line is a receipt's text, or the whole deliver_sm or data_sm that brought it: then its TLVs and its data_coding count as they do for
 * a gateway. No text begins as a PDU does, with its own length in four octets. */

#include "base/json.h"
#include "base/suggest.h"
#include "cli/cli_account_name.h"
#include "cli/cli_command.h"
#include "cli/cli_lines.h"
#include "wire/smpp/smpp_pdu.h"
#include "wire/smpp/smpp_receipt.h"

#include <stdlib.h>

#define ROOM_FACTOR 16

struct reading {
	struct smpp_account account;
	bool has_account; /* it is one of the configuration */
	uint8_t *octets;  /* CLI_LINE_MAX / 2 + 1 */
};

static const char *const alphabet_names[] = { "gsm7", "gsm7_packed", "latin1", "ascii", "ucs2", "gb18030" };
static const enum smpp_alphabet alphabets[] = { SMPP_ALPHABET_GSM7, SMPP_ALPHABET_GSM7_PACKED, SMPP_ALPHABET_LATIN1,
						SMPP_ALPHABET_IA5,  SMPP_ALPHABET_UCS2,        SMPP_ALPHABET_GB18030 };

enum { ALPHABETS = sizeof alphabets / sizeof alphabets[0] };

/* -- what was asked -- */

static int read_alphabet(const struct cli_call *call, struct reading *reading)
{
	const char *name = cli_option(call, "alphabet");
	if (name == NULL)
		return CLI_OK;
	for (unsigned i = 0; i < ALPHABETS; i++) {
		if (strcmp(alphabet_names[i], name) == 0) {
			reading->account.default_alphabet = alphabets[i];
			return CLI_OK;
		}
	}
	const char *nearest = suggest_nearest(slice_of(name), alphabet_names, ALPHABETS);
	return cli_usage(call, "--alphabet is gsm7, gsm7_packed, latin1, ascii, ucs2 or gb18030, not “%s”%s%s%s", name,
			 nearest ? " (did you mean “" : "", nearest ? nearest : "", nearest ? "”?)" : "");
}

static int read_account(const struct cli_call *call, struct reading *reading)
{
	const struct cli_env *env = call->env;
	const char *name = cli_option(call, "account");
	const char *path = cli_option(call, "config");
	const struct config *config = NULL;
	struct cli_settings settings;
	unsigned index;
	if (name == NULL)
		return path ? cli_usage(call, "--config tells nothing without --account") : CLI_OK;
	enum err err = env->load(path, &config, &settings, cli_tell_problem, env->err);
	if (err == ERR_NOT_FOUND && path == NULL)
		fprintf(env->err,
			"hongyan: there is no configuration to look “%s” up in; name its file with --config\n", name);
	if (err != ERR_OK)
		return CLI_CONFIG;
	int code = cli_account_name_find(call, &settings, name, &index);
	if (code != CLI_OK)
		return code;
	struct err_at at = { .err = ERR_OK };
	err = env->make_smpp_account(config, index, &reading->account, &at);
	if (err != ERR_OK) {
		fprintf(env->err, "hongyan: %s\n", at.text);
		return err == ERR_UNSUPPORTED ? CLI_USAGE : CLI_CONFIG;
	}
	reading->has_account = true;
	return CLI_OK;
}

/* -- one line -- */

static bool is_pdu(const uint8_t *octets, size_t len)
{
	return len >= SMPP_HEADER_OCTETS && smpp_pdu_read_header(octets).command_length == len;
}

/* False, and told, where it is none that can be a receipt. */
static bool read_pdu(const uint8_t *octets, size_t len, struct smpp_message *message, struct buf *out)
{
	char memory[128];
	struct buf text = buf_over(memory, sizeof memory - 1);
	uint32_t command = smpp_pdu_read_header(octets).command_id;
	const struct smpp_layout *layout = smpp_pdu_layout(command);
	enum smpp_status_code status = SMPP_STATUS_ROK;
	if (command != SMPP_COMMAND_DELIVER_SM && command != SMPP_COMMAND_DATA_SM) {
		buf_put_text(&text, layout ? layout->name : "a PDU of an unknown command_id");
		buf_put_text(&text, " is no receipt: these come as deliver_sm or data_sm");
	} else {
		status = smpp_message_read(octets, len, message);
		if (status == SMPP_STATUS_ROK)
			return true;
		buf_put_text(&text, layout->name);
		buf_put_text(&text, " is malformed: a gateway answers ");
		buf_put_text(&text, smpp_status_of(status, NULL).name);
	}
	memory[text.len] = '\0';
	return cli_lines_error(out, memory);
}

static void put_answer(const struct reading *reading, bool is_receipt, const struct smpp_receipt *receipt,
		       struct buf *out)
{
	json_open(out, '{');
	json_key_bool(out, "receipt", is_receipt);
	json_key_text(out, "id", receipt->id);
	json_key_text(out, "state", slice_of(message_state_name(receipt->state)));
	json_key_bool(out, "final", message_state_is_final(receipt->state));
	json_key_text(out, "err", receipt->err);
	json_key_text(out, "sub", receipt->sub);
	json_key_text(out, "dlvrd", receipt->dlvrd);
	json_key_text(out, "submit_date", receipt->submit_date);
	json_key_text(out, "done_date", receipt->done_date);
	json_key_text(out, "text", receipt->text);
	if (reading->has_account) {
		const struct smpp_account *account = &reading->account;
		char memory[SMPP_RECEIPT_ID_MAX];
		const char *note = NULL;
		struct slice ref = receipt->id;
		if (ref.len)
			ref = smpp_receipt_id_rewrite(account->receipt_id, account->receipt_id_digits, ref, memory,
						      &note);
		json_key_text(out, "ref", ref);
	}
	json_close(out, '}');
}

static bool answer(void *ctx, struct slice line, struct buf *out)
{
	static struct smpp_receipt receipt;
	const struct reading *reading = ctx;
	size_t len;
	if (!cli_lines_hex(line, reading->octets, &len, out))
		return false;
	struct smpp_message message = { .text = { (const char *)reading->octets, len },
					.message_state = SMPP_MESSAGE_STATE_ABSENT };
	if (is_pdu(reading->octets, len) && !read_pdu(reading->octets, len, &message, out))
		return false;
	bool is_receipt = smpp_receipt_read(&reading->account, &message, &receipt);
	put_answer(reading, is_receipt, &receipt, out);
	return true;
}

static int run(const struct cli_call *call)
{
	static struct reading reading;
	reading = (struct reading){ .has_account = false };
	smpp_account_init(&reading.account);
	int code = read_account(call, &reading);
	if (code == CLI_OK)
		code = read_alphabet(call, &reading);
	if (code != CLI_OK)
		return code;
	reading.octets = malloc(CLI_LINE_MAX / 2 + 1);
	if (reading.octets == NULL) {
		fprintf(call->env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	code = cli_lines_run(call->env, ROOM_FACTOR, answer, &reading);
	free(reading.octets);
	return code;
}

const struct cli_command cli_receipt = {
	.name = "receipt",
	.arguments = "",
	.summary = "Read delivery receipts",
	.details = "Reads their texts in hexadecimal, one a line, or whole deliver_sm and data_sm, whose TLVs and "
		   "data_coding "
		   "count.\n"
		   "Answers each with a JSON object:\n"
		   "  {\"receipt\":true|false,\"id\",\"state\",\"final\",\"err\",\"sub\",\"dlvrd\",\"submit_date\",\n"
		   "   \"done_date\",\"text\"}\n"
		   "state is a message_state of SMPP or null; what the receipt does not say is null. With --account it "
		   "is read "
		   "as\n"
		   "that account's links read it, and \"ref\" is the id that the answer to the submit had.\n",
	.options = { { "account", "NAME", "Account that it came by: alphabets, receipt_id, accepted_is" },
		     { "alphabet", "WORD",
		       "What texts, and data_coding 0, are in: gsm7 (the default), gsm7_packed, latin1, ascii, ucs2, "
		       "gb18030" },
		     { "config", "FILE",
		       "Configuration (default: HONGYAN_CONFIG, hongyan.yaml, "
		       "/etc/hongyan/hongyan.yaml)" } },
	.run = run,
};
