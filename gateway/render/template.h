/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"
#include "model/sms.h"
#include "render/template_problem.h"

#include <stdint.h>

/* A text that customer-service staff wrote, compiled: a header (title, class, parameters) and a list of nodes. The
 * language is described in docs/templates.md. A template never changes once it is compiled and may be used by any
 * number of threads at once. */
struct template;

#define TEMPLATE_OCTETS_MAX     65536 /* one file */
#define TEMPLATE_PARAMS_MAX     64
#define TEMPLATE_CHOICES_MAX    256  /* of all enum parameters together */
#define TEMPLATE_LENGTH_MAX     2000 /* characters of one value, and of a rendered text */
#define TEMPLATE_SIGNATURE_MAX  20   /* characters, without 【】 */
#define TEMPLATE_WARNINGS_MAX   32
#define TEMPLATE_DEFAULT_LOCALE "zh-CN"

/* What a parameter's value must look like. */
enum template_type {
	TEMPLATE_TEXT,
	TEMPLATE_MONEY,
	TEMPLATE_NUMBER,
	TEMPLATE_INTEGER,
	TEMPLATE_DATE,
	TEMPLATE_TIME,
	TEMPLATE_DATETIME,
	TEMPLATE_ENUM,
	TEMPLATE_TYPE_COUNT
};

/* Name of a type as headers have it (“money”). Static storage. */
const char *template_type_name(enum template_type type);

/* One value of an enum parameter and the words that stand for it in the text. */
struct template_choice {
	struct slice code;
	struct slice text;
};

/* One parameter as the header declares it. Slices are borrowed from the template. */
struct template_param {
	struct slice name;
	struct slice label;  /* for people, and usable in the text; the name where none was given */
	struct slice sample; /* valid for the type; never absent */
	enum template_type type;
	bool is_optional;
	bool is_multiline;   /* a text may hold newlines */
	uint16_t length_max; /* characters of the value as the alert has it */
	uint16_t choice_count;
	const struct template_choice *choices; /* of an enum; borrowed */
};

/* What a template says about itself. Slices are borrowed from the template. */
struct template_header {
	struct slice name;
	struct slice locale;
	struct slice title;     /* the name where none was given */
	struct slice note;      /* absent = none */
	struct slice signature; /* without 【】; absent = the configured one */
	bool has_no_signature;  /* “signature: none”, or the text brings its own */
	enum sms_class sms_class;
	enum on_unknown on_unknown;
	int64_t max_age_ms; /* 0 = no limit */
	uint32_t
		version; /* that template_number gave; else as the fingerprint, but BOM and line ends make no other one; never 0 */
	uint32_t fingerprint; /* template_fingerprint */
	const struct template_param *params;
	unsigned param_count;
};

/* Warnings of a compilation, in the order of the file. Zero-initialise before use. */
struct template_warnings {
	struct template_problem items[TEMPLATE_WARNINGS_MAX];
	unsigned count;
	bool more; /* there were more than fit */
};

/* Compiles one file.
 * name: 1–64 characters of [a-z A-Z 0-9 _ - .] or beyond ASCII. locale: BCP 47; absent = zh-CN; “zh…” writes dates the
 * Chinese way, all others the English way. source: the file's octets, at most TEMPLATE_OCTETS_MAX; a BOM and CR LF are
 * taken. out: owned (template_release), set on success only. problem: the error with its place; may be NULL.
 * warnings: filled on success and on failure; may be NULL.
 * ERR_FORMAT, ERR_RANGE, ERR_NOT_FOUND (unknown parameter, key, type), ERR_DUPLICATE, ERR_UNSUPPORTED, ERR_MEMORY. */
MUST_CHECK enum err template_compile_report(struct slice name, struct slice locale, struct slice source,
					    struct template **out, struct template_problem *problem,
					    struct template_warnings *warnings);

/* The same for callers that want the English sentence only. at: may be NULL. */
MUST_CHECK enum err template_compile(struct slice name, struct slice locale, struct slice source, struct template **out,
				     struct err_at *at);

/* Holds a template once more, from any thread; and lets go of it, which frees it with the last holder. NULL is fine to let go of. */
struct template *template_hold(struct template *template);
void template_release(struct template *template);

/* Made from name, locale and source: another one where any of them is another. Never 0. */
uint32_t template_fingerprint(struct slice name, struct slice locale, struct slice source);

/* Gives a template the version that its catalogue counts, in place of the one made from its content. Only before anybody else
 * holds it. version: at least 1. */
void template_number(struct template *template, uint32_t version);

/* The header; borrowed from the template. */
const struct template_header *template_header(const struct template *template);

/* Writes “templates/balance.tmpl:3: unknown parameter …”, NUL-terminated, cut at a character where cap is short.
 * file_name: absent leaves out the place. out: cap octets, cap >= 1. Returns the length without the NUL. */
size_t template_error_format(struct slice file_name, const struct err_at *at, char *out, size_t cap);

/* The same line from a problem, in the reader's language; for warnings too. */
size_t template_problem_format(struct slice file_name, const struct template_problem *problem,
			       enum template_tongue tongue, char *out, size_t cap);

/* Takes “templates/balance.en.tmpl” apart: name “balance”, locale “en” (absent where the file name has none); both
 * borrowed from path. False where it does not end in .tmpl or has no name. */
bool template_file_name_parse(struct slice path, struct slice *name, struct slice *locale);
