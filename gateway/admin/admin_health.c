/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/admin_inner.h"

#include "base/json.h"

/* Three questions, three answers. /livez: should this process be restarted? As it answers at all, no; that Redis or a carrier
 * is away is nothing that a restart would heal. /readyz: does work get done here? /startupz: has the
 * start come to its end? Then configuration and templates were good and Redis was there; carriers may take as long as they
 * like. */

#define ACCOUNTS_NAMED_MAX 3
#define REASON_OCTETS      1024

void admin_livez(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	(void)ctx;
	(void)request;
	buf_put_text(&response->body, "{\"alive\":true}\n");
}

static bool has_link(const struct admin_snapshot *snapshot)
{
	for (unsigned i = 0; i < snapshot->account_count; i++) {
		if (snapshot->accounts[i].state == ADMIN_ACCOUNT_UP)
			return true;
	}
	return false;
}

static void put_reason(struct buf *out, const char *reason)
{
	if (reason != NULL && reason[0] != '\0')
		buf_put_format(out, " (%.200s)", reason);
}

static void write_no_redis(const struct admin_snapshot *snapshot, struct buf *out)
{
	char text[REASON_OCTETS];
	struct buf sentence = buf_over(text, sizeof text);
	buf_put_text(&sentence, "Redis cannot be used");
	put_reason(&sentence, snapshot->redis_reason);
	json_text(out, buf_slice(&sentence));
}

static void write_no_link(const struct admin_snapshot *snapshot, struct buf *out)
{
	char text[REASON_OCTETS];
	struct buf sentence = buf_over(text, sizeof text);
	buf_put_text(&sentence, "no account has a bound link");
	for (unsigned i = 0; i < snapshot->account_count && i < ACCOUNTS_NAMED_MAX; i++) {
		const struct admin_account *account = &snapshot->accounts[i];
		buf_put_format(&sentence, "%s%.64s %s", i ? ", " : ": ", account->name,
			       account->state == ADMIN_ACCOUNT_REFUSED ? "is refused" : "is down");
		put_reason(&sentence, account->reason);
	}
	if (snapshot->account_count > ACCOUNTS_NAMED_MAX)
		buf_put_format(&sentence, " and %u more", snapshot->account_count - ACCOUNTS_NAMED_MAX);
	json_text(out, buf_slice(&sentence));
}

bool admin_readyz_write(const struct admin_snapshot *snapshot, struct buf *out)
{
	bool is_linked = has_link(snapshot);
	bool has_templates = !snapshot->templates.is_unknown;
	bool is_ready = snapshot->is_redis_up && has_templates && is_linked && !snapshot->is_draining;
	json_open(out, '{');
	json_key_bool(out, "ready", is_ready);
	json_key(out, "reasons");
	json_open(out, '[');
	if (!snapshot->is_redis_up)
		write_no_redis(snapshot, out);
	else if (!has_templates)
		json_text(out, SLICE("the published templates could not be read yet; the log says why"));
	if (!is_linked)
		write_no_link(snapshot, out);
	if (snapshot->is_draining)
		json_text(out, SLICE("the gateway is draining: it finishes what it has and takes nothing new"));
	json_close(out, ']');
	json_close(out, '}');
	buf_put_text(out, "\n");
	return is_ready;
}

void admin_readyz(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	(void)request;
	struct admin_snapshot snapshot;
	admin_look(ctx, &snapshot);
	if (!admin_readyz_write(&snapshot, &response->body))
		response->status = 503;
}

static void write_not_begun(const struct admin_snapshot *snapshot, struct buf *out)
{
	char text[REASON_OCTETS];
	struct buf sentence = buf_over(text, sizeof text);
	if (snapshot->workers_begun == 0)
		buf_put_text(&sentence, "Redis was not reached yet");
	else
		buf_put_format(&sentence, "%u of %u workers have not reached Redis yet",
			       snapshot->workers_wanted - snapshot->workers_begun, snapshot->workers_wanted);
	put_reason(&sentence, snapshot->redis_reason);
	json_text(out, buf_slice(&sentence));
}

bool admin_startupz_write(const struct admin_snapshot *snapshot, struct buf *out)
{
	bool has_started = snapshot->workers_wanted > 0 && snapshot->workers_begun == snapshot->workers_wanted;
	json_open(out, '{');
	json_key_bool(out, "started", has_started);
	json_key(out, "reasons");
	json_open(out, '[');
	if (!has_started)
		write_not_begun(snapshot, out);
	json_close(out, ']');
	json_close(out, '}');
	buf_put_text(out, "\n");
	return has_started;
}

void admin_startupz(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	(void)request;
	struct admin_snapshot snapshot;
	admin_look(ctx, &snapshot);
	if (!admin_startupz_write(&snapshot, &response->body))
		response->status = 503;
}
