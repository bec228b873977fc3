// SPDX-License-Identifier: Apache-2.0
// The header lines of a template's source, read and written without touching what is not changed: remarks, unknown lines,
// blanks and the language of the key words stay as they are. Whether it is right, the server says.

export type HeadKey = 'title' | 'class' | 'max_age' | 'signature' | 'on_unknown' | 'note' | 'param';

const keyWords: Record<HeadKey, string[]> = {
	title: ['title', '标题'],
	class: ['class', '类别'],
	max_age: ['max_age', '时效', '有效期'],
	signature: ['signature', '签名'],
	on_unknown: ['on_unknown', '结果不明'],
	note: ['note', '说明', '备注'],
	param: ['param', '变量', '参数'],
};
const order: HeadKey[] = ['title', 'class', 'max_age', 'signature', 'on_unknown', 'note'];

const classWords: Record<string, string> = { 紧急: 'critical', 通知: 'notice', 营销: 'marketing' };
const unknownWords: Record<string, string> = { 重发: 'resend', 搁置: 'hold' };
const chineseOf = (table: Record<string, string>, word: string) => Object.keys(table).find((one) => table[one] === word) ?? word;

export interface HeadLine {
	from: number;
	text: string;
	key: HeadKey | null;
	// The value's place within the head.
	valueFrom: number;
	valueTo: number;
}

export interface Head {
	lines: HeadLine[];
	isChinese: boolean;
}

const RULE = /^[-－—–─]{3,}$/;
const BLANK = /[ \t\u3000]/;
const trimmed = (text: string) => text.replace(/^[ \t\u3000\r]+|[ \t\u3000\r]+$/g, '');

export interface Split { head: string; body: string; hasRule: boolean }

// The head goes up to and with the line of dashes. Without one, all is body.
export function splitSource(source: string): Split {
	let at = 0;
	while (at < source.length) {
		const end = source.indexOf('\n', at);
		const next = end < 0 ? source.length : end + 1;
		if (RULE.test(trimmed(source.slice(at, end < 0 ? source.length : end)))) {
			return { head: source.slice(0, next), body: source.slice(next), hasRule: true };
		}
		at = next;
	}
	return { head: '', body: source, hasRule: false };
}

// The end of a file's last line is no part of what people write.
export const lastEnd = (body: string) => (body.endsWith('\n') ? '\n' : '');
export const withoutLastEnd = (body: string) => body.slice(0, body.length - lastEnd(body).length);

function readLine(text: string, from: number): HeadLine {
	const lead = text.length - text.replace(/^[ \t\u3000\uFEFF]+/, '').length;
	let end = lead;
	while (end < text.length && !BLANK.test(text[end]!) && text[end] !== ':' && text[end] !== '：') end++;
	const word = text.slice(lead, end);
	const found = (Object.keys(keyWords) as HeadKey[]).find((key) => keyWords[key].includes(word)) ?? null;
	let value = end;
	while (value < text.length && BLANK.test(text[value]!)) value++;
	const hasColon = text[value] === ':' || text[value] === '：';
	if (hasColon) value++;
	while (value < text.length && BLANK.test(text[value]!)) value++;
	const last = Math.max(value, text.replace(/[ \t\u3000\r]+$/, '').length);
	const key = found !== null && (hasColon || found === 'param') ? found : null;
	return { from, text, key, valueFrom: from + value, valueTo: from + last };
}

export function readHead(head: string): Head {
	const lines: HeadLine[] = [];
	let at = 0;
	for (const text of head.split('\n')) {
		lines.push(readLine(text, at));
		at += text.length + 1;
	}
	const keyed = lines.filter((line) => line.key !== null);
	const isChinese = keyed.length === 0 || keyed.some((line) => /[\u4e00-\u9fff]/.test(line.text.slice(0, 4)));
	return { lines, isChinese };
}

export function headValue(head: string, key: Exclude<HeadKey, 'param'>): string {
	const line = readHead(head).lines.find((one) => one.key === key);
	const value = line ? head.slice(line.valueFrom, line.valueTo) : '';
	if (key === 'class') return classWords[value] ?? value;
	if (key === 'on_unknown') return unknownWords[value] ?? value;
	if (key === 'signature' && value === '无') return 'none';
	return value;
}

function wordFor(key: HeadKey, value: string, isChinese: boolean): string {
	if (!isChinese) return value;
	if (key === 'class') return chineseOf(classWords, value);
	if (key === 'on_unknown') return chineseOf(unknownWords, value);
	return key === 'signature' && value === 'none' ? '无' : value;
}

const lineEnd = (head: string) => (/\r\n/.test(head) ? '\r\n' : '\n');

// Where a new line of this key belongs: behind those that stand before it by custom, else before parameters and rule.
function placeFor(head: string, read: Head, key: HeadKey): number {
	const before = key === 'param' ? [...order, 'param'] : order.slice(0, order.indexOf(key));
	let at = 0;
	for (const line of read.lines) if (line.key !== null && before.includes(line.key)) at = line.from + line.text.length + 1;
	return Math.min(at, head.length);
}

// Sets a line's value; an empty one takes the line away.
export function setHeadValue(head: string, key: Exclude<HeadKey, 'param'>, value: string): string {
	const read = readHead(head);
	const clean = value.replace(/[\r\n]+/g, ' ').trim();
	const line = read.lines.find((one) => one.key === key);
	if (line && clean === '') return head.slice(0, line.from) + head.slice(line.from + line.text.length + 1);
	const text = wordFor(key, clean, read.isChinese);
	if (line) return head.slice(0, line.valueFrom) + text + head.slice(line.valueTo);
	if (clean === '') return head;
	const at = placeFor(head, read, key);
	const name = keyWords[key][read.isChinese ? 1 : 0]!;
	return `${head.slice(0, at)}${name}: ${text}${lineEnd(head)}${head.slice(at)}`;
}

export type AgeUnit = 's' | 'm' | 'h' | 'd';
const ageUnits: [AgeUnit, string, RegExp][] = [
	['s', '秒', /^(s|秒)$/], ['m', '分钟', /^(m|min|分|分钟)$/], ['h', '小时', /^(h|时|小时)$/], ['d', '天', /^(d|天|日)$/],
];

export function readAge(value: string): { count: number; unit: AgeUnit } | null {
	const parts = /^(\d+)\s*(\S+)$/.exec(value);
	const unit = parts && ageUnits.find(([, , pattern]) => pattern.test(parts[2]!));
	return unit ? { count: Number(parts[1]), unit: unit[0] } : null;
}

export function writeAge(count: number, unit: AgeUnit, isChinese: boolean): string {
	const row = ageUnits.find(([one]) => one === unit)!;
	return `${count}${isChinese ? row[1] : row[0]}`;
}
