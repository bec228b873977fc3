// SPDX-License-Identifier: Apache-2.0
// A draft that was begun before the newest version was published: it goes nowhere before somebody has compared the two.
import type { Template } from '../api/types';
import { t } from '../i18n';
import { href } from '../route';
import { may, useUser } from '../session';

export const isOutdated = ({ draft, latest }: Template): boolean => draft !== null && draft.base !== latest;

export function Outdated({ template }: { template: Template }) {
	const user = useUser();
	if (!isOutdated(template)) return null;
	return (
		<div class="banner banner-warn" role="status">
			<p>{t('outdated.waits', { version: template.latest })}</p>
			{may(user, 'templates.edit') && <a class="button" href={href('templates', template.name, 'edit')}>{t('editor.continue')}</a>}
		</div>
	);
}
