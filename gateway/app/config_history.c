/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_history.h"

#include "app/config_check.h"
#include "history/history_seal.h"

void config_check_history(struct config_load *load)
{
	const struct config_history *history = &load->config->history;
	bool has_dir = history->dir != NULL && *history->dir != '\0';
	size_t key_len = history->key != NULL ? strlen(history->key) : 0;
	if (has_dir && key_len == 0)
		config_report(load->report, ERR_NOT_FOUND, config_check_place(load->root, "history.dir"), false,
			      "history.dir",
			      "history.dir is set, but history.key is not: numbers are kept sealed only; make a secret "
			      "with “openssl rand -hex 32”, and name its file in history.key_file");
	else if (has_dir && key_len < HISTORY_SECRET_LEAST)
		config_report(load->report, ERR_RANGE, config_check_place(load->root, "history.key"), false,
			      "history.key", "history.key has %zu characters, and at least %d are needed", key_len,
			      HISTORY_SECRET_LEAST);
	if (!has_dir && history->listen.host != NULL)
		config_report(load->report, ERR_NOT_FOUND, config_check_place(load->root, "history.listen"), false,
			      "history.listen", "history.listen is set, but there is no history: set history.dir");
}
