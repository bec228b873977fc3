/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_history.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_OCTETS_MAX (4u * 1024u * 1024u)
#define CONNECT_MS        1000L
#define ANSWER_MS         3000L
#define HEADER_OCTETS     512

struct page {
	char *at;
	size_t len;
};

static size_t on_octets(char *octets, size_t size, size_t count, void *ctx)
{
	struct page *page = ctx;
	size_t len = size * count;
	char *grown = len > ANSWER_OCTETS_MAX - page->len ? NULL : realloc(page->at, page->len + len + 1);
	if (grown == NULL)
		return 0;
	memcpy(grown + page->len, octets, len);
	page->at = grown;
	page->len += len;
	return len;
}

static void set_options(CURL *curl, const char *url, struct curl_slist *headers, const char *posted, struct page *page)
{
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, ANSWER_MS);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_octets);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, page);
	if (posted != NULL)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, posted);
}

static json_t *perform(const char *url, struct curl_slist *headers, const char *posted, unsigned *status)
{
	CURL *curl = curl_easy_init();
	if (curl == NULL)
		return NULL;
	struct page page = { NULL, 0 };
	json_t *answer = NULL;
	long code = 0;
	set_options(curl, url, headers, posted, &page);
	if (curl_easy_perform(curl) == CURLE_OK) {
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
		answer = page.at != NULL ? json_loadb(page.at, page.len, 0, NULL) : NULL;
	}
	*status = (unsigned)code;
	curl_easy_cleanup(curl);
	free(page.at);
	return answer;
}

/* curl would do it at the first use, which may be in two threads at once. */
void console_history_prepare(void)
{
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

bool console_history_is_there(const struct console_options *options)
{
	return *options->history != '\0' && *options->admin_token != '\0';
}

json_t *console_history_ask(const struct console_options *options, const char *path, const json_t *body,
			    unsigned *status)
{
	char url[1024];
	char bearer[HEADER_OCTETS];
	*status = 0;
	if (!console_history_is_there(options))
		return NULL;
	snprintf(url, sizeof url, "%s%s", options->history, path);
	snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", options->admin_token);
	char *posted = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	struct curl_slist *all = headers != NULL ? curl_slist_append(headers, bearer) : NULL;
	json_t *answer = all != NULL && (body == NULL || posted != NULL) ? perform(url, all, posted, status) : NULL;
	curl_slist_free_all(headers);
	explicit_bzero(bearer, sizeof bearer);
	free(posted);
	return answer;
}
