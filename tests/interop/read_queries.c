/* SPDX-License-Identifier: Apache-2.0 */

/* Reads answers to query_sm that somebody else has written, hexadecimal, one a line, with the room wire/smpp, and says what the gateway
 * takes from each: a JSON line {"number","query","ref","state","note"}, ref in hexadecimal. */

#include "wire/smpp/smpp_dialect.h"
#include "wire/smpp/smpp_pdu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OCTETS_MAX = 4096 };

static const char *const queries[] = {
	[QUERY_FOUND] = "found",
	[QUERY_ABSENT] = "absent",
	[QUERY_LATER] = "later",
	[QUERY_UNSUPPORTED] = "unsupported",
};

/* Octets in heap memory of just their length, so that a sanitizer sees whatever is read behind them. Ends the program where the
 * line is no hexadecimal. */
static uint8_t *octets_in(const char *line, size_t *len)
{
	*len = strcspn(line, "\n") / 2;
	uint8_t *octets = malloc(*len + (*len == 0));
	if (octets == NULL)
		exit(EXIT_FAILURE);
	for (size_t i = 0; i < *len; i++) {
		unsigned octet;
		if (sscanf(line + 2 * i, "%2x", &octet) != 1)
			exit(EXIT_FAILURE);
		octets[i] = (uint8_t)octet;
	}
	return octets;
}

static void print_text(const char *name, const char *text)
{
	if (text)
		printf(",\"%s\":\"%s\"", name, text);
	else
		printf(",\"%s\":null", name);
}

int main(void)
{
	static char line[2 * OCTETS_MAX + 2];
	struct smpp_account account;
	smpp_account_init(&account);
	account.system_id = "s";
	if (smpp_account_prepare(&account, NULL) != ERR_OK)
		return EXIT_FAILURE;
	while (fgets(line, sizeof line, stdin)) {
		size_t len, whole = 0;
		uint8_t *octets = octets_in(line, &len);
		struct frame frame = { 0 };
		if (smpp_dialect.frame_length(octets, len, &whole) != ERR_OK || whole != len)
			return EXIT_FAILURE;
		smpp_dialect.read(&account, octets, len, &frame);
		bool is_answer = frame.kind == FRAME_QUERY_ANSWER;
		struct slice ref = frame.outcome.carrier_ref;
		printf("{\"number\":%u", (unsigned)frame.number);
		print_text("query",
			   is_answer && frame.query < sizeof queries / sizeof queries[0] ? queries[frame.query] : NULL);
		printf(",\"ref\":\"");
		for (size_t i = 0; i < ref.len; i++)
			printf("%02x", (uint8_t)ref.at[i]);
		printf("\"");
		print_text("state", message_state_name(frame.receipt.state));
		print_text("note", frame.note);
		printf("}\n");
		free(octets);
	}
	return EXIT_SUCCESS;
}
