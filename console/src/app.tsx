// SPDX-License-Identifier: Apache-2.0
// Which page stands for which address. The editor and the charts come when they are asked for.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { enrolDemanded, sessionEnded } from './api/client';
import { t, useTongue } from './i18n';
import { AuditPage } from './pages/audit';
import { DeadPage } from './pages/dead';
import { MustEnrol } from './pages/factor';
import { HistoryPage } from './pages/history';
import { MessagesPage } from './pages/messages';
import { ReviewPage } from './pages/review';
import { SchedulePage } from './pages/schedule';
import { SettingsPage } from './pages/settings';
import { SignIn } from './pages/sign_in';
import { TemplatePage } from './pages/template';
import { TemplatesPage } from './pages/templates';
import { UsersPage } from './pages/users';
import { href, place } from './route';
import { look, session } from './session';
import { useStore } from './store';
import { Modal, Questions } from './ui/dialog';
import { LiveRegions } from './ui/live';
import { Page } from './ui/page';
import { Shell } from './ui/shell';
import { Empty, Failure, Loading } from './ui/states';

interface LaterProps { load: () => Promise<ComponentType<{ name: string }>>; name: string }

function Later({ load, name }: LaterProps) {
	const [loaded, setLoaded] = useState<{ page: ComponentType<{ name: string }> } | null>(null);
	const [error, setError] = useState<unknown>(null);
	const [turn, setTurn] = useState(0);
	useEffect(() => {
		load().then((page) => setLoaded({ page }), setError);
	}, [turn]);
	if (loaded) return <loaded.page name={name} />;
	if (error) return <Failure error={error} retry={() => { setError(null); setTurn(turn + 1); }} />;
	return <Loading />;
}

const editor = () => import('./editor/editor').then((module) => module.EditorPage);
const overview = () => import('./pages/overview').then((module) => module.OverviewPage);

function Here() {
	const { path, query } = useStore(place);
	const [room = 'templates', name, part] = path;
	const key = path.join('/');
	switch (room) {
		case 'templates':
			if (!name) return <TemplatesPage />;
			if (part === 'edit') return <Later key={key} load={editor} name={name} />;
			if (part === 'history') return <HistoryPage key={key} name={name} />;
			return <TemplatePage key={key} name={name} />;
		case 'review': return <ReviewPage key={key} name={name} />;
		case 'schedule': return <SchedulePage />;
		case 'overview': return <Later key="overview" load={overview} name="" />;
		case 'messages': return <MessagesPage first={query.get('q') ?? ''} />;
		case 'dead': return <DeadPage />;
		case 'users': return <UsersPage />;
		case 'audit': return <AuditPage />;
		case 'settings': return <SettingsPage />;
		default:
			return (
				<Page title={t('state.missing')}>
					<Empty title={t('state.missing')}><a href={href('templates')}>{t('nav.templates')}</a></Empty>
				</Page>
			);
	}
}

export function App() {
	const tongue = useTongue();
	const { user, mustEnrol, known, unreachable } = useStore(session);
	const ended = useStore(sessionEnded);
	const demanded = useStore(enrolDemanded);
	useEffect(() => {
		document.documentElement.lang = tongue === 'zh' ? 'zh-CN' : 'en';
	}, [tongue]);
	let content;
	if (user && user.must_change) content = <SignIn first="password" />;
	else if (user && mustEnrol) content = <SignIn first="factor" />;
	else if (user) content = <Shell><Here /></Shell>;
	else if (known) content = <SignIn />;
	else if (unreachable) content = <main class="alone"><Failure error={new Error(t('state.unreachable'))} retry={() => void look()} /></main>;
	else content = <Loading />;
	return (
		<>
			{content}
			{user && ended && (
				<Modal label={t('sign_in.again')} className="dialog-sign-in">
					<SignIn again />
				</Modal>
			)}
			{user && demanded && !ended && <Modal label={t('factor.must')}><MustEnrol /></Modal>}
			<Questions />
			<LiveRegions />
		</>
	);
}
