/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway_process.h"

#include "redis_server.h"
#include "scenario.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define BODY_OCTETS_MAX (4u * 1024 * 1024)

static void write_config(struct gateway_process *gateway, const char *name, const struct gateway_options *options)
{
	char text[8192];
	char accounts[4096];
	char file[64];
	const char *more = options->account_more;
	if (options->accounts == NULL)
		snprintf(accounts, sizeof accounts,
			 "  - { name: fake, protocol: smpp, address: \"127.0.0.1:%u\", system_id: hongyan, password: "
			 "secret, "
			 "source: \"10690001\", reconnect_min: 20ms, reconnect_max: 200ms, binds: %u, window: %u%s%s }",
			 options->smsc->port, options->binds ? options->binds : 2,
			 options->window ? options->window : 50, more ? ", " : "", more ? more : "");
	else
		snprintf(accounts, sizeof accounts, "%s", options->accounts);
	char lock[WORLD_PATH_OCTETS + 16] = "";
	if (!options->has_no_lock)
		snprintf(lock, sizeof lock, ", lock_file: \"%s\"", gateway->lock);
	int len = snprintf(text, sizeof text,
			   "redis: { url: \"%s\"%s%s }\n"
			   "signature: \"国网吉林电力\"\n"
			   "templates: { dir: \"%s\" }\n"
			   "admin: { listen: \"127.0.0.1:%u\" }\n"
			   "instance: { name: \"%s\"%s }\n"
			   "%s\n"
			   "accounts:\n%s\n"
			   "routes:\n%s\n",
			   options->redis_url ? options->redis_url : redis_server_url(),
			   options->redis_more ? ", " : "", options->redis_more ? options->redis_more : "",
			   options->templates ? options->templates : SOURCE_DIR "/tests/e2e/templates",
			   gateway->admin_port, name, lock,
			   options->root_more ? options->root_more : "retry: { base: 100ms, max: 1s }", accounts,
			   options->routes ? options->routes : "  - { accounts: [fake] }");
	EXPECT(len > 0 && (size_t)len < sizeof text);
	snprintf(file, sizeof file, "%s.yaml", name);
	world_path(gateway->config, file);
	world_write(file, text);
}

static void must_live(const struct gateway_process *gateway)
{
	if (!process_lives(&gateway->process))
		FAIL("%s has ended by itself", gateway->process.name);
}

void gateway_process_start(struct gateway_process *gateway, const char *name, const struct gateway_options *options,
			   bool waits)
{
	if (options != NULL) {
		*gateway = (struct gateway_process){ .process = { .in = -1, .out = -1 } };
		char lock[64];
		snprintf(lock, sizeof lock, "%s.lock", name);
		world_path(gateway->lock, lock);
		gateway->admin_port = world_free_port();
		write_config(gateway, name, options);
	}
	const char *const argv[] = { HONGYAN_PROGRAM, "serve", "--config", gateway->config, NULL };
	process_start(&gateway->process, name, argv, false);
	if (!waits)
		return;
	AWAIT(20, (must_live(gateway), gateway_process_is_ready(gateway)));
}

void gateway_process_stop(struct gateway_process *gateway)
{
	must_live(gateway);
	process_signal(&gateway->process, SIGTERM);
	EXPECT_COUNT(process_wait(&gateway->process, 40), 0);
}

void gateway_process_kill(struct gateway_process *gateway)
{
	must_live(gateway);
	process_kill(&gateway->process);
}

/* Everything until the peer closes; NULL where that fails. Free it. */
static char *exchange(uint16_t port, const char *request)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	struct timeval wait = { .tv_sec = 20 };
	char *answer = malloc(BODY_OCTETS_MAX);
	size_t len = 0;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EXPECT(answer != NULL && fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	bool is_good = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
		       write(fd, request, strlen(request)) == (ssize_t)strlen(request);
	while (is_good && len + 1 < BODY_OCTETS_MAX) {
		ssize_t got = read(fd, answer + len, BODY_OCTETS_MAX - 1 - len);
		is_good = got >= 0;
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	close(fd);
	answer[len] = '\0';
	if (is_good && len > 0)
		return answer;
	free(answer);
	return NULL;
}

/* Sends a request, and takes its answer apart. */
static int ask(const struct gateway_process *gateway, const char *request, char **body)
{
	char *answer = exchange(gateway->admin_port, request);
	if (body != NULL)
		*body = NULL;
	if (answer == NULL)
		return 0;
	int status = 0;
	const char *blank = strchr(answer, ' ');
	const char *start = strstr(answer, "\r\n\r\n");
	if (strncmp(answer, "HTTP/1.", 7) == 0 && blank != NULL && start != NULL)
		status = (int)strtol(blank, NULL, 10);
	if (body != NULL && status != 0)
		*body = strdup(start + 4);
	free(answer);
	return status;
}

int gateway_process_get(const struct gateway_process *gateway, const char *path, char **body)
{
	char request[256];
	snprintf(request, sizeof request, "GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n", path);
	return ask(gateway, request, body);
}

int gateway_process_call(const struct gateway_process *gateway, const char *method, const char *path, const char *token,
			 const char *json, char **body)
{
	char request[1024];
	snprintf(request, sizeof request, "%s %s HTTP/1.0\r\nHost: 127.0.0.1\r\n%s%s%sContent-Length: %zu\r\n\r\n%s",
		 method, path, token ? "Authorization: Bearer " : "", token ? token : "", token ? "\r\n" : "",
		 strlen(json), json);
	return ask(gateway, request, body);
}

void gateway_process_edit(const struct gateway_process *gateway, const char *from, const char *to)
{
	char *text = world_read(gateway->config);
	EXPECT(text != NULL);
	char *at = strstr(text, from);
	if (at == NULL)
		FAIL("“%s” is not in %s", from, text);
	size_t cap = strlen(text) + strlen(to) + 1;
	char *edited = malloc(cap);
	EXPECT(edited != NULL);
	snprintf(edited, cap, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	world_write(strrchr(gateway->config, '/') + 1, edited);
	free(edited);
	free(text);
}

bool gateway_process_status_has(const struct gateway_process *gateway, const char *text)
{
	char *body;
	bool has = gateway_process_get(gateway, "/v1/status", &body) == 200 && strstr(body, text) != NULL;
	free(body);
	return has;
}

double gateway_process_metric(const struct gateway_process *gateway, const char *name)
{
	char *body;
	if (gateway_process_get(gateway, "/metrics", &body) != 200)
		FAIL("/metrics does not answer");
	size_t len = strlen(name);
	for (const char *line = body; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) == 0 && line[len] == ' ') {
			double value = strtod(line + len, NULL);
			free(body);
			return value;
		}
	}
	FAIL("/metrics has no %s", name);
}

bool gateway_process_said(const struct gateway_process *gateway, const char *text)
{
	char *log = world_read(gateway->process.log);
	bool has = log != NULL && strstr(log, text) != NULL;
	free(log);
	return has;
}

unsigned gateway_process_count_said(const struct gateway_process *gateway, const char *event)
{
	char *log = world_read(gateway->process.log);
	char member[64];
	unsigned count = 0;
	EXPECT(log != NULL);
	snprintf(member, sizeof member, "\"event\":\"%s\"", event);
	for (const char *at = log; (at = strstr(at, member)) != NULL; at++)
		count++;
	free(log);
	return count;
}

bool gateway_process_is_ready(const struct gateway_process *gateway)
{
	return gateway_process_get(gateway, "/readyz", NULL) == 200;
}
