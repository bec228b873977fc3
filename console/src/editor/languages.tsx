// SPDX-License-Identifier: Apache-2.0
// The languages of a template as tabs, by arrow keys too.
import { useRef } from 'preact/hooks';
import { language } from '../format';
import { t } from '../i18n';
import { Act } from '../ui/parts';

interface TabsProps<T extends string> {
	label: string;
	tabs: { key: T; text: string; count?: number }[];
	chosen: T;
	onChoose: (key: T) => void;
	panel: string;
	children?: preact.ComponentChildren;
}

export function Tabs<T extends string>({ label, tabs, chosen, onChoose, panel, children }: TabsProps<T>) {
	const list = useRef<HTMLDivElement>(null);
	const move = (event: KeyboardEvent) => {
		const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
		if (step === 0) return;
		event.preventDefault();
		const at = (tabs.findIndex((one) => one.key === chosen) + step + tabs.length) % tabs.length;
		onChoose(tabs[at]!.key);
		list.current?.querySelectorAll<HTMLElement>('[role=tab]')[at]?.focus();
	};
	return (
		<div class="tabs-row">
			<div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
				{tabs.map((one) => (
					<button type="button" role="tab" key={one.key} id={`${panel}-tab-${one.key}`} aria-selected={one.key === chosen} aria-controls={panel} tabIndex={one.key === chosen ? 0 : -1} onClick={() => onChoose(one.key)}>
						{one.text}
						{one.count ? <span class="count">{one.count}</span> : null}
					</button>
				))}
			</div>
			{children}
		</div>
	);
}

const offered = ['zh-CN', 'en', 'zh-TW', 'ko', 'ja', 'ru', 'mn', 'ug', 'bo'];

interface LanguagesProps {
	locales: string[];
	chosen: string;
	onChoose: (locale: string) => void;
	onAdd: (locale: string) => void;
	onRemove: (locale: string) => Promise<void>;
	readOnly: boolean;
}

export function Languages({ locales, chosen, onChoose, onAdd, onRemove, readOnly }: LanguagesProps) {
	return (
		<Tabs label={t('editor.languages')} panel="text-panel" chosen={chosen} onChoose={onChoose} tabs={locales.map((one) => ({ key: one, text: language(one) }))}>
			{!readOnly && (
				<label class="tool-select">
					<span class="unseen">{t('editor.languages.add')}</span>
					<select value="" onChange={(event) => {
						const next = event.currentTarget.value;
						event.currentTarget.value = '';
						if (next) onAdd(next);
					}}>
						<option value="">＋ {t('editor.languages.add')}</option>
						{offered.filter((one) => !locales.includes(one)).map((one) => <option key={one} value={one}>{language(one)}</option>)}
					</select>
				</label>
			)}
			{!readOnly && locales.length > 1 && <Act class="small quiet" run={() => onRemove(chosen)}>{t('editor.languages.remove', { language: language(chosen) })}</Act>}
		</Tabs>
	);
}
