/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_account_inner.h"

/* What an account can say of a message, and which messages it can say together. */

#define USES(value) (UINT64_C(1) << HTTP_VALUE_##value)

bool http_account_needs_template(const struct http_account *account)
{
	return (account->uses | account->uses_each) & (USES(TEMPLATE) | USES(PARAMS_OBJECT) | USES(PARAMS_ARRAY));
}

static bool is_id(struct slice id)
{
	for (size_t i = 0; i < id.len; i++) {
		char c = id.at[i];
		bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!is_word && c != '.' && c != '_' && c != '-')
			return false;
	}
	return id.len > 0 && id.len <= HTTP_ID_MAX;
}

/* What goes into headers and URLs has no blanks and no control characters. */
static bool is_printable(struct slice text, bool may_have_blanks)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		if (c < 0x20 || c == 0x7F || (c == ' ' && !may_have_blanks))
			return false;
	}
	return true;
}

static const struct slice *missing_param(const struct http_mapping *mapping, const struct http_message *message)
{
	for (unsigned i = 0; i < mapping->param_count; i++) {
		if (http_message_param(message, mapping->params[i].ours).at == NULL)
			return &mapping->params[i].ours;
	}
	return NULL;
}

bool http_account_takes(const struct http_account *account, const struct http_message *message, struct err_at *at)
{
	const char *field = NULL;
	if (!is_id(message->id))
		field = "id";
	else if (!is_printable(message->source, true))
		field = "source";
	else if (!is_printable(message->callback, false))
		field = "callback";
	else if (!is_printable(message->traceparent, false))
		field = "traceparent";
	if (field) {
		err_at_set(at, ERR_FORMAT, 0, field, "has characters that cannot be sent, or is too long");
		return false;
	}
	if (!http_account_needs_template(account))
		return true;
	const struct http_mapping *mapping = http_mapping_find(&account->mappings, message->template_name);
	if (mapping == NULL) {
		err_at_set(at, ERR_NOT_FOUND, 0, "template", "“%.*s” is not among the templates of this account",
			   SLICE_ARG(message->template_name));
		return false;
	}
	const struct slice *missing = missing_param(mapping, message);
	if (missing)
		err_at_set(at, ERR_NOT_FOUND, 0, "params",
			   "the provider's template wants “%.*s”, which the alert does not have", SLICE_ARG(*missing));
	return missing == NULL;
}

static bool is_same_template(const struct http_account *account, const struct http_message *a,
			     const struct http_message *b)
{
	const struct http_mapping *mapping = http_mapping_find(&account->mappings, a->template_name);
	if (mapping != http_mapping_find(&account->mappings, b->template_name))
		return false;
	if (!(account->uses & (USES(PARAMS_OBJECT) | USES(PARAMS_ARRAY))))
		return true;
	for (unsigned i = 0; mapping && i < mapping->param_count; i++) {
		struct slice name = mapping->params[i].ours;
		if (!slice_equal(http_message_param(a, name), http_message_param(b, name)))
			return false;
	}
	return true;
}

/* Parameters that are said by name are held to be used if any is: all must be the same. */
static bool has_same_params(const struct http_message *a, const struct http_message *b)
{
	if (a->param_count != b->param_count)
		return false;
	for (unsigned i = 0; i < a->param_count; i++) {
		if (!slice_equal(http_message_param(b, a->params[i].name), a->params[i].value))
			return false;
	}
	return true;
}

bool http_account_may_share(const struct http_account *account, const struct http_message *const messages[],
			    unsigned count, const struct http_message *next)
{
	if (count == 0)
		return true;
	if (count >= account->batch_max)
		return false;
	const struct http_message *first = messages[0];
	uint64_t uses = account->uses;
	if ((uses & USES(TEXT) && !slice_equal(first->text, next->text)) ||
	    (uses & USES(FROM) && !slice_equal(first->source, next->source)) ||
	    (uses & USES(CALLBACK) && !slice_equal(first->callback, next->callback)) ||
	    (uses & USES(UNICODE) && first->encoding != next->encoding) ||
	    (uses & (USES(VALIDITY_S) | USES(VALIDITY_MIN) | USES(VALIDITY_MS)) &&
	     first->validity_s != next->validity_s) ||
	    (uses & (USES(TEMPLATE) | USES(PARAMS_OBJECT) | USES(PARAMS_ARRAY)) &&
	     !is_same_template(account, first, next)) ||
	    (uses & USES(PARAM) && !has_same_params(first, next)))
		return false;
	for (unsigned i = 0; i < count; i++) {
		const struct msisdn *to = messages[i]->to;
		if (to->len == next->to->len && memcmp(to->digits, next->to->digits, to->len) == 0)
			return false;
	}
	return true;
}
