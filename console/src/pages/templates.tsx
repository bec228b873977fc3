// SPDX-License-Identifier: Apache-2.0
// All templates: what is sent and what fails first.
import { useState } from 'preact/hooks';
import { useLoad } from '../api/load';
import { useStream } from '../api/stream';
import type { TemplateRow, TemplatesAnswer } from '../api/types';
import { chineseFirst, language, number } from '../format';
import { t, word } from '../i18n';
import { go, href } from '../route';
import { may, useUser } from '../session';
import { Modal } from '../ui/dialog';
import { Page } from '../ui/page';
import { ClassTag, Field, Rows, StateTag, Tag, When } from '../ui/parts';
import { Await, Empty } from '../ui/states';

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

function NewTemplate({ names, onClose }: { names: string[]; onClose: () => void }) {
	const [name, setName] = useState('');
	const [wrong, setWrong] = useState<string | null>(null);
	const create = () => {
		if (!NAME.test(name)) setWrong(t('new.name.wrong'));
		else if (names.includes(name)) setWrong(t('new.name.taken'));
		else {
			onClose();
			go('templates', name, 'edit');
		}
	};
	return (
		<Modal label={t('new.title')} onClose={onClose}>
			<form noValidate onSubmit={(event) => { event.preventDefault(); create(); }}>
				<h2>{t('new.title')}</h2>
				<Field label={t('new.name')} hint={t('new.name.hint')} error={wrong}>
					{(attributes) => <input {...attributes} class="mono" autoFocus autoComplete="off" spellcheck={false} value={name} onInput={(event) => setName(event.currentTarget.value.trim())} />}
				</Field>
				<div class="buttons">
					<button type="button" onClick={onClose}>{t('action.cancel')}</button>
					<button type="submit" class="main">{t('new.yes')}</button>
				</div>
			</form>
		</Modal>
	);
}

export function Usage({ used }: { used: TemplateRow['used'] }) {
	if (!used) return <span class="faint">—</span>;
	return (
		<>
			<strong class="figures">{number(used.alerts_7d)}</strong>
			{used.failed_7d > 0 && <> <Tag kind="bad">{t('used.failed', { count: number(used.failed_7d) })}</Tag></>}
		</>
	);
}

function Row({ row }: { row: TemplateRow }) {
	return (
		<tr class={row.archived ? 'dim' : undefined}>
			<th scope="row">
				<a class="row-link" href={href('templates', row.name)}>
					<span class="row-title">{row.title || row.name}</span>
					<code>{row.name}</code>
				</a>
			</th>
			<td class="nowrap"><Usage used={row.used} /></td>
			<td>
				<div class="tags">
					{row.draft && <StateTag state={row.draft.state} at={row.draft.publish_at} />}
					{row.archived ? <Tag kind="plain">{t('templates.archived')}</Tag> : row.version === null ? <Tag kind="plain">{t('templates.unpublished')}</Tag> : !row.draft && <Tag kind="good">{t('templates.live')}</Tag>}
				</div>
			</td>
			<td><ClassTag of={row.class} /></td>
			<td>{chineseFirst(row.locales).map(language).join(' · ')}</td>
			<td class="nowrap">
				{row.version !== null && <>v{row.version} </>}
				{row.published_at ? <span class="faint"><When at={row.published_at} /> {row.published_by}</span> : null}
			</td>
		</tr>
	);
}

type Show = 'all' | 'draft' | 'failing' | 'archived';

function matches(row: TemplateRow, words: string[], show: Show): boolean {
	const text = `${row.name} ${row.title} ${word('class', row.class)}`.toLowerCase();
	if (!words.every((one) => text.includes(one))) return false;
	if (show === 'archived') return row.archived;
	if (show === 'draft') return row.draft !== null;
	if (show === 'failing') return (row.used?.failed_7d ?? 0) > 0;
	return !row.archived;
}

const byUse = (a: TemplateRow, b: TemplateRow) =>
	(b.used?.failed_7d ?? 0) - (a.used?.failed_7d ?? 0) || (b.used?.alerts_7d ?? 0) - (a.used?.alerts_7d ?? 0) || a.name.localeCompare(b.name);

function List({ answer }: { answer: TemplatesAnswer }) {
	const [search, setSearch] = useState('');
	const [show, setShow] = useState<Show>('all');
	const words = search.toLowerCase().split(/\s+/).filter(Boolean);
	const rows = answer.templates.filter((row) => matches(row, words, show)).sort(byUse);
	const behind = answer.gateways.filter((one) => one.turn < answer.turn);
	return (
		<>
			<div class="filters">
				<label class="search">
					<span class="unseen">{t('templates.search')}</span>
					<input type="search" placeholder={t('templates.search')} value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
				</label>
				<div class="choices" role="group" aria-label={t('templates.show')}>
					{(['all', 'draft', 'failing', 'archived'] as const).map((one) => (
						<button type="button" key={one} aria-pressed={show === one} onClick={() => setShow(one)}>{t(`templates.show.${one}`)}</button>
					))}
				</div>
				<span class="hint" role="status">{t('templates.count', { count: number(rows.length) })}</span>
			</div>
			{behind.length > 0 && <div class="banner banner-warn">{t('templates.behind', { names: behind.map((one) => one.instance).join(', ') })}</div>}
			{rows.length === 0 ? <Empty title={answer.templates.length === 0 ? t('templates.empty') : t('templates.nothing')} /> : (
				<Rows label={t('nav.templates')}>
					<table>
						<thead>
							<tr>{(['title', 'used', 'state', 'class', 'locales', 'version'] as const).map((one) => <th key={one} scope="col">{t(`templates.col.${one}`)}</th>)}</tr>
						</thead>
						<tbody>{rows.map((row) => <Row key={row.name} row={row} />)}</tbody>
					</table>
				</Rows>
			)}
		</>
	);
}

export function TemplatesPage() {
	const list = useLoad('/api/templates');
	const user = useUser();
	const [isNew, setNew] = useState(false);
	useStream('/api/stream', { templates: list.reload });
	return (
		<Page title={t('nav.templates')} wide actions={may(user, 'templates.edit') && <button type="button" class="main" onClick={() => setNew(true)}>＋ {t('new.title')}</button>}>
			<Await of={list} permission="templates.read">{(answer) => <List answer={answer} />}</Await>
			{isNew && <NewTemplate names={list.value?.templates.map((one) => one.name) ?? []} onClose={() => setNew(false)} />}
		</Page>
	);
}
