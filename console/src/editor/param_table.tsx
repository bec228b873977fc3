// SPDX-License-Identifier: Apache-2.0
// The parameters as a table that is written into.
import { t, word } from '../i18n';
import { RawInput, Rows } from '../ui/parts';
import type { HeadProps } from './head_form';
import { addParam, paramTypes, readParams, removeParam, setParam, type ParamRow } from './header_params';

function freeName(rows: ParamRow[]): string {
	let index = rows.length + 1;
	while (rows.some((row) => row.name === `p${index}`)) index++;
	return `p${index}`;
}

interface CellProps { label: string; value: string; readOnly: boolean; onInput: (value: string) => void; placeholder?: string; mono?: boolean }

const Cell = ({ label, value, readOnly, onInput, placeholder, mono }: CellProps) => (
	<td>
		<RawInput class={mono ? 'mono' : undefined} aria-label={label} value={value} disabled={readOnly} placeholder={placeholder} onText={onInput} />
	</td>
);

export function ParamTable({ head, onChange, readOnly }: HeadProps) {
	const rows = readParams(head);
	return (
		<div class="stack">
			<Rows label={t('param.title')}>
				<table class="edit-table">
					<thead>
						<tr>
							{(['label', 'name', 'type', 'sample', 'more', 'optional'] as const).map((one) => <th key={one} scope="col">{t(`param.${one}`)}</th>)}
							<th><span class="unseen">{t('action.remove')}</span></th>
						</tr>
					</thead>
					<tbody>
						{rows.map((row, index) => {
							const set = (patch: Partial<ParamRow>) => onChange(setParam(head, index, patch));
							const named = (key: 'label' | 'name' | 'sample' | 'max' | 'values') => `${t(`param.${key}`)} · ${row.label || row.name}`;
							return (
								<tr key={index}>
									<Cell label={named('label')} value={row.label} readOnly={readOnly} placeholder={row.name} onInput={(label) => set({ label })} />
									<Cell label={named('name')} value={row.name} readOnly={readOnly} mono onInput={(name) => set({ name })} />
									<td>
										<select aria-label={`${t('param.type')} · ${row.label || row.name}`} disabled={readOnly} value={row.type} onChange={(event) => set({ type: event.currentTarget.value })}>
											{paramTypes.map((type) => <option key={type} value={type}>{word('type', type)}</option>)}
										</select>
									</td>
									<Cell label={named('sample')} value={row.sample} readOnly={readOnly} onInput={(sample) => set({ sample })} />
									{row.type === 'enum' ? (
										<Cell label={named('values')} value={row.values} readOnly={readOnly} placeholder={t('param.values.hint')} onInput={(values) => set({ values })} />
									) : (
										<Cell label={named('max')} value={row.max} readOnly={readOnly || row.type.startsWith('date') || row.type === 'time'} placeholder={row.type === 'text' ? '40' : ''} onInput={(max) => set({ max: max.replace(/\D/g, '') })} />
									)}
									<td class="middle">
										<input type="checkbox" aria-label={`${t('param.optional')} · ${row.label || row.name}`} disabled={readOnly} checked={row.optional} onChange={(event) => set({ optional: event.currentTarget.checked })} />
									</td>
									<td>
										<button type="button" class="quiet" disabled={readOnly} aria-label={`${t('action.remove')} · ${row.label || row.name}`} onClick={() => onChange(removeParam(head, index))}>×</button>
									</td>
								</tr>
							);
						})}
						{rows.length === 0 && <tr><td colSpan={7} class="faint">{t('param.empty')}</td></tr>}
					</tbody>
				</table>
			</Rows>
			<div><button type="button" disabled={readOnly} onClick={() => onChange(addParam(head, { name: freeName(rows), type: 'text', label: t('param.new') }))}>＋ {t('param.add')}</button></div>
			<p class="hint">{t('param.hint')}</p>
		</div>
	);
}
