// SPDX-License-Identifier: Apache-2.0
// Named sets of values that are kept with the template, and what each must give. They are tried at each publishing.
import type { Param, PreviewText, SampleSet } from '../api/types';
import { t } from '../i18n';
import { Field, Tag } from '../ui/parts';
import { Empty } from '../ui/states';

interface SamplesProps {
	samples: SampleSet[];
	locale: string;
	params: Param[];
	previews: PreviewText[];
	readOnly: boolean;
	onChange: (samples: SampleSet[]) => void;
}

function freeName(samples: SampleSet[]): string {
	for (let index = samples.length + 1; ; index++) {
		const name = t('samples.name.new', { number: index });
		if (!samples.some((one) => one.name === name)) return name;
	}
}

export function Samples({ samples, locale, params, previews, readOnly, onChange }: SamplesProps) {
	const set = (index: number, patch: Partial<SampleSet>) => onChange(samples.map((one, at) => (at === index ? { ...one, ...patch } : one)));
	const add = () => {
		const values = Object.fromEntries(params.filter((one) => one.sample).map((one) => [one.name, one.sample!]));
		onChange([...samples, { name: freeName(samples), locale, params: values }]);
	};
	const here = samples.map((sample, index) => ({ sample, index })).filter(({ sample }) => sample.locale === locale);
	return (
		<div class="stack">
			<p class="hint">{t('samples.hint')}</p>
			{here.length === 0 && <Empty title={t('samples.empty')} />}
			{here.map(({ sample, index }) => {
				const preview = previews.find((one) => one.name === sample.name);
				return (
					<fieldset key={index} class="sample">
						<legend>{sample.name}</legend>
						<div class="grid-form">
							<Field label={t('samples.name')}>
								{(attributes) => <input {...attributes} value={sample.name} disabled={readOnly} onInput={(event) => set(index, { name: event.currentTarget.value })} />}
							</Field>
							{params.map((param) => (
								<Field key={param.name} label={param.label || param.name}>
									{(attributes) => (
										<input {...attributes} value={String(sample.params[param.name] ?? '')} disabled={readOnly} placeholder={param.sample} onInput={(event) => {
											const { [param.name]: _gone, ...rest } = sample.params;
											const value = event.currentTarget.value;
											set(index, { params: value === '' ? rest : { ...rest, [param.name]: value } });
										}} />
									)}
								</Field>
							))}
						</div>
						<Field label={t('samples.expect')} hint={t('samples.expect.hint')}>
							{(attributes) => (
								<textarea {...attributes} rows={2} value={sample.expect ?? ''} disabled={readOnly} onInput={(event) => {
									const { expect: _gone, ...rest } = sample;
									const value = event.currentTarget.value;
									onChange(samples.map((one, at) => (at === index ? (value === '' ? rest : { ...rest, expect: value }) : one)));
								}} />
							)}
						</Field>
						<div class="buttons-left">
							{preview?.as_expected !== undefined && <Tag kind={preview.as_expected ? 'good' : 'bad'}>{preview.as_expected ? t('preview.as_expected') : t('preview.not_expected')}</Tag>}
							<button type="button" class="small" disabled={readOnly || !preview || preview.problem !== null} onClick={() => preview && set(index, { expect: preview.text })}>{t('samples.keep')}</button>
							<button type="button" class="small" disabled={readOnly} onClick={() => onChange(samples.filter((_, at) => at !== index))}>{t('action.remove')}</button>
						</div>
					</fieldset>
				);
			})}
			<div><button type="button" disabled={readOnly} onClick={add}>＋ {t('samples.add')}</button></div>
		</div>
	);
}
