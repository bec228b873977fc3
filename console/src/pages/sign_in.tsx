// SPDX-License-Identifier: Apache-2.0
// Signing in, with a code of the authenticator app where one has one; the first time with a one-time code, behind which a password is
// chosen; again after a session has ended.
import { useEffect, useState } from 'preact/hooks';
import { Problem } from '../api/client';
import { t } from '../i18n';
import { forgetCode, lastCode, look, session, signIn, signOut } from '../session';
import { Act, Field, focusIt } from '../ui/parts';
import { Mark, TongueSwitch } from '../ui/shell';
import { reasonOf } from '../ui/states';
import { CodeField, MustEnrol, plainDigits } from './factor';
import { NewPassword } from './password';

function Enter({ again }: { again?: boolean }) {
	const known = session.get().user?.name ?? '';
	const [name, setName] = useState(known);
	const [password, setPassword] = useState('');
	const [second, setSecond] = useState<string | null>(null); // null: not asked for
	const [wrong, setWrong] = useState<string | null>(null);
	const [waitS, setWaitS] = useState(0);
	useEffect(() => {
		if (waitS <= 0) return;
		const timer = window.setTimeout(() => setWaitS(waitS - 1), 1000);
		return () => window.clearTimeout(timer);
	}, [waitS]);
	// Whether a code is asked for depends on both.
	const change = (set: (text: string) => void, text: string) => {
		set(text);
		setSecond(null);
	};
	const enter = async () => {
		if (waitS > 0) return;
		if (name.trim() === '' || password === '') {
			setWrong(t('sign_in.missing'));
			return;
		}
		if (second === '') {
			setWrong(t('factor.missing'));
			return;
		}
		setWrong(null);
		try {
			await signIn(name.trim(), password, plainDigits(second ?? ''));
		} catch (error) {
			if (second !== null) setSecond(''); // a code is good once
			if (error instanceof Problem && error.status === 429) setWaitS(Math.max(1, error.retryAfterS));
			else if (error instanceof Problem && error.body.code === 'needs_code') setSecond('');
			else if (error instanceof Problem && error.body.code === 'wrong_factor') setWrong(t('factor.wrong'));
			else if (error instanceof Problem && error.status === 401) setWrong(t('sign_in.wrong'));
			else setWrong(reasonOf(error));
		}
	};
	return (
		<form class="stack" noValidate onSubmit={(event) => event.preventDefault()}>
			<h1 tabIndex={-1}>{again ? t('sign_in.again') : t('sign_in.title')}</h1>
			{again && <p class="faint">{t('sign_in.again.text')}</p>}
			<Field label={t('sign_in.name')}>
				{(attributes) => (
					<input {...attributes} name="username" autoComplete="username" ref={again ? undefined : focusIt} spellcheck={false} readOnly={again && known !== ''} value={name} onInput={(event) => change(setName, event.currentTarget.value)} />
				)}
			</Field>
			<Field label={t('sign_in.password')} hint={t('sign_in.password.hint')}>
				{(attributes) => (
					<input {...attributes} name="password" type="password" autoComplete="current-password" autoFocus={again} value={password} onInput={(event) => change(setPassword, event.currentTarget.value)} />
				)}
			</Field>
			{second !== null && <CodeField label={t('factor.code')} hint={t('factor.code.hint')} value={second} autoFocus onChange={setSecond} />}
			<div role="alert">
				{waitS > 0 ? <p class="wrong">{t('sign_in.wait', { seconds: waitS })}</p> : wrong && <p class="wrong">{wrong}</p>}
			</div>
			<Act run={enter} type="submit" class="main wide" disabled={waitS > 0}>{t('sign_in.enter')}</Act>
		</form>
	);
}

function Choose() {
	return (
		<div class="stack">
			<h1 tabIndex={-1}>{t('password.choose')}</h1>
			<p class="faint">{t('password.choose.text')}</p>
			<NewPassword wide old={{ label: t('password.code'), autoComplete: 'one-time-code', autoFocus: true, value: lastCode(), wrong: t('password.code.wrong') }} onSaved={async () => { forgetCode(); await look(); }} />
			<button type="button" class="quiet" onClick={() => void signOut()}>{t('action.sign_out')}</button>
		</div>
	);
}

export function SignIn({ again, first }: { again?: boolean; first?: 'password' | 'factor' }) {
	useEffect(() => {
		if (!again) document.title = `${t('sign_in.title')} · ${t('app.name')}`;
	});
	if (again) return <Enter again />;
	return (
		<main class="alone">
			<div class="door">
				<div class="brand"><Mark /><span>{t('app.name')}</span></div>
				{first === 'password' ? <Choose /> : first === 'factor' ? <MustEnrol /> : <Enter />}
				<TongueSwitch />
			</div>
		</main>
	);
}
