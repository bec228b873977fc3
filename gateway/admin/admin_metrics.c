/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/admin_inner.h"

#include "metrics/metrics.h"

void admin_metrics(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	(void)request;
	struct admin *admin = ctx;
	const struct admin_view *view = &admin->view;
	if (view->refresh != NULL)
		view->refresh(view->ctx);
	if (!httpd_response_room(response, metrics_format_octets(view->blocks[0])))
		return;
	response->content_type = "text/plain; version=0.0.4; charset=utf-8";
	metrics_format(view->blocks, view->block_count, &response->body);
}
