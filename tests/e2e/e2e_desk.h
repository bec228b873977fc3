/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* Scenarios of the commands that act on the queue in Redis, by subject. */

void desk_open(void);
void desk_close(void);

/* Everything that these commands may change, in few words: to be compared with itself. Free it. */
char *desk_snapshot(void);

/* Fails where the snapshot is another one by now; frees it. */
void desk_expect_same(char *snapshot);

/* Whether some client of Redis has asked this last, as CLIENT LIST writes it: “cmd=hdel”. */
bool desk_has_asked(const char *command);

/* Fails where a number in an object is another one. */
struct json_t;
void desk_expect_number(const struct json_t *object, const char *name, long long want);

void desk_dead_filters(void);
void desk_dead_pages(void);
void desk_dead_shows(void);
void desk_dead_requeues(void);
void desk_dead_names(void);
void desk_dead_drops(void);
void desk_dead_interrupted(void);
void desk_dead_cut(void);
void desk_dead_list_cut(void);
void desk_dead_full(void);
void desk_dead_on_the_road(void);
void desk_held_filters(void);
void desk_held_resends(void);
void desk_held_drops(void);
void desk_held_at_once(void);
void desk_pauses(void);
void desk_resumes(void);
void desk_resume_interrupted(void);
void desk_resume_waits(void);
void desk_resume_paused_again(void);
void desk_steps_twice(void);
void desk_refused(void);
