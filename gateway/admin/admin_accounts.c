/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/admin_inner.h"

#include "base/json.h"

#define PAGE_OCTETS    256
#define ACCOUNT_OCTETS 1024

void admin_accounts(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	(void)request;
	struct admin *admin = ctx;
	struct admin_snapshot snapshot;
	admin_look(admin, &snapshot);
	/* Reasons have no fixed length: where the room was too small, once more with twice as much. */
	size_t octets = PAGE_OCTETS + (size_t)snapshot.account_count * ACCOUNT_OCTETS;
	do {
		octets *= 2;
		if (!httpd_response_room(response, octets))
			return;
		response->body.len = 0;
		json_open(&response->body, '{');
		json_key_text(&response->body, "instance", slice_of(snapshot.instance));
		json_key(&response->body, "accounts");
		json_open(&response->body, '[');
		for (unsigned i = 0; i < snapshot.account_count; i++) {
			const struct admin_account *account = &snapshot.accounts[i];
			double tps_now = admin_rate_per_s(&admin->submits[account->index]);
			admin_account_write(&response->body, &snapshot, account, tps_now);
		}
		json_close(&response->body, ']');
		json_close(&response->body, '}');
		buf_put_text(&response->body, "\n");
	} while (response->body.full);
}
