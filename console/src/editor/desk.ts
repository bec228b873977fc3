// SPDX-License-Identifier: Apache-2.0
// The draft on the desk: what is written, and whether the server has it. It is saved a second after the last change; until
// then, and without a connection, a copy lies in this browser's session.
import { call, onWayBack, Problem, Unreachable } from '../api/client';
import type { Draft, Lock, Registrations, SampleSet, Template, Variants } from '../api/types';
import { createStore } from '../store';

export interface Doc { variants: Variants; samples: SampleSet[]; registrations: Registrations; why: string }

export type SaveState =
	| { kind: 'clean' | 'dirty' | 'saving' | 'offline' }
	| { kind: 'saved'; at: number }
	| { kind: 'refused'; error: unknown }
	| { kind: 'conflict'; theirs: Draft | null }
	| { kind: 'outdated' }
	| { kind: 'locked'; lock: Lock | null };

const SAVE_AFTER_MS = 1000;
const AGAIN_AFTER_MS = 3000;

export interface Backup { doc: Doc; revision: number | null; at: number }

const unixLines = (variants: Variants): Variants =>
	Object.fromEntries(Object.entries(variants).map(([locale, text]) => [locale, text.replace(/\r\n/g, '\n')]));

export function docOf(from: Pick<Draft, 'variants'> & Partial<Draft>): Doc {
	return { variants: unixLines(from.variants), samples: from.samples ?? [], registrations: from.registrations ?? {}, why: from.why ?? '' };
}

export const isSame = (a: Doc, b: Doc) => JSON.stringify(a) === JSON.stringify(b);

export class Desk {
	readonly doc;
	readonly save = createStore<SaveState>({ kind: 'clean' });
	readonly draft;
	readonly backup;
	// The version that the words were made from; 0 = there was none.
	readonly base;
	revision: number | null;
	private saved: Doc;
	private timer = 0;
	private busy: Promise<void> | null = null;
	private readonly leave: () => void;
	private isClosed = false;
	// The words are saved, their base is not.
	private isMoved = false;

	constructor(readonly name: string, private readonly user: string, template: Template | null, first: Doc) {
		const draft = template?.draft ?? null;
		this.draft = createStore<Draft | null>(draft);
		this.revision = draft?.revision ?? null;
		this.base = createStore(draft?.base ?? template?.latest ?? 0);
		this.saved = draft ? docOf(draft) : template?.live ? docOf({ ...template.live, why: '' }) : { variants: {}, samples: [], registrations: {}, why: '' };
		this.doc = createStore<Doc>(draft ? this.saved : first);
		this.backup = createStore<Backup | null>(this.readBackup());
		this.leave = onWayBack(() => {
			if (this.save.get().kind === 'offline') this.later(0);
		});
		if (!draft && !isSame(this.doc.get(), this.saved)) this.changed();
	}

	// Takes a change of the draft and saves it soon.
	change(patch: Partial<Doc>): void {
		this.doc.set({ ...this.doc.get(), ...patch });
		this.changed();
	}

	setVariant(locale: string, text: string): void {
		const { variants } = this.doc.get();
		if (variants[locale] !== text) this.change({ variants: { ...variants, [locale]: text } });
	}

	isUnsaved(): boolean {
		return this.isMoved || !isSame(this.doc.get(), this.saved);
	}

	// Saves at once; resolves when the server has it, or when it can't be had.
	async flush(): Promise<boolean> {
		window.clearTimeout(this.timer);
		while (this.isUnsaved()) {
			if (this.busy) await this.busy;
			else this.busy = this.store();
			await this.busy;
			const { kind } = this.save.get();
			if (kind === 'offline' || kind === 'refused' || kind === 'conflict' || kind === 'outdated' || kind === 'locked') return false;
		}
		return true;
	}

	// The other's version is known: mine takes its place, or theirs mine.
	keepMine(theirs: Draft | null): void {
		this.revision = theirs?.revision ?? null;
		if (theirs) this.base.set(theirs.base);
		this.draft.set(theirs);
		this.changed();
		this.later(0);
	}

	takeTheirs(theirs: Draft | null): void {
		if (theirs) this.adopt(theirs);
		this.save.set({ kind: 'clean' });
	}

	// What was published since has been seen: my words go on from there.
	rebase(latest: number): void {
		this.base.set(latest);
		this.save.set({ kind: 'dirty' });
		this.isMoved = true;
		this.later(0);
	}

	adopt(draft: Draft): void {
		this.draft.set(draft);
		this.revision = draft.revision;
		this.base.set(draft.base);
		this.saved = docOf(draft);
		this.doc.set(this.saved);
		this.dropBackup();
	}

	// Others' words, while one has none of one's own: whoever reads, or waits for the lock, sees what is there.
	follow(draft: Draft | null): void {
		if (draft && !this.isUnsaved() && this.busy === null && draft.revision > (this.revision ?? 0)) this.adopt(draft);
	}

	// The last words of whoever had the lock until now, before one writes on.
	async catchUp(): Promise<void> {
		try {
			this.follow((await call('get', '/api/templates/{name}', { path: { name: this.name } })).draft);
		} catch {
			// what is saved then is refused, and shown beside theirs
		}
	}

	restore(backup: Backup): void {
		this.backup.set(null);
		// What others have saved since is not overwritten: the server shows it, and a person chooses.
		this.revision = backup.revision;
		this.doc.set(backup.doc);
		this.changed();
	}

	dropBackup(): void {
		this.backup.set(null);
		try {
			window.sessionStorage.removeItem(this.backupKey());
		} catch {
			// there was none
		}
	}

	unlocked(): void {
		if (this.save.get().kind === 'locked') this.later(0);
	}

	close(): void {
		this.isClosed = true;
		window.clearTimeout(this.timer);
		this.leave();
	}

	private changed(): void {
		this.keepBackup();
		const { kind } = this.save.get();
		if (kind !== 'conflict' && kind !== 'outdated' && kind !== 'locked') {
			if (kind !== 'saving') this.save.set({ kind: 'dirty' });
			this.later(SAVE_AFTER_MS);
		}
	}

	private later(ms: number): void {
		window.clearTimeout(this.timer);
		this.timer = window.setTimeout(() => {
			if (this.isClosed || this.busy || !this.isUnsaved()) return;
			this.busy = this.store();
		}, ms);
	}

	private async store(): Promise<void> {
		const doc = this.doc.get();
		const base = this.base.get();
		this.save.set({ kind: 'saving' });
		try {
			const { draft } = await call('put', '/api/templates/{name}/draft', {
				path: { name: this.name }, body: { ...doc, base }, ifMatch: this.revision, ifNoneMatch: this.revision === null,
			});
			this.stored(doc, draft);
		} catch (error) {
			const theirs = error instanceof Problem && error.status === 412 ? error.body.theirs : null;
			// It was I: the answer of before got lost, and its words are these.
			if (theirs && theirs.edited_by === this.user && theirs.base === base && isSame(docOf(theirs), doc)) this.stored(doc, theirs);
			else this.refused(error);
		}
		this.busy = null;
		const { kind } = this.save.get();
		if (this.isClosed) return;
		if (kind === 'saved' && this.isUnsaved()) this.changed();
		if (kind === 'offline') this.later(AGAIN_AFTER_MS);
	}

	private stored(doc: Doc, draft: Draft): void {
		this.revision = draft.revision;
		this.draft.set(draft);
		this.saved = doc;
		this.isMoved = this.base.get() !== draft.base;
		this.save.set({ kind: 'saved', at: Date.now() });
		if (!this.isUnsaved()) this.dropBackup();
	}

	private refused(error: unknown): void {
		if (error instanceof Unreachable || (error instanceof Problem && (error.status === 401 || error.status === 503 || error.status === 429))) {
			this.save.set({ kind: 'offline' });
		} else if (error instanceof Problem && error.status === 412) {
			this.save.set({ kind: 'conflict', theirs: error.body.theirs ?? null });
		} else if (error instanceof Problem && error.body.code === 'base_changed') {
			this.save.set({ kind: 'outdated' });
		} else if (error instanceof Problem && error.status === 423) {
			this.save.set({ kind: 'locked', lock: error.body.lock ?? null });
		} else {
			this.save.set({ kind: 'refused', error });
		}
	}

	// Of a person, too: nobody is offered another one's words.
	private backupKey(): string {
		return `hongyan.backup.${this.user}.${this.name}`;
	}

	private keepBackup(): void {
		try {
			const backup: Backup = { doc: this.doc.get(), revision: this.revision, at: Date.now() };
			window.sessionStorage.setItem(this.backupKey(), JSON.stringify(backup));
		} catch {
			// a full store must not stop anybody from writing
		}
	}

	private readBackup(): Backup | null {
		try {
			const text = window.sessionStorage.getItem(this.backupKey());
			const backup = text ? (JSON.parse(text) as Backup) : null;
			return backup && !isSame(backup.doc, this.doc.get()) ? backup : null;
		} catch {
			return null;
		}
	}
}
