// SPDX-License-Identifier: Apache-2.0
// Requests to the console's API, typed by its description. A lost connection and an ended session are told to whoever
// watches; text on the page stays.
import { isInUse } from '../in_use';
import { createStore } from '../store';
import type { paths } from './schema';
import type { ProblemBody } from './types';

export type Method = 'get' | 'put' | 'post' | 'delete';
export type PathOf<M extends Method> = { [P in keyof paths]: paths[P] extends { [K in M]: { responses: unknown } } ? P : never }[keyof paths];
type Json<C> = C extends { content: { 'application/json': infer T } } ? T : never;
export type Answer<M extends Method, P extends keyof paths> =
	paths[P] extends { [K in M]: { responses: { 200: infer R } } } ? Json<R> : never;
type Body<M extends Method, P extends keyof paths> =
	paths[P] extends { [K in M]: { requestBody?: infer R } } ? Json<NonNullable<R>> : never;

export interface Ask<B = unknown> {
	path?: Record<string, string | number>;
	query?: Record<string, string | number | null | undefined>;
	body?: B;
	ifMatch?: number | null;
	ifNoneMatch?: boolean;
	signal?: AbortSignal;
	// The page may be gone before the answer comes.
	keepalive?: boolean;
}

export class Problem extends Error {
	constructor(
		readonly status: number,
		readonly body: ProblemBody,
		readonly retryAfterS: number,
	) {
		super(body.detail || body.title || `HTTP ${status}`);
	}
}

// No answer came.
export class Unreachable extends Error {}

export const connection = createStore<'fine' | 'lost'>('fine');
export const sessionEnded = createStore(false);
// One's roles demand a second factor since a moment ago: nothing else is answered before it is set up.
export const enrolDemanded = createStore(false);

// Nothing is answered now: the session is over, or a second factor is demanded.
export const isShut = () => sessionEnded.get() || enrolDemanded.get();
export function onShut(look: () => void): () => void {
	const leave = [sessionEnded, enrolDemanded].map((one) => one.subscribe(look));
	return () => leave.forEach((one) => one());
}

// Calls that when there is a way again: the line is back, one has signed in anew, or set up what was demanded. Returns what ends it.
export function onWayBack(again: () => void): () => void {
	const look = () => {
		if (connection.get() === 'fine' && !isShut()) again();
	};
	const leave = [connection.subscribe(look), onShut(look)];
	return () => leave.forEach((one) => one());
}

// Whose page this is. In another window of the browser somebody else may have signed in: nothing of this page is done as theirs.
let pageUser = '';
export const setPageUser = (name: string): void => void (pageUser = name);

export function addressOf(path: string, options: Pick<Ask, 'path' | 'query'> = {}): string {
	const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(options.path?.[name] ?? '')));
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(options.query ?? {})) {
		if (value !== null && value !== undefined && value !== '') query.set(name, String(value));
	}
	const tail = query.toString();
	return tail === '' ? filled : `${filled}?${tail}`;
}

async function bodyOf(answer: Response): Promise<unknown> {
	const text = await answer.text();
	if (text === '') return {};
	try {
		return JSON.parse(text);
	} catch {
		return { detail: text.slice(0, 300) };
	}
}

function headersOf(options: Ask): Record<string, string> {
	const headers: Record<string, string> = { Accept: 'application/json' };
	if (options.body !== undefined) headers['Content-Type'] = 'application/json';
	if (pageUser !== '') headers['Hongyan-User'] = pageUser;
	if (!isInUse()) headers['Hongyan-Idle'] = '1';
	if (options.ifMatch != null) headers['If-Match'] = `"${options.ifMatch}"`;
	if (options.ifNoneMatch) headers['If-None-Match'] = '*';
	return headers;
}

export async function call<M extends Method, P extends PathOf<M> & string>(
	method: M,
	path: P,
	options: Ask<Body<M, P>> = {},
): Promise<Answer<M, P>> {
	let answer: Response;
	// The server answers within 30 s, be it that it is busy.
	const abort = new AbortController();
	const timer = window.setTimeout(() => abort.abort(), 40_000);
	options.signal?.addEventListener('abort', () => abort.abort());
	try {
		answer = await fetch(addressOf(path, options), {
			method: method.toUpperCase(),
			headers: headersOf(options),
			body: options.body === undefined ? undefined : JSON.stringify(options.body),
			signal: abort.signal,
			keepalive: options.keepalive,
			credentials: 'same-origin',
			cache: 'no-store',
			redirect: 'error',
		});
	} catch (error) {
		if (options.signal?.aborted) throw error;
		connection.set('lost');
		throw new Unreachable(String(error));
	} finally {
		window.clearTimeout(timer);
	}
	connection.set('fine');
	const body = await bodyOf(answer);
	if (answer.ok) return body as Answer<M, P>;
	if (answer.status === 401 && path !== '/api/session') sessionEnded.set(true);
	if ((body as ProblemBody).code === 'must_enrol') enrolDemanded.set(true);
	throw new Problem(answer.status, body as ProblemBody, Number(answer.headers.get('Retry-After')) || 0);
}
