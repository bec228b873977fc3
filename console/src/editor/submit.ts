// SPDX-License-Identifier: Apache-2.0
// Hands the draft to a second person, with a word why. What is wrong with it is told and nothing is lost.
import { call, Problem } from '../api/client';
import { t } from '../i18n';
import { go } from '../route';
import { askPerson } from '../ui/dialog';
import { notify } from '../ui/live';
import { reasonOf } from '../ui/states';
import { refusalText } from '../pages/refusal';
import type { Desk } from './desk';

export async function submit(desk: Desk, name: string): Promise<void> {
	if (!(await desk.flush())) return;
	if (desk.revision === null) {
		notify(t('submit.nothing'), 'bad');
		return;
	}
	const why = await askPerson({
		title: t('submit.title'), text: t('submit.text'), yes: t('submit.yes'),
		input: { label: t('submit.why'), hint: t('submit.why.hint'), required: true, value: desk.doc.get().why },
	});
	if (why === null) return;
	try {
		await call('post', '/api/templates/{name}/submit', { path: { name }, body: { why, revision: desk.revision } });
		notify(t('submit.done'));
		go('templates', name);
	} catch (error) {
		if (error instanceof Problem && error.status === 422) {
			await askPerson({ title: t('submit.refused'), text: refusalText(error), yes: t('action.close'), no: null });
		} else {
			notify(reasonOf(error), 'bad');
		}
	}
}
