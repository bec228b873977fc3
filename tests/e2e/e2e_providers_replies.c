/* SPDX-License-Identifier: Apache-2.0 */

/* What customers write back, as each provider passes it on: kept once, and believed only of those who prove who they are. */

#include "e2e_providers.h"

#include "http_caller.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORM "application/x-www-form-urlencoded"
#define JSON "application/json"

/* Each customer opts out; what is signed by Twilio is the address and the fields, in the order of their names. */
static const struct reply {
	const char *account;
	const char *query;
	const char *content_type; /* NULL = a GET */
	const char *body;
	const char *fields; /* NULL = it is not signed */
	const char *number;
} replies[] = {
	{ "twilio", "", FORM, "To=%2B15557122661&From=%2B8613900000001&MessageSid=SM1&Body=%E9%80%80%E8%AE%A2",
	  "Body退订From+8613900000001MessageSidSM1To+15557122661", "8613900000001" },
	{ "vonage", "", JSON,
	  "{\"msisdn\":\"8613900000002\",\"to\":\"Hongyan\",\"messageId\":\"0A0000000123ABCD1\",\"text\":\"td\","
	  "\"type\":"
	  "\"text\"}",
	  NULL, "8613900000002" },
	{ "tencent", "", JSON,
	  "{\"extend\":\"01\",\"mobile\":\"13900000003\",\"nationcode\":\"86\",\"sign\":\"国网吉林电力\",\"text\":"
	  "\"退订\","
	  "\"time\":1457336869}",
	  NULL, "8613900000003" },
	{ "aliyun", "", JSON,
	  "[{\"phone_number\":\"13900000004\",\"send_time\":\"2026-09-01 "
	  "11:12:13\",\"content\":\"退订。\",\"sign_name\":"
	  "\"国网吉林电力\",\"dest_code\":\"10690001\",\"sequence_id\":1234567890}]",
	  NULL, "8613900000004" },
	{ "kannel", "?from=13900000005&to=10690001&text=%E9%80%80%E8%AE%A2", NULL, "", NULL, "8613900000005" },
};

#define REPLIES (sizeof replies / sizeof replies[0])

/* The header of Twilio's signature with a key. */
static void sign(const struct reply *reply, const char *key, char *out, size_t cap)
{
	char text[512];
	char path[WORLD_PATH_OCTETS];
	char command[640];
	snprintf(text, sizeof text, "http://127.0.0.1:%u/callbacks/%s%s", providers_callbacks_port, reply->account,
		 reply->fields);
	world_write("signed", text);
	snprintf(command, sizeof command,
		 "openssl dgst -sha1 -mac HMAC -macopt key:%s -binary '%s' | openssl base64 >'%s.base64'", key,
		 world_path(path, "signed"), path);
	EXPECT(system(command) == 0);
	char *signature = world_read(world_path(path, "signed.base64"));
	EXPECT(signature != NULL);
	snprintf(out, cap, "X-Twilio-Signature: %.*s\r\n", (int)strcspn(signature, "\n"), signature);
	free(signature);
}

/* The status of the answer, where the sender knows the account's secret or its key, or another one. */
static int pass_on(const struct reply *reply, bool is_known)
{
	char request[1200];
	char headers[256] = "";
	char path[128];
	if (reply->fields != NULL)
		sign(reply, is_known ? PROVIDERS_CALLBACK_KEY : "another", headers, sizeof headers);
	snprintf(path, sizeof path, "/callbacks/%s%s%s", reply->account, reply->fields ? "" : "/",
		 reply->fields ? ""
		 : is_known    ? PROVIDERS_IN_PATH
			       : "0123456789abcdeF");
	int len = snprintf(request, sizeof request,
			   "%s %s%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%s%s%s%sContent-Length: %zu\r\n\r\n%s",
			   reply->content_type ? "POST" : "GET", path, reply->query, headers,
			   reply->content_type ? "Content-Type: " : "", reply->content_type ? reply->content_type : "",
			   reply->content_type ? "\r\n" : "", strlen(reply->body), reply->body);
	EXPECT(len > 0 && (size_t)len < sizeof request);
	return http_caller_hear(http_caller_say(providers_callbacks_port, request));
}

void providers_replies(void)
{
	providers_open(&(struct providers_options){ .retry = NULL });
	providers_add_all(PROVIDERS_SHORT, "a");
	for (size_t i = 0; i < REPLIES; i++) {
		EXPECT_COUNT(pass_on(&replies[i], false), 404);
		EXPECT_COUNT(redis_server_int("XLEN {hongyan}:mo"), i);
		for (unsigned times = 0; times < 2; times++) {
			int status = pass_on(&replies[i], true);
			if (status != 200 && status != 204)
				FAIL("%s hears %d", replies[i].account, status);
		}
		EXPECT_COUNT(redis_server_int("XLEN {hongyan}:mo"), i + 1);
		if (redis_server_int("HEXISTS {hongyan}:optout %s", replies[i].number) != 1)
			FAIL("the customer of %s has not opted out", replies[i].account);
	}
	EXPECT_COUNT(gateway_process_metric(&providers_gateway, "hongyan_callbacks_refused_total"), REPLIES);
	providers_close(&(struct providers_end){ .accepted = PROVIDERS });
}
