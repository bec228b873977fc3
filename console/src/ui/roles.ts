// SPDX-License-Identifier: Apache-2.0
// Which roles have a permission, to tell people whom to ask. The server decides.
import type { Permission, Role } from '../api/types';
import { word } from '../i18n';

const everyone: Role[] = ['viewer', 'editor', 'approver', 'operator', 'auditor', 'admin'];
const holders: Record<Permission, Role[]> = {
	'templates.read': everyone,
	'overview.read': everyone,
	'messages.read': everyone,
	'templates.edit': ['editor'],
	'templates.test': ['editor'],
	'templates.review': ['approver'],
	'templates.publish': ['approver'],
	'dead.read': ['operator', 'auditor'],
	'dead.requeue': ['operator'],
	'audit.read': ['auditor', 'admin'],
	'messages.unmask': ['auditor'],
	'users.manage': ['admin'],
};

export const allRoles: Role[] = everyone;
export const whoMay = (permission: Permission) => holders[permission].map((role) => word('role', role)).join(' · ');
