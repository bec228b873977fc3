/* SPDX-License-Identifier: Apache-2.0 */

/* An SMPP account that speaks TLS: all goes through it, and nothing goes where the carrier's certificate will not do. */

#include "e2e_tls.h"

#include "auditor.h"
#include "books.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"

#include <stdio.h>
#include <stdlib.h>

#define LOAD 1000

static struct smsc smsc;
static struct gateway_process gateway;

char *tls_path(const char *name)
{
	static char paths[4][WORLD_PATH_OCTETS];
	static unsigned next;
	return world_path(paths[next++ % 4], name);
}

void tls_make_certificates(void)
{
	static const char make[] =
		"set -e; cd '%s'; exec >/dev/null 2>&1\n"
		"key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'\n"
		"for ca in ca other; do openssl req -x509 $key -keyout $ca.key -out $ca.pem -days 2 -subj /CN=$ca; "
		"done\n"
		"openssl req $key -keyout server.key -out server.csr -subj /CN=smsc\n"
		"echo subjectAltName=IP:127.0.0.1 >server.ext\n"
		"openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -set_serial 1 -days 2 -extfile server.ext "
		"-out server.pem\n"
		"openssl req $key -keyout client.key -out client.csr -subj /CN=hongyan\n"
		"openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -set_serial 2 -days 2 -out client.pem\n"
		"chmod 600 *.key\n";
	char script[1536];
	snprintf(script, sizeof script, make, tls_path(""));
	EXPECT_COUNT(system(script), 0);
}

static void open_world(bool has_tls)
{
	world_open();
	redis_server_start();
	tls_make_certificates();
	smsc_start(&smsc, "smsc", 0,
		   (const char *const[]){ "--receipts", "on", "--tls-cert", tls_path("server.pem"), "--tls-key",
					  tls_path("server.key"), has_tls ? "--tls" : NULL, NULL });
	books_add_load(0, LOAD);
}

static void start_gateway(const char *ca, const char *more, bool waits)
{
	char account[512];
	snprintf(account, sizeof account, "tls: true, ca_file: \"%s\"%s", tls_path(ca), more);
	gateway_process_start(&gateway, "gateway",
			      &(struct gateway_options){ .smsc = &smsc, .window = 100, .account_more = account },
			      waits);
}

static void close_world(void)
{
	gateway_process_stop(&gateway);
	redis_server_stop();
	smsc_fini(&smsc);
	world_close();
}

/* Each alert goes once and gets its receipt. */
static void expect_all_sent(void)
{
	books_await_settled(60);
	EXPECT_COUNT(books_waiting(), 0);
	AWAIT(30, smsc_count(&smsc, "receipts_answered") == LOAD);
	smsc_finish(&smsc);
	EXPECT_COUNT(books_check_load(LOAD, &smsc), 0);
	auditor_check_load(&smsc, LOAD, 0);
	EXPECT_COUNT(smsc_total(&smsc, "violations_total"), 0);
}

static void all_goes_through_it(void)
{
	open_world(true);
	start_gateway("ca.pem", "", true);
	expect_all_sent();
	close_world();
}

/* Nothing is sent, the log says why, and once it is put right all goes. */
static void refuses(const char *ca, const char *more, const char *want)
{
	open_world(true);
	start_gateway(ca, more, false);
	AWAIT(20, gateway_process_said(&gateway, want));
	HOLDS(1, !gateway_process_is_ready(&gateway));
	EXPECT(gateway_process_count_said(&gateway, "link_up") == 0);
	EXPECT_COUNT(smsc_count(&smsc, "accepted"), 0);
	EXPECT_COUNT(smsc_count(&smsc, "binds"), 0);
	EXPECT_COUNT(books_waiting(), LOAD);
	gateway_process_stop(&gateway);
	start_gateway("ca.pem", "", true);
	expect_all_sent();
	close_world();
}

static void another_authority(void)
{
	refuses("other.pem", "", "The certificate of 127.0.0.1 is signed by “ca”, who is not trusted");
}

static void another_name(void)
{
	refuses("ca.pem", ", server_name: smsc.example", "The certificate is made out to “smsc”, not to smsc.example");
}

/* A carrier in clear: the bind with its password is not said to it. */
static void a_carrier_in_clear(void)
{
	open_world(false);
	start_gateway("ca.pem", "", false);
	AWAIT(20, gateway_process_said(&gateway, "link_down"));
	AWAIT(20, gateway_process_count_said(&gateway, "link_down") > 2);
	HOLDS(1, !gateway_process_is_ready(&gateway));
	EXPECT_COUNT(smsc_count(&smsc, "binds"), 0);
	EXPECT_COUNT(books_waiting(), LOAD);
	smsc_finish(&smsc);
	close_world();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "all_goes_through_it", all_goes_through_it, 90, false },
		{ "another_authority", another_authority, 90, false },
		{ "another_name", another_name, 90, false },
		{ "a_carrier_in_clear", a_carrier_in_clear, 60, false },
		{ "redis_all_goes_through_it", redis_all_goes_through_it, 90, false },
		{ "redis_another_authority", redis_another_authority, 60, false },
		{ "redis_another_name", redis_another_name, 60, false },
		{ "redis_wants_a_certificate", redis_wants_a_certificate, 90, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
