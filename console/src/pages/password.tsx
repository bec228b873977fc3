// SPDX-License-Identifier: Apache-2.0
// A new password, with a hint of how hard it is to guess. The server judges; length counts more than odd characters.
import { t, type Key } from '../i18n';
import { Field } from '../ui/parts';

const LENGTH_MIN = 8;
const LENGTH_GOOD = 15;

export function strength(password: string): 'short' | 'weak' | 'fair' | 'good' {
	const points = [...password];
	if (points.length < LENGTH_MIN) return 'short';
	if (new Set(points).size < 5 || /^\d+$/.test(password)) return 'weak';
	return points.length >= LENGTH_GOOD ? 'good' : 'fair';
}

export function passwordProblem(first: string, second: string): string | null {
	if (strength(first) === 'short') return t('password.short', { count: LENGTH_MIN });
	return first === second ? null : t('password.differ');
}

export function PasswordField({ label, value, onChange }: { label: string; value: string; onChange: (next: string) => void }) {
	const now = strength(value);
	const steps = { short: 1, weak: 1, fair: 2, good: 3 }[now];
	return (
		<Field label={label} hint={value === '' ? t('password.hint') : t(`password.is.${now}` as Key)}>
			{(attributes) => (
				<>
					<input {...attributes} type="password" autoComplete="new-password" value={value} onInput={(event) => onChange(event.currentTarget.value)} />
					<progress class={`strength strength-${now}`} aria-hidden="true" max={3} value={value === '' ? 0 : steps} />
				</>
			)}
		</Field>
	);
}
