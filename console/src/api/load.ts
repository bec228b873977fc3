// SPDX-License-Identifier: Apache-2.0
// Something that a page loads: on its way, there, or refused. The last answer stays while the next is on its way.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { addressOf, call, onWayBack, type Answer, type Ask, type PathOf } from './client';

export interface Loaded<T> {
	value: T | null;
	error: unknown;
	busy: boolean;
	reload: () => void;
	set: (value: T) => void;
}

// path null: nothing yet.
export function useLoad<P extends PathOf<'get'> & string>(path: P | null, options: Pick<Ask, 'path' | 'query'> = {}): Loaded<Answer<'get', P>> {
	const [value, setValue] = useState<Answer<'get', P> | null>(null);
	const [error, setError] = useState<unknown>(null);
	const [busy, setBusy] = useState(path !== null);
	const [turn, setTurn] = useState(0);
	const address = path === null ? null : addressOf(path, options);
	const shown = useRef<string | null>(null);
	useEffect(() => {
		if (path === null) return;
		if (shown.current !== address) setValue(null);
		shown.current = address;
		const abort = new AbortController();
		setBusy(true);
		call('get', path, { ...options, signal: abort.signal })
			.then((next) => {
				setValue(() => next);
				setError(null);
				setBusy(false);
			})
			.catch((problem: unknown) => {
				if (abort.signal.aborted) return;
				setError(problem);
				setBusy(false);
			});
		return () => abort.abort();
	}, [address, turn]);
	const reload = useCallback(() => setTurn((last) => last + 1), []);
	const failed = useRef(false);
	failed.current = error !== null;
	useEffect(() => {
		return onWayBack(() => {
			if (failed.current) reload();
		});
	}, [reload]);
	return { value, error, busy, reload, set: (next) => setValue(() => next) };
}
