// SPDX-License-Identifier: Apache-2.0
// The header lines as a form.
import { useState } from 'preact/hooks';
import { t, word } from '../i18n';
import { Field, RawInput } from '../ui/parts';
import { headValue, readAge, readHead, setHeadValue, writeAge, type AgeUnit } from './header';

export interface HeadProps { head: string; onChange: (head: string) => void; readOnly: boolean }

function AgeField({ head, onChange, readOnly }: HeadProps) {
	const age = readAge(headValue(head, 'max_age'));
	const [unit, setUnit] = useState<AgeUnit>(age?.unit ?? 'h');
	const set = (count: string, next: AgeUnit) => {
		setUnit(next);
		const value = Number.parseInt(count, 10);
		onChange(setHeadValue(head, 'max_age', value > 0 ? writeAge(value, next, readHead(head).isChinese) : ''));
	};
	const shown = age?.unit ?? unit;
	return (
		<Field label={t('head.max_age')} hint={t('head.max_age.hint')}>
			{(attributes) => (
				<div class="joined">
					<input {...attributes} type="number" min={1} max={31536000} disabled={readOnly} value={age ? String(age.count) : ''} placeholder={t('word.none')} onInput={(event) => set(event.currentTarget.value, shown)} />
					<select aria-label={t('head.max_age.unit')} disabled={readOnly} value={shown} onChange={(event) => set(String(age?.count ?? ''), event.currentTarget.value as AgeUnit)}>
						{(['s', 'm', 'h', 'd'] as const).map((one) => <option key={one} value={one}>{word('unit', one)}</option>)}
					</select>
				</div>
			)}
		</Field>
	);
}

export function HeadForm({ head, onChange, readOnly, signature }: HeadProps & { signature: string }) {
	const write = (key: Parameters<typeof setHeadValue>[1]) => (text: string) => onChange(setHeadValue(head, key, text));
	const set = (key: Parameters<typeof setHeadValue>[1]) => (event: Event) => write(key)((event.currentTarget as HTMLInputElement).value);
	const own = headValue(head, 'signature');
	return (
		<div class="grid-form">
			<Field label={t('head.title')} hint={t('head.title.hint')}>
				{(attributes) => <RawInput {...attributes} disabled={readOnly} value={headValue(head, 'title')} onText={write('title')} />}
			</Field>
			<Field label={t('head.class')} hint={word('class.hint', headValue(head, 'class') || 'notice')}>
				{(attributes) => (
					<select {...attributes} disabled={readOnly} value={headValue(head, 'class')} onChange={set('class')}>
						{['', 'critical', 'notice', 'marketing'].map((one) => (one || !headValue(head, 'class')) && <option key={one} value={one}>{one ? word('class', one) : '—'}</option>)}
					</select>
				)}
			</Field>
			<AgeField head={head} onChange={onChange} readOnly={readOnly} />
			<Field label={t('head.signature')} hint={t('head.signature.hint')}>
				{(attributes) => (
					<div class="joined">
						<select aria-label={t('head.signature.kind')} disabled={readOnly} value={own === '' ? 'common' : own === 'none' ? 'none' : 'own'} onChange={(event) => {
							const next = event.currentTarget.value;
							onChange(setHeadValue(head, 'signature', next === 'common' ? '' : next === 'none' ? 'none' : signature || '…'));
						}}>
							<option value="common">{t('head.signature.common')}</option>
							<option value="own">{t('head.signature.own')}</option>
							<option value="none">{t('head.signature.none')}</option>
						</select>
						<RawInput {...attributes} maxLength={22} disabled={readOnly || own === '' || own === 'none'} value={own === 'none' ? '' : own} placeholder={own === 'none' ? '' : signature} onText={write('signature')} />
					</div>
				)}
			</Field>
			<Field label={t('head.on_unknown')} hint={t('head.on_unknown.hint')}>
				{(attributes) => (
					<select {...attributes} disabled={readOnly} value={headValue(head, 'on_unknown')} onChange={set('on_unknown')}>
						<option value="">{t('head.on_unknown.class')}</option>
						<option value="resend">{t('head.on_unknown.resend')}</option>
						<option value="hold">{t('head.on_unknown.hold')}</option>
					</select>
				)}
			</Field>
			<Field label={t('head.note')}>
				{(attributes) => <RawInput {...attributes} disabled={readOnly} value={headValue(head, 'note')} onText={write('note')} />}
			</Field>
		</div>
	);
}
