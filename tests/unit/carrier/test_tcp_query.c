/* SPDX-License-Identifier: Apache-2.0 */

/* Questions about submits that are never answered, against a peer that the test plays with plain sockets: it takes binds,
 * swallows submits, and answers questions as it is told. */

#include "base/octets.h"
#include "carrier/tcp_carrier.h"
#include "wire/smpp/smpp_dialect.h"
#include "wire/smpp/smpp_pdu.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define GUARD_US    (60 * (mono_us)US_PER_S)
#define WAIT_US     (20 * (mono_us)US_PER_MS)
#define ANSWERS_MAX 8
#define SILENCE     UINT32_MAX
#define BREAK       (UINT32_MAX - 1) /* the peer resets the connection */
#define NACK        (UINT32_MAX - 2)

/* What the peer says to a question. */
struct answer {
	uint32_t status; /* or one of the three above */
	const char *id;
	uint8_t state;
};

static struct rig {
	struct loop *loop;
	struct loop_member member;
	struct carrier *carrier;
	struct smpp_account account;
	struct metrics *metrics;
	int listener;
	int peer;
	uint8_t in[4096];
	size_t in_len;
	const struct answer *answers; /* one for each question; the last one for all further ones */
	unsigned answer_count;
	unsigned asked;
	uint16_t references[64]; /* that were asked for */
	bool answers_submits;
	unsigned submits;
	uint32_t submit_number; /* of the last one */

	enum carrier_state state;
	unsigned unknown;
	unsigned accepted;
	unsigned credits; /* calls of on_credit */
	unsigned late_count;
	bool late_is_queried;
	struct submit_key late_key;
	char late_ref[CARRIER_REF_MAX + 1];
	unsigned receipt_count;
	struct receipt receipt;
	char receipt_ref[CARRIER_REF_MAX + 1];
	unsigned log_lines;
	unsigned closed;

	bool (*until)(void);
	mono_us guard;
	mono_us rests_until;
	bool timed_out;
} rig;

/* -- the peer -- */

static void say(uint32_t command, uint32_t status, uint32_t number, struct slice body)
{
	char octets[256];
	struct buf out = buf_over(octets, sizeof octets);
	struct smpp_header header = { SMPP_HEADER_OCTETS + (uint32_t)body.len, command, status, number };
	smpp_pdu_write_header(&header, &out);
	buf_put_slice(&out, body);
	cr_assert_not(out.full);
	cr_assert_eq(send(rig.peer, octets, out.len, MSG_NOSIGNAL), (ssize_t)out.len);
}

static void hang_up(void)
{
	struct linger reset = { .l_onoff = 1 };
	setsockopt(rig.peer, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	close(rig.peer);
	rig.peer = -1;
	rig.in_len = 0;
}

static void answer_query(const struct smpp_header *header)
{
	unsigned last = rig.answer_count - 1;
	const struct answer *answer = &rig.answers[rig.asked < last ? rig.asked : last];
	cr_assert_lt(rig.asked, 64);
	rig.references[rig.asked++] =
		(uint16_t)(rig.in[header->command_length - 2] << 8 | rig.in[header->command_length - 1]);
	if (answer->status == BREAK) {
		hang_up();
	} else if (answer->status == NACK) {
		say(SMPP_COMMAND_GENERIC_NACK, SMPP_STATUS_RINVCMDID, header->sequence_number, (struct slice){ 0 });
	} else if (answer->status != SILENCE) {
		char octets[128];
		struct buf body = buf_over(octets, sizeof octets);
		if (answer->status == 0) {
			buf_put_slice(&body, slice_of(answer->id));
			buf_put(&body, "\0\0", 2); /* its NUL, and no final_date */
			buf_put_u8(&body, answer->state);
			buf_put_u8(&body, 0);
		}
		say(SMPP_COMMAND_QUERY_SM_RESP, answer->status, header->sequence_number, buf_slice(&body));
	}
}

static void take(const struct smpp_header *header)
{
	char id[16];
	switch (header->command_id) {
	case SMPP_COMMAND_BIND_TRANSCEIVER:
		say(SMPP_COMMAND_BIND_TRANSCEIVER_RESP, 0, header->sequence_number, (struct slice){ "", 1 });
		break;
	case SMPP_COMMAND_SUBMIT_SM:
		rig.submits++;
		rig.submit_number = header->sequence_number;
		snprintf(id, sizeof id, "a%u", rig.submits);
		if (rig.answers_submits)
			say(SMPP_COMMAND_SUBMIT_SM_RESP, 0, header->sequence_number,
			    (struct slice){ id, strlen(id) + 1 });
		break;
	case SMPP_COMMAND_QUERY_SM:
		answer_query(header);
		break;
	case SMPP_COMMAND_UNBIND:
		say(SMPP_COMMAND_UNBIND_RESP, 0, header->sequence_number, (struct slice){ 0 });
		break;
	default:
		cr_assert_fail("command 0x%X", (unsigned)header->command_id);
	}
}

static void play_peer(void)
{
	if (rig.peer < 0)
		rig.peer = accept4(rig.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (rig.peer < 0)
		return;
	ssize_t got = recv(rig.peer, rig.in + rig.in_len, sizeof rig.in - rig.in_len, 0);
	if (got == 0) {
		hang_up();
		return;
	}
	rig.in_len += got > 0 ? (size_t)got : 0;
	while (rig.in_len >= SMPP_HEADER_OCTETS) {
		struct smpp_header header = smpp_pdu_read_header(rig.in);
		if (rig.in_len < header.command_length)
			return;
		take(&header);
		if (rig.peer < 0)
			return;
		rig.in_len -= header.command_length;
		memmove(rig.in, rig.in + header.command_length, rig.in_len);
	}
}

/* -- the carrier's owner -- */

static void on_state(void *ctx, enum carrier_state state, const char *reason)
{
	(void)ctx;
	(void)reason;
	rig.state = state;
}

static void on_credit(void *ctx)
{
	(void)ctx;
	rig.credits++;
}

static void on_outcome(void *ctx, uint64_t token, const struct outcome *outcome)
{
	(void)ctx;
	(void)token;
	rig.unknown += outcome->outcome_class == OUTCOME_UNKNOWN;
	rig.accepted += outcome->outcome_class == OUTCOME_ACCEPTED;
}

static void keep(char *out, struct slice ref)
{
	memcpy(out, ref.at, ref.len);
	out[ref.len] = '\0';
}

static void on_late(void *ctx, const struct submit_key *key, const struct outcome *outcome)
{
	(void)ctx;
	cr_assert_eq(outcome->outcome_class, OUTCOME_ACCEPTED);
	rig.late_count++;
	rig.late_is_queried = outcome->is_queried;
	rig.late_key = *key;
	keep(rig.late_ref, outcome->carrier_ref);
}

static void on_receipt(void *ctx, receipt_token token, const struct receipt *receipt)
{
	(void)ctx;
	cr_assert_eq(token, RECEIPT_WITHOUT_ANSWER);
	rig.receipt_count++;
	rig.receipt = *receipt;
	keep(rig.receipt_ref, receipt->carrier_ref);
	rig.carrier->ops->receipt_done(rig.carrier, token, true);
}

static void on_closed(void *ctx)
{
	(void)ctx;
	rig.closed++;
}

static void write_log(void *ctx, enum log_level level, struct slice line)
{
	(void)ctx;
	(void)level;
	static const char event[] = "\"event\":\"query_refused\"";
	rig.log_lines += memmem(line.at, line.len, event, sizeof event - 1) != NULL;
}

static struct now log_now(void *ctx)
{
	(void)ctx;
	return loop_now(rig.loop);
}

static void turn(void *ctx, struct now now)
{
	(void)ctx;
	play_peer();
	if (!rig.until() && now.mono < rig.guard)
		return;
	rig.timed_out = now.mono >= rig.guard;
	loop_stop(rig.loop);
}

static mono_us next_deadline(void *ctx)
{
	(void)ctx;
	return loop_now(rig.loop).mono + US_PER_MS;
}

static void run(const char *what, bool (*until)(void))
{
	rig.until = until;
	rig.guard = loop_now(rig.loop).mono + GUARD_US;
	loop_run(rig.loop);
	cr_assert_not(rig.timed_out, "%s: it did not come to that; %u asked, %u late", what, rig.asked, rig.late_count);
}

static bool is_up(void)
{
	return rig.state == CARRIER_UP;
}

static void set_up_window(unsigned window, uint16_t reference_most, const struct answer *answers, unsigned count)
{
	static const char *const names[] = { "cmcc" };
	static const struct metrics_labels labels = { .names = { [METRIC_LABEL_ACCOUNT] = names },
						      .count = { [METRIC_LABEL_ACCOUNT] = 1 } };
	static const struct log log = { .least = LOG_WARN, .write = write_log, .now = log_now };
	static const struct carrier_events events = {
		.on_state = on_state,
		.on_credit = on_credit,
		.on_outcome = on_outcome,
		.on_late = on_late,
		.on_receipt = on_receipt,
		.on_closed = on_closed,
	};
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;
	rig = (struct rig){ .peer = -1, .answers = answers, .answer_count = count };
	rig.loop = loop_create();
	rig.metrics = metrics_create(&labels);
	rig.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	cr_assert(bind(rig.listener, (struct sockaddr *)&address, sizeof address) == 0);
	cr_assert(getsockname(rig.listener, (struct sockaddr *)&address, &len) == 0);
	cr_assert(listen(rig.listener, 8) == 0);
	smpp_account_init(&rig.account);
	rig.account.system_id = "hongyan";
	cr_assert_eq(smpp_account_prepare(&rig.account, NULL), ERR_OK);
	struct tcp_carrier_options options = {
		.name = "cmcc",
		.address = { .host = "127.0.0.1", .port = ntohs(address.sin_port) },
		.dialect = &smpp_dialect,
		.dialect_account = &rig.account,
		.takes_submits = true,
		.links = 1,
		.connect_timeout_us = 2 * US_PER_S,
		.reconnect = { .min_us = 5 * US_PER_MS, .max_us = 20 * US_PER_MS, .refused_max_us = US_PER_S },
		.jitter_seed = 1,
		.log = &log,
		.metrics = rig.metrics,
		.query = { { 1, reference_most }, WAIT_US, 1000 },
		.session = {
			.window = window,
			.late_max = 10,
			.bind_timeout_us = US_PER_S,
			.response_timeout_us = 50 * US_PER_MS,
			.keepalive_us = 10 * US_PER_S,
			.keepalive_timeout_us = 10 * US_PER_S,
			.frame_timeout_us = US_PER_S,
			.write_timeout_us = US_PER_S,
			.unbind_timeout_us = 100 * US_PER_MS,
			.out_octets = SESSION_OUT_OCTETS_MIN,
		},
	};
	rig.carrier = tcp_carrier_create(rig.loop, &options);
	cr_assert_not_null(rig.carrier);
	rig.member = (struct loop_member){ .turn = turn, .next_deadline = next_deadline };
	loop_add(rig.loop, &rig.member);
	rig.carrier->ops->open(rig.carrier, &events, NULL);
	run("up", is_up);
}

static void set_up(uint16_t reference_most, const struct answer *answers, unsigned count)
{
	set_up_window(10, reference_most, answers, count);
}

static bool has_closed(void)
{
	return rig.closed == 1;
}

static void tear_down(void)
{
	rig.carrier->ops->close(rig.carrier, US_PER_S);
	run("close", has_closed);
	rig.carrier->ops->destroy(rig.carrier);
	loop_remove(&rig.member);
	loop_destroy(rig.loop);
	metrics_destroy(rig.metrics);
	if (rig.peer >= 0)
		close(rig.peer);
	close(rig.listener);
}

static void submit(uint64_t seq)
{
	static const struct msisdn to = { "8613912340001", 13 };
	static const struct segment segment = {
		.octets = (const uint8_t *)"Hi", .octets_len = 2, .index = 1, .total = 1
	};
	const struct submit made = {
		.token = seq, .key = { .origin = { .ms = 7, .seq = seq }, .segment = 1 }, .to = &to, .segment = &segment
	};
	cr_assert_eq(rig.carrier->ops->submit(rig.carrier, &made), SUBMIT_TAKEN);
	rig.carrier->ops->flush(rig.carrier);
}

static uint64_t count_of(enum metric metric)
{
	return (uint64_t)metrics_value(rig.metrics, metric, 0, 0);
}

static bool has_late(void)
{
	return rig.late_count > 0;
}

static bool has_unknown(void)
{
	return rig.unknown > 0;
}

static bool has_given_up(void)
{
	return count_of(METRIC_QUERIES_GIVEN_UP) > 0;
}

static bool has_rested(void)
{
	return loop_now(rig.loop).mono >= rig.rests_until;
}

static void rest(mono_us span_us)
{
	rig.rests_until = loop_now(rig.loop).mono + span_us;
	run("rest", has_rested);
}

/* -- tests -- */

/* In the end the carrier says that it has the message, once; a state that is final is a receipt too. */
Test(tcp_query, found)
{
	static const struct row {
		const char *name;
		struct answer answers[ANSWERS_MAX];
		unsigned count;
		enum message_state want; /* NONE: no receipt */
		unsigned want_absent;
	} rows[] = {
		{ "on its way", { { 0, "m1", 1 } }, 1, MESSAGE_STATE_NONE, 0 },
		{ "accepted", { { 0, "m1", 6 } }, 1, MESSAGE_STATE_NONE, 0 },
		{ "delivered", { { 0, "m1", 2 } }, 1, MESSAGE_STATE_DELIVERED, 0 },
		{ "undeliverable", { { 0, "m1", 5 } }, 1, MESSAGE_STATE_UNDELIVERABLE, 0 },
		{ "rejected", { { 0, "m1", 8 } }, 1, MESSAGE_STATE_REJECTED, 0 },
		{ "not yet there", { { 0x67, "", 0 }, { 0x0C, "", 0 }, { 0, "m1", 1 } }, 3, MESSAGE_STATE_NONE, 2 },
		{ "too fast", { { 0x58, "", 0 }, { 0, "m1", 1 } }, 2, MESSAGE_STATE_NONE, 0 },
		{ "a state that says nothing", { { 0, "m1", 7 }, { 0, "m1", 1 } }, 2, MESSAGE_STATE_NONE, 0 },
		{ "no answer", { { SILENCE, "", 0 }, { 0, "m1", 1 } }, 2, MESSAGE_STATE_NONE, 0 },
		{ "links that break",
		  { { BREAK, "", 0 },
		    { BREAK, "", 0 },
		    { 0x67, "", 0 },
		    { BREAK, "", 0 },
		    { BREAK, "", 0 },
		    { 0, "m1", 1 } },
		  6,
		  MESSAGE_STATE_NONE,
		  1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		set_up(1000, row->answers, row->count);
		submit(5);
		run(row->name, has_late);
		cr_assert_eq(rig.unknown, 1, "%s", row->name);
		cr_assert_eq(rig.asked, row->count, "%s: %u", row->name, rig.asked);
		for (unsigned k = 1; k < rig.asked; k++)
			cr_assert_eq(rig.references[k], rig.references[0], "%s", row->name);
		cr_assert(rig.late_key.origin.seq == 5 && rig.late_key.segment == 1, "%s", row->name);
		cr_assert_str_eq(rig.late_ref, "m1", "%s", row->name);
		cr_assert(rig.late_is_queried, "%s", row->name);
		cr_assert_eq(rig.receipt_count, row->want != MESSAGE_STATE_NONE, "%s", row->name);
		cr_assert_eq(rig.receipt.state, row->want, "%s", row->name);
		if (row->want != MESSAGE_STATE_NONE)
			cr_assert_str_eq(rig.receipt_ref, "m1", "%s", row->name);
		cr_assert_eq(count_of(METRIC_QUERIES), row->count, "%s", row->name);
		cr_assert_eq(count_of(METRIC_QUERIES_FOUND), 1, "%s", row->name);
		cr_assert_eq(count_of(METRIC_QUERIES_ABSENT), row->want_absent, "%s", row->name);
		rest(3 * WAIT_US);
		cr_assert(rig.late_count == 1 && rig.asked == row->count, "%s: nothing more", row->name);
		cr_assert_eq(rig.carrier->ops->credit(rig.carrier), 10, "%s", row->name);
		tear_down();
	}
}

/* A link that breaks with the submit on it: the next link asks. */
Test(tcp_query, asked_on_the_next_link)
{
	static const struct answer answers[] = { { 0, "m1", 1 } };
	set_up(1000, answers, 1);
	submit(5);
	rest(10 * US_PER_MS);
	hang_up();
	run("unknown", has_unknown);
	run("found", has_late);
	cr_assert_str_eq(rig.late_ref, "m1");
	tear_down();
}

/* Nothing that the carrier says, again and again, says that it has the message. */
Test(tcp_query, given_up)
{
	static const struct {
		const char *name;
		struct answer answer;
	} rows[] = {
		{ "absent", { 0x67, "", 0 } },
		{ "no id", { 0, "", 6 } },
		{ "an error", { 0x08, "", 0 } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up(1000, &rows[i].answer, 1);
		submit(5);
		run(rows[i].name, has_given_up);
		cr_assert_eq(rig.asked, 5, "%s", rows[i].name);
		cr_assert_eq(rig.late_count, 0, "%s", rows[i].name);
		cr_assert_eq(rig.log_lines, 0, "%s", rows[i].name);
		tear_down();
	}
}

static bool has_accepted(void)
{
	return rig.accepted == 1;
}

/* What was lost has the reference of a message before it, and it is that one which the carrier tells. */
Test(tcp_query, an_earlier_message_is_no_proof)
{
	static const struct answer answers[] = { { 0, "a1", 2 }, { 0, "a1", 2 }, { 0, "m1", 1 } };
	set_up(1, answers, 3);
	rig.answers_submits = true;
	submit(4);
	run("accepted", has_accepted);
	rig.answers_submits = false;
	submit(5);
	run("found", has_late);
	cr_assert_eq(rig.asked, 3);
	cr_assert_str_eq(rig.late_ref, "m1");
	cr_assert_eq(rig.receipt_count, 0);
	cr_assert_eq(count_of(METRIC_QUERIES_ABSENT), 2);
	tear_down();
}

static bool has_asked(void)
{
	return rig.asked > 0;
}

static bool has_two_unknown(void)
{
	return rig.unknown == 2;
}

/* The answer comes after all, with the question still out, and then the link breaks: the number is not the next submit's. */
Test(tcp_query, late_answer_while_asked)
{
	static const struct answer answers[] = { { SILENCE, "", 0 }, { 0, "m1", 1 } };
	set_up(1, answers, 2);
	submit(5);
	run("asked", has_asked);
	say(SMPP_COMMAND_SUBMIT_SM_RESP, 0, rig.submit_number, (struct slice){ "a1", 3 });
	run("late", has_late);
	cr_assert(rig.late_key.origin.seq == 5 && !rig.late_is_queried);
	submit(6);
	rest(5 * US_PER_MS);
	hang_up();
	run("unknown", has_two_unknown);
	rest(4 * WAIT_US);
	cr_assert(rig.asked == 1 && rig.late_count == 1, "%u asked, %u late", rig.asked, rig.late_count);
	tear_down();
}

static bool has_logged(void)
{
	return rig.log_lines > 0;
}

/* A carrier that does not take the question is not asked any more, of nothing, and a human reads why. */
Test(tcp_query, unsupported)
{
	static const struct answer rows[] = { { 0x03, "", 0 }, { NACK, "", 0 }, { 0xC1, "", 0 } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up(1000, &rows[i], 1);
		submit(5);
		submit(6);
		run("told", has_logged);
		unsigned asked = rig.asked;
		cr_assert_leq(asked, 2, "row %zu", i);
		submit(7);
		rest(50 * US_PER_MS + 4 * WAIT_US);
		cr_assert_eq(rig.unknown, 3, "row %zu", i);
		cr_assert(rig.asked == asked && rig.log_lines == 1 && rig.late_count == 0, "row %zu", i);
		cr_assert_eq(metrics_value(rig.metrics, METRIC_QUERIES_OPEN, 0, 0), 0, "row %zu", i);
		tear_down();
	}
}

/* So it goes where it answers a question by closing the connection, or never. */
Test(tcp_query, never_answered)
{
	static const struct {
		const char *name;
		struct answer answer;
		unsigned least, most; /* asked */
	} rows[] = {
		{ "closes", { BREAK, "", 0 }, 3, 3 },
		{ "is silent", { SILENCE, "", 0 }, 16, 18 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up(1000, &rows[i].answer, 1);
		for (unsigned seq = 5; seq < 9; seq++)
			submit(seq);
		run(rows[i].name, has_logged);
		rest(100 * US_PER_MS);
		cr_assert(rig.asked >= rows[i].least && rig.asked <= rows[i].most, "%s: %u", rows[i].name, rig.asked);
		cr_assert(rig.log_lines == 1 && rig.late_count == 0, "%s", rows[i].name);
		cr_assert_eq(metrics_value(rig.metrics, METRIC_QUERIES_OPEN, 0, 0), 0, "%s", rows[i].name);
		tear_down();
	}
}

/* Questions leave most of a window to submits, and count in it; the last place is told when it is free again. */
Test(tcp_query, window)
{
	static const struct answer silence = { SILENCE, "", 0 };
	static const struct {
		unsigned window, want;
	} rows[] = { { 1, 1 }, { 3, 1 }, { 8, 2 }, { 20, 5 }, { 100, 8 } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up_window(rows[i].window, 1000, &silence, 1);
		unsigned submits = rows[i].window < 10 ? rows[i].window : 10;
		for (unsigned seq = 1; seq <= submits; seq++)
			submit(seq);
		run("asked", has_asked);
		unsigned credits = rig.credits;
		unsigned most = 0;
		for (unsigned k = 0; k < 30; k++) {
			rest(US_PER_MS);
			unsigned used = (unsigned)metrics_value(rig.metrics, METRIC_WINDOW_USED, 0, 0);
			cr_assert_eq(used, rows[i].window - rig.carrier->ops->credit(rig.carrier));
			most = used > most ? used : most;
		}
		cr_assert_eq(most, rows[i].want, "window %u: %u", rows[i].window, most);
		rest(50 * US_PER_MS);
		cr_assert_eq(rig.credits > credits, rows[i].window == 1, "window %u", rows[i].window);
		tear_down();
	}
}

/* Nothing is asked of a carrier at rest. */
Test(tcp_query, at_rest)
{
	static const struct answer answers[] = { { 0, "m1", 1 } };
	set_up(1000, answers, 1);
	submit(5);
	run("unknown", has_unknown);
	rig.carrier->ops->rest(rig.carrier, true);
	rest(3 * WAIT_US);
	cr_assert_eq(rig.asked, 0);
	rig.carrier->ops->rest(rig.carrier, false);
	run("found", has_late);
	cr_assert_eq(rig.asked, 1);
	tear_down();
}
