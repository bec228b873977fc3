// SPDX-License-Identifier: Apache-2.0
// What can be done with a template, each with its question: publish, schedule, roll back, archive.
import { call, Problem } from '../api/client';
import type { Draft, Template } from '../api/types';
import { fromLocalInput, full, moment, timeZone, toLocalInput } from '../format';
import { t } from '../i18n';
import { askPerson } from '../ui/dialog';
import { announce, notify } from '../ui/live';
import { reasonOf } from '../ui/states';
import { refusalText } from './refusal';

// Does it, tells how it went; null where it was refused.
export async function attempt<T>(work: () => Promise<T>, done: string | ((value: T) => string)): Promise<T | null> {
	try {
		const value = await work();
		const words = typeof done === 'string' ? done : done(value);
		notify(words);
		announce(words);
		return value;
	} catch (error) {
		if (error instanceof Problem && error.status === 422) await askPerson({ title: t('submit.refused'), text: refusalText(error), yes: t('action.close'), no: null });
		else notify(error instanceof Problem && error.status === 412 ? t('state.moved') : reasonOf(error), 'bad');
		return null;
	}
}

export async function publishNow(name: string, draft: Draft): Promise<Template | null> {
	const sure = await askPerson({ title: t('publish.title'), text: t('publish.text'), yes: t('publish.now') });
	if (sure === null) return null;
	return attempt(() => call('post', '/api/templates/{name}/publish', { path: { name }, body: { revision: draft.revision, at: null } }), t('publish.done'));
}

export async function publishAt(name: string, draft: Draft): Promise<Template | null> {
	const soon = toLocalInput(Date.now() + 60 * 60_000);
	const text = await askPerson({
		title: t('publish.at.title'), yes: t('publish.at.yes'),
		input: { label: t('publish.at.when'), hint: timeZone() ?? '', required: true, type: 'datetime-local', value: soon, min: toLocalInput(Date.now() + 60_000) },
	});
	const at = text === null ? null : fromLocalInput(text);
	if (at === null) return null;
	return attempt(() => call('post', '/api/templates/{name}/publish', { path: { name }, body: { revision: draft.revision, at } }), t('publish.at.done', { time: moment(at) }));
}

export const unschedule = (name: string) =>
	attempt(() => call('post', '/api/templates/{name}/unschedule', { path: { name } }), t('publish.unscheduled'));

export async function rollback(name: string, version: number, at: number): Promise<Template | null> {
	const why = await askPerson({
		title: t('rollback.title', { version }), text: t('rollback.text', { time: full(at) }), yes: t('rollback.yes'), danger: true,
		input: { label: t('word.why'), required: true, value: t('rollback.why', { version }) },
	});
	if (why === null) return null;
	return attempt(() => call('post', '/api/templates/{name}/rollback', { path: { name }, body: { version, why } }), t('rollback.done', { version }));
}

export async function archive(name: string): Promise<Template | null> {
	const why = await askPerson({
		title: t('archive.title'), text: t('archive.text'), yes: t('archive.yes'), danger: true, input: { label: t('word.why'), required: true },
	});
	if (why === null) return null;
	return attempt(() => call('post', '/api/templates/{name}/archive', { path: { name }, body: { why } }), t('archive.done'));
}

export async function restore(name: string): Promise<Template | null> {
	const why = await askPerson({ title: t('restore.title'), yes: t('restore.yes'), input: { label: t('word.why'), required: true } });
	if (why === null) return null;
	return attempt(() => call('post', '/api/templates/{name}/restore', { path: { name }, body: { why } }), t('restore.done'));
}

export async function discard(name: string, draft: Draft): Promise<boolean> {
	const sure = await askPerson({ title: t('discard.title'), text: t('discard.text'), yes: t('discard.yes'), danger: true });
	if (sure === null) return false;
	return (await attempt(() => call('delete', '/api/templates/{name}/draft', { path: { name }, ifMatch: draft.revision }), t('discard.done'))) !== null;
}

export async function approve(name: string, draft: Draft): Promise<Template | null> {
	const comment = await askPerson({ title: t('review.approve'), text: t('review.approve.text'), yes: t('review.approve'), input: { label: t('review.comment') } });
	if (comment === null) return null;
	return attempt(() => call('post', '/api/templates/{name}/approve', { path: { name }, body: { comment, revision: draft.revision } }), t('review.approved'));
}

export async function reject(name: string, draft: Draft): Promise<Template | null> {
	const comment = await askPerson({ title: t('review.reject'), yes: t('review.reject'), danger: true, input: { label: t('review.comment'), hint: t('review.reject.hint'), required: true } });
	if (comment === null) return null;
	return attempt(() => call('post', '/api/templates/{name}/reject', { path: { name }, body: { comment, revision: draft.revision } }), t('review.rejected'));
}
