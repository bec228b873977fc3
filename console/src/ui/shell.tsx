// SPDX-License-Identifier: Apache-2.0
// What stands around each page: where one can go, who sits here, and whether the server is there.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { call, connection } from '../api/client';
import type { Permission, Tongue } from '../api/types';
import { chooseTongue, t, useTongue, type Key } from '../i18n';
import { href, place } from '../route';
import { may, signOut, useUser } from '../session';
import { useStore } from '../store';

const items: { path: string; key: Key; permission: Permission }[] = [
	{ path: 'templates', key: 'nav.templates', permission: 'templates.read' },
	{ path: 'review', key: 'nav.review', permission: 'templates.read' },
	{ path: 'schedule', key: 'nav.schedule', permission: 'templates.read' },
	{ path: 'overview', key: 'nav.overview', permission: 'overview.read' },
	{ path: 'messages', key: 'nav.messages', permission: 'messages.read' },
	{ path: 'dead', key: 'nav.dead', permission: 'dead.read' },
	{ path: 'users', key: 'nav.users', permission: 'users.manage' },
	{ path: 'audit', key: 'nav.audit', permission: 'audit.read' },
];

export function TongueSwitch() {
	const now = useTongue();
	const user = useUser();
	const choose = (next: Tongue) => {
		chooseTongue(next);
		if (user) call('put', '/api/session/tongue', { body: { tongue: next } }).catch(() => undefined);
	};
	return (
		<div class="tongues" role="group" aria-label={t('nav.tongue')}>
			{(['zh', 'en'] as const).map((one) => (
				<button type="button" key={one} lang={one === 'zh' ? 'zh-CN' : 'en'} aria-pressed={now === one} onClick={() => choose(one)}>
					{one === 'zh' ? '中文' : 'English'}
				</button>
			))}
		</div>
	);
}

function Connection() {
	const state = useStore(connection);
	useEffect(() => {
		if (state === 'fine') return;
		const timer = window.setInterval(() => call('get', '/api/session').catch(() => undefined), 3000);
		return () => window.clearInterval(timer);
	}, [state]);
	if (state === 'fine') return null;
	return <div class="banner banner-bad" role="alert">{t('state.lost')}</div>;
}

export const Mark = () => (
	<svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
		<rect width="32" height="32" rx="8" class="logo-ground" />
		<path d="M5 20c5-1 7-5 8-10 3 4 7 6 14 5-4 1-6 3-7 6-3-2-6-2-9 1 1-2 1-3 0-4-1 1-3 2-6 2z" class="logo-bird" />
	</svg>
);

export function Shell({ children }: { children: ComponentChildren }) {
	const user = useUser();
	const here = useStore(place).path[0] ?? 'templates';
	if (!user) return null;
	const skip = (event: Event) => {
		event.preventDefault();
		document.querySelector<HTMLElement>('main h1')?.focus();
	};
	return (
		<div class="shell">
			<a class="skip" href="#main" onClick={skip}>{t('nav.skip')}</a>
			<header class="side">
				<div class="brand"><Mark /><span>{t('app.name')}</span></div>
				<nav aria-label={t('nav.label')}>
					<ul>
						{items.filter((item) => may(user, item.permission)).map((item) => (
							<li key={item.path}>
								<a href={href(item.path)} aria-current={here === item.path ? 'page' : undefined}>{t(item.key)}</a>
							</li>
						))}
					</ul>
				</nav>
				<div class="who">
					<a href={href('settings')} aria-current={here === 'settings' ? 'page' : undefined} title={t('nav.settings')}>
						<span class="who-name">{user.display || user.name}</span>
						<span class="who-what">{t('nav.settings')}</span>
					</a>
					<button type="button" class="quiet" onClick={() => void signOut()}>{t('action.sign_out')}</button>
					<TongueSwitch />
				</div>
			</header>
			<main id="main">
				<Connection />
				{children}
			</main>
		</div>
	);
}
