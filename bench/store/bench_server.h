/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The one Redis that store-bench talks to: a private server with its own folder, or an empty one that is given.
 * Everything here ends the program with a message when it fails; nothing is to be freed but replies. */
#include <hiredis/hiredis.h>
#include <stddef.h>

struct bench_server_options {
    const char *url;             /* unix:/path or host:port; NULL starts a private server */
    const char *program;         /* the redis-server to start */
    const char *scripts;         /* folder of the .lua files */
    const char *configs[16];     /* "name value" for CONFIG SET */
    size_t config_count;
};

/* Says what failed and why, ends the private server and the program. */
_Noreturn void bench_server_die(const char *what, const char *why);

/* Starts or connects, then applies configs. `options` is borrowed until bench_server_stop. */
void bench_server_start(const struct bench_server_options *options);

/* Clears the database of a given server (it was empty at the start), ends a private one and removes its folder. */
void bench_server_stop(void);

/* Adds one argument to the command being built; octets are borrowed until bench_server_queue. */
void bench_server_arg(const char *octets, size_t len);

/* Adds `count` C strings to the command being built. */
void bench_server_words(const char *const *list, size_t count);
#define WORDS(...) bench_server_words((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* Puts the built command on the way without waiting for its answer. */
void bench_server_queue(void);

/* Takes the next answer, owned by the caller (freeReplyObject); an error reply ends the program. */
redisReply *bench_server_answer(const char *what);

/* Sends the built command and answers its number (0 for other replies). */
long long bench_server_ask(const char *what);

/* Sum of the numbers after field_a and field_b (with colon; NULL for none) in an INFO section. */
double bench_server_info(const char *section, const char *field_a, const char *field_b);

/* CPU that Redis has used so far, in microseconds: the main thread's, and that of all threads. */
double bench_server_main_us(void);
double bench_server_all_us(void);

/* Loads scripts/<name>.lua and writes its SHA1 as text. */
void bench_server_script(const char *name, char sha[41]);
