// SPDX-License-Identifier: Apache-2.0
// How a stored text looks on a phone, language for language.
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api/client';
import type { PreviewAnswer, SampleSet, Variants } from '../api/types';
import { Phone } from '../editor/phone';
import { Problems } from '../editor/problems';
import { chineseFirst, language } from '../format';
import { t } from '../i18n';
import { Failure, Loading } from '../ui/states';

interface PreviewProps { name: string; variants: Variants; samples?: SampleSet[]; currency: string; only?: string[]; problems?: boolean }

function One({ name, locale, source, samples, currency, only, problems }: Omit<PreviewProps, 'variants' | 'samples'> & { locale: string; source: string; samples: SampleSet[] }) {
	const [answer, setAnswer] = useState<PreviewAnswer | null>(null);
	const [error, setError] = useState<unknown>(null);
	useEffect(() => {
		const abort = new AbortController();
		call('post', '/api/preview', { body: { name, locale, source, samples }, signal: abort.signal })
			.then(setAnswer)
			.catch((reason: unknown) => {
				if (!abort.signal.aborted) setError(reason);
			});
		return () => abort.abort();
	}, [name, locale, source]);
	return (
		<section class="preview-of">
			<h3>{language(locale)}</h3>
			{error !== null ? <Failure error={error} /> : answer === null ? <Loading /> : (
				<>
					<Phone previews={only ? answer.previews.filter((one) => only.includes(one.name)) : answer.previews} currency={currency} lang={locale} />
					{answer.previews.length === 0 && <p class="state-text">{t('preview.none')}</p>}
					{problems && <Problems marks={answer.marks} readOnly onShow={() => undefined} onFix={() => undefined} />}
				</>
			)}
		</section>
	);
}

export function PreviewOf({ variants, samples = [], ...rest }: PreviewProps) {
	const locales = chineseFirst(Object.keys(variants));
	return (
		<div class="previews">
			{locales.map((locale) => <One key={locale} {...rest} locale={locale} source={variants[locale]!} samples={samples.filter((one) => one.locale === locale)} />)}
		</div>
	);
}
