/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "render/template.h"
#include "render/value_format.h"

#include <stdatomic.h>

/* The compiled form. Sections need no stack: each knows where it ends.
 *
 *   您好{{#name}},{{name}}{{/name}}。      TEXT 您好 | SECTION name, end 4 | TEXT , | VALUE name | TEXT 。
 */
enum template_node_kind { NODE_TEXT, NODE_VALUE, NODE_SECTION, NODE_INVERTED };

struct template_node {
	struct slice text; /* TEXT: what is written; else the tag as it stands in the source */
	uint32_t end;      /* SECTION, INVERTED: index of the first node behind the section */
	uint16_t param;    /* all but TEXT: index of the parameter */
	uint8_t kind;
	value_format format; /* VALUE */
};

struct template
{
	_Atomic unsigned holders;
	struct template_header header;
	enum template_tongue tongue;
	unsigned node_count;
	const struct template_node *nodes;
	const uint16_t *uses;  /* VALUE nodes of each parameter */
	size_t literal_octets; /* sum over the TEXT nodes */
	char *source;          /* what all slices point into */
};
