/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"
#include "model/msisdn.h"

/* Whose a number is, by its block: the table number_plan.def and what a configuration adds to it. Only a first guess
 * where the block is portable. Immutable once made. */

enum number_operator {
	OPERATOR_UNKNOWN, /* no block, or one of nobody who carries sms */
	OPERATOR_MOBILE,
	OPERATOR_UNICOM,
	OPERATOR_TELECOM,
	OPERATOR_BROADNET,
	OPERATOR_COUNT
};

enum number_kind { NUMBER_ORDINARY, NUMBER_MVNO, NUMBER_SATELLITE, NUMBER_EMERGENCY, NUMBER_IOT, NUMBER_KIND_COUNT };

struct number_block {
	char prefix[MSISDN_DIGITS_MAX + 1];
	enum number_operator owner;
	enum number_kind kind;
	bool is_portable;   /* numbers of it may have gone to another operator */
	bool is_configured; /* by the configuration, not by the table */
};

/* A block of the configuration: stands above the table's block of the same prefix. */
struct number_plan_extra {
	struct slice prefix; /* digits of the international form without “+” */
	enum number_operator owner;
};

#define NUMBER_PLAN_EXTRAS_MAX 4096

struct number_plan;

/* Name of an operator (“mobile”), of a kind (“virtual operator”). Static. */
const char *number_operator_name(enum number_operator owner);
const char *number_kind_name(enum number_kind kind);

/* Makes the plan. extras: borrowed until return. out: owned (number_plan_destroy), set on success only.
 * ERR_FORMAT: a prefix with other than digits, or too long; ERR_RANGE: too many; ERR_DUPLICATE; ERR_MEMORY. */
MUST_CHECK enum err number_plan_create(const struct number_plan_extra *extras, size_t extra_count,
				       struct number_plan **out, struct err_at *at);

/* Frees the plan; NULL is fine. */
void number_plan_destroy(struct number_plan *plan);

/* The longest block that the number lies in; NULL where it is in none. Borrowed. */
const struct number_block *number_plan_find(const struct number_plan *plan, const struct msisdn *msisdn);
