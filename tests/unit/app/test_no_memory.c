/* SPDX-License-Identifier: Apache-2.0 */
#include "app/snapshot.h"
#include "app/template_dir.h"
#include "fakes/alloc_sweep.h"
#include "test_scratch.h"

#include <stdio.h>
#include <stdlib.h>

struct loaded {
	const char *path;
	char *const *envp;
	const char *want; /* what is told, a line for each error; "" = it is well */
};

static void take(void *ctx, const struct err_at *at)
{
	struct buf *out = ctx;
	config_error_format("hongyan.yaml", at, out);
	buf_put(out, "\n", 1);
}

/* Loads it, and makes of it what a start makes. What is wrong with the file is told, or that there is no memory. */
static enum alloc_end loads(void *ctx)
{
	const struct loaded *loaded = ctx;
	static char octets[SCRATCH_TEXT_OCTETS];
	struct buf out = buf_over(octets, sizeof octets - 1);
	struct config *config = NULL;
	enum err err = config_load_all(loaded->path, loaded->envp, &config, take, &out);
	octets[out.len] = '\0';
	if ((err == ERR_OK) != (config != NULL) || (err == ERR_OK) != (out.len == 0))
		return alloc_wrong("%s, but it told: %s", err_name(err), octets);
	if (err != ERR_OK) {
		if (strcmp(octets, loaded->want) == 0)
			return ALLOC_WELL;
		bool is_told = loaded->want[0] != '\0' || strstr(octets, "memory") != NULL;
		return is_told ? ALLOC_TOLD : alloc_wrong("%s", octets);
	}
	static struct slot_names names;
	struct snapshot *snapshot = NULL;
	struct err_at at = { 0 };
	names = (struct slot_names){ .names = { NULL } };
	err = snapshot_create(config, NULL, &names, &snapshot, &at);
	enum alloc_end end = loaded->want[0] ? alloc_wrong("an error was not told") : alloc_end_of(err);
	if (err != ERR_OK && (snapshot != NULL || at.text[0] == '\0'))
		end = alloc_wrong("a snapshot, or no sentence");
	snapshot_release(snapshot);
	config_destroy(config);
	return end;
}

static const char much[] =
	"redis: { url: \"redis://h\", instance: gw }\n"
	"signature: \"国网吉林电力\"\n"
	"number_plan: [\"86192=broadnet\", \"8619999=telecom\"]\n"
	"accounts:\n"
	"  - { name: cmcc, address: \"smsc:2775\", system_id: x, password_file: pw, binds: 2, window: 10, tps: 500 }\n"
	"  - name: http\n"
	"    protocol: http\n"
	"    preset: twilio\n"
	"    account: a\n"
	"    username: u\n"
	"    password: secret\n"
	"    source: \"10690001\"\n"
	"routes:\n"
	"  - { prefixes: [\"86\"], accounts: [cmcc, http] }\n"
	"  - { prefixes: [\"86139\"], accounts: [http], classes: [critical] }\n"
	"tenants:\n"
	"  north: { daily_segments: 1000, signature: \"北方\" }\n";

Test(no_memory, config)
{
	static char *const envp[] = { "HONGYAN_WORKERS=2", "HONGYAN_REDIS_URL=redis://other:6380/1", NULL };
	static const struct {
		const char *name;
		const char *file;
		const char *text;
		char *const *envp;
		unsigned step;
	} rows[] = {
		{ "much", "much.yaml", much, NULL, 3 },
		{ "with the environment", "much.yaml", much, envp, 7 },
		{ "JSON", "a.json",
		  "{\"redis\":{\"url\":\"redis://"
		  "h\"},\"accounts\":[{\"name\":\"cmcc\",\"address\":\"h:1\",\"system_id\":\"x\"}],"
		  "\"signature\":\"\\u56fd\"}",
		  NULL, 1 },
		{ "unknown keys", "wrong.yaml",
		  "zebra: 1\nredis: { rul: x, url: y }\naccounts: [{ name: a, pasword: x }]\n", NULL, 1 },
		{ "no YAML", "broken.yaml", "accounts: [{ name: \"a }\n", NULL, 1 },
		{ "no JSON", "broken.json", "{\"accounts\":[{\"name\":1}", NULL, 1 },
		{ "no such file", NULL, NULL, NULL, 1 },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char path[SCRATCH_PATH_OCTETS + 16];
	static char told[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	scratch_write(folder, "pw", "secret\n", path);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(path, sizeof path, "%s/none.yaml", folder);
		if (rows[i].file != NULL)
			scratch_write(folder, rows[i].file, rows[i].text, path);
		struct loaded loaded = { .path = path, .envp = rows[i].envp, .want = told };
		struct buf out = buf_over(told, sizeof told - 1);
		struct config *config = NULL;
		(void)!config_load_all(path, rows[i].envp, &config, take, &out);
		told[out.len] = '\0';
		config_destroy(config);
		alloc_sweep_by(rows[i].name, loads, &loaded, rows[i].step);
	}
	scratch_remove(folder);
}

/* Every setting there is, at its default. */
Test(no_memory, config_example)
{
	static char text[256 * 1024];
	char folder[SCRATCH_PATH_OCTETS];
	char path[SCRATCH_PATH_OCTETS];
	struct buf out = buf_over(text, sizeof text - 1);
	config_example(&out);
	cr_assert(!out.full);
	scratch_make(folder);
	scratch_write(folder, "example.yaml", text, path);
	struct loaded loaded = { .path = path, .want = "" };
	alloc_sweep_by("the example", loads, &loaded, 7);
	scratch_remove(folder);
}

static void note_problem(void *ctx, const char *line, bool is_warning)
{
	unsigned *count = ctx;
	(void)line;
	*count += !is_warning;
}

static enum alloc_end loads_templates(void *ctx)
{
	const char *folder = ctx;
	struct catalogue *catalogue = NULL;
	unsigned problems = 0;
	enum err err = template_dir_load(folder, "zh-CN", &catalogue, note_problem, &problems);
	enum alloc_end end = alloc_end_of(err);
	if (err == ERR_OK && (problems > 0 || catalogue_count(catalogue) != 3))
		end = alloc_wrong("%u problems, %u templates", problems, catalogue_count(catalogue));
	else if (err != ERR_OK && catalogue != NULL)
		end = alloc_wrong("a catalogue and an error");
	catalogue_release(catalogue);
	return end;
}

static bool count_file(void *ctx, struct slice name, struct slice locale, struct slice source)
{
	unsigned *count = ctx;
	*count += name.len > 0 && (locale.len > 0 || locale.at == NULL) && source.len > 0;
	return true;
}

static enum alloc_end visits_templates(void *ctx)
{
	const char *folder = ctx;
	unsigned count = 0;
	struct err_at at = { 0 };
	enum err err = template_dir_visit(folder, count_file, &count, &at);
	if (err == ERR_OK && count != 3)
		return alloc_wrong("%u files", count);
	if (err != ERR_OK && at.text[0] == '\0')
		return alloc_wrong("no sentence");
	return alloc_end_of(err);
}

Test(no_memory, template_dir)
{
	char folder[SCRATCH_PATH_OCTETS];
	char path[SCRATCH_PATH_OCTETS];
	scratch_make(folder);
	scratch_write(folder, "paid.tmpl", "类别: 通知\n---\n已缴费。", path);
	scratch_write(folder, "paid.en.tmpl", "class: notice\n---\nPaid.", path);
	scratch_write(folder, "bill.tmpl", "类别: 通知\n变量 text 文字 内容 示例=电\n---\n{{text}}\n", path);
	alloc_sweep("load", loads_templates, folder);
	alloc_sweep("visit", visits_templates, folder);
	scratch_remove(folder);
}
