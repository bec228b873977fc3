/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_tls.h"

#include "app/config_check.h"
#include "app/config_file.h"
#include "app/config_warning.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT_OCTETS 128
#define SETTING_OCTETS 32
#define PEM_OCTETS_MAX (4u * 1024u * 1024u) /* all authorities of a system have a quarter of a million */

/* The settings of either protocol. */
struct files {
	const char *ca;
	const char *cert;
	const char *key;
};

static bool is_said(const char *text)
{
	return text != NULL && *text != '\0';
}

static struct tls_pem pem_of(const char *path, const struct config_pem *pem)
{
	return (struct tls_pem){ path, { pem->octets, pem->len } };
}

static enum err create(const struct config_pems *pems, const struct files *files, const char *server_name,
		       struct tls_context **out, struct err_at *at)
{
	const struct tls_options options = {
		.server_name = server_name,
		.ca = pem_of(files->ca, &pems->ca),
		.cert = pem_of(files->cert, &pems->cert),
		.key = pem_of(files->key, &pems->key),
	};
	struct tls_context *context = tls_context_create(&options, at);
	if (context == NULL)
		return ERR_FORMAT;
	*out = context;
	return ERR_OK;
}

static struct files smpp_files(const struct config_account *account)
{
	return (struct files){ account->ca_file, account->cert_file, account->key_file };
}

enum err config_tls_create(const struct config_account *account, struct tls_context **out, struct err_at *at)
{
	const struct files files = smpp_files(account);
	if (!account->tls) {
		*out = NULL;
		return ERR_OK;
	}
	return create(&account->pems, &files,
		      is_said(account->server_name) ? account->server_name : account->address.host, out, at);
}

struct pem_row {
	const char *name; /* of the setting */
	const char *path;
	struct config_pem *out;
	bool is_key;
};

/* whose: who names the file, for people: “account “a””, “Redis”. */
static bool read_pem(struct config_load *load, const struct tree_node *place, const char *whose,
		     const struct pem_row *row)
{
	struct err_at at = { .err = ERR_OK };
	struct config_pem *out = row->out;
	bool is_open;
	if (!is_said(row->path))
		return true;
	/* Whose authorities others can change does not know with whom it speaks: they are as much worth as the key. */
	if (config_file_read_secret(row->path, PEM_OCTETS_MAX, &out->octets, &out->len, &is_open, &at) == ERR_OK) {
		if (is_open && row->is_key)
			config_warn_open(load, place, row->name, row->path);
		return true;
	}
	config_report(load->report, at.err, place, false, row->name, "%s of %s: “%.100s” %s", row->name, whose,
		      row->path, at.text);
	return false;
}

/* All of them, so that each that is wrong is told. prefix: of the settings' names below element. */
static bool read_files(struct config_load *load, const struct tree_node *element, const char *prefix, const char *whose,
		       const struct files *files, struct config_pems *pems)
{
	const struct pem_row rows[] = { { "ca_file", files->ca, &pems->ca, false },
					{ "cert_file", files->cert, &pems->cert, false },
					{ "key_file", files->key, &pems->key, true } };
	bool are_read = true;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char name[SETTING_OCTETS];
		struct pem_row row = rows[i];
		snprintf(name, sizeof name, "%s%s", prefix, rows[i].name);
		row.name = name;
		are_read = read_pem(load, config_check_place(element, name), whose, &row) && are_read;
	}
	return are_read;
}

/* Reads all of them and has them tried, for no matter which name, so that none is found to be broken later. */
static void check_files(struct config_load *load, struct config_account *account, const struct tree_node *element,
			const struct files *files)
{
	struct config_pems *pems = &account->pems;
	struct err_at at = { .err = ERR_OK };
	struct tls_context *context = NULL;
	char whose[ACCOUNT_OCTETS];
	snprintf(whose, sizeof whose, "account “%s”", account->name);
	bool are_read = read_files(load, element, "", whose, files, pems);
	if (is_said(files->cert) != is_said(files->key)) {
		const char *name = is_said(files->key) ? "key_file" : "cert_file";
		config_report(load->report, ERR_NOT_FOUND, config_check_place(element, name), false, name,
			      "account “%s”: cert_file and key_file belong together", account->name);
	} else if (are_read && create(pems, files, "localhost", &context, &at) != ERR_OK) {
		config_report(load->report, at.err, config_check_place(element, at.field), false, at.field,
			      "accounts[%s].%s: %s", account->name, at.field, at.text);
	}
	tls_context_destroy(context);
}

/* Without TLS they would promise what nobody does. */
static void check_unused(struct config_load *load, const struct config_account *account,
			 const struct tree_node *element)
{
	const struct {
		const char *name;
		const char *value;
	} rows[] = { { "ca_file", account->ca_file },
		     { "server_name", account->server_name },
		     { "cert_file", account->cert_file },
		     { "key_file", account->key_file } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (is_said(rows[i].value))
			config_report(load->report, ERR_NOT_FOUND, config_check_place(element, rows[i].name), false,
				      rows[i].name,
				      "account “%s” has %s, but not tls: true, so it would speak in clear",
				      account->name, rows[i].name);
}

void config_check_tls(struct config_load *load, struct config_account *account, const struct tree_node *element)
{
	const struct files files = smpp_files(account);
	if (account->tls)
		check_files(load, account, element, &files);
	else
		check_unused(load, account, element);
}

void config_check_http_tls(struct config_load *load, struct config_account *account, const struct tree_node *element)
{
	const struct config_http *http = &account->http;
	const struct files files = { http->ca_file, http->cert_file, http->key_file };
	/* Reading the system's authorities takes 50 ms, and says nothing about the account. */
	if (is_said(files.ca) || is_said(files.cert) || is_said(files.key))
		check_files(load, account, element, &files);
}

/* --- Redis --- */

static const struct {
	const char *path, *name; /* in the configuration; as tls_context_create calls it */
} redis_files[] = { { "redis.ca_file", "ca_file" },
		    { "redis.cert_file", "cert_file" },
		    { "redis.key_file", "key_file" },
		    { "redis.server_name", "server_name" } };

static const char *redis_path(const char *name)
{
	for (size_t i = 0; i < sizeof redis_files / sizeof redis_files[0]; i++)
		if (strcmp(redis_files[i].name, name) == 0)
			return redis_files[i].path;
	return "redis.url";
}

void config_check_redis_tls(struct config_load *load)
{
	struct config_redis *redis = &load->config->redis;
	const struct files files = { redis->ca_file, redis->cert_file, redis->key_file };
	const char *const values[] = { files.ca, files.cert, files.key, redis->server_name };
	struct err_at at = { .err = ERR_OK };
	for (size_t i = 0; !redis->url.is_tls && i < sizeof redis_files / sizeof redis_files[0]; i++)
		if (is_said(values[i]))
			config_report(load->report, ERR_NOT_FOUND, config_check_place(load->root, redis_files[i].path),
				      false, redis_files[i].path,
				      "%s is given, but redis.url does not begin with rediss://, so Redis would be "
				      "spoken to in "
				      "clear",
				      redis_files[i].path);
	if (!redis->url.is_tls || !read_files(load, load->root, "redis.", "Redis", &files, &redis->pems))
		return;
	if (is_said(files.cert) != is_said(files.key)) {
		const char *path = redis_path(is_said(files.key) ? "key_file" : "cert_file");
		config_report(load->report, ERR_NOT_FOUND, config_check_place(load->root, path), false, path,
			      "redis.cert_file and redis.key_file belong together");
	} else if (create(&redis->pems, &files,
			  is_said(redis->server_name) ? redis->server_name : redis->url.address.host, &redis->tls,
			  &at) != ERR_OK) {
		const char *path = redis_path(at.field);
		config_report(load->report, at.err, config_check_place(load->root, path), false, path, "%s: %s", path,
			      at.text);
	}
}

void config_redis_tls_fini(struct config_redis *redis)
{
	tls_context_destroy(redis->tls);
	redis->tls = NULL;
	config_tls_fini(&redis->pems);
}

static void fini_pem(struct config_pem *pem)
{
	if (pem->octets != NULL)
		explicit_bzero(pem->octets, pem->len);
	free(pem->octets);
}

void config_tls_fini(struct config_pems *pems)
{
	fini_pem(&pems->ca);
	fini_pem(&pems->cert);
	fini_pem(&pems->key);
}
