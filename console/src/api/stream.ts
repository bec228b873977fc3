// SPDX-License-Identifier: Apache-2.0
// Server-sent events. The browser connects again by itself; where the server refuses, the session is looked at.
import { useEffect, useRef } from 'preact/hooks';
import { call, connection, sessionEnded } from './client';

export function listen(path: string, events: Record<string, (data: unknown) => void>): () => void {
	const source = new EventSource(path);
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
	source.onerror = () => {
		if (source.readyState === EventSource.CLOSED && !sessionEnded.get()) {
			call('get', '/api/templates').catch(() => undefined); // a 401 tells that the session has ended
		}
	};
	return () => source.close();
}

// Listens while the component is shown, and from anew after signing in again.
export function useStream(path: string, events: Record<string, (data: unknown) => void>): void {
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
