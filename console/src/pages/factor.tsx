// SPDX-License-Identifier: Apache-2.0
// One's own second factor: an authenticator app takes the secret from a picture or as text, and proves it by a code.
import { useEffect, useState } from 'preact/hooks';
import { call, onWayBack, Problem } from '../api/client';
import type { Enrolment } from '../api/types';
import { t } from '../i18n';
import { look, signOut, take } from '../session';
import { Act, Field, focusIt } from '../ui/parts';
import { Failure, Loading, reasonOf } from '../ui/states';

const EDGE = 4; // light modules around a QR code, which readers need

// A dark square each, as one path. The library comes when the first picture is drawn.
function usePath(text: string): { path: string; size: number } | null {
	const [drawn, setDrawn] = useState<{ path: string; size: number } | null>(null);
	useEffect(() => {
		let isHere = true;
		import('uqr').then(({ encode }) => {
			const { data, size } = encode(text, { ecc: 'M', border: EDGE });
			const squares = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')));
			if (isHere) setDrawn({ path: squares.join(''), size });
		}, () => undefined); // the text below does as well
		return () => void (isHere = false);
	}, [text]);
	return drawn;
}

function Picture({ text }: { text: string }) {
	const drawn = usePath(text);
	if (!drawn) return null;
	return (
		<svg class="qr" role="img" aria-label={t('factor.picture')} viewBox={`0 0 ${drawn.size} ${drawn.size}`} shape-rendering="crispEdges">
			<rect width={drawn.size} height={drawn.size} fill="#fff" />
			<path d={drawn.path} fill="#000" />
		</svg>
	);
}

// As the server wants them: input methods write ６ for 6.
export const plainDigits = (code: string) => code.normalize('NFKC');

export function CodeField({ label, hint, value, autoFocus, onChange }: { label: string; hint?: string; value: string; autoFocus?: boolean; onChange: (next: string) => void }) {
	return (
		<Field label={label} hint={hint}>
			{(attributes) => <input {...attributes} class="figures" name="code" inputMode="numeric" autoComplete="one-time-code" maxLength={10} ref={autoFocus ? focusIt : undefined} value={value} onInput={(event) => onChange(event.currentTarget.value)} />}
		</Field>
	);
}

// onAnew: what was asked for does not hold any more. takesFocus: what was pressed for it has gone.
function Prove({ enrolment, takesFocus, onDone, onAnew }: { enrolment: Enrolment; takesFocus?: boolean; onDone: () => void; onAnew: () => void }) {
	const [code, setCode] = useState('');
	const [wrong, setWrong] = useState<string | null>(null);
	const prove = async () => {
		setWrong(null);
		try {
			take(await call('put', '/api/session/factor', { body: { code: plainDigits(code) } }));
			onDone();
		} catch (error) {
			setCode('');
			setWrong(reasonOf(error));
			// Done in another window, or the answer was lost: then it is set up by now.
			if (error instanceof Problem && error.status === 409) void look().then(onAnew);
		}
	};
	return (
		<form class="stack" noValidate onSubmit={(event) => event.preventDefault()}>
			<ol class="steps">
				<li>
					{t('factor.scan')}
					<Picture text={enrolment.uri} />
					<details>
						<summary>{t('factor.by_hand')}</summary>
						<p class="code-shown"><code>{enrolment.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code></p>
					</details>
				</li>
				<li><CodeField label={t('factor.code')} hint={t('factor.code.hint')} value={code} autoFocus={takesFocus} onChange={setCode} /></li>
			</ol>
			<div role="alert">{wrong && <p class="wrong">{wrong}</p>}</div>
			<div><Act run={prove} type="submit" class="main wide">{t('factor.prove')}</Act></div>
		</form>
	);
}

// At the door, or over the page where it is demanded of somebody at work: nothing else can be done before it is set up.
export function MustEnrol() {
	const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
	const [error, setError] = useState<unknown>(null);
	const begin = () => {
		setError(null);
		call('post', '/api/session/factor', { body: {} }).then(setEnrolment, setError);
	};
	useEffect(() => {
		begin();
		// Meanwhile it may be set up in another window, or not be demanded any more; or one has signed in anew.
		const glance = () => void look();
		window.addEventListener('focus', glance);
		const leave = onWayBack(begin);
		return () => {
			leave();
			window.removeEventListener('focus', glance);
		};
	}, []);
	return (
		<div class="stack">
			<h1 tabIndex={-1} ref={focusIt}>{t('factor.must')}</h1>
			<p class="faint">{t('factor.must.text')}</p>
			{enrolment ? <Prove enrolment={enrolment} onDone={() => undefined} onAnew={begin} /> : error ? <Failure error={error} retry={begin} /> : <Loading />}
			<button type="button" class="quiet" onClick={() => void signOut()}>{t('action.sign_out')}</button>
		</div>
	);
}

// Among one's settings; who has one already gives a code of it first.
export function FactorPart({ hasOne, onDone }: { hasOne: boolean; onDone: () => void }) {
	const [code, setCode] = useState('');
	const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
	const [wrong, setWrong] = useState<string | null>(null);
	const begin = async () => {
		setWrong(null);
		try {
			setEnrolment(await call('post', '/api/session/factor', { body: hasOne ? { code: plainDigits(code) } : {} }));
		} catch (error) {
			setWrong(reasonOf(error));
		}
		setCode('');
	};
	if (enrolment) return <Prove enrolment={enrolment} takesFocus onDone={() => { setEnrolment(null); onDone(); }} onAnew={() => setEnrolment(null)} />;
	return (
		<form class="stack narrow" noValidate onSubmit={(event) => event.preventDefault()}>
			{hasOne && <CodeField label={t('factor.present')} value={code} onChange={setCode} />}
			<div role="alert">{wrong && <p class="wrong">{wrong}</p>}</div>
			<div><Act run={begin} type="submit" class="main">{hasOne ? t('factor.replace') : t('factor.begin')}</Act></div>
		</form>
	);
}
