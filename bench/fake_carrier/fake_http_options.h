/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The options of the HTTP side: rows for the table in fake_options.c, and their part of --help. */

#include "fake_options.h"

/* Readers of the rows below. */
bool fake_http_option_port(struct fake_options *options, const char *value);
bool fake_http_option_port_file(struct fake_options *options, const char *value);
bool fake_http_option_user(struct fake_options *options, const char *value);
bool fake_http_option_secret(struct fake_options *options, const char *value);
bool fake_http_option_fail(struct fake_options *options, const char *value);
bool fake_http_option_fault(struct fake_options *options, const char *value);
bool fake_http_option_template(struct fake_options *options, const char *value);
bool fake_http_option_callback(struct fake_options *options, const char *value);
bool fake_http_option_callback_key(struct fake_options *options, const char *value);
bool fake_http_option_callback_tries(struct fake_options *options, const char *value);
bool fake_http_option_callback_retry_ms(struct fake_options *options, const char *value);
bool fake_http_option_callback_jitter_ms(struct fake_options *options, const char *value);
bool fake_http_option_callback_batch(struct fake_options *options, const char *value);
bool fake_http_option_callback_forge(struct fake_options *options, const char *value);
bool fake_http_option_tls_cert(struct fake_options *options, const char *value);
bool fake_http_option_tls_key(struct fake_options *options, const char *value);
bool fake_http_option_tls(struct fake_options *options, const char *value);

#define FAKE_HTTP_OPTION_ROWS \
    {"--http-port", "PORT", fake_http_option_port, "serve providers over HTTP here, on the host of --listen (0 = any free port)"}, \
    {"--http-port-file", "FILE", fake_http_option_port_file, "write that port here, before --port-file"}, \
    {"--tls-cert", "FILE", fake_http_option_tls_cert, "certificate chain for TLS, PEM"}, \
    {"--tls-key", "FILE", fake_http_option_tls_key, "its key, PEM"}, \
    {"--http-tls", NULL, fake_http_option_tls, "TLS on the HTTP port, by ALPN http/1.1 alone"}, \
    {"--http-user", "NAME", fake_http_option_user, "the only user, account sid or key id over HTTP (any)"}, \
    {"--http-secret", "WORD", fake_http_option_secret, "its password, token or key (any)"}, \
    {"--http-fail", "WHAT@RATE", fake_http_option_fail, "refuse this share with a status (503) or a provider's code; repeatable"}, \
    {"--http-fault", "KIND@RATE", fake_http_option_fault, "spoil this share of the answers (see below); repeatable"}, \
    {"--http-template", "CODE=TEXT", fake_http_option_template, "a text of Aliyun (${name}) or Tencent ({1}); repeatable (any code will do)"}, \
    {"--http-callback", "URL", fake_http_option_callback, "receipts go here (not Twilio's, Kannel's) unless their request names a URL"}, \
    {"--http-callback-key", "WORD", fake_http_option_callback_key, "Twilio's and the plain gateway's are signed with it (--http-secret)"}, \
    {"--http-callback-tries", "N", fake_http_option_callback_tries, "send a receipt so often until it is answered as wanted (3)"}, \
    {"--http-callback-retry-ms", "MS", fake_http_option_callback_retry_ms, "between two tries (1000)"}, \
    {"--http-callback-jitter-ms", "MS", fake_http_option_callback_jitter_ms, "up to so much is added to --receipt-delay-ms: out of order (0)"}, \
    {"--http-callback-batch", "N", fake_http_option_callback_batch, "so many of Aliyun's or Tencent's in one request, up to 100 (1)"}, \
    {"--http-callback-forge", "RATE", fake_http_option_callback_forge, "this share comes with a wrong signature first"},

#define FAKE_HTTP_HELP                                                                                                             \
  "Over HTTP, by path:\n"                                                                                                          \
  "  /messages         JSON {to, from, text, ref, callback} or {messages: […]}; Basic, Bearer or X-Signature (HMAC of the body);\n" \
  "                    Idempotency-Key: the same request again gets the same answer\n"                                             \
  "  /2010-04-01/Accounts/SID/Messages.json   Twilio              /cgi-bin/sendsms  Kannel\n"                                      \
  "  /sms/json         Vonage, api_secret or sig                  /                 Aliyun SendSms (ACS3 or RPC), Tencent SendSms\n" \
  "Signatures, their times and nonces are checked against --http-user and --http-secret, and numbers, sizes and alphabets as each\n" \
  "provider would. What a correct gateway would not do is counted under violations.\n"                                             \
  "Faults: drop (closed, not recorded), redirect (307, not recorded), and, recorded all the same: close (no answer), reset,\n"     \
  "cut:OCTETS (of the body), garbage, trickle:MS (one octet each), huge:OCTETS. --latency, --throttle-tps, --swallow,\n"           \
  "--swallow-drop and --late hold for HTTP too, and --fail with a status from 400 to 599.\n"  \
  "Receipts: --receipts, --receipt-delay-ms and --receipt-state hold; early holds the answer back for 50 ms at least.\n\n"
