// SPDX-License-Identifier: Apache-2.0
// How the text part looks. The editor lives in a shadow root, where its styles are constructed style sheets: a strict
// Content-Security-Policy admits no style elements.
import { EditorView } from '@codemirror/view';

export const theme = EditorView.theme({
	'&': { color: 'var(--ink)', backgroundColor: 'var(--surface)', fontSize: '17px', borderRadius: 'var(--round)' },
	'&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '1px' },
	'.cm-scroller': { fontFamily: 'var(--font)', lineHeight: '2', minHeight: '9.5em', maxHeight: '24em', overflow: 'auto' },
	// As high as its frame: a click below the last line is one into the text.
	'.cm-content': { padding: '12px 0', caretColor: 'var(--ink)', minHeight: '9.5em', boxSizing: 'border-box' },
	'.cm-line': { padding: '0 16px' },
	'.cm-placeholder': { color: 'var(--faint)' },
	'.cm-cursor': { borderLeftColor: 'var(--ink)', borderLeftWidth: '2px' },
	'.chip': {
		display: 'inline-block', padding: '0 8px', margin: '0 1px', borderRadius: '7px', lineHeight: '1.6', fontSize: '15px', cursor: 'default',
		color: 'var(--chip-ink)', backgroundColor: 'var(--chip)', boxShadow: 'inset 0 0 0 1px var(--chip-line)', whiteSpace: 'nowrap',
	},
	'.chip-if, .chip-unless, .chip-end': { color: 'var(--section-ink)', backgroundColor: 'var(--section)', boxShadow: 'inset 0 0 0 1px var(--section-line)' },
	'.chip-remark': { color: 'var(--soft)', backgroundColor: 'transparent', boxShadow: 'inset 0 0 0 1px var(--line)' },
	'.chip-warn': { boxShadow: 'inset 0 0 0 1.5px var(--warn)' },
	'.chip-bad': { color: 'var(--bad)', backgroundColor: 'var(--bad-ground)', boxShadow: 'inset 0 0 0 1.5px var(--bad)' },
	'.section': { backgroundColor: 'var(--section-ground)', borderRadius: '4px' },
	'.marked': { textDecorationLine: 'underline', textDecorationStyle: 'wavy', textDecorationThickness: '1.5px', textUnderlineOffset: '5px' },
	'.marked-error': { textDecorationColor: 'var(--bad)', backgroundColor: 'var(--bad-ground)' },
	'.marked-warning': { textDecorationColor: 'var(--warn)', backgroundColor: 'var(--warn-ground)' },
	'.marked-cost': { textDecorationStyle: 'dotted', textDecorationColor: 'var(--cost)', backgroundColor: 'var(--cost-ground)' },
	'.cm-tooltip': {
		backgroundColor: 'var(--raised)', color: 'var(--ink)', border: '1px solid var(--line)', borderRadius: 'var(--round)', boxShadow: 'var(--shadow)', overflow: 'hidden',
	},
	'.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font)', maxHeight: '18em', minWidth: '15em' },
	'.cm-tooltip-autocomplete ul li': { padding: '6px 12px !important', lineHeight: '1.4 !important' },
	'.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent) !important', color: 'var(--accent-ink) !important' },
	'.cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail': { color: 'var(--accent-ink)' },
	'.cm-completionDetail': { color: 'var(--soft)', fontStyle: 'normal', marginLeft: '1em', fontSize: '13px' },
	'.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600' },
	'.hover': { padding: '10px 14px', maxWidth: '26em', fontSize: '14px', lineHeight: '1.5' },
	'.hover button': {
		font: 'inherit', marginTop: '8px', marginRight: '8px', padding: '3px 10px', borderRadius: '6px', border: '1px solid var(--line-strong)', color: 'var(--ink)',
		backgroundColor: 'var(--surface)', cursor: 'pointer',
	},
});
