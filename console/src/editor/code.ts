// SPDX-License-Identifier: Apache-2.0
// The text part in CodeMirror. Whoever holds the source hears of each change, and when a composition begins and ends.
import { closeCompletion, startCompletion } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { Compartment, EditorSelection, EditorState, Transaction } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap, placeholder, type Tooltip } from '@codemirror/view';
import type { Fix, Mark } from '../api/types';
import { say, t } from '../i18n';
import { chips, marks, setMarks, setVariables, type Variable } from './chips';
import { completion } from './completion';
import { theme } from './theme';

export interface CodeEvents {
	onChange: (text: string) => void;
	onComposed: () => void;
	onFix: (fix: Fix, mark: Mark) => void;
}

export interface Code {
	view: EditorView;
	setText: (text: string) => void;
	setVariables: (list: Variable[]) => void;
	setMarks: (list: Mark[]) => void;
	setReadOnly: (readOnly: boolean, label: string, lang: string) => void;
	insertTag: (name: string, format: string) => void;
	wrapSection: (name: string) => void;
	select: (from: number, to: number) => void;
	offer: () => void;
	isComposing: () => boolean;
	destroy: () => void;
}

function hover(onFix: CodeEvents['onFix']) {
	return hoverTooltip((view, at): Tooltip | null => {
		const mark = view.state.field(marks).find((one) => one.from <= at && at <= Math.max(one.to, one.from + 1));
		if (!mark) return null;
		return {
			pos: mark.from,
			end: mark.to,
			above: true,
			create() {
				const dom = document.createElement('div');
				dom.className = 'hover';
				dom.textContent = say(mark.message);
				if (mark.fixes.length > 0 && !view.state.readOnly) dom.append(document.createElement('br'));
				for (const fix of view.state.readOnly ? [] : mark.fixes) {
					const button = document.createElement('button');
					button.type = 'button';
					button.textContent = say(fix.title);
					button.addEventListener('click', () => onFix(fix, mark));
					dom.append(button);
				}
				return { dom };
			},
		};
	}, { hoverTime: 200 });
}

// Only what differs is exchanged, so that cursor and history stay.
function exchange(view: EditorView, text: string): void {
	const now = view.state.doc.toString();
	if (now === text) return;
	let from = 0;
	while (from < now.length && from < text.length && now[from] === text[from]) from++;
	let tail = 0;
	while (tail < now.length - from && tail < text.length - from && now[now.length - 1 - tail] === text[text.length - 1 - tail]) tail++;
	view.dispatch({
		changes: { from, to: now.length - tail, insert: text.slice(from, text.length - tail) },
		annotations: Transaction.userEvent.of('set'),
	});
}

export function createCode(host: HTMLElement, text: string, events: CodeEvents): Code {
	const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
	const mode = new Compartment();
	const modeOf = (readOnly: boolean, label: string, lang: string) => [
		EditorState.readOnly.of(readOnly),
		EditorView.editable.of(!readOnly),
		EditorView.contentAttributes.of({ 'aria-label': label, lang, spellcheck: 'false', ...(readOnly ? { tabindex: '0' } : {}) }),
	];
	const view = new EditorView({
		root,
		parent: root,
		state: EditorState.create({
			doc: text,
			extensions: [
				mode.of(modeOf(false, '', 'zh-CN')),
				EditorState.lineSeparator.of('\n'),
				EditorView.lineWrapping,
				history(),
				keymap.of([{ key: 'Alt-v', run: startCompletion }, ...defaultKeymap, ...historyKeymap]),
				chips(),
				completion(),
				hover(events.onFix),
				placeholder(t('editor.placeholder')),
				theme,
				EditorView.updateListener.of((update) => {
					if (update.docChanged && !update.transactions.some((one) => one.isUserEvent('set'))) events.onChange(update.state.doc.toString());
				}),
				EditorView.domEventHandlers({ compositionend: () => void window.setTimeout(events.onComposed, 40) }),
			],
		}),
	});
	const put = (insert: string, cursor: number) => {
		const { from, to } = view.state.selection.main;
		view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + cursor }, scrollIntoView: true, userEvent: 'input' });
		view.focus();
	};
	return {
		view,
		setText: (next) => exchange(view, next),
		setVariables: (list) => view.dispatch({ effects: setVariables.of(list) }),
		setMarks: (list) => view.dispatch({ effects: setMarks.of(list) }),
		setReadOnly: (readOnly, label, lang) => view.dispatch({ effects: mode.reconfigure(modeOf(readOnly, label, lang)) }),
		insertTag: (name, format) => {
			const tag = `{{${name}${format ? `:${format}` : ''}}}`;
			put(tag, tag.length);
		},
		wrapSection: (name) => {
			const inner = view.state.sliceDoc(view.state.selection.main.from, view.state.selection.main.to) || `{{${name}}}`;
			put(`{{#${name}}}${inner}{{/${name}}}`, `{{#${name}}}${inner}`.length);
		},
		select: (from, to) => {
			const end = view.state.doc.length;
			view.dispatch({ selection: EditorSelection.single(Math.min(from, end), Math.min(to, end)), scrollIntoView: true });
			view.focus();
		},
		offer: () => {
			view.focus();
			closeCompletion(view);
			startCompletion(view);
		},
		isComposing: () => view.composing || view.compositionStarted,
		destroy: () => view.destroy(),
	};
}
