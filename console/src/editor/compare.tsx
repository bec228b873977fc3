// SPDX-License-Identifier: Apache-2.0
// Two versions of all languages beside each other, with what changed marked in the text.
import type { Variants } from '../api/types';
import { language } from '../format';
import { t } from '../i18n';
import { Empty } from '../ui/states';
import { Pieces } from './phone';

interface CompareProps { before: Variants; after: Variants; beforeName: string; afterName: string }

export function Compare({ before, after, beforeName, afterName }: CompareProps) {
	const locales = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
	const changed = locales.filter((locale) => (before[locale] ?? '') !== (after[locale] ?? ''));
	if (changed.length === 0) return <Empty title={t('compare.same')} />;
	return (
		<div class="stack compare">
			<p class="hint">
				<del>{beforeName}</del> → <ins>{afterName}</ins>
			</p>
			{changed.map((locale) => (
				<section key={locale}>
					<h3>{language(locale)}</h3>
					<pre class="source" lang={locale} tabIndex={0} aria-label={`${t('compare.title')} · ${language(locale)}`}><Pieces before={before[locale] ?? ''} after={after[locale] ?? ''} /></pre>
				</section>
			))}
		</div>
	);
}
