/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit_lines.h"

#include <hiredis/hiredis.h>

/* A blocking connection to Redis. */

#define AUDIT_KEY(name) "{hongyan}:" name

/* Connects, signs on and chooses the database. url: as audit_url_parse takes it. NULL with trouble otherwise. Free it with
 * audit_link_close. */
redisContext *audit_link_open(const char *url, struct audit_trouble *trouble);

void audit_link_close(redisContext *link);

/* One command, as redisCommand takes it. The reply is owned and no error; NULL with trouble otherwise. */
redisReply *audit_link_ask(redisContext *link, struct audit_trouble *trouble, const char *format, ...);

/* A number of the reply to an XINFO; 0 where it is not there. */
long long audit_link_info(const redisReply *info, const char *name);
