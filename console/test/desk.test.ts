// SPDX-License-Identifier: Apache-2.0
// What is written is neither lost nor saved over others' words, whatever the network does.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Draft, Template } from '../src/api/types';

// The little of a browser that the desk needs.
const stored = new Map<string, string>();
const timers = { setTimeout: () => 0, clearTimeout: () => undefined };
Object.assign(globalThis, {
	window: {
		...timers, addEventListener: () => undefined,
		sessionStorage: { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, text: string) => stored.set(key, text), removeItem: (key: string) => stored.delete(key) },
	},
});
const { Desk } = await import('../src/editor/desk');

interface Asked { headers: Record<string, string>; body: { base: number; variants: Record<string, string> } }
const asked: Asked[] = [];
let answers: (() => Response | Error)[] = [];
Object.assign(globalThis, {
	fetch: async (_: string, init: { headers: Record<string, string>; body: string }) => {
		asked.push({ headers: init.headers, body: JSON.parse(init.body) });
		const answer = answers.shift()!();
		if (answer instanceof Error) throw answer;
		return answer;
	},
});
afterEach(() => {
	asked.length = 0;
	answers = [];
	stored.clear();
});

const json = (status: number, body: unknown) => () => new Response(JSON.stringify(body), { status });
const draft = (revision: number, text: string, more: Partial<Draft> = {}): Draft => ({
	name: 'note', revision, base: 3, state: 'draft', variants: { 'zh-CN': text }, samples: [], registrations: {}, why: '',
	authors: ['li'], edited_by: 'li', edited_at: 1, ...more,
} as Draft);
const template = (its: Draft | null, latest = 3): Template => ({
	name: 'note', live: { version: latest, variants: { 'zh-CN': 'live' }, samples: [], registrations: {} }, draft: its, archived: null, lock: null, used: null, latest,
} as unknown as Template);
const open = (user: string, its: Template) => new Desk('note', user, its, { variants: { 'zh-CN': 'live' }, samples: [], registrations: {}, why: '' });

test('an answer that was lost does not make a conflict with oneself', async () => {
	const desk = open('li', template(draft(5, 'old')));
	desk.setVariant('zh-CN', 'new');
	answers = [() => new Error('the line is down'), json(412, { code: 'conflict', theirs: draft(6, 'new') })];
	assert.equal(await desk.flush(), false);
	assert.equal(desk.save.get().kind, 'offline');
	assert.equal(await desk.flush(), true);
	assert.equal(desk.save.get().kind, 'saved');
	assert.equal(desk.revision, 6);
	desk.close();
});

test("another one's words are a conflict, even the same words", async () => {
	for (const theirs of [draft(6, 'theirs', { edited_by: 'zhao' }), draft(6, 'new', { edited_by: 'zhao' })]) {
		const desk = open('li', template(draft(5, 'old')));
		desk.setVariant('zh-CN', 'new');
		answers = [json(412, { code: 'conflict', theirs })];
		assert.equal(await desk.flush(), false);
		assert.equal(desk.save.get().kind, 'conflict');
		desk.close();
	}
});

test('what was kept in the browser is offered to whoever wrote it only', async () => {
	const mine = open('li', template(draft(5, 'old')));
	mine.setVariant('zh-CN', 'secret words');
	answers = [() => new Error('the line is down')];
	assert.equal(await mine.flush(), false);
	mine.close();
	const theirs = open('zhao', template(draft(5, 'old')));
	assert.equal(theirs.backup.get(), null);
	theirs.close();
	const again = open('li', template(draft(5, 'old')));
	assert.equal(again.backup.get()?.doc.variants['zh-CN'], 'secret words');
	again.close();
});

test('words say which version they were made from, and go on from another one only when somebody says so', async () => {
	const desk = open('li', template(null, 3));
	desk.setVariant('zh-CN', 'new');
	answers = [json(409, { code: 'base_changed', latest: 4 })];
	assert.equal(await desk.flush(), false);
	assert.equal(desk.save.get().kind, 'outdated');
	assert.equal(asked[0]!.body.base, 3);
	desk.rebase(4);
	answers = [json(200, { draft: draft(1, 'new', { base: 4 }) })];
	assert.equal(await desk.flush(), true);
	assert.equal(asked[1]!.body.base, 4);
	assert.equal(desk.base.get(), 4);
	desk.close();
});

test('an older draft with nothing else to save gets its new base', async () => {
	const desk = open('li', template(draft(5, 'old'), 4));
	assert.equal(desk.isUnsaved(), false);
	desk.rebase(4);
	answers = [json(200, { draft: draft(6, 'old', { base: 4 }) })];
	assert.equal(await desk.flush(), true);
	assert.equal(asked[0]!.headers['If-Match'], '"5"');
	assert.equal(asked[0]!.body.base, 4);
	desk.close();
});
