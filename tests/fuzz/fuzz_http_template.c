/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator writes to describe a request. The first octet says where the text stands; where it compiles, a request
 * is written with hostile values, and has to be well formed. */
#include "base/check.h"
#include "wire/http/http_request.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static const char hostile[] = "\"\\\n\r\x01&=?#%{}é𝄞 \xff";

static void check_request(const struct http_request *request, bool is_json)
{
	CHECK(request->url.len > 0);
	CHECK(request->url.at[request->url.len - 1] == '\0');
	for (size_t i = 0; i + 1 < request->url.len; i++)
		CHECK((unsigned char)request->url.at[i] > 0x20 && (unsigned char)request->url.at[i] < 0x7F);
	unsigned lines = 0;
	for (size_t i = 0; i < request->headers.len; i++) {
		unsigned char c = (unsigned char)request->headers.at[i];
		lines += c == '\0';
		CHECK(c == '\0' || (c >= 0x20 && c != 0x7F));
	}
	CHECK(lines == request->header_count);
	if (is_json) {
		json_error_t error;
		json_t *json = json_loadb(request->body.at, request->body.len, JSON_DECODE_ANY, &error);
		/* JSON has numbers of any length; jansson has not. */
		CHECK(json != NULL || json_error_code(&error) == json_error_numeric_overflow);
		json_decref(json);
	}
}

static void write_request(const struct http_account *account, bool is_json)
{
	static const struct msisdn to[] = { { "8618511122233", 13 }, { "85261234567", 11 } };
	struct http_message one = { .to = &to[0],
				    .id = SLICE("a1"),
				    .text = SLICE(hostile),
				    .encoding = ENCODING_UCS2,
				    .source = SLICE("S"),
				    .validity_s = 60,
				    .callback = SLICE("https://h/?a=b"),
				    .template_name = SLICE("t") };
	struct http_message two = one;
	two.to = &to[1];
	const struct http_message *messages[] = { &one, &two };
	static char url[65536], headers[65536], body[262144];
	static const uint8_t nonce[HTTP_NONCE_OCTETS];
	for (unsigned count = 1; count <= 2 && count <= http_account_batch_max(account); count++) {
		struct http_request request = { .url = buf_over(url, sizeof url),
						.headers = buf_over(headers, sizeof headers),
						.body = buf_over(body, sizeof body) };
		if (!http_account_takes(account, &one, NULL))
			return;
		if (http_request_write(account, messages, count, 1770969600000, nonce, &request) == ERR_OK)
			check_request(&request, is_json);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (len == 0 || len > 4096)
		return 0;
	char *text = malloc(len);
	CHECK(text != NULL);
	memcpy(text, octets + 1, len - 1);
	text[len - 1] = '\0';
	static const char *const templates[] = { "t = 1" };
	const char *lines[] = { text };
	struct http_settings settings = { .url = "https://h/",
					  .username = "u",
					  .password = "p",
					  .token = "t",
					  .templates = { templates, 1 },
					  .batch_max = octets[0] & 0x80 ? 2 : 1 };
	bool is_json = false;
	switch (octets[0] % 8) {
	case 0:
		settings.url = text;
		break;
	case 1:
		settings.query = (struct http_lines){ lines, 1 };
		break;
	case 2:
		settings.form = (struct http_lines){ lines, 1 };
		break;
	case 3:
		settings.headers = (struct http_lines){ lines, 1 };
		break;
	case 4:
		settings.templates = (struct http_lines){ lines, 1 };
		settings.json = "{\"t\":\"{template}\",\"p\":{params.object},\"q\":{params.array}}";
		is_json = true;
		break;
	case 5:
		settings.success = text;
		settings.codes = (struct http_lines){ lines, 1 };
		break;
	default:
		settings.json = text;
		is_json = text[0] != '\0'; /* else there is no body */
		break;
	}
	struct http_account *account = NULL;
	if (http_account_create(&settings, &account, NULL) == ERR_OK)
		write_request(account, is_json);
	http_account_destroy(account);
	free(text);
	return 0;
}
