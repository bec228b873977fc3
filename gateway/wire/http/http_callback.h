/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "model/mo.h"
#include "model/outcome.h"
#include "model/receipt.h"

/* Receipts and messages from phones that a provider sends to us over HTTP: what a request says, and what the provider wants to hear. A dialect
 * (http_callback_defs.def) names the fields; settings stand above it, and are all that the dialects “json” and “form”
 * know. Whether the request comes from the provider at all is http_callback_auth.h's question. */

#define HTTP_CALLBACK_OCTETS_MAX   (1024 * 1024) /* of a body */
#define HTTP_CALLBACK_RECEIPTS_MAX 1000          /* and messages, of a request */
#define HTTP_CALLBACK_STATES_MAX   32

/* What is not set (NULL or "") is the dialect's. All is borrowed until http_callback_create returns. */
struct http_callback_settings {
	const char *dialect; /* a name of http_callback_dialects */
	const char *items;   /* json: pointer (RFC 6901) of the array of receipts, “” = the whole body */
	const char *id;      /* of the carrier's id of the message: a field's name, in json a pointer within an item */
	const char *state;
	const char *error; /* the carrier's own code */
	const char *from;  /* the phone's number */
	const char
		*states; /* “DELIVRD=delivered, FAILED=undeliverable”: the provider's words and message states; stands
			       in place of the dialect's. A word that is not listed says nothing final */
	const char *answer;    /* body of the answer that says yes */
	bool is_id_of_request; /* one id for all numbers of a request: the number's tail tells them apart; true for
				  dialects that work so whatever is set here */
};

struct http_callback;

/* Compiles settings. out: owned, set on success only. at: field and a sentence about the first thing that will not do.
 * ERR_NOT_FOUND (dialect, state), ERR_FORMAT, ERR_RANGE, ERR_MEMORY. */
MUST_CHECK enum err http_callback_create(const struct http_callback_settings *settings, struct http_callback **out,
					 struct err_at *at);

/* NULL is fine. */
void http_callback_destroy(struct http_callback *callback);

/* Names of the dialects, NULL-terminated, static. */
const char *const *http_callback_dialects(void);

/* One request. */
struct http_callback_request {
	struct slice query; /* as it came, without “?”; empty = none */
	struct slice body;
	struct slice content_type;
};

/* A receipt or a message that was read. */
struct http_callback_item {
	char ref[CARRIER_REF_MAX];
	char error[32];
	char from[24];
	uint8_t ref_len, error_len, from_len;
	enum message_state state;
	struct http_callback_mo
		*mo; /* NULL = it is a receipt, as told above; else a message, and the above says nothing */
};

/* A message from a phone that was read. */
struct http_callback_mo {
	struct mo mo; /* its slices borrow from this struct */
	char from[MO_ADDRESS_MAX];
	char to[MO_ADDRESS_MAX];
	char id[MO_ID_MAX];
	char text[]; /* of mo.octets.len */
};

struct http_callback_list {
	struct http_callback_item *items;
	unsigned count;
	unsigned skipped;  /* receipts without an id that we can have given or got, which cannot be looked up */
	unsigned too_long; /* messages of more than MO_OCTETS_MAX, which are skipped as well */
};

/* Reads a request. What has the field of a message's text, in dialects of providers that pass on what customers write, is a
 * message from a phone. A body that is JSON is read as JSON and one that is a form as a form where the dialect allows both. A
 * request that says nothing at all, as some consoles send to see whether the address answers, has neither and is no error.
 * out: owned (http_callback_list_free), set on success only. at: a sentence that shows nothing of the request.
 * ERR_FORMAT not what the dialect says, or nothing but receipts that cannot be looked up; ERR_RANGE more than
 * HTTP_CALLBACK_RECEIPTS_MAX of both; ERR_MEMORY or ERR_FULL: there is no memory for it. */
MUST_CHECK enum err http_callback_read(const struct http_callback *callback,
				       const struct http_callback_request *request, struct http_callback_list *out,
				       struct err_at *at);

void http_callback_list_free(struct http_callback_list *list);

/* The receipt of an item; borrowed from it. */
struct receipt http_callback_receipt(const struct http_callback_item *item);

/* What the provider wants to hear when all is durable. */
struct http_callback_answer {
	unsigned status;
	const char *content_type; /* static */
	const char *body;         /* borrowed from the callback; "" = none */
};
struct http_callback_answer http_callback_answer(const struct http_callback *callback);

/* Where an account's provider is to call. */
struct http_callback_address {
	const struct http_callback *callback; /* NULL = nowhere */
	struct slice public_url;              /* without a slash at its end */
	struct slice account;
	struct slice secret; /* empty = none */
};

#define HTTP_CALLBACK_URL_MAX 1024

/* Writes the URL that a provider is told to call, “https://host/callbacks/ACCOUNT/SECRET”, with our id of the message and the
 * provider's place-holders behind it where its dialect has them. id: empty = the URL as an operator enters it in a console.
 * out->full where it does not fit. */
void http_callback_write_url(const struct http_callback_address *address, struct slice id, struct buf *out);
