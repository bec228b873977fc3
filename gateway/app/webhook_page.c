/* SPDX-License-Identifier: Apache-2.0 */
#include "app/webhook_page.h"

#include "base/json.h"
#include "httpd/httpd.h"

#include <stdlib.h>

#define CONNECTIONS_MAX 16
#define METRICS_OCTETS  65536

struct webhook_page {
	struct httpd *httpd;
	struct webhook_sender *const *senders;
	const struct config_webhook *webhooks;
	unsigned count;
};

static void on_livez(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	(void)ctx;
	(void)request;
	buf_put_text(&response->body, "{\"alive\":true}\n");
}

/* An endpoint that is away is its own trouble, and told in the metrics. */
static void on_readyz(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	const struct webhook_page *page = ctx;
	bool is_ready = true;
	(void)request;
	for (unsigned i = 0; i < page->count; i++)
		is_ready = atomic_load(&webhook_sender_status(page->senders[i])->has_redis) && is_ready;
	response->status = is_ready ? 200 : 503;
	json_open(&response->body, '{');
	json_key_bool(&response->body, "ready", is_ready);
	json_close(&response->body, '}');
	buf_put_text(&response->body, "\n");
}

static uint64_t delivered(const struct webhook_sender_status *status)
{
	return atomic_load(&status->delivered);
}

static uint64_t requests(const struct webhook_sender_status *status)
{
	return atomic_load(&status->requests);
}

static uint64_t failures(const struct webhook_sender_status *status)
{
	return atomic_load(&status->failures);
}

static uint64_t given_up(const struct webhook_sender_status *status)
{
	return atomic_load(&status->given_up);
}

static uint64_t unread(const struct webhook_sender_status *status)
{
	return atomic_load(&status->unread);
}

static uint64_t behind(const struct webhook_sender_status *status)
{
	return atomic_load(&status->behind);
}

static uint64_t is_up(const struct webhook_sender_status *status)
{
	return atomic_load(&status->is_well) && atomic_load(&status->has_redis) && !atomic_load(&status->is_gone);
}

static uint64_t is_gone(const struct webhook_sender_status *status)
{
	return atomic_load(&status->is_gone);
}

static uint64_t is_active(const struct webhook_sender_status *status)
{
	return atomic_load(&status->is_active);
}

static const struct metric {
	const char *name;
	const char *type;
	const char *help;
	uint64_t (*value)(const struct webhook_sender_status *status);
} metrics[] = {
	{ "hongyan_webhook_up", "gauge", "1 where the endpoint took the last request", is_up },
	{ "hongyan_webhook_gone", "gauge", "1 where it said 410: nothing is sent there until the next start", is_gone },
	{ "hongyan_webhook_active", "gauge", "1 where this process sends to it; 0: another one does", is_active },
	{ "hongyan_webhook_delivered_total", "counter", "Events that it took", delivered },
	{ "hongyan_webhook_requests_total", "counter", "Requests", requests },
	{ "hongyan_webhook_failures_total", "counter", "Requests that it did not take", failures },
	{ "hongyan_webhook_given_up_total", "counter", "Events that became too old before it took them", given_up },
	{ "hongyan_webhook_unread_total", "counter", "Events that could not be read, and were not sent", unread },
	{ "hongyan_webhook_behind_entries", "gauge", "Entries of the stream of events that it has not got yet",
	  behind },
};

static void on_metrics(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	const struct webhook_page *page = ctx;
	struct buf *out = &response->body;
	(void)request;
	if (!httpd_response_room(response, METRICS_OCTETS))
		return;
	response->content_type = "text/plain; version=0.0.4; charset=utf-8";
	for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
		buf_put_format(out, "# HELP %s %s\n# TYPE %s %s\n", metrics[i].name, metrics[i].help, metrics[i].name,
			       metrics[i].type);
		for (unsigned k = 0; k < page->count; k++)
			buf_put_format(out, "%s{webhook=\"%s\"} %llu\n", metrics[i].name, page->webhooks[k].name,
				       (unsigned long long)metrics[i].value(webhook_sender_status(page->senders[k])));
	}
}

static const struct httpd_route routes[] = {
	{ HTTPD_GET, "/livez", on_livez },
	{ HTTPD_GET, "/readyz", on_readyz },
	{ HTTPD_GET, "/metrics", on_metrics },
};

enum err webhook_page_start(struct loop *loop, const struct config_address *listen,
			    struct webhook_sender *const senders[], const struct config_webhook webhooks[],
			    unsigned count, struct webhook_page **out, struct err_at *at)
{
	struct webhook_page *page = calloc(1, sizeof *page);
	if (page == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "no memory for webhook.listen");
	*page = (struct webhook_page){ .senders = senders, .webhooks = webhooks, .count = count };
	const struct httpd_options limits = {
		.host = listen->host,
		.port = listen->port,
		.connections_max = CONNECTIONS_MAX,
	};
	enum err err = httpd_create(loop, &limits, routes, sizeof routes / sizeof routes[0], page, &page->httpd, at);
	if (err != ERR_OK)
		free(page);
	else
		*out = page;
	return err;
}

void webhook_page_destroy(struct webhook_page *page)
{
	if (page == NULL)
		return;
	httpd_destroy(page->httpd);
	free(page);
}
