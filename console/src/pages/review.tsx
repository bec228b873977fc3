// SPDX-License-Identifier: Apache-2.0
// Drafts that wait for a second person: what changed, how it will look, yes or no.
import { useLoad } from '../api/load';
import { useStream } from '../api/stream';
import type { Draft, Template, TemplateRow } from '../api/types';
import { Compare } from '../editor/compare';
import { t } from '../i18n';
import { href } from '../route';
import { may, useUser } from '../session';
import { Page } from '../ui/page';
import { Act, Facts, Rows, StateTag, When } from '../ui/parts';
import { Await, Empty } from '../ui/states';
import { whoMay } from '../ui/roles';
import { isOutdated, Outdated } from './outdated';
import { PreviewOf } from './preview_of';
import { commentWords } from './server_words';
import { approve, publishAt, publishNow, reject } from './template_actions';

function Queue({ rows }: { rows: TemplateRow[] }) {
	if (rows.length === 0) return <Empty title={t('review.empty')}>{t('review.empty.text')}</Empty>;
	return (
		<Rows label={t('nav.review')}>
			<table>
				<thead><tr><th scope="col">{t('templates.col.title')}</th><th scope="col">{t('templates.col.state')}</th><th scope="col">{t('template.edited')}</th></tr></thead>
				<tbody>
					{rows.map((row) => (
						<tr key={row.name}>
							<th scope="row"><a class="row-link" href={href('review', row.name)}><span class="row-title">{row.title || row.name}</span><code>{row.name}</code></a></th>
							<td><StateTag state={row.draft!.state} at={row.draft!.publish_at} /></td>
							<td><When at={row.draft!.edited_at} /> · {row.draft!.edited_by}</td>
						</tr>
					))}
				</tbody>
			</table>
		</Rows>
	);
}

function QueuePage() {
	const list = useLoad('/api/templates');
	useStream('/api/stream', { templates: list.reload });
	return (
		<Page title={t('nav.review')} note={<span class="faint">{t('review.rule')}</span>}>
			<Await of={list} permission="templates.read">
				{({ templates }) => <Queue rows={templates.filter((row) => row.draft?.state === 'review' || row.draft?.state === 'approved')} />}
			</Await>
		</Page>
	);
}

interface DecisionProps { template: Template; draft: Draft; set: (next: Template) => void; reload: () => void }

function Decision({ template, draft, set, reload }: DecisionProps) {
	const user = useUser()!;
	const { name } = template;
	const isOld = isOutdated(template);
	const isOwn = draft.authors.includes(user.name);
	const act = (work: () => Promise<Template | null>) => async () => {
		const next = await work();
		if (next) set(next);
		else reload();
	};
	if (draft.state === 'draft') return <p class="banner">{t('review.not_yet')}</p>;
	if (draft.state === 'scheduled') return null;
	if (draft.state === 'approved' && isOld) return null;
	if (draft.state === 'approved') {
		return may(user, 'templates.publish') ? (
			<div class="buttons-left">
				<Act class="main" run={act(() => publishNow(name, draft))}>{t('publish.now')}</Act>
				<Act run={act(() => publishAt(name, draft))}>{t('publish.at')}</Act>
			</div>
		) : <p class="hint">{t('publish.who')}</p>;
	}
	if (!may(user, 'templates.review')) return <p class="banner">{t('review.who', { roles: whoMay('templates.review') })}</p>;
	if (isOwn) return <p class="banner banner-warn">{t('review.own')}</p>;
	return (
		<div class="buttons-left">
			{!isOld && <Act class="main" run={act(() => approve(name, draft))}>{t('review.approve')}</Act>}
			<Act class="danger" run={act(() => reject(name, draft))}>{t('review.reject')}</Act>
		</div>
	);
}

function One({ template, set, reload }: { template: Template; set: (next: Template) => void; reload: () => void }) {
	const config = useLoad('/api/config');
	const { draft, live, name } = template;
	if (!draft) {
		return <Empty title={t('review.done')}><a href={href('templates', name)}>{t('editor.back')}</a></Empty>;
	}
	return (
		<>
			<section class="card card-draft">
				<div class="card-head"><h2>{t('template.draft')}</h2><StateTag state={draft.state} at={draft.publish_at} /></div>
				<Facts rows={[
					[t('word.why'), draft.why],
					[t('template.authors'), draft.authors.join(' · ')],
					[t('template.submitted'), draft.submitted_at ? <><When at={draft.submitted_at} /> · {draft.submitted_by}</> : null],
					[t('template.approved'), draft.approved_at ? <><When at={draft.approved_at} /> · {draft.approved_by}</> : null],
					[t('review.comment'), commentWords(draft.comment)],
				]} />
				<Outdated template={template} />
				<Decision template={template} draft={draft} set={set} reload={reload} />
			</section>
			<section class="card">
				<h2>{t('compare.title')}</h2>
				<Compare before={live?.variants ?? {}} after={draft.variants} beforeName={live ? t('compare.live', { version: live.version }) : t('compare.none')} afterName={t('compare.draft')} />
			</section>
			<section class="card">
				<h2>{t('preview.title')}</h2>
				<PreviewOf name={name} variants={draft.variants} samples={draft.samples} currency={config.value?.currency ?? 'CNY'} problems />
			</section>
		</>
	);
}

function OnePage({ name }: { name: string }) {
	const template = useLoad('/api/templates/{name}', { path: { name } });
	useStream('/api/stream', { templates: template.reload });
	return (
		<Page title={t('review.of', { name })} back={{ href: href('review'), text: t('nav.review') }}>
			<Await of={template} permission="templates.read">{(one) => <One template={one} set={template.set} reload={template.reload} />}</Await>
		</Page>
	);
}

export const ReviewPage = ({ name }: { name?: string }) => (name ? <OnePage name={name} /> : <QueuePage />);
