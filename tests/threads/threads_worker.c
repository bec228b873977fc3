/* SPDX-License-Identifier: Apache-2.0 */

/* Two real workers in this process, as serve has them: started, looked at from the main thread all the time, drained,
 * joined. Once with neither Redis nor carrier, once with both. */

#include "app/log_sink.h"
#include "app/template_dir.h"
#include "app/worker.h"
#include "books.h"
#include "model/closing.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WORKERS  2
#define EDITIONS 2
#define LOAD     2000
#define TURNS    8 /* that each worker makes with nobody there: it tries to reach Redis again and again */

#define DRAIN_US (10 * US_PER_S)

struct house {
	struct config *config;
	struct catalogue *editions[EDITIONS]; /* published in turn */
	unsigned published;
	struct snapshot *snapshot;
	struct slot_names names;
	struct log_sink sink;
	struct metrics_labels labels;
	struct metrics *metrics[WORKERS];
	char *page; /* room for /metrics */
	size_t page_cap;
	struct worker_options options[WORKERS];
	struct worker *workers[WORKERS];
	struct worker_status statuses[WORKERS]; /* as of the last look */
	_Atomic unsigned done;
};

static struct house house;

/* -- making the house -- */

static void make_labels(void)
{
	static const char *lanes[LANE_COUNT];
	static const char *classes[OUTCOME_COUNT];
	static const char *closings[CLOSING_COUNT];
	static const char *states[MESSAGE_STATE_COUNT];
	static const char *const calls[] = { "read", "begin", "settle" };
	for (unsigned i = 0; i < LANE_COUNT; i++)
		lanes[i] = lane_name((enum lane)i);
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		classes[i] = outcome_class_name((enum outcome_class)i);
	for (unsigned i = 0; i < CLOSING_COUNT; i++)
		closings[i] = closing_name((enum closing)i);
	for (unsigned i = 0; i < MESSAGE_STATE_COUNT; i++)
		states[i] = i == MESSAGE_STATE_NONE ? "NONE" : message_state_name((enum message_state)i);
	unsigned reason_count;
	const char *const *reasons = pipeline_dead_reasons(&reason_count);
	unsigned template_class_count;
	const char *const *template_classes = pipeline_class_names(&template_class_count);
	house.labels = (struct metrics_labels){
		.names = { [METRIC_LABEL_ACCOUNT] = house.names.names,
			   [METRIC_LABEL_LANE] = lanes,
			   [METRIC_LABEL_CLASS] = classes,
			   [METRIC_LABEL_EVENT] = closings,
			   [METRIC_LABEL_REASON] = reasons,
			   [METRIC_LABEL_STAGE] = pipeline_stage_names(),
			   [METRIC_LABEL_TEMPLATE_CLASS] = template_classes,
			   [METRIC_LABEL_STATE] = states,
			   [METRIC_LABEL_CALL] = calls,
			   [METRIC_LABEL_RULE] = protection_labels() },
		.count = { [METRIC_LABEL_ACCOUNT] = 1,
			   [METRIC_LABEL_LANE] = LANE_COUNT,
			   [METRIC_LABEL_CLASS] = OUTCOME_COUNT,
			   [METRIC_LABEL_EVENT] = CLOSING_COUNT,
			   [METRIC_LABEL_REASON] = reason_count,
			   [METRIC_LABEL_STAGE] = STAGE_COUNT,
			   [METRIC_LABEL_TEMPLATE_CLASS] = template_class_count,
			   [METRIC_LABEL_STATE] = MESSAGE_STATE_COUNT,
			   [METRIC_LABEL_CALL] = 3,
			   [METRIC_LABEL_RULE] = PROTECTION_COUNT },
	};
}

static void make_config(const char *redis_url, uint16_t smsc_port)
{
	char text[1024];
	char path[WORLD_PATH_OCTETS];
	struct err_at at = { .err = ERR_OK };
	int len = snprintf(text, sizeof text,
			   "redis: { url: \"%s\" }\n"
			   "signature: \"国网吉林电力\"\n"
			   "instance: { name: threads }\n"
			   "accounts:\n"
			   "  - { name: fake, protocol: smpp, address: \"127.0.0.1:%u\", system_id: hongyan, password: "
			   "secret, source: \"10690001\", binds: 2, window: 50, reconnect_min: 10ms, reconnect_max: "
			   "20ms }\n",
			   redis_url, smsc_port);
	EXPECT(len > 0 && (size_t)len < sizeof text);
	world_write("gateway.yaml", text);
	if (config_load(world_path(path, "gateway.yaml"), NULL, &house.config, &at) != ERR_OK)
		FAIL("gateway.yaml: %s", at.text);
}

static void on_done(void *ctx)
{
	(void)ctx;
	atomic_fetch_add(&house.done, 1);
}

/* Other templates come into force, again and again: what a worker has not followed yet is overtaken. */
static void publish(void)
{
	for (unsigned i = 0; i < WORKERS; i++)
		worker_follow(house.workers[i], house.editions[house.published % EDITIONS]);
	house.published++;
}

static void house_open(const char *redis_url, uint16_t smsc_port)
{
	make_config(redis_url, smsc_port);
	for (unsigned i = 0; i < EDITIONS; i++)
		EXPECT(template_dir_load(SOURCE_DIR "/tests/e2e/templates", house.config->locale, &house.editions[i],
					 NULL, NULL) == ERR_OK);
	EXPECT(snapshot_create(house.config, NULL, &house.names, &house.snapshot, NULL) == ERR_OK);
	log_sink_init(&house.sink, house.config->log.level);
	make_labels();
	for (unsigned i = 0; i < WORKERS; i++) {
		house.metrics[i] = metrics_create(&house.labels);
		EXPECT(house.metrics[i] != NULL);
	}
	house.page_cap = metrics_format_octets(house.metrics[0]);
	house.page = malloc(house.page_cap);
	EXPECT(house.page != NULL);
	for (unsigned i = 0; i < WORKERS; i++) {
		house.options[i] = (struct worker_options){
			.snapshot = house.snapshot,
			.account_names = house.names.names,
			.log = &house.sink.log,
			.metrics = house.metrics[i],
			.index = i,
			.count = WORKERS,
			.nonce = 4711,
			.on_done = on_done,
		};
		house.workers[i] = worker_start(&house.options[i]);
		EXPECT(house.workers[i] != NULL);
	}
	publish();
}

static void house_close(void)
{
	for (unsigned i = 0; i < WORKERS; i++)
		metrics_destroy(house.metrics[i]);
	free(house.page);
	snapshot_release(house.snapshot);
	for (unsigned i = 0; i < EDITIONS; i++)
		catalogue_release(house.editions[i]);
	config_destroy(house.config);
}

/* -- what the main thread does meanwhile -- */

/* Reads all that the admin pages read. Always true, so that it can stand in a condition. */
static bool look(void)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		unsigned version = house.statuses[i].gauges.version;
		worker_read_status(house.workers[i], &house.statuses[i]);
		EXPECT(house.statuses[i].gauges.version >= version);
	}
	publish();
	struct buf page = buf_over(house.page, house.page_cap);
	metrics_format((const struct metrics *const[]){ house.metrics[0], house.metrics[1] }, WORKERS, &page);
	EXPECT(!page.full);
	return true;
}

static int64_t sum(enum metric metric, unsigned index)
{
	int64_t total = 0;
	for (unsigned i = 0; i < WORKERS; i++)
		total += metrics_value(house.metrics[i], metric, index, 0);
	return total;
}

static void *drain_all(void *ctx)
{
	const mono_us *grace_us = ctx;
	for (unsigned i = 0; i < WORKERS; i++)
		worker_drain(house.workers[i], *grace_us);
	return NULL;
}

/* Drains from two threads at once while this one looks on. */
static void drain_and_join(void)
{
	mono_us grace_us = DRAIN_US;
	pthread_t threads[2];
	for (unsigned i = 0; i < 2; i++)
		EXPECT(pthread_create(&threads[i], NULL, drain_all, &grace_us) == 0);
	AWAIT(30, look() && atomic_load(&house.done) == WORKERS);
	for (unsigned i = 0; i < 2; i++)
		EXPECT(pthread_join(threads[i], NULL) == 0);
	/* One that has ended may still be asked. */
	drain_all(&grace_us);
	look();
	for (unsigned i = 0; i < WORKERS; i++) {
		worker_join(house.workers[i]);
		EXPECT(house.statuses[i].gauges.is_draining);
	}
}

/* -- nothing listens -- */

/* A port that refuses, for as long as the socket lives: it is bound, but nobody listens. */
static int closed_port(uint16_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EXPECT(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
	EXPECT(getsockname(fd, (struct sockaddr *)&address, &len) == 0);
	*port = ntohs(address.sin_port);
	return fd;
}

/* Redis and the account are down, and the account says why. */
static bool has_told(unsigned worker)
{
	const struct pipeline_gauges *gauges = &house.statuses[worker].gauges;
	return !gauges->store_is_up && gauges->account_states[0] == CARRIER_DOWN && gauges->account_reasons[0][0];
}

static void nothing_listens(void)
{
	uint16_t redis_port;
	uint16_t smsc_port;
	char url[64];
	world_open();
	int redis_fd = closed_port(&redis_port);
	int smsc_fd = closed_port(&smsc_port);
	snprintf(url, sizeof url, "redis://127.0.0.1:%u/0", redis_port);
	house_open(url, smsc_port);
	for (unsigned i = 0; i < WORKERS; i++) {
		AWAIT(10, look() && has_told(i));
		AWAIT(30, look() && metrics_value(house.metrics[i], METRIC_TURNS, 0, 0) >= TURNS);
	}
	EXPECT_COUNT(sum(METRIC_WORKERS, 0), WORKERS);
	drain_and_join();
	EXPECT_COUNT(sum(METRIC_WORKERS, 0), 0);
	EXPECT_COUNT(sum(METRIC_LINKS_UP, 0) + sum(METRIC_STORE_UP, 0), 0);
	house_close();
	close(redis_fd);
	close(smsc_fd);
	world_close();
}

/* -- all is there -- */

static void load_once(void)
{
	static struct smsc smsc;
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, NULL);
	house_open(redis_server_url(), smsc.port);
	books_add_load(0, LOAD / 2);
	AWAIT(20, look() && sum(METRIC_CLOSINGS, CLOSING_ACCEPTED) > 0);
	books_add_load(LOAD / 2, LOAD / 2);
	AWAIT(30, look() && books_waiting() == 0);
	drain_and_join();
	EXPECT_COUNT(sum(METRIC_CLOSINGS, CLOSING_ACCEPTED), LOAD);
	EXPECT_COUNT(sum(METRIC_SUBMITS, 0), LOAD);
	EXPECT_COUNT(sum(METRIC_WINDOW_USED, 0) + sum(METRIC_LINKS_UP, 0) + sum(METRIC_PARCELS_USED, 0), 0);
	house_close();
	smsc_finish(&smsc);
	EXPECT_COUNT(smsc_total(&smsc, "violations_total"), 0);
	EXPECT_COUNT(books_check_load(LOAD, &smsc), 0);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "nothing_listens", nothing_listens, 60, false },
		{ "load_once", load_once, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
