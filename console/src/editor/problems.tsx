// SPDX-License-Identifier: Apache-2.0
// What is wrong with the text, in words, each with a way to its place and to repair it.
import type { Fix, Mark } from '../api/types';
import { say, t, word } from '../i18n';
import { Tag } from '../ui/parts';

const kinds = { error: 'bad', warning: 'warn', cost: 'busy' } as const;
const rank = { error: 0, warning: 1, cost: 2 };

interface ProblemsProps { marks: Mark[]; readOnly: boolean; onShow: (mark: Mark) => void; onFix: (fix: Fix, mark: Mark) => void }

export function Problems({ marks, readOnly, onShow, onFix }: ProblemsProps) {
	if (marks.length === 0) return <p class="problems-none"><Tag kind="good">✓</Tag> {t('problems.none')}</p>;
	const sorted = [...marks].sort((a, b) => rank[a.severity] - rank[b.severity] || a.from - b.from);
	return (
		<ul class="problems" aria-label={t('problems.title')}>
			{sorted.map((mark, index) => (
				<li key={`${mark.kind}-${mark.from}-${index}`} class={`problem problem-${mark.severity}`}>
					<Tag kind={kinds[mark.severity]}>{word('severity', mark.severity)}</Tag>
					<button type="button" class="problem-text" onClick={() => onShow(mark)} title={t('problems.show')}>
						{say(mark.message)}
						{mark.category && <span class="faint">{mark.category}</span>}
					</button>
					{!readOnly && mark.fixes.map((fix, at) => (
						<button type="button" key={at} class="small" onClick={() => onFix(fix, mark)}>{say(fix.title)}</button>
					))}
				</li>
			))}
		</ul>
	);
}
