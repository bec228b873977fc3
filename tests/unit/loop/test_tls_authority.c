/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/loop/tls_authority.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY_S 86400L

const char *tls_authority_file(const struct tls_authority *authority, const char *name)
{
	static char paths[8][192];
	static unsigned next;
	if (name == NULL)
		return NULL;
	char *path = paths[next++ % 8];
	snprintf(path, sizeof paths[0], "%s/%s", authority->folder, name);
	return path;
}

struct tls_pem tls_authority_pem(const struct tls_authority *authority, const char *name)
{
	static char held[8][16384];
	static unsigned next;
	const char *path = tls_authority_file(authority, name);
	char *octets = held[next++ % 8];
	FILE *file = path != NULL ? fopen(path, "re") : NULL;
	if (path == NULL)
		return (struct tls_pem){ NULL, { NULL, 0 } };
	cr_assert_not_null(file, "%s", path);
	size_t len = fread(octets, 1, sizeof held[0], file);
	fclose(file);
	cr_assert_lt(len, sizeof held[0]);
	return (struct tls_pem){ path, { octets, len } };
}

static void write_pair(const struct tls_authority *authority, const char *name, X509 *certificate, EVP_PKEY *key)
{
	char file[64];
	snprintf(file, sizeof file, "%s.pem", name);
	FILE *out = fopen(tls_authority_file(authority, file), "we");
	cr_assert(out != NULL && PEM_write_X509(out, certificate) == 1 && fclose(out) == 0);
	snprintf(file, sizeof file, "%s.key", name);
	out = fopen(tls_authority_file(authority, file), "we");
	cr_assert(out != NULL && PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) == 1 && fclose(out) == 0);
}

static void add_extension(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	cr_assert(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static X509 *make_certificate(const struct tls_certificate *what, EVP_PKEY *key)
{
	static long serial;
	X509 *certificate = X509_new();
	cr_assert_not_null(certificate);
	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(certificate), what->from_days * DAY_S);
	X509_gmtime_adj(X509_getm_notAfter(certificate), what->until_days * DAY_S);
	X509_set_pubkey(certificate, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
				   (const unsigned char *)what->name, -1, -1, 0);
	if (what->names != NULL)
		add_extension(certificate, NID_subject_alt_name, what->names);
	return certificate;
}

static void make_authority(const struct tls_authority *authority, const char *name)
{
	const struct tls_certificate what = { .name = name, .from_days = -1, .until_days = 2 };
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = make_certificate(&what, key);
	add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
	X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
	cr_assert_gt(X509_sign(certificate, key, EVP_sha256()), 0);
	write_pair(authority, name, certificate, key);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

void tls_authority_make(struct tls_authority *authority)
{
	snprintf(authority->folder, sizeof authority->folder, "/tmp/hongyan-tls-XXXXXX");
	cr_assert_not_null(mkdtemp(authority->folder));
	make_authority(authority, "ca");
	make_authority(authority, "other");
}

void tls_authority_issue(const struct tls_authority *authority, const struct tls_certificate *what)
{
	FILE *file = fopen(tls_authority_file(authority, "ca.pem"), "re");
	cr_assert_not_null(file);
	X509 *ca = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	file = fopen(tls_authority_file(authority, "ca.key"), "re");
	cr_assert_not_null(file);
	EVP_PKEY *ca_key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	fclose(file);
	EVP_PKEY *key = EVP_EC_gen("P-256");
	cr_assert(ca != NULL && ca_key != NULL && key != NULL);
	X509 *certificate = make_certificate(what, key);
	X509_set_issuer_name(certificate, X509_get_subject_name(ca));
	cr_assert_gt(X509_sign(certificate, ca_key, EVP_sha256()), 0);
	write_pair(authority, what->name, certificate, key);
	X509_free(certificate);
	EVP_PKEY_free(key);
	X509_free(ca);
	EVP_PKEY_free(ca_key);
}

void tls_authority_remove(const struct tls_authority *authority)
{
	DIR *folder = opendir(authority->folder);
	cr_assert_not_null(folder);
	for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
		if (entry->d_name[0] != '.')
			unlink(tls_authority_file(authority, entry->d_name));
	closedir(folder);
	rmdir(authority->folder);
}
