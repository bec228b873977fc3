/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* Commands of the gateway's program that act on the queue: run with a configuration that names the scenario's Redis. */

#define COMMAND_WORDS_MAX 12

struct command_result {
	int code;
	char *out;
	char *err;
};

/* Makes the configuration. redis_url: NULL = the server itself. */
void command_open(const char *redis_url);

/* Another configuration instead: a path, copied. */
void command_use(const char *path);

/* Runs “hongyan WORDS… --config …” (NULL-terminated) to its end. Free it with command_fini. */
struct command_result command_run(const char *const words[]);
void command_fini(struct command_result *result);

/* The same; fails where the exit status is another one, or where the text is not in what it said on either stream. */
void command_expect(int want_code, const char *want, const char *const words[]);

/* The same with --json: what it wrote, as an object; fails where it is none. Free it. */
json_t *command_json(int want_code, const char *const words[]);

/* Starts one and lets it run; command_finish waits for its end. */
void command_start(const char *const words[]);
void command_signal(int number);
bool command_lives(void);
struct command_result command_finish(void);

#define COMMAND(...) ((const char *const[]){ __VA_ARGS__, NULL })
