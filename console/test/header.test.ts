// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { headValue, lastEnd, readAge, setHeadValue, splitSource, withoutLastEnd, writeAge } from '../src/editor/header';
import { addParam, readParams, removeParam, setParam } from '../src/editor/header_params';

const source = `# 备注：不要动
标题: 电费余额提醒
类别： 通知
时效: 12小时
谜: 不认识
参数 date     日期  截至日期  示例=2026-02-13
参数 balance  金额  余额      示例=19.53  可选
---
截至{{date}}，余额{{balance}}元。
`;
const { head, body } = splitSource(source);

test('a source is cut behind its line of dashes, however they are typed', () => {
	assert.equal(body, '截至{{date}}，余额{{balance}}元。\n');
	assert.equal(splitSource('class: notice\n——————\ntext').body, 'text');
	assert.equal(splitSource('class: notice\r\n---\r\ntext').head, 'class: notice\r\n---\r\n');
	assert.deepEqual(splitSource('no rule'), { head: '', body: 'no rule', hasRule: false });
});

test('the end of the last line is kept and not shown', () => {
	for (const text of ['', 'a', 'a\n', 'a\n\n', '\n']) assert.equal(withoutLastEnd(text) + lastEnd(text), text);
	assert.equal(withoutLastEnd('a\n\n'), 'a\n');
});

test('values are read by meaning', () => {
	assert.equal(headValue(head, 'title'), '电费余额提醒');
	assert.equal(headValue(head, 'class'), 'notice');
	assert.equal(headValue(head, 'signature'), '');
	assert.deepEqual(readAge(headValue(head, 'max_age')), { count: 12, unit: 'h' });
	assert.equal(writeAge(30, 'm', true), '30分钟');
	assert.equal(readAge('soon'), null);
});

test('a value is set in its place and nothing else changes', () => {
	assert.equal(setHeadValue(head, 'class', 'critical'), head.replace('通知', '紧急'));
	assert.equal(setHeadValue(head, 'title', headValue(head, 'title')), head);
	assert.equal(setHeadValue(head, 'max_age', ''), head.replace('时效: 12小时\n', ''));
	assert.equal(setHeadValue(head, 'signature', 'none'), head.replace('时效: 12小时\n', '时效: 12小时\n签名: 无\n'));
	assert.equal(setHeadValue('class: notice\n---\n', 'title', 'A b'), 'title: A b\nclass: notice\n---\n');
	assert.equal(setHeadValue(head, 'title', 'a\nb'), head.replace('电费余额提醒', 'a b'));
});

test('parameters are rows', () => {
	assert.deepEqual(readParams(head).map((row) => [row.name, row.type, row.label, row.sample, row.optional]), [
		['date', 'date', '截至日期', '2026-02-13', false],
		['balance', 'money', '余额', '19.53', true],
	]);
	assert.equal(readParams('param a text "as of" sample="x y" max=9 multiline\n---\n')[0]!.sample, 'x y');
	assert.equal(readParams('参数 k 选项 状态 选项=a:甲,b:乙\n---\n')[0]!.values, 'a:甲,b:乙');
});

test('a field of a parameter is set in its place', () => {
	assert.equal(setParam(head, 1, { sample: '20.00' }), head.replace('19.53', '20.00'));
	assert.equal(setParam(head, 1, { optional: false }), head.replace('  可选', ''));
	assert.equal(setParam(head, 0, { optional: true }), head.replace('2026-02-13', '2026-02-13  可选'));
	assert.equal(setParam(head, 0, { type: 'datetime' }), head.replace('date     日期', 'date     日期时间'));
	assert.equal(setParam(head, 0, { label: 'as of' }), head.replace('截至日期', '"as of"'));
	assert.equal(setParam(head, 0, { label: '可选' }), head.replace('截至日期', '"可选"'));
	assert.equal(setParam(head, 0, { sample: 'a "b"' }), head.replace('2026-02-13', '“a "b"”'));
	assert.equal(setParam(head, 7, { label: 'x' }), head);
});

test('parameters come and go', () => {
	const more = addParam(head, { name: 'account', type: 'text', label: '户号', optional: true });
	assert.equal(more, head.replace('---', '变量 account 文字 户号 可选\n---'));
	assert.equal(removeParam(more, 2), head);
	assert.equal(addParam('class: notice\n---\n', { name: 'a', type: 'text' }), 'class: notice\nparam a text\n---\n');
});

test('every template that ships survives a change and its undoing', () => {
	const folder = process.env.TEMPLATES ?? path.resolve(process.cwd(), '../templates');
	for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
		const text = fs.readFileSync(path.join(folder, name), 'utf8');
		const parts = splitSource(text);
		assert.equal(parts.head + parts.body, text);
		readParams(parts.head).forEach((row, index) => {
			assert.equal(setParam(parts.head, index, row), parts.head, `${name}: ${row.name}`);
			const there = setParam(parts.head, index, { label: 'x y' });
			assert.equal(setParam(there, index, { label: row.label }).replace(/"/g, ''), parts.head.replace(/"/g, ''));
		});
		for (const key of ['title', 'class', 'max_age', 'signature', 'note'] as const) {
			const value = headValue(parts.head, key);
			if (value !== '') assert.equal(setHeadValue(parts.head, key, value), parts.head);
		}
	}
});
