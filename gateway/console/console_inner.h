/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/list.h"
#include "base/log.h"
#include "console/console.h"
#include "console/console_problem.h"
#include "httpd/httpd.h"
#include "httpd/httpd_rate.h"
#include "loop/loop_work.h"
#include "staff/actor.h"
#include "staff/staff_db.h"

#include <jansson.h>
#include <stdatomic.h>

/* What the files of the console share. */

#define CONSOLE_PARAMS_MAX    2
#define CONSOLE_COOKIE        "__Host-hongyan"
#define CONSOLE_COOKIE_OCTETS 128
#define CONSOLE_IDLE          "Hongyan-Idle"
#define CONSOLE_USER          "Hongyan-User"

struct console_call;
struct console_overview;
struct console_pool;
struct console_stream_desk;
struct console_used;

/* Who may ask. */
enum console_gate {
	CONSOLE_OPEN,    /* anybody */
	CONSOLE_SESSION, /* who has signed in, even with a password that must be changed, or a second factor to set up */
	CONSOLE_SIGNED,  /* who has signed in */
	CONSOLE_MAY,     /* who has signed in and has the route's permission */
};

/* One row of the API; openapi.json has the same ones. */
struct console_route {
	enum httpd_method method;
	const char *path; /* “/api/templates/{name}/draft” */
	enum console_gate gate;
	enum staff_permission permission; /* of CONSOLE_MAY */
	bool has_body;                    /* a JSON object */
	bool is_heavy;                    /* computes a password's hash */
	bool is_slow;                     /* waits for others than Redis: they must not take all threads */
	bool is_stream;                   /* what follows are events (console_stream.c): pages open it by themselves */
	/* In a thread of the pool. Answers by console_answer, console_refuse or console_send. */
	void (*handler)(struct console_call *call);
};

extern const struct console_route console_routes[];
extern const unsigned console_route_count;

/* The row of a path; params: what stands in its braces, as they are (borrowed from path). NULL where there is none; allowed: a bit for
 * each method that the path has. */
const struct console_route *console_route_find(enum httpd_method method, struct slice path,
					       struct slice params[static CONSOLE_PARAMS_MAX], unsigned *allowed);

/* A request in a thread, and what becomes of it. All that it has is its own. */
struct console_call {
	struct loop_work work;
	struct console *console;
	const struct console_route *route;
	struct httpd_client *client;
	bool is_done;
	_Atomic bool is_dropped; /* nobody waits for the answer any more: what takes long had better end */

	char *params[CONSOLE_PARAMS_MAX];
	char *query; /* of the target, decoded by console_query */
	size_t query_len;
	char *body_text;
	size_t body_len;
	char if_match[32];
	char if_none_match[32];
	char cookie[CONSOLE_COOKIE_OCTETS];
	char address[HTTPD_PEER_OCTETS];
	char agent[256];
	char page_user[128]; /* whose page it is, as it says; "" = it does not */
	bool is_idle;        /* its page says that nobody touches it: the session is not used by that */

	json_t *body;        /* an object; NULL where the route has none */
	struct staff_db *db; /* as is ask; what is changed through db may make ask another one: console_ask_again */
	struct redis_ask *ask;
	wall_ms now;              /* Redis' clock */
	json_t *user;             /* owned; who asks; NULL = nobody */
	struct staff_actor actor; /* the same; borrows from user and address */
	char name[128];           /* actor's */
	wall_ms session_created;
	enum err err;                        /* what the last question over ask ended with */
	char session[CONSOLE_COOKIE_OCTETS]; /* a new cookie for the answer; "" = none; "-" = end it */

	unsigned status;
	char *answer; /* owned */
	size_t answer_len;
	const char *content_type;
	const char *file_name; /* static storage; NULL = none */
	unsigned retry_after_s;
	char etag[32];
	struct console_watch *watch; /* of a stream, owned until it is opened */
};

struct console {
	struct loop *loop;
	struct console_options options;
	char origin[600]; /* of the pages */
	struct httpd *httpd;
	struct httpd_rate rate;
	struct loop_works *works;
	struct loop_works *heavy;
	struct loop_works *slow;
	struct console_pool *pool;
	struct console_stream_desk *streams;
	struct console_overview *overview;
	struct console_used *used;
	bool is_ending; /* nothing new is begun */
	_Atomic uint64_t requests;
	_Atomic uint64_t refused;
	_Atomic bool has_redis;
};

/* -- console_answer.c: what a handler says -- */

/* 200 with that. answer: taken; NULL = no memory: 503. */
void console_answer(struct console_call *call, json_t *answer);

/* 200 with other octets. text: taken, from malloc. */
void console_send(struct console_call *call, const char *content_type, char *text, size_t len);

/* A problem, with members beside the usual ones. detail: instead of the problem's own English sentence; NULL = that. more: an object, taken;
 * NULL = none. */
void console_refuse_with(struct console_call *call, enum console_problem problem, const char *detail, json_t *more);
void console_refuse(struct console_call *call, enum console_problem problem);

/* Redis failed, or what it holds is not what it should be. */
void console_fail(struct console_call *call, const struct err_at *at);

/* A text of the body; NULL where it is none, or longer than most octets. */
const char *console_text(const json_t *object, const char *key, size_t most);

/* The code of the second factor that the body gives; absent is NULL. false: it is no text, or too long. */
bool console_code(const json_t *body, const char **out);

/* The value of a key of the query, decoded into out; false where it is not there or longer. */
bool console_query(const struct console_call *call, const char *key, char *out, size_t cap);

/* Another object with a masked number of the local country in place of digits. */
void console_mask(const struct console *console, const char *digits, char *out, size_t cap);

/* -- console_guard.c: the one place where it is decided who may what -- */

/* The routes of the HTTP server, all of which lead here. */
extern const struct httpd_route console_pages[];
extern const unsigned console_page_count;
void console_on_dropped(void *ctx, void *state);

/* -- console_pool.c: connections to Redis -- */

/* place: borrowed. NULL where there is no memory. */
struct console_pool *console_pool_create(const struct redis_place *place);

/* When all are given back. NULL is fine. */
void console_pool_destroy(struct console_pool *pool);

/* Any thread. A connection that answers now; NULL where there is none: at says why. now: Redis' clock. */
struct staff_db *console_pool_take(struct console_pool *pool, struct redis_ask **ask, wall_ms *now, struct err_at *at);

/* Gives it back. err: what the last question over ask ended with. */
void console_pool_give(struct console_pool *pool, struct staff_db *db, enum err err);

/* After something was changed through call's db: its ask may be another one since. False where Redis has gone: the call is refused. */
bool console_ask_again(struct console_call *call);
