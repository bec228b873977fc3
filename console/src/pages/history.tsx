// SPDX-License-Identifier: Apache-2.0
// Every version that ever was: who, when, from where, why; any two compared; back to one of them.
import { useState } from 'preact/hooks';
import { useLoad } from '../api/load';
import type { VersionRow } from '../api/types';
import { Compare } from '../editor/compare';
import { t, word } from '../i18n';
import { href } from '../route';
import { may, useUser } from '../session';
import { Page } from '../ui/page';
import { Act, Rows, Tag, When } from '../ui/parts';
import { Await, Empty } from '../ui/states';
import { whyWords } from './server_words';
import { rollback } from './template_actions';

function Two({ name, before, after }: { name: string; before: number; after: number }) {
	const one = useLoad('/api/templates/{name}/versions/{version}', { path: { name, version: before } });
	const two = useLoad('/api/templates/{name}/versions/{version}', { path: { name, version: after } });
	return (
		<section class="card" aria-live="polite">
			<h2>{t('history.compare', { before, after })}</h2>
			<Await of={one}>{(a) => <Await of={two}>{(b) => <Compare before={a.variants} after={b.variants} beforeName={`v${before}`} afterName={`v${after}`} />}</Await>}</Await>
		</section>
	);
}

function Table({ name, live, versions, reload }: { name: string; live: number | null; versions: VersionRow[]; reload: () => void }) {
	const user = useUser();
	const newest = versions[0]!.version;
	const [before, setBefore] = useState(versions[1]?.version ?? newest);
	const [after, setAfter] = useState(newest);
	return (
		<>
			<Rows label={t('history.title')}>
				<table>
					<thead>
						<tr>
							<th scope="col">{t('history.version')}</th>
							<th scope="col">{t('history.when')}</th>
							<th scope="col">{t('history.who')}</th>
							<th scope="col">{t('word.why')}</th>
							<th scope="col">{t('history.old')}</th>
							<th scope="col">{t('history.new')}</th>
							<th><span class="unseen">{t('rollback.open')}</span></th>
						</tr>
					</thead>
					<tbody>
						{versions.map((one) => (
							<tr key={one.version}>
								<th scope="row" class="nowrap">v{one.version} {one.version === live && <Tag kind="good">{t('templates.live')}</Tag>}</th>
								<td class="nowrap"><When at={one.at} /><div class="faint">{word('kind', one.kind)}{one.from ? ` ← v${one.from}` : ''}</div></td>
								<td>{one.authors && one.authors.length > 0 && <div>{t('template.authors')} {one.authors.join(' · ')}</div>}{one.by}{one.approved_by ? <div class="faint">{t('template.approved')} {one.approved_by}</div> : null}<div class="faint mono">{one.address}</div></td>
								<td>{whyWords(one)}</td>
								<td><input type="radio" name="before" aria-label={`${t('history.old')} v${one.version}`} checked={before === one.version} onChange={() => setBefore(one.version)} /></td>
								<td><input type="radio" name="after" aria-label={`${t('history.new')} v${one.version}`} checked={after === one.version} onChange={() => setAfter(one.version)} /></td>
								<td>
									{live !== null && one.version !== live && may(user, 'templates.publish') && (
										<Act class="small" run={async () => { if (await rollback(name, one.version, one.at)) reload(); }} aria-label={`${t('rollback.open')} v${one.version}`}>{t('rollback.open')}</Act>
									)}
								</td>
							</tr>
						))}
					</tbody>
				</table>
			</Rows>
			{before !== after && <Two key={`${before}-${after}`} name={name} before={before} after={after} />}
		</>
	);
}

export function HistoryPage({ name }: { name: string }) {
	const list = useLoad('/api/templates/{name}/versions', { path: { name } });
	const template = useLoad('/api/templates/{name}', { path: { name } });
	const reload = () => {
		list.reload();
		template.reload();
	};
	return (
		<Page title={t('history.of', { name })} back={{ href: href('templates', name), text: t('editor.back') }}>
			<Await of={list} permission="templates.read">
				{({ versions }) => versions.length === 0 ? <Empty title={t('template.never')} /> : <Table key={versions[0]!.version} name={name} live={template.value?.live?.version ?? null} versions={versions} reload={reload} />}
			</Await>
		</Page>
	);
}
