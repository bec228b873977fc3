// SPDX-License-Identifier: Apache-2.0
// One person edits at a time: the lock is renewed while the editor is open, and given back when it closes.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { call, Problem } from '../api/client';
import type { Lock } from '../api/types';

const RENEW_MS = 20_000;

export type LockState = { kind: 'asking' | 'mine' } | { kind: 'theirs'; lock: Lock | null };

// onGot: awaited before one may write where somebody else could until now.
export function useLock(name: string, isWanted: boolean, onGot: () => Promise<void>): { lock: LockState; takeOver: () => Promise<void> } {
	const [lock, setLock] = useState<LockState>({ kind: 'asking' });
	const isTheirs = useRef(false);
	const take = useCallback(async (takeover: boolean) => {
		try {
			await call('put', '/api/templates/{name}/lock', { path: { name }, body: { takeover } });
			if (isTheirs.current) await onGot();
			isTheirs.current = false;
			setLock({ kind: 'mine' });
		} catch (error) {
			if (error instanceof Problem && error.status === 423) {
				isTheirs.current = true;
				setLock({ kind: 'theirs', lock: error.body.lock ?? null });
			}
			// A template that is not stored yet has nothing to lock; a lost connection keeps what was.
			else if (error instanceof Problem && error.status === 404) setLock({ kind: 'mine' });
		}
	}, [name]);
	useEffect(() => {
		if (!isWanted) return;
		void take(false);
		const timer = window.setInterval(() => void take(false), RENEW_MS);
		return () => {
			window.clearInterval(timer);
			call('delete', '/api/templates/{name}/lock', { path: { name }, keepalive: true }).catch(() => undefined);
		};
	}, [name, isWanted]);
	return { lock, takeOver: () => take(true) };
}
