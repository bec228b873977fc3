// SPDX-License-Identifier: Apache-2.0
// The editor's page: loads template and settings, then holds the desk.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Problem } from '../api/client';
import { useLoad } from '../api/load';
import { useStream } from '../api/stream';
import type { ConfigAnswer, Template } from '../api/types';
import { t } from '../i18n';
import { guardLeaving, href } from '../route';
import { may, useUser } from '../session';
import { askPerson } from '../ui/dialog';
import { Page } from '../ui/page';
import { Act, StateTag } from '../ui/parts';
import { Failure, Forbidden, Loading } from '../ui/states';
import { useStore } from '../store';
import { Desk, docOf, type Doc } from './desk';
import { headValue, splitSource } from './header';
import { useLock } from './lock';
import { Banners, SaveLine } from './save_line';
import { submit } from './submit';
import { Workbench } from './workbench';

const blank: Doc = {
	variants: { 'zh-CN': '标题: \n类别: 通知\n时效: 12小时\n---\n' },
	samples: [],
	registrations: {},
	why: '',
};

function useLeaving(desk: Desk): void {
	useEffect(() => {
		const away = guardLeaving(async () => {
			if (await desk.flush()) return true;
			const answer = await askPerson({ title: t('leave.title'), text: t('leave.text'), yes: t('leave.yes'), no: t('leave.no'), danger: true });
			return answer !== null;
		});
		const warn = (event: BeforeUnloadEvent) => {
			if (!desk.isUnsaved()) return;
			event.preventDefault();
			event.returnValue = '';
		};
		window.addEventListener('beforeunload', warn);
		return () => {
			away();
			window.removeEventListener('beforeunload', warn);
			void desk.flush().then(() => desk.close());
		};
	}, [desk]);
}

interface OpenProps { name: string; template: Template | null; now: Template | null; reload: () => void; config: ConfigAnswer | null }

// template: as the page was opened with it; now: as it is.
function Open({ name, template, now, reload, config }: OpenProps) {
	const user = useUser();
	const mayEdit = may(user, 'templates.edit');
	const desk = useMemo(() => new Desk(name, user?.name ?? '', template, template?.live ? docOf({ ...template.live, why: '' }) : blank), []);
	const doc = useStore(desk.doc);
	const kept = useStore(desk.draft);
	// Whoever judges it changes its state, not its words.
	const draft = now?.draft && now.draft.revision === kept?.revision ? now.draft : kept;
	const { lock, takeOver } = useLock(name, mayEdit, () => desk.catchUp());
	const readOnly = !mayEdit || lock.kind === 'theirs';
	const base = useStore(desk.base);
	const isOld = now !== null && now.latest > base;
	useLeaving(desk);
	useEffect(() => desk.follow(now?.draft ?? null), [now]);
	useEffect(() => desk.save.subscribe(() => { if (desk.save.get().kind === 'outdated') reload(); }), [desk]);
	const first = doc.variants['zh-CN'] ?? Object.values(doc.variants)[0] ?? '';
	const title = headValue(splitSource(first).head, 'title') || name;
	return (
		<Page
			wide
			title={title}
			back={{ href: href('templates', name), text: template ? t('editor.back') : t('nav.templates') }}
			note={<>
				<code>{name}</code> {draft && <StateTag state={draft.state} at={draft.publish_at} />} <SaveLine desk={desk} />
			</>}
			actions={mayEdit && <Act run={() => submit(desk, name)} class="main" disabled={readOnly || isOld}>{t('submit.open')}</Act>}
		>
			<Banners desk={desk} draft={draft} template={now} lock={lock} takeOver={takeOver} />
			{!mayEdit && <Forbidden permission="templates.edit" />}
			<Workbench name={name} desk={desk} live={(now ?? template)?.live ?? null} config={config} readOnly={readOnly} />
		</Page>
	);
}

export function EditorPage({ name }: { name: string }) {
	const template = useLoad('/api/templates/{name}', { path: { name } });
	const config = useLoad('/api/config');
	useStream('/api/stream', { templates: template.reload });
	const [opened, setOpened] = useState<{ template: Template | null } | null>(null);
	useEffect(() => {
		if (opened) return;
		if (template.value) setOpened({ template: template.value });
		else if (template.error instanceof Problem && template.error.status === 404) setOpened({ template: null });
	}, [template.value, template.error]);
	if (!opened) {
		if (template.error && !(template.error instanceof Problem && template.error.status === 404)) return <Failure error={template.error} retry={template.reload} permission="templates.read" />;
		return <Loading />;
	}
	if (!config.value && !config.error) return <Loading />;
	return <Open name={name} template={opened.template} now={template.value} reload={template.reload} config={config.value} />;
}
