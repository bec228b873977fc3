/* SPDX-License-Identifier: Apache-2.0 */

#include "app/carrier_maker.h"

#include "app/config_callback.h"
#include "app/config_http.h"
#include "app/config_secrets.h"
#include "app/config_smpp.h"
#include "app/config_tls.h"
#include "carrier/http_carrier.h"
#include "carrier/tcp_carrier.h"
#include "wire/smpp/smpp_dialect.h"

#include <stdio.h>
#include <stdlib.h>

#define KEEPALIVE_ANSWER_US (10 * US_PER_S)
#define FRAME_US            (10 * US_PER_S)
#define WRITE_US            (30 * US_PER_S)
#define REFUSED_WAIT_US     (10 * 60 * US_PER_S) /* at most, where a bind is refused again and again */
#define UNBIND_US           (2 * US_PER_S)
#define SUBMIT_OCTETS       512 /* room in the output buffer for each place of a window */

struct made_carrier {
	struct carrier *carrier;
	/* Borrowed by carrier; of its protocol. */
	struct smpp_account smpp;
	struct tls_context *tls; /* NULL = in clear */
	struct http_account *http;
	struct http_callback *callback; /* NULL = the account takes no receipts over HTTP */
	struct address_guard *guard;
	struct secrets *secrets;
};

unsigned carrier_share(const struct carrier_maker *maker, unsigned whole)
{
	return whole / maker->worker_count + (maker->worker < whole % maker->worker_count);
}

/* The service's zone in quarter hours from UTC, as SMPP's times have it (§7.1.1); beyond ±12 h they can't say it. */
static int8_t utc_quarters(const struct carrier_maker *maker)
{
	int32_t quarters = zone_offset_s(&maker->config->zone, loop_now(maker->loop).wall) / 900;
	return quarters >= -48 && quarters <= 48 ? (int8_t)quarters : 0;
}

static void log_refused(const struct carrier_maker *maker, const struct config_account *account,
			const struct err_at *at)
{
	struct log_line line;
	if (!log_begin(&line, maker->log, LOG_ERROR, "account_refused", at->text))
		return;
	log_text(&line, "account", slice_of(account->name));
	log_text(&line, "field", slice_of(at->field));
	log_end(&line);
}

static struct reconnect_options reconnect_of(const struct config_account *account)
{
	return (struct reconnect_options){
		.min_us = account->reconnect_min_us,
		.max_us = account->reconnect_max_us,
		.refused_max_us =
			account->reconnect_max_us > REFUSED_WAIT_US ? account->reconnect_max_us : REFUSED_WAIT_US,
	};
}

uint64_t carrier_seed(const struct carrier_maker *maker, unsigned index)
{
	uint64_t life = (uint64_t)maker->made * maker->worker_count + maker->worker;
	return maker->nonce + life * ROUTE_ACCOUNTS_MAX + index;
}

/* Checks the settings and, where they will do, makes what the carrier borrows. */
static enum err compile_smpp(const struct carrier_maker *maker, const struct config_account *account,
			     struct smpp_account *smpp, struct tls_context **tls, struct err_at *at)
{
	enum err err = config_smpp_compile(account, utc_quarters(maker), smpp, at);
	return err == ERR_OK ? config_tls_create(account, tls, at) : err;
}

/* Workers have parts of the account's references, so that none is given out twice at a time. */
static struct tcp_query_options query_of(const struct carrier_maker *maker, const struct config_account *account)
{
	struct reference_range whole = { account->query_reference_least, account->query_reference_most };
	if (account->query == CONFIG_QUERY_NONE)
		return (struct tcp_query_options){ .wait_us = 0 };
	return (struct tcp_query_options){
		.references = references_part(whole, maker->worker, maker->worker_count),
		.wait_us = account->query_wait_us,
		.rate_per_s = account->query_rate,
	};
}

static struct carrier *make_smpp(const struct carrier_maker *maker, const struct config_account *account,
				 unsigned index, const struct made_carrier *made)
{
	struct tcp_carrier_options options = {
		.name = account->name,
		.tls = made->tls,
		.dialect = &smpp_dialect,
		.dialect_account = &made->smpp,
		.takes_submits = account->bind != CONFIG_BIND_RECEIVER,
		.links = account->binds, /* at most: how many it may have is asked of the store */
		.connect_timeout_us = account->connect_timeout_us,
		.reconnect = reconnect_of(account),
		.jitter_seed = carrier_seed(maker, index),
		.log = maker->log,
		.metrics = maker->metrics,
		.account_index = index,
		.query = query_of(maker, account),
		.session = {
			.window = account->window,
			.late_max = 8 * account->window,
			.bind_timeout_us = account->connect_timeout_us,
			.response_timeout_us = account->response_timeout_us,
			.keepalive_us = account->enquire_interval_us,
			.keepalive_timeout_us = KEEPALIVE_ANSWER_US,
			.frame_timeout_us = FRAME_US,
			.write_timeout_us = WRITE_US,
			.unbind_timeout_us = UNBIND_US,
			.out_octets = SESSION_OUT_OCTETS_MIN + (size_t)account->window * SUBMIT_OCTETS,
		},
	};
	snprintf(options.address.host, sizeof options.address.host, "%s", account->address.host);
	options.address.port = account->address.port;
	return tcp_carrier_create(maker->loop, &options);
}

static enum err compile_http(const struct carrier_maker *maker, const struct config_account *account,
			     struct http_account **http, struct address_guard **guard, struct err_at *at)
{
	enum err err = config_http_compile(maker->config, account, http, at);
	if (err == ERR_OK)
		err = config_http_guard(account, *http, guard, at);
	return err;
}

static struct carrier *make_http(const struct carrier_maker *maker, const struct config_account *account,
				 unsigned index, struct made_carrier *made)
{
	struct err_at at = { .err = ERR_OK };
	if (config_callback_create(account, &made->callback, &at) != ERR_OK) {
		log_refused(maker, account, &at);
		return NULL;
	}
	struct http_carrier_options options = {
		.name = account->name,
		.account = made->http,
		.secrets = made->secrets,
		.receipts_to = config_callback_address(maker->config, account, made->callback),
		.client = {
			.places = carrier_share(maker, account->http.connections),
			.connect_timeout_us = account->connect_timeout_us,
			.response_timeout_us = account->response_timeout_us,
			.proxy = account->http.proxy,
			.ca = { account->pems.ca.octets, account->pems.ca.len },
			.cert = { account->pems.cert.octets, account->pems.cert.len },
			.key = { account->pems.key.octets, account->pems.key.len },
			.guard = made->guard,
		},
		.reconnect = reconnect_of(account),
		.jitter_seed = carrier_seed(maker, index),
		.log = maker->log,
		.metrics = maker->metrics,
		.account_index = index,
	};
	return http_carrier_create(maker->loop, &options);
}

enum err carrier_can_be_made(const struct carrier_maker *maker, const struct config_account *account, struct err_at *at)
{
	struct smpp_account smpp;
	struct tls_context *tls = NULL;
	struct http_account *http = NULL;
	struct address_guard *guard = NULL;
	enum err err = account->protocol == CONFIG_PROTOCOL_SMPP ? compile_smpp(maker, account, &smpp, &tls, at)
								 : compile_http(maker, account, &http, &guard, at);
	tls_context_destroy(tls);
	http_account_destroy(http);
	address_guard_destroy(guard);
	return err;
}

/* Messages that a request of the account may carry; 1 where its settings will not do, which is told elsewhere. */
static unsigned batch_of(const struct carrier_maker *maker, const struct config_account *account)
{
	struct http_account *http = NULL;
	if (config_http_compile(maker->config, account, &http, NULL) != ERR_OK)
		return 1;
	unsigned batch = http_account_batch_max(http);
	http_account_destroy(http);
	return batch;
}

/* Whether a receipt can come at all: over HTTP only by a callback, so without one nothing need be kept for it. */
static bool can_hear(const struct config_account *account)
{
	return account->protocol == CONFIG_PROTOCOL_SMPP || account->callback != CONFIG_CALLBACK_NONE;
}

void carrier_describe(const struct carrier_maker *maker, const struct config_account *account,
		      struct pipeline_account *out)
{
	bool is_http = account->protocol == CONFIG_PROTOCOL_HTTP;
	*out = (struct pipeline_account){
		.name = account->name,
		.concat = is_http ? CONCAT_TEXT : account->concat,
		.is_latin1 = !is_http && account->encoding == CONFIG_ENCODING_LATIN1,
		.wants_params = is_http,
		.segments_max = (uint8_t)account->segments_max,
		.has_no_breaker = !account->breaker,
		.wants_receipt = account->registered_delivery && can_hear(account),
		.sends_reference = !is_http && account->registered_delivery && account->user_message_reference,
		.tps = account->tps,
		.binds = is_http ? 0 : account->binds,
		.bind_share = is_http ? 0 : carrier_share(maker, account->binds),
		.window_total = is_http ? carrier_share(maker, account->http.connections) * batch_of(maker, account)
					: account->binds * account->window,
	};
}

struct made_carrier *carrier_make(const struct carrier_maker *maker, const struct config_account *account,
				  unsigned index, struct pipeline_account *out)
{
	struct made_carrier *made = calloc(1, sizeof *made);
	if (made == NULL)
		return NULL;
	struct err_at at = { .err = ERR_OK };
	made->secrets = config_secrets_create(account);
	if (made->secrets == NULL) {
		carrier_unmake(made);
		return NULL;
	}
	if (account->protocol == CONFIG_PROTOCOL_SMPP &&
	    compile_smpp(maker, account, &made->smpp, &made->tls, &at) == ERR_OK)
		made->carrier = make_smpp(maker, account, index, made);
	else if (account->protocol == CONFIG_PROTOCOL_HTTP &&
		 compile_http(maker, account, &made->http, &made->guard, &at) == ERR_OK)
		made->carrier = make_http(maker, account, index, made);
	if (at.err != ERR_OK)
		log_refused(maker, account, &at);
	if (made->carrier == NULL) {
		carrier_unmake(made);
		return NULL;
	}
	carrier_describe(maker, account, out);
	out->carrier = made->carrier;
	out->secrets = made->secrets;
	return made;
}

const struct secrets *carrier_secrets(const struct made_carrier *made)
{
	return made->secrets;
}

struct receipt_door *carrier_door(const struct made_carrier *made)
{
	return made->callback != NULL ? http_carrier_door(made->carrier) : NULL;
}

void carrier_unmake(struct made_carrier *made)
{
	if (made == NULL)
		return;
	if (made->carrier != NULL)
		made->carrier->ops->destroy(made->carrier);
	tls_context_destroy(made->tls);
	http_account_destroy(made->http);
	http_callback_destroy(made->callback);
	address_guard_destroy(made->guard);
	config_secrets_destroy(made->secrets);
	free(made);
}
