/* SPDX-License-Identifier: Apache-2.0 */

/* Another Redis takes over: a replica that has not heard the last of it, by Sentinel; another node of a Cluster. Gateways live, so that
 * nothing may be lost and nothing may go out twice. */

#include "auditor.h"
#include "books.h"
#include "command_process.h"
#include "gateway_process.h"
#include "redis_nodes.h"
#include "redis_server.h"
#include "scenario.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GATEWAYS 3
#define LOAD     3000
#define TPS      "tps: 1200"

static struct redis_node master, replica, sentinel;
static struct process line = { .in = -1, .out = -1 };
static struct gateway_process gateways[GATEWAYS];
static struct smsc smsc;

static uint32_t random_below(uint32_t *state, uint32_t limit)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 8) % limit;
}

static void start_gateways(const char *redis_more)
{
	static const char *const names[GATEWAYS] = { "one", "two", "three" };
	const struct gateway_options options = {
		.smsc = &smsc,
		.redis_url = "redis://127.0.0.1:1/0", /* nobody is there */
		.redis_more = redis_more,
		.account_more = TPS,
	};
	for (unsigned i = 0; i < GATEWAYS; i++)
		gateway_process_start(&gateways[i], names[i], &options, false);
}

/* The replica hears all so many milliseconds later, over a line that ends with the master. */
static void start_pair(unsigned lag_ms)
{
	char line_port[8], master_port[8], lag[16];
	redis_node_start(&master, "master", NULL);
	snprintf(line_port, sizeof line_port, "%u", world_free_port());
	snprintf(master_port, sizeof master_port, "%u", master.port);
	snprintf(lag, sizeof lag, "%u", lag_ms);
	process_start(&line, "line", (const char *const[]){ REDIS_DELAYER_PROGRAM, line_port, master_port, lag, NULL },
		      false);
	redis_node_start(&replica, "replica", (const char *const[]){ "--replicaof", "127.0.0.1", line_port, NULL });
	AWAIT(20, redis_node_says(&replica, "master_link_status:up"));
	redis_server_use(master.port);
	smsc_start(&smsc, "smsc", 0, (const char *const[]){ "--latency", "uniform:5-60", NULL });
	books_add_load(0, LOAD);
	EXPECT_COUNT(redis_server_int("WAIT 1 10000"), 1);
	redis_node_start_sentinel(&sentinel, "sentinel", &master);
}

static void start_by_sentinel(unsigned lag_ms)
{
	char more[128];
	start_pair(lag_ms);
	snprintf(more, sizeof more, "sentinels: [\"127.0.0.1:1\", \"127.0.0.1:%u\"], sentinel_master: hongyan",
		 sentinel.port);
	start_gateways(more);
}

static bool has_taken(unsigned count)
{
	return smsc_count(&smsc, "accepted") >= (long long)count;
}

static unsigned said_by_all(const char *event)
{
	unsigned count = 0;
	for (unsigned i = 0; i < GATEWAYS; i++)
		count += gateway_process_count_said(&gateways[i], event) > 0;
	return count;
}

/* A command finds the one that takes writes, by the gateways' own configuration. */
static void expect_command_finds_it(void)
{
	command_use(gateways[0].config);
	command_expect(0, "no dead letters", COMMAND("dead", "list"));
	command_expect(0, "1", COMMAND("optout", "add", "13900000001"));
}

/* All is settled, once, and none is said to be in doubt. */
static void finish(void)
{
	books_await_settled(60);
	expect_command_finds_it();
	for (unsigned i = 0; i < GATEWAYS; i++)
		gateway_process_stop(&gateways[i]);
	smsc_finish(&smsc);
	EXPECT_COUNT(smsc_total(&smsc, "violations_total"), 0);
	auditor_check_load(&smsc, LOAD, 0);
	EXPECT_COUNT(books_check_load(LOAD, &smsc), 0);
	smsc_fini(&smsc);
}

/* The master is gone with the last that it was told; when, and how much that is, the seed says. */
static void lose_master(uint32_t seed)
{
	uint32_t state = seed * 2654435761u;
	unsigned lag_ms = 20 + random_below(&state, 180);
	unsigned taken = LOAD / 10 + random_below(&state, LOAD * 6 / 10);
	fprintf(stderr, "seed %u: the master ends after %u messages, the replica is %u ms behind\n", seed, taken,
		lag_ms);
	world_open();
	start_by_sentinel(lag_ms);
	AWAIT(30, has_taken(taken));
	process_kill(&line);
	process_kill(&master.process);
	AWAIT(20, redis_node_says(&replica, "role:master"));
	redis_server_use(replica.port);
	AWAIT(30, said_by_all("redis_is_another") == GATEWAYS);
	finish();
	process_kill(&replica.process);
	process_kill(&sentinel.process);
	world_close();
}

#define SEED(number)                    \
	static void seed_##number(void) \
	{                               \
		lose_master(number);    \
	}
SEED(1)
SEED(2)
SEED(3)
SEED(4)
SEED(5)
SEED(6)
SEED(7)
SEED(8)
SEED(9)
SEED(10)
SEED(11)
SEED(12)
SEED(13)
SEED(14)
SEED(15)
SEED(16)
SEED(17)
SEED(18)
SEED(19)
SEED(20)

/* The master is asked to hand over, and lives on as a replica. */
static void handed_over(void)
{
	world_open();
	start_by_sentinel(0);
	AWAIT(30, has_taken(LOAD / 3));
	AWAIT(20, (redis_node_do(&sentinel, "PING"), redis_node_says(&sentinel, "sentinel_masters:1")));
	redis_node_do(&sentinel, "SENTINEL FAILOVER hongyan");
	AWAIT(20, redis_node_says(&replica, "role:master"));
	AWAIT(30, said_by_all("redis_is_another") == GATEWAYS);
	redis_server_use(replica.port);
	finish();
	process_kill(&line);
	process_kill(&master.process);
	process_kill(&replica.process);
	process_kill(&sentinel.process);
	world_close();
}

/* -- a Cluster -- */

#define NODES 3

static struct redis_node nodes[NODES];
static unsigned owner; /* of the slot that our keys lie in */

static void meet(const struct redis_node *node, const struct redis_node *other)
{
	redis_node_do(node, "CLUSTER MEET 127.0.0.1 %u %u", other->port, other->bus_port);
}

/* It knows all three, and somebody for each slot. */
static bool is_cluster_whole(const struct redis_node *node)
{
	redisReply *reply = redis_node_call(node, "CLUSTER INFO");
	bool is_whole = reply != NULL && reply->str != NULL && strstr(reply->str, "cluster_state:ok") != NULL &&
			strstr(reply->str, "cluster_known_nodes:3") != NULL;
	freeReplyObject(reply);
	return is_whole;
}

/* It may not know that node yet. */
static bool replicates(const struct redis_node *node, const char *id)
{
	redisReply *reply = redis_node_call(node, "CLUSTER REPLICATE %s", id);
	bool does = reply != NULL && reply->type == REDIS_REPLY_STATUS;
	freeReplyObject(reply);
	return does;
}

static long long key_slot(void)
{
	redisReply *reply = redis_node_call(&nodes[0], "CLUSTER KEYSLOT {hongyan}");
	EXPECT(reply != NULL && reply->type == REDIS_REPLY_INTEGER);
	long long slot = reply->integer;
	freeReplyObject(reply);
	return slot;
}

/* Three masters, each with a third of the slots; gateways know the two that have not ours. */
static void start_cluster(void)
{
	static const char *const names[NODES] = { "node-1", "node-2", "node-3" };
	static const char *const yes[] = { "--cluster-enabled", "yes", "--cluster-node-timeout", "1000", NULL };
	char more[128];
	unsigned from = 0;
	for (unsigned i = 0; i < NODES; i++)
		redis_node_start(&nodes[i], names[i], yes);
	for (unsigned i = 0; i < NODES; i++) {
		unsigned to = i + 1 < NODES ? from + 16384 / NODES : 16383;
		redis_node_do(&nodes[i], "CLUSTER ADDSLOTSRANGE %u %u", from, to);
		meet(&nodes[i], &nodes[(i + 1) % NODES]);
		if (key_slot() >= from && key_slot() <= to)
			owner = i;
		from = to + 1;
	}
	for (unsigned i = 0; i < NODES; i++)
		AWAIT(30, is_cluster_whole(&nodes[i]));
	redis_server_use(nodes[owner].port);
	smsc_start(&smsc, "smsc", 0, (const char *const[]){ "--latency", "uniform:5-60", NULL });
	books_add_load(0, LOAD);
	snprintf(more, sizeof more, "cluster: [\"127.0.0.1:%u\", \"127.0.0.1:%u\"]", nodes[(owner + 1) % NODES].port,
		 nodes[(owner + 2) % NODES].port);
	start_gateways(more);
}

static void node_id(const struct redis_node *node, char out[static 41])
{
	redisReply *reply = redis_node_call(node, "CLUSTER MYID");
	EXPECT(reply != NULL && reply->type == REDIS_REPLY_STRING && reply->len == 40);
	memcpy(out, reply->str, 41);
	freeReplyObject(reply);
}

/* False where nothing is left. */
static bool migrate_some(long long slot, uint16_t to_port)
{
	redisReply *keys = redis_node_call(&nodes[owner], "CLUSTER GETKEYSINSLOT %lld 50", slot);
	EXPECT(keys != NULL && keys->type == REDIS_REPLY_ARRAY);
	bool is_some = keys->elements > 0;
	for (size_t i = 0; i < keys->elements; i++)
		redis_node_do(&nodes[owner], "MIGRATE 127.0.0.1 %u %b 0 5000", to_port, keys->element[i]->str,
			      (size_t)keys->element[i]->len);
	freeReplyObject(keys);
	return is_some;
}

/* The slot of our keys goes to another node while they are in use. */
static void slot_moves(void)
{
	char from_id[41], to_id[41];
	world_open();
	start_cluster();
	AWAIT(30, has_taken(LOAD / 3));
	unsigned to = (owner + 1) % NODES;
	long long slot = key_slot();
	node_id(&nodes[owner], from_id);
	node_id(&nodes[to], to_id);
	redis_node_do(&nodes[to], "CLUSTER SETSLOT %lld IMPORTING %s", slot, from_id);
	redis_node_do(&nodes[owner], "CLUSTER SETSLOT %lld MIGRATING %s", slot, to_id);
	while (migrate_some(slot, nodes[to].port))
		continue;
	redis_node_do(&nodes[to], "CLUSTER SETSLOT %lld NODE %s", slot, to_id);
	redis_node_do(&nodes[owner], "CLUSTER SETSLOT %lld NODE %s", slot, to_id);
	redis_server_use(nodes[to].port);
	finish();
	for (unsigned i = 0; i < NODES; i++)
		process_kill(&nodes[i].process);
	world_close();
}

/* A node of the Cluster goes, and its replica takes the slots over. */
static void node_is_lost(void)
{
	world_open();
	start_cluster();
	char id[41];
	node_id(&nodes[owner], id);
	redis_node_start(&replica, "replica",
			 (const char *const[]){ "--cluster-enabled", "yes", "--cluster-node-timeout", "1000",
						"--cluster-replica-validity-factor", "0", NULL });
	meet(&replica, &nodes[0]);
	AWAIT(20, replicates(&replica, id));
	AWAIT(20, redis_node_says(&replica, "master_link_status:up"));
	AWAIT(30, has_taken(LOAD / 3));
	process_kill(&nodes[owner].process);
	AWAIT(30, redis_node_says(&replica, "role:master"));
	redis_server_use(replica.port);
	finish();
	for (unsigned i = 0; i < NODES; i++) {
		if (i != owner)
			process_kill(&nodes[i].process);
	}
	process_kill(&replica.process);
	world_close();
}

int main(int argc, char *argv[])
{
#define ROW(number, is_long)                                            \
	{                                                               \
		"lagging_replica_" #number, seed_##number, 120, is_long \
	}
	static const struct scenario scenarios[] = {
		ROW(1, false),
		ROW(2, true),
		ROW(3, true),
		ROW(4, true),
		ROW(5, true),
		ROW(6, true),
		ROW(7, true),
		ROW(8, true),
		ROW(9, true),
		ROW(10, true),
		ROW(11, true),
		ROW(12, true),
		ROW(13, true),
		ROW(14, true),
		ROW(15, true),
		ROW(16, true),
		ROW(17, true),
		ROW(18, true),
		ROW(19, true),
		ROW(20, true),
		{ "handed_over", handed_over, 120, false },
		{ "slot_moves", slot_moves, 120, false },
		{ "node_is_lost", node_is_lost, 120, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
