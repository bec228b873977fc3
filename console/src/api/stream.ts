// SPDX-License-Identifier: Apache-2.0
// Server-sent events. A line that breaks the browser connects again by itself; what a server or a proxy refuses is asked for again here.
import { useEffect, useRef } from 'preact/hooks';
import { call, connection, sessionEnded } from './client';

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

// Listens while the component is shown, and from anew after signing in again.
export function useStream(path: string, events: Events): void {
	const latest = useRef(events);
	latest.current = events;
	useEffect(() => {
		const names = Object.keys(latest.current);
		const open = () => listen(path, Object.fromEntries(names.map((name) => [name, (data: unknown) => latest.current[name]?.(data)])));
		let close = open();
		const leave = sessionEnded.subscribe(() => {
			close();
			if (!sessionEnded.get()) close = open();
		});
		return () => {
			leave();
			close();
		};
	}, [path]);
}
