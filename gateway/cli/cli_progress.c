/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_progress.h"

#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

#define BAR_CELLS 30

static volatile sig_atomic_t stop_wanted;
static struct sigaction before_int;
static struct sigaction before_term;

static void want_stop(int number)
{
	(void)number;
	stop_wanted = 1;
}

bool cli_progress_is_stopped(void)
{
	return stop_wanted != 0;
}

void cli_progress_begin(struct cli_progress *progress, FILE *err, uint64_t total)
{
	struct sigaction wish = { .sa_handler = want_stop };
	int fd = fileno(err);
	*progress = (struct cli_progress){ .err = err, .is_shown = fd >= 0 && isatty(fd) == 1, .total = total };
	stop_wanted = 0;
	sigaction(SIGINT, &wish, &before_int);
	sigaction(SIGTERM, &wish, &before_term);
}

void cli_progress_show(struct cli_progress *progress, uint64_t at, const char *word, uint64_t done)
{
	static const char cells[BAR_CELLS + 1] = "##############################";
	if (!progress->is_shown)
		return;
	fprintf(progress->err, "\r%s %" PRIu64, word, done);
	if (progress->total > 0) {
		uint64_t part = at < progress->total ? at : progress->total;
		int filled = (int)(part * BAR_CELLS / progress->total);
		fprintf(progress->err, "  [%-*.*s] %3d %%", BAR_CELLS, filled, cells,
			(int)(part * 100 / progress->total));
	}
	fputs("\033[K", progress->err);
	fflush(progress->err);
	progress->is_drawn = true;
}

void cli_progress_end(struct cli_progress *progress)
{
	if (progress->is_drawn) {
		fputs("\r\033[K", progress->err);
		fflush(progress->err);
	}
	sigaction(SIGINT, &before_int, NULL);
	sigaction(SIGTERM, &before_term, NULL);
}
