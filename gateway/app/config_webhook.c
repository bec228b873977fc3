/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_webhook.h"

#include "app/config_check.h"
#include "app/config_file.h"
#include "app/config_http.h"
#include "base/suggest.h"
#include "webhook/webhook_signature.h"

#include <stdlib.h>
#include <string.h>

#define HOST_OCTETS   256
#define CA_OCTETS_MAX (4u * 1024u * 1024u)

/* producers.md has them. */
static const char *const event_names[] = { "accepted", "expired", "cancelled", "superseded", "suppressed", "duplicate",
					   "dead",     "held",    "requeued",  "delivered",  "undelivered" };
#define EVENT_COUNT (sizeof event_names / sizeof event_names[0])

static void tell(struct config_load *load, const struct tree_node *element, enum err err, const char *key,
		 const struct config_webhook *webhook, const char *why)
{
	config_report(load->report, err, config_check_place(element, key), false, key, "webhooks[%s].%s: %s",
		      webhook->name != NULL ? webhook->name : "", key, why);
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static void check_url(struct config_load *load, const struct config_webhook *webhook, const struct tree_node *element)
{
	if (webhook->url == NULL)
		return;
	bool is_plain = begins(webhook->url, "http://");
	const char *host = strstr(webhook->url, "://");
	if (!is_plain && !begins(webhook->url, "https://"))
		tell(load, element, ERR_FORMAT, "url", webhook, "must begin with https://");
	else if (is_plain && !webhook->plain_http)
		tell(load, element, ERR_UNSUPPORTED, "url", webhook,
		     "must begin with https://; where nobody else is on the way, “plain_http: true” allows http://");
	else if (host[3 + strcspn(host + 3, "/?#@")] == '@')
		tell(load, element, ERR_FORMAT, "url", webhook, "must hold neither user nor password");
	else if (host[3 + strcspn(host + 3, " #")] != '\0' || strchr("/?:", host[3]) != NULL)
		tell(load, element, ERR_FORMAT, "url", webhook, "is no URL");
}

static void check_secret(struct config_load *load, const struct config_webhook *webhook,
			 const struct tree_node *element)
{
	struct err_at at = { .err = ERR_OK };
	struct webhook_keys keys;
	if (webhook_keys_read(slice_of(webhook->secret != NULL ? webhook->secret : ""), &keys, &at) == ERR_OK)
		webhook_keys_fini(&keys);
	else
		tell(load, element, at.err, "secret", webhook, at.text);
}

static void check_ca(struct config_load *load, const struct config_webhook *webhook, const struct tree_node *element)
{
	struct err_at at = { .err = ERR_OK };
	char *octets = NULL;
	size_t len = 0;
	if (config_webhook_ca(webhook, &octets, &len, &at) != ERR_OK)
		tell(load, element, at.err, "ca_file", webhook, at.text);
	free(octets);
}

static void check_events(struct config_load *load, const struct config_webhook *webhook,
			 const struct tree_node *element)
{
	for (unsigned i = 0; i < webhook->events.count; i++) {
		const char *name = webhook->events.at[i];
		size_t k = 0;
		while (k < EVENT_COUNT && strcmp(event_names[k], name) != 0)
			k++;
		if (k < EVENT_COUNT)
			continue;
		const char *nearest = suggest_nearest(slice_of(name), event_names, EVENT_COUNT);
		config_report(load->report, ERR_NOT_FOUND, config_check_place(element, "events"), false, "events",
			      "webhooks[%s].events: there is no event “%.40s”%s%s%s",
			      webhook->name != NULL ? webhook->name : "", name, nearest ? " (did you mean “" : "",
			      nearest ? nearest : "", nearest ? "”?)" : "");
	}
}

static void check_name(struct config_load *load, unsigned index)
{
	const struct config_webhook *webhook = &load->config->webhooks[index];
	for (unsigned i = 0; i < index; i++) {
		const char *other = load->config->webhooks[i].name;
		if (webhook->name != NULL && other != NULL && strcmp(webhook->name, other) == 0) {
			tell(load, load->webhook_nodes[index], ERR_DUPLICATE, "name", webhook, "is there twice");
			return;
		}
	}
}

void config_check_webhooks(struct config_load *load)
{
	for (unsigned i = 0; i < load->config->webhook_count; i++) {
		const struct config_webhook *webhook = &load->config->webhooks[i];
		const struct tree_node *element = load->webhook_nodes[i];
		struct address_guard *guard = NULL;
		struct err_at at = { .err = ERR_OK };
		check_name(load, i);
		check_url(load, webhook, element);
		check_secret(load, webhook, element);
		check_events(load, webhook, element);
		check_ca(load, webhook, element);
		if (webhook->retry_base_us > webhook->retry_max_us)
			tell(load, element, ERR_RANGE, "retry_base", webhook, "is above retry_max");
		if (config_webhook_guard(webhook, &guard, &at) != ERR_OK)
			tell(load, element, at.err, "allow", webhook, at.text);
		address_guard_destroy(guard);
	}
}

enum err config_webhook_guard(const struct config_webhook *webhook, struct address_guard **out, struct err_at *at)
{
	char host[HOST_OCTETS];
	const struct config_lines *allow = &webhook->allow;
	config_http_host(webhook->url != NULL ? webhook->url : "", host, sizeof host);
	return address_guard_create((const char *const *)allow->at, allow->count, host, out, at);
}

enum err config_webhook_ca(const struct config_webhook *webhook, char **out, size_t *len, struct err_at *at)
{
	struct err_at why = { .err = ERR_OK };
	if (webhook->ca_file == NULL || *webhook->ca_file == '\0')
		return ERR_OK;
	/* Authorities are no secret: everybody may read them. */
	if (config_file_read_secret(webhook->ca_file, CA_OCTETS_MAX, out, len, NULL, &why) == ERR_OK)
		return ERR_OK;
	return err_at_set(at, why.err, 0, NULL, "“%.200s” %s", webhook->ca_file, why.text);
}
