/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_fetch.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define BODY_OCTETS_MAX    (16 * 1024 * 1024)
#define CONNECT_TIMEOUT_MS 3000L
#define TIMEOUT_MS         10000L

char *cli_fetch_url(const char *url, const char *path)
{
	bool has_scheme = strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0;
	size_t len = strlen(url);
	while (len && url[len - 1] == '/')
		len--;
	char *made = NULL;
	if (asprintf(&made, "%s%.*s%s", has_scheme ? "" : "http://", (int)len, url, path) < 0)
		return NULL;
	return made;
}

char *cli_fetch_listener(const char *host, unsigned port)
{
	/* What listens on all addresses listens on this machine's own. */
	if (strcmp(host, "0.0.0.0") == 0)
		host = "127.0.0.1";
	if (strcmp(host, "::") == 0)
		host = "::1";
	bool is_v6 = strchr(host, ':') != NULL;
	char *made = NULL;
	if (asprintf(&made, "http://%s%s%s:%u", is_v6 ? "[" : "", host, is_v6 ? "]" : "", port) < 0)
		return NULL;
	return made;
}

struct page {
	char *at;
	size_t len;
	bool is_too_long;
};

static size_t on_octets(char *octets, size_t size, size_t count, void *ctx)
{
	struct page *page = ctx;
	size_t len = size * count;
	page->is_too_long = len > BODY_OCTETS_MAX - page->len;
	char *grown = page->is_too_long ? NULL : realloc(page->at, page->len + len + 1);
	if (grown == NULL)
		return 0;
	memcpy(grown + page->len, octets, len);
	page->at = grown;
	page->len += len;
	page->at[page->len] = '\0';
	return len;
}

static void set_options(CURL *curl, const char *url, struct page *page, char *why)
{
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*"); /* the gateway is near, whatever the environment says */
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_octets);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, page);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
}

/* Of a url, what may be shown: a query may hold a phone number. */
static int shown(const char *url, size_t most)
{
	size_t len = strcspn(url, "?");
	return (int)(len < most ? len : most);
}

static enum err judge(CURLcode code, const struct page *page, const char *url, const char *why, struct err_at *at)
{
	if (page->is_too_long)
		return err_at_set(at, ERR_FULL, 0, NULL, "%.*s answered with more than %d octets", shown(url, 160), url,
				  BODY_OCTETS_MAX);
	if (code != CURLE_OK)
		return err_at_set(at, ERR_IO, 0, NULL, "%.*s does not answer: %.100s", shown(url, 120), url,
				  why[0] ? why : curl_easy_strerror(code));
	return ERR_OK;
}

char *cli_fetch_add(char *url, const char *key, const char *value)
{
	if (url == NULL || value == NULL)
		return url;
	char *made = NULL;
	char *escaped = curl_easy_escape(NULL, value, 0);
	if (escaped == NULL ||
	    asprintf(&made, "%s%c%s=%s", url, strchr(url, '?') != NULL ? '&' : '?', key, escaped) < 0)
		made = NULL;
	curl_free(escaped);
	free(url);
	return made;
}

/* json: NULL = GET. headers: may be NULL. */
static enum err perform(const char *url, struct curl_slist *headers, const char *json, unsigned *status, char **body,
			size_t *body_len, struct err_at *at)
{
	CURL *curl = curl_easy_init();
	if (curl == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	struct page page = { 0 };
	char why[CURL_ERROR_SIZE] = "";
	long code = 0;
	set_options(curl, url, &page, why);
	if (json != NULL)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	enum err err = judge(curl_easy_perform(curl), &page, url, why, at);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
	curl_easy_cleanup(curl);
	if (err == ERR_OK && page.at == NULL && (page.at = calloc(1, 1)) == NULL)
		err = err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	if (err != ERR_OK) {
		free(page.at);
		return err;
	}
	*status = (unsigned)code;
	*body = page.at;
	*body_len = page.len;
	return ERR_OK;
}

enum err cli_fetch_any(const char *url, unsigned *status, char **body, size_t *body_len, struct err_at *at)
{
	return perform(url, NULL, NULL, status, body, body_len, at);
}

enum err cli_fetch_post(const char *url, const char *token, const char *json, unsigned *status, char **body,
			size_t *body_len, struct err_at *at)
{
	char *bearer = NULL;
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	struct curl_slist *all = headers;
	if (*token && asprintf(&bearer, "Authorization: Bearer %s", token) < 0)
		bearer = NULL;
	if (headers != NULL && bearer != NULL)
		all = curl_slist_append(headers, bearer);
	enum err err = all == NULL || (*token && bearer == NULL) ? err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory")
								 : perform(url, all, json, status, body, body_len, at);
	curl_slist_free_all(headers);
	if (bearer != NULL)
		explicit_bzero(bearer, strlen(bearer));
	free(bearer);
	return err;
}

enum err cli_fetch(const char *url, char **body, size_t *body_len, struct err_at *at)
{
	unsigned status;
	char *page;
	size_t len;
	enum err err = cli_fetch_any(url, &status, &page, &len, at);
	if (err != ERR_OK)
		return err;
	if (status != 200) {
		free(page);
		return err_at_set(at, ERR_FORMAT, 0, NULL, "%.*s answered with status %u", shown(url, 160), url,
				  status);
	}
	if (len == 0) {
		free(page);
		return err_at_set(at, ERR_FORMAT, 0, NULL, "%.*s answered with nothing", shown(url, 160), url);
	}
	*body = page;
	*body_len = len;
	return ERR_OK;
}
