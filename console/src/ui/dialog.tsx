// SPDX-License-Identifier: Apache-2.0
// Questions to the person: a native dialog, one at a time, answered by a promise.
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { createStore, useStore } from '../store';
import { Field } from './parts';

export interface Question {
	title: string;
	text?: ComponentChildren;
	yes: string;
	no?: string | null; // null: there is nothing to decide
	danger?: boolean;
	// A line of text that is asked for.
	input?: { label: string; hint?: string; required?: boolean; value?: string; type?: 'text' | 'datetime-local'; min?: string };
}

const open = createStore<{ question: Question; answer: (value: string | null) => void } | null>(null);

// The text that was given (empty where none was asked for), or null where the person thought better of it.
export function askPerson(question: Question): Promise<string | null> {
	open.get()?.answer(null);
	return new Promise((resolve) => open.set({ question, answer: resolve }));
}

// What has the focus, also within a shadow root, where the editor's text lives.
function focused(): Element | null {
	let element = document.activeElement;
	while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
	return element;
}

export function Modal({ label, onClose, children, className }: { label: string; onClose?: () => void; children: ComponentChildren; className?: string }) {
	const box = useRef<HTMLDialogElement>(null);
	const isLeft = useRef(false);
	useLayoutEffect(() => {
		const before = focused();
		const dialog = box.current;
		dialog?.showModal();
		return () => {
			isLeft.current = true;
			dialog?.close(); // while it is open nothing else takes the focus
			if (before instanceof HTMLElement && before.isConnected) before.focus();
		};
	}, []);
	return (
		<dialog
			ref={box}
			class={className}
			aria-label={label}
			onCancel={(event) => {
				event.preventDefault();
				onClose?.();
			}}
			onClose={() => {
				// A second Escape closes a dialog whatever the first was answered; this one has to stay.
				if (!isLeft.current && !onClose) box.current?.showModal();
				else if (!isLeft.current) onClose?.();
			}}
		>
			{children}
		</dialog>
	);
}

function Ask({ question, answer }: { question: Question; answer: (value: string | null) => void }) {
	const [text, setText] = useState(question.input?.value ?? '');
	const [wrong, setWrong] = useState<string | null>(null);
	const input = question.input;
	return (
		<Modal label={question.title} onClose={() => answer(null)}>
			<form
				noValidate
				onSubmit={(event) => {
					event.preventDefault();
					if (input?.required && text.trim() === '') setWrong(t('form.required'));
					else if (input?.min && text < input.min) setWrong(t('form.past'));
					else answer(text.trim());
				}}
			>
				<h2>{question.title}</h2>
				{question.text && <div class="dialog-text">{question.text}</div>}
				{input && (
					<Field label={input.label} hint={input.hint} error={wrong}>
						{(attributes) =>
							input.type === 'datetime-local' ? (
								<input {...attributes} type="datetime-local" min={input.min} value={text} onInput={(event) => setText(event.currentTarget.value)} />
							) : (
								<textarea {...attributes} rows={3} value={text} onInput={(event) => setText(event.currentTarget.value)} />
							)}
					</Field>
				)}
				<div class="buttons">
					{question.no !== null && <button type="button" onClick={() => answer(null)}>{question.no ?? t('action.cancel')}</button>}
					<button type="submit" class={question.danger ? 'danger' : 'main'}>{question.yes}</button>
				</div>
			</form>
		</Modal>
	);
}

export function Questions() {
	const asked = useStore(open);
	if (!asked) return null;
	const answer = (value: string | null) => {
		open.set(null);
		asked.answer(value);
	};
	return <Ask key={asked.question.title} question={asked.question} answer={answer} />;
}
