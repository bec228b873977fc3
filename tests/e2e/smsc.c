/* SPDX-License-Identifier: Apache-2.0 */
#include "smsc.h"

#include "scenario.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_SECONDS 10

static void file_of(char out[static WORLD_PATH_OCTETS], const struct smsc *smsc, const char *what)
{
	char name[64];
	snprintf(name, sizeof name, "%s.%s", smsc->process.name, what);
	world_path(out, name);
}

static bool reads_port(struct smsc *smsc, const char *path)
{
	if (!process_lives(&smsc->process))
		FAIL("%s has ended before it listened", smsc->process.name);
	char *text = world_read(path);
	smsc->port = text ? (uint16_t)strtoul(text, NULL, 10) : 0;
	free(text);
	return smsc->port != 0;
}

void smsc_start(struct smsc *smsc, const char *name, uint16_t port, const char *const options[])
{
	*smsc = (struct smsc){ .process = { .in = -1, .out = -1 } };
	snprintf(smsc->process.name, sizeof smsc->process.name, "%s", name);
	char port_file[WORLD_PATH_OCTETS];
	char record[WORLD_PATH_OCTETS];
	char summary[WORLD_PATH_OCTETS];
	char listen[32];
	file_of(port_file, smsc, "port");
	file_of(record, smsc, "record");
	file_of(summary, smsc, "summary");
	unlink(port_file);
	snprintf(listen, sizeof listen, "127.0.0.1:%u", port);
	const char *argv[12 + SMSC_OPTIONS_MAX] = { FAKE_CARRIER_PROGRAM, "--control", "--listen", listen,
						    "--port-file",        port_file,   "--record", record,
						    "--summary",          summary };
	size_t count = 10;
	for (size_t i = 0; options != NULL && options[i] != NULL; i++) {
		EXPECT(i < SMSC_OPTIONS_MAX);
		argv[count++] = options[i];
	}
	process_start(&smsc->process, name, argv, true);
	AWAIT(10, reads_port(smsc, port_file));
}

/* One line of its stdout, without the newline; valid until the next. */
static char *read_line(struct smsc *smsc)
{
	double until = scenario_clock() + ANSWER_SECONDS;
	smsc->line_len = 0;
	while (scenario_clock() < until) {
		struct pollfd ready = { .fd = smsc->process.out, .events = POLLIN };
		if (poll(&ready, 1, 100) <= 0)
			continue;
		EXPECT(smsc->line_len + 1 < sizeof smsc->line);
		/* Octet by octet: lines are short and few. */
		char *octet = &smsc->line[smsc->line_len];
		if (read(smsc->process.out, octet, 1) != 1)
			FAIL("%s has ended", smsc->process.name);
		if (*octet == '\n') {
			*octet = '\0';
			return smsc->line;
		}
		smsc->line_len++;
	}
	FAIL("%s does not answer", smsc->process.name);
}

static json_t *ask(struct smsc *smsc, const char *line)
{
	size_t len = strlen(line);
	EXPECT(write(smsc->process.in, line, len) == (ssize_t)len && write(smsc->process.in, "\n", 1) == 1);
	json_t *answer = json_loads(read_line(smsc), 0, NULL);
	if (!json_is_true(json_object_get(answer, "ok")))
		FAIL("%s: “%s”: %s", smsc->process.name, line, smsc->line);
	return answer;
}

void smsc_tell(struct smsc *smsc, const char *format, ...)
{
	char line[1024];
	va_list args;
	va_start(args, format);
	int len = vsnprintf(line, sizeof line, format, args);
	EXPECT(len >= 0 && (size_t)len < sizeof line);
	va_end(args);
	json_decref(ask(smsc, line));
}

long long smsc_count(struct smsc *smsc, const char *name)
{
	json_t *answer = ask(smsc, "stats");
	const json_t *value = json_object_get(answer, name);
	if (!json_is_integer(value))
		FAIL("stats has no %s", name);
	long long count = json_integer_value(value);
	json_decref(answer);
	return count;
}

static void read_record(struct smsc *smsc)
{
	char path[WORLD_PATH_OCTETS];
	file_of(path, smsc, "record");
	char *text = world_read(path);
	EXPECT(text != NULL);
	smsc->record = json_array();
	smsc->by_number = json_object();
	for (char *line = text; *line != '\0';) {
		char *end = strchr(line, '\n');
		EXPECT(end != NULL);
		*end = '\0';
		json_t *message = json_loads(line, 0, NULL);
		const char *to = json_string_value(json_object_get(message, "to"));
		EXPECT(to != NULL);
		if (json_object_get(smsc->by_number, to) == NULL)
			json_object_set_new(smsc->by_number, to, json_array());
		json_array_append(json_object_get(smsc->by_number, to), message);
		json_array_append_new(smsc->record, message);
		line = end + 1;
	}
	free(text);
}

void smsc_finish(struct smsc *smsc)
{
	json_decref(ask(smsc, "quit"));
	/* The summary comes on stdout too; read it, or it might not get rid of it. */
	smsc->summary = json_loads(read_line(smsc), 0, NULL);
	EXPECT(smsc->summary != NULL);
	EXPECT_COUNT(process_wait(&smsc->process, 30), 0);
	read_record(smsc);
}

size_t smsc_copies(const struct smsc *smsc, const char *number)
{
	return json_array_size(json_object_get(smsc->by_number, number));
}

const json_t *smsc_message(const struct smsc *smsc, const char *number)
{
	const json_t *message = json_array_get(json_object_get(smsc->by_number, number), 0);
	if (message == NULL)
		FAIL("nothing went to %s", number);
	return message;
}

long long smsc_total(const struct smsc *smsc, const char *name)
{
	const json_t *value = json_object_get(smsc->summary, name);
	if (!json_is_integer(value))
		FAIL("the summary has no %s", name);
	return json_integer_value(value);
}

void smsc_fini(struct smsc *smsc)
{
	json_decref(smsc->record);
	json_decref(smsc->by_number);
	json_decref(smsc->summary);
	smsc->record = smsc->by_number = smsc->summary = NULL;
}
