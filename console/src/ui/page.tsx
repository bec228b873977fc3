// SPDX-License-Identifier: Apache-2.0
// A page's head: its title gets the focus when one comes here, and names the window.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n';

interface PageProps {
	title: string;
	note?: ComponentChildren;
	back?: { href: string; text: string };
	actions?: ComponentChildren;
	wide?: boolean;
	children: ComponentChildren;
}

let isFirst = true;

export function Page({ title, note, back, actions, wide, children }: PageProps) {
	const head = useRef<HTMLHeadingElement>(null);
	useEffect(() => {
		if (!isFirst) head.current?.focus();
		isFirst = false;
	}, []);
	useEffect(() => {
		document.title = `${title} · ${t('app.name')}`;
	}, [title]);
	return (
		<div class={wide ? 'page page-wide' : 'page'}>
			{back && <a class="back" href={back.href}>‹ {back.text}</a>}
			<div class="page-head">
				<h1 tabIndex={-1} ref={head}>{title}</h1>
				{note && <div class="page-note">{note}</div>}
				{actions && <div class="page-actions">{actions}</div>}
			</div>
			{children}
		</div>
	);
}
