// SPDX-License-Identifier: Apache-2.0
// What will be published by itself, and when.
import { useLoad } from '../api/load';
import { useStream } from '../api/stream';
import type { TemplateRow } from '../api/types';
import { span } from '../format';
import { t } from '../i18n';
import { href } from '../route';
import { may, useUser } from '../session';
import { Page } from '../ui/page';
import { Act, Rows, useTick, When } from '../ui/parts';
import { Await, Empty } from '../ui/states';
import { unschedule } from './template_actions';

function Table({ rows, reload }: { rows: TemplateRow[]; reload: () => void }) {
	const user = useUser();
	const now = useTick(10);
	if (rows.length === 0) return <Empty title={t('schedule.empty')}>{t('schedule.empty.text')}</Empty>;
	return (
		<Rows label={t('nav.schedule')}>
			<table>
				<thead><tr><th scope="col">{t('schedule.when')}</th><th scope="col">{t('templates.col.title')}</th><th scope="col">{t('template.edited')}</th><th><span class="unseen">{t('publish.unschedule')}</span></th></tr></thead>
				<tbody>
					{rows.map((row) => (
						<tr key={row.name}>
							<td class="nowrap"><strong><When at={row.draft!.publish_at!} /></strong><div class="faint">{t('schedule.in', { span: span(Math.max(0, (row.draft!.publish_at! - now) / 1000)) })}</div></td>
							<th scope="row"><a class="row-link" href={href('templates', row.name)}><span class="row-title">{row.title || row.name}</span><code>{row.name}</code></a></th>
							<td><When at={row.draft!.edited_at} /> · {row.draft!.edited_by}</td>
							<td>{may(user, 'templates.publish') && <Act class="small" run={async () => { await unschedule(row.name); reload(); }}>{t('publish.unschedule')}</Act>}</td>
						</tr>
					))}
				</tbody>
			</table>
		</Rows>
	);
}

export function SchedulePage() {
	const list = useLoad('/api/templates');
	useStream('/api/stream', { templates: list.reload });
	const rows = (list.value?.templates ?? []).filter((row) => row.draft?.publish_at).sort((a, b) => a.draft!.publish_at! - b.draft!.publish_at!);
	return (
		<Page title={t('nav.schedule')}>
			<Await of={list} permission="templates.read">{() => <Table rows={rows} reload={list.reload} />}</Await>
		</Page>
	);
}
