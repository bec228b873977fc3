/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "cli/cli_command.h"
#include "cli/roff.h"

#include <stdlib.h>
#include <string.h>

/* Manual pages from the tables that the program itself goes by: one of the program, one of each command, and one of the
 * configuration. */

#define PAGE_OCTETS (1024 * 1024)
#define NAME_OCTETS 64

#define PROGRAM_PAGE "hongyan.1"
#define CONFIG_PAGE  "hongyan.yaml.5"

static const struct exit_code {
	const char *code;
	const char *meaning;
} exit_codes[] = {
	{ "0", "done" },
	{ "1", "it could not be done, or what was looked at is wrong" },
	{ "2", "nothing is wrong, but not all is done yet" },
	{ "64", "a command, option or argument is wrong" },
	{ "65", "the input is wrong" },
	{ "69", "a service that it needs does not answer" },
	{ "78", "the configuration is wrong" },
};

static void write_exit_codes(struct buf *out)
{
	roff_section(out, "EXIT STATUS");
	for (size_t i = 0; i < sizeof exit_codes / sizeof exit_codes[0]; i++)
		roff_tagged(out, exit_codes[i].code, NULL, exit_codes[i].meaning);
}

static void write_name(struct buf *out, const char *name, const char *summary)
{
	roff_section(out, "NAME");
	roff_put(out, slice_of(name));
	buf_put_text(out, " \\- ");
	roff_put(out, slice_of(summary));
	buf_put_text(out, "\n");
}

static void write_options(struct buf *out, const struct cli_option *options, unsigned count)
{
	char name[NAME_OCTETS];
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof name, "--%s", options[i].name);
		roff_tagged(out, name, options[i].value, options[i].help);
	}
}

static void write_program(struct buf *out, const char *version)
{
	const struct cli_command *command;
	char page[NAME_OCTETS];
	roff_page(out, "hongyan", "1", version);
	write_name(out, "hongyan", "SMS notification gateway");
	roff_section(out, "SYNOPSIS");
	buf_put_text(out, "\\fBhongyan\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n");
	roff_section(out, "DESCRIPTION");
	roff_paragraph(
		out, "Hongyan (鸿雁) takes alerts from a queue in Redis, makes texts of them by templates, and hands "
		     "them to "
		     "carriers over SMPP and HTTP. `hongyan serve` is the service, the other commands look after it.");
	roff_paragraph(out, "Data goes to standard output, talk to standard error.");
	roff_section(out, "COMMANDS");
	for (unsigned i = 0; (command = cli_command_at(i)) != NULL; i++) {
		snprintf(page, sizeof page, "hongyan-%s(1)", command->name);
		roff_tagged(out, page, NULL, command->summary);
	}
	write_exit_codes(out);
	roff_section(out, "ENVIRONMENT");
	roff_tagged(out, "HONGYAN_CONFIG", NULL, "the configuration's file, where no `--config` names one");
	roff_tagged(out, "HONGYAN_…", NULL, "settings that stand above the file's: hongyan.yaml(5)");
	roff_section(out, "FILES");
	roff_tagged(out, "hongyan.yaml", NULL, "the configuration, in the working directory");
	roff_tagged(out, "/etc/hongyan/hongyan.yaml", NULL, "the same, where there is none");
	roff_section(out, "SEE ALSO");
	buf_put_text(out, "\\fBhongyan.yaml\\fR(5), \\fBredis\\-server\\fR(1)\n");
}

static void write_command(struct buf *out, const struct cli_command *command, const char *version)
{
	char name[NAME_OCTETS];
	unsigned common_count;
	const struct cli_option *common = cli_common_options(command, &common_count);
	snprintf(name, sizeof name, "hongyan-%s", command->name);
	roff_page(out, name, "1", version);
	write_name(out, name, command->summary);
	roff_section(out, "SYNOPSIS");
	buf_put_format(out, "\\fBhongyan %s\\fR ", command->name);
	if (*command->arguments) {
		buf_put_text(out, "\\fI");
		roff_put(out, slice_of(command->arguments));
		buf_put_text(out, "\\fR ");
	}
	buf_put_text(out, "[\\fIOPTIONS\\fR]\n");
	if (*command->details) {
		roff_section(out, "DESCRIPTION");
		roff_lines(out, command->details);
	}
	roff_section(out, "OPTIONS");
	write_options(out, command->options, cli_option_count(command));
	write_options(out, common, common_count);
	write_exit_codes(out);
	roff_section(out, "SEE ALSO");
	buf_put_text(out, "\\fBhongyan\\fR(1), \\fBhongyan.yaml\\fR(5)\n");
}

/* The command whose page has that name; NULL where there is none. */
static const struct cli_command *command_of(const char *page)
{
	const struct cli_command *command;
	char name[NAME_OCTETS];
	for (unsigned i = 0; (command = cli_command_at(i)) != NULL; i++) {
		snprintf(name, sizeof name, "hongyan-%s.1", command->name);
		if (strcmp(name, page) == 0)
			return command;
	}
	return NULL;
}

static int list(FILE *out)
{
	const struct cli_command *command;
	fprintf(out, PROGRAM_PAGE "\n" CONFIG_PAGE "\n");
	for (unsigned i = 0; (command = cli_command_at(i)) != NULL; i++)
		fprintf(out, "hongyan-%s.1\n", command->name);
	return CLI_OK;
}

static int run(const struct cli_call *call)
{
	const struct cli_env *env = call->env;
	const char *page = call->argument_count > 0 ? call->arguments[0] : NULL;
	if (page == NULL)
		return list(env->out);
	const struct cli_command *command = command_of(page);
	if (command == NULL && strcmp(page, PROGRAM_PAGE) != 0 && strcmp(page, CONFIG_PAGE) != 0)
		return cli_usage(call, "there is no page “%s”; without a name it lists them", page);
	char *octets = malloc(PAGE_OCTETS);
	if (octets == NULL) {
		fprintf(env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	struct buf out = buf_over(octets, PAGE_OCTETS);
	if (command != NULL)
		write_command(&out, command, env->version);
	else if (strcmp(page, CONFIG_PAGE) == 0)
		env->manual(&out);
	else
		write_program(&out, env->version);
	fwrite(out.at, 1, out.len, env->out);
	free(octets);
	return CLI_OK;
}

const struct cli_command cli_man = {
	.name = "man",
	.arguments = "[PAGE]",
	.arguments_max = 1,
	.summary = "Print a manual page for man(1), or list them",
	.details = "Packages install these pages; from a build of one's own they are read so:\n"
		   "  hongyan man hongyan-send.1 | man -l -\n",
	.has_no_json = true,
	.run = run,
};
