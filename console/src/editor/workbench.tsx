// SPDX-License-Identifier: Apache-2.0
// Text, preview and all that belongs to it: one source per language is the truth, and each part writes into it.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { onWayBack } from '../api/client';
import type { ConfigAnswer, Fix, Mark, Version } from '../api/types';
import { chineseFirst, language } from '../format';
import { t } from '../i18n';
import { may, useUser } from '../session';
import { useStore } from '../store';
import { askPerson } from '../ui/dialog';
import { Field } from '../ui/parts';
import { reasonOf } from '../ui/states';
import type { Variable } from './chips';
import type { Code } from './code';
import { Compare } from './compare';
import type { Desk } from './desk';
import { HeadForm } from './head_form';
import { lastEnd, setHeadValue, splitSource, withoutLastEnd } from './header';
import { readParams } from './header_params';
import { Languages, Tabs } from './languages';
import { ParamTable } from './param_table';
import { Phone } from './phone';
import { Previewer, type Shown } from './previewer';
import { Problems } from './problems';
import { RegistrationTable } from './registrations';
import { Samples } from './samples';
import { TestSend } from './test_send';
import { TextPart } from './text_part';

type Part = 'params' | 'head' | 'samples' | 'test' | 'registration' | 'compare' | 'source';

interface WorkbenchProps { name: string; desk: Desk; live: Version | null; config: ConfigAnswer | null; readOnly: boolean }

const variablesOf = (head: string): Variable[] =>
	readParams(head).filter((row) => row.name).map(({ name, label, type, sample, optional }) => ({ name, label: label || name, type, sample, optional }));

// A new language begins with the header of the one that is there, its text is to be written.
function newVariant(from: string): string {
	const { head } = splitSource(from);
	return setHeadValue(head || 'class: notice\n---\n', 'signature', '');
}

function usePreview(name: string, locale: string, source: string, desk: Desk, tenant: string, code: { current: Code | null }) {
	const previewer = useMemo(() => new Previewer(), []);
	const { samples } = useStore(desk.doc);
	const [turn, setTurn] = useState(0);
	const here = samples.filter((one) => one.locale === locale);
	const listed = JSON.stringify(here);
	useEffect(() => () => previewer.stop(), []);
	const ask = () => {
		if (code.current?.isComposing()) return;
		setTurn(previewer.ask({ name, locale, source, samples: here, tenant }));
	};
	useEffect(ask, [locale, source, listed, tenant]);
	// What could not be had is asked for again once there is a way: nothing changes in the text meanwhile.
	const latest = useRef(ask);
	latest.current = ask;
	useEffect(() => onWayBack(() => {
		if (previewer.isBehind()) latest.current();
	}), []);
	const shown = useStore(previewer.shown);
	return { shown, error: useStore(previewer.error), turn, ask };
}

// What is typed goes into the source, and what changes the source otherwise (a repair, the other's version) into the editor, both
// at once: a text that came a moment later would take back what has been typed since.
function useFollowing(desk: Desk, locale: string, code: { current: Code | null }) {
	const isTyped = useRef(false);
	const settle = () => {
		if (isTyped.current || !code.current || code.current.isComposing()) return;
		code.current.setText(withoutLastEnd(splitSource(desk.doc.get().variants[locale] ?? '').body));
	};
	useEffect(() => desk.doc.subscribe(settle), [desk, locale]);
	const typed = (next: string) => {
		isTyped.current = true;
		const now = splitSource(desk.doc.get().variants[locale] ?? '');
		desk.setVariant(locale, now.head + next + lastEnd(now.body));
		isTyped.current = false;
	};
	return { typed, settle };
}

export function Workbench({ name, desk, live, config, readOnly }: WorkbenchProps) {
	const doc = useStore(desk.doc);
	const user = useUser();
	const locales = chineseFirst(Object.keys(doc.variants));
	const [chosen, setLocale] = useState(locales[0] ?? 'zh-CN');
	const locale = doc.variants[chosen] === undefined ? locales[0] ?? 'zh-CN' : chosen;
	const [part, setPart] = useState<Part>('params');
	const [tenant, setTenant] = useState('');
	const code = useRef<Code | null>(null);
	const source = doc.variants[locale] ?? '';
	const { head, body, hasRule } = splitSource(source);
	const { shown, error, turn, ask } = usePreview(name, locale, source, desk, tenant, code);
	const current = shown && shown.question.locale === locale ? shown : null;
	const answer = current?.answer ?? null;
	const lastGood = useRef<Shown | null>(null);
	if (current && current.answer.previews.length > 0) lastGood.current = current;
	const good = lastGood.current?.question.locale === locale ? lastGood.current : null;
	const isFresh = current?.question.source === source;
	const setSource = (next: string) => desk.setVariant(locale, next);
	const { typed, settle } = useFollowing(desk, locale, code);

	const shownHead = current ? splitSource(current.question.source).head.length : 0;
	const bodyMarks = useMemo(
		() => (answer?.marks ?? []).filter((mark) => mark.from >= shownHead).map((mark) => ({ ...mark, from: mark.from - shownHead, to: mark.to - shownHead })),
		[answer, shownHead],
	);
	const fix = (one: Fix) => {
		const now = desk.doc.get().variants[locale] ?? '';
		if (!current || now !== current.question.source) return;
		setSource(now.slice(0, one.from) + one.insert + now.slice(one.to));
		code.current?.view.focus();
	};
	const show = (mark: Mark) => {
		if (mark.from >= head.length && hasRule) {
			code.current?.select(mark.from - head.length, mark.to - head.length);
		} else {
			setPart(/^(变量|参数|param)/.test(source.slice(source.lastIndexOf('\n', mark.from) + 1)) ? 'params' : 'head');
		}
	};
	const addLanguage = (next: string) => {
		desk.setVariant(next, newVariant(source));
		setLocale(next);
	};
	const removeLanguage = async (gone: string) => {
		const sure = await askPerson({ title: t('editor.languages.remove', { language: language(gone) }), text: t('editor.languages.remove.text'), yes: t('action.remove'), danger: true });
		if (sure === null) return;
		const now = desk.doc.get();
		const { [gone]: _text, ...variants } = now.variants;
		desk.change({ variants, samples: now.samples.filter((one) => one.locale !== gone) });
	};
	const signature = config?.tenants.find((one) => one.name === tenant)?.signature ?? config?.signature ?? '';
	const here = doc.samples.filter((one) => one.locale === locale);
	const failing = (answer?.previews ?? []).filter((one) => one.as_expected === false || (one.problem && here.some((sample) => sample.name === one.name))).length;
	const errors = (answer?.marks ?? []).filter((mark) => mark.severity === 'error').length;
	const tabs: { key: Part; text: string; count?: number }[] = [
		{ key: 'params', text: t('part.params') },
		{ key: 'head', text: t('part.head') },
		{ key: 'samples', text: t('part.samples'), count: failing },
		...(may(user, 'templates.test') ? [{ key: 'test' as const, text: t('part.test') }] : []),
		{ key: 'registration', text: t('part.registration') },
		{ key: 'compare', text: t('part.compare') },
		{ key: 'source', text: t('part.source') },
	];
	return (
		<div class="workbench">
			<div class="workbench-main">
				<Languages locales={locales} chosen={locale} onChoose={setLocale} onAdd={addLanguage} onRemove={removeLanguage} readOnly={readOnly} />
				<div id="text-panel" role="tabpanel" aria-labelledby={`text-panel-tab-${locale}`}>
					<TextPart
						key={locale}
						text={withoutLastEnd(body)}
						lang={locale}
						label={`${t('editor.text')} · ${language(locale)}`}
						variables={variablesOf(head)}
						marks={bodyMarks}
						marksFor={current ? withoutLastEnd(current.question.source.slice(shownHead)) : ''}
						readOnly={readOnly}
						onChange={typed}
						onComposed={() => {
							settle();
							ask();
						}}
						onFix={(one, mark) => fix(answer?.marks.find((other) => other.kind === mark.kind && other.from === mark.from + shownHead)?.fixes.find((other) => other.insert === one.insert) ?? one)}
						codeRef={(made) => { code.current = made; }}
					/>
					{answer && <Problems marks={answer.marks} readOnly={readOnly || !isFresh} onShow={show} onFix={fix} />}
				</div>
				<Tabs label={t('part.label')} panel="part-panel" chosen={part} onChoose={setPart} tabs={tabs} />
				<div id="part-panel" class="card" role="tabpanel" aria-labelledby={`part-panel-tab-${part}`}>
					{part === 'params' && <ParamTable head={head} readOnly={readOnly} onChange={(next) => setSource(next + body)} />}
					{part === 'head' && <HeadForm head={head} readOnly={readOnly} signature={signature} onChange={(next) => setSource(next + body)} />}
					{part === 'samples' && <Samples samples={doc.samples} locale={locale} params={answer?.header?.params ?? []} previews={answer?.previews ?? []} readOnly={readOnly} onChange={(samples) => desk.change({ samples })} />}
					{part === 'test' && <TestSend name={name} locale={locale} source={source} params={answer?.header?.params ?? []} samples={doc.samples} isReady={errors === 0 && answer !== null} />}
					{part === 'registration' && <RegistrationTable of={doc.registrations} accounts={config?.accounts ?? []} readOnly={readOnly} onChange={(registrations) => desk.change({ registrations })} />}
					{part === 'compare' && <Compare before={live?.variants ?? {}} after={doc.variants} beforeName={live ? t('compare.live', { version: live.version }) : t('compare.none')} afterName={t('compare.draft')} />}
					{part === 'source' && (
						<Field label={t('part.source')} hint={t('source.hint')}>
							{(attributes) => <textarea {...attributes} class="mono source-edit" rows={Math.min(24, source.split('\n').length + 2)} spellcheck={false} disabled={readOnly} value={source} onInput={(event) => setSource(event.currentTarget.value)} />}
						</Field>
					)}
				</div>
			</div>
			<aside class="workbench-side" aria-label={t('preview.title')}>
				<div class="side-head">
					<h2>{t('preview.title')}</h2>
					{config && config.tenants.length > 0 && (
						<label class="tool-select">
							<span class="unseen">{t('preview.tenant')}</span>
							<select value={tenant} onChange={(event) => setTenant(event.currentTarget.value)}>
								<option value="">{t('preview.tenant.none')}</option>
								{config.tenants.map((one) => <option key={one.name} value={one.name}>{one.name}</option>)}
							</select>
						</label>
					)}
				</div>
				{error !== null && <p class="wrong" role="alert">{reasonOf(error)}</p>}
				{answer && answer.previews.length === 0 && <p class="state-text">{t('preview.none')}</p>}
				{good && (
					<div class={good.answer === answer ? undefined : 'stale'}>
						<Phone previews={good.answer.previews} currency={config?.currency ?? 'CNY'} lang={locale} turn={good.turn} />
					</div>
				)}
				<div class="unseen" data-asked={turn} data-shown={current?.turn ?? 0} />
			</aside>
		</div>
	);
}

