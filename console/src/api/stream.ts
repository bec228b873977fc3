// SPDX-License-Identifier: Apache-2.0
// Server-sent events. A line that breaks the browser connects again by itself; what a server or a proxy refuses is asked for again here.
import { useEffect, useRef } from 'preact/hooks';
import { call, connection, isShut, onShut } from './client';

const AGAIN_MS = 5000;

export type Events = Record<string, (data: unknown) => void>;
// onOpen: each time that it begins, which is from the beginning. isShort: it ends by itself (“end”), and is not asked for again.
export interface ListenOptions { onOpen?: () => void; isShort?: boolean }

export function listen(path: string, events: Events, options: ListenOptions = {}): () => void {
	let source: EventSource;
	let timer = 0;
	let isOver = false;
	const close = () => {
		isOver = true;
		window.clearTimeout(timer);
		source.close();
	};
	const open = () => {
		source = new EventSource(path);
		source.onopen = () => options.onOpen?.();
		for (const [name, take] of Object.entries(events)) {
			source.addEventListener(name, (event) => {
				connection.set('fine');
				try {
					take(JSON.parse((event as MessageEvent<string>).data));
				} catch {
					take(null);
				}
			});
		}
		source.addEventListener('end', close);
		source.onerror = () => {
			if (source.readyState !== EventSource.CLOSED || isOver) return;
			call('get', '/api/config').catch(() => undefined); // a 401 tells that the session has ended
			if (!options.isShort) timer = window.setTimeout(open, AGAIN_MS);
		};
	};
	open();
	return close;
}

const CALM_MS = 1500;

// One call a while, at its end: who types saves every second, and nobody reads lists that fast.
function calmed(take: (data: unknown) => void): { take: (data: unknown) => void; stop: () => void } {
	let timer = 0;
	let last: unknown = null;
	return {
		take: (data) => {
			last = data;
			if (timer !== 0) return;
			timer = window.setTimeout(() => {
				timer = 0;
				take(last);
			}, CALM_MS);
		},
		stop: () => window.clearTimeout(timer),
	};
}

// Listens while the component is shown and its window seen: browsers have few connections for all windows together. What was told
// while nobody listened is asked for: “templates” is called each time that it begins.
export function useStream(path: string, events: Events): void {
	const latest = useRef(events);
	latest.current = events;
	useEffect(() => {
		const events: Events = Object.fromEntries(Object.keys(latest.current).map((name) => [name, (data: unknown) => latest.current[name]?.(data)]));
		const templates = events['templates'] ? calmed(events['templates']) : null;
		if (templates) events['templates'] = templates.take;
		let close: (() => void) | null = null;
		const settle = () => {
			const isWanted = !document.hidden && !isShut();
			if (isWanted && close === null) {
				close = listen(path, events, { onOpen: () => templates?.take(null) });
			} else if (!isWanted) {
				close?.();
				close = null;
			}
		};
		settle();
		const leave = onShut(settle);
		document.addEventListener('visibilitychange', settle);
		return () => {
			leave();
			document.removeEventListener('visibilitychange', settle);
			templates?.stop();
			close?.();
		};
	}, [path]);
}
