// SPDX-License-Identifier: Apache-2.0
// Every role sees what it may and is told who may the rest; every page in both languages is clean by axe, and photographed.
// TAP on stdout.
// usage: node pages.js PATH/TO/hongyan PATH/TO/fake-carrier PATH/TO/source PATH/FOR/screenshots
'use strict';
const { ok, run, until } = require('../interop/node/world.js');
const { openDesk } = require('./desk.js');
const { Person, openBrowser, sleep } = require('./person.js');

const [hongyan, fakeCarrier, source, shots] = process.argv.slice(2);

const GUARDED = [
  ['GET', '/api/users', ['admin']],
  ['GET', '/api/audit', ['auditor', 'admin']],
  ['GET', '/api/audit/check', ['auditor', 'admin']],
  ['GET', '/api/dead', ['operator', 'auditor']],
  ['PUT', '/api/templates/balance/lock', ['editor'], {}],
  ['POST', '/api/dead/requeue', ['operator'], { entries: ['1-0'] }],
  ['POST', '/api/messages/number', ['auditor'], { entry: '1-0', why: 'x' }],
  ['POST', '/api/templates/balance/archive', ['approver'], { why: '' }],
  ['GET', '/api/templates', ['viewer', 'editor', 'approver', 'operator', 'auditor', 'admin']],
];
const MARKUP = '<img src=x onerror="alert(1)"><b>';
const PLACES = {
  '#/users': ['admin'], '#/audit': ['auditor', 'admin'], '#/dead': ['operator', 'auditor'],
};

async function seeOwn(desk, browser, role) {
  const code = desk.addUser(role, role, role);
  const person = await Person.sitDown(browser, desk.base, shots);
  await person.signInFirst(role, code, desk.passwordOf(role));
  for (const [method, place, roles, body] of GUARDED) {
    const status = await person.status(method, place, body);
    ok(roles.includes(role) === (status !== 403), `${role}: ${method} ${place} ${roles.includes(role) ? 'may' : '403'}`, status);
  }
  const links = await person.page.$$eval('nav a', (all) => all.map((one) => one.getAttribute('href')));
  for (const [place, roles] of Object.entries(PLACES)) {
    ok(links.includes(place) === roles.includes(role), `${role}: the menu has ${place} only for who may`, links);
    await person.go(place);
    if (roles.includes(role)) continue;
    await person.sees('您没有权限查看这里');
    await person.sees('需要以下角色之一');
  }
  await person.shot(`role-${role}`);
  await person.complained(role);
}

const ALL = {
  templates: '#/templates', template: '#/templates/balance', edit: '#/templates/low_balance/edit', history: '#/templates/balance/history',
  review: '#/review', 'review-one': '#/review/low_balance', schedule: '#/schedule', overview: '#/overview', messages: '#/messages', dead: '#/dead',
  users: '#/users', audit: '#/audit', settings: '#/settings', nowhere: '#/nowhere',
};

async function look(all, name, place, tongue) {
  await all.go(place);
  await all.page.waitForSelector('main h1', { timeout: 20000 });
  await all.page.waitForFunction(() => !document.querySelector('.spinner'), { timeout: 20000 });
  await sleep(name === 'overview' ? 2500 : 200);
  await all.clean(`${name}, ${tongue}`);
  if (tongue === 'English') {
    const chinese = await all.page.evaluate(() => [...document.querySelectorAll('h1, nav a, thead th, label, main button')].map((one) => one.innerText)
      .filter((text) => /[\u4e00-\u9fff]/.test(text) && !/中文|电费|余额|抄表|提醒|户号|预警|日期/.test(text)));
    ok(chinese.length === 0, `${name}: its own words are English`, chinese);
  }
  await all.shot(`${name}-${tongue === 'English' ? 'en' : 'zh'}`);
}

async function seeAll(desk, browser) {
  const code = desk.addUser('all', '赵明', 'viewer,editor,approver,operator,auditor,admin');
  const all = await Person.sitDown(browser, desk.base, shots);
  await all.go('');
  await all.sees('登录');
  await all.clean('signing in');
  await all.signIn('all', code);
  await all.sees('设置您的密码');
  await all.clean('choosing a password');
  await all.choosePassword(code, desk.passwordOf('all'));
  desk.alert('balance', { date: '2026-02-13', balance: '19.53' }, 'found-1');
  desk.alert('balance', { date: '2026-02-13' }, 'dead-1');
  await until('one has failed', () => Number(desk.redis.ask('XLEN', '{hongyan}:dead')) > 0);
  for (const tongue of ['中文', 'English']) {
    await all.press(tongue);
    for (const [name, place] of Object.entries(ALL)) await look(all, name, place, tongue);
    await all.go(ALL.dead);
    await all.sees(tongue === '中文' ? '变量有误：balance' : 'balance', 'table');
  }
  await all.press('中文');
  await all.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  for (const name of ['templates', 'edit', 'overview', 'audit']) {
    await all.go(ALL[name]);
    await sleep(1000);
    await all.clean(`${name}, dark`);
    await all.shot(`${name}-dark`);
  }
  await all.page.emulateMediaFeatures([]);
  await byKeyboard(all);
  await markupIsText(desk, all);
  await all.complained('赵明');
}

// What somebody wrote is shown as it was written, and is never markup.
async function markupIsText(desk, all) {
  desk.addUser('mallory', MARKUP, 'viewer');
  for (const place of ['#/users', '#/audit']) {
    await all.go(place);
    await all.page.reload();
    await all.sees('mallory', 'main');
    const made = await all.page.$$eval('main img', (found) => found.length);
    ok(made === 0, `${place}: a name is no markup`, made);
  }
  await all.go('#/users');
  await all.sees(MARKUP, 'main');
}

// The menu, a template and its text without a mouse.
async function byKeyboard(all) {
  await all.go('#/templates');
  await all.page.reload();
  await all.sees('电费余额提醒', 'table');
  await all.page.keyboard.press('Tab');
  const skip = await all.page.evaluate(() => document.activeElement.className);
  ok(skip === 'skip', 'the first Tab finds the way past the menu', skip);
  await all.page.keyboard.press('Enter');
  ok((await all.page.evaluate(() => document.activeElement.tagName)) === 'H1', 'which leads to the page’s title');
  let reached = false;
  for (let step = 0; step < 40 && !reached; step++) {
    await all.page.keyboard.press('Tab');
    reached = await all.page.evaluate(() => document.activeElement.getAttribute('href') === '#/templates/balance');
  }
  ok(reached, 'a template is reached by Tab');
  await all.page.keyboard.press('Enter');
  await all.sees('线上内容');
  await all.page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  ok(true, 'a new page takes the focus to its title');
}

run(async () => {
  const desk = await openDesk(hongyan, fakeCarrier, source);
  const browser = await openBrowser();
  try {
    for (const role of ['viewer', 'editor', 'approver', 'operator', 'auditor', 'admin']) await seeOwn(desk, browser, role);
    await seeAll(desk, browser);
  } finally {
    await browser.close();
  }
});
