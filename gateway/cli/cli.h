/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/civil.h"
#include "base/err.h"
#include "base/slice.h"
#include "staff/template_check.h"
#include "store/redis_ask.h"

#include <stdint.h>
#include <stdio.h>

/* The command line: `hongyan COMMAND …`. One file per command; each is a row of the table in cli.c. Data goes to out,
 * talk to err. What a command needs of the configuration or of running services comes from whoever fills cli_env. */

/* Exit codes (sysexits.h has the names from 64 on). */
enum cli_exit {
	CLI_OK = 0,
	CLI_FAILED = 1,       /* the work could not be done, or what was looked at is wrong */
	CLI_INCOMPLETE = 2,   /* nothing is wrong, but not all is done yet */
	CLI_USAGE = 64,       /* wrong command, option or argument */
	CLI_DATA = 65,        /* the input is wrong */
	CLI_UNREACHABLE = 69, /* a service that it needs does not answer */
	CLI_CONFIG = 78,      /* the configuration is wrong */
};

/* Takes each problem found, as a line for people. */
typedef void cli_on_problem(void *ctx, const char *line, bool is_warning);

/* What commands need of the configuration. All is borrowed for the process's life. */
struct cli_settings {
	const char *path;
	const char *templates_dir;
	const char *locale;
	const char *signature;
	const struct zone *zone;
	const struct country *country; /* whose national numbers are understood */
	struct redis_place redis;
	const char *history_dir; /* "" = there is no history */
	const char *history_key; /* "" = none */
	const char *admin_host;  /* of admin.listen, without brackets */
	uint16_t admin_port;
	const char *admin_token;     /* "" = none */
	const char *forbidden_words; /* path; NULL or "" = none */
	const char *const *link_domains;
	unsigned link_domain_count;
	const char *cost;                     /* of a segment, the dearest account's; NULL or "" = not known */
	const char *currency;                 /* of cost */
	struct template_rules template_rules; /* that templates are held against before they are published */
	const char *const *account_names;
	unsigned account_count;
	unsigned route_count;
};

struct catalogue;
struct config;
struct country;
struct route_table;
struct smpp_account;
struct buf;

struct cli_env {
	FILE *in;
	FILE *out;
	FILE *err;
	const char *version;

	/* Loads the configuration and checks it. path: NULL = the usual places. config: owned by whoever filled this, set
	 * on success only; settings likewise. ERR_NOT_FOUND: path is NULL and there is no file (told nothing). */
	enum err (*load)(const char *path, const struct config **config, struct cli_settings *settings,
			 cli_on_problem *on_problem, void *ctx);
	/* Loads a folder of templates. out: owned by the caller (catalogue_release). */
	enum err (*load_templates)(const char *dir, const char *locale, struct catalogue **out,
				   cli_on_problem *on_problem, void *ctx);
	/* Reads the same files as they are: on_file takes each. at: why not, a sentence. */
	enum err (*visit_templates)(const char *dir,
				    bool (*on_file)(void *ctx, struct slice name, struct slice locale,
						    struct slice source),
				    void *ctx, struct err_at *at);
	/* Makes the table of routes of a configuration; its account n is settings.account_names[n]. out: owned by whoever
	 * filled this. at: says why not. */
	enum err (*make_routes)(const struct config *config, const struct route_table **out, struct err_at *at);
	/* Fills what wire/smpp knows of a configuration's account; out borrows from config. account: its index in
	 * settings.account_names. ERR_UNSUPPORTED: it does not speak SMPP. at: says why not. */
	enum err (*make_smpp_account)(const struct config *config, unsigned account, struct smpp_account *out,
				      struct err_at *at);
	/* Runs the service; returns the exit code. */
	int (*serve)(const struct config *config);
	/* The same for the process that writes the history. */
	int (*history)(const struct config *config);
	/* The same for the process that posts events. */
	int (*webhook)(const struct config *config);
	/* The same for the staff's web console. */
	int (*console)(const struct config *config);
	/* Writes the configuration in force, with where each value comes from where has_origins. */
	void (*show)(const struct config *config, bool has_origins, struct buf *out);
	/* What all settings are: a page about them, a JSON Schema, a file with all of them. */
	void (*reference)(struct buf *out);
	void (*schema)(struct buf *out);
	void (*example)(struct buf *out);
	/* The settings as a manual page. */
	void (*manual)(struct buf *out);
};

/* Runs the command that argv names. Returns the exit code. */
int cli_run(int argc, char *const argv[], const struct cli_env *env);
