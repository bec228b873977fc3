// SPDX-License-Identifier: Apache-2.0
// A new password, with a hint of how hard it is to guess. The server judges; length counts more than odd characters.
import { useState } from 'preact/hooks';
import { call, Problem } from '../api/client';
import { t, type Key } from '../i18n';
import { Act, Field, focusIt } from '../ui/parts';
import { reasonOf } from '../ui/states';

const LENGTH_MIN = 8;
const LENGTH_GOOD = 15;

function strength(password: string): 'short' | 'weak' | 'fair' | 'good' {
	const points = [...password];
	if (points.length < LENGTH_MIN) return 'short';
	if (new Set(points).size < 5 || /^\d+$/.test(password)) return 'weak';
	return points.length >= LENGTH_GOOD ? 'good' : 'fair';
}

function passwordProblem(first: string, second: string): string | null {
	if (strength(first) === 'short') return t('password.short', { count: LENGTH_MIN });
	return first === second ? null : t('password.differ');
}

function PasswordField({ label, value, autoFocus, onChange }: { label: string; value: string; autoFocus: boolean; onChange: (next: string) => void }) {
	const now = strength(value);
	const steps = { short: 1, weak: 1, fair: 2, good: 3 }[now];
	return (
		<Field label={label} hint={value === '' ? t('password.hint') : t(`password.is.${now}` as Key)}>
			{(attributes) => (
				<>
					<input {...attributes} type="password" autoComplete="new-password" ref={autoFocus ? focusIt : undefined} value={value} onInput={(event) => onChange(event.currentTarget.value)} />
					<progress class={`strength strength-${now}`} aria-hidden="true" max={3} value={value === '' ? 0 : steps} />
				</>
			)}
		</Field>
	);
}

interface NewPasswordProps {
	// value: it is known already, and not asked for.
	old: { label: string; autoComplete: string; autoFocus?: boolean; value?: string; wrong: string };
	wide?: boolean;
	onSaved: () => Promise<void> | void;
}

// What one has now, be it a code, and twice what is to be.
export function NewPassword({ old, wide, onSaved }: NewPasswordProps) {
	const [known, setKnown] = useState(old.value ?? '');
	const [isAsked, setAsked] = useState(!old.value);
	const [first, setFirst] = useState('');
	const [second, setSecond] = useState('');
	const [wrong, setWrong] = useState<string | null>(null);
	const save = async () => {
		const problem = passwordProblem(first, second);
		setWrong(problem);
		if (problem) return;
		try {
			await call('put', '/api/session/password', { body: { old: known, new: first } });
			setKnown('');
			setFirst('');
			setSecond('');
			await onSaved();
		} catch (error) {
			const isOld = error instanceof Problem && error.body.code === 'old_password';
			if (isOld) setAsked(true);
			setWrong(isOld ? old.wrong : reasonOf(error));
		}
	};
	return (
		<form class={wide ? 'stack' : 'stack narrow'} noValidate onSubmit={(event) => event.preventDefault()}>
			{isAsked && <Field label={old.label}>
				{(attributes) => <input {...attributes} type="password" autoComplete={old.autoComplete} ref={old.autoFocus ? focusIt : undefined} value={known} onInput={(event) => setKnown(event.currentTarget.value)} />}
			</Field>}
			<PasswordField label={t('password.new')} value={first} autoFocus={!isAsked && old.autoFocus === true} onChange={setFirst} />
			<Field label={t('password.repeat')}>
				{(attributes) => <input {...attributes} type="password" autoComplete="new-password" value={second} onInput={(event) => setSecond(event.currentTarget.value)} />}
			</Field>
			<div role="alert">{wrong && <p class="wrong">{wrong}</p>}</div>
			<div><Act run={save} type="submit" class={wide ? 'main wide' : 'main'}>{t('password.save')}</Act></div>
		</form>
	);
}
