// SPDX-License-Identifier: Apache-2.0
// How a text looks on a phone, and what it takes: the server's figures.
import type { PreviewText } from '../api/types';
import { money, number } from '../format';
import { say, t, word } from '../i18n';
import { Tag } from '../ui/parts';
import { diff } from './diff';

export const previewName = (name: string) => word('preview', name);

function Counts({ of, currency }: { of: PreviewText; currency: string }) {
	return (
		<p class="counts">
			<strong class={of.segments > 1 ? 'counts-many' : ''}>{t('preview.segments', { count: number(of.segments) })}</strong>
			<span>{t('preview.units', { count: number(of.units) })}</span>
			<span>{t('preview.left', { count: number(of.units_left) })}</span>
			{of.cost !== null && <span class="figures">{money(of.cost, currency)}</span>}
		</p>
	);
}

function Expected({ of }: { of: PreviewText }) {
	if (of.expected === undefined) return null;
	if (of.as_expected) return <p><Tag kind="good">{t('preview.as_expected')}</Tag></p>;
	return (
		<div class="expected">
			<Tag kind="bad">{t('preview.not_expected')}</Tag>
			<p><Pieces before={of.expected} after={of.text} /></p>
		</div>
	);
}

export function Pieces({ before, after }: { before: string; after: string }) {
	return (
		<>
			{diff(before, after).map((piece, index) => {
				if (piece.kind === 'gone') return <del key={index}>{piece.text}</del>;
				if (piece.kind === 'new') return <ins key={index}>{piece.text}</ins>;
				return <span key={index}>{piece.text}</span>;
			})}
		</>
	);
}

export function Bubble({ of, currency, lang }: { of: PreviewText; currency: string; lang: string }) {
	return (
		<li class="bubble-row">
			<h3>{previewName(of.name)}</h3>
			{of.problem ? (
				<div class="bubble bubble-bad">{say(of.problem)}</div>
			) : (
				<div class="bubble" lang={lang}>{of.text}</div>
			)}
			{!of.problem && <Counts of={of} currency={currency} />}
			<Expected of={of} />
		</li>
	);
}

export function Phone({ previews, currency, lang, turn }: { previews: PreviewText[]; currency: string; lang: string; turn?: number }) {
	return (
		<div class="phone" data-turn={turn}>
			<ul class="bubbles">
				{previews.map((one) => <Bubble key={one.name} of={one} currency={currency} lang={lang} />)}
			</ul>
		</div>
	);
}
