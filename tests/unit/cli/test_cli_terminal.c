/* SPDX-License-Identifier: Apache-2.0 */
#include "test_cli_terminal.h"

#include "base/buf.h"
#include "render/catalogue.h"
#include "route/route.h"
#include "wire/smpp/smpp_account.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static struct terminal_hooks hooks_now;

/* Stands for a configuration; nobody looks into it here. */
static const int anything;

static const char *const account_names[] = { "cmcc", "backup" };
static struct route_table *routes;

static enum err load(const char *path, const struct config **config, struct cli_settings *settings,
		     cli_on_problem *on_problem, void *ctx)
{
	if (hooks_now.load != ERR_OK) {
		if (hooks_now.load != ERR_NOT_FOUND)
			on_problem(ctx, "c.yaml:1:1: wrong", false);
		return hooks_now.load;
	}
	*config = (const struct config *)(const void *)&anything;
	*settings = (struct cli_settings){ .path = path ? path : "c.yaml",
					   .templates_dir = "folder",
					   .locale = "zh-CN",
					   .signature = "国网",
					   .redis = { .path = hooks_now.redis ? hooks_now.redis : "/nowhere/redis.sock",
						      .tag = "{hongyan}" },
					   .admin_host = "127.0.0.1",
					   .admin_port = 9, /* nothing listens there */
					   .country = country_find(SLICE("CN")),
					   .account_names = account_names,
					   .account_count = 2,
					   .route_count = 3 };
	return ERR_OK;
}

static void add(struct catalogue *catalogue, const char *name, const char *locale, const char *source)
{
	struct template *template = NULL;
	struct err_at at = { 0 };
	cr_assert_eq(template_compile(slice_of(name), slice_of(locale), slice_of(source), &template, &at), ERR_OK,
		     "%s: %s", name, at.text);
	cr_assert_eq(catalogue_add(catalogue, &template, NULL), ERR_OK);
}

static enum err load_templates(const char *dir, const char *locale, struct catalogue **out, cli_on_problem *on_problem,
			       void *ctx)
{
	(void)dir;
	on_problem(ctx, "x.tmpl:2: odd", true);
	if (hooks_now.templates != ERR_OK) {
		on_problem(ctx, "x.tmpl:3: wrong", false);
		return hooks_now.templates;
	}
	struct catalogue *catalogue = catalogue_create(slice_of(locale));
	add(catalogue, "hello", NULL, "类别: 通知\n参数 name 文字 姓名 示例=王芳\n---\n{{name}}您好\n");
	add(catalogue, "hello", "en", "class: notice\nparam name text Name sample=Ann\n---\nHello {{name}}\n");
	add(catalogue, "bill", NULL, "类别: 通知\n参数 amount 金额 金额 示例=19.50\n---\n电费{{amount}}元\n");
	cr_assert_eq(catalogue_freeze(catalogue), ERR_OK);
	*out = catalogue;
	return ERR_OK;
}

/* Of three routes the second has hours, the third is for marketing by weight. */
static enum err make_routes(const struct config *config, const struct route_table **out, struct err_at *at)
{
	static const struct slice prefixes[] = { { "86134", 5 }, { "86", 2 } };
	static const uint8_t both[] = { 0, 1 };
	static const uint8_t backup_first[] = { 1, 0 };
	static const unsigned weights[] = { 0, 1 };
	static const struct slice tenants[] = { { "billing", 7 } };
	const struct route_rule rules[] = {
		{ .prefixes = prefixes,
		  .prefix_count = 1,
		  .accounts = both,
		  .account_count = 2,
		  .tenants = tenants,
		  .tenant_count = 1 },
		{ .prefixes = prefixes + 1,
		  .prefix_count = 1,
		  .accounts = backup_first,
		  .account_count = 2,
		  .operators = 1u << OPERATOR_MOBILE,
		  .hours = { 0x7F, 8 * 60, 20 * 60 } },
		{ .prefixes = prefixes + 1,
		  .prefix_count = 1,
		  .accounts = both,
		  .account_count = 2,
		  .weights = weights,
		  .order = ROUTE_WEIGHTED,
		  .classes = 1u << SMS_CLASS_MARKETING },
	};
	cr_assert_eq((const void *)config, (const void *)&anything);
	cr_assert_eq(route_create(rules, 3, NULL, 0, &routes, at), ERR_OK);
	*out = routes;
	return ERR_OK;
}

/* The first account has habits, the second speaks HTTP. */
static enum err make_smpp_account(const struct config *config, unsigned account, struct smpp_account *out,
				  struct err_at *at)
{
	cr_assert_eq((const void *)config, (const void *)&anything);
	cr_assert_lt(account, 2);
	if (account == 1)
		return err_at_set(at, ERR_UNSUPPORTED, 0, "protocol", "the account “backup” does not speak SMPP");
	smpp_account_init(out);
	out->default_alphabet = SMPP_ALPHABET_GSM7_PACKED;
	out->is_accepted_final = true;
	out->receipt_id = SMPP_RECEIPT_ID_DEC_TO_HEX;
	out->receipt_id_digits = 4;
	return ERR_OK;
}

static int serve(const struct config *config)
{
	cr_assert_eq((const void *)config, (const void *)&anything);
	return CLI_UNREACHABLE;
}

static void show(const struct config *config, bool has_origins, struct buf *out)
{
	cr_assert_eq((const void *)config, (const void *)&anything);
	buf_put_text(out, has_origins ? "workers: auto  # default\n" : "workers: auto\n");
}

static void reference(struct buf *out)
{
	buf_put_text(out, "# Configuration\n");
}

static void schema(struct buf *out)
{
	buf_put_text(out, "{}\n");
}

static void example(struct buf *out)
{
	buf_put_text(out, "# Every setting\n");
}

static void manual(struct buf *out)
{
	buf_put_text(out, ".TH hongyan.yaml 5\n");
}

struct terminal terminal_run(const char *const words[TERMINAL_WORDS_MAX], const char *input, size_t input_len,
			     const struct terminal_hooks *hooks)
{
	struct terminal terminal = { 0 };
	size_t out_len;
	size_t err_len;
	char *argv[TERMINAL_WORDS_MAX + 2] = { (char *)"hongyan" };
	int argc = 1;
	while (argc <= TERMINAL_WORDS_MAX && words[argc - 1]) {
		argv[argc] = (char *)words[argc - 1];
		argc++;
	}
	hooks_now = hooks ? *hooks : (struct terminal_hooks){ 0 };
	/* An empty stream cannot be opened. */
	FILE *in = input_len ? fmemopen((void *)input, input_len, "r") : fopen("/dev/null", "r");
	struct cli_env env = { .in = in,
			       .out = open_memstream(&terminal.out, &out_len),
			       .err = open_memstream(&terminal.err, &err_len),
			       .version = "9.9.9",
			       .load = load,
			       .load_templates = load_templates,
			       .make_routes = make_routes,
			       .make_smpp_account = make_smpp_account,
			       .serve = serve,
			       .show = show,
			       .reference = reference,
			       .schema = schema,
			       .example = example,
			       .manual = manual };
	cr_assert(env.in && env.out && env.err);
	terminal.code = cli_run(argc, argv, &env);
	route_destroy(routes);
	routes = NULL;
	fclose(env.in);
	fclose(env.out);
	fclose(env.err);
	return terminal;
}

void terminal_fini(struct terminal *terminal)
{
	free(terminal->out);
	free(terminal->err);
}
