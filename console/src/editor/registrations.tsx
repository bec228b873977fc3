// SPDX-License-Identifier: Apache-2.0
// The numbers under which a carrier has registered signature and template.
import type { ConfigAnswer, Registrations } from '../api/types';
import { t } from '../i18n';
import { Rows, Tag } from '../ui/parts';
import { Empty } from '../ui/states';

interface RegistrationsProps { of: Registrations; accounts: ConfigAnswer['accounts']; readOnly: boolean; onChange: (next: Registrations) => void }

export function RegistrationTable({ of, accounts, readOnly, onChange }: RegistrationsProps) {
	const names = [...new Set([...accounts.map((one) => one.name), ...Object.keys(of)])];
	if (names.length === 0) return <Empty title={t('registration.empty')} />;
	const set = (account: string, key: 'signature' | 'template', value: string) => {
		const row = { ...of[account], [key]: value.trim() };
		if (!row.signature) delete row.signature;
		if (!row.template) delete row.template;
		const { [account]: _gone, ...rest } = of;
		onChange(Object.keys(row).length > 0 ? { ...rest, [account]: row } : rest);
	};
	return (
		<div class="stack">
			<p class="hint">{t('registration.hint')}</p>
			<Rows label={t('registration.title')}>
				<table class="edit-table">
					<thead><tr><th scope="col">{t('registration.account')}</th><th scope="col">{t('registration.signature')}</th><th scope="col">{t('registration.template')}</th></tr></thead>
					<tbody>
						{names.map((name) => {
							const isRequired = accounts.find((one) => one.name === name)?.requires_registration ?? false;
							return (
								<tr key={name}>
									<th scope="row">
										{name} {isRequired && <Tag kind={of[name]?.template ? 'good' : 'warn'}>{t('registration.required')}</Tag>}
									</th>
									{(['signature', 'template'] as const).map((key) => (
										<td key={key}>
											<input class="mono" aria-label={`${t(`registration.${key}`)} · ${name}`} value={of[name]?.[key] ?? ''} disabled={readOnly} onInput={(event) => set(name, key, event.currentTarget.value)} />
										</td>
									))}
								</tr>
							);
						})}
					</tbody>
				</table>
			</Rows>
		</div>
	);
}
