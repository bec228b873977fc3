/* SPDX-License-Identifier: Apache-2.0 */
#include "test_scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>

static const char file[] = "redis: { url: \"redis://file\", password_file: /nonexistent }\nworkers: potato\n"
			   "accounts:\n  - { name: cmcc, address: \"h:1\", system_id: x, tps: 5, password: hush }\n"
			   "  - { name: cmcc-2.b, address: \"h:1\", system_id: x }\n"
			   "routes:\n  - { prefix: 86134, accounts: [cmcc] }\n  - { accounts: [cmcc] }\n";

#define FIXES "HONGYAN_WORKERS=2", "HONGYAN_REDIS_PASSWORD=env"

Test(config_env, overrides_what_the_file_says)
{
	char folder[SCRATCH_PATH_OCTETS];
	char path[SCRATCH_PATH_OCTETS];
	char variable[SCRATCH_PATH_OCTETS + 64];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	scratch_write(folder, "secret", "from-it\n", path);
	snprintf(variable, sizeof variable, "HONGYAN_ACCOUNTS_CMCC_2_B_PASSWORD_FILE=%s", path);
	char *envp[] = { FIXES, "HONGYAN_REDIS_URL=redis://env/7", "HONGYAN_LOG_LEVEL=error",
			 "HONGYAN_ACCOUNTS_CMCC_TPS=77", "HONGYAN_ACCOUNTS_CMCC_REGISTERED_DELIVERY=false",
			 "HONGYAN_ACCOUNTS_CMCC_2_B_WINDOW=78", "HONGYAN_ROUTES_1_PREFIX=86150, 86151",
			 "HONGYAN_ROUTES_2_ACCOUNTS=cmcc-2.b,cmcc",
			 "HONGYAN_SIGNATURE=", "HONGYAN_RETRY_ATTEMPTS_MAX=4", variable,
			 /* Others' variables. */
			 "HONGYAN_CONFIG=x", "HONGYAN_HOME=x", "HONGYAN_PORT=tcp://10.0.0.1:80",
			 "HONGYAN_REDIS_PORT=tcp://10.0.0.1:6379", "HONGYAN_REDIS_SERVICE_HOST=10.0.0.1",
			 "HONGYAN_REDIS_PORT_6379_TCP_PROTO=tcp", "PATH=x", "HONGYAN_", "=", NULL };
	struct config *config = scratch_load(folder, file, envp, errors);
	cr_assert_not_null(config, "%s", errors);
	cr_expect_eq(config->workers, 2);
	cr_expect_str_eq(config->redis.url.address.host, "env");
	cr_expect_eq(config->redis.url.db, 7);
	cr_expect_str_eq(config->redis.url.password, "env");
	cr_expect_eq(config->log.level, LOG_ERROR);
	cr_expect_eq(config->retry.attempts_max, 4);
	cr_expect_eq(config->accounts[0].tps, 77);
	cr_expect_not(config->accounts[0].registered_delivery);
	cr_expect_eq(config->accounts[1].window, 78);
	cr_expect_str_eq(config->accounts[0].password, "hush");
	cr_expect_str_eq(config->accounts[1].password, "from-it");
	cr_expect_eq(config->routes[0].prefix_count, 2);
	cr_expect_str_eq(config->routes[0].prefixes[1], "86151");
	cr_expect_eq(config->routes[1].account_count, 2);
	cr_expect_eq(config->routes[1].accounts[0], 1);
	config_destroy(config);
	scratch_remove(folder);
}

Test(config_env, errors_name_the_variable)
{
	static const struct {
		const char *name;
		char *variables[3];
		const char *want;
	} rows[] = {
		{ "wrong value",
		  { "HONGYAN_LOG_LEVEL=loud" },
		  "HONGYAN_LOG_LEVEL: log.level must be debug, info, warn or error, not “loud”\n" },
		{ "wrong value of an account",
		  { "HONGYAN_ACCOUNTS_CMCC_TPS=1e3" },
		  "HONGYAN_ACCOUNTS_CMCC_TPS: accounts[cmcc].tps must be a whole number from 0 to 1000000, not "
		  "“1e3”\n" },
		{ "typo",
		  { "HONGYAN_ACCOUNTS_CMCC_WINDW=1" },
		  "HONGYAN_ACCOUNTS_CMCC_WINDW is no setting (did you mean “HONGYAN_ACCOUNTS_CMCC_WINDOW”?)\n" },
		{ "typo in the first word",
		  { "HONGYAN_ACCOUNT_CMCC_TPS=1" },
		  "HONGYAN_ACCOUNT_CMCC_TPS is no setting (did you mean “HONGYAN_ACCOUNTS_CMCC_TPS”?)\n" },
		{ "no such account",
		  { "HONGYAN_ACCOUNTS_ZZZZZZZZZZZZZZZZ_TPS=1" },
		  "HONGYAN_ACCOUNTS_ZZZZZZZZZZZZZZZZ_TPS is no setting\n" },
		{ "no such route",
		  { "HONGYAN_ROUTES_3_PREFIX=1" },
		  "HONGYAN_ROUTES_3_PREFIX is no setting (did you mean “HONGYAN_ROUTES_1_PREFIX”?)\n" },
		{ "later", { "HONGYAN_REDIS_SHARDS=1" }, "HONGYAN_REDIS_SHARDS is not built yet\n" },
		{ "of another protocol",
		  { "HONGYAN_ACCOUNTS_CMCC_URL=1" },
		  "HONGYAN_ACCOUNTS_CMCC_URL is no setting (did you mean “HONGYAN_ACCOUNTS_CMCC_TPS”?)\n" },
		{ "both forms",
		  { "HONGYAN_ACCOUNTS_CMCC_PASSWORD=a", "HONGYAN_ACCOUNTS_CMCC_PASSWORD_FILE=b" },
		  "HONGYAN_ACCOUNTS_CMCC_PASSWORD_FILE: both accounts[cmcc].password and accounts[cmcc].password_file "
		  "are "
		  "given\n" },
		{ "secret is not shown",
		  { "HONGYAN_REDIS_URL=http://u:hush@h" },
		  "HONGYAN_REDIS_URL: redis.url must begin with redis://, rediss:// or unix://\n" },
		{ "control characters",
		  { "HONGYAN_SIGNATURE=a\nb" },
		  "HONGYAN_SIGNATURE: signature holds control characters or is not UTF-8\n" },
		{ "not UTF-8",
		  { "HONGYAN_SIGNATURE=\xC0\xAF" },
		  "HONGYAN_SIGNATURE: signature holds control characters or is not UTF-8\n" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *envp[] = { FIXES, rows[i].variables[0], rows[i].variables[1], NULL };
		struct config *config = scratch_load(folder, file, envp, errors);
		cr_expect_str_eq(errors, rows[i].want, "%s: got\n%s", rows[i].name, errors);
		config_destroy(config);
	}
	scratch_remove(folder);
}

Test(config_env, two_accounts_of_one_spelling)
{
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	char *envp[] = { "HONGYAN_ACCOUNTS_A_B_TPS=1", NULL };
	struct config *config = scratch_load(folder,
					     "accounts: [{ name: a-b, address: \"h:1\", system_id: x },"
					     " { name: a_b, address: \"h:1\", system_id: x }]\n",
					     envp, errors);
	cr_expect_null(config);
	cr_expect_str_eq(errors, "HONGYAN_ACCOUNTS_A_B_TPS fits two accounts\n");
	scratch_remove(folder);
}
