/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_account.h"

#include "base/number.h"
#include "base/suggest.h"
#include "wire/http/http_account_read.h"
#include "wire/http/http_presets.h"
#include "wire/http/http_setting.h"

#include <openssl/crypto.h>
#include <stdlib.h>

/* Settings are laid over their preset member by member, then compiled in the order of the struct. Everything that is made
 * lies in one block, so that destroying is one wipe and one free. */

#define TEXT_MAX (64 * 1024) /* octets of all settings of an account */

/* Every member that is a text, and every one that is lines. */
#define TEXT_MEMBERS(X)                                                                                         \
	X(url)                                                                                                  \
	X(method)                                                                                               \
	X(json)                                                                                                 \
	X(auth)                                                                                                 \
	X(username)                                                                                             \
	X(password)                                                                                             \
	X(token)                                                                                                \
	X(account)                                                                                              \
	X(region) X(service) X(source) X(country) X(hmac_hash) X(hmac_encoding) X(hmac_signs) X(success_status) \
		X(success) X(success_is) X(message_id) X(message_id_is) X(error_code) X(error_text) X(answers)  \
			X(answers_are) X(answer_to) X(request_code) X(request_text) X(idempotency_header)
#define LINES_MEMBERS(X) X(headers) X(query) X(form) X(templates) X(codes)

static enum err lay_over_preset(const struct http_settings *own, struct http_settings *out, struct err_at *at)
{
	bool has_json = own->json && own->json[0];
	*out = *own;
	if (!has_json)
		out->json = NULL;
	if (own->preset == NULL)
		return ERR_OK;
	const struct http_settings *preset = http_preset_find(slice_of(own->preset));
	if (preset == NULL) {
		const char *const *names = http_preset_names();
		size_t count = 0;
		while (names[count])
			count++;
		const char *nearest = suggest_nearest(slice_of(own->preset), names, count);
		return err_at_set(at, ERR_NOT_FOUND, 0, "preset", "“%s” is unknown%s%s%s", own->preset,
				  nearest ? "; did you mean “" : "", nearest ? nearest : "", nearest ? "”?" : "");
	}
#define TEXT(member)             \
	if (out->member == NULL) \
		out->member = preset->member;
#define LINES(member)               \
	if (out->member.at == NULL) \
		out->member = preset->member;
	TEXT_MEMBERS(TEXT)
	LINES_MEMBERS(LINES)
#undef TEXT
#undef LINES
	/* A body of the operator's replaces the preset's, of whichever kind that is. */
	if (has_json && own->form.at == NULL)
		out->form = (struct http_lines){ NULL, 0 };
	if (own->form.at && !has_json)
		out->json = NULL;
	out->preset = preset->preset;
	if (out->batch_max == 0)
		out->batch_max = preset->batch_max;
	if (out->validity_min_s == 0)
		out->validity_min_s = preset->validity_min_s;
	if (out->validity_max_s == 0)
		out->validity_max_s = preset->validity_max_s;
	return ERR_OK;
}

/* Octets of all texts, and of all lines how many there are. */
static size_t measure(const struct http_settings *settings, unsigned *lines)
{
	size_t octets = 0;
	*lines = 0;
#define TEXT(member) octets += settings->member ? strlen(settings->member) : 0;
#define LINES(member)                                         \
	*lines += settings->member.count;                     \
	for (unsigned i = 0; i < settings->member.count; i++) \
		octets += strlen(settings->member.at[i]);
	TEXT_MEMBERS(TEXT)
	LINES_MEMBERS(LINES)
#undef TEXT
#undef LINES
	return octets;
}

static enum err read_ranges(const char *text, struct http_account *account, struct err_at *at)
{
	struct slice rest = slice_of(text ? text : "200-299");
	while (rest.len) {
		struct slice item = slice_cut(&rest, ',');
		struct slice to = item;
		struct slice from = slice_cut(&to, '-');
		if (from.len == item.len)
			to = from;
		uint64_t first, last;
		if (!number_parse(from, 599, &first) || !number_parse(to, 599, &last) || first < 200 || last < first ||
		    account->success_status_count == HTTP_RANGES_MAX)
			return err_at_set(at, ERR_FORMAT, 0, "success_status",
					  "is not of the form “200-299” or “200,202” (200–599, at most %d ranges)",
					  HTTP_RANGES_MAX);
		account->success_status[account->success_status_count++] =
			(struct http_range){ (unsigned)first, (unsigned)last };
	}
	return account->success_status_count ? ERR_OK : err_at_set(at, ERR_FORMAT, 0, "success_status", "is empty");
}

static enum err read_locators(const struct http_settings *settings, struct http_account *account, struct err_at *at)
{
	const struct {
		const char *text;
		const char *field;
		struct http_locator *out;
	} rows[] = {
		{ settings->success, "success", &account->success },
		{ settings->message_id, "message_id", &account->message_id },
		{ settings->error_code, "error_code", &account->error_code },
		{ settings->error_text, "error_text", &account->error_text },
		{ settings->request_code, "request_code", &account->request_code },
		{ settings->request_text, "request_text", &account->request_text },
		{ settings->answers, "answers", &account->answers },
		{ settings->answer_to, "answer_to", &account->answer_to },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum err err = http_locator_compile(rows[i].text, rows[i].field, &account->arena, rows[i].out, at);
		if (err)
			return err;
		if (rows[i].out->kind == HTTP_LOCATOR_OWN_ID && rows[i].out != &account->message_id)
			return err_at_set(at, ERR_FORMAT, 0, rows[i].field, "is “{id}”, which message_id alone can be");
		account->reads_json |= rows[i].out->kind == HTTP_LOCATOR_POINTER;
	}
	if (account->answers.kind == HTTP_LOCATOR_REGEX || account->answer_to.kind == HTTP_LOCATOR_REGEX)
		return err_at_set(at, ERR_FORMAT, 0,
				  account->answers.kind == HTTP_LOCATOR_REGEX ? "answers" : "answer_to",
				  "must be a JSON pointer");
	return ERR_OK;
}

static enum err read_answer_rules(const struct http_settings *settings, struct http_account *account, struct err_at *at)
{
	int id_is = HTTP_SETTING_CHOOSE(settings->message_id_is, "message_id_is", at, "of-message", "of-request");
	int answers_are = HTTP_SETTING_CHOOSE(settings->answers_are, "answers_are", at, "messages", "parts");
	if (id_is < 0 || answers_are < 0)
		return ERR_RANGE;
	account->is_id_of_request = id_is == 1;
	account->are_parts = answers_are == 1;
	enum err err = read_ranges(settings->success_status, account, at);
	if (err == ERR_OK)
		err = read_locators(settings, account, at);
	if (err == ERR_OK)
		err = http_setting_keep(settings->success_is, "success_is", &account->arena, &account->success_is, at);
	if (err == ERR_OK)
		err = http_codes_read(settings->codes, settings->preset, &account->arena, &account->codes, at);
	return err;
}

static enum err compile(const struct http_settings *settings, struct http_account *account, struct err_at *at)
{
	account->country = country_find(slice_of(settings->country ? settings->country : "CN"));
	if (account->country == NULL)
		return err_at_set(at, ERR_NOT_FOUND, 0, "country", "“%s” is unknown; known are: %s", settings->country,
				  country_codes());
	account->batch_max = settings->batch_max ? settings->batch_max : 1;
	account->validity_min_s = settings->validity_min_s;
	account->validity_max_s = settings->validity_max_s;
	enum err err = http_account_read_auth(settings, account, at);
	if (err == ERR_OK)
		err = http_mappings_read(settings->templates, &account->arena, &account->mappings, at);
	if (err == ERR_OK)
		err = http_account_read_request(settings, account, at);
	if (err == ERR_OK)
		err = read_answer_rules(settings, account, at);
	return err ? err : http_account_judge(account, at);
}

enum err http_account_create(const struct http_settings *settings, struct http_account **out, struct err_at *at)
{
	struct http_settings merged;
	enum err err = lay_over_preset(settings, &merged, at);
	if (err)
		return err;
	unsigned lines;
	size_t octets = measure(&merged, &lines);
	if (octets > TEXT_MAX)
		return err_at_set(at, ERR_RANGE, 0, NULL,
				  "the settings of this account have more than %d octets together", TEXT_MAX);
	/* A placeholder of four octets makes a piece of 56 and a literal before it; the rest are tables of fixed size. */
	const size_t front = (sizeof(struct http_account) + 63) / 64 * 64;
	size_t block = front + 32 * 1024 + 64 * octets + 256 * (size_t)lines + 1536 * (size_t)merged.templates.count;
	struct http_account *account = calloc(1, block);
	if (account == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "no memory for the description of an account");
	account->block_octets = block;
	arena_init(&account->arena, (char *)account + front, block - front, 0);
	err = compile(&merged, account, at);
	if (err) {
		http_account_destroy(account);
		return err;
	}
	*out = account;
	return ERR_OK;
}

void http_account_destroy(struct http_account *account)
{
	if (account == NULL)
		return;
	struct http_locator *const locators[] = { &account->success,    &account->message_id,   &account->error_code,
						  &account->error_text, &account->request_code, &account->request_text,
						  &account->answers,    &account->answer_to };
	for (size_t i = 0; i < sizeof locators / sizeof locators[0]; i++)
		http_locator_fini(locators[i]);
	arena_fini(&account->arena);
	OPENSSL_cleanse(account, account->block_octets);
	free(account);
}

const char *http_account_label(const struct http_account *account)
{
	return account->label.at;
}

const char *http_account_origin(const struct http_account *account)
{
	return account->origin.at;
}

unsigned http_account_batch_max(const struct http_account *account)
{
	return account->batch_max;
}
