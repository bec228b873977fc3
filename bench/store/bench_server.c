/* SPDX-License-Identifier: Apache-2.0 */
/* Happy path: start, connect on a unix socket, commands one by one, stop. Every failure goes through bench_server_die. */
#include "bench_server.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ARGS_MAX = 4096 };

static const struct bench_server_options *given;
static redisContext *redis;
static pid_t server_pid;
static char server_dir[64];
static const char *args[ARGS_MAX];
static size_t arg_lens[ARGS_MAX], arg_count;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void end_private_server(void) {
    if (server_pid <= 0) return;
    kill(server_pid, SIGKILL);
    waitpid(server_pid, NULL, 0);
    server_pid = 0;
    nftw(server_dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void bench_server_die(const char *what, const char *why) {
    fprintf(stderr, "store-bench: %s: %s\n", what, why);
    end_private_server();
    exit(1);
}

void bench_server_arg(const char *octets, size_t len) {
    if (arg_count == ARGS_MAX) bench_server_die("command", "too many arguments; use a smaller batch");
    args[arg_count] = octets;
    arg_lens[arg_count++] = len;
}

void bench_server_words(const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++) bench_server_arg(list[i], strlen(list[i]));
}

void bench_server_queue(void) {
    if (redisAppendCommandArgv(redis, (int)arg_count, args, arg_lens) != REDIS_OK) bench_server_die("send", redis->errstr);
    arg_count = 0;
}

redisReply *bench_server_answer(const char *what) {
    void *reply = NULL;
    if (redisGetReply(redis, &reply) != REDIS_OK) bench_server_die(what, redis->errstr);
    redisReply *r = reply;
    if (r->type == REDIS_REPLY_ERROR) bench_server_die(what, r->str);
    return r;
}

long long bench_server_ask(const char *what) {
    bench_server_queue();
    redisReply *r = bench_server_answer(what);
    long long number = r->integer;
    freeReplyObject(r);
    return number;
}

double bench_server_info(const char *section, const char *field_a, const char *field_b) {
    WORDS("INFO", section);
    bench_server_queue();
    redisReply *r = bench_server_answer("INFO");
    double sum = 0;
    const char *a = strstr(r->str, field_a), *b = field_b ? strstr(r->str, field_b) : NULL;
    if (a) sum += strtod(a + strlen(field_a), NULL);
    if (b) sum += strtod(b + strlen(field_b), NULL);
    freeReplyObject(r);
    return sum;
}

double bench_server_main_us(void) { return 1e6 * bench_server_info("cpu", "used_cpu_sys_main_thread:", "used_cpu_user_main_thread:"); }
double bench_server_all_us(void) { return 1e6 * bench_server_info("cpu", "used_cpu_sys:", "used_cpu_user:"); }

void bench_server_script(const char *name, char sha[41]) {
    char path[512], text[8192];
    snprintf(path, sizeof path, "%s/%s.lua", given->scripts, name);
    FILE *f = fopen(path, "r");
    if (!f) bench_server_die(path, strerror(errno));
    size_t len = fread(text, 1, sizeof text, f);
    fclose(f);
    WORDS("SCRIPT", "LOAD");
    bench_server_arg(text, len);
    bench_server_queue();
    redisReply *r = bench_server_answer(path);
    snprintf(sha, 41, "%s", r->str);
    freeReplyObject(r);
}

static void server_spawn(const char *socket_path) {
    server_pid = fork();
    if (server_pid < 0) bench_server_die("fork", strerror(errno));
    if (server_pid > 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const char *argv[24] = {given->program, "--port", "0", "--unixsocket", socket_path, "--dir", server_dir, "--appendonly", "yes",
                            "--appendfsync", "everysec", "--auto-aof-rewrite-percentage", "0", "--save", "", "--logfile", "server.log",
                            "--server_cpulist", "0"};
    execvp(given->program, (char *const *)(uintptr_t)argv);
    _exit(127);
}

void bench_server_start(const struct bench_server_options *options) {
    given = options;
    if (given->url) {
        char host[128];
        snprintf(host, sizeof host, "%s", strncmp(given->url, "unix:", 5) ? given->url : given->url + 5);
        char *colon = strrchr(host, ':');
        if (host[0] != '/' && colon) *colon = '\0';
        redis = host[0] == '/' ? redisConnectUnix(host) : redisConnect(host, colon ? (int)strtol(colon + 1, NULL, 10) : 6379);
        if (!redis || redis->err) bench_server_die(given->url, redis ? redis->errstr : "out of memory");
        WORDS("DBSIZE");
        if (bench_server_ask("DBSIZE") != 0) bench_server_die(given->url, "holds keys, and this program clears the server it measures; give it an empty one");
    } else {
        char path[96];
        snprintf(server_dir, sizeof server_dir, "/tmp/store-bench-XXXXXX");
        if (!mkdtemp(server_dir)) bench_server_die(server_dir, strerror(errno));
        snprintf(path, sizeof path, "%s/redis.sock", server_dir);
        server_spawn(path);
        for (int tries = 0; tries < 1000; tries++) {
            if (redis) redisFree(redis);
            redis = redisConnectUnix(path);
            if (redis && !redis->err) break;
            siginfo_t ended = {0};
            waitid(P_PID, (id_t)server_pid, &ended, WEXITED | WNOHANG | WNOWAIT);
            if (ended.si_pid) bench_server_die(given->program, "ended at once; is it installed and in PATH?");
            nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        }
        if (!redis || redis->err) bench_server_die(path, "no redis-server answered there within 5 s");
    }
    for (size_t i = 0; i < given->config_count; i++) {
        char line[256], *value;
        snprintf(line, sizeof line, "%s", given->configs[i]);
        if (!(value = strchr(line, ' '))) bench_server_die(line, "is no setting; write --config \"name value\"");
        *value++ = '\0';
        WORDS("CONFIG", "SET", line, value);
        bench_server_ask(given->configs[i]);
    }
}

void bench_server_stop(void) {
    if (given->url) WORDS("FLUSHDB"), bench_server_ask("FLUSHDB");
    redisFree(redis);
    redis = NULL;
    end_private_server();
}
