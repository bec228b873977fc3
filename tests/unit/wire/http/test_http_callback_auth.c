/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_callback_auth.h"

#include <criterion/criterion.h>

/* The first is the example of Twilio's documentation; the others were made with “openssl dgst -hmac”. */
Test(http_callback_auth, twilio)
{
	static const struct {
		const char *name, *key, *url, *form, *signature;
		bool want;
	} rows[] = {
		{ "right", "12345", "https://mycompany.com/myapp.php?foo=1&bar=2",
		  "Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE",
		  "RSOYDt4T1cUTdK1PDd93/VVr8B8=", true },
		{ "other order of fields", "12345", "https://mycompany.com/myapp.php?foo=1&bar=2",
		  "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&From=%2B14158675309&To=%2B18005551212&Digits=1234",
		  "RSOYDt4T1cUTdK1PDd93/VVr8B8=", true },
		{ "other value", "12345", "https://mycompany.com/myapp.php?foo=1&bar=2",
		  "Digits=1235&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE",
		  "RSOYDt4T1cUTdK1PDd93/VVr8B8=", false },
		{ "other key", "12346", "https://mycompany.com/myapp.php?foo=1&bar=2",
		  "Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE",
		  "RSOYDt4T1cUTdK1PDd93/VVr8B8=", false },
		{ "other URL", "12345", "http://mycompany.com/myapp.php?foo=1&bar=2",
		  "Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE",
		  "RSOYDt4T1cUTdK1PDd93/VVr8B8=", false },
		{ "no form", "12345", "https://h/callbacks/a/s?x=1", "", "6z00L6uX3+6R6dBWst/O+9ZSvoI=", true },
		{ "no signature", "12345", "https://h/callbacks/a/s?x=1", "", "", false },
		{ "no key", "", "https://h/callbacks/a/s?x=1", "", "6z00L6uX3+6R6dBWst/O+9ZSvoI=", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(http_callback_twilio_signed(slice_of(rows[i].key), slice_of(rows[i].url),
							 slice_of(rows[i].form), slice_of(rows[i].signature)),
			     rows[i].want ? ERR_OK : ERR_FORMAT, "%s", rows[i].name);
	char many[65 * 4];
	for (unsigned i = 0; i < 65; i++)
		memcpy(many + 4 * i, "a=b&", 4);
	cr_expect_eq(
		http_callback_twilio_signed(SLICE("k"), SLICE("u"), (struct slice){ many, sizeof many }, SLICE("x")),
		ERR_FORMAT);
}

Test(http_callback_auth, hmac)
{
	static const struct {
		const char *name;
		enum http_callback_hash hash;
		const char *signature;
		bool want;
	} rows[] = {
		{ "hex", HTTP_CALLBACK_SHA256, "2eee553fc3818ce0bbc08df93b36ceb184f3b31d1d46e0adc85849a511736810",
		  true },
		{ "upper case", HTTP_CALLBACK_SHA256,
		  "2EEE553FC3818CE0BBC08DF93B36CEB184F3B31D1D46E0ADC85849A511736810", true },
		{ "with its name", HTTP_CALLBACK_SHA256,
		  "sha256=2eee553fc3818ce0bbc08df93b36ceb184f3b31d1d46e0adc85849a511736810", true },
		{ "Base64", HTTP_CALLBACK_SHA256, "Lu5VP8OBjOC7wI35OzbOsYTzsx0dRuCtyFhJpRFzaBA=", true },
		{ "sha1", HTTP_CALLBACK_SHA1, "d6067eaebe0f7138645e8b2d40b84afa8aafa396", true },
		{ "the other hash", HTTP_CALLBACK_SHA1,
		  "2eee553fc3818ce0bbc08df93b36ceb184f3b31d1d46e0adc85849a511736810", false },
		{ "cut", HTTP_CALLBACK_SHA256, "2eee553fc3818ce0bbc08df93b36ceb184f3b31d1d46e0adc85849a51173681",
		  false },
		{ "none", HTTP_CALLBACK_SHA256, "", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(http_callback_hmac_signed(rows[i].hash, SLICE("key"), SLICE("1770969600"), SLICE("[{}]"),
						       slice_of(rows[i].signature)),
			     rows[i].want ? ERR_OK : ERR_FORMAT, "%s", rows[i].name);
	cr_expect_eq(
		http_callback_hmac_signed(HTTP_CALLBACK_SHA256, SLICE("key"), SLICE("1770969601"), SLICE("[{}]"),
					  SLICE("2eee553fc3818ce0bbc08df93b36ceb184f3b31d1d46e0adc85849a511736810")),
		ERR_FORMAT);
}

Test(http_callback_auth, replays)
{
	static const struct {
		const char *timestamp;
		bool want;
	} rows[] = {
		{ "1770969600", true },
		{ "1770969300", true },
		{ "1770969299", false },
		{ "1770969900", true },
		{ "1770969901", false },
		{ "1770969600000", true },
		{ "1770969299999", false },
		{ "", false },
		{ "-1", false },
		{ "1770969600.5", false },
		{ "99999999999999999999", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(http_callback_is_fresh(slice_of(rows[i].timestamp), 1770969600000, 300000), rows[i].want,
			     "%s", rows[i].timestamp);
}

Test(http_callback_auth, addresses)
{
	static const struct {
		const char *list, *address;
		bool want;
	} rows[] = {
		{ "192.0.2.7", "192.0.2.7", true },
		{ "192.0.2.7", "192.0.2.8", false },
		{ "192.0.2.0/24", "192.0.2.255", true },
		{ "192.0.2.0/24", "192.0.3.0", false },
		{ "10.0.0.0/8,192.0.2.128/25", "192.0.2.129", true },
		{ "10.0.0.0/8, 192.0.2.128/25", "192.0.2.127", false },
		{ "192.0.2.7", "::ffff:192.0.2.7", true },
		{ "0.0.0.0/0", "203.0.113.9", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "2001:db8::/32", "2001:db8:1::7", true },
		{ "2001:db8::/32", "2001:db9::7", false },
		{ "::1", "::1", true },
		{ "::/0", "::1", true },
		{ "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", true },
		{ "", "192.0.2.7", false },
		{ "192.0.2.7", "", false },
		{ "192.0.2.7", "somebody", false },
		{ "192.0.2.0/24", "192.0.2.0/24", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(http_callback_is_allowed(slice_of(rows[i].list), slice_of(rows[i].address)), rows[i].want,
			     "%s in %s", rows[i].address, rows[i].list);
	static const struct {
		const char *list, *want;
	} bad[] = {
		{ "192.0.2.7, ::1/128,2001:db8::/32", "" },
		{ "192.0.2.7,192.0.2.256", "192.0.2.256" },
		{ "192.0.2.7/33", "192.0.2.7/33" },
		{ "example.com", "example.com" },
		{ "1:2:3", "1:2:3" },
		{ ":::", ":::" },
		{ "1::2::3", "1::2::3" },
		{ "::1/129", "::1/129" },
		{ "12345::", "12345::" },
		{ "1:2:3:4:5:6:7::8", "1:2:3:4:5:6:7::8" },
		{ "192.0.2", "192.0.2" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct slice found = http_callback_bad_address(slice_of(bad[i].list));
		cr_expect(slice_is(found, bad[i].want), "%s: %.*s", bad[i].list, SLICE_ARG(found));
	}
}
