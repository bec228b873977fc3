/* SPDX-License-Identifier: Apache-2.0 */
#include "app/carrier_maker.h"

#include "test_scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMPP "name: a, address: \"127.0.0.1:1\", system_id: x"
#define HTTP "name: a, protocol: http, preset: kannel, url: \"https://h/\", username: u, password: p, source: \"1\""
#define OWN  "ca_file: a.pem, cert_file: a.pem, key_file: a.key"

struct rig {
	char folder[SCRATCH_PATH_OCTETS];
	char log_text[4096];
	struct log log;
	struct config *config;
	struct carrier_maker maker;
};

static struct rig rig;

static void on_line(void *ctx, enum log_level level, struct slice line)
{
	(void)ctx;
	(void)level;
	snprintf(rig.log_text, sizeof rig.log_text, "%.*s", SLICE_ARG(line));
}

static struct now now_of_loop(void *ctx)
{
	return loop_now(ctx);
}

static void set_up(void)
{
	char command[1024];
	scratch_make(rig.folder);
	snprintf(command, sizeof command,
		 "cd '%s' && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout a.key -out "
		 "a.pem -subj /CN=a >/dev/null 2>&1",
		 rig.folder);
	cr_assert_eq(system(command), 0);
	rig.maker = (struct carrier_maker){ .loop = loop_create(), .log = &rig.log, .worker_count = 1 };
	rig.log = (struct log){ .least = LOG_INFO, .write = on_line, .ctx = rig.maker.loop, .now = now_of_loop };
}

static void tear_down(void)
{
	loop_destroy(rig.maker.loop);
	scratch_remove(rig.folder);
}

static struct config_account *load(const char *account)
{
	char text[2048];
	char errors[SCRATCH_TEXT_OCTETS];
	snprintf(text, sizeof text,
		 "callbacks: { listen: \"127.0.0.1:0\", public_url: \"https://h\" }\naccounts:\n  - { %s }\n", account);
	rig.config = scratch_load(rig.folder, text, NULL, errors);
	cr_assert_not_null(rig.config, "%s\n%s", text, errors);
	rig.maker.config = rig.config;
	rig.log_text[0] = '\0';
	return &rig.config->accounts[0];
}

TestSuite(carrier_maker, .init = set_up, .fini = tear_down);

Test(carrier_maker, every_worker_has_its_share)
{
	static const struct {
		unsigned whole, workers, want[4];
	} rows[] = { { 0, 2, { 0, 0 } },       { 1, 1, { 1 } },          { 1, 2, { 1, 0 } },
		     { 7, 3, { 3, 2, 2 } },    { 8, 4, { 2, 2, 2, 2 } }, { 3, 4, { 1, 1, 1, 0 } },
		     { 10, 4, { 3, 3, 2, 2 } } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (unsigned worker = 0; worker < rows[i].workers; worker++) {
			struct carrier_maker maker = { .worker = worker, .worker_count = rows[i].workers };
			cr_expect_eq(carrier_share(&maker, rows[i].whole), rows[i].want[worker], "%u of %u, %u",
				     rows[i].whole, rows[i].workers, worker);
		}
	}
}

static int compare_seeds(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left;
	uint64_t b = *(const uint64_t *)right;
	return (a > b) - (a < b);
}

/* Or a carrier that a reload makes anew would send nonces that its provider knows already. */
Test(carrier_maker, no_two_carriers_have_one_seed)
{
	enum { WORKERS = 3, LIVES = 5, COUNT = WORKERS * LIVES * ROUTE_ACCOUNTS_MAX };
	static uint64_t seeds[COUNT];
	unsigned count = 0;
	struct carrier_maker maker = { .nonce = UINT64_MAX - 7, .worker_count = WORKERS };
	for (maker.worker = 0; maker.worker < WORKERS; maker.worker++) {
		for (maker.made = 0; maker.made < LIVES; maker.made++) {
			for (unsigned index = 0; index < ROUTE_ACCOUNTS_MAX; index++)
				seeds[count++] = carrier_seed(&maker, index);
		}
	}
	qsort(seeds, COUNT, sizeof seeds[0], compare_seeds);
	for (unsigned i = 1; i < COUNT; i++)
		cr_assert_neq(seeds[i - 1], seeds[i]);
}

Test(carrier_maker, what_the_pipeline_is_told)
{
	static const struct {
		const char *name, *account;
		unsigned worker, worker_count;
		struct pipeline_account want;
	} rows[] = {
		{ "SMPP",
		  SMPP ", binds: 3, window: 7, tps: 11, concat: sar, segments_max: 4, encoding: latin1",
		  1,
		  2,
		  { .concat = CONCAT_SAR,
		    .is_latin1 = true,
		    .segments_max = 4,
		    .wants_receipt = true,
		    .tps = 11,
		    .binds = 3,
		    .window_total = 21 } },
		{ "a reference is asked for with receipts only",
		  SMPP ", registered_delivery: false, user_message_reference: true",
		  0,
		  1,
		  { .concat = CONCAT_UDH8, .segments_max = 10, .binds = 1, .window_total = 256 } },
		{ "a reference",
		  SMPP ", user_message_reference: true",
		  0,
		  1,
		  { .concat = CONCAT_UDH8,
		    .segments_max = 10,
		    .binds = 1,
		    .window_total = 256,
		    .wants_receipt = true,
		    .sends_reference = true } },
		{ "HTTP",
		  HTTP ", connections: 5, tps: 9",
		  0,
		  2,
		  { .concat = CONCAT_TEXT, .wants_params = true, .segments_max = 10, .tps = 9, .window_total = 3 } },
		{ "HTTP whose receipts come by a callback",
		  HTTP ", connections: 4, callback: kannel, callback_secret: s3cr3t-s3cr3t-s3cr3t",
		  0,
		  1,
		  { .concat = CONCAT_TEXT,
		    .wants_params = true,
		    .segments_max = 10,
		    .wants_receipt = true,
		    .window_total = 4 } },
		{ "HTTP in batches",
		  "name: a, protocol: http, preset: aliyun, username: u, password: p, source: s, templates: { t: T }, "
		  "connections: 2, batch_max: 50",
		  0,
		  1,
		  { .concat = CONCAT_TEXT, .wants_params = true, .segments_max = 10, .window_total = 100 } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct config_account *account = load(rows[i].account);
		const struct pipeline_account *want = &rows[i].want;
		struct pipeline_account got;
		rig.maker.worker = rows[i].worker;
		rig.maker.worker_count = rows[i].worker_count;
		carrier_describe(&rig.maker, account, &got);
		cr_expect_str_eq(got.name, "a");
		cr_expect_eq(got.concat, want->concat, "%s: %d", rows[i].name, (int)got.concat);
		cr_expect_eq(got.is_latin1, want->is_latin1, "%s", rows[i].name);
		cr_expect_eq(got.wants_params, want->wants_params, "%s", rows[i].name);
		cr_expect_eq(got.segments_max, want->segments_max, "%s: %u", rows[i].name, got.segments_max);
		cr_expect_eq(got.wants_receipt, want->wants_receipt, "%s", rows[i].name);
		cr_expect_eq(got.sends_reference, want->sends_reference, "%s", rows[i].name);
		cr_expect_eq(got.binds, want->binds, "%s: %u", rows[i].name, got.binds);
		cr_expect_eq(got.tps, want->tps, "%s: %u", rows[i].name, got.tps);
		cr_expect_eq(got.window_total, want->window_total, "%s: %u", rows[i].name, got.window_total);
		config_destroy(rig.config);
	}
}

/* What was checked is what is used: files that are half written, or gone, when carriers are made harm none. */
Test(carrier_maker, files_are_those_of_the_configuration)
{
	static const struct {
		const char *name, *account;
	} rows[] = { { "SMPP", SMPP ", tls: true, " OWN }, { "HTTP", HTTP ", " OWN } };
	char path[SCRATCH_PATH_OCTETS];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char command[512];
		const struct config_account *account = load(rows[i].account);
		struct err_at at = { .err = ERR_OK };
		struct pipeline_account out;
		snprintf(command, sizeof command, "cd '%s' && cp a.pem a.pem.kept && mv a.key a.key.kept", rig.folder);
		cr_assert_eq(system(command), 0);
		scratch_write(rig.folder, "a.pem", "-----BEGIN CERTIFICATE-----\nMII", path);
		cr_expect_eq(carrier_can_be_made(&rig.maker, account, &at), ERR_OK, "%s: %s", rows[i].name, at.text);
		struct made_carrier *made = carrier_make(&rig.maker, account, 0, &out);
		cr_expect_not_null(made, "%s: %s", rows[i].name, rig.log_text);
		carrier_unmake(made);
		config_destroy(rig.config);
		snprintf(command, sizeof command, "cd '%s' && mv a.pem.kept a.pem && mv a.key.kept a.key", rig.folder);
		cr_assert_eq(system(command), 0);
	}
}

/* None that was read from a file: it would have been refused there. */
Test(carrier_maker, settings_that_will_not_do_are_told)
{
	static const struct {
		const char *name, *account, *want_field;
	} rows[] = { { "SMPP", SMPP ", tls: true, " OWN, "ca_file" }, { "HTTP", HTTP, "url" } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct config_account *account = load(rows[i].account);
		struct err_at at = { .err = ERR_OK };
		struct pipeline_account out;
		if (account->protocol == CONFIG_PROTOCOL_HTTP)
			memcpy(account->http.url, "ftp://", 6);
		else
			memset(account->pems.ca.octets, ' ', account->pems.ca.len);
		cr_expect_neq(carrier_can_be_made(&rig.maker, account, &at), ERR_OK, "%s", rows[i].name);
		cr_expect_str_eq(at.field, rows[i].want_field, "%s", rows[i].name);
		cr_expect_null(carrier_make(&rig.maker, account, 0, &out), "%s", rows[i].name);
		cr_expect_not_null(strstr(rig.log_text, "account_refused"), "%s: %s", rows[i].name, rig.log_text);
		cr_expect_not_null(strstr(rig.log_text, at.text), "%s: %s", rows[i].name, rig.log_text);
		config_destroy(rig.config);
	}
}

Test(carrier_maker, a_door_where_receipts_come_over_http)
{
	static const struct {
		const char *account;
		bool want;
	} rows[] = { { SMPP, false },
		     { HTTP, false },
		     { HTTP ", callback: kannel, callback_secret: s1s1s1s1s1s1s1s1", true } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct pipeline_account out;
		struct made_carrier *made = carrier_make(&rig.maker, load(rows[i].account), 0, &out);
		cr_assert_not_null(made, "%s: %s", rows[i].account, rig.log_text);
		cr_expect_eq(carrier_door(made) != NULL, rows[i].want, "%s", rows[i].account);
		cr_expect_eq(out.secrets, carrier_secrets(made));
		cr_expect_not_null(out.carrier);
		carrier_unmake(made);
		config_destroy(rig.config);
	}
	carrier_unmake(NULL);
}
