// SPDX-License-Identifier: Apache-2.0
// Tags of the text are shown as chips with the label that people know, and are taken as one. While an input method composes,
// nothing is drawn anew: what it writes into would be torn out of its hands.
import { StateEffect, StateField, type EditorState, type Extension, type Range } from '@codemirror/state';
import { Decoration, EditorView, ViewPlugin, WidgetType, type DecorationSet, type ViewUpdate } from '@codemirror/view';
import type { Mark } from '../api/types';
import { t } from '../i18n';
import { tagsOf, type Tag } from './tags';

export interface Variable { name: string; label: string; type: string; sample: string; optional: boolean }

export const setVariables = StateEffect.define<Variable[]>();
export const setMarks = StateEffect.define<Mark[]>();
export const drawAnew = StateEffect.define<null>();

export const variables = StateField.define<Variable[]>({
	create: () => [],
	update(value, transaction) {
		for (const effect of transaction.effects) if (effect.is(setVariables)) return effect.value;
		return value;
	},
});

// The server's marks; they move with the text until the next ones come.
export const marks = StateField.define<Mark[]>({
	create: () => [],
	update(value, transaction) {
		for (const effect of transaction.effects) if (effect.is(setMarks)) return effect.value;
		if (!transaction.docChanged || value.length === 0) return value;
		return value.map((mark) => ({
			...mark,
			from: transaction.changes.mapPos(mark.from, 1),
			to: Math.max(transaction.changes.mapPos(mark.from, 1), transaction.changes.mapPos(mark.to, -1)),
		}));
	},
});

export const variableFor = (state: EditorState, name: string) =>
	state.field(variables).find((one) => one.name === name || one.label === name);

class Chip extends WidgetType {
	constructor(
		readonly tag: Tag,
		readonly label: string,
		readonly look: string,
	) {
		super();
	}

	override eq(other: Chip): boolean {
		return other.label === this.label && other.look === this.look && other.tag.kind === this.tag.kind && other.tag.name === this.tag.name;
	}

	override toDOM(): HTMLElement {
		const chip = document.createElement('span');
		chip.className = `chip chip-${this.tag.kind} ${this.look}`;
		chip.textContent = this.label;
		chip.title = this.tag.kind === 'remark' ? this.tag.name : `{{${this.tag.name}}}`;
		return chip;
	}

	override ignoreEvent(): boolean {
		return false;
	}
}

function labelOf(tag: Tag, variable: Variable | undefined): string {
	const label = variable?.label || tag.name;
	switch (tag.kind) {
		case 'if': return t('editor.chip.if', { label });
		case 'unless': return t('editor.chip.unless', { label });
		case 'end': return '⟩';
		case 'remark': return `✎ ${tag.name}`;
		default: return tag.format ? `${label} · ${tag.format}` : label;
	}
}

function lookOf(state: EditorState, tag: Tag, isKnown: boolean): string {
	const touching = state.field(marks).filter((mark) => mark.from < tag.to && mark.to > tag.from);
	if (touching.some((mark) => mark.severity === 'error') || (!isKnown && tag.kind !== 'remark' && state.field(variables).length > 0)) return 'chip-bad';
	return touching.length > 0 ? 'chip-warn' : '';
}

interface Drawn { chips: DecorationSet; all: DecorationSet }

function draw(state: EditorState): Drawn {
	const chips: Range<Decoration>[] = [];
	const rest: Range<Decoration>[] = [];
	const open: Tag[] = [];
	const tags = tagsOf(state.doc.toString());
	for (const tag of tags) {
		const variable = variableFor(state, tag.name);
		const widget = new Chip(tag, labelOf(tag, variable), lookOf(state, tag, variable !== undefined));
		chips.push(Decoration.replace({ widget }).range(tag.from, tag.to));
		if (tag.kind === 'if' || tag.kind === 'unless') open.push(tag);
		if (tag.kind === 'end') {
			const begin = open.pop();
			if (begin && begin.to < tag.from) rest.push(Decoration.mark({ class: 'section' }).range(begin.to, tag.from));
		}
	}
	for (const mark of state.field(marks)) {
		const to = Math.min(mark.to, state.doc.length);
		if (mark.from < to) rest.push(Decoration.mark({ class: `marked marked-${mark.severity}` }).range(mark.from, to));
	}
	return { chips: Decoration.set(chips, true), all: Decoration.set([...chips, ...rest], true) };
}

class Chips {
	drawn: Drawn;
	isStale = false;

	constructor(view: EditorView) {
		this.drawn = draw(view.state);
	}

	update(update: ViewUpdate): void {
		const asked = update.transactions.some((one) => one.effects.some((effect) => effect.is(setVariables) || effect.is(setMarks) || effect.is(drawAnew)));
		if (!update.docChanged && !asked && !this.isStale) return;
		if (update.view.composing) {
			this.isStale = true;
			this.drawn = { chips: this.drawn.chips.map(update.changes), all: this.drawn.all.map(update.changes) };
			return;
		}
		this.isStale = false;
		this.drawn = draw(update.state);
	}
}

export function chips(): Extension {
	const plugin = ViewPlugin.fromClass(Chips, { decorations: (chip) => chip.drawn.all });
	return [
		variables,
		marks,
		plugin,
		EditorView.atomicRanges.of((view) => view.plugin(plugin)?.drawn.chips ?? Decoration.none),
		EditorView.domEventHandlers({
			compositionend(_event, view) {
				window.setTimeout(() => {
					if (view.dom.isConnected && !view.composing) view.dispatch({ effects: drawAnew.of(null) });
				}, 30);
			},
		}),
	];
}
