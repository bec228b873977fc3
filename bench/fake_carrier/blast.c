/* SPDX-License-Identifier: Apache-2.0 */
/* smpp-blast: pushes pre-encoded submit_sm over a few links with full windows and tells how fast the answers came. It measures an SMSC,
 * the fake carrier above all: with --pid also the CPU time that process spent per message. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fake_smpp.h"

enum {
  LINKS_MAX = 64,
  WINDOW_MAX = 100000,
  TEXT_OCTETS_MAX = 140,
  PDU_CAP = 320,
  IN_CAP = 256 * 1024,
  DEST_DIGITS = 13,
  ANSWER_TIMEOUT_MS = 10000,
};

struct settings {
  const char *host;
  uint64_t count;
  uint32_t port;
  uint32_t links;
  uint32_t window;
  uint32_t text_octets;
  uint32_t pid;
  const char *system_id;
  const char *password;
  bool receipts;
};

struct link {
  int fd;
  uint32_t sequence;
  uint32_t outstanding;
  size_t out_len, out_at;
  size_t in_len;
  unsigned char *out; /* room for a window of submits and as many deliver_sm_resp */
  size_t out_cap;
  unsigned char in[IN_CAP];
};

struct totals {
  uint64_t sent;
  uint64_t answered;
  uint64_t accepted;
  uint64_t receipts;
};

static unsigned char template_pdu[PDU_CAP];
static uint32_t template_len, template_dest_at;

static void fail(const char *what) {
  fprintf(stderr, "smpp-blast: %s: %s\n", what, errno != 0 ? strerror(errno) : "unexpected answer");
  exit(EXIT_FAILURE);
}

static double now_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* User and system time of a process so far, from /proc/PID/stat; -1 without one. */
static double process_cpu_s(uint32_t pid) {
  char path[64], line[1024];
  unsigned long user = 0, sys = 0;
  if (pid == 0) return -1;
  snprintf(path, sizeof path, "/proc/%u/stat", pid);
  FILE *file = fopen(path, "re");
  if (file == NULL) fail(path);
  size_t len = fread(line, 1, sizeof line - 1, file);
  fclose(file);
  line[len] = '\0';
  const char *after_name = strrchr(line, ')');
  if (after_name == NULL ||
      sscanf(after_name + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys) != 2) {
    errno = 0;
    fail(path);
  }
  return (double)(user + sys) / (double)sysconf(_SC_CLK_TCK);
}

static unsigned char *put_string(unsigned char *out, const char *text) {
  size_t len = strlen(text) + 1;
  memcpy(out, text, len);
  return out + len;
}

/* The submit_sm of which only sequence_number and destination change: SMPP 3.4 §4.4.1, UCS-2 text. */
static void encode_template(const struct settings *settings) {
  unsigned char *out = template_pdu + FAKE_SMPP_HEADER_LEN;
  out = put_string(out, "");
  *out++ = 0; /* source 0/1 */
  *out++ = 1;
  out = put_string(out, "10690001");
  *out++ = 1; /* destination 1/1 */
  *out++ = 1;
  template_dest_at = (uint32_t)(out - template_pdu);
  out = put_string(out, "8613800000000");
  memset(out, 0, 9); /* esm_class to sm_default_msg_id, two empty times among them */
  out[5] = settings->receipts ? 1 : 0;
  out[7] = 8;
  out += 9;
  *out++ = (unsigned char)settings->text_octets;
  for (uint32_t at = 0; at < settings->text_octets; at += 2) {
    out[at] = (unsigned char)(0x4E + at / 2 % 0x50); /* CJK, never a surrogate */
    out[at + 1] = (unsigned char)at;
  }
  out += settings->text_octets;
  template_len = (uint32_t)(out - template_pdu);
  fake_smpp_put_header(template_pdu, template_len, FAKE_COMMAND_SUBMIT_SM, 0, 0);
}

static void add_submit(struct link *link, uint64_t number) {
  unsigned char *pdu = link->out + link->out_len;
  memcpy(pdu, template_pdu, template_len);
  fake_smpp_put32(pdu + 12, ++link->sequence & 0x7FFFFFFF);
  for (unsigned char *digit = pdu + template_dest_at + DEST_DIGITS - 1; number > 0; number /= 10)
    *digit-- = (unsigned char)('0' + number % 10);
  link->out_len += template_len;
}

static void write_all(int fd, const unsigned char *octets, size_t len) {
  while (len > 0) {
    ssize_t count = send(fd, octets, len, MSG_NOSIGNAL);
    if (count <= 0) fail("send");
    octets += count;
    len -= (size_t)count;
  }
}

static void bind_link(struct link *link, const struct settings *settings) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)settings->port)};
  if (inet_pton(AF_INET, settings->host, &address.sin_addr) != 1) fail("--connect wants a numeric IPv4 host");
  link->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (link->fd < 0 || connect(link->fd, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
  int on = 1;
  setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  unsigned char pdu[PDU_CAP], *out = pdu + FAKE_SMPP_HEADER_LEN;
  out = put_string(out, settings->system_id);
  out = put_string(out, settings->password);
  out = put_string(out, "");
  *out++ = 0x34;
  *out++ = 0;
  *out++ = 0;
  out = put_string(out, "");
  uint32_t len = (uint32_t)(out - pdu);
  fake_smpp_put_header(pdu, len, FAKE_COMMAND_BIND_TRANSCEIVER, 0, ++link->sequence);
  write_all(link->fd, pdu, len);
  while (link->in_len < 4 || link->in_len < fake_smpp_get32(link->in)) {
    ssize_t count = recv(link->fd, link->in + link->in_len, IN_CAP - link->in_len, 0);
    if (count <= 0) fail("bind: recv");
    link->in_len += (size_t)count;
  }
  errno = 0;
  if (fake_smpp_get32(link->in + 8) != 0) fail("bind refused");
  link->in_len = 0;
}

static void open_link(struct link *link, const struct settings *settings) {
  link->out_cap = (size_t)settings->window * (PDU_CAP + FAKE_SMPP_HEADER_LEN + 1) + IN_CAP;
  link->out = malloc(link->out_cap);
  if (link->out == NULL) fail("memory");
  bind_link(link, settings);
}

static void take_frame(struct link *link, const unsigned char *frame, struct totals *totals) {
  uint32_t command_id = fake_smpp_get32(frame + 4);
  if (command_id == (FAKE_COMMAND_SUBMIT_SM | FAKE_COMMAND_RESP)) {
    link->outstanding--;
    totals->answered++;
    if (fake_smpp_get32(frame + 8) == 0) totals->accepted++;
  } else if (command_id == FAKE_COMMAND_DELIVER_SM) {
    totals->receipts++;
    unsigned char *out = link->out + link->out_len;
    fake_smpp_put_header(out, FAKE_SMPP_HEADER_LEN + 1, FAKE_COMMAND_DELIVER_SM | FAKE_COMMAND_RESP, 0,
                         fake_smpp_get32(frame + 12));
    out[FAKE_SMPP_HEADER_LEN] = 0;
    link->out_len += FAKE_SMPP_HEADER_LEN + 1;
  }
}

static void read_answers(struct link *link, struct totals *totals) {
  ssize_t count = recv(link->fd, link->in + link->in_len, IN_CAP - link->in_len, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) fail("the carrier closed the connection");
  link->in_len += (size_t)count;
  size_t at = 0;
  while (link->in_len - at >= FAKE_SMPP_HEADER_LEN) {
    uint32_t len = fake_smpp_get32(link->in + at);
    errno = 0;
    if (len < FAKE_SMPP_HEADER_LEN || len > IN_CAP) fail("command_length");
    if (link->in_len - at < len || link->out_cap - link->out_len < FAKE_SMPP_HEADER_LEN + 1) break;
    take_frame(link, link->in + at, totals);
    at += len;
  }
  memmove(link->in, link->in + at, link->in_len - at);
  link->in_len -= at;
}

static void write_submits(struct link *link, const struct settings *settings, struct totals *totals) {
  if (link->out_at == 0) {
    size_t reserve = IN_CAP; /* for deliver_sm_resp */
    while (link->outstanding < settings->window && totals->sent < settings->count &&
           link->out_cap - link->out_len >= template_len + reserve) {
      add_submit(link, totals->sent++);
      link->outstanding++;
    }
  }
  if (link->out_at == link->out_len) return;
  ssize_t count = send(link->fd, link->out + link->out_at, link->out_len - link->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && errno != EAGAIN && errno != EINTR) fail("send");
  if (count > 0) link->out_at += (size_t)count;
  if (link->out_at == link->out_len) link->out_at = link->out_len = 0;
}

static void push_all(struct link *links, const struct settings *settings, struct totals *totals) {
  struct pollfd polled[LINKS_MAX];
  uint64_t receipts_wanted = settings->receipts ? settings->count : 0;
  while (totals->answered < settings->count || totals->receipts < receipts_wanted) {
    for (uint32_t index = 0; index < settings->links; index++) {
      write_submits(&links[index], settings, totals);
      polled[index] = (struct pollfd){.fd = links[index].fd, .events = POLLIN};
      if (links[index].out_len > 0) polled[index].events |= POLLOUT;
    }
    int ready = poll(polled, settings->links, ANSWER_TIMEOUT_MS);
    if (ready == 0) {
      fprintf(stderr, "smpp-blast: no answer for %d s with %llu of %llu answered\n", ANSWER_TIMEOUT_MS / 1000,
              (unsigned long long)totals->answered, (unsigned long long)settings->count);
      return;
    }
    for (uint32_t index = 0; index < settings->links; index++)
      if ((polled[index].revents & (POLLIN | POLLHUP | POLLERR)) != 0) read_answers(&links[index], totals);
  }
}

static bool read_number(const char *text, uint64_t low, uint64_t high, uint64_t *value) {
  char *end;
  errno = 0;
  unsigned long long number = strtoull(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || number < low || number > high) return false;
  *value = number;
  return true;
}

static bool read_u32(const char *text, uint32_t low, uint32_t high, uint32_t *value) {
  uint64_t number;
  if (!read_number(text, low, high, &number)) return false;
  *value = (uint32_t)number;
  return true;
}

static bool read_connect(const char *text, struct settings *settings) {
  static char host[64];
  const char *colon = strrchr(text, ':');
  if (colon == NULL || (size_t)(colon - text) >= sizeof host || !read_u32(colon + 1, 1, 65535, &settings->port)) return false;
  memcpy(host, text, (size_t)(colon - text));
  settings->host = host;
  return true;
}

static bool read_option(const char *name, const char *value, struct settings *settings) {
  if (value == NULL) return false;
  if (strcmp(name, "--connect") == 0) return read_connect(value, settings);
  if (strcmp(name, "--count") == 0) return read_number(value, 1, 1000000000, &settings->count);
  if (strcmp(name, "--links") == 0) return read_u32(value, 1, LINKS_MAX, &settings->links);
  if (strcmp(name, "--window") == 0) return read_u32(value, 1, WINDOW_MAX, &settings->window);
  if (strcmp(name, "--text-octets") == 0)
    return read_u32(value, 2, TEXT_OCTETS_MAX, &settings->text_octets) && settings->text_octets % 2 == 0;
  if (strcmp(name, "--pid") == 0) return read_u32(value, 1, INT32_MAX, &settings->pid);
  if (strcmp(name, "--system-id") == 0) return (settings->system_id = value), strlen(value) <= FAKE_SMPP_SYSTEM_ID_MAX;
  if (strcmp(name, "--password") == 0) return (settings->password = value), strlen(value) <= 64;
  return false;
}

static void parse_arguments(int argc, char **argv, struct settings *settings) {
  static const char usage[] =
      "usage: smpp-blast --connect HOST:PORT [--count N (1000000)] [--links N (2)] [--window N (1000)]\n"
      "                  [--text-octets N (100)] [--system-id ID (blast)] [--password WORD ()] [--receipts] [--pid PID]\n"
      "Prints {\"rate\": answers a second, \"carrier_us\": CPU microseconds of process PID per message, …}.\n";
  for (int at = 1; at < argc; at++) {
    if (strcmp(argv[at], "--help") == 0) {
      fputs(usage, stdout);
      exit(EXIT_SUCCESS);
    }
    if (strcmp(argv[at], "--receipts") == 0) {
      settings->receipts = true;
    } else if (!read_option(argv[at], argv[at + 1], settings)) {
      fprintf(stderr, "smpp-blast: bad argument %s %s\n%s", argv[at], argv[at + 1] != NULL ? argv[at + 1] : "", usage);
      exit(64);
    } else {
      at++;
    }
  }
  if (settings->host != NULL) return;
  fprintf(stderr, "smpp-blast: --connect HOST:PORT is missing\n%s", usage);
  exit(64);
}

int main(int argc, char **argv) {
  struct settings settings = {
      .count = 1000000, .links = 2, .window = 1000, .text_octets = 100, .system_id = "blast", .password = ""};
  struct totals totals = {0};
  parse_arguments(argc, argv, &settings);
  struct link *links = calloc(settings.links, sizeof *links);
  if (links == NULL) fail("memory");
  encode_template(&settings);
  for (uint32_t index = 0; index < settings.links; index++) open_link(&links[index], &settings);
  double cpu_before_s = process_cpu_s(settings.pid), started_s = now_s();
  push_all(links, &settings, &totals);
  double took_s = now_s() - started_s, cpu_s = process_cpu_s(settings.pid) - cpu_before_s;
  double done = totals.answered > 0 ? (double)totals.answered : 1;
  printf("{\"sent\":%llu,\"answered\":%llu,\"accepted\":%llu,\"receipts\":%llu,\"seconds\":%.3f,\"rate\":%.0f,\"carrier_us\":",
         (unsigned long long)totals.sent, (unsigned long long)totals.answered, (unsigned long long)totals.accepted,
         (unsigned long long)totals.receipts, took_s, (double)totals.answered / took_s);
  if (settings.pid != 0)
    printf("%.3f}\n", cpu_s * 1e6 / done);
  else
    printf("null}\n");
  for (uint32_t index = 0; index < settings.links; index++) {
    close(links[index].fd);
    free(links[index].out);
  }
  free(links);
  return totals.answered == settings.count ? EXIT_SUCCESS : EXIT_FAILURE;
}
