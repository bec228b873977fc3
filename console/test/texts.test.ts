// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diff } from '../src/editor/diff';
import { tagsOf } from '../src/editor/tags';
import { en } from '../src/i18n/en';
import { zh } from '../src/i18n/zh';

test('both languages have the same words, with the same gaps', () => {
	assert.deepEqual(Object.keys(en).sort(), Object.keys(zh).sort());
	const gaps = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
	for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
		assert.deepEqual(gaps(en[key]), gaps(zh[key]), key);
		assert.notEqual(en[key], '', key);
		assert.doesNotMatch(en[key], /[\u4e00-\u9fff]/, key);
	}
});

test('tags are found where they stand, in UTF-16 units', () => {
	const text = '😀截至{{date:年月日}}{{#account}}（{{ account }}）{{/account}}{{{x}}}{{! 注 }}{{}}';
	assert.deepEqual(tagsOf(text).map((tag) => [text.slice(tag.from, tag.to), tag.kind, tag.name, tag.format]), [
		['{{date:年月日}}', 'value', 'date', '年月日'],
		['{{#account}}', 'if', 'account', ''],
		['{{ account }}', 'value', 'account', ''],
		['{{/account}}', 'end', 'account', ''],
		['{{{x}}}', 'value', 'x', ''],
		['{{! 注 }}', 'remark', '注', ''],
	]);
});

test('a difference is told by words, and both texts can be made of it', () => {
	const cases: [string, string][] = [
		['截至{{date}}，余额19.53元', '截至{{day}}，余额20.10元。'],
		['', 'new'],
		['gone', ''],
		['same', 'same'],
		['CNY 19 is due', 'CNY 19 was due, please pay'],
		['a\nb\nc', 'a\nc\nd'],
	];
	for (const [before, after] of cases) {
		const pieces = diff(before, after);
		assert.equal(pieces.filter((one) => one.kind !== 'new').map((one) => one.text).join(''), before);
		assert.equal(pieces.filter((one) => one.kind !== 'gone').map((one) => one.text).join(''), after);
	}
	assert.deepEqual(diff('您家{{a}}元', '您家{{b}}元'), [
		{ kind: 'same', text: '您家' }, { kind: 'gone', text: '{{a}}' }, { kind: 'new', text: '{{b}}' }, { kind: 'same', text: '元' },
	]);
});

test('a long text is compared in time', () => {
	const before = '甲乙丙丁'.repeat(1500);
	const started = Date.now();
	diff(before, before.replace(/丁/g, '戊'));
	assert.ok(Date.now() - started < 3000);
});
