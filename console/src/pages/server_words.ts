// SPDX-License-Identifier: Apache-2.0
// What the gateway itself wrote into drafts and versions, where people write their own words, said in the reader's language.
import { t } from '../i18n';

const FAILED = 'not published at its time: ';

export function commentWords(comment: string | undefined): string | undefined {
	if (!comment?.startsWith(FAILED)) return comment;
	const why = comment.slice(FAILED.length);
	return t('schedule.failed', { why: why.startsWith('the draft was made from version ') ? t('schedule.failed.outdated') : why });
}

export const whyWords = (version: { kind: string; why: string }): string => (version.kind === 'first' ? t('history.first') : version.why);
