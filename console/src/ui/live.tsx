// SPDX-License-Identifier: Apache-2.0
// What a screen reader is told, and short notices at the edge of the page.
import { createStore, useStore } from '../store';

const spoken = createStore('');
export interface Notice { text: string; kind: 'good' | 'bad'; at: number }
const notice = createStore<Notice | null>(null);
let timer = 0;

export function announce(text: string): void {
	spoken.set(spoken.get() === text ? `${text}\u00A0` : text);
}

export function notify(text: string, kind: 'good' | 'bad' = 'good'): void {
	notice.set({ text, kind, at: Date.now() });
	window.clearTimeout(timer);
	timer = window.setTimeout(() => notice.set(null), kind === 'good' ? 5000 : 12000);
}

export function LiveRegions() {
	const text = useStore(spoken);
	const shown = useStore(notice);
	return (
		<>
			<div class="unseen" role="status" aria-live="polite">{text}</div>
			<div class="notices" role="status" aria-live="polite">
				{shown && (
					<div class={`notice notice-${shown.kind}`}>
						<span>{shown.text}</span>
						<button type="button" class="quiet" onClick={() => notice.set(null)} aria-label="×">×</button>
					</div>
				)}
			</div>
		</>
	);
}
