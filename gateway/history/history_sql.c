/* SPDX-License-Identifier: Apache-2.0 */
#include "history/history_sql.h"

/* Events lie beside each other by alert, and nearly at the end of the file: alerts of a day come in the order of their entries. */
const char history_sql_schema[] =
	"CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB) STRICT;"
	"CREATE TABLE alert("
	" ms INTEGER NOT NULL, seq INTEGER NOT NULL, lane INTEGER NOT NULL,"
	" id TEXT, template TEXT, template_version INTEGER, tenant TEXT, batch TEXT, traceparent TEXT,"
	" number BLOB, number_key BLOB, erased INTEGER NOT NULL DEFAULT 0,"
	" PRIMARY KEY(ms, seq, lane)) WITHOUT ROWID, STRICT;"
	"CREATE INDEX alert_by_id ON alert(id) WHERE id IS NOT NULL;"
	"CREATE INDEX alert_by_number ON alert(number_key) WHERE number_key IS NOT NULL;"
	"CREATE TABLE event("
	" ms INTEGER NOT NULL, seq INTEGER NOT NULL, lane INTEGER NOT NULL,"
	" stream_ms INTEGER NOT NULL, stream_seq INTEGER NOT NULL, line INTEGER NOT NULL,"
	" event TEXT NOT NULL, at INTEGER NOT NULL, account TEXT, reason TEXT, segments INTEGER, segment INTEGER,"
	" attempt INTEGER, ambiguous INTEGER, state TEXT, error TEXT, refs TEXT, more TEXT,"
	" PRIMARY KEY(ms, seq, lane, stream_ms, stream_seq, line)) WITHOUT ROWID, STRICT;";

#define FOUND                                                                                                 \
	"SELECT a.ms, a.seq, a.lane, a.id, a.template, a.template_version, a.tenant, a.batch, a.traceparent," \
	" a.number, e.stream_ms, e.stream_seq, e.line, e.event, e.at, e.account, e.reason, e.segments,"       \
	" e.segment, e.attempt, e.ambiguous, e.state, e.error, e.refs, e.more FROM alert a JOIN event e"      \
	" USING(ms, seq, lane) WHERE "
#define IN_ORDER                                                                                                \
	" AND (?5 IS NULL OR a.tenant = ?5) ORDER BY a.ms DESC, a.seq DESC, a.lane, e.stream_ms, e.stream_seq," \
	" e.line"

/* An alert's row is made by its first event and completed by later ones. What was erased stays so. */
const char *const history_sql_texts[HISTORY_SQL_COUNT] = {
	[HISTORY_SQL_BEGIN] = "BEGIN IMMEDIATE",
	[HISTORY_SQL_COMMIT] = "COMMIT",
	[HISTORY_SQL_ROLLBACK] = "ROLLBACK",
	[HISTORY_SQL_PUT_ALERT] =
		"INSERT INTO alert(ms, seq, lane, id, template, template_version, tenant, batch, traceparent, number,"
		" number_key) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT(ms, seq, lane) DO UPDATE"
		" SET id = coalesce(id, excluded.id), template = coalesce(template, excluded.template),"
		" template_version = coalesce(template_version, excluded.template_version),"
		" tenant = coalesce(tenant, excluded.tenant), batch = coalesce(batch, excluded.batch),"
		" traceparent = coalesce(traceparent, excluded.traceparent),"
		" number = CASE WHEN erased THEN NULL ELSE coalesce(number, excluded.number) END,"
		" number_key = CASE WHEN erased THEN NULL ELSE coalesce(number_key, excluded.number_key) END"
		" WHERE (number IS NULL AND excluded.number IS NOT NULL AND NOT erased) OR (id IS NULL AND excluded.id "
		"IS"
		" NOT NULL) OR (template_version IS NULL AND excluded.template_version IS NOT NULL)",
	[HISTORY_SQL_PUT_EVENT] =
		"INSERT OR IGNORE INTO event VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
		" ?15, ?16, ?17, ?18)",
	[HISTORY_SQL_FIND_ID] = FOUND "a.id = ?1" IN_ORDER,
	[HISTORY_SQL_FIND_NUMBER] = FOUND "a.number_key = ?1" IN_ORDER,
	[HISTORY_SQL_FIND_ENTRY] = FOUND "a.ms = ?1 AND a.seq = ?2 AND a.lane = ?3" IN_ORDER,
	[HISTORY_SQL_ERASE] = "UPDATE alert SET number = NULL, number_key = NULL, erased = 1 WHERE number_key = ?1",
	/* What an alert ended as is its last closing event; one that was brought back behind it is open again. */
	[HISTORY_SQL_REPORT] =
		"WITH ends AS (SELECT ms, seq, lane, event, account, segments, row_number() OVER (PARTITION BY ms, "
		"seq, lane"
		"  ORDER BY stream_ms DESC, stream_seq DESC, line DESC) AS place FROM event WHERE event IN ('accepted',"
		"  'expired', 'cancelled', 'superseded', 'suppressed', 'duplicate', 'dead', 'requeued')),"
		" fate AS (SELECT * FROM ends WHERE place = 1),"
		" rest AS (SELECT ms, seq, lane, max(event = 'delivered') AS yes, max(event = 'undelivered') AS no,"
		"  max(event <> 'held' AND coalesce(ambiguous, 0)) AS doubt FROM event GROUP BY ms, seq, lane)"
		" SELECT tenant, template, fate.account, count(*), sum(event IS 'accepted'),"
		" sum(CASE WHEN event IS 'accepted' THEN segments ELSE 0 END), sum(coalesce(yes, 0)),"
		" sum(coalesce(no, 0) AND NOT coalesce(yes, 0)),"
		" sum(event IN ('expired', 'cancelled', 'superseded', 'suppressed', 'duplicate')),"
		" sum(event IS 'dead'), sum(event IS NULL OR event IS 'requeued'), sum(coalesce(doubt, 0))"
		" FROM alert LEFT JOIN fate USING(ms, seq, lane) LEFT JOIN rest USING(ms, seq, lane)"
		" GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
};
