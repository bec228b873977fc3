/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_command.h"
#include "cli/cli_lines.h"
#include "wire/smpp/smpp_dump.h"

#define ROOM_FACTOR 64 /* a TLV of 4 octets becomes an object with names */

static bool answer(void *ctx, struct slice line, struct buf *out)
{
	uint8_t *octets = ctx;
	size_t len;
	if (!cli_lines_hex(line, octets, &len, out))
		return false;
	if (smpp_dump(octets, len, out) != ERR_OK)
		return cli_lines_error(out, "the answer is too long");
	/* What is no PDU at all is answered with an object that begins with its error. */
	return !slice_starts(buf_slice(out), SLICE("{\"error\""));
}

static int run(const struct cli_call *call)
{
	const char *protocol = cli_option(call, "protocol");
	if (protocol && strcmp(protocol, "smpp") != 0)
		return cli_usage(call, "protocol “%s” is not built yet; this version reads smpp", protocol);
	return cli_lines_run_octets(call->env, ROOM_FACTOR, answer);
}

const struct cli_command cli_pdu = {
	.name = "pdu",
	.arguments = "",
	.summary = "Take PDUs apart",
	.details = "Reads PDUs in hexadecimal, one a line, and answers each with a JSON object:\n"
		   "  {\"command\",\"command_id\",\"command_status\",\"sequence_number\",\"fields\":{…},\n"
		   "   \"tlvs\":[{\"tag\",\"name\",\"hex\"}]}\n"
		   "or {\"error\",\"offset\"} where the octets are no PDU.\n",
	.options = { { "protocol", "NAME", "Protocol of the PDUs: smpp (the default)" } },
	.run = run,
};
