// SPDX-License-Identifier: Apache-2.0
// The text part with its tools: a variable at the cursor, a section around what is chosen.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Fix, Mark } from '../api/types';
import { t, useTongue, word } from '../i18n';
import type { Variable } from './chips';
import { createCode, type Code } from './code';
import { formsFor } from './tags';

interface TextPartProps {
	text: string;
	lang: string;
	label: string;
	variables: Variable[];
	marks: Mark[];
	marksFor: string;
	readOnly: boolean;
	onChange: (text: string) => void;
	onComposed: () => void;
	onFix: (fix: Fix, mark: Mark) => void;
	codeRef: (code: Code | null) => void;
}

function Picker({ variables, lang, onInsert }: { variables: Variable[]; lang: string; onInsert: (name: string, format: string) => void }) {
	const tongue = useTongue();
	const box = useRef<HTMLDetailsElement>(null);
	const insert = (name: string, format: string) => {
		if (box.current) box.current.open = false;
		onInsert(name, format);
	};
	return (
		<details class="picker" ref={box} onKeyDown={(event) => {
			if (event.key !== 'Escape' || !box.current) return;
			box.current.open = false;
			box.current.querySelector('summary')?.focus();
		}}>
			<summary>＋ {t('editor.insert')}</summary>
			<ul>
				{variables.map((one) => (
					<li key={one.name}>
						<button type="button" onClick={() => insert(one.name, '')}>
							<span class="chip-look">{one.label}</span>
							<span class="faint">{word('type', one.type)} · {one.sample || one.name}</span>
						</button>
						{formsFor(one.type).map((form) => (
							<button type="button" class="small" key={form.en} onClick={() => insert(one.name, lang.startsWith('zh') ? form.zh : form.en)}>
								{form.looks[tongue]}
							</button>
						))}
					</li>
				))}
				{variables.length === 0 && <li class="faint">{t('param.empty')}</li>}
			</ul>
		</details>
	);
}

export function TextPart(props: TextPartProps) {
	const { text, lang, label, variables, marks, marksFor, readOnly } = props;
	const host = useRef<HTMLDivElement>(null);
	const [code, setCode] = useState<Code | null>(null);
	const latest = useRef(props);
	latest.current = props;
	useEffect(() => {
		const made = createCode(host.current!, text, {
			onChange: (next) => latest.current.onChange(next),
			onComposed: () => latest.current.onComposed(),
			onFix: (fix, mark) => latest.current.onFix(fix, mark),
		});
		setCode(made);
		props.codeRef(made);
		return () => {
			props.codeRef(null);
			made.destroy();
		};
	}, []);
	useEffect(() => code?.setReadOnly(readOnly, label, lang), [code, readOnly, label, lang]);
	const listed = JSON.stringify(variables);
	useEffect(() => code?.setVariables(variables), [code, listed]);
	useEffect(() => {
		if (code && !code.isComposing() && code.view.state.doc.toString() === marksFor) code.setMarks(marks);
	}, [code, marks, marksFor]);
	const optional = variables.filter((one) => one.optional);
	return (
		<div class="text-part">
			{!readOnly && (
				<div class="tools">
					<Picker variables={variables} lang={lang} onInsert={(name, format) => code?.insertTag(name, format)} />
					{optional.length > 0 && (
						<label class="tool-select">
							<span class="unseen">{t('editor.section')}</span>
							<select value="" onChange={(event) => {
								const name = event.currentTarget.value;
								event.currentTarget.value = '';
								if (name) code?.wrapSection(name);
							}}>
								<option value="">{t('editor.section')}</option>
								{optional.map((one) => <option key={one.name} value={one.name}>{t('editor.chip.if', { label: one.label })} …⟩</option>)}
							</select>
						</label>
					)}
					<span class="hint">{t('editor.keys')}</span>
				</div>
			)}
			<div class="code" ref={host} />
		</div>
	);
}
