// SPDX-License-Identifier: Apache-2.0
// Who may work here, and as what.
import { useState } from 'preact/hooks';
import { call } from '../api/client';
import { useLoad } from '../api/load';
import type { Role, StaffUser } from '../api/types';
import { t, word } from '../i18n';
import { useUser } from '../session';
import { askPerson, Modal } from '../ui/dialog';
import { Page } from '../ui/page';
import { Act, Field, none, Rows, Tag, When } from '../ui/parts';
import { allRoles } from '../ui/roles';
import { Await, Empty, Only, reasonOf } from '../ui/states';
import { attempt } from './template_actions';

function Roles({ chosen, onChange }: { chosen: Role[]; onChange: (roles: Role[]) => void }) {
	return (
		<fieldset class="roles">
			<legend>{t('users.roles')}</legend>
			{allRoles.map((role) => (
				<label key={role}>
					<input type="checkbox" checked={chosen.includes(role)} onChange={(event) => onChange(event.currentTarget.checked ? [...chosen, role] : chosen.filter((one) => one !== role))} />
					<span><strong>{word('role', role)}</strong> <span class="faint">{word('role.does', role)}</span></span>
				</label>
			))}
		</fieldset>
	);
}

async function tellCode(name: string, code: string): Promise<void> {
	await askPerson({
		title: t('users.code.title', { name }),
		text: <><p>{t('users.code.text')}</p><p class="code-shown"><code>{code}</code></p></>,
		yes: t('action.close'), no: null,
	});
}

function EditUser({ user, onClose, onDone }: { user: StaffUser | null; onClose: () => void; onDone: () => void }) {
	const [name, setName] = useState(user?.name ?? '');
	const [display, setDisplay] = useState(user?.display ?? '');
	const [roles, setRoles] = useState<Role[]>(user?.roles ?? ['viewer']);
	const [wrong, setWrong] = useState<string | null>(null);
	const save = async () => {
		try {
			if (user) {
				await call('put', '/api/users/{name}', { path: { name: user.name }, body: { display, roles } });
				onDone();
				onClose();
			} else {
				const added = await call('post', '/api/users', { body: { name: name.trim(), display: display.trim() || name.trim(), roles } });
				onDone();
				onClose();
				await tellCode(added.user.name, added.code);
			}
		} catch (error) {
			setWrong(reasonOf(error));
		}
	};
	return (
		<Modal label={user ? t('users.edit') : t('users.add')} onClose={onClose}>
			<form class="stack" noValidate onSubmit={(event) => event.preventDefault()}>
				<h2>{user ? `${t('users.edit')} · ${user.name}` : t('users.add')}</h2>
				{!user && (
					<Field label={t('users.name')} hint={t('users.name.hint')}>
						{(attributes) => <input {...attributes} autoFocus autoComplete="off" spellcheck={false} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
					</Field>
				)}
				<Field label={t('users.display')}>
					{(attributes) => <input {...attributes} autoComplete="off" value={display} onInput={(event) => setDisplay(event.currentTarget.value)} />}
				</Field>
				<Roles chosen={roles} onChange={setRoles} />
				<div role="alert">{wrong && <p class="wrong">{wrong}</p>}</div>
				<div class="buttons">
					<button type="button" onClick={onClose}>{t('action.cancel')}</button>
					<Act run={save} type="submit" class="main">{t('action.save')}</Act>
				</div>
			</form>
		</Modal>
	);
}

function Row({ of, onEdit, reload }: { of: StaffUser; onEdit: () => void; reload: () => void }) {
	const me = useUser();
	const reset = async () => {
		const sure = await askPerson({ title: t('users.reset.title', { name: of.name }), text: t('users.reset.text'), yes: t('users.reset'), danger: true });
		if (sure === null) return;
		const answer = await attempt(() => call('post', '/api/users/{name}/reset', { path: { name: of.name } }), t('users.reset.done'));
		if (answer) await tellCode(of.name, answer.code);
		reload();
	};
	const toggle = async () => {
		await attempt(() => call('put', '/api/users/{name}', { path: { name: of.name }, body: { disabled: !of.disabled } }), t('users.changed'));
		reload();
	};
	const end = async () => {
		await attempt(() => call('delete', '/api/users/{name}/sessions', { path: { name: of.name } }), t('users.ended'));
	};
	return (
		<tr class={of.disabled ? 'dim' : undefined}>
			<th scope="row"><span class="row-title">{of.display}</span> <code>{of.name}</code></th>
			<td>{of.roles.map((role) => word('role', role)).join(' · ')}</td>
			<td>{of.disabled ? <Tag kind="bad">{t('users.disabled')}</Tag> : of.must_change ? <Tag kind="warn">{t('users.new')}</Tag> : <Tag kind="good">{t('users.active')}</Tag>}{of.has_factor && <> <Tag kind="plain">{t('users.factor')}</Tag></>}</td>
			<td class="nowrap">{of.signed_in_at ? <When at={of.signed_in_at} /> : none()}</td>
			<td>
				<div class="buttons-left">
					<button type="button" class="small" onClick={onEdit} aria-label={`${t('users.edit')} ${of.name}`}>{t('users.edit')}</button>
					<Act class="small" run={reset} aria-label={`${t('users.reset')} ${of.name}`}>{t('users.reset')}</Act>
					<Act class="small" run={end} aria-label={`${t('users.end')} ${of.name}`}>{t('users.end')}</Act>
					{me?.name !== of.name && <Act class="small" run={toggle} aria-label={`${of.disabled ? t('users.enable') : t('users.disable')} ${of.name}`}>{of.disabled ? t('users.enable') : t('users.disable')}</Act>}
				</div>
			</td>
		</tr>
	);
}

function List() {
	const list = useLoad('/api/users');
	const [edited, setEdited] = useState<StaffUser | null | 'new'>(null);
	return (
		<>
			<div class="filters"><button type="button" class="main" onClick={() => setEdited('new')}>＋ {t('users.add')}</button></div>
			<Await of={list} permission="users.manage">
				{({ users }) => users.length === 0 ? <Empty title={t('users.empty')} /> : (
					<Rows label={t('nav.users')}>
						<table>
							<thead><tr>{(['user', 'roles', 'state', 'seen', 'do'] as const).map((one) => <th key={one} scope="col">{t(`users.col.${one}`)}</th>)}</tr></thead>
							<tbody>{users.map((one) => <Row key={one.name} of={one} onEdit={() => setEdited(one)} reload={list.reload} />)}</tbody>
						</table>
					</Rows>
				)}
			</Await>
			{edited !== null && <EditUser user={edited === 'new' ? null : edited} onClose={() => setEdited(null)} onDone={list.reload} />}
		</>
	);
}

export function UsersPage() {
	return (
		<Page title={t('nav.users')} wide>
			<Only permission="users.manage"><List /></Only>
		</Page>
	);
}
