// SPDX-License-Identifier: Apache-2.0
// Who sits here.
import { call, enrolDemanded, Problem, sessionEnded, setPageUser } from './api/client';
import type { Permission, SessionAnswer, User } from './api/types';
import { setTimeZone } from './format';
import { chooseTongue, isTongueChosen } from './i18n';
import { createStore, useStore } from './store';

export const session = createStore<{ user: User | null; mustEnrol: boolean; known: boolean; unreachable: boolean }>({
	user: null,
	mustEnrol: false,
	known: false,
	unreachable: false,
});

// What an answer says of who sits here.
export function take(answer: SessionAnswer): void {
	if (answer.time_zone) setTimeZone(answer.time_zone);
	if (answer.user.tongue && !isTongueChosen()) chooseTongue(answer.user.tongue);
	setPageUser(answer.user.name);
	session.set({ user: answer.user, mustEnrol: answer.must_enrol && !enrolDemanded.get(), known: true, unreachable: false });
	if (!answer.must_enrol) enrolDemanded.set(false);
}

export async function look(): Promise<void> {
	try {
		take(await call('get', '/api/session'));
	} catch (error) {
		session.set({ user: null, mustEnrol: false, known: error instanceof Problem, unreachable: !(error instanceof Problem) });
	}
}

// The one-time code that one has just signed in with: nobody types it twice, and nowhere else is it kept.
let code = '';
export const lastCode = (): string => code;
export const forgetCode = (): void => void (code = '');

// Signs in. After an ended session the same person goes on where the page stands. Another begins anew: what is open was not written by
// them, and must not be saved as theirs.
export async function signIn(name: string, password: string, second: string): Promise<void> {
	const before = session.get().user;
	await call('post', '/api/session', { body: { name, password, ...(second === '' ? {} : { code: second }) } });
	if (before && before.name !== name) {
		window.location.reload();
		return;
	}
	const answer = await call('get', '/api/session');
	code = answer.user.must_change ? password : '';
	take(answer);
	sessionEnded.set(false);
}

export async function signOut(): Promise<void> {
	await call('delete', '/api/session').catch(() => undefined);
	setPageUser('');
	forgetCode();
	session.set({ user: null, mustEnrol: false, known: true, unreachable: false });
	sessionEnded.set(false);
	enrolDemanded.set(false);
	window.location.hash = '';
}

export const useUser = () => useStore(session).user;
export const may = (user: User | null, permission: Permission) => user?.permissions.includes(permission) ?? false;
