// SPDX-License-Identifier: Apache-2.0
// One template: what is live, what is on its way, and what one may do with it.
import { useLoad } from '../api/load';
import { useStream } from '../api/stream';
import type { Draft, Template, Version } from '../api/types';
import { Compare } from '../editor/compare';
import { headValue, splitSource } from '../editor/header';
import { number } from '../format';
import { t, word } from '../i18n';
import { href } from '../route';
import { may, useUser } from '../session';
import { Page } from '../ui/page';
import { Act, ClassTag, Facts, StateTag, Tag, When } from '../ui/parts';
import { Await, Empty } from '../ui/states';
import { PreviewOf } from './preview_of';
import { isOutdated, Outdated } from './outdated';
import { commentWords, whyWords } from './server_words';
import { archive, discard, publishAt, publishNow, restore, unschedule } from './template_actions';

interface PartProps { template: Template; set: (next: Template) => void; reload: () => void; currency: string }

const sourceOf = (template: Template, former: Version | null) => {
	const variants = (template.live ?? template.draft ?? former)?.variants ?? {};
	return variants['zh-CN'] ?? Object.values(variants)[0] ?? '';
};

function DraftButtons({ template, draft, set, reload }: PartProps & { draft: Draft }) {
	const user = useUser();
	const { name } = template;
	const act = (work: () => Promise<Template | null>) => async () => {
		const next = await work();
		if (next) set(next);
		else reload();
	};
	return (
		<div class="buttons-left">
			{draft.state === 'review' && may(user, 'templates.review') && <a class="button main" href={href('review', name)}>{t('review.open')}</a>}
			{draft.state === 'approved' && may(user, 'templates.publish') && !isOutdated(template) && (
				<>
					<Act class="main" run={act(() => publishNow(name, draft))}>{t('publish.now')}</Act>
					<Act run={act(() => publishAt(name, draft))}>{t('publish.at')}</Act>
				</>
			)}
			{draft.state === 'approved' && !may(user, 'templates.publish') && <span class="hint">{t('publish.who')}</span>}
			{draft.state === 'scheduled' && may(user, 'templates.publish') && (
				<>
					{!isOutdated(template) && <Act run={act(() => publishNow(name, draft))}>{t('publish.now')}</Act>}
					<Act run={act(() => unschedule(name))}>{t('publish.unschedule')}</Act>
				</>
			)}
			{may(user, 'templates.edit') && <a class="button" href={href('templates', name, 'edit')}>{t('editor.continue')}</a>}
			{may(user, 'templates.edit') && <Act class="quiet" run={async () => { await discard(name, draft); reload(); }}>{t('discard.open')}</Act>}
		</div>
	);
}

function DraftPart(props: PartProps & { draft: Draft }) {
	const { template, draft } = props;
	return (
		<section class="card card-draft">
			<div class="card-head"><h2>{t('template.draft')}</h2><StateTag state={draft.state} at={draft.publish_at} /></div>
			<Facts rows={[
				[t('template.edited'), <><When at={draft.edited_at} /> · {draft.edited_by}</>],
				[t('word.why'), draft.why],
				[t('template.submitted'), draft.submitted_at ? <><When at={draft.submitted_at} /> · {draft.submitted_by}</> : null],
				[t('template.approved'), draft.approved_at ? <><When at={draft.approved_at} /> · {draft.approved_by}</> : null],
				[t('review.comment'), commentWords(draft.comment)],
			]} />
			<Outdated template={template} />
			<DraftButtons {...props} />
			<details>
				<summary>{t('part.compare')}</summary>
				<Compare before={template.live?.variants ?? {}} after={draft.variants} beforeName={template.live ? t('compare.live', { version: template.live.version }) : t('compare.none')} afterName={t('compare.draft')} />
			</details>
		</section>
	);
}

function UsedPart({ used }: { used: Template['used'] }) {
	if (!used) return null;
	return (
		<dl class="figures-row">
			<div><dt>{t('used.alerts')}</dt><dd>{number(used.alerts_7d)}</dd></div>
			<div><dt>{t('used.accepted')}</dt><dd>{number(used.accepted_7d)}</dd></div>
			<div class={used.failed_7d > 0 ? 'figure-bad' : ''}><dt>{t('used.failures')}</dt><dd>{number(used.failed_7d)}</dd></div>
			{used.routes.length > 0 && <div><dt>{t('used.routes')}</dt><dd class="figure-text">{used.routes.join(' · ')}</dd></div>}
		</dl>
	);
}

// former: the version that was live when the template was archived.
function Whole({ template, former, set, reload, currency }: PartProps & { former: Version | null }) {
	const { live, draft, archived, lock } = template;
	const shown = live ?? former;
	const registrations = Object.entries(shown?.registrations ?? {});
	return (
		<>
			{archived && <div class="banner"><p>{t('archive.since', { who: archived.by })} <When at={archived.at} /> · {archived.why}</p></div>}
			{lock && <div class="banner" role="status">{t('lock.theirs', { who: lock.display || lock.user })}</div>}
			<UsedPart used={template.used} />
			{draft && <DraftPart template={template} draft={draft} set={set} reload={reload} currency={currency} />}
			<section class="card">
				<div class="card-head"><h2>{archived && !live ? t('template.last') : t('template.live')}</h2>{shown && <Tag kind={live ? 'good' : 'plain'}>v{shown.version}</Tag>}</div>
				{shown ? (
					<>
						<Facts rows={[
							[t('template.published'), <><When at={shown.at} />{shown.by ? ` · ${shown.by}` : ''}{shown.approved_by ? ` · ${t('template.approved')} ${shown.approved_by}` : ''}</>],
							[t('template.authors'), shown.authors?.join(' · ')],
							[t('word.kind'), word('kind', shown.kind)],
							[t('word.why'), whyWords(shown)],
							...registrations.map(([account, row]): [string, string] => [account, [row.signature, row.template].filter(Boolean).join(' · ')]),
						]} />
						<PreviewOf name={template.name} variants={shown.variants} currency={currency} only={['typical']} />
					</>
				) : !archived && <Empty title={t('template.never')} />}
			</section>
		</>
	);
}

export function TemplatePage({ name }: { name: string }) {
	const template = useLoad('/api/templates/{name}', { path: { name } });
	const config = useLoad('/api/config');
	const user = useUser();
	const value = template.value;
	useStream('/api/stream', { templates: template.reload });
	const last = value?.archived && !value.live ? value.archived.version : null;
	const former = useLoad(last === null ? null : '/api/templates/{name}/versions/{version}', { path: { name, version: last ?? 0 } });
	const source = value ? sourceOf(value, former.value) : '';
	const title = headValue(splitSource(source).head, 'title') || name;
	const change = async (work: () => Promise<Template | null>) => {
		const next = await work();
		if (next) template.set(next);
	};
	return (
		<Page
			title={title}
			back={{ href: href('templates'), text: t('nav.templates') }}
			note={<><code>{name}</code> {source && <ClassTag of={headValue(splitSource(source).head, 'class')} />}</>}
			actions={value && (
				<>
					{may(user, 'templates.edit') && !value.archived && <a class="button main" href={href('templates', name, 'edit')}>{value.draft ? t('editor.continue') : t('editor.open')}</a>}
					<a class="button" href={href('templates', name, 'history')}>{t('history.title')}</a>
					{may(user, 'templates.publish') && value.live && !value.archived && <Act class="quiet" run={() => change(() => archive(name))}>{t('archive.open')}</Act>}
					{may(user, 'templates.publish') && value.archived && <Act run={() => change(() => restore(name))}>{t('restore.open')}</Act>}
				</>
			)}
		>
			<Await of={template} permission="templates.read">
				{(one) => <Whole template={one} former={last === null ? null : former.value} set={template.set} reload={template.reload} currency={config.value?.currency ?? 'CNY'} />}
			</Await>
		</Page>
	);
}
