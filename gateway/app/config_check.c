/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_check.h"

#include "app/config_api.h"
#include "app/config_callback.h"
#include "app/config_console.h"
#include "app/config_history.h"
#include "app/config_http.h"
#include "app/config_redis.h"
#include "app/config_route.h"
#include "app/config_tenants.h"
#include "app/config_tls.h"
#include "app/config_webhook.h"

#include "base/number.h"
#include "base/utf8.h"
#include "render/template.h"
#include "route/route.h"

#include <stdio.h>
#include <stdlib.h>

_Static_assert(CONFIG_ACCOUNTS_MAX <= ROUTE_ACCOUNTS_MAX, "every account can be routed to");
_Static_assert(CONFIG_ROUTES_MAX <= ROUTE_RULES_MAX, "every route has its rule");

#define SMPP_PASSWORD_MAX 8  /* SMPP 3.4 §4.1.1: at most 9 octets with the NUL */
#define ALPHA_SENDER_MAX  11 /* 3GPP TS 23.040 §9.1.2.5: 10 octets of GSM-7 */
#define TOKEN_LEAST       16
#define REFERENCES_LEAST  1000 /* each of 64 workers still has some */
#define TON_ALPHANUMERIC  5    /* SMPP 3.4 §5.2.5 */

const struct tree_node *config_check_place(const struct tree_node *element, const char *path)
{
	char twin[64];
	snprintf(twin, sizeof twin, "%s_file", path);
	const struct tree_node *node = tree_find_path(element, path);
	if (node == NULL)
		node = tree_find_path(element, twin);
	return node ? node : element;
}

static void check_order(struct config_load *load, const struct tree_node *element, const char *prefix,
			const char *low_path, mono_us low_us, const char *high_path, mono_us high_us)
{
	/* 0 is none of its values: it was wrong, and that is told. */
	if (low_us <= high_us || high_us == 0)
		return;
	config_report(load->report, ERR_RANGE, config_check_place(element, low_path), false, low_path,
		      "%s%s is longer than %s%s", prefix, low_path, prefix, high_path);
}

static void check_signature(struct config_load *load)
{
	const char *signature = load->config->signature;
	const struct tree_node *place = config_check_place(load->root, "signature");
	if (signature == NULL)
		return;
	if (strstr(signature, "【") || strstr(signature, "】"))
		config_report(load->report, ERR_FORMAT, place, false, "signature",
			      "signature is written without 【】; they are put around it");
	else if (utf8_count(signature, strlen(signature)) > TEMPLATE_SIGNATURE_MAX)
		config_report(load->report, ERR_RANGE, place, false, "signature",
			      "signature has more than %d characters", TEMPLATE_SIGNATURE_MAX);
}

/* It must survive in a header, and nobody must guess it. */
static void check_token(struct config_load *load)
{
	const char *token = load->config->admin.token;
	const struct tree_node *place = config_check_place(load->root, "admin.token");
	size_t len = token ? strlen(token) : 0;
	for (size_t i = 0; i < len; i++) {
		if (token[i] > ' ' && token[i] < 0x7F)
			continue;
		config_report(
			load->report, ERR_FORMAT, place, false, "admin.token",
			"admin.token has blanks, control characters or letters beyond ASCII, which do not survive in a "
			"header; “openssl rand -hex 32” makes a good one");
		return;
	}
	if (len != 0 && len < TOKEN_LEAST)
		config_report(
			load->report, ERR_RANGE, place, false, "admin.token",
			"admin.token has %zu characters, at least %d are needed so that nobody guesses it; “openssl "
			"rand -hex 32” makes one",
			len, TOKEN_LEAST);
}

static void check_password(struct config_load *load, const struct config_account *account,
			   const struct tree_node *element)
{
	size_t len = strlen(account->password);
	if (len > SMPP_PASSWORD_MAX && !account->password_long)
		config_report(
			load->report, ERR_RANGE, config_check_place(element, "password"), false, "password",
			"the password of account “%s” has %zu octets, SMPP allows %d; if the carrier really issued it, "
			"set password_long: true",
			account->name, len, SMPP_PASSWORD_MAX);
}

static void check_source(struct config_load *load, struct config_account *account, const struct tree_node *element)
{
	size_t len = strlen(account->source);
	bool is_digits = strspn(account->source, "0123456789") == len;
	const struct tree_node *place = config_check_place(element, "source");
	if (is_digits)
		return;
	if (account->source[0] == '+') {
		config_report(load->report, ERR_FORMAT, place, false, "source",
			      "source of account “%s” is written without “+”; source_ton says that it is international",
			      account->name);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)account->source[i] >= 0x80) {
			config_report(load->report, ERR_FORMAT, place, false, "source",
				      "source of account “%s” has characters that no sender can have", account->name);
			return;
		}
	}
	if (len > ALPHA_SENDER_MAX)
		config_report(load->report, ERR_RANGE, place, false, "source",
			      "source of account “%s” has letters and %zu characters; at most %d are allowed then",
			      account->name, len, ALPHA_SENDER_MAX);
	if (!tree_find(element, SLICE("source_ton")) && !tree_find(element, SLICE("source_npi"))) {
		account->source_ton = TON_ALPHANUMERIC;
		account->source_npi = 0;
	}
}

/* “LEAST-MOST”. */
static bool parse_references(const char *text, uint16_t *least, uint16_t *most)
{
	const char *dash = strchr(text, '-');
	uint64_t from, to;
	if (dash == NULL || !number_parse((struct slice){ text, (size_t)(dash - text) }, UINT16_MAX, &from) ||
	    !number_parse(slice_of(dash + 1), UINT16_MAX, &to) || from == 0 || from > to)
		return false;
	*least = (uint16_t)from;
	*most = (uint16_t)to;
	return true;
}

/* Two ways to use one field, and questions whose answers nothing could be held against. */
static void check_query(struct config_load *load, struct config_account *account, const struct tree_node *element)
{
	const struct tree_node *place = config_check_place(element, "query_sm_references");
	uint16_t least = 0, most = 0;
	if (!parse_references(account->query_references, &least, &most))
		config_report(load->report, ERR_FORMAT, place, false, "query_sm_references",
			      "query_sm_references of account “%s” is no range; write 1-65535, or a part of it",
			      account->name);
	else if (most - least + 1 < REFERENCES_LEAST)
		config_report(load->report, ERR_RANGE, place, false, "query_sm_references",
			      "query_sm_references of account “%s” are %d; at least %d are needed, so that none is "
			      "used again "
			      "while its message may be asked for",
			      account->name, most - least + 1, REFERENCES_LEAST);
	account->query_reference_least = least;
	account->query_reference_most = most;
	if (account->query == CONFIG_QUERY_NONE)
		return;
	place = config_check_place(element, "query_sm");
	if (account->user_message_reference)
		config_report(load->report, ERR_RANGE, place, false, "query_sm",
			      "account “%s” has query_sm: reference and user_message_reference: true, and a submit can "
			      "carry one "
			      "reference only; receipts find it by one that stays the same, questions by one that is "
			      "never used "
			      "twice at a time",
			      account->name);
	if (!account->registered_delivery)
		config_report(load->report, ERR_RANGE, place, false, "query_sm",
			      "account “%s” has query_sm: reference and registered_delivery: false; ids are kept for "
			      "receipts only, "
			      "and without them the answer to a question could be another message's",
			      account->name);
}

static void check_account(struct config_load *load, unsigned index)
{
	struct config_account *account = &load->config->accounts[index];
	const struct tree_node *element = load->account_nodes[index];
	for (unsigned i = 0; i < index; i++) {
		const struct config_account *twin = &load->config->accounts[i];
		if (*account->name == '\0' || strcmp(account->name, twin->name) != 0)
			continue;
		config_report(load->report, ERR_DUPLICATE, config_check_place(element, "name"), false, "name",
			      "there are two accounts “%s”, the first in line %u", account->name,
			      load->account_nodes[i]->line);
		break;
	}
	char prefix[64];
	snprintf(prefix, sizeof prefix, "accounts[%s].", account->name);
	if (account->protocol == CONFIG_PROTOCOL_HTTP) {
		config_check_http(load, account, element);
	} else {
		check_password(load, account, element);
		check_source(load, account, element);
		config_check_tls(load, account, element);
		check_query(load, account, element);
	}
	check_order(load, element, prefix, "reconnect_min", account->reconnect_min_us, "reconnect_max",
		    account->reconnect_max_us);
}

/* A file without routes sends every number to the accounts in their order. */
static void make_route(struct config_load *load)
{
	struct config *config = load->config;
	unsigned *accounts = calloc(config->account_count, sizeof *accounts);
	unsigned *weights = calloc(config->account_count, sizeof *weights);
	if (accounts == NULL || weights == NULL) {
		free(accounts);
		free(weights);
		config_report(load->report, ERR_MEMORY, NULL, false, NULL, "out of memory");
		return;
	}
	config->route_count = 1;
	config->routes[0].accounts = accounts;
	config->routes[0].weights = weights;
	for (unsigned i = 0; i < config->account_count; i++)
		if (config->accounts[i].bind != CONFIG_BIND_RECEIVER)
			accounts[config->routes[0].account_count++] = i;
	for (unsigned i = 0; i < config->routes[0].account_count; i++)
		weights[i] = 1;
	if (config->routes[0].account_count == 0)
		config_report(load->report, ERR_RANGE, NULL, false, "accounts",
			      "all accounts bind as receivers, none can send");
}

static void read_quiet_hours(struct config_load *load, const char *path, const char *text, struct quiet_hours *out)
{
	if (text == NULL || *text == '\0' || quiet_hours_parse(slice_of(text), out))
		return;
	config_report(load->report, ERR_FORMAT, config_check_place(load->root, path), false, path,
		      "%s must be a span of hours such as “22:00-08:00”, not “%s”", path, text);
}

static void check_quiet_hours(struct config_load *load)
{
	struct config_protection *protection = &load->config->protection;
	read_quiet_hours(load, "protection.quiet_hours.notice", protection->quiet_hours.notice_text,
			 &protection->quiet_hours.notice);
	read_quiet_hours(load, "protection.quiet_hours.marketing", protection->quiet_hours.marketing_text,
			 &protection->quiet_hours.marketing);
}

void config_check(struct config_load *load)
{
	struct config *config = load->config;
	check_order(load, load->root, "", "retry.base", config->retry.base_us, "retry.max", config->retry.max_us);
	check_signature(load);
	check_token(load);
	for (unsigned i = 0; i < config->account_count; i++)
		check_account(load, i);
	config_check_redis_tls(load);
	config_check_redis_finder(load);
	config_check_callbacks(load);
	check_quiet_hours(load);
	config_route_check(load);
	config_check_tenants(load);
	config_check_api(load);
	config_check_history(load);
	config_check_webhooks(load);
	config_check_console(load);
	if (config->route_count == 0 && config->account_count && tree_find(load->root, SLICE("routes")) == NULL)
		make_route(load);
}
