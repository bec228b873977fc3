// SPDX-License-Identifier: Apache-2.0
// Names for what the API's description (gateway/console/openapi.json) gives and takes; schema.d.ts is made of it by the
// build. Times are milliseconds since 1970.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Tongue = Schemas['Tongue'];
export type Both = Schemas['Words'];
export type Role = Schemas['Role'];
export type Permission = Schemas['Permission'];
export type User = Schemas['Me'];
export type SessionAnswer = Schemas['Session'];
export type Enrolment = Schemas['Enrolment'];

export type Variants = Schemas['Variants'];
export type SampleSet = Schemas['Sample'];
export type Registrations = Schemas['Registrations'];
export type DraftState = Schemas['DraftState'];
export type Draft = Schemas['Draft'];
export type Version = Schemas['Version'];
export type VersionRow = Schemas['VersionRow'];
export type Lock = Schemas['Lock'];
export type Used = Schemas['Used'];
export type Template = Schemas['Template'];
export type TemplateRow = Schemas['TemplateRow'];
export type TemplatesAnswer = Schemas['Templates'];

export type Param = Schemas['Param'];
export type Mark = Schemas['Mark'];
export type Fix = Mark['fixes'][number];
export type PreviewText = Schemas['PreviewRow'];
export type PreviewAnswer = Schemas['Preview'];

export type Overview = Schemas['Overview'];
export type AlertTrace = Schemas['Message'];
export type MessagesAnswer = Schemas['Messages'];
export type Step = Schemas['Step'];
export type DeadLetter = Schemas['Letter'];
export type DeadAnswer = Schemas['Dead'];
export type StaffUser = Schemas['User'];
export type AuditEntry = Schemas['AuditEntry'];
export type AuditAnswer = Schemas['Audit'];
export type AuditCheck = Schemas['AuditCheck'];
export type ConfigAnswer = Schemas['Config'];

export type ProblemBody = Partial<Schemas['Problem']> & {
	theirs?: Draft | null;
	lock?: Lock;
	marks?: Record<string, Mark[]>;
	samples?: { name: string; locale: string; expected: string; text: string }[];
};
