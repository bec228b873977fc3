/* SPDX-License-Identifier: Apache-2.0 */

/* Somebody asks the admin address as often as the line carries it. */

#include "e2e_admin.h"

#include "http_caller.h"
#include "redis_server.h"
#include "scenario.h"

#include <string.h>
#include <unistd.h>

#define AT_ONCE 100
#define BATCHES 200
#define REQUEST "GET /v1/route HTTP/1.1\r\nHost: h\r\n\r\n"

/* Hears the answers to AT_ONCE requests; how many of them are 429. */
static unsigned hear_refused(int said)
{
	static char octets[AT_ONCE * 1024];
	unsigned heard = 0, refused = 0;
	size_t len = 0;
	while (heard < AT_ONCE) {
		ssize_t got = read(said, octets + len, sizeof octets - 1 - len);
		EXPECT(got > 0);
		len += (size_t)got;
		octets[len] = '\0';
		heard = refused = 0;
		for (const char *at = octets; (at = strstr(at, "HTTP/1.1 ")) != NULL; at++) {
			/* The last one may have come in part. */
			heard += strstr(at, "\r\n\r\n") != NULL;
			refused += strncmp(at, "HTTP/1.1 429", 12) == 0;
		}
	}
	/* Its body may still be on its way; the next answer is found behind it. */
	return refused;
}

void admin_flood(void)
{
	static struct smsc smsc;
	static struct gateway_process gateway;
	char burst[AT_ONCE * (sizeof REQUEST - 1) + 1] = "";
	unsigned refused = 0;
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, NULL);
	gateway_process_start(&gateway, "flooded", &(struct gateway_options){ .smsc = &smsc }, true);
	for (unsigned i = 0; i < AT_ONCE; i++)
		memcpy(burst + i * (sizeof REQUEST - 1), REQUEST, sizeof REQUEST);
	int said = http_caller_say(gateway.admin_port, burst);
	for (unsigned i = 1; i < BATCHES && refused == 0; i++) {
		refused += hear_refused(said);
		EXPECT(write(said, burst, sizeof burst - 1) == (ssize_t)sizeof burst - 1);
	}
	close(said);
	/* 20,000 requests; 2,000 for nothing and 500 a second would last 36 s. */
	EXPECT(refused > 0);
	/* Whoever looks whether it lives is answered meanwhile, and others again after a moment. */
	EXPECT_COUNT(gateway_process_get(&gateway, "/livez", NULL), 200);
	EXPECT_COUNT(gateway_process_get(&gateway, "/readyz", NULL), 200);
	AWAIT(10, gateway_process_get(&gateway, "/v1/status", NULL) == 200);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}
