/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/cli_optout.h"
#include "cli/cli_progress.h"
#include "cli/cli_redis.h"
#include "model/msisdn.h"
#include "store/optouts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BOM          "\xEF\xBB\xBF"
#define TOLD_MAX     20 /* lines that are wrong and told; more are counted */
#define ANSWER_ROOM  256
#define NUMBER_WIDTH (MSISDN_DIGITS_MAX + 1)

struct import {
	const struct cli_call *call;
	const struct country *country;
	struct redis_ask *ask;
	FILE *in;
	const char *name; /* of the file, for errors */
	char *line;       /* getline's */
	size_t line_cap;
	char why[CLI_OPTOUT_WHY_OCTETS];
	size_t why_len;
	char numbers[OPTOUTS_BATCH][NUMBER_WIDTH];
	struct slice batch[OPTOUTS_BATCH];
	unsigned batch_count;
	uint64_t octets;
	uint64_t lines;
	uint64_t good;
	uint64_t added;
	uint64_t wrong;
	int broken; /* errno, where the file could not be read to its end; 0 = it could */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice trim(struct slice text)
{
	while (text.len > 0 && is_blank(*text.at))
		text = (struct slice){ text.at + 1, text.len - 1 };
	while (text.len > 0 && is_blank(text.at[text.len - 1]))
		text.len--;
	return text;
}

/* What stands in front of the first separator, without quotation marks. */
static struct slice first_field(struct slice line)
{
	line = trim(line);
	char quote = line.len > 0 && *line.at == '"' ? '"' : '\0';
	if (quote)
		line = (struct slice){ line.at + 1, line.len - 1 };
	size_t len = 0;
	while (len < line.len && (quote ? line.at[len] != quote : strchr(",;\t", line.at[len]) == NULL))
		len++;
	return trim((struct slice){ line.at, len });
}

static bool has_digit(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		/* Full-width digits are of three octets; whoever writes headers writes no such. */
		if ((text.at[i] >= '0' && text.at[i] <= '9') || (unsigned char)text.at[i] == 0xEF)
			return true;
	}
	return false;
}

static void tell_wrong(struct import *import, const char *text)
{
	if (++import->wrong <= TOLD_MAX)
		fprintf(import->call->env->err, "%s:%" PRIu64 ": %s\n", import->name, import->lines, text);
}

static enum err send_batch(struct import *import, struct err_at *at)
{
	uint64_t added = 0;
	if (import->batch_count == 0)
		return ERR_OK;
	enum err err = optouts_add_many(import->ask, import->batch, import->batch_count,
					(struct slice){ import->why, import->why_len }, &added, at);
	if (err != ERR_OK)
		return err;
	import->good += import->batch_count;
	import->added += added;
	import->batch_count = 0;
	return ERR_OK;
}

static void take_line(struct import *import, struct slice line)
{
	struct msisdn number;
	struct err_at at = { .err = ERR_OK };
	if (++import->lines == 1 && slice_starts(line, SLICE(BOM)))
		line = (struct slice){ line.at + strlen(BOM), line.len - strlen(BOM) };
	if (memchr(line.at, '\0', line.len) != NULL) {
		tell_wrong(import, "the line holds octets that are no text; save the file as UTF-8");
		return;
	}
	struct slice field = first_field(line);
	bool is_header = import->lines == 1 && !has_digit(field);
	if (field.len == 0 ? trim(line).len == 0 : *field.at == '#' || is_header)
		return;
	if (msisdn_parse(field, import->country, &number, &at) != ERR_OK) {
		tell_wrong(import, at.text);
		return;
	}
	char *place = import->numbers[import->batch_count];
	memcpy(place, number.digits, (size_t)number.len + 1);
	import->batch[import->batch_count++] = (struct slice){ place, number.len };
}

/* Reads to the end, or until somebody stops it; what was read until then is on the list. */
static enum err read_all(struct import *import, struct cli_progress *progress, struct err_at *at)
{
	ssize_t got = 0;
	enum err err = ERR_OK;
	errno = 0;
	while (err == ERR_OK && !cli_progress_is_stopped() &&
	       (got = getline(&import->line, &import->line_cap, import->in)) >= 0) {
		import->octets += (uint64_t)got;
		take_line(import, (struct slice){ import->line, (size_t)got });
		if (import->batch_count < OPTOUTS_BATCH)
			continue;
		err = send_batch(import, at);
		cli_progress_show(progress, import->octets, "imported", import->good);
		errno = 0;
	}
	/* getline that finds no memory sets no error in the file. */
	if (got < 0 && (ferror(import->in) || errno == ENOMEM))
		import->broken = errno != 0 ? errno : EIO;
	return err == ERR_OK ? send_batch(import, at) : err;
}

static void tell_end(const struct import *import, bool is_whole)
{
	FILE *out = import->call->env->out;
	uint64_t before = import->good - import->added;
	if (import->wrong > TOLD_MAX)
		fprintf(import->call->env->err, "%s: %" PRIu64 " more lines are wrong\n", import->name,
			import->wrong - TOLD_MAX);
	if (import->call->wants_json) {
		char octets[ANSWER_ROOM];
		struct buf buf = buf_over(octets, sizeof octets);
		json_open(&buf, '{');
		json_key_uint(&buf, "added", import->added);
		json_key_uint(&buf, "already", before);
		json_key_uint(&buf, "wrong", import->wrong);
		json_key_uint(&buf, "lines", import->lines);
		if (!is_whole)
			json_key_bool(&buf, "interrupted", true);
		json_close(&buf, '}');
		fprintf(out, "%.*s\n", (int)buf.len, buf.at);
		return;
	}
	fprintf(out,
		"%" PRIu64 " new on the opt-out list, %" PRIu64 " already there, %" PRIu64 " wrong of %" PRIu64
		" %s%s\n",
		import->added, before, import->wrong, import->lines, import->lines == 1 ? "line" : "lines",
		is_whole ? "" : "; not all was read: say it again, what is there stays as it is");
}

static int run(struct import *import)
{
	struct cli_progress progress;
	struct err_at at = { .err = ERR_OK };
	struct stat about;
	struct buf why = buf_over(import->why, sizeof import->why);
	bool has_size = fstat(fileno(import->in), &about) == 0 && S_ISREG(about.st_mode);
	if (cli_optout_why(import->call, import->ask, "import", &why, &at) != ERR_OK)
		return cli_redis_failed(import->call, &at);
	import->why_len = why.len;
	cli_progress_begin(&progress, import->call->env->err, has_size ? (uint64_t)about.st_size : 0);
	enum err err = read_all(import, &progress, &at);
	bool is_stopped = cli_progress_is_stopped();
	cli_progress_end(&progress);
	bool is_broken = import->broken != 0;
	if (is_broken)
		fprintf(import->call->env->err, "hongyan: %s: cannot be read to its end: %s\n", import->name,
			strerror(import->broken));
	tell_end(import, err == ERR_OK && !is_stopped && !is_broken);
	if (err != ERR_OK)
		return cli_redis_failed(import->call, &at);
	if (is_stopped || is_broken)
		return CLI_FAILED;
	return import->wrong > 0 ? CLI_DATA : CLI_OK;
}

int cli_optout_import(const struct cli_call *call, const struct cli_settings *settings, struct redis_ask *ask)
{
	const char *path = call->arguments[1];
	bool is_stdin = strcmp(path, "-") == 0;
	struct import *import = calloc(1, sizeof *import);
	FILE *in = is_stdin ? call->env->in : fopen(path, "re");
	int code = CLI_FAILED;
	if (in == NULL || import == NULL) {
		fprintf(call->env->err, "hongyan: %s: cannot be read: %s\n", path, strerror(errno));
	} else {
		import->call = call;
		import->country = settings->country;
		import->ask = ask;
		import->in = in;
		import->name = is_stdin ? "standard input" : path;
		code = run(import);
		free(import->line);
	}
	if (in != NULL && !is_stdin)
		fclose(in);
	free(import);
	return code;
}
