/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "wire/http/http_message.h"

/* How one provider is spoken to over HTTP: a description that an operator wrote, compiled once. A preset is nothing but
 * such a description that we wrote (http_presets.c): what is not set is taken from the preset, what neither sets is
 * absent. docs/add-a-carrier.md explains the language with examples.
 *
 * Templates are text with placeholders: “{to}”. A value is escaped for where it stands: percent-encoded (RFC 3986) in
 * URL, query and form, escaped within a JSON string, and written as a whole JSON value, with its quotes, where the
 * placeholder stands for one. “{{” is a brace. “{name?yes:no}” is “yes” where the value is not empty, else “no” (“:no”
 * may be left out). A header, query or form line is left out where a placeholder in it is empty. “{each}…{/each}” in a
 * JSON body is repeated for each message, with commas between.
 *
 *   {to} 8613900000001   {to.plus} +8613900000001   {to.national} 13900000001 (abroad: as {to})
 *   {to.all} {to.plus.all} {to.national.all}        the numbers of all messages with commas between
 *   {text}   {from} sender or signature   {id} our id   {callback} where receipts go   {traceparent}
 *   {validity_s} {validity_min} {validity_ms} how long it is of use, rounded down, at least 1
 *   {unicode} “1” where the text needs UCS-2, else empty
 *   {template} the provider's code of the template   {params.object} {params.array} its parameters as JSON
 *   {param.NAME} one parameter of the alert by the name that we know it by
 *   {username} {password} {token} {account} {region} of the account
 *   {timestamp} Unix seconds   {timestamp_ms}   {date} 2026-02-13T08:00:00Z   {nonce} 32 hexadecimal digits, fresh
 *   {method} {path} {query} {body} {body.sha256} in hmac_signs only   {signature} in headers only
 *
 * A locator says where in an answer something stands: “/a/0/b” is a JSON pointer (RFC 6901); “regex:…” a POSIX extended
 * regular expression over the body: what its first group matches, or else the whole of it. For message_id there is also
 * “{id}”: the provider gives none, ours is taken. */

/* Lines of text; NULL where none were set (the preset's count), count 0 with a pointer: none at all. */
struct http_lines {
	const char *const *at;
	unsigned count;
};

struct http_settings {
	const char *preset;        /* a name of http_preset_names; NULL = none */
	const char *url;           /* http:// or https://, may hold placeholders behind the host */
	const char *method;        /* GET or POST (default), PUT */
	struct http_lines headers; /* “Name: value” */
	struct http_lines query;   /* “name=value”, added to the URL */
	struct http_lines form;    /* “name=value”, body application/x-www-form-urlencoded */
	const char *json;          /* body application/json; either form or this */
	const char *auth;          /* none (default), basic, bearer, hmac, acs3, tc3 */
	const char *username;      /* basic, acs3 (AccessKeyId), tc3 (SecretId), {username} */
	const char *password;      /* basic, hmac (key), acs3, tc3, {password}; secret */
	const char *token;         /* bearer, {token}; secret */
	const char *account;       /* {account}: account sid, application id; NULL = username */
	const char *region;        /* {region} */
	const char *service;       /* tc3: name of the service in the credential's scope */
	const char *source;        /* {from} where the message has none of its own */
	const char *country;       /* ISO 3166-1 code, whose numbers {to.national} shortens; NULL = CN */
	const char *hmac_hash;     /* sha256 (default), sha1 */
	const char *hmac_encoding; /* hex (default), base64 */
	const char *hmac_signs;    /* template of what is signed; default “{body}” */
	unsigned validity_min_s;   /* a shorter validity is said as this; 0 = the preset's, or one unit */
	unsigned validity_max_s;   /* a longer one is said as this; 0 = the preset's, or no limit */
	unsigned batch_max;        /* messages in one request; 0 = the preset's, or 1 */
	struct http_lines templates; /* “name = CODE” or “name = CODE (param, theirs=ours, …)”: the provider's own
					templates; parameters in the provider's order */
	const char *success_status; /* “200-299” (default), “202”, “200,202-204” */
	const char *success;        /* locator; the answer is a yes only where something is there … */
	const char *success_is;     /* … and is this, if set */
	const char *message_id;     /* locator, or “{id}” */
	const char *message_id_is;  /* of-message (default), or of-request: one id for all numbers of a request; the
				       carrier_ref is then “id/last ten digits of the number” (msisdn_tail) */
	const char *error_code;     /* locator; NULL: the HTTP status is the code */
	const char *error_text;     /* locator; for logs */
	const char *answers;        /* pointer to an array of answers; the locators above then count from an element */
	const char *answers_are;    /* messages (default): one for each message of the request; parts: all of the one
				       message, one for each part of its text: the gravest decides, and each has its id */
	const char *answer_to;      /* locator of the number in an element; NULL: they stand in the request's order */
	const char *request_code;   /* locator, from the root: the code where the whole request is refused and there is
				     no array of answers */
	const char *request_text;   /* the same, its words */
	struct http_lines codes; /* “21610=rejected”, “isv.X*=throttled account”: class of an error code, before
				       the preset's table; “*” at the end stands for any rest; “account” behind the class:
				       it speaks of the account, another one may take the sms; “4020=not_mine”: and the
				       number is another carrier's */
	const char *idempotency_header; /* name of a header that carries our id */
};

#define HTTP_BATCH_MAX 1000 /* messages in one request */

/* A compiled description; immutable, may be shared by threads. */
struct http_account;

/* Compiles settings over their preset. settings: borrowed until return; all is copied. out: owned, set on success only.
 * at: field (a member's name above) and a sentence about the first thing that will not do; never shows a secret.
 * ERR_FORMAT, ERR_RANGE, ERR_NOT_FOUND (preset, placeholder), ERR_MEMORY. */
MUST_CHECK enum err http_account_create(const struct http_settings *settings, struct http_account **out,
					struct err_at *at);

/* Wipes the secrets and frees. account: may be NULL. */
void http_account_destroy(struct http_account *account);

/* “POST https://host/path” without query, user and secrets, for logs and metrics. Borrowed from the account. */
const char *http_account_label(const struct http_account *account);

/* The part of the URL up to the path (“https://api.example.com:8443”). Borrowed from the account. */
const char *http_account_origin(const struct http_account *account);

/* Most messages in one request, at least 1. */
unsigned http_account_batch_max(const struct http_account *account);

/* True where requests carry the provider's template, so that a message needs a template name that the account maps. */
bool http_account_needs_template(const struct http_account *account);

/* Whether the account can say this message at all: id and other values fit their places, its template is mapped, the
 * parameters that it needs are there. False: at says why, and another account may be able. at: may be NULL. */
bool http_account_takes(const struct http_account *account, const struct http_message *message, struct err_at *at);

/* Whether next may go in one request with the count messages before it, which may all go together: there is room, what
 * the request says once is the same in both, and no number comes twice. */
bool http_account_may_share(const struct http_account *account, const struct http_message *const messages[],
			    unsigned count, const struct http_message *next);

/* Names of the presets, NULL-terminated, static. */
const char *const *http_preset_names(void);
