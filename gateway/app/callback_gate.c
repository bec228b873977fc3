/* SPDX-License-Identifier: Apache-2.0 */
#include "app/callback_gate.h"

#include "base/secret.h"
#include "wire/http/http_callback_auth.h"

#include <stdio.h>

#define URL_OCTETS 8192 /* more than the server's limit for a request's headers allows */

bool callback_target_parse(struct slice target, struct callback_target *out)
{
	struct slice path = slice_cut(&target, '?');
	if (!slice_starts(path, SLICE("/callbacks/")))
		return false;
	path.at += strlen("/callbacks/");
	path.len -= strlen("/callbacks/");
	out->query = target;
	out->account = slice_cut(&path, '/');
	out->secret = path;
	return out->account.len != 0;
}

/* Behind a proxy of ours the last address that it noted counts. */
static void find_peer(const struct config_callbacks *settings, const struct httpd_request *request, char *peer)
{
	httpd_peer(request, peer);
	struct slice noted = httpd_header_last(request, "X-Forwarded-For");
	if (noted.len == 0 || !http_callback_is_allowed(slice_of(settings->proxies), slice_of(peer)))
		return;
	size_t start = noted.len;
	while (start > 0 && noted.at[start - 1] != ',' && noted.at[start - 1] != ' ')
		start--;
	snprintf(peer, HTTPD_PEER_OCTETS, "%.*s", (int)(noted.len - start), noted.at + start);
}

static enum err judge_twilio(const struct config_callbacks *settings, const struct config_account *account,
			     const struct httpd_request *request)
{
	char octets[URL_OCTETS];
	struct buf url = buf_over(octets, sizeof octets);
	buf_put_text(&url, settings->public_url);
	buf_put_slice(&url, request->target);
	if (url.full)
		return ERR_FORMAT;
	return http_callback_twilio_signed(slice_of(account->callback_key), buf_slice(&url), request->body,
					   httpd_header(request, "X-Twilio-Signature"));
}

static enum err judge_signature(const struct config_callbacks *settings, const struct config_account *account,
				const struct httpd_request *request, const struct callback_target *target, wall_ms now,
				const char **why)
{
	struct slice timestamp = httpd_header(request, account->callback_timestamp_header);
	struct slice text = request->method == HTTPD_GET ? target->query : request->body;
	enum http_callback_hash hash =
		account->callback_signature == CONFIG_SIGNATURE_HMAC_SHA1 ? HTTP_CALLBACK_SHA1 : HTTP_CALLBACK_SHA256;
	*why = "signature";
	switch (account->callback_signature) {
	case CONFIG_SIGNATURE_NONE:
		return ERR_OK;
	case CONFIG_SIGNATURE_TWILIO:
		return judge_twilio(settings, account, request);
	case CONFIG_SIGNATURE_HMAC_SHA256:
	case CONFIG_SIGNATURE_HMAC_SHA1:
		break;
	}
	enum err err = http_callback_hmac_signed(hash, slice_of(account->callback_key), timestamp, text,
						 httpd_header(request, account->callback_signature_header));
	if (err != ERR_OK)
		return err;
	*why = "timestamp";
	return http_callback_is_fresh(timestamp, now, account->callback_replay_window_ms) ? ERR_OK : ERR_FORMAT;
}

enum err callback_gate_admit(const struct config_callbacks *settings, const struct config_account *account,
			     const struct httpd_request *request, const struct callback_target *target, wall_ms now,
			     char *peer, const char **why)
{
	find_peer(settings, request, peer);
	const char *secret = account ? account->callback_secret : "no account has such a secret";
	bool is_secret = secret_equal(target->secret, slice_of(secret));
	*why = "account";
	if (account == NULL)
		return ERR_NOT_FOUND;
	*why = "secret";
	if (!is_secret)
		return ERR_NOT_FOUND;
	*why = "address";
	if (*account->callback_allow && !http_callback_is_allowed(slice_of(account->callback_allow), slice_of(peer)))
		return ERR_NOT_FOUND;
	enum err err = judge_signature(settings, account, request, target, now, why);
	return err == ERR_FORMAT ? ERR_NOT_FOUND : err;
}
