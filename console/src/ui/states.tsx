// SPDX-License-Identifier: Apache-2.0
// On its way, empty, failed, not allowed: what stands where content would.
import type { ComponentChildren } from 'preact';
import { Problem, Unreachable } from '../api/client';
import type { Loaded } from '../api/load';
import type { Permission } from '../api/types';
import { say, t } from '../i18n';
import { may, useUser } from '../session';
import { whoMay } from './roles';

export const Loading = () => (
	<div class="state" role="status">
		<span class="spinner" aria-hidden="true" />
		<p>{t('state.loading')}</p>
	</div>
);

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
	return (
		<div class="state">
			<p class="state-title">{title}</p>
			{children && <div class="state-text">{children}</div>}
		</div>
	);
}

export function Forbidden({ permission }: { permission?: Permission }) {
	return (
		<div class="state" role="alert">
			<p class="state-title">{t('state.forbidden')}</p>
			<p class="state-text">{permission ? t('state.forbidden.who', { roles: whoMay(permission) }) : t('state.forbidden.ask')}</p>
		</div>
	);
}

// A sentence about what went wrong.
export function reasonOf(error: unknown): string {
	if (error instanceof Unreachable) return t('state.unreachable');
	if (error instanceof Problem) {
		if (error.status === 401) return t('state.ended');
		return error.body.message ? say(error.body.message) : error.message;
	}
	return String(error instanceof Error ? error.message : error);
}

export function Failure({ error, retry, permission }: { error: unknown; retry?: () => void; permission?: Permission }) {
	if (error instanceof Problem && error.status === 403) return <Forbidden permission={permission} />;
	return (
		<div class="state" role="alert">
			<p class="state-title">{error instanceof Problem && error.status === 404 ? t('state.missing') : t('state.failed')}</p>
			<p class="state-text">{reasonOf(error)}</p>
			{retry && <button type="button" onClick={retry}>{t('action.again')}</button>}
		</div>
	);
}

interface AwaitProps<T> {
	of: Loaded<T>;
	permission?: Permission;
	children: (value: T) => ComponentChildren;
}

export function Await<T>({ of, permission, children }: AwaitProps<T>) {
	if (of.value !== null) return <>{children(of.value)}</>;
	if (of.error !== null) return <Failure error={of.error} retry={of.reload} permission={permission} />;
	return <Loading />;
}

// Shows its content to those who may, and tells the others whom to ask.
export function Only({ permission, children }: { permission: Permission; children: ComponentChildren }) {
	return may(useUser(), permission) ? <>{children}</> : <Forbidden permission={permission} />;
}
