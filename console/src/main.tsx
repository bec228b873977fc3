// SPDX-License-Identifier: Apache-2.0
import { render } from 'preact';
import { App } from './app';
import { look } from './session';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/pages.css';

render(<App />, document.getElementById('app')!);
void look();
