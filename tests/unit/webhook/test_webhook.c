/* SPDX-License-Identifier: Apache-2.0 */

/* What requests are made of, and how long to wait between them. That others understand them tests/interop shows. */

#include "webhook/webhook_body.h"
#include "webhook/webhook_signature.h"
#include "webhook/webhook_wait.h"

#include <criterion/criterion.h>
#include <string.h>

/* The example of the Standard Webhooks specification's own library tests. */
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SIGNED "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}"
#define WANT   "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

Test(webhook, signature)
{
	struct webhook_keys keys;
	char octets[WEBHOOK_SIGNATURE_MAX];
	struct buf out = buf_over(octets, sizeof octets);
	cr_assert_eq(webhook_keys_read(SLICE(SECRET), &keys, NULL), ERR_OK);
	cr_assert(webhook_signature_put(&keys, SLICE(SIGNED), &out));
	cr_expect(slice_is(buf_slice(&out), WANT));
	cr_assert_eq(webhook_keys_read(SLICE("\n" SECRET " " SECRET "\r\n"), &keys, NULL), ERR_OK);
	out = buf_over(octets, sizeof octets);
	cr_assert(webhook_signature_put(&keys, SLICE(SIGNED), &out));
	cr_expect(slice_is(buf_slice(&out), WANT " " WANT));
	webhook_keys_fini(&keys);
	cr_expect_eq(keys.count, 0);
}

Test(webhook, keys)
{
	static const struct {
		const char *text;
		enum err want;
	} rows[] = {
		{ "", ERR_NOT_FOUND },
		{ " \n", ERR_NOT_FOUND },
		{ "whsec_", ERR_FORMAT },
		{ "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ERR_FORMAT },
		{ "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw=", ERR_FORMAT },
		{ "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", ERR_RANGE },
		{ SECRET SECRET SECRET SECRET, ERR_FORMAT },
		{ SECRET " " SECRET " " SECRET " " SECRET " " SECRET, ERR_RANGE },
		{ "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMQ==", ERR_OK },
		{ "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMQ", ERR_OK },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct webhook_keys keys;
		struct err_at at = { .err = ERR_OK };
		cr_expect_eq(webhook_keys_read(slice_of(rows[i].text), &keys, &at), rows[i].want, "%s", rows[i].text);
		cr_expect_null(strstr(at.text, "MfKQ"));
	}
}

Test(webhook, body)
{
	char octets[1024];
	struct buf out = buf_over(octets, sizeof octets);
	struct webhook_event event = {
		.place = { 1795551398385, 2, 3 },
		.event = SLICE("dead"),
		.at = SLICE("2026-11-24T20:16:38.388Z"),
		.data = SLICE("{\"a\":1}"),
	};
	webhook_event_put(&event, &out);
	cr_expect(slice_is(buf_slice(&out),
			   "{\"specversion\":\"1.0\",\"id\":\"1795551398385-2-3\",\"source\":\"/hongyan/events\","
			   "\"type\":\"hongyan.alert.dead\",\"time\":\"2026-11-24T20:16:38.388Z\","
			   "\"datacontenttype\":\"application/json\",\"data\":{\"a\":1}}"),
		  "%.*s", (int)out.len, out.at);
}

Test(webhook, waits)
{
	struct rng rng;
	rng_seed(&rng, 1);
	mono_us whole = US_PER_S;
	for (unsigned failures = 1; failures < 80; failures++) {
		mono_us wait = webhook_wait(failures, US_PER_S, 60 * (mono_us)US_PER_S, 0, &rng);
		cr_expect(wait >= whole / 2 && wait <= whole, "%u: %lld", failures, (long long)wait);
		whole = whole * 2 < 60 * (mono_us)US_PER_S ? whole * 2 : 60 * (mono_us)US_PER_S;
	}
	cr_expect_eq(webhook_wait(1, US_PER_S, US_PER_S, 90000, &rng), 90 * (mono_us)US_PER_S);
}
