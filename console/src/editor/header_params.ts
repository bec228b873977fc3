// SPDX-License-Identifier: Apache-2.0
// The parameter lines of a header: a table to people, words with their places to us.
import { readHead, type HeadLine } from './header';

export interface ParamRow {
	name: string;
	type: string;
	label: string;
	sample: string;
	max: string;
	values: string;
	optional: boolean;
	multiline: boolean;
}

export const paramTypes = ['text', 'money', 'number', 'integer', 'date', 'time', 'datetime', 'enum'] as const;
const typeWords: Record<string, string> = {
	文字: 'text', 金额: 'money', 数值: 'number', 整数: 'integer', 日期: 'date', 时间: 'time', 日期时间: 'datetime', 选项: 'enum',
};
type Setting = 'sample' | 'max' | 'values' | 'optional' | 'required' | 'multiline';
const settingWords: Record<string, Setting> = {
	sample: 'sample', 示例: 'sample', max: 'max', 最长: 'max', values: 'values', 选项: 'values', optional: 'optional', 可选: 'optional',
	required: 'required', 必填: 'required', multiline: 'multiline', 多行: 'multiline',
};
const chinese: Record<Setting, string> = { sample: '示例', max: '最长', values: '选项', optional: '可选', required: '必填', multiline: '多行' };

// A word of the line with its place in the line.
interface Word { from: number; to: number; key: string | null; text: string; quoted: boolean }

const isBlank = (text: string | undefined) => text === ' ' || text === '\t' || text === '\u3000' || text === '\r';
const closing: Record<string, string> = { '"': '"', '“': '”' };

function quotedAt(line: string, at: number): { text: string; to: number } | null {
	const close = closing[line[at] ?? ''];
	if (!close) return null;
	const end = line.indexOf(close, at + 1);
	return end < 0 ? null : { text: line.slice(at + 1, end), to: end + 1 };
}

function plainEnd(line: string, at: number, stopAtEquals: boolean): number {
	let end = at;
	while (end < line.length && !isBlank(line[end]) && !(stopAtEquals && (line[end] === '=' || line[end] === '＝'))) end++;
	return end;
}

function wordsOf(line: string, start: number): Word[] {
	const words: Word[] = [];
	let at = start;
	for (;;) {
		while (at < line.length && isBlank(line[at])) at++;
		if (at >= line.length) return words;
		const from = at;
		const quoted = quotedAt(line, at);
		if (quoted) {
			words.push({ from, to: quoted.to, key: null, text: quoted.text, quoted: true });
			at = quoted.to;
			continue;
		}
		const end = plainEnd(line, at, true);
		if (line[end] !== '=' && line[end] !== '＝') {
			words.push({ from, to: end, key: null, text: line.slice(from, end), quoted: false });
			at = end;
			continue;
		}
		const value = quotedAt(line, end + 1);
		const to = value ? value.to : plainEnd(line, end + 1, false);
		words.push({ from, to, key: line.slice(from, end), text: value ? value.text : line.slice(end + 1, to), quoted: value !== null });
		at = to;
	}
}

function settingOf(word: Word): Setting | null {
	const setting = settingWords[word.key ?? word.text];
	if (!setting || (word.key === null && word.quoted)) return null;
	const takesValue = setting === 'sample' || setting === 'max' || setting === 'values';
	return takesValue === (word.key !== null) ? setting : null;
}

const paramLines = (head: string) => readHead(head).lines.filter((line) => line.key === 'param');
const wordsIn = (line: HeadLine) => wordsOf(line.text, line.valueFrom - line.from);

function rowOf(words: Word[]): ParamRow {
	const row: ParamRow = {
		name: words[0]?.text ?? '', type: typeWords[words[1]?.text ?? ''] ?? words[1]?.text ?? '', label: '', sample: '', max: '', values: '',
		optional: false, multiline: false,
	};
	for (const word of words.slice(2)) {
		const setting = settingOf(word);
		if (setting === 'sample' || setting === 'max' || setting === 'values') row[setting] = word.text;
		else if (setting === 'optional' || setting === 'multiline') row[setting] = true;
		else if (setting === null && word.key === null && row.label === '') row.label = word.text;
	}
	return row;
}

export const readParams = (head: string): ParamRow[] => paramLines(head).map((line) => rowOf(wordsIn(line)));

function quote(text: string, isLabel: boolean): string {
	const clean = text.replace(/[\r\n]+/g, ' ');
	const needs = /[ \t\u3000"“”]/.test(clean) || (isLabel && (/[=＝]/.test(clean) || clean in settingWords)) || clean === '';
	if (!needs) return clean;
	return clean.includes('"') ? `“${clean.replace(/”/g, '"')}”` : `"${clean}"`;
}

function typeWord(type: string, isChinese: boolean): string {
	return (isChinese && Object.keys(typeWords).find((word) => typeWords[word] === type)) || type;
}

function settingText(setting: Setting, value: string | boolean, isChinese: boolean): string {
	const word = isChinese ? chinese[setting] : setting;
	return typeof value === 'string' ? `${word}=${quote(value, false)}` : word;
}

const replaced = (line: string, word: Word, text: string) => line.slice(0, word.from) + text + line.slice(word.to);

// One field of a line set anew; everything else in the line stays.
function setField<K extends keyof ParamRow>(line: string, start: number, field: K, value: ParamRow[K], isChinese: boolean): string {
	const words = wordsOf(line, start);
	const end = line.replace(/[ \t\u3000\r]+$/, '').length;
	const append = (text: string) => `${line.slice(0, end)}  ${text}${line.slice(end)}`;
	if (field === 'name' || field === 'type') {
		const word = words[field === 'name' ? 0 : 1];
		const text = field === 'type' ? typeWord(String(value), isChinese) : String(value).replace(/[\s=＝]+/g, '');
		if (word) return replaced(line, word, text || '?');
		return append(text);
	}
	if (field === 'label') {
		const word = words.slice(2).find((one) => settingOf(one) === null && one.key === null);
		const text = String(value).trim();
		if (word) return text === '' ? cut(line, word) : replaced(line, word, quote(text, true));
		const behind = words[1]?.to ?? end;
		return text === '' ? line : `${line.slice(0, behind)}  ${quote(text, true)}${line.slice(behind)}`;
	}
	const setting = field as Setting;
	const word = words.slice(2).find((one) => settingOf(one) === setting);
	if (value === false || value === '') return word ? cut(line, word) : line;
	if (!word) return append(settingText(setting, value, isChinese));
	if (typeof value !== 'string') return line;
	const equals = line.slice(word.from, word.to).search(/[=＝]/);
	return replaced(line, word, `${line.slice(word.from, word.from + equals + 1)}${quote(value, false)}`);
}

function cut(line: string, word: Word): string {
	let from = word.from;
	while (from > 0 && isBlank(line[from - 1])) from--;
	return line.slice(0, from) + line.slice(word.to);
}

export function setParam(head: string, index: number, patch: Partial<ParamRow>): string {
	const line = paramLines(head)[index];
	if (!line) return head;
	const { isChinese } = readHead(head);
	const start = line.valueFrom - line.from;
	const before = rowOf(wordsIn(line));
	let text = line.text;
	for (const field of Object.keys(patch) as (keyof ParamRow)[]) {
		const value = patch[field];
		if (value !== undefined && value !== before[field]) text = setField(text, start, field, value, isChinese);
	}
	return head.slice(0, line.from) + text + head.slice(line.from + line.text.length);
}

export function addParam(head: string, row: Partial<ParamRow> & { name: string; type: string }): string {
	const read = readHead(head);
	const parts = [read.isChinese ? '变量' : 'param', row.name, typeWord(row.type, read.isChinese)];
	if (row.label) parts.push(quote(row.label, true));
	for (const setting of ['sample', 'max', 'values'] as const) {
		if (row[setting]) parts.push(settingText(setting, row[setting], read.isChinese));
	}
	if (row.optional) parts.push(settingText('optional', true, read.isChinese));
	if (row.multiline) parts.push(settingText('multiline', true, read.isChinese));
	const lines = read.lines.filter((line) => line.key !== null);
	const last = lines[lines.length - 1];
	const at = last ? Math.min(head.length, last.from + last.text.length + 1) : 0;
	return `${head.slice(0, at)}${parts.join(' ')}\n${head.slice(at)}`;
}

export function removeParam(head: string, index: number): string {
	const line = paramLines(head)[index];
	return line ? head.slice(0, line.from) + head.slice(line.from + line.text.length + 1) : head;
}
