/* SPDX-License-Identifier: Apache-2.0 */
/* store-bench: how much of Redis' CPU each form of READ, BEGIN and SETTLE costs per alert.
 *
 * A repetition starts a private redis-server, fills the seen hashes and the stream, then takes half of the alerts in
 * windows of 4096 with INFO between the phases ("alone") and the other half as whole cycles READ, BEGIN, SETTLE ("full").
 * Every answer is checked, so a form that does not do the work cannot win. Neighbours make whole seconds 1.6 times slower:
 * compare BEGIN and SETTLE with the READ of the same row, or the least of several repetitions. */
#include "bench_server.h"

#include <getopt.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WINDOW = 4096, BATCH_MAX = 512, REPS_MAX = 15, ID_LEN = 17, RECEIPT_LEN = 40 };
#define TAG "{hongyan}:"
#define CONSUMER "gateway-7f3a-19c2"

enum read_form { READ_ONE, READ_FOUR, READ_NOACK, READ_NOACK_MULTI };
enum begin_form { BEGIN_PAIRS, BEGIN_SPLIT };
enum settle_form { SETTLE_SCRIPT, SETTLE_RECEIPTS_INSIDE, SETTLE_MULTI, SETTLE_NO_RECEIPTS };
enum origin_form { ORIGIN_TEXT, ORIGIN_PACKED };

struct variant {
    const char *name;
    enum read_form read;
    const char *begin;
    enum begin_form begin_form;
    enum origin_form origin;
    bool is_digest;
    const char *settle;
    enum settle_form settle_form;
};

static const struct variant variants[] = {
    {"best", READ_ONE, "begin_best", BEGIN_SPLIT, ORIGIN_PACKED, false, "settle_best", SETTLE_SCRIPT},
    {"origin-text", READ_ONE, "begin_best", BEGIN_SPLIT, ORIGIN_TEXT, false, "settle_best", SETTLE_SCRIPT},
    {"begin-tables", READ_ONE, "begin_tables", BEGIN_PAIRS, ORIGIN_TEXT, false, "settle_best", SETTLE_SCRIPT},
    {"begin-pairs", READ_ONE, "begin_pairs", BEGIN_PAIRS, ORIGIN_PACKED, false, "settle_best", SETTLE_SCRIPT},
    {"begin-hsetnx", READ_ONE, "begin_hsetnx", BEGIN_PAIRS, ORIGIN_PACKED, false, "settle_best", SETTLE_SCRIPT},
    {"begin-setnx", READ_ONE, "begin_setnx", BEGIN_PAIRS, ORIGIN_PACKED, false, "settle_best", SETTLE_SCRIPT},
    {"begin-digest", READ_ONE, "begin_best", BEGIN_SPLIT, ORIGIN_PACKED, true, "settle_best", SETTLE_SCRIPT},
    {"begin-sadd", READ_ONE, "begin_sadd", BEGIN_SPLIT, ORIGIN_PACKED, false, "settle_best", SETTLE_SCRIPT},
    {"begin-blind", READ_ONE, "begin_blind", BEGIN_PAIRS, ORIGIN_PACKED, false, "settle_best", SETTLE_SCRIPT},
    {"settle-inside", READ_ONE, "begin_best", BEGIN_SPLIT, ORIGIN_PACKED, false, "settle_receipts", SETTLE_RECEIPTS_INSIDE},
    {"settle-multi", READ_ONE, "begin_best", BEGIN_SPLIT, ORIGIN_PACKED, false, "settle_best", SETTLE_MULTI},
    {"no-receipts", READ_ONE, "begin_best", BEGIN_SPLIT, ORIGIN_PACKED, false, "settle_best", SETTLE_NO_RECEIPTS},
    {"read-four", READ_FOUR, "begin_best", BEGIN_SPLIT, ORIGIN_PACKED, false, "settle_best", SETTLE_SCRIPT},
    {"read-noack", READ_NOACK, "begin_best", BEGIN_SPLIT, ORIGIN_PACKED, false, "settle_noack", SETTLE_SCRIPT},
    {"noack-multi", READ_NOACK_MULTI, "begin_best", BEGIN_SPLIT, ORIGIN_PACKED, false, "settle_noack", SETTLE_SCRIPT},
};
enum { VARIANT_COUNT = sizeof variants / sizeof variants[0] };

/* Figures of one repetition: microseconds of Redis CPU per alert (main thread, but for FULL_TOTAL), octets per alert. */
enum figure { READ_US, BEGIN_US, SETTLE_US, ALONE_US, FULL_US, FULL_TOTAL_US, AOF_OCTETS, FIGURE_COUNT };
static const char *const figure_names[] = {"read", "begin", "settle", "alone", "full", "full_all_threads", "aof_octets"};

struct slot {
    char entry[24], id[ID_LEN + 1], origin[24], ref[24];
    size_t entry_len, id_len, origin_len;
};

struct options {
    struct bench_server_options server;
    const char *only;
    size_t alerts, reps, depth, intent_octets, before_count, now_count, generation_count, batches[8], batch_count;
    bool is_json;
};

static struct options opt = {.server = {.program = "redis-server", .scripts = STORE_BENCH_VARIANTS}, .alerts = 200000, .reps = 3, .depth = 1,
                             .intent_octets = 10000, .batches = {16, 64, 256, 512}, .batch_count = 4};
static struct slot slots[WINDOW];
static char intent[1 << 20], events[BATCH_MAX * 256], sha_begin[41], sha_settle[41], sha_read[41], sha_claim[41];

/* ---- filling ---- */

static void set_id(struct slot *s, const char *id, bool is_digest) {
    memcpy(s->id, id, ID_LEN);
    s->id_len = ID_LEN;
    if (!is_digest) return;
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < ID_LEN; i++) hash = (hash ^ (uint8_t)id[i]) * 1099511628211u;
    memcpy(s->id, &hash, s->id_len = sizeof hash);
}

/* Packed: six octets of milliseconds and four of sequence, big-endian, so that order is kept. */
static void set_origin(struct slot *s, enum origin_form form) {
    memcpy(s->origin, s->entry, s->origin_len = s->entry_len);
    if (form == ORIGIN_TEXT) return;
    char *end;
    uint64_t ms = strtoull(s->entry, &end, 10), seq = strtoull(end + 1, NULL, 10);
    for (size_t i = 0; i < 6; i++) s->origin[i] = (char)(ms >> (40 - 8 * i));
    for (size_t i = 0; i < 4; i++) s->origin[6 + i] = (char)(seq >> (24 - 8 * i));
    s->origin_len = 10;
}

static void fill_seen(const char *key, const char *day, size_t count, const struct variant *v) {
    for (size_t done = 0; done < count;) {
        WORDS("HSET", key);
        for (size_t i = 0; i < 256 && done < count; i++, done++) {
            char id[32];
            snprintf(id, sizeof id, "AL%s%07u", day, (unsigned)(done % 10000000));
            set_id(&slots[i], id, v->is_digest);
            slots[i].entry_len = (size_t)snprintf(slots[i].entry, 24, "1770940800000-%u", (unsigned)done);
            set_origin(&slots[i], v->origin);
            bench_server_arg(slots[i].id, slots[i].id_len);
            bench_server_arg(slots[i].origin, slots[i].origin_len);
        }
        bench_server_ask("fill seen");
    }
}

static void fill_stream(void) {
    char alert[512];
    for (size_t done = 0; done < opt.alerts;) {
        size_t burst = 0;
        for (; burst < 500 && done < opt.alerts; burst++, done++) {
            int len = snprintf(alert, sizeof alert,
                "{\"id\":\"AL20260213%07zu\",\"to\":\"139%08zu\",\"template\":\"balance\",\"params\":{\"date\":\"2026-02-13\","
                "\"balance\":\"%zu.%02zu\"},\"tenant\":\"changchun\",\"subject\":\"account:22%08zu\",\"batch\":\"B20260213\","
                "\"as_of\":\"2026-02-13T08:00:00+08:00\",\"expires_at\":\"2026-02-13T20:00:00+08:00\"}",
                done % 10000000, done * 7919 % 100000000, done % 300, done % 100, done % 100000000);
            WORDS("XADD", TAG "alerts:normal", "*", "alert");
            bench_server_arg(alert, (size_t)len);
            bench_server_queue();
        }
        while (burst--) freeReplyObject(bench_server_answer("XADD"));
    }
}

/* ---- the three calls ---- */

static void queue_read(const struct variant *v, const char *count) {
    if (v->read == READ_NOACK) {
        WORDS("EVALSHA", sha_read, "2", TAG "alerts:normal", TAG "claims", CONSUMER, count);
        bench_server_arg(intent, 600);
    } else if (v->read == READ_NOACK_MULTI) {
        WORDS("MULTI"), bench_server_queue();
        WORDS("XREADGROUP", "GROUP", "gateway", CONSUMER, "COUNT", count, "NOACK", "STREAMS", TAG "alerts:normal", ">");
        bench_server_queue();
        WORDS("EVALSHA", sha_claim, "2", TAG "alerts:normal", TAG "claims", CONSUMER), bench_server_arg(intent, 600);
        bench_server_queue();
        WORDS("EXEC");
    } else {
        WORDS("XREADGROUP", "GROUP", "gateway", CONSUMER, "COUNT", count, "STREAMS", TAG "alerts:normal");
        if (v->read == READ_FOUR) WORDS(TAG "alerts:urgent", TAG "alerts:bulk", TAG "ready", ">", ">", ">");
        WORDS(">");
    }
    bench_server_queue();
}

static size_t take_read(const struct variant *v, size_t held) {
    for (int i = 0; v->read == READ_NOACK_MULTI && i < 3; i++) freeReplyObject(bench_server_answer("READ"));
    redisReply *r = bench_server_answer("READ"), *streams = v->read == READ_NOACK_MULTI ? r->element[0] : r;
    if (streams->type == REDIS_REPLY_ARRAY) {
        redisReply *entries = streams->element[0]->element[1];
        for (size_t i = 0; i < entries->elements && held < WINDOW; i++, held++) {
            redisReply *entry = entries->element[i];
            struct slot *s = &slots[held];
            s->entry_len = (size_t)snprintf(s->entry, sizeof s->entry, "%s", entry->element[0]->str);
            set_id(s, entry->element[1]->element[1]->str + 7, v->is_digest);
            set_origin(s, v->origin);
            snprintf(s->ref, sizeof s->ref, "cmcc:%.10s", entry->element[1]->element[1]->str + 14);
        }
    }
    freeReplyObject(r);
    return held;
}

static void queue_begin(const struct variant *v, const struct slot *s, size_t n) {
    char count[16];
    snprintf(count, sizeof count, "%zu", n);
    WORDS("EVALSHA", sha_begin, "4", TAG "workers", TAG "seen:20497", TAG "seen:20496", TAG "intents", CONSUMER, count);
    bench_server_arg(intent, opt.intent_octets);
    for (size_t i = 0; v->begin_form == BEGIN_SPLIT && i < n; i++) bench_server_arg(s[i].id, s[i].id_len);
    for (size_t i = 0; i < n; i++) {
        bench_server_arg(s[i].id, s[i].id_len);
        bench_server_arg(s[i].origin, s[i].origin_len);
    }
    bench_server_queue();
}

static void take_begin(size_t n) {
    redisReply *r = bench_server_answer("BEGIN");
    if (r->type != REDIS_REPLY_STRING || (size_t)r->len != n || strspn(r->str, "G") != n) bench_server_die("BEGIN", "not every alert got its go");
    freeReplyObject(r);
}

static void add_entries(const struct slot *s, size_t n) {
    for (size_t i = 0; i < n; i++) bench_server_arg(s[i].entry, s[i].entry_len);
}

static void add_receipts(const struct slot *s, size_t n) {
    for (size_t i = 0; i < n; i++) {
        bench_server_arg(s[i].ref, strlen(s[i].ref));
        bench_server_arg(intent + 64 * (i % 100), RECEIPT_LEN);
    }
}

static void queue_settle(const struct variant *v, const struct slot *s, size_t n) {
    char count[16];
    snprintf(count, sizeof count, "%zu", n);
    if (v->settle_form == SETTLE_MULTI) WORDS("MULTI"), bench_server_queue();
    if (v->settle_form == SETTLE_SCRIPT || v->settle_form == SETTLE_MULTI) {
        WORDS("HSET", TAG "receipts:6832");
        add_receipts(s, n);
        bench_server_queue();
    }
    if (v->settle_form == SETTLE_MULTI) {
        WORDS("XACK", TAG "alerts:normal", "gateway"), add_entries(s, n), bench_server_queue();
        WORDS("XDEL", TAG "alerts:normal"), add_entries(s, n), bench_server_queue();
        WORDS("XADD", TAG "events", "*", "events"), bench_server_arg(events, n * 230), bench_server_queue();
        WORDS("HINCRBY", TAG "account", "accepted", count), bench_server_queue();
        WORDS("EXEC"), bench_server_queue();
        return;
    }
    bool is_inside = v->settle_form == SETTLE_RECEIPTS_INSIDE;
    WORDS("EVALSHA", sha_settle, is_inside ? "5" : "4", TAG "workers", TAG "alerts:normal", TAG "events", TAG "account");
    if (is_inside) WORDS(TAG "receipts:6832");
    WORDS(CONSUMER, count), bench_server_arg(events, n * 230), add_entries(s, n);
    if (is_inside) add_receipts(s, n);
    bench_server_queue();
}

static void take_settle(const struct variant *v, size_t n) {
    int before_last = v->settle_form == SETTLE_MULTI ? 6 : v->settle_form == SETTLE_SCRIPT ? 1 : 0;
    while (before_last--) freeReplyObject(bench_server_answer("SETTLE"));
    redisReply *r = bench_server_answer("SETTLE");
    long long settled = v->settle_form == SETTLE_MULTI ? r->element[2]->integer : r->integer;
    if (settled != (long long)n) bench_server_die("SETTLE", "not every entry left the queue");
    freeReplyObject(r);
}

/* ---- a window: each phase in batches, `depth` of them on the way at once ---- */

static size_t window_read(const struct variant *v, size_t size, size_t batch) {
    char count[16];
    snprintf(count, sizeof count, "%zu", batch);
    size_t held = 0;
    for (size_t asked = 0; asked < size;) {
        size_t queued = 0;
        for (; queued < opt.depth && asked < size; queued++, asked += batch) queue_read(v, count);
        while (queued--) held = take_read(v, held);
    }
    return held;
}

static void window_each(const struct variant *v, size_t held, size_t batch, bool is_settle) {
    for (size_t at = 0, taken = 0; at < held;) {
        for (size_t queued = 0; queued < opt.depth && at < held; queued++) {
            size_t n = held - at < batch ? held - at : batch;
            is_settle ? queue_settle(v, slots + at, n) : queue_begin(v, slots + at, n);
            at += n;
        }
        for (; taken < at; taken += held - taken < batch ? held - taken : batch) {
            size_t n = held - taken < batch ? held - taken : batch;
            is_settle ? take_settle(v, n) : take_begin(n);
        }
    }
}

static void repetition(const struct variant *v, size_t batch, double f[FIGURE_COUNT]) {
    bench_server_start(&opt.server);
    bench_server_script(v->begin, sha_begin);
    bench_server_script(v->settle, sha_settle);
    bench_server_script("read_noack", sha_read);
    bench_server_script("read_claim", sha_claim);
    WORDS("HSET", TAG "workers", CONSUMER, "1"), bench_server_ask("HSET");
    static const char *const streams[] = {TAG "alerts:normal", TAG "alerts:urgent", TAG "alerts:bulk", TAG "ready"};
    for (size_t i = 0; i < 4; i++) WORDS("XGROUP", "CREATE", streams[i], "gateway", "0", "MKSTREAM"), bench_server_ask("XGROUP");
    fill_seen(TAG "seen:20496", "20260212", opt.before_count, v);
    fill_seen(TAG "seen:20497", "20260211", opt.now_count, v);
    fill_stream();

    double aof = bench_server_info("persistence", "aof_current_size:", NULL);
    size_t alone = 0, held;
    while (alone < opt.alerts / 2) {
        double t0 = bench_server_main_us();
        held = window_read(v, WINDOW, batch);
        double t1 = bench_server_main_us();
        window_each(v, held, batch, false);
        double t2 = bench_server_main_us();
        window_each(v, held, batch, true);
        f[READ_US] += t1 - t0, f[BEGIN_US] += t2 - t1, f[SETTLE_US] += bench_server_main_us() - t2;
        alone += held;
    }
    for (int i = READ_US; i <= SETTLE_US; i++) f[i] /= (double)alone;
    f[ALONE_US] = f[READ_US] + f[BEGIN_US] + f[SETTLE_US];

    double main0 = bench_server_main_us(), all0 = bench_server_all_us();
    size_t full = 0;
    do {
        held = window_read(v, batch * opt.depth < WINDOW ? batch * opt.depth : WINDOW, batch);
        window_each(v, held, batch, false);
        window_each(v, held, batch, true);
        full += held;
    } while (held > 0);
    f[FULL_US] = (bench_server_main_us() - main0) / (double)full;
    f[FULL_TOTAL_US] = (bench_server_all_us() - all0) / (double)full;
    f[AOF_OCTETS] = (bench_server_info("persistence", "aof_current_size:", NULL) - aof) / (double)(alone + full);
    WORDS("XLEN", TAG "alerts:normal");
    if (alone + full != opt.alerts || bench_server_ask("XLEN") != 0) bench_server_die(v->name, "some alerts are still on the queue");
    bench_server_stop();
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const struct variant *v, size_t batch, bool is_first) {
    double f[REPS_MAX][FIGURE_COUNT] = {{0}}, column[REPS_MAX], median[FIGURE_COUNT], least[FIGURE_COUNT];
    for (size_t r = 0; r < opt.reps; r++) repetition(v, batch, f[r]);
    for (int i = 0; i < FIGURE_COUNT; i++) {
        for (size_t r = 0; r < opt.reps; r++) column[r] = f[r][i];
        qsort(column, opt.reps, sizeof column[0], compare);
        median[i] = column[opt.reps / 2];
        least[i] = column[0];
    }
    if (opt.is_json) printf("%s{\"variant\":\"%s\",\"batch\":%zu", is_first ? "" : ",", v->name, batch);
    else printf("%-14s %5zu", v->name, batch);
    for (int i = 0; i < FIGURE_COUNT; i++) {
        if (opt.is_json) printf(",\"%s\":%.3f,\"%s_min\":%.3f", figure_names[i], median[i], figure_names[i], least[i]);
        else printf(i == AOF_OCTETS ? " %8.0f" : " %8.2f", median[i]);
    }
    for (int i = READ_US; i <= FULL_US && !opt.is_json; i++) printf("%s%.2f", i ? "/" : "  ", least[i]);
    printf(opt.is_json ? "}" : "\n");
    fflush(stdout);
}

static double clock_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void measure_floor(void) {
    bench_server_start(&opt.server);
    bench_server_script("empty", sha_begin);
    for (int is_script = 0; is_script < 2; is_script++) {
        double t0 = bench_server_main_us();
        for (int i = 0; i < 50000; i++) {
            if (is_script) WORDS("EVALSHA", sha_begin, "0");
            else WORDS("PING");
            bench_server_ask("floor");
        }
        printf("%s: %.2f us of Redis a call\n", is_script ? "empty EVALSHA" : "PING", (bench_server_main_us() - t0) / 50000);
    }
    bench_server_stop();
}

/* A generation of seen entries: what an entry weighs, how long growing ever blocks, what UNLINK and DEL block. */
static void measure_generation(const struct variant *v) {
    static const char *const removers[] = {"UNLINK", "DEL"};
    for (size_t k = 0; k < 2; k++) {
        bench_server_start(&opt.server);
        WORDS("CONFIG", "SET", "slowlog-log-slower-than", "500"), bench_server_ask("slowlog");
        double before = bench_server_info("memory", "used_memory:", NULL);
        fill_seen(TAG "seen:20497", "20260213", opt.generation_count, v);
        double octets = (bench_server_info("memory", "used_memory:", NULL) - before) / (double)opt.generation_count;
        WORDS("SLOWLOG", "GET", "1000"), bench_server_queue();
        redisReply *r = bench_server_answer("SLOWLOG");
        long long worst = 0;
        for (size_t i = 0; i < r->elements; i++) {
            if (r->element[i]->element[2]->integer > worst) worst = r->element[i]->element[2]->integer;
        }
        printf("%zu fields: %.1f octets each; filling in batches of 256: %zu commands over 500 us, worst %lld us\n",
               opt.generation_count, octets, r->elements, worst);
        freeReplyObject(r);
        double t0 = clock_us(), cpu0 = bench_server_main_us();
        WORDS(removers[k], TAG "seen:20497"), bench_server_ask(removers[k]);
        double t1 = clock_us();
        printf("%s: %.0f us until answered, %.0f us of the main thread\n", removers[k], t1 - t0, bench_server_main_us() - cpu0);
        bench_server_stop();
    }
}

static void usage(void) {
    puts("store-bench [--redis unix:/path | host:port] [--server PATH] [--scripts DIR] [--variant NAME] [--batch N]...\n"
         "  [--alerts 200000] [--reps 3] [--depth 1] [--intent 10000] [--before N] [--now N] [--config \"name value\"]...\n"
         "  [--floor] [--generation N] [--json]\n"
         "Redis CPU in microseconds per alert, median of --reps (and the least:\n"
         "neighbours on the same cores only ever add). --before and --now fill the two seen generations first;\n"
         "--depth is how many calls are on the way at once. Variants:");
    for (size_t i = 0; i < VARIANT_COUNT; i++) printf("  %s\n", variants[i].name);
}

int main(int argc, char **argv) {
    static const struct option longs[] = {
        {"redis", 1, 0, 'r'}, {"server", 1, 0, 's'}, {"scripts", 1, 0, 'l'}, {"variant", 1, 0, 'v'}, {"batch", 1, 0, 'b'},
        {"alerts", 1, 0, 'n'}, {"reps", 1, 0, 'k'}, {"depth", 1, 0, 'd'}, {"intent", 1, 0, 'i'}, {"before", 1, 0, 'p'}, {"now", 1, 0, 'w'},
        {"config", 1, 0, 'c'}, {"floor", 0, 0, 'f'}, {"generation", 1, 0, 'g'}, {"json", 0, 0, 'j'}, {"help", 0, 0, 'h'}, {0, 0, 0, 0}};
    bool is_floor = false, own_batches = false;
    for (int c; (c = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
        size_t number = optarg ? strtoul(optarg, NULL, 10) : 0;
        switch (c) {
        case 'r': opt.server.url = optarg; break;
        case 's': opt.server.program = optarg; break;
        case 'l': opt.server.scripts = optarg; break;
        case 'v': opt.only = optarg; break;
        case 'b':
            if (!own_batches) opt.batch_count = 0;
            own_batches = true;
            if (opt.batch_count < 8) opt.batches[opt.batch_count++] = number;
            break;
        case 'n': opt.alerts = number; break;
        case 'k': opt.reps = number; break;
        case 'd': opt.depth = number; break;
        case 'i': opt.intent_octets = number; break;
        case 'p': opt.before_count = number; break;
        case 'w': opt.now_count = number; break;
        case 'c': if (opt.server.config_count < 16) opt.server.configs[opt.server.config_count++] = optarg; break;
        case 'f': is_floor = true; break;
        case 'g': opt.generation_count = number; break;
        case 'j': opt.is_json = true; break;
        default: usage(); return c == 'h' ? 0 : 64;
        }
    }
    bool is_bad = opt.reps < 1 || opt.reps > REPS_MAX || opt.depth < 1 || opt.intent_octets > sizeof intent || opt.alerts < 1;
    for (size_t i = 0; i < opt.batch_count; i++) is_bad = is_bad || opt.batches[i] < 1 || opt.batches[i] > BATCH_MAX || WINDOW % opt.batches[i];
    if (is_bad) return fprintf(stderr, "store-bench: reps are 1-15, batches powers of two up to 512, intent at most 1 MiB\n"), 64;
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(1, &cpus);
    if (sysconf(_SC_NPROCESSORS_ONLN) > 1) sched_setaffinity(0, sizeof cpus, &cpus);
    for (size_t i = 0; i < sizeof intent; i++) intent[i] = (char)('0' + i * 2654435761u / 97 % 75);
    memset(events, 'e', sizeof events);

    if (is_floor) return measure_floor(), 0;
    if (opt.generation_count) return measure_generation(&variants[0]), 0;
    if (opt.is_json) printf("{\"program\":\"store-bench\",\"alerts\":%zu,\"reps\":%zu,\"rows\":[", opt.alerts, opt.reps);
    else {
        printf("%-14s %5s", "variant", "batch");
        for (int i = 0; i < FIGURE_COUNT; i++) printf(" %8.8s", figure_names[i]);
        puts("  least of read/begin/settle/alone/full");
    }
    bool is_first = true, is_known = false;
    for (size_t i = 0; i < VARIANT_COUNT; i++) {
        if (opt.only && strcmp(opt.only, variants[i].name)) continue;
        is_known = true;
        for (size_t b = 0; b < opt.batch_count; b++, is_first = false) measure(&variants[i], opt.batches[b], is_first);
    }
    if (opt.is_json) puts("]}");
    if (!is_known) return fprintf(stderr, "store-bench: no variant is called %s; --help lists them\n", opt.only), 64;
    return 0;
}
