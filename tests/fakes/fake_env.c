/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/fake_env.h"

#include "base/check.h"

#include <stdio.h>

static struct now now_of(void *ctx)
{
	struct fake_env *env = ctx;
	return env->now;
}

static void catch_line(void *ctx, enum log_level level, struct slice line)
{
	struct fake_env *env = ctx;
	snprintf(env->lines[env->line_count++ % FAKE_ENV_LINES], LOG_LINE_OCTETS + 1, "%.*s", SLICE_ARG(line));
	env->level_counts[level]++;
	if (env->is_loud)
		fprintf(stderr, "%lld us %.*s", (long long)env->now.mono, SLICE_ARG(line));
}

static void set_wall(struct fake_env *env)
{
	env->now.wall = env->now.mono / US_PER_MS + env->wall_ahead_ms;
}

void fake_env_init(struct fake_env *env, wall_ms wall)
{
	*env = (struct fake_env){ .now = { .mono = US_PER_S } };
	env->wall_ahead_ms = wall - env->now.mono / US_PER_MS;
	set_wall(env);
	env->log = (struct log){ .least = LOG_DEBUG, .write = catch_line, .ctx = env, .now = now_of };
	env->env = (struct env){ .now = now_of, .ctx = env, .log = &env->log };
}

void fake_env_pass(struct fake_env *env, mono_us span_us)
{
	CHECK(span_us >= 0);
	env->now.mono += span_us;
	set_wall(env);
}

void fake_env_jump(struct fake_env *env, int64_t ms)
{
	env->wall_ahead_ms += ms;
	set_wall(env);
}

unsigned fake_env_said(const struct fake_env *env, const char *code)
{
	char member[80];
	snprintf(member, sizeof member, "\"event\":\"%s\"", code);
	unsigned found = 0;
	for (unsigned i = 0; i < FAKE_ENV_LINES; i++)
		found += strstr(env->lines[i], member) != NULL;
	return found;
}
