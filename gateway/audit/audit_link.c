/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_link.h"

#include "audit/audit_tls.h"
#include "audit/audit_url.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#define CONNECT_S 5
#define ANSWER_S  60

redisReply *audit_link_ask(redisContext *link, struct audit_trouble *trouble, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	redisReply *reply = redisvCommand(link, format, args);
	va_end(args);
	if (reply == NULL) {
		audit_trouble_set(trouble, AUDIT_UNREACHABLE, "Redis does not answer: %s", link->errstr);
		return NULL;
	}
	if (reply->type != REDIS_REPLY_ERROR)
		return reply;
	audit_trouble_set(trouble, AUDIT_UNREACHABLE, "Redis refuses: %s", reply->str);
	freeReplyObject(reply);
	return NULL;
}

void audit_link_close(redisContext *link)
{
	redisFree(link);
	audit_tls_end();
}

static bool sign_on(redisContext *link, const struct audit_url *url, struct audit_trouble *trouble)
{
	redisReply *reply = NULL;
	if (*url->password && *url->user)
		reply = audit_link_ask(link, trouble, "AUTH %s %s", url->user, url->password);
	else if (*url->password)
		reply = audit_link_ask(link, trouble, "AUTH %s", url->password);
	if (*url->password && reply == NULL)
		return false;
	if (reply)
		freeReplyObject(reply);
	reply = audit_link_ask(link, trouble, "SELECT %u", url->db);
	if (reply == NULL)
		return false;
	freeReplyObject(reply);
	return true;
}

static redisContext *connect_to(const struct audit_url *url, struct timeval patience, struct audit_trouble *trouble)
{
	if (*url->path)
		return redisConnectUnixWithTimeout(url->path, patience);
	if (!url->is_tls)
		return redisConnectWithTimeout(url->host, url->port, patience);
	int fd = audit_tls_open(url->host, url->port, trouble);
	redisContext *link = fd >= 0 ? redisConnectFd(fd) : NULL;
	if (fd >= 0 && link == NULL)
		close(fd);
	return link;
}

redisContext *audit_link_open(const char *text, struct audit_trouble *trouble)
{
	struct audit_url url;
	struct timeval patience = { .tv_sec = CONNECT_S };
	if (!audit_url_parse(text, &url)) {
		audit_trouble_set(trouble, AUDIT_BAD_URL,
				  "the URL of Redis is malformed; it is redis://host:port/db, rediss://host:port/db or "
				  "unix:///path?db=0");
		return NULL;
	}
	redisContext *link = connect_to(&url, patience, trouble);
	if (link == NULL)
		audit_trouble_memory(trouble); /* unless something was said already */
	else if (link->err)
		audit_trouble_set(trouble, AUDIT_UNREACHABLE, "Redis cannot be reached: %s", link->errstr);
	patience.tv_sec = ANSWER_S;
	bool is_good = trouble->result == AUDIT_CLEAN && redisSetTimeout(link, patience) == REDIS_OK &&
		       sign_on(link, &url, trouble);
	explicit_bzero(&url, sizeof url);
	if (is_good)
		return link;
	if (link)
		audit_link_close(link);
	audit_trouble_set(trouble, AUDIT_UNREACHABLE, "Redis cannot be asked");
	return NULL;
}

long long audit_link_info(const redisReply *info, const char *name)
{
	for (size_t i = 0; info->type == REDIS_REPLY_ARRAY && i + 1 < info->elements; i += 2)
		if (info->element[i]->type == REDIS_REPLY_STRING && strcmp(info->element[i]->str, name) == 0)
			return info->element[i + 1]->integer;
	return 0;
}
