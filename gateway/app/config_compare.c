/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_compare.h"

#include "app/setting.h"

static bool is_text_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool is_address_same(const struct config_address *a, const struct config_address *b)
{
	return is_text_same(a->host, b->host) && a->port == b->port;
}

/* The password is a setting of its own. */
static bool is_url_same(const struct config_redis_url *a, const struct config_redis_url *b)
{
	return a->is_unix == b->is_unix && a->is_tls == b->is_tls && is_address_same(&a->address, &b->address) &&
	       is_text_same(a->path, b->path) && a->db == b->db && is_text_same(a->user, b->user);
}

static bool are_lines_same(const struct config_lines *a, const struct config_lines *b)
{
	bool are_same = a->is_set == b->is_set && a->count == b->count;
	for (unsigned i = 0; are_same && i < a->count; i++)
		are_same = is_text_same(a->at[i], b->at[i]);
	return are_same;
}

static bool is_same(const struct setting *setting, const void *base_a, const void *base_b)
{
	const void *a = (const char *)base_a + setting->offset;
	const void *b = (const char *)base_b + setting->offset;
	switch (setting->kind) {
	case SETTING_COUNTRY:
		return *(const struct country *const *)a == *(const struct country *const *)b;
	case SETTING_UINT:
	case SETTING_WORKERS:
		return *(const unsigned *)a == *(const unsigned *)b;
	case SETTING_WORD:
		return memcmp(a, b, sizeof(enum config_bind)) == 0;
	case SETTING_OCTET:
		return *(const uint8_t *)a == *(const uint8_t *)b;
	case SETTING_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case SETTING_SPAN_US:
	case SETTING_SPAN_MS:
		return *(const int64_t *)a == *(const int64_t *)b;
	case SETTING_ADDRESS:
		return is_address_same(a, b);
	case SETTING_REDIS_URL:
		return is_url_same(a, b);
	case SETTING_LINES:
		return are_lines_same(a, b);
	case SETTING_PREFIXES: /* of routes, which are always made anew */
	case SETTING_ACCOUNTS:
		return false;
	case SETTING_TEXT:
	case SETTING_BLOCK:
	case SETTING_NAME:
	case SETTING_HOSTNAME:
	case SETTING_SECRET:
	case SETTING_PATH:
	case SETTING_LOCALE:
	case SETTING_TIMEZONE:
		break;
	}
	return is_text_same(*(char *const *)a, *(char *const *)b);
}

static bool is_pem_same(const struct config_pem *a, const struct config_pem *b)
{
	return slice_equal((struct slice){ a->octets, a->len }, (struct slice){ b->octets, b->len });
}

static bool are_pems_same(const struct config_pems *a, const struct config_pems *b)
{
	return is_pem_same(&a->ca, &b->ca) && is_pem_same(&a->cert, &b->cert) && is_pem_same(&a->key, &b->key);
}

enum account_change_kind config_compare_accounts(const struct config_account *before,
						 const struct config_account *after)
{
	enum account_change_kind kind = ACCOUNT_SAME;
	if (!are_pems_same(&before->pems, &after->pems))
		return ACCOUNT_CHANGES_LINKS;
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *setting = &settings[i];
		if (setting->scope == SETTING_SCOPE_ROOT || setting->scope == SETTING_SCOPE_ROUTE ||
		    setting->scope == SETTING_SCOPE_WEBHOOK || setting->is_later || is_same(setting, before, after))
			continue;
		if (setting_effect(setting) != SETTING_AT_RELOAD)
			return ACCOUNT_CHANGES_LINKS;
		kind = ACCOUNT_CHANGES_IN_PLACE;
	}
	return kind;
}

void config_compare_fixed(const struct config *before, const struct config *after, struct buf *out)
{
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *setting = &settings[i];
		if (setting->scope != SETTING_SCOPE_ROOT || setting->is_later ||
		    setting_effect(setting) == SETTING_AT_RELOAD || is_same(setting, before, after))
			continue;
		buf_put_text(out, out->len ? ", " : "");
		buf_put_text(out, setting->path);
	}
}
