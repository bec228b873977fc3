/* SPDX-License-Identifier: Apache-2.0 */
/* http-floor: the requests of “script/bench http” with libcurl's multi interface and nothing else: no Redis, no templates,
 * nothing remembered. What is left is what any gateway on libcurl has to pay. */
#include <curl/curl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1000
#define FIRST_NUMBER    INT64_C(8613900000000)

struct options {
	const char *url;
	unsigned messages;
	unsigned connections;
	long carrier_pid; /* 0 = unknown */
};

/* A handle and what it says. */
struct call {
	CURL *easy;
	char body[512];
	char key[64];
	struct curl_slist headers[4];
};

static double now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double own_cpu_us(void)
{
	struct rusage used;
	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

/* utime and stime of another process, from its /proc/PID/stat. */
static double process_cpu_us(long pid)
{
	char path[64], line[1024];
	unsigned long user = 0, sys = 0;
	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	FILE *file = pid > 0 ? fopen(path, "re") : NULL;
	if (file == NULL)
		return 0;
	if (fgets(line, sizeof line, file) != NULL) {
		const char *after_name = strrchr(line, ')');
		if (after_name != NULL)
			sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys);
	}
	fclose(file);
	return (double)(user + sys) * 1e6 / (double)sysconf(_SC_CLK_TCK);
}

static int usage(const char *argument)
{
	fprintf(stderr,
		"http-floor: bad argument %s\nusage: http-floor --url URL [--messages 300000] [--connections 64] "
		"[--carrier-pid PID]\n",
		argument);
	return 64;
}

static int parse(int argc, char **argv, struct options *out)
{
	*out = (struct options){ .messages = 300000, .connections = 64 };
	for (int i = 1; i < argc; i += 2) {
		const char *name = argv[i], *value = argv[i + 1];
		if (value == NULL)
			return usage(name);
		if (strcmp(name, "--url") == 0)
			out->url = value;
		else if (strcmp(name, "--messages") == 0)
			out->messages = (unsigned)strtoul(value, NULL, 10);
		else if (strcmp(name, "--connections") == 0)
			out->connections = (unsigned)strtoul(value, NULL, 10);
		else if (strcmp(name, "--carrier-pid") == 0)
			out->carrier_pid = strtol(value, NULL, 10);
		else
			return usage(name);
	}
	if (out->connections < 1 || out->connections > CONNECTIONS_MAX || out->messages < 1)
		return usage("--connections or --messages");
	return out->url != NULL ? 0 : usage("(--url is missing)");
}

static size_t drop(char *octets, size_t size, size_t count, void *ctx)
{
	(void)octets;
	(void)ctx;
	return size * count;
}

/* url: taken apart, for the handle's life. */
static bool open_call(struct call *call, CURLU *url)
{
	static char type[] = "Content-Type: application/json", token[] = "Authorization: Bearer secret";
	static char own[] = "User-Agent: http-floor";
	call->headers[0] = (struct curl_slist){ type, &call->headers[1] };
	call->headers[1] = (struct curl_slist){ token, &call->headers[2] };
	call->headers[2] = (struct curl_slist){ own, &call->headers[3] };
	call->headers[3] = (struct curl_slist){ call->key, NULL };
	call->easy = curl_easy_init();
	if (call->easy == NULL)
		return false;
	curl_easy_setopt(call->easy, CURLOPT_CURLU, url);
	curl_easy_setopt(call->easy, CURLOPT_POST, 1L);
	curl_easy_setopt(call->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(call->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
	curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(call->easy, CURLOPT_PRIVATE, (void *)call);
	return true;
}

static void start(CURLM *multi, struct call *call, unsigned message)
{
	int len = snprintf(call->body, sizeof call->body,
			   "{\"to\":\"+%" PRId64
			   "\",\"from\":\"10690001\",\"text\":\"【国网吉林电力】截至2月13日,您家电费余额为"
			   "19.53元。为避免欠费停电,请您及时补充余额。\",\"ref\":\"m73v4x0o.%xn\"}",
			   FIRST_NUMBER + message, message);
	snprintf(call->key, sizeof call->key, "Idempotency-Key: m73v4x0o.%xn", message);
	curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, call->body);
	curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE, (long)len);
	curl_multi_add_handle(multi, call->easy);
}

/* Ends what has an answer and starts the next ones in its place; returns how many were answered with 200. */
static unsigned turn_over(CURLM *multi, const struct options *options, unsigned *started, unsigned *ended)
{
	CURLMsg *message;
	int left;
	unsigned good = 0;
	while ((message = curl_multi_info_read(multi, &left)) != NULL) {
		CURL *easy = message->easy_handle;
		char *call = NULL;
		long status = 0;
		if (message->msg != CURLMSG_DONE)
			continue;
		good += message->data.result == CURLE_OK &&
			curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status == 200;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &call);
		curl_multi_remove_handle(multi, easy);
		(*ended)++;
		if (*started < options->messages)
			start(multi, (struct call *)(void *)call, (*started)++);
	}
	return good;
}

static unsigned send_all(CURLM *multi, struct call *calls, const struct options *options)
{
	unsigned started = 0, ended = 0, good = 0;
	while (started < options->connections && started < options->messages) {
		start(multi, &calls[started], started);
		started++;
	}
	while (ended < options->messages) {
		int running;
		curl_multi_perform(multi, &running);
		unsigned before = ended;
		good += turn_over(multi, options, &started, &ended);
		if (ended == before)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
	return good;
}

int main(int argc, char **argv)
{
	struct options options;
	int status = parse(argc, argv, &options);
	if (status != 0)
		return status;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	CURLM *multi = curl_multi_init();
	struct call *calls = calloc(options.connections, sizeof *calls);
	CURLU *url = curl_url();
	if (multi == NULL || calls == NULL || url == NULL)
		return 1;
	if (curl_url_set(url, CURLUPART_URL, options.url, 0) != CURLUE_OK)
		return usage("--url");
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)options.connections);
	for (unsigned i = 0; i < options.connections; i++)
		if (!open_call(&calls[i], url))
			return 1;
	double carrier_us = process_cpu_us(options.carrier_pid), own_us = own_cpu_us(), start_us = now_us();
	unsigned good = send_all(multi, calls, &options);
	double taken_us = now_us() - start_us, each = options.messages;
	own_us = own_cpu_us() - own_us;
	carrier_us = process_cpu_us(options.carrier_pid) - carrier_us;
	printf("{\"messages\":%u,\"seconds\":%.3f,\"rate\":%.0f,\"redis_us\":0,\"floor_us\":%.2f,\"carrier_us\":%.2f}"
	       "\n",
	       good, taken_us / 1e6, good / taken_us * 1e6, own_us / each, carrier_us / each);
	for (unsigned i = 0; i < options.connections; i++)
		curl_easy_cleanup(calls[i].easy);
	curl_multi_cleanup(multi);
	curl_url_cleanup(url);
	free(calls);
	return good == options.messages ? 0 : 1;
}
