/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "smsc.h"

/* The books of a scenario: what producers added, what the events say became of it, what the carrier took. They share no
 * code with the gateway. */

/* -- a load of alerts that differ in number, id and amount -- */

/* Adds alerts first … first + count − 1 of the load, on the three lanes in turn. Alert i goes to 138 and i in eight digits,
 * has the id “load-i”, the template note with i as its code and i cents as its amount. */
void books_add_load(unsigned first, unsigned count);

/* Adds alerts that must not arrive twice (template careful): alert i goes to 137 and i in eight digits, has the id “ci”. */
void books_add_careful(unsigned first, unsigned count);

/* Alert i of the load as it is added, and the text that it must bring. Return out. */
#define BOOKS_ALERT_OCTETS 256
const char *books_alert(char out[static BOOKS_ALERT_OCTETS], unsigned i);
const char *books_text(char out[static BOOKS_ALERT_OCTETS], unsigned i);

/* The same as producers of old do it: on the list. */
void books_push_load(unsigned first, unsigned count);

/* Adds one alert: the JSON text as it is. lane: “urgent”, “normal”, “bulk”. */
void books_add(const char *lane, const char *json);

#define BOOKS_ORIGIN_OCTETS 80
#define BOOKS_FIELDS_MAX    8

/* Adds an entry of any fields (names and values by turns, with their lengths) and tells its origin (“…@normal”). */
void books_add_raw(char origin[static BOOKS_ORIGIN_OCTETS], const char *lane, const char *const fields[],
		   const size_t lens[], unsigned count);

/* -- the queue -- */

/* Fails where the account of the queue does not balance at this instant: entries added = entries that wait + entries
 * closed. Returns how many wait. */
long long books_waiting(void);

/* How many entries ended so, as the queue's totals have it. */
unsigned books_total(const char *name);

/* Waits until nothing waits; looks at the balance all the while. */
void books_await_settled(unsigned seconds);

/* -- what became of it -- */

struct books_tally {
	unsigned accepted;
	unsigned expired;
	unsigned suppressed;
	unsigned duplicate;
	unsigned dead;
	unsigned delivered;
	unsigned undelivered;
	unsigned ambiguous; /* accepted events that say so */
	unsigned late;
};

/* All events so far as one array, each with a member for what JSON has; free it. */
json_t *books_events(void);

/* Counts events. Fails where an entry has more than one closing event or where the totals say something else. */
struct books_tally books_tally(const json_t *events);

/* The closing event of an id; fails where there is none or more than one. */
const json_t *books_closing(const json_t *events, const char *id);

/* True where a member of an object is that text. */
bool books_is(const json_t *object, const char *member, const char *text);

/* In how many events a member is that text. */
unsigned books_count(const json_t *events, const char *member, const char *text);

/* Compares the load of count alerts (all settled) with events and the carrier's record: each was accepted once, with the
 * right text; none is missing at the carrier; each that is there twice has an event that says it is ambiguous. Returns
 * how many messages were sent again. */
unsigned books_check_load(unsigned count, const struct smsc *smsc);

/* The dead letter of an origin entry (“…@normal”): a field of it, owned by the caller; NULL where there is none. */
char *books_dead_letter(const char *origin, const char *field, size_t *len);
