/* SPDX-License-Identifier: Apache-2.0 */

/* The three binds, SMPP 3.4 §4.1. */

#include "smpp34_peer.h"
#include "wire/smpp/smpp_account.h"
#include "wire/smpp/smpp_dialect.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define RANDOM_BINDS 2000

static void check_bind(const char *name, struct smpp_account *account, uint32_t number)
{
	static const uint32_t commands[] = {
		[SMPP_BIND_TRANSCEIVER] = BIND_TRANSCEIVER,
		[SMPP_BIND_TRANSMITTER] = BIND_TRANSMITTER,
		[SMPP_BIND_RECEIVER] = BIND_RECEIVER,
	};
	static union smpp34_pdu got;
	struct err_at at;
	cr_assert_eq(smpp_account_prepare(account, &at), ERR_OK, "%s: %s", name, at.text);
	uint8_t room[256];
	struct buf out = buf_over(room, sizeof room);
	smpp_dialect.write_bind(account, number, &out);
	cr_assert_not(out.full, "%s", name);
	smpp34_read(buf_slice(&out), name, &got);
	bind_receiver_t want = {
		.command_length = (uint32_t)out.len,
		.command_id = commands[account->bind],
		.sequence_number = number,
		.interface_version = account->interface_version,
		.addr_ton = account->addr_ton,
		.addr_npi = account->addr_npi,
	};
	smpp34_put_text(want.system_id, sizeof want.system_id, account->system_id);
	smpp34_put_text(want.password, sizeof want.password, account->password);
	smpp34_put_text(want.system_type, sizeof want.system_type, account->system_type);
	smpp34_put_text(want.address_range, sizeof want.address_range, account->address_range);
	const char *field = smpp34_bind_difference(&got.bind, &want);
	cr_expect_null(field, "%s: %s", name, field);
}

Test(smpp34, binds)
{
	static const char *const names[] = { "as transceiver", "as transmitter", "as receiver" };
	smpp34_begin_random();
	for (unsigned i = 0; i < 3; i++) {
		struct smpp_account account;
		smpp_account_init(&account);
		account.bind = (enum smpp_bind)i;
		account.system_id = "s";
		check_bind(names[i], &account, 1);
		account.system_id = "123456789012345";
		account.password = "12345678";
		account.system_type = "123456789012";
		account.address_range = "1234567890123456789012345678901234567890";
		account.addr_ton = SMPP34_TON_COUNT - 1;
		account.addr_npi = 18;
		check_bind(names[i], &account, 0x7FFFFFFF);
	}
	for (unsigned i = 0; i < RANDOM_BINDS; i++) {
		char name[SMPP34_TEXT_OCTETS_MAX], texts[4][SMPP34_TEXT_OCTETS_MAX];
		struct smpp_account account;
		smpp_account_init(&account);
		account.bind = (enum smpp_bind)smpp34_below(3);
		account.system_id = smpp34_random_text(texts[0], 1, 15, ' ', '~');
		account.password = smpp34_random_text(texts[1], 0, 8, ' ', '~');
		account.system_type = smpp34_random_text(texts[2], 0, 12, ' ', '~');
		account.address_range = smpp34_random_text(texts[3], 0, 40, ' ', '~');
		account.addr_ton = (uint8_t)smpp34_below(SMPP34_TON_COUNT);
		account.addr_npi = smpp34_random_plan();
		snprintf(name, sizeof name, "seed %u, bind %u", SMPP34_SEED, i);
		check_bind(name, &account, 1 + smpp34_below(SMPP34_NUMBER_MAX));
	}
}
