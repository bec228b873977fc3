// SPDX-License-Identifier: Apache-2.0
// Who changed what, in a chain that shows a gap.
import { useEffect, useState } from 'preact/hooks';
import { addressOf, call } from '../api/client';
import { useLoad } from '../api/load';
import type { AuditCheck, AuditEntry } from '../api/types';
import { full, number } from '../format';
import { t, word } from '../i18n';
import { announce } from '../ui/live';
import { Page } from '../ui/page';
import { Act, Rows } from '../ui/parts';
import { Await, Empty, Only, reasonOf } from '../ui/states';

function Check() {
	const [result, setResult] = useState<AuditCheck | null>(null);
	const [wrong, setWrong] = useState<string | null>(null);
	const check = async () => {
		setWrong(null);
		try {
			const answer = await call('get', '/api/audit/check');
			setResult(answer);
			announce(answer.ok ? t('audit.whole', { count: number(answer.count) }) : t('audit.broken', { seq: answer.broken_at ?? 0 }));
		} catch (error) {
			setWrong(reasonOf(error));
		}
	};
	return (
		<>
			<Act run={check}>{t('audit.check')}</Act>
			{result && (result.ok ? <span class="tag tag-good">✓ {t('audit.whole', { count: number(result.count) })}</span> : <span class="tag tag-bad">{t('audit.broken', { seq: result.broken_at ?? 0 })}</span>)}
			{wrong && <span class="wrong">{wrong}</span>}
		</>
	);
}

function Row({ of }: { of: AuditEntry }) {
	const detail = Object.keys(of.detail).length > 0 ? JSON.stringify(of.detail, null, 1) : '';
	return (
		<tr>
			<td class="figures faint">{of.seq}</td>
			<td class="nowrap figures">{full(of.at)}</td>
			<td>{of.actor}<div class="faint mono">{of.address}</div></td>
			<td>{word('action', of.action)}</td>
			<td><code>{of.object}</code></td>
			<td>{detail && <details><summary>{t('audit.detail')}</summary><pre class="detail">{detail}</pre></details>}</td>
		</tr>
	);
}

function Log() {
	const [typed, setTyped] = useState({ actor: '', action: '', object: '' });
	const [filter, setFilter] = useState(typed);
	const [before, setBefore] = useState<number | null>(null);
	const list = useLoad('/api/audit', { query: { before, ...filter } });
	useEffect(() => {
		const timer = window.setTimeout(() => {
			setFilter({ actor: typed.actor.trim(), action: typed.action.trim(), object: typed.object.trim() });
			setBefore(null);
		}, 300);
		return () => window.clearTimeout(timer);
	}, [typed]);
	return (
		<>
			<div class="filters">
				{(['actor', 'action', 'object'] as const).map((one) => (
					<label class="search" key={one}>
						<span class="unseen">{t(`audit.${one}`)}</span>
						<input type="search" placeholder={t(`audit.${one}`)} value={typed[one]} onInput={(event) => setTyped({ ...typed, [one]: event.currentTarget.value })} />
					</label>
				))}
				<Check />
				{(['csv', 'jsonl'] as const).map((format) => (
					<a class="button" key={format} download href={addressOf('/api/audit/export', { query: { format } })}>{t('audit.export', { format: format.toUpperCase() })}</a>
				))}
			</div>
			<Await of={list} permission="audit.read">
				{({ entries, next }) => entries.length === 0 ? <Empty title={t('audit.empty')} /> : (
					<>
						<Rows label={t('nav.audit')}>
							<table>
								<thead><tr>{(['seq', 'when', 'actor', 'action', 'object', 'detail'] as const).map((one) => <th key={one} scope="col">{t(`audit.${one}`)}</th>)}</tr></thead>
								<tbody>{entries.map((one) => <Row key={one.seq} of={one} />)}</tbody>
							</table>
						</Rows>
						<div class="buttons-left">
							{before !== null && <button type="button" onClick={() => setBefore(null)}>{t('page.first')}</button>}
							{next !== null && <button type="button" onClick={() => setBefore(next)}>{t('page.next')}</button>}
						</div>
					</>
				)}
			</Await>
		</>
	);
}

export function AuditPage() {
	return (
		<Page title={t('nav.audit')} wide>
			<Only permission="audit.read"><Log /></Only>
		</Page>
	);
}
