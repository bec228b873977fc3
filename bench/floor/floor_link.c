/* SPDX-License-Identifier: Apache-2.0 */
#include "floor_link.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_CAP  (256 * 1024)
#define OUT_CAP (1024 * 1024)

enum { SUBMIT_SM_RESP_LOW = 0x04, BIND_TRANSCEIVER_RESP_LOW = 0x09 };
#define RESPONSE_BIT 0x80000000u

struct floor_link {
	int fd;
	uint32_t window;
	uint32_t in_flight;
	uint32_t next;                      /* sequence_number - 1 of the next submit */
	const struct floor_entry **waiting; /* by next % (2 × window) */
	size_t in_len;
	size_t out_len;
	uint8_t in[IN_CAP];
	uint8_t out[OUT_CAP];
};

_Noreturn static void die(const char *what, const char *why)
{
	fprintf(stderr, "floor: carrier: %s: %s\n", what, why);
	exit(1);
}

static int dial(const char *address)
{
	char host[256];
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	snprintf(host, sizeof host, "%s", address);
	char *colon = strrchr(host, ':');
	if (colon == NULL)
		die(address, "want host:port");
	*colon = '\0';
	int failed = getaddrinfo(host, colon + 1, &hints, &found);
	if (failed != 0)
		die(address, gai_strerror(failed));
	int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) != 0)
		die(address, strerror(errno));
	freeaddrinfo(found);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	return fd;
}

static void write_all(int fd, const uint8_t *octets, size_t len)
{
	while (len > 0) {
		ssize_t written = write(fd, octets, len);
		if (written > 0) {
			octets += written;
			len -= (size_t)written;
		} else if (errno == EAGAIN) {
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
		} else if (errno != EINTR) {
			die("write", strerror(errno));
		}
	}
}

static void bind_link(struct floor_link *link)
{
	struct floor_pdu bind;
	uint8_t answer[FLOOR_PDU_CAP];
	floor_pdu_bind(&bind);
	write_all(link->fd, bind.octets, bind.len);
	if (recv(link->fd, answer, FLOOR_PDU_HEADER_LEN, MSG_WAITALL) != FLOOR_PDU_HEADER_LEN)
		die("bind", "no answer");
	uint32_t rest = floor_pdu_read_u32(answer) - FLOOR_PDU_HEADER_LEN;
	if (rest > sizeof answer || recv(link->fd, answer + FLOOR_PDU_HEADER_LEN, rest, MSG_WAITALL) != (ssize_t)rest)
		die("bind", "broken answer");
	if (floor_pdu_read_u32(answer + 4) != (RESPONSE_BIT | BIND_TRANSCEIVER_RESP_LOW) ||
	    floor_pdu_read_u32(answer + 8) != 0)
		die("bind", "refused");
}

struct floor_link *floor_link_open(const char *address, uint32_t window)
{
	struct floor_link *link = calloc(1, sizeof *link);
	if (link == NULL || (link->waiting = calloc((size_t)window * 2, sizeof *link->waiting)) == NULL)
		die("memory", "none");
	link->window = window;
	link->fd = dial(address);
	bind_link(link);
	fcntl(link->fd, F_SETFL, fcntl(link->fd, F_GETFL) | O_NONBLOCK);
	return link;
}

int floor_link_fd(const struct floor_link *link)
{
	return link->fd;
}

uint32_t floor_link_room(const struct floor_link *link)
{
	return link->window - link->in_flight;
}

uint32_t floor_link_in_flight(const struct floor_link *link)
{
	return link->in_flight;
}

void floor_link_submit(struct floor_link *link, const struct floor_pdu *submit, uint32_t message,
		       const struct floor_entry *entry)
{
	if (link->out_len + submit->len > OUT_CAP)
		floor_link_send(link);
	const struct floor_entry **slot = &link->waiting[link->next % (link->window * 2)];
	if (*slot != NULL)
		die("submit_sm", "an older one was never answered");
	*slot = entry;
	floor_pdu_number(submit, link->out + link->out_len, message, ++link->next);
	link->out_len += submit->len;
	link->in_flight++;
}

void floor_link_send(struct floor_link *link)
{
	write_all(link->fd, link->out, link->out_len);
	link->out_len = 0;
}

static void take_answer(struct floor_link *link, const uint8_t *pdu, struct floor_queue *queue)
{
	if (floor_pdu_read_u32(pdu + 4) != (RESPONSE_BIT | SUBMIT_SM_RESP_LOW))
		die("PDU", "came that is no submit_sm_resp");
	if (floor_pdu_read_u32(pdu + 8) != 0)
		die("submit_sm", "was refused");
	const struct floor_entry **slot = &link->waiting[(floor_pdu_read_u32(pdu + 12) - 1) % (link->window * 2)];
	if (*slot == NULL)
		die("submit_sm_resp", "for nothing that was sent");
	floor_queue_acknowledge(queue, *slot);
	*slot = NULL;
	link->in_flight--;
}

void floor_link_receive(struct floor_link *link, struct floor_queue *queue)
{
	ssize_t got = read(link->fd, link->in + link->in_len, IN_CAP - link->in_len);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0)
		die("connection", got == 0 ? "closed" : strerror(errno));
	link->in_len += (size_t)got;
	size_t at = 0;
	while (link->in_len - at >= FLOOR_PDU_HEADER_LEN) {
		uint32_t len = floor_pdu_read_u32(link->in + at);
		if (len < FLOOR_PDU_HEADER_LEN || len > FLOOR_PDU_CAP)
			die("PDU", "of an impossible length");
		if (link->in_len - at < len)
			break;
		take_answer(link, link->in + at, queue);
		at += len;
	}
	memmove(link->in, link->in + at, link->in_len - at);
	link->in_len -= at;
}

void floor_link_close(struct floor_link *link)
{
	close(link->fd);
	free(link->waiting);
	free(link);
}
