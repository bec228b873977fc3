/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "render/catalogue.h"

/* Takes each problem found, as a line “templates/balance.tmpl:3: …” in English. is_warning: the template works. */
typedef void template_dir_on_problem(void *ctx, const char *line, bool is_warning);

/* Compiles every *.tmpl file of a folder, in the order of their names, into a frozen catalogue; goes on after an error
 * so that all are told. dir: the folder's path. out: owned, set on success only. on_problem: may be NULL.
 * ERR_IO: the folder or a file cannot be read; ERR_NOT_FOUND: no template in it; ERR_FORMAT: some are broken;
 * ERR_MEMORY. */
MUST_CHECK enum err template_dir_load(const char *dir, const char *default_locale, struct catalogue **out,
				      template_dir_on_problem *on_problem, void *ctx);

/* Takes one file as it is. locale: absent where the file's name has none. All is borrowed until it returns. False where it can't be
 * taken. */
typedef bool template_dir_on_file(void *ctx, struct slice name, struct slice locale, struct slice source);

/* Reads the same files, in the same order, and compiles nothing. at: why not, a sentence. ERR_IO, ERR_NOT_FOUND, ERR_FORMAT (a file's
 * name is none), ERR_MEMORY (or one could not be taken). */
MUST_CHECK enum err template_dir_visit(const char *dir, template_dir_on_file *on_file, void *ctx, struct err_at *at);
