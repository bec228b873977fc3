/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/suggest.h"
#include "cli/cli_command.h"
#include "decode/alert_decode.h"
#include "encode/segmenter.h"
#include "proof/proof.h"
#include "render/catalogue.h"
#include "render/render.h"
#include "render/template_sample.h"

#include <errno.h>
#include <stdlib.h>

#define ARENA_OCTETS (512 * 1024)
#define ALERT_OCTETS (ALERT_OCTETS_MAX + 1)

/* One rendering. */
struct rendering {
	const struct cli_call *call;
	const char *name; /* of the template, or of its file */
	struct arena arena;
	struct catalogue *catalogue; /* where the template came from its folder */
	struct template *alone;      /* where it came from a file of its own */
	const struct template *template;
	struct render_options options;
	struct sms sms;
	struct segmenter_count count;
	struct slice cost; /* of a segment; absent = not known */
	const char *currency;
	char json[ALERT_OCTETS];
};

/* Tells what is wrong with template or parameters. Returns CLI_DATA. */
static int tell(const struct rendering *rendering, const char *field, const char *text)
{
	const struct cli_env *env = rendering->call->env;
	if (!rendering->call->wants_json) {
		fprintf(env->err, "%s: %s%s%s\n", rendering->name, field, *field ? ": " : "", text);
		return CLI_DATA;
	}
	char octets[2048];
	struct buf out = buf_over(octets, sizeof octets);
	json_open(&out, '{');
	json_key_text(&out, "error", slice_of(text));
	json_key_text_if(&out, "field", slice_of(field));
	json_close(&out, '}');
	fprintf(env->out, "%.*s\n", (int)out.len, out.at);
	return CLI_DATA;
}

static void tell_errors_only(void *ctx, const char *line, bool is_warning)
{
	if (!is_warning)
		cli_tell_problem(ctx, line, is_warning);
}

/* Compiles a file named on the command line. */
static int load_file(struct rendering *rendering)
{
	const char *path = rendering->name;
	static char source[TEMPLATE_OCTETS_MAX + 1];
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return tell(rendering, "", strerror(errno));
	size_t len = fread(source, 1, sizeof source, file);
	bool is_read = !ferror(file);
	fclose(file);
	if (!is_read)
		return tell(rendering, "", "cannot be read");
	struct slice name;
	struct slice locale;
	const char *slash = strrchr(path, '/');
	if (!template_file_name_parse(slice_of(slash ? slash + 1 : path), &name, &locale))
		return tell(rendering, "", "the file's name must be NAME.tmpl or NAME.LOCALE.tmpl");
	struct template_problem problem = { 0 };
	if (template_compile_report(name, locale, (struct slice){ source, len }, &rendering->alone, &problem, NULL) !=
	    ERR_OK) {
		char line[TEMPLATE_PROBLEM_SENTENCE_OCTETS + 64];
		template_problem_format(SLICE("line "), &problem, TEMPLATE_TONGUE_EN, line, sizeof line);
		return tell(rendering, "", line);
	}
	rendering->template = rendering->alone;
	return CLI_OK;
}

/* Finds the template by name in its folder. */
static int load_named(struct rendering *rendering, const char *dir, const char *default_locale)
{
	const struct cli_env *env = rendering->call->env;
	if (env->load_templates(dir, default_locale, &rendering->catalogue, tell_errors_only, env->err) != ERR_OK)
		return CLI_DATA;
	struct slice name = slice_of(rendering->name);
	struct slice locale = slice_of(cli_option(rendering->call, "locale"));
	rendering->template = catalogue_find(rendering->catalogue, name, locale);
	if (rendering->template)
		return CLI_OK;
	struct slice nearest = catalogue_nearest(rendering->catalogue, name);
	char text[512];
	snprintf(text, sizeof text, "there is no such template in %.200s%s%.*s%s", dir,
		 nearest.len ? " (did you mean “" : "", SLICE_ARG(nearest), nearest.len ? "”?)" : "");
	return tell(rendering, "", text);
}

static int load(struct rendering *rendering)
{
	const struct cli_call *call = rendering->call;
	const struct config *config = NULL;
	struct cli_settings settings = { .templates_dir = "templates", .locale = TEMPLATE_DEFAULT_LOCALE };
	const char *path = cli_option(call, "config");
	enum err err = call->env->load(path, &config, &settings, cli_tell_problem, call->env->err);
	if (err != ERR_OK && (err != ERR_NOT_FOUND || path))
		return CLI_CONFIG;
	rendering->cost = slice_of(settings.cost);
	rendering->currency = settings.currency != NULL ? settings.currency : "";
	const char *signature = cli_option(call, "signature");
	const char *dir = cli_option(call, "templates");
	rendering->options = (struct render_options){ .signature = slice_of(signature ? signature : settings.signature),
						      .zone = settings.zone };
	if (rendering->options.signature.len == 0)
		rendering->options.signature = (struct slice){ NULL, 0 };
	size_t len = strlen(rendering->name);
	if (strchr(rendering->name, '/') || (len > 5 && strcmp(rendering->name + len - 5, ".tmpl") == 0))
		return load_file(rendering);
	return load_named(rendering, dir ? dir : settings.templates_dir, settings.locale);
}

/* The alert from --params: a whole alert is put together around them, so that they are read as producers' are. */
static int read_params(struct rendering *rendering, const char *params, struct alert *alert)
{
	struct buf json = buf_over(rendering->json, sizeof rendering->json);
	json_open(&json, '{');
	json_key_text(&json, "id", SLICE("render"));
	json_key_text(&json, "to", SLICE("+8613800000000"));
	json_key_text(&json, "template", template_header(rendering->template)->name);
	json_key(&json, "params");
	size_t before = json.len;
	buf_put_text(&json, params);
	json_close(&json, '}');
	if (json.full)
		return tell(rendering, "params", "are too long");
	struct decode_options options = { .country = country_find(SLICE("CN")) };
	struct err_at at = { 0 };
	if (alert_decode(buf_slice(&json), &options, &rendering->arena, alert, &at) == ERR_OK)
		return CLI_OK;
	char text[sizeof at.text + 64];
	bool is_inside = at.field[0] == '\0' && at.offset >= before && at.offset < before + strlen(params);
	snprintf(text, sizeof text, is_inside ? "%s (octet %zu of --params)" : "%s", at.text, at.offset - before + 1);
	return tell(rendering, at.field, text);
}

static int read_alert(struct rendering *rendering, struct alert *alert)
{
	const char *params = cli_option(rendering->call, "params");
	const char *sample = cli_option(rendering->call, "sample");
	if (sample == NULL)
		return read_params(rendering, params ? params : "{}", alert);
	if (params)
		return cli_usage(rendering->call, "--params and --sample exclude each other");
	const char *names[TEMPLATE_SAMPLE_COUNT];
	for (unsigned i = 0; i < TEMPLATE_SAMPLE_COUNT; i++) {
		names[i] = template_sample_name((enum template_sample)i);
		if (strcmp(sample, names[i]) != 0)
			continue;
		enum err err =
			template_sample_alert(rendering->template, (enum template_sample)i, &rendering->arena, alert);
		return err == ERR_OK ? CLI_OK : tell(rendering, "", "the sample does not fit into memory");
	}
	const char *nearest = suggest_nearest(slice_of(sample), names, TEMPLATE_SAMPLE_COUNT);
	return cli_usage(rendering->call, "--sample is %s, %s or %s, not “%s”%s%s%s", names[0], names[1], names[2],
			 sample, nearest ? " (did you mean “" : "", nearest ? nearest : "", nearest ? "”?)" : "");
}

/* What the text costs at most. False where no account says. */
static bool write_cost(const struct rendering *rendering, struct buf *out)
{
	return proof_cost_write(rendering->cost, rendering->count.segment_count, out);
}

static void print_line(struct rendering *rendering, const char *encoding)
{
	char digits[48];
	struct buf cost = buf_over(digits, sizeof digits);
	bool has_cost = write_cost(rendering, &cost);
	unsigned segments = rendering->count.segment_count;
	fprintf(rendering->call->env->out,
		"%.*s\n\n%s, %u units, %u segment%s, %zu units left in the last; class %s, unanswered: %s%s%.*s%s%s\n",
		SLICE_ARG(rendering->sms.text), encoding, rendering->count.units, segments, segments == 1 ? "" : "s",
		segmenter_units_left(&rendering->count, &rendering->arena), sms_class_name(rendering->sms.sms_class),
		on_unknown_name(rendering->sms.on_unknown), has_cost ? "; at most " : "", (int)cost.len,
		has_cost ? cost.at : "", has_cost ? " " : "", has_cost ? rendering->currency : "");
}

static void print_json(struct rendering *rendering, const char *encoding)
{
	const struct template_header *header = template_header(rendering->template);
	static char octets[RENDER_OCTETS_MAX * 12 + 4096];
	struct buf out = buf_over(octets, sizeof octets);
	json_open(&out, '{');
	json_key_text(&out, "template", header->name);
	json_key_text(&out, "locale", header->locale);
	json_key_uint(&out, "version", header->version);
	json_key_text(&out, "class", slice_of(sms_class_name(header->sms_class)));
	json_key_text(&out, "on_unknown", slice_of(on_unknown_name(rendering->sms.on_unknown)));
	json_key_text(&out, "text", rendering->sms.text);
	json_key_text(&out, "encoding", slice_of(encoding));
	json_key_uint(&out, "units", rendering->count.units);
	json_key_uint(&out, "segments", rendering->count.segment_count);
	json_key_uint(&out, "units_left", segmenter_units_left(&rendering->count, &rendering->arena));
	char digits[48];
	struct buf cost = buf_over(digits, sizeof digits);
	if (write_cost(rendering, &cost)) {
		json_key_text(&out, "cost", buf_slice(&cost));
		json_key_text(&out, "currency", slice_of(rendering->currency));
	}
	json_key(&out, "segment_texts");
	json_open(&out, '[');
	for (unsigned i = 0; i < rendering->count.segment_count; i++)
		json_text(&out, rendering->count.segment_texts[i]);
	json_close(&out, ']');
	json_close(&out, '}');
	buf_put(&out, "\n", 1);
	fwrite(out.at, 1, out.len, rendering->call->env->out);
}

static int render(struct rendering *rendering)
{
	int code = load(rendering);
	struct alert alert = { 0 };
	if (code == CLI_OK)
		code = read_alert(rendering, &alert);
	if (code != CLI_OK)
		return code;
	struct err_at at = { 0 };
	if (render_alert(rendering->template, &alert, &rendering->options, &rendering->arena, &rendering->sms, &at) !=
	    ERR_OK)
		return tell(rendering, at.field, at.text);
	if (segmenter_count(rendering->sms.text, false, &rendering->arena, &rendering->count, &at) != ERR_OK)
		return tell(rendering, at.field, at.text);
	const char *encoding = rendering->count.encoding == ENCODING_GSM7 ? "GSM7" : "UCS2";
	if (rendering->call->wants_json)
		print_json(rendering, encoding);
	else
		print_line(rendering, encoding);
	return CLI_OK;
}

static int run(const struct cli_call *call)
{
	struct rendering *rendering = calloc(1, sizeof *rendering);
	char *block = malloc(ARENA_OCTETS);
	int code = CLI_FAILED;
	if (rendering && block) {
		rendering->call = call;
		rendering->name = call->arguments[0];
		arena_init(&rendering->arena, block, ARENA_OCTETS, ARENA_OCTETS);
		code = render(rendering);
		arena_fini(&rendering->arena);
		template_release(rendering->alone);
		catalogue_release(rendering->catalogue);
	} else {
		fprintf(call->env->err, "hongyan: out of memory\n");
	}
	free(block);
	free(rendering);
	return code;
}

const struct cli_command cli_render = {
	.name = "render",
	.arguments = "TEMPLATE",
	.arguments_min = 1,
	.arguments_max = 1,
	.summary = "Show the text that a template makes, and what it costs",
	.details = "TEMPLATE is a name in the templates' folder, or a file (it has a “/” or ends in .tmpl).\n"
		   "  hongyan render balance --params '{\"date\":\"2026-02-13\",\"balance\":\"19.53\"}'\n"
		   "  hongyan render balance --sample longest\n",
	.options = { { "params", "JSON", "Parameters as in an alert" },
		     { "sample", "WHICH", "Parameters made from the header: shortest, typical or longest" },
		     { "locale", "TAG", "Variant of the template" },
		     { "signature", "TEXT", "Signature instead of the configured one" },
		     { "templates", "DIR", "Folder of templates instead of the configured one" },
		     { "config", "FILE", "Configuration; without one: folder templates, no signature" } },
	.run = run,
};
