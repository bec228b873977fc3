/* SPDX-License-Identifier: Apache-2.0 */
#include "command_process.h"

#include "redis_server.h"
#include "scenario.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct process process = { .in = -1, .out = -1 };
static char config[WORLD_PATH_OCTETS];

void command_open(const char *redis_url)
{
	char text[1024];
	snprintf(text, sizeof text,
		 "redis: { url: \"%s\" }\n"
		 "templates: { dir: \"%s\" }\n"
		 "timezone: Asia/Shanghai\n"
		 "accounts:\n"
		 "  - { name: fake, protocol: smpp, address: \"127.0.0.1:1\", system_id: hongyan, source: \"1\" }\n",
		 redis_url ? redis_url : redis_server_url(), SOURCE_DIR "/tests/e2e/templates");
	world_write("command.yaml", text);
	world_path(config, "command.yaml");
}

void command_use(const char *path)
{
	snprintf(config, sizeof config, "%s", path);
}

void command_start(const char *const words[])
{
	const char *argv[COMMAND_WORDS_MAX + 4] = { HONGYAN_PROGRAM };
	unsigned count = 1;
	for (; words[count - 1] != NULL; count++) {
		EXPECT(count <= COMMAND_WORDS_MAX);
		argv[count] = words[count - 1];
	}
	argv[count++] = "--config";
	argv[count] = config;
	process_start(&process, "command", argv, true);
}

void command_signal(int number)
{
	process_signal(&process, number);
}

bool command_lives(void)
{
	return process_lives(&process);
}

/* What it writes until it closes the stream. */
static char *read_out(void)
{
	size_t cap = 65536;
	size_t len = 0;
	char *out = malloc(cap);
	ssize_t got;
	EXPECT(out != NULL);
	while ((got = read(process.out, out + len, cap - len - 1)) > 0) {
		len += (size_t)got;
		if (cap - len < 2) {
			out = realloc(out, cap *= 2);
			EXPECT(out != NULL);
		}
	}
	out[len] = '\0';
	return out;
}

struct command_result command_finish(void)
{
	struct command_result result = { .out = read_out() };
	result.code = process_wait(&process, 60);
	result.err = world_read(process.log);
	unlink(process.log);
	return result;
}

struct command_result command_run(const char *const words[])
{
	command_start(words);
	return command_finish();
}

void command_fini(struct command_result *result)
{
	free(result->out);
	free(result->err);
}

void command_expect(int want_code, const char *want, const char *const words[])
{
	struct command_result result = command_run(words);
	const char *err = result.err ? result.err : "";
	if (result.code != want_code || (strstr(result.out, want) == NULL && strstr(err, want) == NULL))
		FAIL("“hongyan %s %s” ended with %d, wants %d and “%s”:\n%s\n%s", words[0], words[1] ? words[1] : "",
		     result.code, want_code, want, result.out, err);
	command_fini(&result);
}

json_t *command_json(int want_code, const char *const words[])
{
	const char *with_json[COMMAND_WORDS_MAX + 1] = { NULL };
	unsigned count = 0;
	for (; words[count] != NULL; count++) {
		EXPECT(count + 1 < COMMAND_WORDS_MAX);
		with_json[count] = words[count];
	}
	with_json[count] = "--json";
	struct command_result result = command_run(with_json);
	json_error_t error = { .text = "" };
	json_t *object = json_loads(result.out, JSON_REJECT_DUPLICATES, &error);
	if (result.code != want_code || !json_is_object(object))
		FAIL("“hongyan %s %s --json” ended with %d, wants %d and an object (%s):\n%s\n%s", words[0],
		     words[1] ? words[1] : "", result.code, want_code, error.text, result.out,
		     result.err ? result.err : "");
	command_fini(&result);
	return object;
}
