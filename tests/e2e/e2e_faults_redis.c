/* SPDX-License-Identifier: Apache-2.0 */

/* Redis, or the way to it, goes away. */

#include "books.h"
#include "e2e_faults.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Both connections at once, again and again. Nothing may be lost, and nothing may go out twice: the gateway lives. */
void faults_client_kill(void)
{
	enum { KILLS = 20 };
	faults_open(NULL, NULL, true);
	for (unsigned i = 1; i <= KILLS; i++) {
		faults_await_taken(FAULTS_LOAD * i / (KILLS + 1));
		redis_server_int("CLIENT KILL TYPE normal SKIPME yes");
	}
	EXPECT_COUNT(faults_close(), 0);
}

/* The ids of the gateway's connections, the oldest first. */
static unsigned connections(long long ids[static 8])
{
	unsigned count = 0;
	redisReply *reply = redis_server_call("CLIENT LIST");
	long long own = redis_server_int("CLIENT ID");
	for (const char *line = reply->str; line != NULL && *line != '\0' && count < 8;) {
		long long id = 0;
		if (sscanf(line, "id=%lld", &id) == 1 && id != own)
			ids[count++] = id;
		line = strchr(line, '\n');
		line += line != NULL;
	}
	freeReplyObject(reply);
	return count;
}

/* One of the two at a time, while the other works on. */
void faults_reader_kill(void)
{
	enum { KILLS = 30 };
	faults_open(NULL, NULL, true);
	for (unsigned i = 1; i <= KILLS; i++) {
		long long ids[8];
		faults_await_taken(FAULTS_LOAD * i / (KILLS + 1));
		unsigned count = connections(ids);
		if (count > 0)
			redis_server_int("CLIENT KILL ID %lld", ids[i % count]);
	}
	EXPECT_COUNT(faults_close(), 0);
}

void faults_redis_restart(void)
{
	faults_open(NULL, NULL, true);
	for (unsigned i = 1; i <= 3; i++) {
		faults_await_taken(FAULTS_LOAD * i / 4);
		redis_server_kill();
		redis_server_start();
	}
	EXPECT_COUNT(faults_close(), 0);
}

/* Answers are cut anywhere, after what they answer to has had its effect; with another seed each time. */
void faults_cut_answers(void)
{
	static struct process cutter = { .in = -1, .out = -1 };
	char path[WORLD_PATH_OCTETS];
	char url[WORLD_PATH_OCTETS + 8];
	char seed[24];
	char rate[24];
	world_open();
	redis_server_start();
	smsc_start(&faults_smsc, "smsc", 0, (const char *const[]){ "--latency", FAULTS_LATENCY, NULL });
	world_path(path, "cut.sock");
	snprintf(url, sizeof url, "unix://%s", path);
	snprintf(seed, sizeof seed, "%u", (unsigned)getpid());
	fprintf(stderr, "cut_answers: seed %s\n", seed);
	process_start(&cutter, "cutter",
		      (const char *const[]){ REDIS_CUTTER_PROGRAM, path, redis_server_url() + strlen("unix://"), seed,
					     "60", "30", NULL },
		      false);
	books_add_load(0, FAULTS_LOAD);
	/* Three seconds, however fast the machine is. */
	snprintf(rate, sizeof rate, "tps: %d", FAULTS_LOAD / 3);
	gateway_process_start(&faults_gateway, "gateway",
			      &(struct gateway_options){
				      .smsc = &faults_smsc,
				      .redis_url = url,
				      .account_more = rate,
			      },
			      false);
	books_await_settled(60);
	gateway_process_stop(&faults_gateway);
	process_kill(&cutter);
	/* Ten at least, or it tests nothing. */
	char *log = world_read(cutter.log);
	if (log == NULL || strstr(log, "50 cuts left") == NULL)
		FAIL("too few cuts: %s", log);
	free(log);
	EXPECT_COUNT(faults_end(), 0);
}

void faults_script_flush(void)
{
	faults_open(NULL, NULL, true);
	for (unsigned i = 1; i <= 8; i++) {
		faults_await_taken(FAULTS_LOAD * i / 9);
		freeReplyObject(redis_server_call("SCRIPT FLUSH"));
	}
	EXPECT_COUNT(faults_close(), 0);
}

/* With nothing else to do, what waits for its time must still come back. */
void faults_script_flush_idle(void)
{
	world_open();
	redis_server_start();
	smsc_start(&faults_smsc, "smsc", 0, NULL);
	gateway_process_start(&faults_gateway, "gateway",
			      &(struct gateway_options){
				      .smsc = &faults_smsc,
				      .root_more = "retry: { base: 2s, max: 2s }",
			      },
			      true);
	smsc_tell(&faults_smsc, "fail 0x08");
	books_add_load(0, 20);
	AWAIT(10, redis_server_int("ZCARD {hongyan}:later") == 20);
	/* Nothing is live, so that nothing is read that could find out. */
	smsc_tell(&faults_smsc, "close");
	freeReplyObject(redis_server_call("SCRIPT FLUSH"));
	smsc_tell(&faults_smsc, "fail off");
	books_await_settled(20);
	gateway_process_stop(&faults_gateway);
	smsc_finish(&faults_smsc);
	EXPECT_COUNT(books_check_load(20, &faults_smsc), 0);
	smsc_fini(&faults_smsc);
	redis_server_stop();
	world_close();
}

static unsigned times_said(const char *text)
{
	unsigned count = 0;
	char *log = world_read(faults_gateway.process.log);
	EXPECT(log != NULL);
	for (const char *at = log; (at = strstr(at, text)) != NULL; at += strlen(text))
		count++;
	free(log);
	return count;
}

static double reconnects(void)
{
	return gateway_process_metric(&faults_gateway, "hongyan_store_reconnects_total");
}

/* Redis is full: nothing new is begun, what was sent is still taken off the queue; that is said once, and no connection
 * is lost over it. With room again, all goes on by itself. */
void faults_redis_full(void)
{
	faults_open(NULL, NULL, true);
	double connections = reconnects();
	double workers = gateway_process_metric(&faults_gateway, "hongyan_workers");
	faults_await_taken(FAULTS_LOAD / 4);
	freeReplyObject(redis_server_call("CONFIG SET maxmemory 1mb"));
	AWAIT(20, gateway_process_metric(&faults_gateway, "hongyan_store_full") == 1);
	/* Each has its place: with the carrier, and in the totals. */
	AWAIT(20, smsc_count(&faults_smsc, "accepted") == books_total("accepted"));
	HOLDS(2, smsc_count(&faults_smsc, "accepted") == books_total("accepted"));
	EXPECT(books_waiting() > FAULTS_LOAD / 3);
	freeReplyObject(redis_server_call("CONFIG SET maxmemory 0"));
	AWAIT(20, gateway_process_metric(&faults_gateway, "hongyan_store_full") == 0);
	EXPECT(times_said("\"redis_full\"") <= workers);
	EXPECT_COUNT(times_said("\"redis_has_room\""), times_said("\"redis_full\""));
	EXPECT_COUNT(reconnects(), connections);
	EXPECT_COUNT(faults_close(), 0);
}

/* Redis takes no writes for a while. */
void faults_redis_pauses(void)
{
	faults_open(NULL, NULL, true);
	double connections = reconnects();
	double workers = gateway_process_metric(&faults_gateway, "hongyan_workers");
	for (unsigned i = 1; i <= 2; i++) {
		faults_await_taken(FAULTS_LOAD * i / 4);
		freeReplyObject(redis_server_call("CONFIG SET min-replicas-to-write 1"));
		AWAIT(20, !gateway_process_is_ready(&faults_gateway));
		AWAIT(20, gateway_process_metric(&faults_gateway, "hongyan_store_up") == 0);
		freeReplyObject(redis_server_call("CONFIG SET min-replicas-to-write 0"));
		AWAIT(20, gateway_process_is_ready(&faults_gateway));
	}
	EXPECT_COUNT(times_said("\"store_down\""), 2 * workers);
	EXPECT_COUNT(times_said("NOREPLICAS"), 2 * workers);
	EXPECT_COUNT(reconnects(), connections);
	EXPECT_COUNT(faults_close(), 0);
}

/* A Redis that may throw keys away is taken for none, also where it becomes so while all goes well; one that keeps nothing is told. */
void faults_redis_unfit(void)
{
	faults_open(NULL, NULL, true);
	faults_await_taken(FAULTS_LOAD / 4);
	redis_server_do("CONFIG SET maxmemory-policy allkeys-lru"); /* without a limit nothing is thrown away */
	faults_await_taken(FAULTS_LOAD / 2);
	redis_server_do("CONFIG SET maxmemory 1gb");
	AWAIT(20, !gateway_process_is_ready(&faults_gateway));
	AWAIT(20, times_said("its maxmemory-policy is allkeys-lru; set noeviction") > 0);
	HOLDS(1, !gateway_process_is_ready(&faults_gateway));
	redis_server_do("CONFIG SET maxmemory-policy noeviction");
	AWAIT(20, gateway_process_is_ready(&faults_gateway));
	EXPECT_COUNT(times_said("\"redis_not_durable\""), 0);
	redis_server_do("CONFIG SET appendonly no");
	AWAIT(20, times_said("\"redis_not_durable\"") == 1);
	redis_server_do("CONFIG SET appendonly yes");
	EXPECT_COUNT(faults_close(), 0);
}
