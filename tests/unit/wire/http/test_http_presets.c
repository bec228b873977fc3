/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_presets.h"

#include "http_bench.h"

/* Each preset's request, octet by octet, against what the provider's pages ask for. Texts are taken from their examples
 * where they have one. The signed ones are checked against published signatures in test_http_sign.c; here a signature
 * of these very requests is pinned, which was made with another implementation (Python's hmac and hashlib). */

static const struct msisdn china = { "8618511122233", 13 };
static const struct msisdn china_too = { "8618511122266", 13 };
static const struct msisdn abroad = { "85261234567", 11 };

static const struct submit_param code_1234[] = { { SLICE("code"), SLICE("1234") }, { SLICE("minutes"), SLICE("5") } };

/* Writes messages through an account of settings, and compares. NULL: not looked at. */
static void expect(const char *name, const struct http_settings *settings, const struct http_message *const messages[],
		   unsigned count, const char *method, const char *url, const char *headers, const char *body)
{
	struct http_account *account = bench_account(settings);
	struct bench_request got;
	cr_assert(bench_write(account, messages, count, 1770969600000, &got) == ERR_OK, "%s", name);
	bench_equal(name, "method", got.request.method, method);
	bench_equal(name, "url", got.url, url);
	bench_equal(name, "headers", bench_headers(&got), headers);
	bench_equal(name, "body", got.body, body);
	http_account_destroy(account);
}

Test(http_presets, kannel)
{
	struct http_settings settings = { .preset = "kannel",
					  .url = "http://kannel:13013/cgi-bin/sendsms",
					  .username = "foobar",
					  .password = "b&r",
					  .source = "1234" };
	struct http_message plain = {
		.to = &china, .id = SLICE("a1.1"), .text = SLICE("Hello world"), .encoding = ENCODING_GSM7
	};
	const struct http_message *messages[] = { &plain };
	expect("plain", &settings, messages, 1, "GET",
	       "http://kannel:13013/cgi-bin/sendsms?username=foobar&password=b%26r&from=1234&to=%2B8618511122233"
	       "&text=Hello%20world&charset=UTF-8&coding=0",
	       "", "");
	struct http_message all = { .to = &china,
				    .id = SLICE("a1.1"),
				    .text = SLICE("电费 100%"),
				    .encoding = ENCODING_UCS2,
				    .validity_s = 3601,
				    .source = SLICE("鸿雁"),
				    .callback = SLICE("https://gw.example/callbacks/kannel/s3cret?id=a1.1&state=%d") };
	messages[0] = &all;
	expect("with a receipt", &settings, messages, 1, "GET",
	       "http://kannel:13013/cgi-bin/"
	       "sendsms?username=foobar&password=b%26r&from=%E9%B8%BF%E9%9B%81&to=%2B8618511122233"
	       "&text=%E7%94%B5%E8%B4%B9%20100%25&charset=UTF-8&coding=2&validity=60&dlr-mask=19"
	       "&dlr-url=https%3A%2F%2Fgw.example%2Fcallbacks%2Fkannel%2Fs3cret%3Fid%3Da1.1%26state%3D%25d",
	       "", "");
}

Test(http_presets, twilio)
{
	/* twilio.com/docs, “Messages resource”: create. */
	struct http_settings settings = { .preset = "twilio",
					  .username = "ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
					  .password = "your_auth_token",
					  .source = "+15557122661" };
	struct http_message message = { .to = &(struct msisdn){ "15558675310", 11 },
					.id = SLICE("a1"),
					.text = SLICE("Hi there"),
					.validity_s = 86400,
					.callback = SLICE("https://gw/cb") };
	const struct http_message *messages[] = { &message };
	expect("twilio", &settings, messages, 1, "POST",
	       "https://api.twilio.com/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/Messages.json",
	       "Content-Type: application/x-www-form-urlencoded\n"
	       "Authorization: Basic QUNYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWDp5b3VyX2F1dGhfdG9rZW4=",
	       "To=%2B15558675310&From=%2B15557122661&Body=Hi%20there&StatusCallback=https%3A%2F%2Fgw%2Fcb&"
	       "ValidityPeriod=36000");
	/* An API key signs for another account. */
	settings.account = "AC1";
	settings.username = "SK1";
	message.validity_s = 0;
	message.callback = (struct slice){ NULL, 0 };
	expect("API key", &settings, messages, 1, "POST",
	       "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json",
	       "Content-Type: application/x-www-form-urlencoded\nAuthorization: Basic U0sxOnlvdXJfYXV0aF90b2tlbg==",
	       "To=%2B15558675310&From=%2B15557122661&Body=Hi%20there");
}

Test(http_presets, vonage)
{
	/* developer.vonage.com, “SMS API”. */
	struct http_settings settings = {
		.preset = "vonage", .username = "abcd1234", .password = "abcdef0123456789", .source = "AcmeInc"
	};
	struct http_message message = { .to = &(struct msisdn){ "447700900000", 12 },
					.id = SLICE("a1"),
					.text = SLICE("Hello World!"),
					.validity_s = 19 };
	const struct http_message *messages[] = { &message };
	expect("text", &settings, messages, 1, "POST", "https://rest.nexmo.com/sms/json",
	       "Content-Type: application/x-www-form-urlencoded",
	       "api_key=abcd1234&api_secret=abcdef0123456789&from=AcmeInc&to=447700900000&text=Hello%20World%21&type="
	       "text&ttl=20000&client-ref=a1");
	message.encoding = ENCODING_UCS2;
	message.text = SLICE("こ");
	message.validity_s = 20;
	message.callback = SLICE("https://gw/cb");
	expect("unicode", &settings, messages, 1, "POST", "https://rest.nexmo.com/sms/json",
	       "Content-Type: application/x-www-form-urlencoded",
	       "api_key=abcd1234&api_secret=abcdef0123456789&from=AcmeInc&to=447700900000&text=%E3%81%93&type=unicode&"
	       "ttl=20000"
	       "&status-report-req=1&callback=https%3A%2F%2Fgw%2Fcb&client-ref=a1");
}

/* How long a message is of use, in the provider's unit: never longer than the alert is, but for the provider's least. */
Test(http_presets, validity)
{
#define KANNEL "http://k/?from=1&to=%2B8618511122233&text=x&charset=UTF-8&coding=0"
#define TWILIO "To=%2B8618511122233&From=1&Body=x"
#define VONAGE "from=1&to=8618511122233&text=x&type=text"
	static const struct {
		const char *preset;
		uint32_t validity_s; /* what is left of it; 0 = it is of use for ever */
		const char *want;    /* the URL where there is no body, else the body */
	} rows[] = {
		{ "kannel", 0, KANNEL },
		{ "kannel", 1, KANNEL "&validity=1" },
		{ "kannel", 59, KANNEL "&validity=1" },
		{ "kannel", 60, KANNEL "&validity=1" },
		{ "kannel", 119, KANNEL "&validity=1" },
		{ "kannel", 120, KANNEL "&validity=2" },
		{ "kannel", 3599, KANNEL "&validity=59" },
		{ "twilio", 0, TWILIO },
		{ "twilio", 1, TWILIO "&ValidityPeriod=1" },
		{ "twilio", 35999, TWILIO "&ValidityPeriod=35999" },
		{ "twilio", 36000, TWILIO "&ValidityPeriod=36000" },
		{ "twilio", 36001, TWILIO "&ValidityPeriod=36000" },
		{ "vonage", 0, VONAGE "&client-ref=a1" },
		{ "vonage", 1, VONAGE "&ttl=20000&client-ref=a1" },
		{ "vonage", 19, VONAGE "&ttl=20000&client-ref=a1" },
		{ "vonage", 20, VONAGE "&ttl=20000&client-ref=a1" },
		{ "vonage", 21, VONAGE "&ttl=21000&client-ref=a1" },
		{ "vonage", 604799, VONAGE "&ttl=604799000&client-ref=a1" },
		{ "vonage", 604801, VONAGE "&ttl=604800000&client-ref=a1" },
		{ "vonage", UINT32_MAX, VONAGE "&ttl=604800000&client-ref=a1" },
	};
	struct http_message message = {
		.to = &china, .id = SLICE("a1"), .text = SLICE("x"), .encoding = ENCODING_GSM7
	};
	const struct http_message *messages[] = { &message };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool is_kannel = strcmp(rows[i].preset, "kannel") == 0;
		struct http_settings settings = { .preset = rows[i].preset, .source = "1", .auth = "none" };
		if (is_kannel)
			settings.url = "http://k/";
		if (strcmp(rows[i].preset, "twilio") == 0)
			settings.account = "AC1";
		struct http_account *account = bench_account(&settings);
		struct bench_request got;
		message.validity_s = rows[i].validity_s;
		cr_assert(bench_write(account, messages, 1, 1770969600000, &got) == ERR_OK, "row %zu", i);
		bench_equal(rows[i].preset, "request", is_kannel ? got.url : got.body, rows[i].want);
		http_account_destroy(account);
	}
}

/* The operator's own bounds: of a provider that we have no preset for. */
Test(http_presets, validity_of_settings)
{
	static const struct {
		uint32_t validity_s;
		const char *want;
	} rows[] = {
		{ 0, "https://h/?to=8618511122233" },        { 1, "https://h/?to=8618511122233&v=5" },
		{ 359, "https://h/?to=8618511122233&v=5" },  { 360, "https://h/?to=8618511122233&v=6" },
		{ 700, "https://h/?to=8618511122233&v=10" },
	};
	struct http_settings settings = {
		.url = "https://h/",
		.method = "GET",
		.query = { (const char *const[]){ "to={to}", "v={validity_min}" }, 2 },
		.validity_min_s = 300,
		.validity_max_s = 650,
	};
	struct http_message message = { .to = &china, .id = SLICE("a1"), .text = SLICE("x") };
	const struct http_message *messages[] = { &message };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		message.validity_s = rows[i].validity_s;
		expect("own", &settings, messages, 1, "GET", rows[i].want, "", "");
	}
}

Test(http_presets, aliyun)
{
	static const char *const templates[] = { "login = SMS_71390007 (customer=code)", "bare = SMS_1" };
	struct http_settings settings = { .preset = "aliyun",
					  .username = "testId",
					  .password = "testSecret",
					  .source = "阿里云短信测试专用",
					  .templates = { templates, 2 } };
	struct http_message one = {
		.to = &china, .id = SLICE("123"), .template_name = SLICE("login"), .params = code_1234, .param_count = 2
	};
	struct http_message two = one;
	two.to = &abroad;
	two.id = SLICE("124");
	const struct http_message *messages[] = { &one, &two };
	expect("one", &settings, messages, 1, "POST",
	       "https://dysmsapi.aliyuncs.com/"
	       "?OutId=123&PhoneNumbers=18511122233&SignName=%E9%98%BF%E9%87%8C%E4%BA%91%E7%9F%AD"
	       "%E4%BF%A1%E6%B5%8B%E8%AF%95%E4%B8%93%E7%94%A8&TemplateCode=SMS_71390007&TemplateParam=%7B%22customer%"
	       "22%3A%221234%22%7D",
	       "x-acs-action: SendSms\n"
	       "x-acs-version: 2017-05-25\n"
	       "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
	       "x-acs-date: 2026-02-13T08:00:00Z\n"
	       "x-acs-signature-nonce: 3156853299f313e23d1673dc12e1703d\n"
	       "Authorization: ACS3-HMAC-SHA256 "
	       "Credential=testId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
	       "x-acs-signature-nonce;x-acs-version,Signature="
	       "4a4b1b071b2ac9128acce83156b90c6cb5748c386d843ad462a5833eef8e592a",
	       "");
	expect("two numbers", &settings, messages, 2, "POST",
	       "https://dysmsapi.aliyuncs.com/"
	       "?OutId=123&PhoneNumbers=18511122233%2C85261234567&SignName=%E9%98%BF%E9%87%8C%E4%BA%91"
	       "%E7%9F%AD%E4%BF%A1%E6%B5%8B%E8%AF%95%E4%B8%93%E7%94%A8&TemplateCode=SMS_71390007&TemplateParam=%7B%"
	       "22customer%22%3A"
	       "%221234%22%7D",
	       "x-acs-action: SendSms\n"
	       "x-acs-version: 2017-05-25\n"
	       "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
	       "x-acs-date: 2026-02-13T08:00:00Z\n"
	       "x-acs-signature-nonce: 3156853299f313e23d1673dc12e1703d\n"
	       "Authorization: ACS3-HMAC-SHA256 "
	       "Credential=testId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
	       "x-acs-signature-nonce;x-acs-version,Signature="
	       "66052830978169a00f694a2b239098218a2bf48cbf0b1299af07ae7bb4ad4254",
	       "");
}

Test(http_presets, tencent)
{
	/* cloud.tencent.com, SendSms 2021-01-11: PhoneNumberSet, SmsSdkAppId and TemplateId of its example. */
	static const char *const templates[] = { "login = 1110 (code, minutes)" };
	struct http_settings settings = { .preset = "tencent",
					  .username = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
					  .password = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
					  .account = "1400006666",
					  .source = "腾讯云",
					  .templates = { templates, 1 } };
	struct http_message one = {
		.to = &china, .id = SLICE("a1"), .template_name = SLICE("login"), .params = code_1234, .param_count = 2
	};
	struct http_message two = one;
	two.to = &china_too;
	two.id = SLICE("a2");
	const struct http_message *messages[] = { &one, &two };
	expect("tencent", &settings, messages, 2, "POST", "https://sms.tencentcloudapi.com/",
	       "Content-Type: application/json; charset=utf-8\n"
	       "X-TC-Action: SendSms\n"
	       "X-TC-Version: 2021-01-11\n"
	       "X-TC-Region: ap-guangzhou\n"
	       "X-TC-Timestamp: 1770969600\n"
	       "Authorization: TC3-HMAC-SHA256 "
	       "Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2026-02-13/sms/tc3_request, "
	       "SignedHeaders=content-type;host, "
	       "Signature=43ccbf5d453ade083bacd5ae630ec89a2ed3048934c86c250261459e1bcb5199",
	       "{\"PhoneNumberSet\":[\"+8618511122233\",\"+8618511122266\"],\"SmsSdkAppId\":\"1400006666\","
	       "\"TemplateId\":\"1110\","
	       "\"SignName\":\"腾讯云\",\"TemplateParamSet\":[\"1234\",\"5\"],\"SessionContext\":\"a1\"}");
}

Test(http_presets, json)
{
	struct http_settings settings = { .preset = "json", .url = "https://gw.example/v1/messages", .token = "t0ken" };
	struct http_message one = { .to = &china,
				    .id = SLICE("a1.1"),
				    .text = SLICE("say \"hi\"\n\\o/ 你好"),
				    .source = SLICE("Bank"),
				    .traceparent = SLICE("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") };
	struct http_message two = { .to = &abroad, .id = SLICE("a2.1"), .text = SLICE("x") };
	const struct http_message *messages[] = { &one, &two };
	expect("json", &settings, messages, 1, "POST", "https://gw.example/v1/messages",
	       "Content-Type: application/json\n"
	       "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-3156853299f313e2-01\n"
	       "Idempotency-Key: a1.1\n"
	       "Authorization: Bearer t0ken",
	       "{\"to\":\"+8618511122233\",\"from\":\"Bank\",\"text\":\"say \\\"hi\\\"\\n\\\\o/ "
	       "你好\",\"ref\":\"a1.1\"}");
	settings.preset = "json-batch";
	messages[0] = &two;
	messages[1] = &one;
	expect("json-batch", &settings, messages, 2, "POST", "https://gw.example/v1/messages",
	       "Content-Type: application/json\nAuthorization: Bearer t0ken",
	       "{\"messages\":[{\"to\":\"+85261234567\",\"from\":null,\"text\":\"x\",\"ref\":\"a2.1\"},"
	       "{\"to\":\"+8618511122233\",\"from\":\"Bank\",\"text\":\"say \\\"hi\\\"\\n\\\\o/ "
	       "你好\",\"ref\":\"a1.1\"}]}");
}

Test(http_presets, every_name_has_a_row)
{
	size_t count = 0;
	for (const char *const *name = http_preset_names(); *name; name++, count++) {
		cr_expect(http_preset_find(slice_of(*name)) != NULL, "%s", *name);
		cr_expect_str_eq(http_preset_find(slice_of(*name))->preset, *name);
	}
	cr_expect_eq(count, 7);
	cr_expect_null(http_preset_find(SLICE("carrier-pigeon")));
}
