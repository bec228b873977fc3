/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What a day's file is made of, and what is asked of it. */

#define HISTORY_SQL_VERSION 1 /* of the schema: SQLite's user_version */

enum history_statement {
	HISTORY_SQL_BEGIN,
	HISTORY_SQL_COMMIT,
	HISTORY_SQL_ROLLBACK,
	HISTORY_SQL_PUT_ALERT, /* 1–3 entry, 4 id, template, its version, tenant, batch, traceparent, 10 number, 11 its key */
	HISTORY_SQL_PUT_EVENT,   /* the columns in their order */
	HISTORY_SQL_FIND_ID,     /* 1 id, 5 tenant or NULL */
	HISTORY_SQL_FIND_NUMBER, /* 1 the number's key, 5 tenant or NULL */
	HISTORY_SQL_FIND_ENTRY,  /* 1–3 entry, 5 tenant or NULL */
	HISTORY_SQL_ERASE,       /* 1 the number's key */
	HISTORY_SQL_REPORT,
	HISTORY_SQL_COUNT
};

extern const char history_sql_schema[];
extern const char *const history_sql_texts[HISTORY_SQL_COUNT];
