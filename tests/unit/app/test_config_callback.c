/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_callback.h"

#include "test_scratch.h"

#include <criterion/criterion.h>

#define LISTEN "callbacks: { listen: \"127.0.0.1:0\", public_url: \"https://sms.example.com\" }\n"
#define ACCOUNT                                                                                                       \
	"accounts: [{ name: a, protocol: http, preset: kannel, url: \"https://h.example/s\", username: u, password: " \
	"p, "
#define SECRET "callback_secret: 0123456789abcdef"

Test(config_callback, what_will_not_do)
{
	static const struct {
		const char *name, *text;
		const char *want; /* a part of what is told; "" = nothing is */
	} rows[] = {
		{ "no callbacks", ACCOUNT "}]\n", "" },
		{ "fine", LISTEN ACCOUNT "callback: kannel, " SECRET " }]\n", "" },
		{ "signed", LISTEN ACCOUNT "callback: twilio, callback_signature: twilio, callback_key: t }]\n", "" },
		{ "by address", LISTEN ACCOUNT "callback: yunpian, callback_allow: \"192.0.2.7, 2001:db8::/32\" }]\n",
		  "" },
		{ "described",
		  LISTEN ACCOUNT "callback: json, " SECRET ", callback_id: /i, callback_state: /s, "
				 "callback_states: \"1=delivered\" }]\n",
		  "" },
		{ "nowhere to take it", ACCOUNT "callback: kannel, " SECRET " }]\n", "callbacks.listen says nowhere" },
		{ "open to anyone", LISTEN ACCOUNT "callback: kannel }]\n",
		  "anyone could tell receipts of account “a”" },
		{ "short secret", LISTEN ACCOUNT "callback: kannel, callback_secret: \"0123\" }]\n",
		  "at least 16 are needed" },
		{ "secret of odd characters",
		  LISTEN ACCOUNT "callback: kannel, callback_secret: \"0123456789/abcdef\" }]\n",
		  "characters that a path can't have" },
		{ "no key", LISTEN ACCOUNT "callback: tencent, callback_signature: hmac-sha256 }]\n",
		  "but no callback_key" },
		{ "twilio without our address",
		  "callbacks: { listen: \"127.0.0.1:0\" }\n" ACCOUNT
		  "callback: twilio, callback_signature: twilio, callback_key: t }]\n",
		  "needs callbacks.public_url" },
		{ "no address", LISTEN ACCOUNT "callback: kannel, callback_allow: \"192.0.2.7, example.com\" }]\n",
		  "“example.com” is no address" },
		{ "no proxy", "callbacks: { proxies: \"here\" }\n" ACCOUNT "}]\n", "“here” is no address" },
		{ "no URL", "callbacks: { public_url: \"sms.example.com\" }\n" ACCOUNT "}]\n",
		  "begins with https:// or http://" },
		{ "a slash at its end", "callbacks: { public_url: \"https://h/\" }\n" ACCOUNT "}]\n",
		  "no slash at its end" },
		{ "not described", LISTEN ACCOUNT "callback: json, " SECRET " }]\n", "callback_id is missing" },
		{ "no state", LISTEN ACCOUNT "callback: kannel, " SECRET ", callback_states: \"1=gone\" }]\n",
		  "there is no state “gone”" },
		{ "no dialect", LISTEN ACCOUNT "callback: pigeon }]\n", "accounts[a].callback must be" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct config *config = scratch_load(folder, rows[i].text, NULL, errors);
		cr_expect_eq(config != NULL, *rows[i].want == '\0', "%s: %s", rows[i].name, errors);
		cr_expect(strstr(errors, rows[i].want), "%s: %s", rows[i].name, errors);
		cr_expect_null(strstr(errors, "0123456789"), "%s: a secret is told: %s", rows[i].name, errors);
		config_destroy(config);
	}
	scratch_remove(folder);
}

Test(config_callback, where_providers_call)
{
	static const struct {
		const char *name, *text, *want;
	} rows[] = {
		{ "with a secret", LISTEN ACCOUNT "callback: kannel, " SECRET " }]\n",
		  "https://sms.example.com/callbacks/a/0123456789abcdef?id=i&state=%d" },
		{ "signed", LISTEN ACCOUNT "callback: twilio, callback_signature: twilio, callback_key: t }]\n",
		  "https://sms.example.com/callbacks/a" },
		{ "none", LISTEN ACCOUNT "}]\n", NULL },
		{ "not known how we are called from outside",
		  "callbacks: { listen: \"127.0.0.1:0\" }\n" ACCOUNT "callback: kannel, " SECRET " }]\n", NULL },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct config *config = scratch_load(folder, rows[i].text, NULL, errors);
		cr_assert_not_null(config, "%s: %s", rows[i].name, errors);
		struct http_callback *callback;
		cr_assert_eq(config_callback_create(&config->accounts[0], &callback, NULL), ERR_OK);
		struct http_callback_address address = config_callback_address(config, &config->accounts[0], callback);
		cr_expect_eq(address.callback != NULL, rows[i].want != NULL, "%s", rows[i].name);
		char octets[HTTP_CALLBACK_URL_MAX];
		struct buf url = buf_over(octets, sizeof octets);
		if (address.callback != NULL)
			http_callback_write_url(&address, SLICE("i"), &url);
		cr_expect(slice_is(buf_slice(&url), rows[i].want ? rows[i].want : ""), "%s: %.*s", rows[i].name,
			  SLICE_ARG(buf_slice(&url)));
		http_callback_destroy(callback);
		config_destroy(config);
	}
	scratch_remove(folder);
}
