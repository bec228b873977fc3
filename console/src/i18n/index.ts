// SPDX-License-Identifier: Apache-2.0
// Words of the page in Chinese or English; the choice is remembered in this browser.
import type { Both, Tongue } from '../api/types';
import { createStore, useStore } from '../store';
import { en } from './en';
import { zh } from './zh';

export type Key = keyof typeof zh;

const KEPT = 'hongyan.tongue';
const words: Record<Tongue, Record<Key, string>> = { zh, en };

function kept(): Tongue | null {
	try {
		const value = window.localStorage.getItem(KEPT);
		return value === 'zh' || value === 'en' ? value : null;
	} catch {
		return null;
	}
}

export const tongue = createStore<Tongue>(typeof window === 'undefined' ? 'zh' : kept() ?? 'zh');
export const isTongueChosen = () => kept() !== null;

export function chooseTongue(next: Tongue): void {
	try {
		window.localStorage.setItem(KEPT, next);
	} catch {
		// remembered for this page only
	}
	tongue.set(next);
}

export function t(key: Key, values: Record<string, string | number> = {}): string {
	return words[tongue.get()][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

// A word that comes from the server by its code: the code itself where there is none for it.
export function word(prefix: string, code: string): string {
	const table = words[tongue.get()] as Record<string, string>;
	return table[`${prefix}.${code}`] ?? code;
}

export const say = (text: Both | string) => (typeof text === 'string' ? text : text[tongue.get()] || text.zh || text.en);

export const useTongue = () => useStore(tongue);

// A reason of the gateway: its code in words, and what it says behind the colon.
export function reason(text: string): string {
	const colon = text.indexOf(':');
	const code = colon < 0 ? text : text.slice(0, colon);
	const words = word('reason', code);
	if (words === code) return text;
	return colon < 0 ? words : `${words}：${text.slice(colon + 1).trim()}`;
}
