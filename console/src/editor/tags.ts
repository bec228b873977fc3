// SPDX-License-Identifier: Apache-2.0
// Where tags stand in a text: {{x}}, {{x:FORMAT}}, {{#x}}, {{^x}}, {{/x}}, {{! … }}. Only for showing them; what they mean
// and whether they are right, the server says.

export interface Tag {
	from: number;
	to: number;
	kind: 'value' | 'if' | 'unless' | 'end' | 'remark';
	name: string;
	format: string;
}

const TAG = /\{\{\{\s*([^{}\n]+?)\s*\}\}\}|\{\{([#^/!&]?)\s*([^{}]*?)\s*\}\}/g;
const kinds: Record<string, Tag['kind']> = { '': 'value', '&': 'value', '#': 'if', '^': 'unless', '/': 'end', '!': 'remark' };

export function tagsOf(text: string): Tag[] {
	const tags: Tag[] = [];
	for (const found of text.matchAll(TAG)) {
		const kind = kinds[found[2] ?? '']!;
		const inner = found[1] ?? found[3] ?? '';
		if (inner === '' && kind !== 'remark') continue;
		const colon = kind === 'value' ? inner.search(/[:：]/) : -1;
		tags.push({
			from: found.index!,
			to: found.index! + found[0].length,
			kind,
			name: (colon < 0 ? inner : inner.slice(0, colon)).trim(),
			format: colon < 0 ? '' : inner.slice(colon + 1).trim(),
		});
	}
	return tags;
}

// The forms a value of this type may take: what is written, and how it looks in each language.
export interface Form { zh: string; en: string; looks: { zh: string; en: string } }
const forms: Record<string, Form> = {
	md: { zh: '月日', en: 'md', looks: { zh: '2月13日', en: '13 Feb' } },
	ymd: { zh: '年月日', en: 'ymd', looks: { zh: '2026年2月13日', en: 'Feb 13, 2026' } },
	ym: { zh: '年月', en: 'ym', looks: { zh: '2026年2月', en: 'Feb 2026' } },
	m: { zh: '月', en: 'm', looks: { zh: '2月', en: 'Feb' } },
	y: { zh: '年', en: 'y', looks: { zh: '2026年', en: '2026' } },
	time: { zh: '时间', en: 'time', looks: { zh: '14:30', en: '14:30' } },
	hm: { zh: '时分', en: 'hm', looks: { zh: '14时30分', en: '14:30' } },
	mdhm: { zh: '月日时分', en: 'mdhm', looks: { zh: '2月13日14时30分', en: '14:30 on 13 Feb' } },
	ymdhm: { zh: '年月日时分', en: 'ymdhm', looks: { zh: '2026年2月13日14时30分', en: '14:30 on Feb 13, 2026' } },
	grouped: { zh: '千分', en: 'grouped', looks: { zh: '1,234.50', en: '1,234.50' } },
};
const formsOf: Record<string, string[]> = {
	date: ['md', 'ymd', 'ym', 'm', 'y'],
	datetime: ['md', 'ymd', 'ym', 'm', 'y', 'time', 'hm', 'mdhm', 'ymdhm'],
	time: ['time', 'hm'],
	money: ['grouped'],
	number: ['grouped'],
	integer: ['grouped'],
};

export const formsFor = (type: string): Form[] => (formsOf[type] ?? []).map((one) => forms[one]!);
