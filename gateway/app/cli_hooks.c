/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cli_hooks.h"

#include "app/config_smpp.h"
#include "app/console_role.h"
#include "app/history_role.h"
#include "app/redis_address.h"
#include "app/serve.h"
#include "app/snapshot.h"
#include "app/template_dir.h"
#include "app/template_rules.h"
#include "app/webhook_role.h"

#include <stdlib.h>
#include <unistd.h>

/* One configuration a process: loaded once, freed at the end. */
static struct config *loaded;
static const char *account_names[CONFIG_ACCOUNTS_MAX];
static struct snapshot *routed; /* what was made of it; its slots are the accounts in their order */

/* Where an error of one load goes. */
struct telling {
	const char *path;
	cli_on_problem *on_problem;
	void *ctx;
};

static void tell(void *ctx, const struct err_at *at)
{
	struct telling *telling = ctx;
	char line[5120];
	struct buf out = buf_over(line, sizeof line - 1);
	config_error_format(telling->path, at, &out);
	line[out.len] = '\0';
	telling->on_problem(telling->ctx, line, false);
}

/* The file to read where none is named; NULL where there is none. */
static const char *usual_path(void)
{
	static const char *const places[] = { "hongyan.yaml", "/etc/hongyan/hongyan.yaml" };
	const char *path = getenv("HONGYAN_CONFIG");
	if (path && *path)
		return path;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (access(places[i], F_OK) == 0)
			return places[i];
	return NULL;
}

/* What a segment costs at most, as it is written; NULL where no account says it. */
static const char *dearest(const struct config *config)
{
	const struct config_account *most = NULL;
	for (unsigned i = 0; i < config->account_count; i++) {
		const struct config_account *account = &config->accounts[i];
		if (account->cost_text != NULL && *account->cost_text != '\0' &&
		    (most == NULL || account->cost > most->cost))
			most = account;
	}
	return most != NULL ? most->cost_text : NULL;
}

static enum err load(const char *path, const struct config **config, struct cli_settings *settings,
		     cli_on_problem *on_problem, void *ctx)
{
	if (path == NULL)
		path = usual_path();
	if (path == NULL)
		return ERR_NOT_FOUND;
	struct telling telling = { path, on_problem, ctx };
	enum err err = config_load_all(path, environ, &loaded, tell, &telling);
	if (err != ERR_OK)
		/* ERR_NOT_FOUND would say that there is no file. */
		return err == ERR_NOT_FOUND ? ERR_FORMAT : err;
	for (unsigned i = 0; i < loaded->warning_count; i++)
		on_problem(ctx, loaded->warnings[i], true);
	*config = loaded;
	for (unsigned i = 0; i < loaded->account_count; i++)
		account_names[i] = loaded->accounts[i].name;
	static struct config_template_rules rules;
	template_rules_fill(loaded, &rules);
	*settings = (struct cli_settings){ .path = loaded->path,
					   .templates_dir = loaded->templates.dir,
					   .locale = loaded->locale,
					   .signature = loaded->signature,
					   .zone = &loaded->zone,
					   .country = loaded->country,
					   .redis = redis_address_place(&loaded->redis),
					   .history_dir = loaded->history.dir != NULL ? loaded->history.dir : "",
					   .history_key = loaded->history.key != NULL ? loaded->history.key : "",
					   .admin_host = loaded->admin.listen.host,
					   .admin_port = loaded->admin.listen.port,
					   .admin_token = loaded->admin.token ? loaded->admin.token : "",
					   .forbidden_words = loaded->console.forbidden_words,
					   .link_domains = (const char *const *)loaded->console.link_domains.at,
					   .link_domain_count = loaded->console.link_domains.count,
					   .cost = dearest(loaded),
					   .currency = loaded->console.currency,
					   .template_rules = rules.rules,
					   .account_names = account_names,
					   .account_count = loaded->account_count,
					   .route_count = loaded->route_count };
	return ERR_OK;
}

static enum err make_routes(const struct config *config, const struct route_table **out, struct err_at *at)
{
	static struct slot_names names;
	enum err err = snapshot_create(config, NULL, &names, &routed, at);
	if (err == ERR_OK)
		*out = routed->routes;
	return err;
}

/* Times are only told to an SMSC: no zone is needed to read what comes from one. */
static enum err make_smpp_account(const struct config *config, unsigned account, struct smpp_account *out,
				  struct err_at *at)
{
	const struct config_account *from = &config->accounts[account];
	if (from->protocol != CONFIG_PROTOCOL_SMPP)
		return err_at_set(at, ERR_UNSUPPORTED, 0, "protocol", "the account “%s” does not speak SMPP",
				  from->name);
	return config_smpp_compile(from, 0, out, at);
}

void cli_hooks_fill(struct cli_env *env)
{
	*env = (struct cli_env){ .in = stdin,
				 .out = stdout,
				 .err = stderr,
				 .version = HONGYAN_VERSION,
				 .load = load,
				 .load_templates = template_dir_load,
				 .visit_templates = template_dir_visit,
				 .make_routes = make_routes,
				 .make_smpp_account = make_smpp_account,
				 .serve = serve_run,
				 .history = history_role_run,
				 .webhook = webhook_role_run,
				 .console = console_role_run,
				 .show = config_show,
				 .reference = config_reference,
				 .schema = config_schema,
				 .example = config_example,
				 .manual = config_manual };
}

void cli_hooks_fini(void)
{
	snapshot_release(routed);
	config_destroy(loaded);
	loaded = NULL;
}
