/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_callback_inner.h"

#include <stdlib.h>

/* Compiling the settings over a dialect. */

static const struct dialect {
	const char *name;
	enum http_callback_shape shape;
	const char *items;
	const char *fields[HTTP_CALLBACK_FIELD_COUNT];
	bool is_id_of_request;
	const char *states;
	unsigned status;
	const char *content_type;
	const char *answer;
	const char *query;
} dialects[] = {
#define CALLBACK(name, shape, items, id, state, error, from, is_id_of_request, states, status, type, answer, query) \
	{ name,                                                                                                     \
	  HTTP_CALLBACK_##shape,                                                                                    \
	  items,                                                                                                    \
	  { id, state, error, from },                                                                               \
	  is_id_of_request,                                                                                         \
	  states,                                                                                                   \
	  status,                                                                                                   \
	  type,                                                                                                     \
	  answer,                                                                                                   \
	  query },
#include "wire/http/http_callback_defs.def"
#undef CALLBACK
};

static const char *const names[] = {
#define CALLBACK(name, shape, items, id, state, error, from, is_id_of_request, states, status, type, answer, query) \
	name,
#include "wire/http/http_callback_defs.def"
#undef CALLBACK
	NULL,
};

static const char *const field_names[HTTP_CALLBACK_FIELD_COUNT] = { "id", "state", "error", "from" };

const char *const *http_callback_dialects(void)
{
	return names;
}

static const struct dialect *find(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof dialects / sizeof dialects[0]; i++)
		if (strcmp(dialects[i].name, name) == 0)
			return &dialects[i];
	return NULL;
}

static bool is_set(const char *text)
{
	return text != NULL && *text != '\0';
}

static char *copy(const char *set, const char *fallback)
{
	return strdup(is_set(set) ? set : fallback);
}

static struct slice trim(struct slice text)
{
	while (text.len && text.at[0] == ' ')
		text.at++, text.len--;
	while (text.len && text.at[text.len - 1] == ' ')
		text.len--;
	return text;
}

static bool find_state(struct slice word, enum message_state *out)
{
	for (enum message_state state = MESSAGE_STATE_NONE + 1; state < MESSAGE_STATE_COUNT; state++) {
		const char *name = message_state_name(state);
		if (http_callback_same_word(word, slice_of(name))) {
			*out = state;
			return true;
		}
	}
	return false;
}

static enum err read_states(struct http_callback *callback, struct err_at *at)
{
	struct slice rest = slice_of(callback->states);
	while (rest.len != 0) {
		struct slice row = slice_cut(&rest, ',');
		const char *sign = row.len ? memchr(row.at, '=', row.len) : NULL;
		struct slice word = trim((struct slice){ row.at, sign ? (size_t)(sign - row.at) : 0 });
		if (word.len == 0)
			return err_at_set(at, ERR_FORMAT, (size_t)(row.at - callback->states), "states",
					  "“%.*s” is no “word=state”", SLICE_ARG(row));
		struct slice state = trim((struct slice){ sign + 1, row.len - (size_t)(sign + 1 - row.at) });
		if (callback->word_count == HTTP_CALLBACK_STATES_MAX)
			return err_at_set(at, ERR_RANGE, 0, "states", "more than %d words", HTTP_CALLBACK_STATES_MAX);
		struct http_callback_word *to = &callback->words[callback->word_count++];
		to->word = word;
		if (!find_state(state, &to->state))
			return err_at_set(at, ERR_NOT_FOUND, (size_t)(state.at - callback->states), "states",
					  "there is no state “%.*s”; there are enroute, delivered, expired, deleted, "
					  "undeliverable, accepted, unknown, rejected, skipped",
					  SLICE_ARG(state));
	}
	return ERR_OK;
}

static enum err check(const struct http_callback *callback, struct err_at *at)
{
	bool is_json = callback->shape != HTTP_CALLBACK_FIELDS;
	for (unsigned i = 0; i < HTTP_CALLBACK_FIELD_COUNT; i++) {
		const char *field = callback->fields[i];
		bool is_needed = i == HTTP_CALLBACK_ID || i == HTTP_CALLBACK_STATE ||
				 (i == HTTP_CALLBACK_FROM && callback->is_id_of_request);
		if (is_needed && *field == '\0')
			return err_at_set(at, ERR_NOT_FOUND, 0, field_names[i],
					  "%s is missing: where does a receipt say it?", field_names[i]);
		if (is_json && *field != '\0' && *field != '/')
			return err_at_set(at, ERR_FORMAT, 0, field_names[i], "%s is a JSON pointer and begins with “/”",
					  field_names[i]);
	}
	if (callback->shape == HTTP_CALLBACK_LIST && *callback->items != '\0' && *callback->items != '/')
		return err_at_set(at, ERR_FORMAT, 0, "items", "items is a JSON pointer and begins with “/”");
	if (callback->word_count == 0)
		return err_at_set(at, ERR_NOT_FOUND, 0, "states",
				  "states is missing: which words mean delivered, which undeliverable?");
	return ERR_OK;
}

enum err http_callback_create(const struct http_callback_settings *settings, struct http_callback **out,
			      struct err_at *at)
{
	const struct dialect *dialect = find(settings->dialect);
	if (dialect == NULL)
		return err_at_set(at, ERR_NOT_FOUND, 0, "dialect", "there is no dialect of callbacks with that name");
	struct http_callback *callback = calloc(1, sizeof *callback);
	if (callback == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	callback->shape = dialect->shape;
	callback->is_id_of_request = dialect->is_id_of_request || settings->is_id_of_request;
	callback->status = dialect->status;
	callback->content_type = dialect->content_type;
	callback->query = dialect->query;
	callback->mo = http_callback_mo_find(dialect->name);
	const char *const set[] = { settings->id, settings->state, settings->error, settings->from };
	bool is_copied = true;
	for (unsigned i = 0; i < HTTP_CALLBACK_FIELD_COUNT; i++)
		is_copied &= (callback->fields[i] = copy(set[i], dialect->fields[i])) != NULL;
	is_copied &= (callback->items = copy(settings->items, dialect->items)) != NULL;
	is_copied &= (callback->states = copy(settings->states, dialect->states)) != NULL;
	is_copied &= (callback->answer = copy(settings->answer, dialect->answer)) != NULL;
	if (is_set(settings->answer) && callback->status == 204)
		callback->status = 200; /* 204 has no body (RFC 9110 §15.3.5) */
	enum err err = is_copied ? ERR_OK : err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	if (err == ERR_OK)
		err = read_states(callback, at);
	if (err == ERR_OK)
		err = check(callback, at);
	if (err != ERR_OK) {
		http_callback_destroy(callback);
		return err;
	}
	*out = callback;
	return ERR_OK;
}

void http_callback_destroy(struct http_callback *callback)
{
	if (callback == NULL)
		return;
	for (unsigned i = 0; i < HTTP_CALLBACK_FIELD_COUNT; i++)
		free(callback->fields[i]);
	free(callback->items);
	free(callback->states);
	free(callback->answer);
	free(callback);
}

struct http_callback_answer http_callback_answer(const struct http_callback *callback)
{
	return (struct http_callback_answer){ callback->status, callback->content_type, callback->answer };
}

void http_callback_write_url(const struct http_callback_address *address, struct slice id, struct buf *out)
{
	buf_put_slice(out, address->public_url);
	buf_put_text(out, "/callbacks/");
	buf_put_slice(out, address->account);
	if (address->secret.len != 0) {
		buf_put_text(out, "/");
		buf_put_slice(out, address->secret);
	}
	const char *query = address->callback->query;
	const char *mark = strstr(query, "{id}");
	if (id.len == 0 || mark == NULL)
		return;
	buf_put(out, query, (size_t)(mark - query));
	buf_put_slice(out, id);
	buf_put_text(out, mark + strlen("{id}"));
}
