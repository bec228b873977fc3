/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/json.h"
#include "cli/cli_command.h"
#include "cli/cli_lines.h"
#include "cli/cli_text.h"
#include "encode/segmenter.h"

#define PIECES_OCTETS_MAX (64 * 1024 * 1024)
#define ROOM_FACTOR       8 /* an octet becomes “\u0000” at worst, and there are quotes and commas */

struct counting {
	bool use_ref16;
	struct arena arena;
	_Alignas(max_align_t) char block[16384];
};

static bool count_text(struct counting *counting, struct slice text, struct buf *out)
{
	struct segmenter_count count;
	struct err_at at = { 0 };
	if (segmenter_count(text, counting->use_ref16, &counting->arena, &count, &at) != ERR_OK)
		return cli_lines_error(out, at.text);
	json_open(out, '{');
	json_key_text(out, "encoding", slice_of(count.encoding == ENCODING_GSM7 ? "GSM7" : "UCS2"));
	json_key_uint(out, "units", count.units);
	json_key_uint(out, "segments", count.segment_count);
	json_key(out, "segment_texts");
	json_open(out, '[');
	for (unsigned i = 0; i < count.segment_count; i++)
		json_text(out, count.segment_texts[i]);
	json_close(out, ']');
	json_close(out, '}');
	return true;
}

static bool answer(void *ctx, struct slice line, struct buf *out)
{
	struct counting *counting = ctx;
	struct slice text;
	struct err_at at = { 0 };
	bool is_good;
	if (cli_text_parse(line, &counting->arena, &text, &at) == ERR_OK)
		is_good = count_text(counting, text, out);
	else
		is_good = cli_lines_error(out, at.text);
	arena_reset(&counting->arena);
	return is_good;
}

static int run(const struct cli_call *call)
{
	static struct counting counting;
	counting.use_ref16 = cli_option(call, "ref16") != NULL;
	arena_init(&counting.arena, counting.block, sizeof counting.block, PIECES_OCTETS_MAX);
	int code = cli_lines_run(call->env, ROOM_FACTOR, answer, &counting);
	arena_fini(&counting.arena);
	return code;
}

const struct cli_command cli_count = {
	.name = "count",
	.arguments = "",
	.summary = "Say how many segments texts take and where they are cut",
	.details = "Reads JSON strings, one a line, and answers each with a JSON object:\n"
		   "  {\"encoding\":\"GSM7\"|\"UCS2\",\"units\":…,\"segments\":…,\"segment_texts\":[…]}\n"
		   "Units are septets or UTF-16 units. A bad line is answered with {\"error\":…}.\n",
	.options = { { "ref16", NULL, "Count with concatenation references of 16 bits (152 and 66 units a segment)" } },
	.run = run,
};
