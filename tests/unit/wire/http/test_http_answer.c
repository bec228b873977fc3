/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_answer.h"

#include "http_bench.h"

/* What each provider's documented answers mean. Bodies are those of their pages, shortened where they have more. */

enum {
	A = OUTCOME_ACCEPTED,
	H = OUTCOME_THROTTLED,
	T = OUTCOME_TEMPORARY,
	R = OUTCOME_REJECTED,
	L = OUTCOME_LINK_REFUSED,
	U = OUTCOME_UNKNOWN
};

static const struct msisdn to = { "8618511122233", 13 };
static const struct msisdn to_too = { "8618511122266", 13 };
static const char *const templates[] = { "t = 1" };

static struct http_account *preset(const char *name)
{
	struct http_settings settings = { .preset = name,
					  .username = "user",
					  .password = "secret",
					  .token = "token",
					  .templates = { templates, 1 } };
	if (strcmp(name, "kannel") == 0 || strncmp(name, "json", 4) == 0)
		settings.url = "https://h/";
	return bench_account(&settings);
}

static struct http_message message_to(const struct msisdn *number, const char *id)
{
	return (struct http_message){
		.to = number, .id = slice_of(id), .text = SLICE("x"), .template_name = SLICE("t")
	};
}

static const struct {
	const char *preset;
	unsigned status;
	const char *body;
	int want_class;
	bool want_about_account;
	const char *want_reference; /* "" = none */
	const char *want_code;      /* of the reading */
	uint32_t want_native;       /* 0 = the status */
} rows[] = {
	{ "kannel", 202, "0: Accepted for delivery", A, false, "a1.1", "", 0 },
	{ "kannel", 202, "3: Queued for later delivery\n", A, false, "a1.1", "", 0 },
	{ "kannel", 200, "0: Accepted for delivery", A, false, "a1.1", "", 0 },
	{ "kannel", 202, "<html>proxy</html>", U, false, "", "", 0 },
	{ "kannel", 202, "", U, false, "", "", 0 },
	{ "kannel", 400, "Missing receiver number, rejected", R, false, "", "", 0 },
	{ "kannel", 403, "Authorization failed for sendsms", L, true, "", "Authorization failed", 0 },
	{ "kannel", 403, "Not routable. Do not try again.", R, true, "", "Not routable", 0 },
	{ "kannel", 403, "Forbidden", L, true, "", "", 0 },
	{ "kannel", 503, "Temporal failure, try again later.", T, false, "", "Temporal failure", 0 },
	{ "kannel", 404, "not found", T, true, "", "", 0 },

	{ "twilio", 201,
	  "{\"sid\":\"SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"status\":\"queued\",\"num_segments\":\"1\",\"error_code\":"
	  "null}",
	  A, false, "SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "", 0 },
	{ "twilio", 201, "{\"status\":\"queued\"}", U, false, "", "", 0 },
	{ "twilio", 201, "{\"sid\":\"SM1\"", U, false, "", "", 0 },
	{ "twilio", 201, "{\"sid\":\"SM1\",\"sid\":\"SM2\"}", U, false, "", "", 0 },
	{ "twilio", 400,
	  "{\"code\":21211,\"message\":\"The 'To' number +8618511122233 is not a valid phone number.\",\"status\":400}",
	  R, false, "", "21211", 21211 },
	{ "twilio", 400, "{\"code\":21610,\"message\":\"Attempt to send to unsubscribed recipient\",\"status\":400}", R,
	  false, "", "21610", 21610 },
	{ "twilio", 400, "{\"code\":21408,\"status\":400}", R, true, "", "21408", 21408 },
	{ "twilio", 400, "{\"code\":21606,\"status\":400}", R, true, "", "21606", 21606 },
	{ "twilio", 400, "{\"code\":21611,\"status\":400}", H, false, "", "21611", 21611 },
	{ "twilio", 400, "{\"code\":21612,\"status\":400}", R, true, "", "21612", 21612 },
	{ "twilio", 400, "{\"code\":21614,\"status\":400}", R, false, "", "21614", 21614 },
	{ "twilio", 400, "{\"code\":29999,\"status\":400}", R, false, "", "29999", 29999 },
	{ "twilio", 401, "{\"code\":20003,\"message\":\"Authenticate\",\"status\":401}", L, true, "", "20003", 20003 },
	{ "twilio", 403, "{\"code\":20005,\"status\":403}", L, true, "", "20005", 20005 },
	{ "twilio", 404, "{\"code\":20404,\"status\":404}", T, true, "", "20404", 20404 },
	{ "twilio", 429, "{\"code\":20429,\"message\":\"Too Many Requests\",\"status\":429}", H, false, "", "20429",
	  20429 },
	{ "twilio", 429, "", H, false, "", "", 0 },
	{ "twilio", 500, "{\"code\":20500,\"status\":500}", U, false, "", "20500", 20500 },
	{ "twilio", 503, "{\"code\":20503,\"status\":503}", T, true, "", "20503", 20503 },
	{ "twilio", 502, "<html>", T, false, "", "", 0 },
	{ "twilio", 504, "", U, false, "", "", 0 },
	{ "twilio", 302, "", T, true, "", "", 0 },

	{ "vonage", 200,
	  "{\"message-count\":\"1\",\"messages\":[{\"to\":\"447700900000\",\"message-id\":\"0C000000217B7F02\","
	  "\"status\":\"0\","
	  "\"remaining-balance\":\"15.53590000\",\"message-price\":\"0.03330000\",\"network\":\"23410\"}]}",
	  A, false, "0C000000217B7F02", "", 0 },
	{ "vonage", 200,
	  "{\"message-count\":\"2\",\"messages\":[{\"status\":\"0\",\"message-id\":\"A1\"},{\"status\":\"0\",\"message-"
	  "id\":\"A2\"}]}",
	  A, false, "A1", "", 0 },
	{ "vonage", 200,
	  "{\"messages\":[{\"status\":\"0\",\"message-id\":\"A1\"},{\"status\":\"1\",\"error-text\":\"Throughput Rate "
	  "Exceeded\"}]}",
	  U, false, "", "1", 1 },
	{ "vonage", 200,
	  "{\"messages\":[{\"status\":\"0\",\"message-id\":\"aaaaaaaa-bbbb-cccc-dddd-0123456789ab\"},"
	  "{\"status\":\"0\",\"message-id\":\"aaaaaaaa-bbbb-cccc-dddd-0123456789ac\"},"
	  "{\"status\":\"0\",\"message-id\":\"aaaaaaaa-bbbb-cccc-dddd-0123456789ad\"}]}",
	  A, false, "aaaaaaaa-bbbb-cccc-dddd-0123456789ab", "", 0 },
	{ "vonage", 200, "{\"messages\":[{\"status\":\"1\"},{\"status\":\"0\",\"message-id\":\"A2\"}]}", U, false, "",
	  "1", 1 },
	{ "vonage", 200, "{\"messages\":[{\"status\":\"0\",\"message-id\":\"A1\"},{\"status\":\"7\"}]}", R, false, "",
	  "7", 7 },
	{ "vonage", 200, "{\"messages\":[{\"status\":\"1\"},{\"status\":\"1\"}]}", H, false, "", "1", 1 },
	{ "vonage", 200, "{\"messages\":[{\"status\":\"1\",\"error-text\":\"Throttled\"}]}", H, false, "", "1", 1 },
	{ "vonage", 200, "{\"messages\":[{\"status\":\"2\",\"error-text\":\"Missing to param\"}]}", R, true, "", "2",
	  2 },
	{ "vonage", 200, "{\"messages\":[{\"status\":\"3\"}]}", R, true, "", "3", 3 },
	{ "vonage", 200, "{\"messages\":[{\"status\":\"4\",\"error-text\":\"Bad Credentials\"}]}", L, true, "", "4",
	  4 },
	{ "vonage", 200, "{\"messages\":[{\"status\":\"5\"}]}", T, true, "", "5", 5 },
	{ "vonage", 200, "{\"messages\":[{\"status\":\"6\"}]}", R, false, "", "6", 6 },
	{ "vonage", 200, "{\"messages\":[{\"status\":\"7\"}]}", R, false, "", "7", 7 },
	{ "vonage", 200, "{\"messages\":[{\"status\":\"8\"}]}", L, true, "", "8", 8 },
	{ "vonage", 200, "{\"messages\":[{\"status\":\"9\"}]}", L, true, "", "9", 9 },
	{ "vonage", 200, "{\"messages\":[{\"status\":\"10\"}]}", H, false, "", "10", 10 },
	{ "vonage", 200, "{\"messages\":[{\"status\":\"77\"}]}", R, false, "", "77", 77 },
	{ "vonage", 200, "{\"messages\":[]}", U, false, "", "", 0 },
	{ "vonage", 200, "{}", U, false, "", "", 0 },
	{ "vonage", 401, "{\"type\":\"https://developer.nexmo.com/api-errors#unauthorized\"}", L, true, "", "", 0 },
	{ "vonage", 429, "", H, false, "", "", 0 },

	{ "aliyun", 200,
	  "{\"Message\":\"OK\",\"RequestId\":\"F655A8D5-B967-440B-8683-DAD6FF8DE990\",\"BizId\":\"900619746936498440^"
	  "0\",\"Code\":\"OK\"}",
	  A, false, "900619746936498440^0/8511122233", "", 0 },
	{ "aliyun", 200, "{\"Code\":\"OK\"}", A, false, "", "", 0 },
	{ "aliyun", 200,
	  "{\"Message\":\"触发天级流控Permits:10\",\"RequestId\":\"C0A0BE93\",\"Code\":\"isv.BUSINESS_LIMIT_CONTROL\"}",
	  T, false, "", "isv.BUSINESS_LIMIT_CONTROL", 0 },
	{ "aliyun", 200, "{\"Code\":\"isv.DAY_LIMIT_CONTROL\"}", H, false, "", "isv.DAY_LIMIT_CONTROL", 0 },
	{ "aliyun", 200, "{\"Code\":\"isv.MONTH_LIMIT_CONTROL\"}", H, false, "", "isv.MONTH_LIMIT_CONTROL", 0 },
	{ "aliyun", 400, "{\"Code\":\"Throttling.User\",\"Message\":\"Request was denied due to user flow control.\"}",
	  H, false, "", "Throttling.User", 0 },
	{ "aliyun", 200, "{\"Code\":\"isp.SYSTEM_ERROR\"}", T, false, "", "isp.SYSTEM_ERROR", 0 },
	{ "aliyun", 200, "{\"Code\":\"isp.GATEWAY_ERROR\"}", T, false, "", "isp.GATEWAY_ERROR", 0 },
	{ "aliyun", 503, "{\"Code\":\"ServiceUnavailable\"}", T, false, "", "ServiceUnavailable", 0 },
	{ "aliyun", 500, "{\"Code\":\"InternalError\"}", U, false, "", "InternalError", 0 },
	{ "aliyun", 200, "{\"Code\":\"isv.MOBILE_NUMBER_ILLEGAL\"}", R, false, "", "isv.MOBILE_NUMBER_ILLEGAL", 0 },
	{ "aliyun", 200, "{\"Code\":\"isv.TEMPLATE_MISSING_PARAMETERS\"}", R, true, "",
	  "isv.TEMPLATE_MISSING_PARAMETERS", 0 },
	{ "aliyun", 200, "{\"Code\":\"isv.INVALID_PARAMETERS\"}", R, true, "", "isv.INVALID_PARAMETERS", 0 },
	{ "aliyun", 200, "{\"Code\":\"isv.PARAM_LENGTH_LIMIT\"}", R, true, "", "isv.PARAM_LENGTH_LIMIT", 0 },
	{ "aliyun", 200, "{\"Code\":\"isv.BLACK_KEY_CONTROL_LIMIT\"}", R, false, "", "isv.BLACK_KEY_CONTROL_LIMIT", 0 },
	{ "aliyun", 200, "{\"Code\":\"isv.SMS_TEMPLATE_ILLEGAL\"}", R, true, "", "isv.SMS_TEMPLATE_ILLEGAL", 0 },
	{ "aliyun", 200, "{\"Code\":\"isv.SMS_SIGNATURE_ILLEGAL\"}", R, true, "", "isv.SMS_SIGNATURE_ILLEGAL", 0 },
	{ "aliyun", 200, "{\"Code\":\"isv.SOMETHING_NEW\"}", R, false, "", "isv.SOMETHING_NEW", 0 },
	{ "aliyun", 404, "{\"Code\":\"InvalidAccessKeyId.NotFound\"}", L, true, "", "InvalidAccessKeyId.NotFound", 0 },
	{ "aliyun", 400, "{\"Code\":\"SignatureDoesNotMatch\"}", L, true, "", "SignatureDoesNotMatch", 0 },
	{ "aliyun", 400, "{\"Code\":\"InvalidTimeStamp.Expired\"}", T, true, "", "InvalidTimeStamp.Expired", 0 },
	{ "aliyun", 400, "{\"Code\":\"SignatureNonceUsed\"}", U, false, "", "SignatureNonceUsed", 0 },
	{ "aliyun", 200, "{\"Code\":\"isp.RAM_PERMISSION_DENY\"}", L, true, "", "isp.RAM_PERMISSION_DENY", 0 },
	{ "aliyun", 200, "{\"Code\":\"isv.OUT_OF_SERVICE\"}", L, true, "", "isv.OUT_OF_SERVICE", 0 },
	{ "aliyun", 200, "{\"Code\":\"isv.AMOUNT_NOT_ENOUGH\"}", L, true, "", "isv.AMOUNT_NOT_ENOUGH", 0 },
	{ "aliyun", 200, "{\"Code\":\"isv.ACCOUNT_ABNORMAL\"}", L, true, "", "isv.ACCOUNT_ABNORMAL", 0 },
	{ "aliyun", 200, "not JSON", U, false, "", "", 0 },

	{ "tencent", 200,
	  "{\"Response\":{\"SendStatusSet\":[{\"SerialNo\":\"5000:1045710669157053657849499619\",\"PhoneNumber\":\"+"
	  "8618511122233\",\"Fee\":1,"
	  "\"SessionContext\":\"test\",\"Code\":\"Ok\",\"Message\":\"send "
	  "success\",\"IsoCode\":\"CN\"}],\"RequestId\":\"a0aabda6\"}}",
	  A, false, "5000:1045710669157053657849499619", "", 0 },
	{ "tencent", 200,
	  "{\"Response\":{\"SendStatusSet\":[{\"SerialNo\":\"\",\"PhoneNumber\":\"+8618511122233\",\"Code\":"
	  "\"LimitExceeded.PhoneNumberThirtySecondLimit\"}]}}",
	  T, false, "", "LimitExceeded.PhoneNumberThirtySecondLimit", 0 },
	{ "tencent", 200,
	  "{\"Response\":{\"SendStatusSet\":[{\"PhoneNumber\":\"+8618511122233\",\"Code\":\"LimitExceeded."
	  "PhoneNumberDailyLimit\"}]}}",
	  T, false, "", "LimitExceeded.PhoneNumberDailyLimit", 0 },
	{ "tencent", 200,
	  "{\"Response\":{\"SendStatusSet\":[{\"PhoneNumber\":\"+8618511122233\",\"Code\":\"LimitExceeded."
	  "DeliveryFrequencyLimit\"}]}}",
	  H, false, "", "LimitExceeded.DeliveryFrequencyLimit", 0 },
	{ "tencent", 200,
	  "{\"Response\":{\"SendStatusSet\":[{\"PhoneNumber\":\"+8618511122233\",\"Code\":\"LimitExceeded."
	  "AppDailyLimit\"}]}}",
	  H, false, "", "LimitExceeded.AppDailyLimit", 0 },
	{ "tencent", 200,
	  "{\"Response\":{\"SendStatusSet\":[{\"PhoneNumber\":\"+8618511122233\",\"Code\":\"FailedOperation."
	  "ContainSensitiveWord\"}]}}",
	  R, false, "", "FailedOperation.ContainSensitiveWord", 0 },
	{ "tencent", 200,
	  "{\"Response\":{\"SendStatusSet\":[{\"PhoneNumber\":\"+8618511122233\",\"Code\":\"FailedOperation."
	  "PhoneNumberInBlacklist\"}]}}",
	  R, false, "", "FailedOperation.PhoneNumberInBlacklist", 0 },
	{ "tencent", 200,
	  "{\"Response\":{\"SendStatusSet\":[{\"PhoneNumber\":\"+8618511122233\",\"Code\":\"FailedOperation."
	  "TemplateIncorrectOrUnapproved\"}]}}",
	  R, true, "", "FailedOperation.TemplateIncorrectOrUnapproved", 0 },
	{ "tencent", 200,
	  "{\"Response\":{\"SendStatusSet\":[{\"PhoneNumber\":\"+8618511122233\",\"Code\":\"FailedOperation."
	  "SignatureIncorrectOrUnapproved\"}]}}",
	  R, true, "", "FailedOperation.SignatureIncorrectOrUnapproved", 0 },
	{ "tencent", 200,
	  "{\"Response\":{\"SendStatusSet\":[{\"PhoneNumber\":\"+8618511122233\",\"Code\":\"FailedOperation."
	  "InsufficientBalanceInSmsPackage\"}]}}",
	  L, true, "", "FailedOperation.InsufficientBalanceInSmsPackage", 0 },
	{ "tencent", 200,
	  "{\"Response\":{\"SendStatusSet\":[{\"PhoneNumber\":\"+8618511122233\",\"Code\":\"InvalidParameterValue."
	  "IncorrectPhoneNumber\"}]}}",
	  R, false, "", "InvalidParameterValue.IncorrectPhoneNumber", 0 },
	{ "tencent", 200,
	  "{\"Response\":{\"SendStatusSet\":[{\"PhoneNumber\":\"+8618599999999\",\"Code\":\"Ok\",\"SerialNo\":\"1\"}]}"
	  "}",
	  U, false, "", "", 0 },
	{ "tencent", 200,
	  "{\"Response\":{\"Error\":{\"Code\":\"AuthFailure.SignatureFailure\",\"Message\":\"The provided credentials "
	  "could not be validated.\"},"
	  "\"RequestId\":\"ed93f3cb\"}}",
	  L, true, "", "AuthFailure.SignatureFailure", 0 },
	{ "tencent", 200, "{\"Response\":{\"Error\":{\"Code\":\"RequestLimitExceeded\"}}}", H, false, "",
	  "RequestLimitExceeded", 0 },
	{ "tencent", 200, "{\"Response\":{\"Error\":{\"Code\":\"UnauthorizedOperation.SmsSdkAppIdVerifyFail\"}}}", L,
	  true, "", "UnauthorizedOperation.SmsSdkAppIdVerifyFail", 0 },
	{ "tencent", 200, "{\"Response\":{\"Error\":{\"Code\":\"InternalError.RequestTimeException\"}}}", T, true, "",
	  "InternalError.RequestTimeException", 0 },
	{ "tencent", 200, "{\"Response\":{\"Error\":{\"Code\":\"InternalError.Timeout\"}}}", U, false, "",
	  "InternalError.Timeout", 0 },
	{ "tencent", 200, "{\"Response\":{\"Error\":{\"Code\":\"InternalError.OtherError\"}}}", T, false, "",
	  "InternalError.OtherError", 0 },
	{ "tencent", 200,
	  "{\"Response\":{\"Error\":{\"Code\":\"InvalidParameterValue.TemplateParameterLengthLimit\"}}}", R, true, "",
	  "InvalidParameterValue.TemplateParameterLengthLimit", 0 },
	{ "tencent", 200, "{\"Response\":{}}", U, false, "", "", 0 },

	{ "json", 201, "{\"id\":\"m-1\"}", A, false, "m-1", "", 0 },
	{ "json", 200, "{\"id\":12345}", A, false, "12345", "", 0 },
	{ "json", 200, "{\"id\":null}", U, false, "", "", 0 },
	{ "json", 200, "{\"code\":\"E7\"}", R, false, "", "E7", 0 },
	{ "json", 400, "{\"code\":\"E7\",\"message\":\"no\"}", R, false, "", "E7", 0 },
	{ "json", 500, "", T, false, "", "", 0 }, /* it has an idempotency key */
	{ "json", 504, "", T, false, "", "", 0 },
	{ "json-batch", 200, "{\"messages\":[{\"id\":\"m-1\"}]}", A, false, "m-1", "", 0 },
	{ "json-batch", 500, "", U, false, "", "", 0 },
	{ "json", 408, "", T, false, "", "", 0 },
	{ "json", 425, "", T, false, "", "", 0 },
	{ "json", 402, "", L, true, "", "", 0 },
	{ "json", 422, "", R, false, "", "", 0 },
	{ "json", 501, "", R, true, "", "", 0 },
	{ "json", 0, "", U, false, "", "", 0 },
	{ "json", 101, "", U, false, "", "", 0 },
	{ "json", 999, "", U, false, "", "", 0 },
};

Test(http_answer, documented_answers_end_in_the_documented_class)
{
	struct http_message message = message_to(&to, "a1.1");
	const struct http_message *messages[] = { &message };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_account *account = preset(rows[i].preset);
		char memory[HTTP_REFERENCES_OCTETS(1)];
		struct buf references = buf_over(memory, sizeof memory);
		struct outcome outcome;
		struct http_reading reading =
			bench_read(account, rows[i].status, NULL, rows[i].body, messages, 1, &outcome, &references);
		cr_expect((int)outcome.outcome_class == rows[i].want_class, "%s %u %s: %s", rows[i].preset,
			  rows[i].status, rows[i].body, outcome_class_name(outcome.outcome_class));
		cr_expect(outcome.is_about_account == rows[i].want_about_account, "%s %u %s: about the account",
			  rows[i].preset, rows[i].status, rows[i].body);
		cr_expect(slice_is(outcome.carrier_ref, rows[i].want_reference), "%s %s: reference %.*s",
			  rows[i].preset, rows[i].body, SLICE_ARG(outcome.carrier_ref));
		bench_equal(rows[i].body, "code", reading.code, rows[i].want_code);
		uint32_t native = rows[i].want_native ? rows[i].want_native : rows[i].status;
		cr_expect(outcome.native_code == native, "%s %s: native code %u", rows[i].preset, rows[i].body,
			  outcome.native_code);
		http_account_destroy(account);
	}
}

/* Whatever stands in front of a provider answers by status alone, and each preset takes it in the same way. */
Test(http_answer, every_preset_knows_a_proxy_s_answers)
{
	static const struct {
		unsigned status;
		int want;
		int want_with_key; /* where requests carry an idempotency key */
	} statuses[] = { { 429, H, H }, { 502, T, T }, { 503, T, T }, { 400, R, R },
			 { 401, L, L }, { 500, U, T }, { 504, U, T } };
	struct http_message message = message_to(&to, "a1.1");
	const struct http_message *messages[] = { &message };
	for (const char *const *name = http_preset_names(); *name; name++) {
		struct http_account *account = preset(*name);
		bool has_key = strcmp(*name, "json") == 0;
		for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
			char memory[HTTP_REFERENCES_OCTETS(1)];
			struct buf references = buf_over(memory, sizeof memory);
			struct outcome outcome;
			bench_read(account, statuses[i].status, NULL, "<html>proxy</html>", messages, 1, &outcome,
				   &references);
			int want = has_key ? statuses[i].want_with_key : statuses[i].want;
			cr_expect((int)outcome.outcome_class == want, "%s %u: %s", *name, statuses[i].status,
				  outcome_class_name(outcome.outcome_class));
		}
		/* What was written and has no answer is never known, whatever the preset; what was not written never left. */
		cr_expect_eq(http_answer_lost(HTTP_PHASE_WRITTEN).outcome_class, OUTCOME_UNKNOWN);
		cr_expect_eq(http_answer_lost(HTTP_PHASE_CONNECT).outcome_class, OUTCOME_TEMPORARY);
		http_account_destroy(account);
	}
}

Test(http_answer, each_number_has_its_own_answer)
{
	/* Tencent, of two numbers in the other order; the JSON batch in the request's. */
	struct http_message one = message_to(&to, "a1"), two = message_to(&to_too, "a2");
	const struct http_message *messages[] = { &one, &two };
	char memory[HTTP_REFERENCES_OCTETS(2)];
	struct outcome outcomes[2];
	struct http_account *tencent = preset("tencent");
	struct buf references = buf_over(memory, sizeof memory);
	bench_read(tencent, 200, NULL,
		   "{\"Response\":{\"SendStatusSet\":[{\"SerialNo\":\"s2\",\"PhoneNumber\":\"+8618511122266\",\"Code\":"
		   "\"Ok\"},"
		   "{\"PhoneNumber\":\"+8618511122233\",\"Code\":\"FailedOperation.PhoneNumberInBlacklist\"}]}}",
		   messages, 2, outcomes, &references);
	cr_expect_eq(outcomes[0].outcome_class, OUTCOME_REJECTED);
	cr_expect_str_eq(outcomes[0].native_name, "FailedOperation.PhoneNumberInBlacklist");
	cr_expect_eq(outcomes[1].outcome_class, OUTCOME_ACCEPTED);
	cr_expect(slice_is(outcomes[1].carrier_ref, "s2"));
	http_account_destroy(tencent);

	struct http_account *batch = preset("json-batch");
	references = buf_over(memory, sizeof memory);
	bench_read(batch, 200, NULL, "{\"messages\":[{\"code\":\"E1\"},{\"id\":\"m2\"}]}", messages, 2, outcomes,
		   &references);
	cr_expect_eq(outcomes[0].outcome_class, OUTCOME_REJECTED);
	cr_expect(slice_is(outcomes[1].carrier_ref, "m2"));
	/* One answer short: whose it is, nobody knows. */
	references = buf_over(memory, sizeof memory);
	bench_read(batch, 200, NULL, "{\"messages\":[{\"id\":\"m2\"}]}", messages, 2, outcomes, &references);
	cr_expect_eq(outcomes[0].outcome_class, OUTCOME_UNKNOWN);
	cr_expect_eq(outcomes[1].outcome_class, OUTCOME_UNKNOWN);
	http_account_destroy(batch);

	/* Aliyun: one id, told apart by the number. */
	struct http_account *aliyun = preset("aliyun");
	references = buf_over(memory, sizeof memory);
	bench_read(aliyun, 200, NULL, "{\"Code\":\"OK\",\"BizId\":\"9^0\"}", messages, 2, outcomes, &references);
	cr_expect(slice_is(outcomes[0].carrier_ref, "9^0/8511122233"));
	cr_expect(slice_is(outcomes[1].carrier_ref, "9^0/8511122266"));
	http_account_destroy(aliyun);
}

/* One wrong number must not condemn those that were sent with it. */
Test(http_answer, what_may_be_one_messages_fault_is_not_believed_of_all)
{
	static const struct {
		const char *preset;
		unsigned status;
		const char *body;
		bool want_alone;
		int want_class;
	} cases[] = {
		{ "aliyun", 200, "{\"Code\":\"isv.MOBILE_NUMBER_ILLEGAL\"}", true, T },
		{ "aliyun", 200, "{\"Code\":\"isv.BUSINESS_LIMIT_CONTROL\"}", true, T },
		{ "aliyun", 200, "{\"Code\":\"isv.SOMETHING_NEW\"}", true, T },
		{ "aliyun", 400, "", true, T },
		{ "aliyun", 200, "{\"Code\":\"isv.SMS_TEMPLATE_ILLEGAL\"}", false, R },
		{ "aliyun", 200, "{\"Code\":\"isp.SYSTEM_ERROR\"}", false, T },
		{ "aliyun", 503, "", false, T },
		{ "aliyun", 200, "{\"Code\":\"OK\",\"BizId\":\"1\"}", false, A },
		{ "tencent", 200,
		  "{\"Response\":{\"Error\":{\"Code\":\"InvalidParameterValue.IncorrectPhoneNumber\"}}}", true, T },
		{ "tencent", 200, "{\"Response\":{\"Error\":{\"Code\":\"LimitExceeded.PhoneNumberDailyLimit\"}}}", true,
		  T },
		{ "tencent", 200, "{\"Response\":{\"Error\":{\"Code\":\"AuthFailure.SignatureFailure\"}}}", false, L },
		{ "tencent", 200,
		  "{\"Response\":{\"SendStatusSet\":[{\"PhoneNumber\":\"+8618511122233\",\"Code\":\"FailedOperation."
		  "PhoneNumberInBlacklist\"}]}}",
		  false, R },
		{ "json-batch", 422, "{\"code\":\"E1\"}", true, T },
	};
	struct http_message one = message_to(&to, "a1"), two = message_to(&to_too, "a2");
	const struct http_message *messages[] = { &one, &two };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct http_account *account = preset(cases[i].preset);
		for (unsigned count = 1; count <= 2; count++) {
			char memory[HTTP_REFERENCES_OCTETS(2)];
			struct buf references = buf_over(memory, sizeof memory);
			struct outcome outcomes[2];
			struct http_reading reading = bench_read(account, cases[i].status, NULL, cases[i].body,
								 messages, count, outcomes, &references);
			cr_expect(reading.is_each_alone == (count == 2 && cases[i].want_alone), "%s, %u", cases[i].body,
				  count);
			cr_expect(count == 1 || (int)outcomes[0].outcome_class == cases[i].want_class, "%s: %s",
				  cases[i].body, outcome_class_name(outcomes[0].outcome_class));
		}
		http_account_destroy(account);
	}
}

Test(http_answer, how_long_to_rest)
{
	static const struct {
		const char *preset;
		unsigned status;
		const char *retry_after, *body;
		int64_t want_ms;
	} waits[] = {
		{ "json", 429, "7", "", 7000 },
		{ "json", 503, "Fri, 13 Feb 2026 08:00:30 GMT", "", 30000 },
		{ "json", 429, NULL, "", 0 },
		{ "aliyun", 200, NULL, "{\"Code\":\"isv.DAY_LIMIT_CONTROL\"}", 900000 },
		{ "aliyun", 200, "99999", "{\"Code\":\"isv.DAY_LIMIT_CONTROL\"}", 900000 },
		{ "tencent", 200, NULL, "{\"Response\":{\"Error\":{\"Code\":\"LimitExceeded.DailyLimit\"}}}", 900000 },
	};
	struct http_message message = message_to(&to, "a1.1");
	const struct http_message *messages[] = { &message };
	for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
		struct http_account *account = preset(waits[i].preset);
		char memory[HTTP_REFERENCES_OCTETS(1)];
		struct buf references = buf_over(memory, sizeof memory);
		struct outcome outcome;
		struct http_reading reading = bench_read(account, waits[i].status, waits[i].retry_after, waits[i].body,
							 messages, 1, &outcome, &references);
		cr_expect(reading.retry_after_ms == waits[i].want_ms, "row %zu: %lld", i,
			  (long long)reading.retry_after_ms);
		http_account_destroy(account);
	}
}

/* A wait counts by the HTTP status where that has one, and by what the body means where it does not; one number's refusal keeps
 * nobody waiting. */
Test(http_answer, whom_a_wait_speaks_of)
{
	static const struct {
		const char *preset;
		unsigned status;
		const char *body;
		int want_class;
		int64_t want_ms; /* of the 7 s that are said */
	} waits[] = {
		{ "json", 429, "", H, 7000 },
		{ "json", 503, "", T, 7000 },
		{ "json", 502, "", T, 7000 },
		{ "json-batch", 500, "", U, 7000 },
		{ "json-batch", 504, "", U, 7000 },
		{ "json", 501, "", R, 7000 },
		{ "json", 307, "", T, 7000 },
		{ "json", 404, "", T, 7000 },
		{ "json", 400, "", R, 0 },
		{ "json", 408, "", T, 0 },
		{ "json", 401, "", L, 0 },
		{ "json", 202, "{\"id\":\"m\"}", A, 0 },
		{ "json", 200, "{}", U, 0 },
		/* Whatever the body calls it. */
		{ "twilio", 429, "{\"code\":21610}", R, 7000 },
		{ "twilio", 503, "{\"code\":20500}", U, 7000 },
		{ "aliyun", 503, "{\"Code\":\"isp.SYSTEM_ERROR\"}", T, 7000 },
		{ "kannel", 503, "Temporal failure, try again later.", T, 7000 },
		/* By what it means where the status says nothing. */
		{ "twilio", 400, "{\"code\":21611}", H, 7000 },
		{ "vonage", 200, "{\"messages\":[{\"status\":\"1\"}]}", H, 7000 },
		{ "vonage", 200, "{\"messages\":[{\"status\":\"5\"}]}", T, 7000 },
		{ "twilio", 400, "{\"code\":21610}", R, 0 },
		{ "aliyun", 200, "{\"Code\":\"isv.BUSINESS_LIMIT_CONTROL\"}", T, 0 },
	};
	struct http_message message = message_to(&to, "a1.1");
	const struct http_message *messages[] = { &message };
	for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
		struct http_account *account = preset(waits[i].preset);
		char memory[HTTP_REFERENCES_OCTETS(1)];
		struct buf references = buf_over(memory, sizeof memory);
		struct outcome outcome;
		bench_read(account, waits[i].status, "7", waits[i].body, messages, 1, &outcome, &references);
		cr_expect((int)outcome.outcome_class == waits[i].want_class, "%s %u %s: %s", waits[i].preset,
			  waits[i].status, waits[i].body, outcome_class_name(outcome.outcome_class));
		cr_expect(outcome.retry_after_ms == waits[i].want_ms, "%s %u %s: %lld", waits[i].preset,
			  waits[i].status, waits[i].body, (long long)outcome.retry_after_ms);
		references.len = 0;
		bench_read(account, waits[i].status, NULL, waits[i].body, messages, 1, &outcome, &references);
		cr_expect(outcome.retry_after_ms == 0, "%s %u %s: not said", waits[i].preset, waits[i].status,
			  waits[i].body);
		references.len = 0;
		bench_read(account, waits[i].status, "86400", waits[i].body, messages, 1, &outcome, &references);
		int64_t most = waits[i].want_ms ? HTTP_RETRY_AFTER_MAX_MS : 0;
		cr_expect(outcome.retry_after_ms == most, "%s %u %s: a day", waits[i].preset, waits[i].status,
			  waits[i].body);
		http_account_destroy(account);
	}
}

/* A provider that gives back what it was told: nobody sees it, and what it means stays the same. */
Test(http_answer, secrets_are_hidden)
{
	static const struct slice known[] = { { "18511122233-secret", 18 }, { "secret", 6 } };
	static const struct secrets secrets = { known, 2 };
	static const struct {
		const char *name, *body, *want_code, *want_text;
	} words[] = {
		{ "words", "{\"code\":20003,\"message\":\"no user with secret\"}", "20003", "no user with (hidden)" },
		{ "the code", "{\"code\":\"secret\",\"message\":\"x\"}", "(hidden)", "x" },
		{ "escaped", "{\"code\":1,\"message\":\"se\\u0063ret\"}", "1", "(hidden)" },
		{ "before numbers are masked", "{\"code\":1,\"message\":\"18511122233-secret\"}", "1", "(hidden)" },
		/* 120 octets, and then the secret, which the 127 that are kept would cut in two */
		{ "before it is cut",
		  "{\"code\":1,\"message\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaasecret\"}",
		  "1", NULL },
	};
	struct http_message message = message_to(&to, "a1.1");
	const struct http_message *messages[] = { &message };
	struct http_account *account = preset("twilio");
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		char memory[HTTP_REFERENCES_OCTETS(1)];
		struct buf references = buf_over(memory, sizeof memory);
		struct outcome outcome;
		struct http_reading reading;
		struct http_answer answer = { .status = 401, .body = slice_of(words[i].body), .secrets = &secrets };
		http_answer_read(account, &answer, messages, 1, 1770969600000, &outcome, &references, &reading);
		cr_expect_eq(outcome.outcome_class, OUTCOME_LINK_REFUSED, "%s", words[i].name);
		cr_expect_str_eq(reading.code, words[i].want_code, "%s: %s", words[i].name, reading.code);
		if (words[i].want_text != NULL)
			cr_expect_str_eq(reading.text, words[i].want_text, "%s: %s", words[i].name, reading.text);
		cr_expect_null(strstr(reading.text, "secr"), "%s: %s", words[i].name, reading.text);
	}
	http_account_destroy(account);
}

Test(http_answer, words_are_masked_and_ids_bounded)
{
	struct http_message message = message_to(&to, "a1.1");
	const struct http_message *messages[] = { &message };
	char memory[HTTP_REFERENCES_OCTETS(1)];
	struct buf references = buf_over(memory, sizeof memory);
	struct outcome outcome;
	struct http_account *account = preset("twilio");
	struct http_reading reading = bench_read(
		account, 400, NULL, "{\"code\":21211,\"message\":\"The 'To' number +8618511122233 is\\nnot valid\"}",
		messages, 1, &outcome, &references);
	cr_expect_null(strstr(reading.text, "18511122233"), "%s", reading.text);
	cr_expect_null(strchr(reading.text, '\n'));
	/* An id that is longer than any we keep: it was taken, and its receipts will find nobody. */
	bench_read(account, 201, NULL,
		   "{\"sid\":\"0123456789012345678901234567890123456789012345678901234567890123456789\"}", messages, 1,
		   &outcome, &references);
	cr_expect_eq(outcome.outcome_class, OUTCOME_ACCEPTED);
	cr_expect_eq(outcome.carrier_ref.len, 0);
	http_account_destroy(account);
}

Test(http_answer, hostile_bodies_are_not_understood)
{
	struct http_message message = message_to(&to, "a1.1");
	const struct http_message *messages[] = { &message };
	struct http_account *account = preset("twilio");
	static char deep[200001], large[HTTP_ANSWER_OCTETS_MAX + 64];
	memset(deep, '[', sizeof deep - 1);
	memset(large, ' ', sizeof large - 1);
	memcpy(large, "{\"sid\":\"SM1\"}", 13);
	const char *const bodies[] = {
		deep, large, "\xff\xfe", "null", "[]", "\"SM1\"", "{\"sid\":[\"SM1\"]}", "{\"sid\":\"\"}"
	};
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		char memory[HTTP_REFERENCES_OCTETS(1)];
		struct buf references = buf_over(memory, sizeof memory);
		struct outcome outcome;
		bench_read(account, 201, NULL, bodies[i], messages, 1, &outcome, &references);
		cr_expect(outcome.outcome_class == OUTCOME_UNKNOWN, "body %zu", i);
	}
	http_account_destroy(account);
}

Test(http_answer, operators_rules)
{
	static const char *const codes[] = { "E1=throttled", "E2*=temporary account", "77=link_refused" };
	struct http_settings settings = { .url = "https://h/",
					  .query = { (const char *const[]){ "to={to}" }, 1 },
					  .method = "GET",
					  .success_status = "200,202-204",
					  .success = "regex:^OK ([a-z0-9]+)",
					  .message_id = "regex:^OK ([a-z0-9]+)",
					  .error_code = "regex:^ERR ([A-Z0-9]+)",
					  .codes = { codes, 3 } };
	static const struct {
		unsigned status;
		const char *body;
		int want_class;
		bool want_about_account;
		const char *want_reference;
	} cases[] = {
		{ 200, "OK abc1\n", A, false, "abc1" }, { 204, "OK abc1", A, false, "abc1" },
		{ 201, "OK abc1", U, false, "" },       { 200, "ERR E1", H, false, "" },
		{ 200, "ERR E2XY", T, true, "" },       { 200, "ERR 77", L, false, "" },
		{ 200, "ERR E9", R, false, "" },        { 200, "what?", U, false, "" },
		{ 400, "ERR E1", H, false, "" },
	};
	struct http_account *account = bench_account(&settings);
	struct http_message message = message_to(&to, "a1.1");
	const struct http_message *messages[] = { &message };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char memory[HTTP_REFERENCES_OCTETS(1)];
		struct buf references = buf_over(memory, sizeof memory);
		struct outcome outcome;
		bench_read(account, cases[i].status, NULL, cases[i].body, messages, 1, &outcome, &references);
		cr_expect((int)outcome.outcome_class == cases[i].want_class, "%u %s: %s", cases[i].status,
			  cases[i].body, outcome_class_name(outcome.outcome_class));
		cr_expect(outcome.is_about_account == cases[i].want_about_account, "%s", cases[i].body);
		cr_expect(slice_is(outcome.carrier_ref, cases[i].want_reference), "%s", cases[i].body);
	}
	http_account_destroy(account);
}

/* A number that is another carrier's: said of one message it is of the account; where several were refused for it, each is
 * asked for alone, and nothing is said of any number yet. */
Test(http_answer, not_mine)
{
	static const char *const codes[] = { "E1=not_mine", "E2=rejected account" };
	struct http_settings settings = { .url = "https://h/",
					  .json = "{\"to\":[{each}{to}{/each}]}",
					  .batch_max = 2,
					  .success = "/ok",
					  .success_is = "true",
					  .error_code = "/code",
					  .answers = "/all",
					  .request_code = "/code",
					  .message_id = "/id",
					  .codes = { codes, 2 } };
	static const struct {
		const char *name;
		const char *body;
		unsigned count;
		bool want_not_mine[2];
		bool want_each_alone;
	} cases[] = {
		{ "one", "{\"all\":[{\"code\":\"E1\"}]}", 1, { true }, false },
		{ "one of two", "{\"all\":[{\"ok\":true,\"id\":\"1\"},{\"code\":\"E1\"}]}", 2, { false, true }, false },
		{ "the whole request, of one", "{\"code\":\"E1\"}", 1, { true }, false },
		{ "the whole request, of two", "{\"code\":\"E1\"}", 2, { false, false }, true },
		{ "another refusal of the account", "{\"all\":[{\"code\":\"E2\"}]}", 1, { false }, false },
	};
	struct http_account *account = bench_account(&settings);
	struct http_message first = message_to(&to, "a1.1");
	struct http_message second = message_to(&to, "a2.1");
	const struct http_message *messages[] = { &first, &second };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char memory[HTTP_REFERENCES_OCTETS(2)];
		struct buf references = buf_over(memory, sizeof memory);
		struct outcome outcomes[2];
		struct http_reading reading =
			bench_read(account, 200, NULL, cases[i].body, messages, cases[i].count, outcomes, &references);
		cr_expect_eq(reading.is_each_alone, cases[i].want_each_alone, "%s", cases[i].name);
		for (unsigned k = 0; k < cases[i].count; k++) {
			cr_expect_eq(outcomes[k].is_not_mine, cases[i].want_not_mine[k], "%s: %u", cases[i].name, k);
			cr_expect(!outcomes[k].is_not_mine || (outcomes[k].outcome_class == OUTCOME_REJECTED &&
							       outcomes[k].is_about_account),
				  "%s: %u", cases[i].name, k);
		}
	}
	http_account_destroy(account);
}

Test(http_answer, a_lost_answer)
{
	struct outcome before = http_answer_lost(HTTP_PHASE_CONNECT);
	struct outcome after = http_answer_lost(HTTP_PHASE_WRITTEN);
	cr_expect_eq(before.outcome_class, OUTCOME_TEMPORARY);
	cr_expect(before.is_about_account);
	cr_expect_eq(before.native_code, 0);
	cr_expect_eq(after.outcome_class, OUTCOME_UNKNOWN);
}

/* Of an array of far more elements than there are messages only as many are looked at as could speak of them: a thousand messages
 * times all that fits into an answer would hold up a worker. */
Test(http_answer, what_lies_behind_is_not_looked_at)
{
	static const struct {
		unsigned strangers; /* before the element of the number that is asked about */
		int want;
	} cases[] = { { 0, A }, { 1, A }, { 3, A }, { 4, U }, { 1000, U } };
	static char body[65536];
	struct http_message one = message_to(&to, "a1"), two = message_to(&to_too, "a2");
	const struct http_message *messages[] = { &one, &two };
	struct http_account *account = preset("tencent");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char memory[HTTP_REFERENCES_OCTETS(2)];
		struct outcome outcomes[2];
		struct buf references = buf_over(memory, sizeof memory);
		struct buf out = buf_over(body, sizeof body - 1);
		buf_put_text(&out, "{\"Response\":{\"SendStatusSet\":[");
		for (unsigned k = 0; k < cases[i].strangers; k++)
			buf_put_text(&out, "{\"PhoneNumber\":\"+8613900000000\"},");
		buf_put_text(&out, "{\"SerialNo\":\"s\",\"PhoneNumber\":\"+8618511122233\",\"Code\":\"Ok\"}]}}");
		body[out.len] = '\0';
		bench_read(account, 200, NULL, body, messages, 2, outcomes, &references);
		cr_expect((int)outcomes[0].outcome_class == cases[i].want, "behind %u: %s", cases[i].strangers,
			  outcome_class_name(outcomes[0].outcome_class));
		cr_expect_eq(outcomes[1].outcome_class, OUTCOME_UNKNOWN);
	}
	http_account_destroy(account);
}
