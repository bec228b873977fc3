/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_alert.h"

#include "base/json.h"
#include "render/catalogue.h"
#include "staff/live_catalogue.h"
#include "vet/alert_vet.h"

#include <stdlib.h>

#define ARENA_OCTETS (512 * 1024)

/* What producers may say of an alert, as docs/producers.md has it. */
static const char *const fields[] = { "id",          "to",      "template", "tenant",     "subject",
				      "batch",       "locale",  "as_of",    "expires_at", "not_before",
				      "traceparent", "consent", "priority", "supersede" };
#define FIELD_COUNT (sizeof fields / sizeof fields[0])

static bool is_field(struct slice name)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (slice_is(name, fields[i]))
			return true;
	}
	return false;
}

static const struct cli_alert_part *last_of(const struct cli_alert_part *parts, unsigned count, struct slice name)
{
	for (unsigned i = count; i-- > 0;) {
		if (slice_equal(parts[i].name, name))
			return &parts[i];
	}
	return NULL;
}

static void put_name(struct buf *out, struct slice name)
{
	json_text(out, name);
	buf_put_u8(out, ':');
}

bool cli_alert_write(const struct cli_alert_part *parts, unsigned count, struct buf *out)
{
	json_open(out, '{');
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const struct cli_alert_part *part = last_of(parts, count, slice_of(fields[i]));
		if (part == NULL || part->value.len == 0)
			continue;
		bool is_word = slice_is(part->value, "true") || slice_is(part->value, "false");
		json_key(out, fields[i]);
		if (slice_is(part->name, "supersede") && is_word)
			buf_put_slice(out, part->value);
		else
			json_text(out, part->value);
	}
	json_key(out, "params");
	json_open(out, '{');
	for (unsigned i = 0; i < count; i++) {
		if (parts[i].value.len == 0 || is_field(parts[i].name) ||
		    last_of(parts, count, parts[i].name) != &parts[i])
			continue;
		put_name(out, parts[i].name);
		json_text(out, parts[i].value);
	}
	json_close(out, '}');
	json_close(out, '}');
	return !out->full && out->len <= ALERT_OCTETS_MAX;
}

static void tell_errors_only(void *ctx, const char *line, bool is_warning)
{
	if (!is_warning)
		cli_tell_problem(ctx, line, is_warning);
}

static void ignore_problem(void *ctx, const char *line)
{
	(void)ctx;
	(void)line; /* the gateways tell it */
}

/* What is published: that is what the gateways send by. NULL where Redis is away, or nothing was ever published: then the files that the
 * first gateway would publish count. */
static struct catalogue *published(const struct cli_settings *settings)
{
	struct redis_ask *ask = NULL;
	struct err_at at = { .err = ERR_OK };
	struct live_catalogue live;
	bool is_read = redis_ask_open(&settings->redis, &ask, &at) == ERR_OK &&
		       live_catalogue_load(ask, settings->locale, NULL, ignore_problem, NULL, &live, &at) == ERR_OK;
	redis_ask_close(ask);
	return is_read ? live.catalogue : NULL;
}

int cli_alert_check_init(struct cli_alert_check *check, const struct cli_call *call,
			 const struct cli_settings *settings)
{
	const struct cli_env *env = call->env;
	*check = (struct cli_alert_check){ .settings = settings, .block = malloc(ARENA_OCTETS) };
	if (check->block == NULL) {
		fprintf(env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	arena_init(&check->arena, check->block, ARENA_OCTETS, ARENA_OCTETS);
	check->catalogue = published(settings);
	if (check->catalogue != NULL)
		return CLI_OK;
	enum err err = env->load_templates(settings->templates_dir, settings->locale, &check->catalogue,
					   tell_errors_only, env->err);
	return err == ERR_OK ? CLI_OK : CLI_DATA;
}

void cli_alert_check_fini(struct cli_alert_check *check)
{
	if (check->block != NULL)
		arena_fini(&check->arena);
	free(check->block);
	catalogue_release(check->catalogue);
}

enum err cli_alert_check(struct cli_alert_check *check, struct slice json, struct cli_alert *out, struct err_at *at)
{
	const struct cli_settings *settings = check->settings;
	struct alert_vet vet = {
		.country = settings->country,
		.catalogue = check->catalogue,
		.signature = slice_of(settings->signature),
		.zone = settings->zone,
	};
	struct alert alert;
	unsigned segments;
	arena_reset(&check->arena);
	enum err err = alert_vet(&vet, json, &check->arena, &alert, &segments, at);
	if (err == ERR_OK)
		*out = (struct cli_alert){ json, alert.kind == ALERT_SEND ? alert.id : (struct slice){ NULL, 0 },
					   segments };
	return err;
}
