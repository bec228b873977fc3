// SPDX-License-Identifier: Apache-2.0
// Small things that many pages show.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import type { DraftState } from '../api/types';
import { full, moment } from '../format';
import { t, word } from '../i18n';

export const When = ({ at }: { at: number }) => (
	<time dateTime={new Date(at).toISOString()} title={full(at)}>{moment(at)}</time>
);

export function Tag({ kind, children }: { kind: 'good' | 'busy' | 'warn' | 'bad' | 'plain'; children: ComponentChildren }) {
	return <span class={`tag tag-${kind}`}>{children}</span>;
}

const stateKinds: Record<DraftState, 'busy' | 'warn' | 'good'> = { draft: 'warn', review: 'busy', approved: 'good', scheduled: 'good' };

export const StateTag = ({ state, at }: { state: DraftState; at?: number | null }) => (
	<Tag kind={stateKinds[state]}>
		{word('draft', state)}
		{at ? <> · {moment(at)}</> : null}
	</Tag>
);

const classKinds: Record<string, 'bad' | 'plain' | 'busy'> = { critical: 'bad', notice: 'plain', marketing: 'busy' };
export const ClassTag = ({ of }: { of: string }) => <Tag kind={classKinds[of] ?? 'plain'}>{word('class', of)}</Tag>;

interface FieldProps {
	label: string;
	hint?: ComponentChildren;
	error?: string | null;
	children: (attributes: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }) => ComponentChildren;
}

// A label with its control, a hint below, and what is wrong.
export function Field({ label, hint, error, children }: FieldProps) {
	const id = useId();
	const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined;
	return (
		<div class="field">
			<label for={id}>{label}</label>
			{children({ id, 'aria-describedby': described, 'aria-invalid': error ? true : undefined })}
			{hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
			{error && <p class="wrong" id={`${id}-error`}>{error}</p>}
		</div>
	);
}

// As a ref: takes the focus when it comes. The browser's own autofocus is for dialogs, and for what stands from the start.
export const focusIt = (element: HTMLElement | null) => element?.focus();

// A button that shows that its work is on its way and can't be pressed twice.
export function Act({ run, children, ...rest }: { run: () => Promise<unknown> } & Omit<JSX.IntrinsicElements['button'], 'onClick'>) {
	const [busy, setBusy] = useState(false);
	const press = async () => {
		if (busy) return;
		setBusy(true);
		try {
			await run();
		} finally {
			setBusy(false);
		}
	};
	return (
		<button
			type="button" {...rest} aria-busy={busy}
			onClick={(event) => {
				event.preventDefault(); // a form's own button: Enter in a field presses it, and it is done once
				void press();
			}}
		>
			{children}
		</button>
	);
}

// A field whose text is tidied where it is kept: while somebody is in it, it shows what was typed.
export function RawInput({ value, onText, ...rest }: { value: string; onText: (text: string) => void } & Omit<JSX.IntrinsicElements['input'], 'value' | 'onInput' | 'onBlur'>) {
	const [typed, setTyped] = useState<string | null>(null);
	return (
		<input
			{...rest} value={typed ?? value} onBlur={() => setTyped(null)}
			onInput={(event) => {
				setTyped(event.currentTarget.value);
				onText(event.currentTarget.value);
			}}
		/>
	);
}

// Draws anew each so many seconds: ages and countdowns.
export function useTick(seconds: number): number {
	const [now, setNow] = useState(Date.now());
	useEffect(() => {
		const timer = window.setInterval(() => setNow(Date.now()), seconds * 1000);
		return () => window.clearInterval(timer);
	}, [seconds]);
	return now;
}

export function Facts({ rows }: { rows: [string, ComponentChildren][] }) {
	return (
		<dl class="facts">
			{rows.filter(([, value]) => value !== null && value !== undefined && value !== '').map(([name, value]) => (
				<div key={name}>
					<dt>{name}</dt>
					<dd>{value}</dd>
				</div>
			))}
		</dl>
	);
}

export const Rows = ({ label, children }: { label: string; children: ComponentChildren }) => (
	<div class="rows" tabIndex={0} role="region" aria-label={label}>{children}</div>
);

export const none = () => <span class="faint">{t('word.none')}</span>;
