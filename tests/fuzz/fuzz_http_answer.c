/* SPDX-License-Identifier: Apache-2.0 */
/* The answer of a provider over HTTP. The first octet chooses preset and status, the next line is Retry-After, the rest is
 * the body. */
#include "base/check.h"
#include "wire/http/http_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define ACCOUNTS_MAX 16

/* Accounts of all presets, made once. */
static unsigned accounts_make(struct http_account *accounts[static ACCOUNTS_MAX])
{
	static const char *const templates[] = { "t = 1" };
	unsigned count = 0;
	for (const char *const *name = http_preset_names(); *name; name++) {
		struct http_settings settings = { .preset = *name,
						  .url = "https://h/",
						  .username = "u",
						  .password = "p",
						  .token = "t",
						  .templates = { templates, 1 } };
		enum err err = http_account_create(&settings, &accounts[count], NULL);
		CHECK(err == ERR_OK);
		count++;
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static struct http_account *accounts[ACCOUNTS_MAX];
	static unsigned count;
	if (count == 0)
		count = accounts_make(accounts);
	if (len == 0)
		return 0;
	static const unsigned statuses[] = { 200, 201, 202, 400, 403, 429, 500, 503 };
	static const struct msisdn to[] = { { "8618511122233", 13 }, { "8618511122266", 13 } };
	const struct http_message one = { .to = &to[0], .id = SLICE("a1") };
	const struct http_message two = { .to = &to[1], .id = SLICE("a2") };
	const struct http_message *messages[] = { &one, &two };
	const struct http_account *account = accounts[octets[0] % count];
	unsigned message_count = http_account_batch_max(account) > 1 ? 2 : 1;

	struct slice text = { (const char *)octets + 1, len - 1 };
	const char *line = text.len ? memchr(text.at, '\n', text.len) : NULL;
	struct http_answer answer = { .status = statuses[octets[0] / 16 % 8], .body = text };
	if (line) {
		answer.retry_after = (struct slice){ text.at, (size_t)(line - text.at) };
		answer.body = (struct slice){ line + 1, (size_t)(text.at + text.len - line - 1) };
	}
	char memory[HTTP_REFERENCES_OCTETS(2)];
	struct buf references = buf_over(memory, sizeof memory);
	struct outcome outcomes[2];
	struct http_reading reading;
	http_answer_read(account, &answer, messages, message_count, 1770969600000, outcomes, &references, &reading);
	CHECK(reading.retry_after_ms >= 0);
	CHECK(reading.retry_after_ms <= HTTP_RETRY_AFTER_MAX_MS);
	CHECK(memchr(reading.code, '\0', sizeof reading.code) != NULL);
	CHECK(memchr(reading.text, '\0', sizeof reading.text) != NULL);
	for (unsigned i = 0; i < message_count; i++) {
		CHECK((unsigned)outcomes[i].outcome_class < OUTCOME_COUNT);
		CHECK(outcomes[i].carrier_ref.len <= CARRIER_REF_MAX);
		CHECK(outcomes[i].carrier_ref.len == 0 || outcomes[i].outcome_class == OUTCOME_ACCEPTED);
		CHECK(outcomes[i].more_count == 0 || outcomes[i].outcome_class == OUTCOME_ACCEPTED);
		CHECK(outcomes[i].more_count < HTTP_PARTS_MAX);
		for (unsigned k = 0; k < outcomes[i].more_count; k++)
			CHECK(outcomes[i].more_refs[k].len <= CARRIER_REF_MAX);
	}
	return 0;
}
