// SPDX-License-Identifier: Apache-2.0
// A value that many look at: whoever uses it is drawn anew when it changes.
import { useEffect, useState } from 'preact/hooks';

export interface Store<T> {
	get(): T;
	set(next: T): void;
	subscribe(listener: () => void): () => void;
}

export function createStore<T>(first: T): Store<T> {
	let value = first;
	const listeners = new Set<() => void>();
	return {
		get: () => value,
		set(next) {
			if (Object.is(next, value)) return;
			value = next;
			for (const listener of [...listeners]) listener();
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
}

export function useStore<T>(store: Store<T>): T {
	const [value, setValue] = useState(() => store.get());
	useEffect(() => {
		const look = () => setValue(() => store.get());
		look();
		return store.subscribe(look);
	}, [store]);
	return value;
}
