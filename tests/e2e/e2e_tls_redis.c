/* SPDX-License-Identifier: Apache-2.0 */

/* Redis over TLS: gateway and command line speak with it, and with no other that only says to be it. */

#include "e2e_tls.h"

#include "auditor.h"
#include "books.h"
#include "command_process.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"

#include <stdio.h>
#include <stdlib.h>

#define LOAD 1000

/* What docs/operators.md gives a gateway's user, and no more. */
#define RIGHTS                                                                                                         \
	"~{hongyan}:* -@all +@connection +@stream +@hash +@string +@list +@set +@sortedset +@scripting +@transaction " \
	"+@keyspace -@dangerous +info +time +wait"
#define USER "hongyan:secret-7@"

static struct smsc smsc;
static struct gateway_process gateway;
static uint16_t port;

/* Redis listens with TLS, beside its unix socket. auth: whether clients need a certificate, “yes” or “no”. */
static void open_world(const char *auth)
{
	world_open();
	redis_server_start();
	tls_make_certificates();
	port = world_free_port();
	redis_server_do(
		"CONFIG SET tls-cert-file %s tls-key-file %s tls-ca-cert-file %s tls-auth-clients %s tls-port %u",
		tls_path("server.pem"), tls_path("server.key"), tls_path("ca.pem"), auth, port);
	redis_server_do("ACL SETUSER hongyan on >secret-7 " RIGHTS);
	smsc_start(&smsc, "smsc", 0, (const char *const[]){ "--receipts", "on", NULL });
}

/* Nobody was kept from anything: else the rights are too few. */
static void expect_rights_do(void)
{
	redisReply *log = redis_server_call("ACL LOG");
	if (log->elements > 0)
		FAIL("Redis refused %s %s", log->element[0]->element[3]->str, log->element[0]->element[7]->str);
	freeReplyObject(log);
}

/* more: further settings of redis: { … }. */
static void write_configuration(const char *more)
{
	char yaml[1024];
	snprintf(yaml, sizeof yaml,
		 "redis: { url: \"rediss://" USER
		 "127.0.0.1:%u/0\", %s }\naccounts: [{ name: fake, address: \"h:1\", system_id: x "
		 "}]\n",
		 port, more);
	world_write("command.yaml", yaml);
	command_use(tls_path("command.yaml"));
}

static void start_gateway(const char *more, bool waits)
{
	char url[512];
	/* The harness writes url: "…". */
	snprintf(url, sizeof url, "rediss://" USER "127.0.0.1:%u/0\", %s, dedupe_window: \"24h", port, more);
	gateway_process_start(&gateway, "gateway",
			      &(struct gateway_options){ .smsc = &smsc, .window = 100, .redis_url = url }, waits);
}

static void close_world(void)
{
	redis_server_stop();
	smsc_finish(&smsc);
	smsc_fini(&smsc);
	world_close();
}

static char *with_ca(const char *name)
{
	static char text[512];
	snprintf(text, sizeof text, "ca_file: \"%s\"", name);
	return text;
}

/* The audit from outside looks at the queue over the same. */
static void expect_audit(void)
{
	static struct auditor auditor;
	char url[128];
	snprintf(url, sizeof url, "rediss://" USER "127.0.0.1:%u/0", port);
	const char *const options[] = { "--redis", url, NULL };
	auditor_open_load(&auditor, LOAD);
	auditor_add_carrier(&auditor, &smsc);
	setenv("HONGYAN_REDIS_CA_FILE", tls_path("other.pem"), 1);
	json_decref(auditor_run(&auditor, 69, options));
	setenv("HONGYAN_REDIS_CA_FILE", tls_path("ca.pem"), 1);
	json_t *report = auditor_run(&auditor, 0, options);
	EXPECT_COUNT(auditor_count(report, "produced"), LOAD);
	json_decref(report);
	unsetenv("HONGYAN_REDIS_CA_FILE");
}

/* Each alert goes once, though the connections are cut again and again. */
void redis_all_goes_through_it(void)
{
	open_world("no");
	books_add_load(0, LOAD);
	start_gateway(with_ca("ca.pem"), true);
	for (unsigned i = 1; i <= 4; i++) {
		AWAIT(60, smsc_count(&smsc, "accepted") >= i * LOAD / 5);
		redis_server_do("CLIENT KILL TYPE normal SKIPME yes");
	}
	books_await_settled(60);
	EXPECT_COUNT(books_waiting(), 0);
	AWAIT(30, smsc_count(&smsc, "receipts_answered") == LOAD);
	/* The command line over the same, answers of many octets too. */
	write_configuration(with_ca("ca.pem"));
	json_t *users = command_json(0, COMMAND("user", "list"));
	json_decref(users);
	for (unsigned i = 0; i < 2000; i++)
		redis_server_queue("XADD {hongyan}:dead * reason x alert %s",
				   "0123456789012345678901234567890123456789012345678901234567890123456789");
	redis_server_drain();
	command_expect(0, "2000 dead letters", COMMAND("dead", "list"));
	redis_server_do("DEL {hongyan}:dead");
	smsc_finish(&smsc);
	EXPECT_COUNT(books_check_load(LOAD, &smsc), 0);
	expect_audit();
	expect_rights_do();
	gateway_process_stop(&gateway);
	redis_server_stop();
	smsc_fini(&smsc);
	world_close();
}

/* Nothing is said to it, the password least of all, and both say why. */
static void refuses(const char *more, const char *want)
{
	open_world("no");
	start_gateway(more, false);
	AWAIT(20, gateway_process_said(&gateway, want));
	HOLDS(1, !gateway_process_is_ready(&gateway));
	write_configuration(more);
	command_expect(69, want, COMMAND("user", "list"));
	gateway_process_stop(&gateway);
	close_world();
}

void redis_another_authority(void)
{
	refuses("ca_file: \"other.pem\"", "is signed by “ca”, who is not trusted");
}

void redis_another_name(void)
{
	refuses("ca_file: \"ca.pem\", server_name: redis.example",
		"The certificate is made out to “smsc”, not to redis.example");
}

void redis_wants_a_certificate(void)
{
	char more[1024];
	open_world("yes");
	start_gateway(with_ca("ca.pem"), false);
	AWAIT(20, gateway_process_said(&gateway, "store_down"));
	HOLDS(1, !gateway_process_is_ready(&gateway));
	gateway_process_stop(&gateway);
	snprintf(more, sizeof more, "ca_file: \"%s\", cert_file: \"%s\", key_file: \"%s\"", tls_path("ca.pem"),
		 tls_path("client.pem"), tls_path("client.key"));
	start_gateway(more, true);
	write_configuration(more);
	json_decref(command_json(0, COMMAND("user", "list")));
	gateway_process_stop(&gateway);
	close_world();
}
