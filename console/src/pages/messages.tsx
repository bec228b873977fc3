// SPDX-License-Identifier: Apache-2.0
// What became of an sms: by number or by the alert's id.
import { useEffect, useState } from 'preact/hooks';
import { call, Problem } from '../api/client';
import type { AlertTrace, MessagesAnswer } from '../api/types';
import { full, number } from '../format';
import { reason as reasonWords, t, word } from '../i18n';
import { href } from '../route';
import { may, useUser } from '../session';
import { askPerson } from '../ui/dialog';
import { announce, notify } from '../ui/live';
import { Page } from '../ui/page';
import { Act, Facts, Tag } from '../ui/parts';
import { Empty, Failure, Loading, Only, reasonOf } from '../ui/states';

const mayBeNumber = (text: string) => /^[+\d][\d\s-]{5,19}$/.test(text);

// Ids of alerts may be of digits, too: what is no number, or of which nothing is known, is asked for as one.
async function find(wanted: string): Promise<MessagesAnswer> {
	if (mayBeNumber(wanted)) {
		try {
			const found = await call('post', '/api/messages', { body: { number: wanted } });
			if (found.alerts.length > 0) return found;
		} catch (error) {
			if (!(error instanceof Problem && error.status === 422)) throw error;
		}
	}
	return call('post', '/api/messages', { body: { id: wanted } });
}

const eventKind = (event: string) =>
	/accepted|delivered|sent/.test(event) ? 'good' : /dead|rejected|failed|undeliverable|expired/.test(event) ? 'bad' : 'plain';

function Alert({ of }: { of: AlertTrace }) {
	const user = useUser();
	const [shown, setShown] = useState<string | null>(null);
	const unmask = async () => {
		const why = await askPerson({ title: t('unmask.title'), text: t('unmask.text'), yes: t('unmask.yes'), input: { label: t('word.why'), required: true } });
		if (why === null) return;
		try {
			const answer = await call('post', '/api/messages/number', { body: { entry: of.entry, why } });
			setShown(answer.number);
		} catch (error) {
			notify(reasonOf(error), 'bad');
		}
	};
	return (
		<li class="card">
			<div class="card-head">
				<h2 class="figures">{shown ?? of.number}</h2>
				{shown === null && may(user, 'messages.unmask') && <Act class="small" run={unmask}>{t('unmask.open')}</Act>}
			</div>
			<Facts rows={[
				[t('messages.template'), <a href={href('templates', of.template)}>{of.template}{of.template_version ? ` v${of.template_version}` : ''}</a>],
				[t('messages.id'), <code>{of.id}</code>],
				[t('messages.tenant'), of.tenant],
			]} />
			<ol class="timeline">
				{of.events.map((one, index) => (
					<li key={index}>
						<time class="figures" dateTime={new Date(one.at).toISOString()}>{full(one.at)}</time>
						<span>
							<Tag kind={eventKind(one.event)}>{word('event', one.event)}</Tag>
							{one.account && <> {one.account}</>}
							{one.segments ? <span class="faint"> {t('preview.segments', { count: number(one.segments) })}</span> : null}
							{one.attempt && one.attempt > 1 ? <span class="faint"> {t('messages.attempt', { count: one.attempt })}</span> : null}
							{one.reason && <span class="faint"> {reasonWords(one.reason)}</span>}
						</span>
					</li>
				))}
			</ol>
		</li>
	);
}

function Search({ first }: { first: string }) {
	const [text, setText] = useState(first);
	const [answer, setAnswer] = useState<MessagesAnswer | null>(null);
	const [error, setError] = useState<unknown>(null);
	const [busy, setBusy] = useState(false);
	const look = async () => {
		const wanted = text.trim();
		if (wanted === '') return;
		setBusy(true);
		setError(null);
		try {
			const found = await find(wanted);
			setAnswer(found);
			announce(t('messages.found', { count: number(found.alerts.length) }));
		} catch (reason) {
			setAnswer(null);
			setError(reason);
		}
		setBusy(false);
	};
	useEffect(() => {
		if (first) void look();
	}, []);
	return (
		<>
			<form class="filters" role="search" onSubmit={(event) => { event.preventDefault(); void look(); }}>
				<label class="search search-large">
					<span class="unseen">{t('messages.search')}</span>
					<input type="search" placeholder={t('messages.search')} value={text} onInput={(event) => setText(event.currentTarget.value)} />
				</label>
				<button type="submit" class="main">{t('messages.look')}</button>
			</form>
			{busy ? <Loading /> : error !== null ? <Failure error={error} permission="messages.read" /> : answer === null ? (
				<Empty title={t('messages.start')}>{t('messages.start.text')}</Empty>
			) : answer.alerts.length === 0 ? <Empty title={t('messages.none')}>{t('messages.none.text')}</Empty> : (
				<>
					{answer.incomplete && <div class="banner banner-warn">{t('messages.incomplete')}</div>}
					<ul class="plain-list">{answer.alerts.map((one) => <Alert key={one.entry} of={one} />)}</ul>
				</>
			)}
		</>
	);
}

export function MessagesPage({ first }: { first: string }) {
	return (
		<Page title={t('nav.messages')} note={<span class="faint">{t('messages.note')}</span>}>
			<Only permission="messages.read"><Search first={first} /></Only>
		</Page>
	);
}
