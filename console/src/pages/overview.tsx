// SPDX-License-Identifier: Apache-2.0
// How sending goes, as it goes: what is wrong first.
import { useRef, useState } from 'preact/hooks';
import { useLoad } from '../api/load';
import { useStream } from '../api/stream';
import type { Overview } from '../api/types';
import { clock, clockSeconds, moment, number, span } from '../format';
import { reason as reasonWords, say, t, word } from '../i18n';
import { href } from '../route';
import { may, useUser } from '../session';
import { Page } from '../ui/page';
import { Rows, Tag } from '../ui/parts';
import { Await, Empty, Failure } from '../ui/states';
import Chart, { type Point } from './chart';

const POINTS_MAX = 600;

const clearText = (at: number) => (at - Date.now() > 12 * 3600_000 ? moment(at) : clock(at));

function Problems({ of }: { of: Overview['problems'] }) {
	if (of.length === 0) return <div class="banner banner-good" role="status"><p>✓ {t('overview.fine')}</p></div>;
	return (
		<div role="status">
			<ul class="troubles">
				{of.map((one, index) => <li key={index} class={`banner banner-${one.severity === 'error' ? 'bad' : 'warn'}`}>{say(one.message)}</li>)}
			</ul>
		</div>
	);
}

function Lanes({ of }: { of: Overview['queue'] }) {
	return (
		<Rows label={t('overview.queue')}>
			<table>
				<thead><tr><th scope="col">{t('overview.lane')}</th><th scope="col" class="right">{t('overview.waiting')}</th><th scope="col" class="right">{t('overview.oldest')}</th><th scope="col" class="right">{t('overview.clear')}</th></tr></thead>
				<tbody>
					{of.map((lane) => (
						<tr key={lane.lane}>
							<th scope="row">{word('lane', lane.lane)}</th>
							<td class="right figures">{number(lane.length)}</td>
							<td class="right figures">{lane.length > 0 ? span(lane.oldest_s) : '—'}</td>
							<td class="right">{lane.clear_at ? <strong class="figures">{t('overview.clear_at', { time: clearText(lane.clear_at) })}</strong> : lane.length > 0 ? <span class="faint">{t('overview.unclear')}</span> : <span class="faint">{t('overview.empty')}</span>}</td>
						</tr>
					))}
				</tbody>
			</table>
		</Rows>
	);
}

const accountKind = (state: string) => (/^(up|ready|bound|open|fine|ok|closed)$/.test(state) ? 'good' : /^(down|refused|broken|stopped)$/.test(state) ? 'bad' : 'warn');

function Accounts({ of }: { of: Overview['accounts'] }) {
	if (of.length === 0) return <Empty title={t('overview.no_accounts')} />;
	return (
		<Rows label={t('overview.accounts')}>
			<table>
				<thead><tr><th scope="col">{t('overview.account')}</th><th scope="col">{t('templates.col.state')}</th><th scope="col" class="right">{t('overview.rate')}</th><th scope="col" class="right">{t('overview.waiting')}</th></tr></thead>
				<tbody>
					{of.map((one) => (
						<tr key={one.name}>
							<th scope="row">{one.name}</th>
							<td><Tag kind={accountKind(one.state)}>{word('account', one.state)}</Tag> {one.reason && <span class="faint">{one.reason}</span>}</td>
							<td class="right figures">{number(one.accepted_per_s, 1)} / {number(one.tps)}</td>
							<td class="right figures">{number(one.waiting + one.parked)}</td>
						</tr>
					))}
				</tbody>
			</table>
		</Rows>
	);
}

function Failures({ of }: { of: Overview['failures'] }) {
	if (of.length === 0) return <Empty title={t('overview.no_failures')} />;
	const most = Math.max(...of.map((one) => one.count));
	return (
		<ul class="bars">
			{[...of].sort((a, b) => b.count - a.count).slice(0, 8).map((one) => (
				<li key={one.reason}>
					<span>{reasonWords(one.reason)}</span>
					<meter min={0} max={most} value={one.count} aria-label={one.reason} />
					<span class="figures right">{number(one.count)}</span>
				</li>
			))}
		</ul>
	);
}

function Gateways({ of }: { of: Overview['gateways'] }) {
	if (of.length === 0) return <Empty title={t('overview.no_gateways')} />;
	return (
		<ul class="gateways">
			{of.map((one) => (
				<li key={one.instance}>
					<Tag kind={one.is_silent ? 'bad' : one.draining ? 'warn' : 'good'}>{one.is_silent ? t('overview.silent') : one.draining ? t('overview.draining') : t('overview.alive')}</Tag>
					<strong>{one.instance}</strong>
					<span class="faint">{one.version} · {clockSeconds(one.at)}</span>
				</li>
			))}
		</ul>
	);
}

function Figures({ of }: { of: Overview }) {
	const user = useUser();
	return (
		<dl class="figures-row">
			<div><dt>{t('overview.rate')}</dt><dd>{number(of.accepted_per_s, 1)}</dd></div>
			<div><dt>{t('overview.waiting')}</dt><dd>{number(of.queue.reduce((sum, one) => sum + one.length, 0))}</dd></div>
			<div><dt>{t('overview.later')}</dt><dd>{number(of.later)}</dd></div>
			<div><dt>{t('overview.held')}</dt><dd>{number(of.held)}</dd></div>
			<div class={of.dead > 0 ? 'figure-bad' : ''}><dt>{t('nav.dead')}</dt><dd>{may(user, 'dead.read') ? <a href={href('dead')}>{number(of.dead)}</a> : number(of.dead)}</dd></div>
		</dl>
	);
}

function Whole({ of, points }: { of: Overview; points: Point[] }) {
	return (
		<>
			<Problems of={of.problems} />
			<Figures of={of} />
			<section class="card"><h2>{t('overview.rate')}</h2><Chart points={points} /></section>
			<section class="card"><h2>{t('overview.queue')}</h2><Lanes of={of.queue} /></section>
			<section class="card"><h2>{t('overview.accounts')}</h2><Accounts of={of.accounts} /></section>
			<div class="pair">
				<section class="card"><h2>{t('overview.failures')}</h2><Failures of={of.failures} /></section>
				<section class="card"><h2>{t('overview.gateways')}</h2><Gateways of={of.gateways} /></section>
			</div>
		</>
	);
}

export function OverviewPage() {
	const first = useLoad('/api/overview');
	const [points, setPoints] = useState<Point[]>([]);
	const seen = useRef(0);
	useStream('/api/stream', {
		overview: (data) => {
			const next = data as Overview | null;
			if (!next || next.at <= seen.current) return;
			seen.current = next.at;
			first.set(next);
			setPoints((before) => [...before.slice(-(POINTS_MAX - 1)), { at: next.at, rate: next.accepted_per_s }]);
		},
	});
	if (first.error && !first.value) return <Page title={t('nav.overview')}><Failure error={first.error} retry={first.reload} permission="overview.read" /></Page>;
	return (
		<Page title={t('nav.overview')} wide note={first.value && <span class="faint figures">{clockSeconds(first.value.at)}</span>}>
			<Await of={first} permission="overview.read">{(of) => <Whole of={of} points={points.length > 0 ? points : [{ at: of.at, rate: of.accepted_per_s }]} />}</Await>
		</Page>
	);
}
