/* SPDX-License-Identifier: Apache-2.0 */
#include "test_cli_terminal.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
	const char *name;
	const char *words[TERMINAL_WORDS_MAX];
	const char *input;
	struct terminal_hooks hooks;
	int want_code;
	const char *want_out; /* NULL = anything */
	const char *want_err; /* NULL = anything */
};

static void run(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		const char *input = row->input ? row->input : "";
		struct terminal terminal = terminal_run(row->words, input, strlen(input), &row->hooks);
		cr_expect_eq(terminal.code, row->want_code, "%s: exit %d, err: %s", row->name, terminal.code,
			     terminal.err);
		if (row->want_out)
			cr_expect_str_eq(terminal.out, row->want_out, "%s: out:\n%s", row->name, terminal.out);
		if (row->want_err)
			cr_expect_str_eq(terminal.err, row->want_err, "%s: err:\n%s", row->name, terminal.err);
		terminal_fini(&terminal);
	}
}

#define RUN(rows) run(rows, sizeof rows / sizeof rows[0])

Test(cli, dispatch)
{
	static const struct row rows[] = {
		{ "nothing", { NULL }, .want_code = CLI_USAGE, .want_out = "" },
		{ "help", { "--help" }, .want_code = CLI_OK, .want_err = "" },
		{ "help of a command", { "help", "count" }, .want_code = CLI_OK, .want_err = "" },
		{ "--help wins", { "count", "--wrong", "--help" }, .want_code = CLI_OK, .want_err = "" },
		{ "unknown, near",
		  { "coutn" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan: unknown command “coutn” (did you mean “count”?). Try “hongyan --help”.\n" },
		{ "unknown, far",
		  { "xyzzy" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan: unknown command “xyzzy”. Try “hongyan --help”.\n" },
		{ "unknown option",
		  { "count", "--ref61" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan count: unknown option “--ref61” (did you mean “--ref16”?)\n"
			      "Try “hongyan count --help”.\n" },
		{ "short option",
		  { "count", "-x" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan count: unknown option “-x”; options have two hyphens\nTry “hongyan count "
			      "--help”.\n" },
		{ "no value",
		  { "pdu", "--protocol" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan pdu: --protocol needs a value: --protocol NAME\nTry “hongyan pdu --help”.\n" },
		{ "value for none",
		  { "count", "--ref16=1" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan count: --ref16 takes no value\nTry “hongyan count --help”.\n" },
		{ "twice",
		  { "count", "--ref16", "--ref16" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan count: --ref16 is given twice\nTry “hongyan count --help”.\n" },
		{ "too many",
		  { "version", "x" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan version: “x” is one argument too many\nTry “hongyan version --help”.\n" },
		{ "too few",
		  { "render" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan render: TEMPLATE is missing\nTry “hongyan render --help”.\n" },
		{ "version", { "version" }, .want_code = CLI_OK, .want_out = "hongyan 9.9.9\n", .want_err = "" },
		{ "version as JSON",
		  { "version", "--json" },
		  .want_code = CLI_OK,
		  .want_out = "{\"version\":\"9.9.9\"}\n" },
		{ "--version", { "--version" }, .want_code = CLI_OK, .want_out = "hongyan 9.9.9\n" },
		{ "serve has no JSON",
		  { "serve", "--json" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan serve: --json does not go with it: it has no answer in JSON\nTry “hongyan serve "
			      "--help”.\n" },
		{ "config has no JSON",
		  { "config", "reference", "--json" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan config: --json does not go with it: it has no answer in JSON\nTry “hongyan "
			      "config --help”.\n" },
		{ "serve gives its code", { "serve", "--config", "x" }, .want_code = CLI_UNREACHABLE, .want_err = "" },
		{ "serve, broken",
		  { "serve" },
		  .hooks = { .load = ERR_FORMAT },
		  .want_code = CLI_CONFIG,
		  .want_err = "c.yaml:1:1: wrong\n" },
		{ "serve, none",
		  { "serve" },
		  .hooks = { .load = ERR_NOT_FOUND },
		  .want_code = CLI_CONFIG,
		  .want_err = "hongyan: there is no configuration; name its file with --config\n" },
		{ "man, of the configuration",
		  { "man", "hongyan.yaml.5" },
		  .want_code = CLI_OK,
		  .want_out = ".TH hongyan.yaml 5\n",
		  .want_err = "" },
		{ "man, of nothing",
		  { "man", "hongyan-nothing.1" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan man: there is no page “hongyan-nothing.1”; without a name it lists them\n"
			      "Try “hongyan man --help”.\n" },
		{ "config reference", { "config", "reference" }, .want_code = CLI_OK, .want_out = "# Configuration\n" },
		{ "config show", { "config", "show" }, .want_code = CLI_OK, .want_out = "workers: auto\n" },
		{ "config show with origins",
		  { "config", "show", "--origin" },
		  .want_code = CLI_OK,
		  .want_out = "workers: auto  # default\n" },
		{ "config schema", { "config", "schema" }, .want_code = CLI_OK, .want_out = "{}\n" },
		{ "config example", { "config", "example" }, .want_code = CLI_OK, .want_out = "# Every setting\n" },
		{ "config show, broken",
		  { "config", "show" },
		  .hooks = { .load = ERR_RANGE },
		  .want_code = CLI_CONFIG,
		  .want_out = "",
		  .want_err = "c.yaml:1:1: wrong\n" },
		{ "config, unknown",
		  { "config", "referense" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan config: “referense” is neither show, reference, schema nor example (did you "
			      "mean “reference”?)\n"
			      "Try “hongyan config --help”.\n" },
	};
	RUN(rows);
}

Test(cli, count)
{
	static const struct row rows[] = {
		{ "one of each",
		  { "count" },
		  "\"hello\"\n\"你好😀\"\n\"\"\n\"[€]\"",
		  .want_code = CLI_OK,
		  .want_out = "{\"encoding\":\"GSM7\",\"units\":5,\"segments\":1,\"segment_texts\":[\"hello\"]}\n"
			      "{\"encoding\":\"UCS2\",\"units\":4,\"segments\":1,\"segment_texts\":[\"你好😀\"]}\n"
			      "{\"encoding\":\"GSM7\",\"units\":0,\"segments\":0,\"segment_texts\":[]}\n"
			      "{\"encoding\":\"GSM7\",\"units\":6,\"segments\":1,\"segment_texts\":[\"[€]\"]}\n",
		  .want_err = "" },
		{ "escapes and CR LF",
		  { "count" },
		  "\"a\\u0000\\ud83d\\ude00\"\r\n",
		  .want_code = CLI_OK,
		  .want_out =
			  "{\"encoding\":\"UCS2\",\"units\":4,\"segments\":1,\"segment_texts\":[\"a\\u0000😀\"]}\n" },
		{ "a bad line, and on",
		  { "count" },
		  "5\n\"a\"\n",
		  .want_code = CLI_DATA,
		  .want_out = "{\"error\":\"not a JSON string\"}\n"
			      "{\"encoding\":\"GSM7\",\"units\":1,\"segments\":1,\"segment_texts\":[\"a\"]}\n",
		  .want_err = "" },
		{ "no JSON",
		  { "count" },
		  "abc\n",
		  .want_code = CLI_DATA,
		  .want_out = "{\"error\":\"not valid JSON: invalid token near 'abc'\"}\n" },
		{ "no input", { "count" }, "", .want_code = CLI_OK, .want_out = "", .want_err = "" },
	};
	RUN(rows);
}

Test(cli, count_with_references)
{
	/* 155 characters fit alone; 305 need two parts with 8 bits (306), three with 16 (304). */
	char input[400] = "\"";
	static const struct {
		unsigned characters;
		bool use_ref16;
		unsigned want_segments;
	} rows[] = { { 160, false, 1 }, { 160, true, 1 }, { 305, false, 2 }, { 305, true, 3 } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		memset(input + 1, 'x', rows[i].characters);
		memcpy(input + 1 + rows[i].characters, "\"\n", 2);
		const char *words[TERMINAL_WORDS_MAX] = { "count", rows[i].use_ref16 ? "--ref16" : NULL };
		struct terminal terminal = terminal_run(words, input, rows[i].characters + 3, NULL);
		char want[64];
		snprintf(want, sizeof want, "{\"encoding\":\"GSM7\",\"units\":%u,\"segments\":%u,", rows[i].characters,
			 rows[i].want_segments);
		cr_expect_eq(strncmp(terminal.out, want, strlen(want)), 0, "%u, %d: %s", rows[i].characters,
			     rows[i].use_ref16, terminal.out);
		terminal_fini(&terminal);
	}
}

Test(cli, lines_without_end_are_refused)
{
	size_t len = 3 * 1024 * 1024;
	char *input = malloc(len);
	memset(input, '"', len);
	memcpy(input + len - 5, "\n\"a\"\n", 5);
	struct terminal terminal = terminal_run((const char *const[TERMINAL_WORDS_MAX]){ "count" }, input, len, NULL);
	cr_expect_eq(terminal.code, CLI_DATA);
	cr_expect_str_eq(terminal.out,
			 "{\"error\":\"the line is longer than 1 MiB\"}\n"
			 "{\"encoding\":\"GSM7\",\"units\":1,\"segments\":1,\"segment_texts\":[\"a\"]}\n");
	terminal_fini(&terminal);
	free(input);
}

Test(cli, pdu_and_receipt)
{
	static const struct row rows[] = {
		{ "enquire_link",
		  { "pdu" },
		  "00000010 00000015 00000000 00000001\n",
		  .want_code = CLI_OK,
		  .want_out =
			  "{\"command\":\"enquire_link\",\"command_id\":21,\"command_status\":0,\"sequence_number\":1,"
			  "\"fields\":{},\"tlvs\":[]}\n",
		  .want_err = "" },
		{ "named protocol", { "pdu", "--protocol=smpp" }, "", .want_code = CLI_OK, .want_out = "" },
		{ "other protocol",
		  { "pdu", "--protocol", "cmpp" },
		  "",
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan pdu: protocol “cmpp” is not built yet; this version reads smpp\n"
			      "Try “hongyan pdu --help”.\n" },
		{ "no hex",
		  { "pdu" },
		  "0000x0\n",
		  .want_code = CLI_DATA,
		  .want_out = "{\"error\":\"not a hexadecimal digit\",\"offset\":2}\n" },
		{ "half an octet",
		  { "pdu" },
		  "000\n",
		  .want_code = CLI_DATA,
		  .want_out = "{\"error\":\"the last octet has one digit only\",\"offset\":1}\n" },
		{ "a bad one, and on", { "pdu" }, "00\n00000010800000150000000000000002\n", .want_code = CLI_DATA },
		{ "receipt",
		  { "receipt" },
		  "69643A31207375623A30303120646C7672643A30303120737461743A44454C49565244206572723A303030\n",
		  .want_code = CLI_OK,
		  .want_out = "{\"receipt\":true,\"id\":\"1\",\"state\":\"DELIVERED\",\"final\":true,\"err\":\"000\","
			      "\"sub\":\"001\","
			      "\"dlvrd\":\"001\",\"submit_date\":null,\"done_date\":null,\"text\":null}\n",
		  .want_err = "" },
		{ "no receipt",
		  { "receipt" },
		  "6869\n",
		  .want_code = CLI_OK,
		  .want_out = "{\"receipt\":false,\"id\":null,\"state\":null,\"final\":false,\"err\":null,\"sub\":null,"
			      "\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":null}\n" },
	};
	RUN(rows);
}

Test(cli, render)
{
	static const struct row rows[] = {
		{ "text",
		  { "render", "bill", "--params", "{\"amount\":19.50}" },
		  .want_code = CLI_OK,
		  .want_out = "【国网】电费19.50元\n\nUCS2, 12 units, 1 segment, 58 units left in the last; class "
			      "notice, unanswered: resend\n",
		  .want_err = "" },
		{ "locale and signature",
		  { "render", "hello", "--params={\"name\":\"Bob\"}", "--locale", "en-US", "--signature", "" },
		  .want_code = CLI_OK,
		  .want_out = "Hello Bob\n\nGSM7, 9 units, 1 segment, 151 units left in the last; class notice, "
			      "unanswered: resend\n" },
		{ "sample",
		  { "render", "hello", "--sample", "typical" },
		  .want_code = CLI_OK,
		  .want_out = "【国网】王芳您好\n\nUCS2, 8 units, 1 segment, 62 units left in the last; class notice, "
			      "unanswered: resend\n" },
		{ "without a configuration",
		  { "render", "hello", "--sample", "typical" },
		  .hooks = { .load = ERR_NOT_FOUND },
		  .want_code = CLI_OK,
		  .want_out = "王芳您好\n\nUCS2, 4 units, 1 segment, 66 units left in the last; class notice, "
			      "unanswered: resend\n" },
		{ "broken configuration",
		  { "render", "hello", "--sample", "typical" },
		  .hooks = { .load = ERR_FORMAT },
		  .want_code = CLI_CONFIG,
		  .want_out = "",
		  .want_err = "c.yaml:1:1: wrong\n" },
		{ "broken templates",
		  { "render", "hello" },
		  .hooks = { .templates = ERR_FORMAT },
		  .want_code = CLI_DATA,
		  .want_out = "",
		  .want_err = "x.tmpl:3: wrong\n" },
		{ "no such template",
		  { "render", "bil" },
		  .want_code = CLI_DATA,
		  .want_out = "",
		  .want_err = "bil: there is no such template in folder (did you mean “bill”?)\n" },
		{ "no such template, JSON",
		  { "render", "bil", "--json" },
		  .want_code = CLI_DATA,
		  .want_out = "{\"error\":\"there is no such template in folder (did you mean “bill”?)\"}\n",
		  .want_err = "" },
		{ "no such sample",
		  { "render", "bill", "--sample", "typicl" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan render: --sample is shortest, typical or longest, not “typicl” (did you mean "
			      "“typical”?)\n"
			      "Try “hongyan render --help”.\n" },
		{ "both",
		  { "render", "bill", "--sample", "typical", "--params", "{}" },
		  .want_code = CLI_USAGE,
		  .want_out = "" },
		{ "missing parameter", { "render", "bill" }, .want_code = CLI_DATA, .want_out = "" },
		{ "parameters that are no JSON",
		  { "render", "bill", "--params", "{" },
		  .want_code = CLI_DATA,
		  .want_out = "" },
		{ "no escape from params",
		  { "render", "bill", "--params", "{\"amount\":1},\"to\":\"x\"" },
		  .want_code = CLI_DATA,
		  .want_out = "" },
		{ "no such file",
		  { "render", "./nowhere.tmpl" },
		  .want_code = CLI_DATA,
		  .want_out = "",
		  .want_err = "./nowhere.tmpl: No such file or directory\n" },
	};
	RUN(rows);
}

Test(cli, render_as_json)
{
	const char *const words[TERMINAL_WORDS_MAX] = { "render", SOURCE_DIR "/templates/balance.tmpl", "--json",
							"--params", "{\"date\":\"2026-02-13\",\"balance\":\"19.53\"}" };
	struct terminal terminal = terminal_run(words, "", 0, NULL);
	cr_expect_eq(terminal.code, CLI_OK, "%s", terminal.err);
	static const char *const wants[] = { "{\"template\":\"balance\",\"locale\":\"zh-CN\",\"version\":",
					     ",\"class\":\"notice\",\"on_unknown\":\"resend\",\"text\":\"【国网】",
					     "19.53",
					     "\"encoding\":\"UCS2\",\"units\":",
					     "\"segments\":1,\"units_left\":",
					     ",\"segment_texts\":[\"【国网】" };
	for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++)
		cr_expect(strstr(terminal.out, wants[i]), "no %s in %s", wants[i], terminal.out);
	terminal_fini(&terminal);
}

Test(cli, check)
{
	static const struct row rows[] = {
		{ "well",
		  { "check" },
		  .want_code = CLI_OK,
		  .want_out = "c.yaml: all is well (accounts 2, routes 3, templates 3 in folder)\n",
		  .want_err = "warning: x.tmpl:2: odd\n" },
		{ "named file",
		  { "check", "d.yaml" },
		  .want_code = CLI_OK,
		  .want_out = "d.yaml: all is well (accounts 2, routes 3, templates 3 in folder)\n" },
		{ "broken templates",
		  { "check" },
		  .hooks = { .templates = ERR_FORMAT },
		  .want_code = CLI_DATA,
		  .want_out = "",
		  .want_err = "warning: x.tmpl:2: odd\nx.tmpl:3: wrong\n" },
		{ "broken both",
		  { "check", "--templates", "t" },
		  .hooks = { .load = ERR_RANGE, .templates = ERR_FORMAT },
		  .want_code = CLI_CONFIG,
		  .want_out = "",
		  .want_err = "c.yaml:1:1: wrong\nwarning: x.tmpl:2: odd\nx.tmpl:3: wrong\n" },
		{ "none",
		  { "check" },
		  .hooks = { .load = ERR_NOT_FOUND },
		  .want_code = CLI_CONFIG,
		  .want_out = "",
		  .want_err = "there is no configuration; name its file\n" },
		{ "JSON, well",
		  { "check", "--json" },
		  .want_code = CLI_OK,
		  .want_err = "",
		  .want_out = "{\"ok\":true,\"accounts\":2,\"routes\":3,\"templates\":3,\"errors\":[],"
			      "\"warnings\":[\"x.tmpl:2: odd\"]}\n" },
		{ "JSON, broken",
		  { "check", "--json" },
		  .hooks = { .load = ERR_RANGE },
		  .want_code = CLI_CONFIG,
		  .want_err = "",
		  .want_out = "{\"ok\":false,\"accounts\":0,\"routes\":0,\"templates\":0,\"errors\":[\"c.yaml:1:1: "
			      "wrong\"],"
			      "\"warnings\":[]}\n" },
	};
	RUN(rows);
}
