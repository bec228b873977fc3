/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"

/* Files of one test in a folder of their own under /tmp, and what loading them says. */

#define SCRATCH_PATH_OCTETS 128
#define SCRATCH_TEXT_OCTETS 4096

/* Makes a new empty folder. out: its path. */
void scratch_make(char out[SCRATCH_PATH_OCTETS]);

/* Writes a file of that name into the folder. out: its path. */
void scratch_write(const char *folder, const char *name, const char *text, char out[SCRATCH_PATH_OCTETS]);

/* Removes the folder with the files in it. */
void scratch_remove(const char *folder);

/* Loads text as “hongyan.yaml” in folder. errors: SCRATCH_TEXT_OCTETS; every error on a line of its own, with the file's
 * name alone in front. Returns the config, owned; NULL where there were errors. */
struct config *scratch_load(const char *folder, const char *text, char *const envp[], char *errors);
