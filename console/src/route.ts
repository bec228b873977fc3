// SPDX-License-Identifier: Apache-2.0
// Where one is: the part of the address behind “#”. A page that holds unsaved text may ask before one leaves it.
import { createStore } from './store';

export interface Place { path: string[]; query: URLSearchParams }

function read(): Place {
	const [path = '', query = ''] = window.location.hash.replace(/^#\/?/, '').split('?');
	return { path: path.split('/').filter((part) => part !== '').map(decode), query: new URLSearchParams(query) };
}

function decode(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}

export const place = createStore<Place>(read());
let guard: (() => Promise<boolean>) | null = null;
let current = window.location.hash;
let passing = false;

// May be left only when ask says so. Returns what takes the guard away.
export function guardLeaving(ask: () => Promise<boolean>): () => void {
	guard = ask;
	return () => {
		if (guard === ask) guard = null;
	};
}

async function onHash(): Promise<void> {
	const wanted = window.location.hash;
	if (wanted === current) return;
	if (guard && !passing) {
		const back = current;
		window.history.replaceState(null, '', back || '#/');
		if (!(await guard())) return;
		passing = true;
		guard = null;
		window.location.hash = wanted;
		return;
	}
	passing = false;
	current = wanted;
	place.set(read());
}

window.addEventListener('hashchange', () => void onHash());

export const href = (...path: string[]) => `#/${path.map(encodeURIComponent).join('/')}`;

export function go(...path: string[]): void {
	window.location.hash = href(...path).slice(1);
}
