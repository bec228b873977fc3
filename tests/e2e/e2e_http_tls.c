/* SPDX-License-Identifier: Apache-2.0 */

/* An account over HTTP/2: nginx stands in front of the carrier, wants our certificate, and passes on what it gets. */

#include "auditor.h"
#include "books.h"
#include "e2e_http.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef E2E_SLOW
#define LOAD 400
#else
#define LOAD 1500
#endif

#define CONNECTIONS 20

static struct smsc smsc;
static struct gateway_process gateway;
static struct process nginx;

/* An authority, and of it a certificate for localhost and one for us. */
static void make_certificates(const char *folder)
{
	static const char script[] =
		"cd '%s' && key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'\n"
		"{ openssl req -x509 $key -keyout ca.key -out ca.pem -days 2 -subj /CN=ca &&\n"
		"echo 'subjectAltName=DNS:localhost' >server.ext && : >client.ext &&\n"
		"for name in server client; do openssl req $key -keyout $name.key -out $name.csr -subj /CN=$name &&\n"
		"openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out $name.pem \\\n"
		"-extfile $name.ext || exit 1; done; } >certificates.log 2>&1";
	char text[2048];
	snprintf(text, sizeof text, script, folder);
	EXPECT_COUNT(system(text), 0);
}

static void start_nginx(const char *folder, unsigned port, unsigned carrier_port)
{
	static const char conf[] =
		"daemon off; worker_processes 1; user root; pid %1$s/nginx.pid; events { worker_connections 256; }\n"
		"http { access_log off; client_body_temp_path %1$s/b; proxy_temp_path %1$s/p; fastcgi_temp_path "
		"%1$s/f;\n"
		"uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s;\n"
		"upstream carrier { server 127.0.0.1:%3$u; keepalive 20; }\n"
		"server { listen 127.0.0.1:%2$u ssl http2; ssl_certificate %1$s/server.pem;\n"
		"ssl_certificate_key %1$s/server.key; ssl_client_certificate %1$s/ca.pem; ssl_verify_client on;\n"
		"location / { if ($server_protocol != HTTP/2.0) { return 505; }\n"
		"proxy_pass http://carrier; proxy_http_version 1.1; proxy_set_header Connection \"\"; } } }\n";
	char text[2048];
	char path[WORLD_PATH_OCTETS];
	EXPECT((size_t)snprintf(text, sizeof text, conf, folder, port, carrier_port) < sizeof text);
	world_write("nginx.conf", text);
	process_start(&nginx, "nginx",
		      (const char *const[]){ "nginx", "-p", folder, "-c", world_path(path, "nginx.conf"), "-e",
					     "stderr", NULL },
		      false);
}

static void start_gateway(const char *folder, unsigned port)
{
	char accounts[1024];
	snprintf(accounts, sizeof accounts,
		 "  - { name: fake, protocol: http, preset: json, token: secret, source: \"10690001\", url: "
		 "\"https://localhost:%u/messages\", ca_file: %s/ca.pem, cert_file: %s/client.pem, key_file: "
		 "%s/client.key, connections: %d, allow: [127.0.0.1, \"::1\"], reconnect_min: 20ms, reconnect_max: "
		 "200ms, response_timeout: 2s }",
		 port, folder, folder, folder, CONNECTIONS);
	gateway_process_start(
		&gateway, "gateway",
		&(struct gateway_options){ .accounts = accounts,
					   .root_more = "workers: 1\nretry: { base: 100ms, max: 1s, attempts_max: 30 "
							"}\nunknown_wait: { notice: 200ms }" },
		true);
}

void http_over_tls(void)
{
	char folder[WORLD_PATH_OCTETS];
	char carrier_port[8];
	world_open();
	redis_server_start();
	unsigned port = world_free_port();
	snprintf(carrier_port, sizeof carrier_port, "%u", (unsigned)world_free_port());
	world_path(folder, ".");
	make_certificates(folder);
	smsc_start(&smsc, "smsc", 0,
		   (const char *const[]){ "--http-port", carrier_port, "--http-secret", "secret", NULL });
	start_nginx(folder, port, (unsigned)strtoul(carrier_port, NULL, 10));
	start_gateway(folder, port);
	books_add_load(0, LOAD);
	AWAIT(30, books_total("accepted") > LOAD / 10);
	EXPECT_COUNT(gateway_process_metric(&gateway, "hongyan_links_up{account=\"fake\"}"), 1);
	process_signal(&nginx, SIGHUP); /* it ends its connections in good order */
	books_await_settled(60);
	EXPECT(gateway_process_metric(&gateway, "hongyan_links_up{account=\"fake\"}") <= CONNECTIONS);
	double unknown = gateway_process_metric(&gateway, "hongyan_outcomes_total{account=\"fake\",class=\"unknown\"}");
	gateway_process_stop(&gateway);
	process_signal(&nginx, SIGQUIT);
	EXPECT_COUNT(process_wait(&nginx, 20), 0);
	smsc_finish(&smsc);
	unsigned again = books_check_load(LOAD, &smsc);
	EXPECT(again <= unknown);
	auditor_check_load(&smsc, LOAD, again);
	EXPECT_COUNT(smsc_total(&smsc, "violations_total"), 0);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}
