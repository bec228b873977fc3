// SPDX-License-Identifier: Apache-2.0
// Whether the server has what is written, and what to do where it has not.
import { useEffect } from 'preact/hooks';
import type { Draft } from '../api/types';
import { clock, moment } from '../format';
import { t } from '../i18n';
import { useStore } from '../store';
import { announce } from '../ui/live';
import { Act, When } from '../ui/parts';
import { reasonOf } from '../ui/states';
import { Compare } from './compare';
import type { Desk, SaveState } from './desk';
import type { LockState } from './lock';

function words(save: SaveState): string {
	switch (save.kind) {
		case 'dirty': return t('save.dirty');
		case 'saving': return t('save.saving');
		case 'saved': return t('save.saved', { time: clock(save.at) });
		case 'offline': return t('save.offline');
		case 'refused': return t('save.refused');
		case 'conflict': return t('save.conflict');
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

export function Banners({ desk, lock, takeOver }: { desk: Desk; lock: LockState; takeOver: () => Promise<void> }) {
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
