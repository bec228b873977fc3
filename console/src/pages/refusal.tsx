// SPDX-License-Identifier: Apache-2.0
// Why a text was refused, language for language.
import { Problem } from '../api/client';
import { language } from '../format';
import { say, t } from '../i18n';
import { reasonOf } from '../ui/states';

export function Refusal({ problem }: { problem: Problem }) {
	const marks = Object.entries(problem.body.marks ?? {}).filter(([, list]) => list.some((mark) => mark.severity === 'error'));
	return (
		<>
			<p>{reasonOf(problem)}</p>
			<ul>
				{marks.flatMap(([locale, list]) => list.filter((mark) => mark.severity === 'error').map((mark, index) => (
					<li key={`${locale}-${index}`}><strong>{language(locale)}</strong> {say(mark.message)}</li>
				)))}
				{(problem.body.samples ?? []).map((one) => (
					<li key={`${one.locale}-${one.name}`}><strong>{one.name}</strong> {t('submit.sample', { text: one.text })}</li>
				))}
			</ul>
		</>
	);
}

export const refusalText = (problem: Problem) => <Refusal problem={problem} />;
