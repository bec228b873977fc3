// SPDX-License-Identifier: Apache-2.0
// Two people at one text, an ended session, a lost connection. TAP on stdout.
// usage: node two.js PATH/TO/hongyan PATH/TO/fake-carrier PATH/TO/source PATH/FOR/screenshots
'use strict';
const { ok, run } = require('../interop/node/world.js');
const { openDesk } = require('./desk.js');
const { Person, openBrowser } = require('./person.js');

const [hongyan, fakeCarrier, source, shots] = process.argv.slice(2);

async function editAtOnce(li, wang) {
  await li.go('#/templates/balance/edit');
  await li.toEnd();
  await li.compose('li', '甲');
  await li.saved();
  await wang.go('#/templates/balance/edit');
  await wang.sees('李伟 正在编辑这个模板');
  ok((await wang.page.$eval('.code', (host) => host.shadowRoot.querySelector('.cm-content').contentEditable)) === 'false', 'whoever comes second cannot write');
  await wang.shot('locked');
  await wang.clean('editor, locked by somebody else');
  await wang.press('由我接着编辑');
  await wang.page.waitForFunction(() => document.querySelector('.code').shadowRoot.querySelector('.cm-content').contentEditable === 'true');
  await wang.toEnd();
  await wang.compose('wang', '乙');
  await wang.saved();
  await li.toEnd();
  await li.compose('bing', '丙');
  await li.page.waitForFunction(() => ['conflict', 'locked'].includes(document.querySelector('[data-save]').dataset.save), { timeout: 20000 });
  ok((await li.text()).endsWith('甲丙'), 'what the first wrote since is still on the page', await li.text());
  await li.shot('overtaken');
}

async function chooseVersion(li) {
  if ((await li.page.$eval('[data-save]', (one) => one.dataset.save)) === 'locked') await li.press('由我接着编辑');
  await li.sees('别人也改了这份草稿');
  await li.sees('乙', '.compare');
  await li.shot('conflict');
  await li.clean('editor, changed by two');
  await li.press('用我的');
  await li.saved();
  ok((await li.text()).endsWith('甲丙'), 'one chooses which version stays', await li.text());
}

async function comeBack(desk, li) {
  for (const key of desk.redis.ask('HKEYS', '{hongyan}:staff:sessions').split('\n')) desk.redis.ask('HDEL', '{hongyan}:staff:sessions', key);
  await li.toEnd();
  await li.compose('ding', '丁');
  await li.sees('请重新登录', 'dialog');
  await li.shot('session-ended');
  await li.clean('signing in again');
  await li.fill('密码', desk.passwordOf('li'));
  await li.press('登录');
  await li.saved();
  ok((await li.text()).endsWith('甲丙丁'), 'after signing in again one goes on with one’s text', await li.text());
  await li.page.setOfflineMode(true);
  await li.compose('wu', '戊');
  await li.sees('内容暂存在本机');
  await li.sees('与服务器的连接断开了');
  await li.shot('offline');
  await li.page.setOfflineMode(false);
  await li.saved();
  ok((await li.text()).endsWith('甲丙丁戊'), 'a lost connection loses no text', await li.text());
}

run(async () => {
  const desk = await openDesk(hongyan, fakeCarrier, source);
  const codes = { li: desk.addUser('li', '李伟', 'editor'), wang: desk.addUser('wang', '王芳', 'editor') };
  const browser = await openBrowser();
  try {
    const li = await Person.sitDown(browser, desk.base, shots);
    const wang = await Person.sitDown(browser, desk.base, shots);
    await li.signInFirst('li', codes.li, desk.passwordOf('li'));
    await wang.signInFirst('wang', codes.wang, desk.passwordOf('wang'));
    await editAtOnce(li, wang);
    await chooseVersion(li);
    await wang.complained('王芳');
    await comeBack(desk, li);
    await li.complained('李伟');
  } finally {
    await browser.close();
  }
});
