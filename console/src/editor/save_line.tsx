// SPDX-License-Identifier: Apache-2.0
// Whether the server has what is written, and what to do where it has not.
import { useEffect } from 'preact/hooks';
import type { Draft, Template } from '../api/types';
import { clock, moment } from '../format';
import { t } from '../i18n';
import { useStore } from '../store';
import { commentWords } from '../pages/server_words';
import { announce } from '../ui/live';
import { Act, When } from '../ui/parts';
import { reasonOf } from '../ui/states';
import { Compare } from './compare';
import { docOf, type Desk, type SaveState } from './desk';
import type { LockState } from './lock';

function words(save: SaveState): string {
	switch (save.kind) {
		case 'dirty': return t('save.dirty');
		case 'saving': return t('save.saving');
		case 'saved': return t('save.saved', { time: clock(save.at) });
		case 'offline': return t('save.offline');
		case 'refused': return t('save.refused');
		case 'conflict': return t('save.conflict');
		case 'outdated': return t('save.outdated');
		case 'locked': return t('save.locked');
		default: return '';
	}
}

export function SaveLine({ desk }: { desk: Desk }) {
	const save = useStore(desk.save);
	const text = words(save);
	useEffect(() => {
		if (save.kind !== 'dirty' && save.kind !== 'saving' && text) announce(text);
	}, [text]);
	return <span class={`save save-${save.kind}`} data-save={save.kind}>{text}</span>;
}

function Conflict({ desk, theirs }: { desk: Desk; theirs: Draft | null }) {
	const mine = desk.doc.get();
	return (
		<div class="banner banner-warn" role="alert">
			<h2>{t('conflict.title')}</h2>
			<p>{theirs ? t('conflict.text', { who: theirs.edited_by, time: moment(theirs.edited_at) }) : t('conflict.gone')}</p>
			{theirs && <Compare before={theirs.variants} after={mine.variants} beforeName={t('conflict.theirs')} afterName={t('conflict.mine')} />}
			<div class="buttons-left">
				<button type="button" onClick={() => desk.keepMine(theirs)}>{t('conflict.keep')}</button>
				{theirs && <button type="button" onClick={() => desk.takeTheirs(theirs)}>{t('conflict.take')}</button>}
			</div>
		</div>
	);
}

// Another version was published since the draft was begun: by a colleague's roll back, by the schedule, or from files.
function Outdated({ desk, template }: { desk: Desk; template: Template }) {
	const { live, latest } = template;
	const mine = useStore(desk.doc);
	const takeLive = () => {
		if (live) desk.change({ variants: docOf(live).variants });
		desk.rebase(latest);
	};
	return (
		<div class="banner banner-warn" role="alert">
			<h2>{t('outdated.title', { version: latest })}</h2>
			<p>{t('outdated.text')}</p>
			<Compare before={live?.variants ?? {}} after={mine.variants} beforeName={live ? t('compare.live', { version: live.version }) : t('compare.none')} afterName={t('conflict.mine')} />
			<div class="buttons-left">
				<button type="button" onClick={() => desk.rebase(latest)}>{t('outdated.keep', { version: latest })}</button>
				{live && <button type="button" onClick={takeLive}>{t('outdated.take')}</button>}
			</div>
		</div>
	);
}

interface BannersProps { desk: Desk; draft: Draft | null; template: Template | null; lock: LockState; takeOver: () => Promise<void> }

export function Banners({ desk, draft, template, lock, takeOver }: BannersProps) {
	const base = useStore(desk.base);
	const save = useStore(desk.save);
	const backup = useStore(desk.backup);
	return (
		<>
			{lock.kind === 'theirs' && (
				<div class="banner banner-warn" role="alert">
					<p>
						{t('lock.theirs', { who: lock.lock?.display || lock.lock?.user || '' })}{' '}
						{lock.lock && <span class="faint">{t('lock.since')} <When at={lock.lock.since} /></span>}
					</p>
					<Act run={async () => { await takeOver(); desk.unlocked(); }}>{t('lock.take')}</Act>
				</div>
			)}
			{backup && (
				<div class="banner" role="status">
					<p>{t('backup.found', { time: moment(backup.at) })}</p>
					<div class="buttons-left">
						<button type="button" onClick={() => desk.restore(backup)}>{t('backup.restore')}</button>
						<button type="button" class="quiet" onClick={() => desk.dropBackup()}>{t('backup.drop')}</button>
					</div>
				</div>
			)}
			{draft?.state === 'draft' && draft.comment && (
				<div class="banner" role="status">
					<p><strong>{draft.submitted_at ? t('review.returned') : t('review.comment')}</strong>：{commentWords(draft.comment)}</p>
				</div>
			)}
			{template && template.latest > base && lock.kind !== 'theirs' && <Outdated desk={desk} template={template} />}
			{save.kind === 'conflict' && <Conflict desk={desk} theirs={save.theirs} />}
			{save.kind === 'refused' && (
				<div class="banner banner-bad" role="alert">
					<p>{t('save.refused')}：{reasonOf(save.error)}</p>
					<Act run={() => desk.flush()}>{t('action.again')}</Act>
				</div>
			)}
		</>
	);
}
