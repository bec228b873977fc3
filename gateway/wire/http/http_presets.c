/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_presets.h"

/* Each row could have been written by an operator, in the same words. What a language of templates and locators cannot
 * say is elsewhere: signatures in http_sign.c, codes in http_codes.def. */

#define LINES(...)                                                                          \
	{                                                                                   \
		(const char *const[]){ __VA_ARGS__ },                                       \
			sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *) \
	}

static const struct http_settings presets[] = {
	/* Kannel 1.4.5 user guide, “Using the HTTP interface to send SMS messages”. It gives no message id: ours goes out in
	 * the address of the receipt and comes back with it. Of its dlr-mask: 1 delivered, 2 not, 16 refused by the SMSC. */
	{
		.preset = "kannel",
		.method = "GET",
		.query = LINES("username={username}", "password={password}", "from={from}", "to={to.plus}",
			       "text={text}", "charset=UTF-8", "coding={unicode?2:0}", "validity={validity_min}",
			       "dlr-mask={callback?19}", "dlr-url={callback}"),
		.success_status = "200-299",
		.success = "regex:^[03]:",
		.message_id = "{id}",
		.error_code = "regex:^(Authorization failed|Not routable|Temporal failure)",
		.error_text = "regex:^[^\n]*",
	},
	/* Twilio, “Messages resource”, version 2010-04-01. ValidityPeriod: 1–36000 s. */
	{
		.preset = "twilio",
		.url = "https://api.twilio.com/2010-04-01/Accounts/{account}/Messages.json",
		.form = LINES("To={to.plus}", "From={from}", "Body={text}", "StatusCallback={callback}",
			      "ValidityPeriod={validity_s}"),
		.auth = "basic",
		.validity_max_s = 36000,
		.message_id = "/sid",
		.error_code = "/code",
		.error_text = "/message",
	},
	/* Vonage, “SMS API”. ttl: 20,000–604,800,000 ms. One answer for each part of the text. */
	{
		.preset = "vonage",
		.url = "https://rest.nexmo.com/sms/json",
		.form = LINES("api_key={username}", "api_secret={password}", "from={from}", "to={to}", "text={text}",
			      "type={unicode?unicode:text}", "ttl={validity_ms}", "status-report-req={callback?1}",
			      "callback={callback}", "client-ref={id}"),
		.validity_min_s = 20,
		.validity_max_s = 604800,
		.answers = "/messages",
		.answers_are = "parts",
		.success = "/status",
		.success_is = "0",
		.message_id = "/message-id",
		.error_code = "/status",
		.error_text = "/error-text",
	},
	/* Aliyun Dysmsapi 2017-05-25, SendSms: up to 1000 numbers for one template with one set of parameters, and one BizId
	 * for all of them. */
	{
		.preset = "aliyun",
		.url = "https://dysmsapi.aliyuncs.com/",
		.headers = LINES("x-acs-action: SendSms", "x-acs-version: 2017-05-25"),
		.query = LINES("OutId={id}", "PhoneNumbers={to.national.all}", "SignName={from}",
			       "TemplateCode={template}", "TemplateParam={params.object}"),
		.auth = "acs3",
		.batch_max = 100,
		.success = "/Code",
		.success_is = "OK",
		.message_id = "/BizId",
		.message_id_is = "of-request",
		.error_code = "/Code",
		.error_text = "/Message",
	},
	/* Tencent Cloud SMS 2021-01-11, SendSms: up to 200 numbers, and an answer for each. */
	{
		.preset = "tencent",
		.url = "https://sms.tencentcloudapi.com/",
		.headers = LINES("Content-Type: application/json; charset=utf-8", "X-TC-Action: SendSms",
				 "X-TC-Version: 2021-01-11", "X-TC-Region: {region}", "X-TC-Timestamp: {timestamp}"),
		.json = "{\"PhoneNumberSet\":[{each}\"{to.plus}\"{/"
			"each}],\"SmsSdkAppId\":\"{account}\",\"TemplateId\":\"{template}\","
			"\"SignName\":\"{from}\",\"TemplateParamSet\":{params.array},\"SessionContext\":\"{id}\"}",
		.auth = "tc3",
		.service = "sms",
		.region = "ap-guangzhou",
		.batch_max = 200,
		.answers = "/Response/SendStatusSet",
		.answer_to = "/PhoneNumber",
		.success = "/Code",
		.success_is = "Ok",
		.message_id = "/SerialNo",
		.error_code = "/Code",
		.error_text = "/Message",
		.request_code = "/Response/Error/Code",
		.request_text = "/Response/Error/Message",
	},
	/* A gateway that takes one message as JSON. */
	{
		.preset = "json",
		.json = "{\"to\":\"{to.plus}\",\"from\":{from},\"text\":\"{text}\",\"ref\":\"{id}\"}",
		.auth = "bearer",
		.message_id = "/id",
		.error_code = "/code",
		.error_text = "/message",
		.idempotency_header = "Idempotency-Key",
	},
	/* The same with several messages in a request, each with its own answer, in the same order. */
	{
		.preset = "json-batch",
		.json = "{\"messages\":[{each}{\"to\":\"{to.plus}\",\"from\":{from},\"text\":\"{text}\",\"ref\":\"{id}"
			"\"}{/each}]}",
		.auth = "bearer",
		.batch_max = 100,
		.answers = "/messages",
		.message_id = "/id",
		.error_code = "/code",
		.error_text = "/message",
		.request_code = "/code",
		.request_text = "/message",
	},
};

#define PRESET_COUNT (sizeof presets / sizeof presets[0])

const struct http_settings *http_preset_find(struct slice name)
{
	for (size_t i = 0; i < PRESET_COUNT; i++) {
		if (slice_is(name, presets[i].preset))
			return &presets[i];
	}
	return NULL;
}

const char *const *http_preset_names(void)
{
	static const char *const names[] = { "kannel",  "twilio", "vonage",     "aliyun",
					     "tencent", "json",   "json-batch", NULL };
	_Static_assert(sizeof names / sizeof names[0] == PRESET_COUNT + 1, "each preset has its name here");
	return names;
}
