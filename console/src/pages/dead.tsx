// SPDX-License-Identifier: Apache-2.0
// Alerts that could not be sent, why, and another try.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import { useLoad } from '../api/load';
import type { DeadLetter } from '../api/types';
import { number } from '../format';
import { reason as reasonWords, t } from '../i18n';
import { href } from '../route';
import { may, useUser } from '../session';
import { askPerson } from '../ui/dialog';
import { Page } from '../ui/page';
import { Act, Rows, Tag, When } from '../ui/parts';
import { Await, Empty, Only } from '../ui/states';
import { attempt } from './template_actions';

// What dead letters can have died of.
const reasons = [
	'malformed', 'bad_alert', 'no_template', 'render', 'encode', 'too_large', 'no_route', 'rejected', 'attempts', 'held_dropped', 'unanswered', 'poison',
];

// The server takes so many at a time.
const AT_ONCE = 256;

async function requeueThese(entries: string[]): Promise<number> {
	let count = 0;
	for (let at = 0; at < entries.length; at += AT_ONCE) {
		count += (await call('post', '/api/dead/requeue', { body: { entries: entries.slice(at, at + AT_ONCE) } })).requeued;
	}
	return count;
}

async function requeue(letters: DeadLetter[]): Promise<boolean> {
	const entries = letters.map((one) => one.entry);
	const ambiguous = letters.filter((one) => one.is_ambiguous).length;
	const sure = await askPerson({
		title: t('dead.requeue.title', { count: number(entries.length) }),
		text: ambiguous > 0 ? t('dead.requeue.twice', { count: number(ambiguous) }) : t('dead.requeue.text'),
		yes: t('dead.requeue'), danger: ambiguous > 0,
	});
	if (sure === null) return false;
	return (await attempt(() => requeueThese(entries), (count) => t('dead.requeued', { count: number(count) }))) !== null;
}

// All of a reason, as many requests as it takes. Until when they died is the server's first answer: what dies anew stays.
async function requeueOf(reason: string): Promise<number> {
	let count = 0;
	let until: number | undefined;
	let after: string | undefined;
	for (;;) {
		const done = await call('post', '/api/dead/requeue', { body: { reason, until, after } });
		count += done.requeued;
		if (done.next === null) return count;
		until = done.until;
		after = done.next;
	}
}

async function requeueAll(reason: string): Promise<boolean> {
	const sure = await askPerson({ title: t('dead.all.title'), text: t('dead.all.text', { reason: reasonWords(reason) }), yes: t('dead.requeue') });
	if (sure === null) return false;
	return (await attempt(() => requeueOf(reason), (count) => t('dead.requeued', { count: number(count) }))) !== null;
}

interface TableProps { letters: DeadLetter[]; chosen: Map<string, DeadLetter>; choose: (letters: DeadLetter[], is: boolean) => void; mayRequeue: boolean }

function Table({ letters, chosen, choose, mayRequeue }: TableProps) {
	const usable = letters.filter((one) => one.usable);
	return (
		<Rows label={t('nav.dead')}>
			<table>
				<thead>
					<tr>
						{mayRequeue && <th><input type="checkbox" aria-label={t('dead.choose_all')} checked={usable.length > 0 && usable.every((one) => chosen.has(one.entry))} onChange={(event) => choose(usable, event.currentTarget.checked)} /></th>}
						{(['when', 'reason', 'template', 'number', 'id'] as const).map((one) => <th key={one} scope="col">{t(`dead.col.${one}`)}</th>)}
					</tr>
				</thead>
				<tbody>
					{letters.map((one) => (
						<tr key={one.entry}>
							{mayRequeue && <td>{one.usable && <input type="checkbox" aria-label={`${t('dead.choose')} ${one.id || one.entry}`} checked={chosen.has(one.entry)} onChange={(event) => choose([one], event.currentTarget.checked)} />}</td>}
							<td class="nowrap"><When at={one.at} /></td>
							<td>{reasonWords(one.field ? `${one.reason}: ${one.field}` : one.reason)} {one.is_ambiguous && <Tag kind="warn">{t('dead.ambiguous')}</Tag>}</td>
							<td>{one.template && <a href={href('templates', one.template)}>{one.template}</a>}</td>
							<td class="figures nowrap">{one.number}</td>
							<td><code>{one.id}</code></td>
						</tr>
					))}
				</tbody>
			</table>
		</Rows>
	);
}

function Letters() {
	const user = useUser();
	const mayRequeue = may(user, 'dead.requeue');
	const [reason, setReason] = useState('');
	const [after, setAfter] = useState<string | null>(null);
	const [chosen, setChosen] = useState<Map<string, DeadLetter>>(new Map());
	const list = useLoad('/api/dead', { query: { after, reason } });
	const choose = (letters: DeadLetter[], is: boolean) => {
		const next = new Map(chosen);
		for (const one of letters) if (is) next.set(one.entry, one); else next.delete(one.entry);
		setChosen(next);
	};
	const after_requeue = (done: boolean) => {
		if (!done) return;
		setChosen(new Map());
		list.reload();
	};
	return (
		<>
			<div class="filters">
				<label class="search">
					<span class="unseen">{t('dead.filter')}</span>
					<select value={reason} onChange={(event) => {
						setReason(event.currentTarget.value);
						setAfter(null);
						setChosen(new Map());
					}}>
						<option value="">{t('dead.filter.all')}</option>
						{reasons.map((one) => <option key={one} value={one}>{reasonWords(one)}</option>)}
					</select>
				</label>
				{mayRequeue && <Act class="main" disabled={chosen.size === 0} run={async () => after_requeue(await requeue([...chosen.values()]))}>{t('dead.requeue')}{chosen.size > 0 ? ` (${number(chosen.size)})` : ''}</Act>}
				{mayRequeue && reason !== '' && <Act run={async () => after_requeue(await requeueAll(reason))}>{t('dead.all')}</Act>}
			</div>
			<Await of={list} permission="dead.read">
				{({ letters, total, next }) => letters.length === 0 && next === null ? (
					<Empty title={reason ? t('dead.nothing') : t('dead.empty')}>{!reason && t('dead.empty.text')}</Empty>
				) : (
					<>
						<p class="hint" role="status">{t('dead.total', { count: number(total) })}</p>
						<Table letters={letters} chosen={chosen} choose={choose} mayRequeue={mayRequeue} />
						<div class="buttons-left">
							{after !== null && <button type="button" onClick={() => setAfter(null)}>{t('page.first')}</button>}
							{next !== null && <button type="button" onClick={() => setAfter(next)}>{t('page.next')}</button>}
						</div>
					</>
				)}
			</Await>
		</>
	);
}

export function DeadPage() {
	return (
		<Page title={t('nav.dead')} wide note={<span class="faint">{t('dead.note')}</span>}>
			<Only permission="dead.read"><Letters /></Only>
		</Page>
	);
}
