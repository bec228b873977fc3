/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_http.h"

#include "test_scratch.h"
#include "wire/http/http_request.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define WEB "accounts:\n- name: web\n  protocol: http\n"

Test(config_http, lines_are_lists_or_mappings)
{
	static const struct {
		const char *name;
		const char *text;
		const char *want_header; /* NULL = not said */
		unsigned want_count;
		const char *want_code;
	} rows[] = {
		{ "mappings", "  headers: { X-A: \"1\", X-B: b }\n  codes: { 21: rejected }\n", "X-A: 1", 2,
		  "21=rejected" },
		{ "lists", "  headers: [\"X-A: 1\"]\n  codes: [\"21=rejected\"]\n", "X-A: 1", 1, "21=rejected" },
		{ "one text", "  headers: \"X-A: 1\"\n  codes: \"21=rejected\"\n", "X-A: 1", 1, "21=rejected" },
		{ "none at all", "  headers: []\n  codes: [\"21=rejected\"]\n", "", 0, "21=rejected" },
		{ "not said", "  codes: [\"21=rejected\"]\n", NULL, 0, "21=rejected" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[1024];
		snprintf(text, sizeof text, WEB "  preset: json\n  url: \"https://sms.example.com/\"\n  token: t\n%s",
			 rows[i].text);
		struct config *config = scratch_load(folder, text, NULL, errors);
		cr_assert_not_null(config, "%s: %s", rows[i].name, errors);
		const struct config_account *account = &config->accounts[0];
		cr_expect_eq(account->protocol, CONFIG_PROTOCOL_HTTP);
		cr_expect_eq(account->http.headers.is_set, rows[i].want_header != NULL, "%s", rows[i].name);
		cr_assert_eq(account->http.headers.count, rows[i].want_count, "%s", rows[i].name);
		if (rows[i].want_count > 0)
			cr_expect_str_eq(account->http.headers.at[0], rows[i].want_header, "%s", rows[i].name);
		cr_expect_str_eq(account->http.codes.at[0], rows[i].want_code, "%s", rows[i].name);
		config_destroy(config);
	}
	scratch_remove(folder);
}

/* Writes what an account says of a validity of so many seconds. */
static void write_validity(const struct http_account *account, uint32_t validity_s, char out[static 64])
{
	static const uint8_t nonce[HTTP_NONCE_OCTETS] = { 1 };
	static const struct msisdn to = { "8613900000001", 13 };
	const struct http_message message = {
		.to = &to, .id = SLICE("a"), .text = SLICE("x"), .validity_s = validity_s
	};
	const struct http_message *messages[] = { &message };
	char memory[1024];
	struct http_request request = {
		.url = buf_over(memory, 256),
		.headers = buf_over(memory + 256, 256),
		.body = buf_over(memory + 512, 512),
	};
	cr_assert_eq(http_request_write(account, messages, 1, 0, nonce, &request), ERR_OK);
	snprintf(out, 64, "%.*s", (int)request.body.len, request.body.at);
}

Test(config_http, bounds_of_a_validity)
{
	static const struct {
		const char *settings;
		uint32_t validity_s;
		const char *want;
	} rows[] = {
		{ "", 1, "to=8613900000001&ttl=1" },
		{ "", 2592000, "to=8613900000001&ttl=2592000" },
		{ "  validity_min: 1m\n", 59, "to=8613900000001&ttl=60" },
		{ "  validity_min: 1m\n", 60, "to=8613900000001&ttl=60" },
		{ "  validity_max: 2h\n", 7201, "to=8613900000001&ttl=7200" },
		{ "  preset: vonage\n", 19, "to=8613900000001&ttl=20" },
		{ "  preset: vonage\n  validity_min: 5s\n", 19, "to=8613900000001&ttl=19" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[1024];
		char said[64];
		struct http_account *account;
		snprintf(text, sizeof text,
			 WEB
			 "  url: \"https://sms.example.com/\"\n  username: u\n  password: p\n  message_id: \"{id}\"\n"
			 "  answers: \"\"\n  form: { to: \"{to}\", ttl: \"{validity_s}\" }\n%s",
			 rows[i].settings);
		struct config *config = scratch_load(folder, text, NULL, errors);
		cr_assert_not_null(config, "row %zu: %s", i, errors);
		cr_assert_eq(config_http_compile(config, &config->accounts[0], &account, NULL), ERR_OK, "row %zu", i);
		write_validity(account, rows[i].validity_s, said);
		cr_expect_str_eq(said, rows[i].want, "row %zu", i);
		http_account_destroy(account);
		config_destroy(config);
	}
	scratch_remove(folder);
}

Test(config_http, what_is_shown_hides_secrets)
{
	static const char text[] = WEB "  preset: json\n  url: \"https://sms.example.com/\"\n  token: hush1\n"
				       "  headers: { X-Key: hush2 }\n  proxy: \"http://u:hush3@192.0.2.1:1\"\n"
				       "  templates: { a: \"SMS_1 (x)\" }\n  json: \"{\\n\\\"to\\\":\\\"{to}\\\"}\"\n";
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	char shown[8192];
	scratch_make(folder);
	struct config *config = scratch_load(folder, text, NULL, errors);
	cr_assert_not_null(config, "%s", errors);
	struct buf out = buf_over(shown, sizeof shown - 1);
	config_show(config, false, &out);
	shown[out.len] = '\0';
	static const char *const wants[] = { "    headers: [\"X-Key: (hidden)\"]\n",
					     "    token: \"(hidden)\"\n",
					     "    proxy: \"(hidden)\"\n",
					     "    query: \"\"\n",
					     "    templates: [\"a = SMS_1 (x)\"]\n",
					     "    connections: 16\n",
					     "    json: \"{\\n\\\"to\\\":\\\"{to}\\\"}\"\n" };
	for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++)
		cr_expect_not_null(strstr(shown, wants[i]), "%s is missing:\n%s", wants[i], shown);
	cr_expect_null(strstr(shown, "hush"), "%s", shown);
	cr_expect_null(strstr(shown, "system_id"), "settings of SMPP:\n%s", shown);
	config_destroy(config);
	scratch_remove(folder);
}

Test(config_http, errors_have_their_line)
{
	static const struct {
		const char *name;
		const char *text;
		const char *want;
	} rows[] = {
		{ "a setting of the other protocol", "  preset: json\n  url: \"https://h/\"\n  token: t\n  window: 5\n",
		  "hongyan.yaml:7:3: “window” is a setting of protocol smpp, and this account speaks http\n" },
		{ "questions of the other protocol",
		  "  preset: json\n  url: \"https://h/\"\n  token: t\n  query_sm: reference\n",
		  "hongyan.yaml:7:3: “query_sm” is a setting of protocol smpp, and this account speaks http\n" },
		{ "a secret's file of the other one", "  preset: json\n  url: \"https://h/\"\n  token: t\n  bind: x\n",
		  "hongyan.yaml:7:3: “bind” is a setting of protocol smpp, and this account speaks http\n" },
		{ "no URL", "  preset: json\n  token: t\n", "hongyan.yaml:2:3: accounts[web].url: " },
		{ "no such preset", "  preset: jason\n  url: \"https://h/\"\n",
		  "hongyan.yaml:4:11: accounts[web].preset: " },
		{ "a place-holder", "  preset: json\n  token: t\n  url: \"https://h/\"\n  json: \"{oops}\"\n",
		  "hongyan.yaml:7:9: accounts[web].json: has the unknown placeholder {oops}\n" },
		{ "allow", "  preset: json\n  token: t\n  url: \"https://h/\"\n  allow: [1.2.3.4/40]\n",
		  "hongyan.yaml:7:10: accounts[web].allow: “1.2.3.4/40” is neither an address" },
		{ "proxy", "  preset: json\n  token: t\n  url: \"https://h/\"\n  proxy: \"socks5://h\"\n",
		  "hongyan.yaml:7:10: the proxy of account “web” must begin with http:// or https://\n" },
		{ "no such file", "  preset: json\n  token: t\n  url: \"https://h/\"\n  ca_file: /no/such\n",
		  "hongyan.yaml:7:12: ca_file of account “web”: “/no/such” cannot be read: No such file or "
		  "directory\n" },
		{ "half a pair", "  preset: json\n  token: t\n  url: \"https://h/\"\n  cert_file: /dev/null\n",
		  "hongyan.yaml:7:14: account “web”: cert_file and key_file belong together\n" },
		{ "a mapping where none goes", "  preset: json\n  token: t\n  url: \"https://h/\"\n  allow: { a: b }\n",
		  "hongyan.yaml:7:10: accounts[web].allow must be a list of texts, not a mapping\n" },
		{ "a list in a list", "  preset: json\n  token: t\n  url: \"https://h/\"\n  codes: [[a]]\n",
		  "hongyan.yaml:7:11: accounts[web].codes holds something that is no text\n" },
		{ "control characters",
		  "  preset: json\n  token: t\n  url: \"https://h/\"\n  headers: [\"a: \\x01\"]\n",
		  "hongyan.yaml:7:13: accounts[web].headers holds control characters" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[1024];
		snprintf(text, sizeof text, WEB "%s", rows[i].text);
		struct config *config = scratch_load(folder, text, NULL, errors);
		cr_expect_null(config, "%s", rows[i].name);
		cr_expect_not_null(strstr(errors, rows[i].want), "%s: got\n%s", rows[i].name, errors);
		config_destroy(config);
	}
	struct config *config = scratch_load(
		folder, "accounts:\n- name: a\n  address: \"h:1\"\n  system_id: x\n  url: y\n", NULL, errors);
	cr_expect_null(config);
	cr_expect_str_eq(errors,
			 "hongyan.yaml:5:3: “url” is a setting of protocol http, and this account speaks smpp\n");
	scratch_remove(folder);
}

Test(config_http, the_guard_is_of_the_host_that_is_connected_to)
{
	static const struct {
		const char *name;
		const char *more;
		bool want_private; /* 10.0.0.1 is taken */
	} rows[] = {
		{ "nothing allowed", "", false },
		{ "the URL's host", "  allow: [sms.example.com]\n", true },
		{ "another host", "  allow: [example.com]\n", false },
		{ "the URL's host, but a proxy is asked",
		  "  proxy: \"http://u:p@[2001:db8::1]:3128\"\n  allow: [sms.example.com]\n", false },
		{ "the proxy's host", "  proxy: \"http://u:p@proxy.inner:3128\"\n  allow: [proxy.inner]\n", true },
		{ "the address", "  allow: 10.0.0.0/8\n", true },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[1024];
		struct http_account *compiled = NULL;
		struct address_guard *guard = NULL;
		struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0A000001) };
		snprintf(text, sizeof text,
			 WEB "  preset: json\n  token: t\n  url: \"https://sms.example.com:8443/x?y\"\n%s",
			 rows[i].more);
		struct config *config = scratch_load(folder, text, NULL, errors);
		cr_assert_not_null(config, "%s: %s", rows[i].name, errors);
		cr_assert_eq(config_http_compile(config, &config->accounts[0], &compiled, NULL), ERR_OK);
		cr_assert_eq(config_http_guard(&config->accounts[0], compiled, &guard, NULL), ERR_OK);
		cr_expect_eq(address_guard_refusal(guard, (struct sockaddr *)&address) == NULL, rows[i].want_private,
			     "%s", rows[i].name);
		address_guard_destroy(guard);
		http_account_destroy(compiled);
		config_destroy(config);
	}
	scratch_remove(folder);
}
