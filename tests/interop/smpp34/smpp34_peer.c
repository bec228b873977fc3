/* SPDX-License-Identifier: Apache-2.0 */
#include "smpp34_peer.h"

#include <criterion/criterion.h>
#include <stdio.h>

void smpp34_read(struct slice octets, const char *name, union smpp34_pdu *got)
{
	memset(got, 0, sizeof *got);
	cr_assert_eq(smpp34_unpack2(got, (const uint8_t *)octets.at, (int)octets.len), 0, "%s: %s", name,
		     smpp34_strerror);
	cr_assert_eq(got->alone.command_length, octets.len, "%s: command_length %u of %zu octets", name,
		     got->alone.command_length, octets.len);
}

/* The names and kinds of fields are libsmpp34's: a field that it has is compared. */
#define instancia
#define U32(inst, field, text)         \
	if (got->field != want->field) \
		return #field;
#define U08(inst, field, text) U32(inst, field, text)
#define C_OCTET(inst, field, size)                                       \
	if (strcmp((const char *)got->field, (const char *)want->field)) \
		return #field;
#define OCTET8(inst, field, size, len)                        \
	if (memcmp(got->field, want->field, want->sm_length)) \
		return #field;
#define TLV(inst, field, reader)

const char *smpp34_bind_difference(const bind_receiver_t *got, const bind_receiver_t *want)
{
#include "libsmpp34/def_frame/bind_receiver.frame"
#include "libsmpp34/def_frame/header.frame"
	return NULL;
}

const char *smpp34_submit_difference(const submit_sm_t *got, const submit_sm_t *want)
{
#include "libsmpp34/def_frame/header.frame"
#include "libsmpp34/def_frame/submit_sm.frame"
	return NULL;
}

const char *smpp34_query_difference(const query_sm_t *got, const query_sm_t *want)
{
#include "libsmpp34/def_frame/header.frame"
#include "libsmpp34/def_frame/query_sm.frame"
	return NULL;
}

const char *smpp34_header_difference(const generic_nack_t *got, const generic_nack_t *want)
{
#include "libsmpp34/def_frame/header.frame"
	return NULL;
}

void smpp34_put_text(uint8_t *field, size_t octets, const char *text)
{
	cr_assert_lt((size_t)snprintf((char *)field, octets, "%s", text ? text : ""), octets);
}

static uint64_t word;

void smpp34_begin_random(void)
{
	word = SMPP34_SEED;
}

/* splitmix64. */
unsigned smpp34_below(unsigned limit)
{
	uint64_t mixed = word += 0x9E3779B97F4A7C15u;
	mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
	mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
	return (unsigned)((mixed ^ mixed >> 31) % limit);
}

const char *smpp34_random_text(char *at, unsigned least, unsigned most, char first, char last)
{
	unsigned len = least + smpp34_below(most - least + 1);
	for (unsigned i = 0; i < len; i++)
		at[i] = (char)(first + (int)smpp34_below((unsigned)(last - first + 1)));
	at[len] = '\0';
	return at;
}

uint8_t smpp34_random_plan(void)
{
	static const uint8_t plans[] = { 0, 1, 3, 4, 6, 8, 9, 10, 14, 18 };
	return plans[smpp34_below(sizeof plans)];
}
