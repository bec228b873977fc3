/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What settings of several kinds are made of. Strings are owned by the configuration. */

/* A host and a port, “127.0.0.1:2775”, “[::1]:2775”, “smsc.example.com:2775”. */
struct config_address {
	char *host; /* without brackets */
	uint16_t port;
};

/* A list of texts; is_set tells none from not said. */
struct config_lines {
	char **at;
	unsigned count;
	bool is_set;
};

/* What a file held when the configuration was read. Whoever makes connections takes it from here, so that all have the same,
 * and a file that is being replaced harms nobody before it is read and checked again. */
struct config_pem {
	char *octets; /* NULL = no file is given; secret */
	size_t len;
};

/* Of the files that settings for TLS name. */
struct config_pems {
	struct config_pem ca;
	struct config_pem cert;
	struct config_pem key;
};
