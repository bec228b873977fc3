// SPDX-License-Identifier: Apache-2.0
// One's own password, second factor, number and language.
import { useRef, useState } from 'preact/hooks';
import { call } from '../api/client';
import { t, word } from '../i18n';
import { look, useUser } from '../session';
import { notify } from '../ui/live';
import { Page } from '../ui/page';
import { Act, Facts, Field, Tag } from '../ui/parts';
import { TongueSwitch } from '../ui/shell';
import { reasonOf } from '../ui/states';
import { FactorPart } from './factor';
import { NewPassword } from './password';

function PasswordPart() {
	return (
		<section class="card">
			<h2>{t('settings.password')}</h2>
			<NewPassword old={{ label: t('password.old'), autoComplete: 'current-password', wrong: t('password.old.wrong') }} onSaved={() => notify(t('password.saved'))} />
		</section>
	);
}

function NumberPart() {
	const user = useUser()!;
	const [number, setNumber] = useState('');
	const [code, setCode] = useState('');
	const [isSent, setSent] = useState(false);
	const [wrong, setWrong] = useState<string | null>(null);
	const attempt = (work: () => Promise<void>) => async () => {
		setWrong(null);
		try {
			await work();
		} catch (error) {
			setWrong(reasonOf(error));
		}
	};
	const send = attempt(async () => {
		await call('put', '/api/session/number', { body: { number: number.trim() } });
		setSent(true);
	});
	const prove = attempt(async () => {
		await call('post', '/api/session/number', { body: { code: code.trim() } });
		setSent(false);
		setNumber('');
		setCode('');
		await look();
		notify(t('settings.number.saved'));
	});
	return (
		<section class="card">
			<h2>{t('settings.number')}</h2>
			<p class="faint">{t('settings.number.why')}</p>
			{user.number && (
				<p class="number-now">
					<span class="figures">{user.number}</span>{' '}
					{user.number_verified ? <Tag kind="good">{t('settings.number.proved')}</Tag> : <Tag kind="warn">{t('settings.number.unproved')}</Tag>}
				</p>
			)}
			<form class="stack narrow" noValidate onSubmit={(event) => event.preventDefault()}>
				<Field label={t('settings.number.new')}>
					{(attributes) => <input {...attributes} type="tel" autoComplete="tel" value={number} onInput={(event) => { setNumber(event.currentTarget.value); setSent(false); }} />}
				</Field>
				{isSent && (
					<Field label={t('settings.number.code')} hint={t('settings.number.sent')}>
						{(attributes) => <input {...attributes} inputMode="numeric" autoComplete="one-time-code" value={code} onInput={(event) => setCode(event.currentTarget.value)} />}
					</Field>
				)}
				<div role="alert">{wrong && <p class="wrong">{wrong}</p>}</div>
				<div><Act run={isSent ? prove : send} type="submit" class="main">{isSent ? t('settings.number.prove') : t('settings.number.send')}</Act></div>
			</form>
		</section>
	);
}

function FactorCard() {
	const user = useUser()!;
	const heading = useRef<HTMLHeadingElement>(null);
	const done = () => {
		notify(t('factor.saved'));
		heading.current?.focus();
	};
	return (
		<section class="card">
			<h2 tabIndex={-1} ref={heading}>{t('factor.title')} {user.has_factor ? <Tag kind="good">{t('factor.is_set')}</Tag> : <Tag kind="plain">{t('factor.is_not_set')}</Tag>}</h2>
			<p class="faint">{t('factor.why')}</p>
			<FactorPart hasOne={user.has_factor} onDone={done} />
		</section>
	);
}

export function SettingsPage() {
	const user = useUser()!;
	return (
		<Page title={t('settings.title')}>
			<section class="card">
				<h2>{t('settings.me')}</h2>
				<Facts rows={[
					[t('users.name'), user.name],
					[t('users.display'), user.display],
					[t('users.roles'), user.roles.map((role) => word('role', role)).join(' · ')],
				]} />
				<div class="inline"><span>{t('nav.tongue')}</span><TongueSwitch /></div>
			</section>
			<NumberPart />
			<PasswordPart />
			<FactorCard />
		</Page>
	);
}
