/* SPDX-License-Identifier: Apache-2.0 */
#include "app/reload.h"

#include "app/config_compare.h"

#include <stdio.h>
#include <unistd.h>

#define LINE_OCTETS 5120

struct telling {
	const char *path;
	reload_tell *tell;
	void *ctx;
};

static void tell_error(void *ctx, const struct err_at *at)
{
	const struct telling *telling = ctx;
	char line[LINE_OCTETS];
	struct buf out = buf_over(line, sizeof line - 1);
	config_error_format(telling->path, at, &out);
	line[out.len] = '\0';
	telling->tell(telling->ctx, line, false);
}

/* The workers are as many as at the start, and each needs a link of every account. */
static bool fits_workers(const struct config_account *account, unsigned worker_count, const struct telling *telling)
{
	bool is_http = account->protocol == CONFIG_PROTOCOL_HTTP;
	if (config_account_links(account) >= worker_count)
		return true;
	char line[LINE_OCTETS];
	snprintf(line, sizeof line,
		 "%s: account “%s” has %s %u, but %u workers run, and each needs its own; raise it, or restart with "
		 "fewer "
		 "workers",
		 telling->path, account->name, is_http ? "connections" : "binds", config_account_links(account),
		 worker_count);
	telling->tell(telling->ctx, line, false);
	return false;
}

static bool is_usable(const struct config *config, struct carrier_maker *maker, const struct telling *telling)
{
	bool is_good = true;
	maker->config = config;
	for (unsigned i = 0; i < config->account_count; i++) {
		const struct config_account *account = &config->accounts[i];
		is_good = fits_workers(account, maker->worker_count, telling) && is_good;
		struct err_at at = { .err = ERR_OK };
		if (carrier_can_be_made(maker, account, &at) == ERR_OK)
			continue;
		char line[LINE_OCTETS];
		snprintf(line, sizeof line, "%s: account “%s”: %s: %s", telling->path, account->name, at.field,
			 at.text);
		telling->tell(telling->ctx, line, false);
		is_good = false;
	}
	return is_good;
}

static void warn_of_fixed(const struct config *first, const struct config *config, const struct telling *telling)
{
	char line[LINE_OCTETS];
	char names[LINE_OCTETS / 2];
	struct buf list = buf_over(names, sizeof names - 1);
	config_compare_fixed(first, config, &list);
	names[list.len] = '\0';
	if (list.len == 0)
		return;
	snprintf(line, sizeof line, "%s: takes effect with the next start only: %s", telling->path, names);
	telling->tell(telling->ctx, line, true);
}

enum err reload_read(const struct config *first, struct carrier_maker *maker, struct slot_names *names,
		     struct snapshot **out, reload_tell *tell, void *ctx)
{
	struct telling telling = { first->path, tell, ctx };
	struct config *config = NULL;
	struct err_at at = { .err = ERR_OK };
	enum err err = config_load_all(first->path, environ, &config, tell_error, &telling);
	if (err != ERR_OK)
		return err;
	if (!is_usable(config, maker, &telling)) {
		config_destroy(config);
		return ERR_RANGE;
	}
	err = snapshot_create(config, config, names, out, &at);
	if (err != ERR_OK) {
		char line[LINE_OCTETS];
		snprintf(line, sizeof line, "%s: %s: %s", telling.path, at.field, at.text);
		tell(ctx, line, false);
		config_destroy(config);
		return err;
	}
	warn_of_fixed(first, config, &telling);
	for (unsigned i = 0; i < config->warning_count; i++)
		tell(ctx, config->warnings[i], true);
	return ERR_OK;
}
