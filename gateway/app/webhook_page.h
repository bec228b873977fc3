/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/webhook_sender.h"
#include "loop/loop.h"

/* What “hongyan webhook” tells of itself over HTTP: /livez, /readyz, /metrics. */

struct webhook_page;

/* Listens. senders: count, borrowed for the page's life. out: owned, set on success only. Errors as httpd_create. */
MUST_CHECK enum err webhook_page_start(struct loop *loop, const struct config_address *listen,
				       struct webhook_sender *const senders[], const struct config_webhook webhooks[],
				       unsigned count, struct webhook_page **out, struct err_at *at);

/* NULL is fine. */
void webhook_page_destroy(struct webhook_page *page);
