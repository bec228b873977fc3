// SPDX-License-Identifier: Apache-2.0
// Sends the draft to one's own number and shows what becomes of it, step by step.
import { useEffect, useState } from 'preact/hooks';
import { addressOf, call } from '../api/client';
import { listen } from '../api/stream';
import type { Param, SampleSet, Step } from '../api/types';
import { clockSeconds } from '../format';
import { t, word } from '../i18n';
import { href } from '../route';
import { useUser } from '../session';
import { announce } from '../ui/live';
import { Act, Field } from '../ui/parts';
import { reasonOf } from '../ui/states';

interface TestProps { name: string; locale: string; source: string; params: Param[]; samples: SampleSet[]; isReady: boolean }

export function TestSend({ name, locale, source, params, samples, isReady }: TestProps) {
	const user = useUser()!;
	const [chosen, setChosen] = useState('');
	const [id, setId] = useState<string | null>(null);
	const [steps, setSteps] = useState<Step[]>([]);
	const [wrong, setWrong] = useState<string | null>(null);
	useEffect(() => {
		if (id === null) return;
		return listen(addressOf('/api/tests/{id}', { path: { id } }), {
			step: (data) => {
				const step = data as Step | null;
				if (!step) return;
				setSteps((before) => [...before, step]);
				announce(word('event', step.event));
			},
		}, { isShort: true, onOpen: () => setSteps([]) });
	}, [id]);
	if (!user.number_verified) {
		return <p class="state-text">{t('test.no_number')} <a href={href('settings')}>{t('nav.settings')}</a></p>;
	}
	const here = samples.filter((one) => one.locale === locale);
	const send = async () => {
		setWrong(null);
		setSteps([]);
		const typical = Object.fromEntries(params.filter((one) => one.sample).map((one) => [one.name, one.sample]));
		try {
			const answer = await call('post', '/api/templates/{name}/test', {
				path: { name }, body: { locale, source, params: here.find((one) => one.name === chosen)?.params ?? typical },
			});
			setId(answer.id);
		} catch (error) {
			setWrong(reasonOf(error));
		}
	};
	return (
		<div class="stack">
			<p class="hint">{t('test.hint', { number: user.number })}</p>
			<div class="inline">
				<Field label={t('test.values')}>
					{(attributes) => (
						<select {...attributes} value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
							<option value="">{t('test.typical')}</option>
							{here.map((one) => <option key={one.name} value={one.name}>{one.name}</option>)}
						</select>
					)}
				</Field>
				<Act run={send} disabled={!isReady}>{t('test.send')}</Act>
			</div>
			<div role="alert">{wrong && <p class="wrong">{wrong}</p>}</div>
			{id !== null && (
				<ol class="timeline" aria-label={t('test.steps')}>
					{steps.map((step, index) => (
						<li key={index}>
							<time class="figures">{clockSeconds(step.at)}</time>
							<span>{word('event', step.event)}{step.account ? ` · ${step.account}` : ''}{step.reason ? ` · ${step.reason}` : ''}</span>
						</li>
					))}
					{steps.length === 0 && <li class="faint">{t('test.waiting')}</li>}
				</ol>
			)}
		</div>
	);
}
