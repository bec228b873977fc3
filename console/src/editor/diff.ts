// SPDX-License-Identifier: Apache-2.0
// What changed between two texts, word by word: a Chinese character is a word, a tag is one, and a line end.

export interface Piece { kind: 'same' | 'gone' | 'new'; text: string }

const WORD = /\{\{[^{}]*\}\}|[A-Za-z0-9_]+(?:[.,:][0-9]+)*|\r?\n|[^\S\n]+|[\uD800-\uDBFF][\uDC00-\uDFFF]|[\s\S]/g;
// Beyond this the middle is shown as one change.
const WORK_MAX = 4_000_000;

const wordsOf = (text: string): string[] => text.match(WORD) ?? [];

function push(pieces: Piece[], kind: Piece['kind'], text: string): void {
	if (text === '') return;
	const last = pieces[pieces.length - 1];
	if (last && last.kind === kind) last.text += text;
	else pieces.push({ kind, text });
}

// The longest common subsequence, by the table of lengths from the ends.
function middle(before: string[], after: string[], pieces: Piece[]): void {
	const columns = after.length + 1;
	if (before.length * after.length > WORK_MAX) {
		push(pieces, 'gone', before.join(''));
		push(pieces, 'new', after.join(''));
		return;
	}
	const length = new Uint32Array((before.length + 1) * columns);
	for (let i = before.length - 1; i >= 0; i--) {
		for (let j = after.length - 1; j >= 0; j--) {
			length[i * columns + j] = before[i] === after[j]
				? length[(i + 1) * columns + j + 1]! + 1
				: Math.max(length[(i + 1) * columns + j]!, length[i * columns + j + 1]!);
		}
	}
	let i = 0;
	let j = 0;
	let gone = '';
	let fresh = '';
	const flush = () => {
		push(pieces, 'gone', gone);
		push(pieces, 'new', fresh);
		gone = '';
		fresh = '';
	};
	while (i < before.length || j < after.length) {
		if (i < before.length && j < after.length && before[i] === after[j]) {
			flush();
			push(pieces, 'same', before[i]!);
			i++;
			j++;
		} else if (j >= after.length || (i < before.length && length[(i + 1) * columns + j]! >= length[i * columns + j + 1]!)) {
			gone += before[i++];
		} else {
			fresh += after[j++];
		}
	}
	flush();
}

export function diff(before: string, after: string): Piece[] {
	const a = wordsOf(before);
	const b = wordsOf(after);
	let head = 0;
	while (head < a.length && head < b.length && a[head] === b[head]) head++;
	let tail = 0;
	while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
	const pieces: Piece[] = [];
	push(pieces, 'same', a.slice(0, head).join(''));
	middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail), pieces);
	push(pieces, 'same', a.slice(a.length - tail).join(''));
	return pieces;
}
