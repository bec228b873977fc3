/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <uv.h>

/* curl's sockets in a uv loop. Between two requests on one connection curl says that it no longer watches the socket, and
 * a moment later that it does again: each would cost a system call, so a socket of ours is watched on until it is closed. */

struct http_sockets;

/* on_ready: what curl_multi_socket_action wants, CURL_CSELECT_… . NULL where there is no memory. */
struct http_sockets *http_sockets_create(uv_loop_t *uv, void (*on_ready)(void *ctx, curl_socket_t fd, int events),
					 void *ctx);

/* All sockets must be closed. Watchers that close end in later turns of the loop, without this. */
void http_sockets_destroy(struct http_sockets *sockets);

/* Opens one; CURL_SOCKET_BAD where there is none to be had. */
curl_socket_t http_sockets_open(struct http_sockets *sockets, const struct curl_sockaddr *address);

/* Ends its watching and closes it. */
void http_sockets_close(struct http_sockets *sockets, curl_socket_t fd);

/* What curl wants to know of it, CURL_POLL_…; also of sockets that curl opened by itself. False where the system
 * refuses to watch it. */
bool http_sockets_watch(struct http_sockets *sockets, curl_socket_t fd, int what);

/* Calls on_ready of each that is watched for reading, as if it were readable. */
void http_sockets_look(struct http_sockets *sockets);

/* How many of ours are open. */
unsigned http_sockets_count(const struct http_sockets *sockets);
