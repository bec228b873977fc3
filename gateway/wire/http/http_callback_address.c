/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_callback_auth.h"

#include "base/buf.h"
#include "base/number.h"

/* Addresses are read here rather than by the C library, whose functions for it are the sockets'. All become 16 octets. */

#define ADDRESS_OCTETS 16

struct network {
	uint8_t octets[ADDRESS_OCTETS];
	unsigned bits;
};

/* “192.0.2.7” into 4 octets. */
static bool read_v4(struct slice text, uint8_t out[4])
{
	for (unsigned i = 0; i < 4; i++) {
		const char *dot = i < 3 && text.len ? memchr(text.at, '.', text.len) : NULL;
		if (i < 3 && dot == NULL)
			return false;
		struct slice part = { text.at, dot ? (size_t)(dot - text.at) : text.len };
		uint64_t number;
		if (!number_parse(part, 255, &number))
			return false;
		out[i] = (uint8_t)number;
		text.at += part.len + (dot != NULL);
		text.len -= part.len + (dot != NULL);
	}
	return true;
}

/* Groups of a part that has no “::”; IPv4 may stand at its end. count: octets, set on success. */
static bool read_groups(struct slice text, uint8_t *out, unsigned *count)
{
	unsigned len = 0;
	while (text.len != 0) {
		const char *colon = memchr(text.at, ':', text.len);
		struct slice part = { text.at, colon ? (size_t)(colon - text.at) : text.len };
		uint64_t number;
		if (colon == NULL && memchr(part.at, '.', part.len) != NULL) {
			if (len + 4 > ADDRESS_OCTETS || !read_v4(part, out + len))
				return false;
			len += 4;
			break;
		}
		if (part.len > 4 || len + 2 > ADDRESS_OCTETS || number_hex_digit(part.len ? part.at[0] : 'x') < 0 ||
		    (part.len > 1 && part.at[1] == 'x') || !number_parse_hex(part, &number))
			return false;
		out[len++] = (uint8_t)(number >> 8);
		out[len++] = (uint8_t)number;
		text.at += part.len + (colon != NULL);
		text.len -= part.len + (colon != NULL);
		if (colon != NULL && text.len == 0)
			return false;
	}
	*count = len;
	return true;
}

/* The place of “::”, or NULL. */
static const char *find_gap(struct slice text)
{
	for (size_t i = 0; i + 1 < text.len; i++)
		if (text.at[i] == ':' && text.at[i + 1] == ':')
			return text.at + i;
	return NULL;
}

static bool read_v6(struct slice text, uint8_t out[ADDRESS_OCTETS])
{
	uint8_t tail[ADDRESS_OCTETS];
	unsigned head_len, tail_len = 0;
	const char *gap = find_gap(text);
	struct slice head = { text.at, gap ? (size_t)(gap - text.at) : text.len };
	memset(out, 0, ADDRESS_OCTETS);
	if (!read_groups(head, out, &head_len))
		return false;
	if (gap == NULL)
		return head_len == ADDRESS_OCTETS;
	struct slice rest = { gap + 2, text.len - head.len - 2 };
	if (!read_groups(rest, tail, &tail_len) || head_len + tail_len > ADDRESS_OCTETS - 2)
		return false;
	memcpy(out + ADDRESS_OCTETS - tail_len, tail, tail_len);
	return true;
}

/* “address” or “address/bits”. */
static bool read_network(struct slice text, struct network *out)
{
	const char *slash = text.len ? memchr(text.at, '/', text.len) : NULL;
	struct slice address = { text.at, slash ? (size_t)(slash - text.at) : text.len };
	bool is_v4 = address.len && memchr(address.at, ':', address.len) == NULL;
	unsigned most = is_v4 ? 32 : 128;
	uint64_t bits = most;
	if (slash != NULL && !number_parse((struct slice){ slash + 1, text.len - address.len - 1 }, most, &bits))
		return false;
	if (is_v4) {
		static const uint8_t front[12] = { [10] = 0xff, [11] = 0xff };
		memcpy(out->octets, front, sizeof front);
		out->bits = 96 + (unsigned)bits;
		return read_v4(address, out->octets + sizeof front);
	}
	out->bits = (unsigned)bits;
	return read_v6(address, out->octets);
}

static bool holds(const struct network *network, const uint8_t address[ADDRESS_OCTETS])
{
	for (unsigned bit = 0; bit < network->bits; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);
		if ((network->octets[bit / 8] ^ address[bit / 8]) & mask)
			return false;
	}
	return true;
}

/* The next entry of a list, without the blanks and commas around it; empty behind the last. */
static struct slice next_entry(struct slice *list)
{
	while (list->len && (list->at[0] == ' ' || list->at[0] == ','))
		list->at++, list->len--;
	struct slice entry = { list->at, 0 };
	while (entry.len < list->len && entry.at[entry.len] != ' ' && entry.at[entry.len] != ',')
		entry.len++;
	list->at += entry.len;
	list->len -= entry.len;
	return entry;
}

bool http_callback_is_allowed(struct slice list, struct slice address)
{
	struct network given;
	if (!read_network(address, &given) || given.bits != 128)
		return false;
	for (struct slice entry = next_entry(&list); entry.len != 0; entry = next_entry(&list)) {
		struct network network;
		if (read_network(entry, &network) && holds(&network, given.octets))
			return true;
	}
	return false;
}

struct slice http_callback_bad_address(struct slice list)
{
	for (struct slice entry = next_entry(&list); entry.len != 0; entry = next_entry(&list)) {
		struct network network;
		if (!read_network(entry, &network))
			return entry;
	}
	return (struct slice){ NULL, 0 };
}
