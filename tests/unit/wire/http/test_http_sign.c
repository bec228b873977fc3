/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_sign.h"

#include "http_bench.h"

/* The providers' own published examples, octet by octet: headers as they go out, and the hash of the canonical request
 * that their pages give on the way to the signature. */

static void hex_is(const char *name, struct slice text, const char *want)
{
	char hex[HTTP_SHA256_HEX + 1] = { 0 };
	cr_assert(http_sha256_hex(text, hex));
	bench_equal(name, "hash", hex, want);
}

Test(http_sign, acs3_is_the_documented_run_instances)
{
	/* alibabacloud.com/help, “V3 request structure and signature”: RunInstances with parameters in the query. */
	static const char *const headers[] = { "x-acs-action: RunInstances", "x-acs-version: 2014-05-26" };
	static const char *const query[] = { "RegionId=cn-shanghai",
					     "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd" };
	struct http_settings settings = { .url = "https://ecs.cn-shanghai.aliyuncs.com/",
					  .auth = "acs3",
					  .username = "YourAccessKeyId",
					  .password = "YourAccessKeySecret",
					  .headers = { headers, 2 },
					  .query = { query, 2 } };
	struct http_account *account = bench_account(&settings);
	struct msisdn to = { "8613900000001", 13 };
	struct http_message message = { .to = &to, .id = SLICE("a") };
	const struct http_message *messages[] = { &message };
	struct bench_request got;
	/* 2023-10-26T10:22:32Z, with milliseconds that are not to be seen. */
	cr_assert_eq(bench_write(account, messages, 1, 1698315752999, &got), ERR_OK);
	bench_equal("acs3", "method", got.request.method, "POST");
	bench_equal("acs3", "url", got.url,
		    "https://ecs.cn-shanghai.aliyuncs.com/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
		    "&RegionId=cn-shanghai");
	bench_equal("acs3", "headers", bench_headers(&got),
		    "x-acs-action: RunInstances\n"
		    "x-acs-version: 2014-05-26\n"
		    "x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
		    "x-acs-date: 2023-10-26T10:22:32Z\n"
		    "x-acs-signature-nonce: 3156853299f313e23d1673dc12e1703d\n"
		    "Authorization: ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
		    "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
		    "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
	cr_assert_eq(got.request.header_count, 6);
	cr_assert_eq(got.request.body.len, 0);
	/* The canonical request was written behind the body, and its hash is on the same page. */
	static const char canonical[] =
		"POST\n/\n"
		"ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai\n"
		"host:ecs.cn-shanghai.aliyuncs.com\nx-acs-action:RunInstances\n"
		"x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
		"x-acs-date:2023-10-26T10:22:32Z\nx-acs-signature-nonce:3156853299f313e23d1673dc12e1703d\n"
		"x-acs-version:2014-05-26\n\n"
		"host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	cr_assert_eq(memcmp(got.request.body.at + 1, canonical + 1, sizeof canonical - 2), 0);
	hex_is("acs3", SLICE(canonical), "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259");
	http_account_destroy(account);
}

Test(http_sign, tc3_is_the_documented_describe_instances)
{
	/* cloud.tencent.com, “Signature method v3”: DescribeInstances of CVM. */
	static const char *const headers[] = { "Content-Type: application/json; charset=utf-8",
					       "X-TC-Action: DescribeInstances", "X-TC-Timestamp: {timestamp}",
					       "X-TC-Version: 2017-03-12", "X-TC-Region: {region}" };
	struct http_settings settings = { .url = "https://cvm.tencentcloudapi.com/",
					  .auth = "tc3",
					  .username = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
					  .password = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
					  .region = "ap-guangzhou",
					  .service = "cvm",
					  .headers = { headers, 5 },
					  .json = "{\"Limit\": 1, \"Filters\": [{\"Values\": "
						  "[\"\\u672a\\u547d\\u540d\"], \"Name\": \"instance-name\"}]}" };
	struct http_account *account = bench_account(&settings);
	struct msisdn to = { "8613900000001", 13 };
	struct http_message message = { .to = &to, .id = SLICE("a") };
	const struct http_message *messages[] = { &message };
	struct bench_request got;
	cr_assert_eq(bench_write(account, messages, 1, 1551113065000, &got), ERR_OK);
	bench_equal("tc3", "url", got.url, "https://cvm.tencentcloudapi.com/");
	bench_equal("tc3", "headers", bench_headers(&got),
		    "Content-Type: application/json; charset=utf-8\n"
		    "X-TC-Action: DescribeInstances\n"
		    "X-TC-Timestamp: 1551113065\n"
		    "X-TC-Version: 2017-03-12\n"
		    "X-TC-Region: ap-guangzhou\n"
		    "Authorization: TC3-HMAC-SHA256 "
		    "Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
		    "SignedHeaders=content-type;host, "
		    "Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168");
	hex_is("tc3 body", buf_slice(&got.request.body),
	       "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064");
	static const char canonical[] =
		"POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:cvm.tencentcloudapi.com\n\n"
		"content-type;host\n35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064";
	cr_assert_eq(memcmp(got.body + got.request.body.len + 1, canonical + 1, sizeof canonical - 2), 0);
	hex_is("tc3", SLICE(canonical), "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031");
	http_account_destroy(account);
}

Test(http_sign, hmac_and_base64_are_the_rfcs)
{
	static const struct {
		const char *name;
		bool is_sha1, is_base64;
		const char *key, *text, *want;
	} rows[] = {
		/* RFC 4231 §4.3, RFC 2202 §3 case 2 */
		{ "sha256", false, false, "Jefe", "what do ya want for nothing?",
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ "sha1", true, false, "Jefe", "what do ya want for nothing?",
		  "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
		{ "base64", true, true, "Jefe", "what do ya want for nothing?", "7/zfauXrL6LSdBbV8YTfnCWafHk=" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char memory[128] = { 0 };
		struct buf buf = buf_over(memory, sizeof memory - 1);
		cr_assert(http_hmac_put(rows[i].is_sha1, rows[i].is_base64, slice_of(rows[i].key),
					slice_of(rows[i].text), &buf));
		bench_equal(rows[i].name, "hmac", memory, rows[i].want);
	}
	static const char *const pairs[][2] = { { "", "" },
						{ "f", "Zg==" },
						{ "fo", "Zm8=" },
						{ "foo", "Zm9v" },
						{ "foob", "Zm9vYg==" },
						{ "fooba", "Zm9vYmE=" },
						{ "foobar", "Zm9vYmFy" } }; /* RFC 4648 §10 */
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		char memory[16] = { 0 };
		struct buf buf = buf_over(memory, sizeof memory - 1);
		http_base64_put(slice_of(pairs[i][0]), &buf);
		bench_equal(pairs[i][0], "base64", memory, pairs[i][1]);
	}
}

Test(http_sign, generic_hmac_signs_what_its_template_says)
{
	struct msisdn to = { "8613900000001", 13 };
	struct http_message message = { .to = &to, .id = SLICE("a"), .text = SLICE("hi") };
	const struct http_message *messages[] = { &message };
	/* Each signature is compared with the HMAC of the text that the template stands for. */
	static const struct {
		const char *name, *signs, *hash, *encoding, *signed_text;
	} cases[] = {
		{ "the body", NULL, NULL, NULL, "{\"t\":\"hi\"}" },
		{ "with a timestamp", "{timestamp}.{body}", "sha256", "base64", "1770969600.{\"t\":\"hi\"}" },
		{ "all of it", "{method}\n{path}\n{query}\n{timestamp_ms}\n{nonce}\n{date}\n{body.sha256}", "sha1",
		  "hex",
		  "POST\n/v1/sms\nk=a%26b\n1770969600000\n3156853299f313e23d1673dc12e1703d\n2026-02-13T08:00:00Z\n" },
	};
	static const char *const headers[] = { "X-Signature: v1={signature}" };
	static const char *const query[] = { "k=a&b" };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct http_settings settings = { .url = "https://h/v1/sms",
						  .auth = "hmac",
						  .password = "key",
						  .json = "{\"t\":\"{text}\"}",
						  .headers = { headers, 1 },
						  .query = { query, 1 },
						  .hmac_hash = cases[i].hash,
						  .hmac_encoding = cases[i].encoding,
						  .hmac_signs = cases[i].signs };
		struct http_account *account = bench_account(&settings);
		struct bench_request got;
		cr_assert_eq(bench_write(account, messages, 1, 1770969600000, &got), ERR_OK);
		char text[512];
		struct buf signed_text = buf_over(text, sizeof text);
		buf_put_text(&signed_text, cases[i].signed_text);
		if (i == 2) {
			char hex[HTTP_SHA256_HEX];
			cr_assert(http_sha256_hex(SLICE("{\"t\":\"hi\"}"), hex));
			buf_put(&signed_text, hex, sizeof hex);
		}
		char memory[512] = { 0 };
		struct buf want = buf_over(memory, sizeof memory - 1);
		buf_put_text(&want, "Content-Type: application/json\nX-Signature: v1=");
		cr_assert(http_hmac_put(i == 2, i == 1, SLICE("key"), buf_slice(&signed_text), &want));
		bench_equal(cases[i].name, "headers", bench_headers(&got), memory);
		http_account_destroy(account);
	}
}
