// SPDX-License-Identifier: Apache-2.0
// Dates, numbers and money in the language of the page and the service's time zone.
import { tongue } from './i18n';

let zone: string | undefined;

// Browsers before Chrome 119 know no zones like “+08:00”.
export function setTimeZone(name: string): void {
	const offset = /^(?:UTC)?([+-])(\d\d):?00$/.exec(name);
	const candidates = offset ? [name, `Etc/GMT${offset[1] === '+' ? '-' : '+'}${Number(offset[2])}`] : [name];
	for (const candidate of candidates) {
		try {
			new Intl.DateTimeFormat('en', { timeZone: candidate });
			zone = candidate;
			made.clear();
			return;
		} catch {
			// the next one
		}
	}
}

export const locale = () => (tongue.get() === 'zh' ? 'zh-CN' : 'en-GB');
export const timeZone = () => zone;

const made = new Map<string, Intl.DateTimeFormat>();

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const key = locale() + JSON.stringify(options);
	let format = made.get(key);
	if (!format) {
		format = new Intl.DateTimeFormat(locale(), { timeZone: zone, hourCycle: 'h23', ...options });
		made.set(key, format);
	}
	return format;
}

const day = (at: number) => dates({ year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
const year = (at: number) => dates({ year: 'numeric' }).format(at);

export const clock = (at: number) => dates({ hour: '2-digit', minute: '2-digit' }).format(at);
export const clockSeconds = (at: number) => dates({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at);
export const full = (at: number) =>
	dates({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at);

// Today only the time of day, else the date with it.
export function moment(at: number, now = Date.now()): string {
	if (day(at) === day(now)) return clock(at);
	const date = year(at) === year(now) ? dates({ month: 'short', day: 'numeric' }) : dates({ year: 'numeric', month: 'short', day: 'numeric' });
	return `${date.format(at)} ${clock(at)}`;
}

export const number = (value: number, digits = 0) =>
	new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);

export function money(amount: string, currency: string): string {
	const value = Number(amount);
	const digits = Math.min(4, Math.max(2, (amount.split('.')[1] ?? '').replace(/0+$/, '').length));
	try {
		return new Intl.NumberFormat(locale(), { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
	} catch {
		return `${amount} ${currency}`;
	}
}

const units: [number, 'day' | 'hour' | 'minute' | 'second'][] = [[86400, 'day'], [3600, 'hour'], [60, 'minute'], [1, 'second']];

// A span in its largest unit that fits: “3 min”, “3分钟”.
export function span(seconds: number): string {
	const [size, unit] = units.find(([one]) => Math.abs(seconds) >= one) ?? [1, 'second' as const];
	return new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: tongue.get() === 'zh' ? 'long' : 'short', maximumFractionDigits: 0 })
		.format(Math.round(seconds / size));
}

export function language(tag: string): string {
	if (tag === 'zh-CN') return tongue.get() === 'zh' ? '中文' : 'Chinese'; // what everybody here calls it
	if (tag === 'bo') return tongue.get() === 'zh' ? '藏语' : 'Tibetan'; // browsers have no word for it
	try {
		return new Intl.DisplayNames([locale()], { type: 'language' }).of(tag) ?? tag;
	} catch {
		return tag;
	}
}

// A moment as an input of type datetime-local writes it, in the service's zone, and back.
export function toLocalInput(at: number): string {
	const parts: Record<string, string> = {};
	const format = new Intl.DateTimeFormat('en-CA', {
		timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
	});
	for (const part of format.formatToParts(at)) parts[part.type] = part.value;
	return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

export function fromLocalInput(text: string): number | null {
	const guess = Date.parse(`${text}:00Z`);
	if (Number.isNaN(guess)) return null;
	let at = guess;
	for (let round = 0; round < 2; round++) at -= Date.parse(`${toLocalInput(at)}:00Z`) - guess; // what the zone is off by
	return at;
}

export const chineseFirst = (locales: string[]) =>
	[...locales].sort((a, b) => Number(b.startsWith('zh')) - Number(a.startsWith('zh')) || a.localeCompare(b));
