// SPDX-License-Identifier: Apache-2.0
// Variables are offered behind “{{” and “@”, full-width signs too, by label or name.
import { autocompletion, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { t, word } from '../i18n';
import { variables, type Variable } from './chips';

function replaceWith(text: string) {
	return (view: EditorView, _completion: Completion, from: number, to: number) => {
		const behind = view.state.sliceDoc(to, to + 2);
		const end = behind === '}}' || behind === '｝｝' ? to + 2 : to;
		view.dispatch({ changes: { from, to: end, insert: text }, selection: { anchor: from + text.length }, userEvent: 'input.complete' });
	};
}

function optionsFor(variable: Variable, opening: string): Completion[] {
	const value: Completion = {
		label: `${opening}${variable.label}`,
		displayLabel: variable.label,
		detail: `${word('type', variable.type)} · ${variable.name}`,
		apply: replaceWith(`{{${variable.name}}}`),
		boost: 1,
	};
	const named: Completion = { ...value, label: `${opening}${variable.name}`, boost: 0 };
	const options = variable.name === variable.label ? [value] : [value, named];
	if (variable.optional) {
		options.push({
			label: `${opening}#${variable.label}`,
			displayLabel: t('editor.chip.if', { label: variable.label }),
			detail: t('editor.section.detail'),
			apply: replaceWith(`{{#${variable.name}}}{{${variable.name}}}{{/${variable.name}}}`),
			boost: -1,
		});
	}
	return options;
}

function offer(context: CompletionContext): CompletionResult | null {
	const known = context.state.field(variables);
	const found = context.matchBefore(/(\{\{|｛｛|@|＠)[^{}@\s]{0,30}/);
	if (!found && !context.explicit) return null;
	const from = found ? found.from : context.pos;
	const opening = found ? /^(\{\{|｛｛|@|＠)/.exec(found.text)![0] : '';
	// Both spellings of one variable are one row: the one that fits better.
	const typed = found ? found.text.slice(opening.length).toLowerCase() : '';
	const options = known.flatMap((variable) => {
		const all = optionsFor(variable, opening);
		const byName = all.find((one) => one.label === `${opening}${variable.name}`);
		const isByName = byName !== undefined && typed !== '' && !variable.label.toLowerCase().includes(typed) && variable.name.toLowerCase().includes(typed);
		return all.filter((one) => (one.label === `${opening}${variable.label}` || one === byName ? (isByName ? one === byName : one.label === `${opening}${variable.label}`) : true));
	});
	return { from, options, validFor: undefined };
}

export function completion(): Extension {
	return autocompletion({ override: [offer], icons: false, activateOnTypingDelay: 20, aboveCursor: false });
}
