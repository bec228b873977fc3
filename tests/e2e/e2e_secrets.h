/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What the scenarios about secrets share: a peer that repeats all that it hears, and a search through all that was said. */

/* Somebody who gives back what they were told: as a provider over HTTP, who refuses, or as a Redis. */
void parrot_start(void);
void parrot_stop(void);
uint16_t parrot_port(void);

/* Keeps a text among what is looked through at the end, in a file “said-…”. */
void secrets_keep(const char *name, const char *text);

/* The same for a page of the gateway's, and for what a command says on both streams. */
struct gateway_process;
void secrets_keep_page(const struct gateway_process *gateway, const char *path);
void secrets_keep_command(const char *const words[]);

/* Fails where one of the texts (NULL-terminated) is in a file of the folder or below it, but for configurations. only_said: looks at
 * what was said only, logs and “said-…”. Returns how many files it looked through. */
unsigned secrets_look_through(const char *folder, const char *const planted[], bool only_said);

/* The scenario in e2e_secrets_numbers.c. */
void secrets_numbers(void);
