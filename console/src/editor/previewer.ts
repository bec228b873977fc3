// SPDX-License-Identifier: Apache-2.0
// Asks the server how the text will look. One question is on its way at a time, the newest waits for its answer: so previews
// keep coming while somebody types without a pause. A slow question is given up for a newer one.
import { call, Problem } from '../api/client';
import type { PreviewAnswer, SampleSet } from '../api/types';
import { createStore } from '../store';

const DEBOUNCE_MS = 12;
const PATIENCE_MS = 400;

export interface Question { name: string; locale: string; source: string; samples: SampleSet[]; tenant: string }
export interface Shown { question: Question; answer: PreviewAnswer; turn: number }

export class Previewer {
	readonly shown = createStore<Shown | null>(null);
	readonly error = createStore<unknown>(null);
	private turn = 0;
	private waiting: { question: Question; turn: number } | null = null;
	private abort: AbortController | null = null;
	private startedAt = 0;
	private timer = 0;

	// Returns the question's number, which shown has when it is answered.
	ask(question: Question): number {
		this.waiting = { question, turn: ++this.turn };
		window.clearTimeout(this.timer);
		this.timer = window.setTimeout(() => this.next(), DEBOUNCE_MS);
		return this.turn;
	}

	// The last question has got no answer, and none is on its way.
	isBehind(): boolean {
		return this.abort === null && this.waiting === null && this.turn !== (this.shown.get()?.turn ?? 0);
	}

	stop(): void {
		window.clearTimeout(this.timer);
		this.waiting = null;
		this.abort?.abort();
	}

	private next(): void {
		if (!this.waiting) return;
		if (this.abort) {
			const left = this.startedAt + PATIENCE_MS - Date.now();
			const isOther = this.waiting.question.locale !== this.shown.get()?.question.locale;
			if (left > 0 && !isOther) {
				this.timer = window.setTimeout(() => this.next(), left);
				return;
			}
			this.abort.abort();
		}
		const { question, turn } = this.waiting;
		this.waiting = null;
		void this.send(question, turn);
	}

	private async send(question: Question, turn: number): Promise<void> {
		const abort = new AbortController();
		this.abort = abort;
		this.startedAt = Date.now();
		try {
			const { tenant, ...rest } = question;
			const answer = await call('post', '/api/preview', { body: tenant ? { ...rest, tenant } : rest, signal: abort.signal });
			this.shown.set({ question, answer, turn });
			this.error.set(null);
		} catch (error) {
			if (abort.signal.aborted) return;
			this.error.set(error instanceof Problem && error.status === 401 ? null : error);
		}
		if (this.abort !== abort) return;
		this.abort = null;
		window.clearTimeout(this.timer);
		this.next();
	}
}
