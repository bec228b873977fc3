// SPDX-License-Identifier: Apache-2.0
// From a text in somebody's head to phones: written in Chinese, refused with a mark that helps, repaired, approved by a second
// person, published, sent by both gateways within a second, and rolled back likewise. TAP on stdout.
// usage: node walk.js PATH/TO/hongyan PATH/TO/fake-carrier PATH/TO/source PATH/FOR/screenshots
'use strict';
const { ok, run } = require('../interop/node/world.js');
const { openDesk } = require('./desk.js');
const { Person, openBrowser, sleep } = require('./person.js');

const [hongyan, fakeCarrier, source, shots] = process.argv.slice(2);
const SECOND_MS = 1000;

async function write(li) {
  await li.press('新建模板');
  await li.fill('模板名', 'meter_visit');
  await li.press('开始写');
  await li.editor();
  await li.press('基本信息');
  await li.fill('标题', '上门抄表通知');
  await li.press('变量', '[role=tablist]');
  await li.press('增加变量');
  await li.fill('中文名 · 新变量', '编号');
  await li.fill('名称 · 编号', 'code');
  await li.toEnd();
  await li.compose('nihao', '您好');
  await li.compose('bianhao', '，编号');
  ok((await li.text()) === '您好，编号', 'what an input method composes stands in the text', await li.text());
  await li.page.keyboard.type('{{');
  await li.page.waitForSelector('.code >>> .cm-tooltip-autocomplete li');
  await sleep(200); // what has just opened under one’s fingers takes no Enter
  await li.page.keyboard.press('Enter');
  ok((await li.text()) === '您好，编号编号', 'a variable is completed behind “{{” and shown by its label', await li.text());
  await li.compose('gongzuo', '的工作人员将上门抄表');
  const bubbles = await li.bubbles();
  ok(bubbles.length === 3 && bubbles.every((one) => /^【国网吉林电力】您好，编号.+的工作人员将上门抄表$/.test(one)), 'the preview shows the shortest, a typical and the longest', bubbles);
  await li.sees('1 条', '.counts');
  await li.sees('还可写', '.counts');
  await li.sees('¥0.035', '.counts');
  await li.shot('editor');
}

async function beRefused(li) {
  await li.page.keyboard.type('【{{cod}}');
  await li.previewed();
  await li.page.waitForSelector('.problem-error');
  const marks = await li.page.$$eval('.problem-error', (all) => all.length);
  ok(marks >= 1, 'what cannot be sent is marked');
  await li.shot('marks');
  await li.clean('editor with marks');
  await li.saved();
  await li.press('提交审核');
  await li.fill('为什么改', '新业务');
  await li.press('提交', 'dialog[open]');
  await li.sees('还不能提交', 'dialog');
  await li.shot('refused');
  await li.press('知道了');
  for (let left = 4; left > 0; left--) {
    await li.previewed();
    const repair = await li.page.$('.problem-error .small');
    if (!repair) break;
    await repair.click();
    await sleep(150);
  }
  await li.previewed();
  ok((await li.page.$('.problem-error')) === null, 'marks are repaired by a click each', await li.text());
}

async function review(zhang) {
  await zhang.press('待审核', 'nav');
  await zhang.sees('上门抄表通知', 'table');
  // The list of templates, which is left, has a table with that title, too.
  await (await zhang.page.waitForSelector('a[href="#/review/meter_visit"]')).click();
  await zhang.sees('新业务');
  await zhang.sees('上门抄表', '.compare');
  await zhang.shot('review');
  await zhang.press('通过');
  await zhang.press('通过', 'dialog[open]');
  await zhang.sees('立即发布');
}

// Each text that a carrier took, by the id in it.
function takenBy(records, pattern) {
  return records.map((record) => pattern.exec(record.text ?? '')).filter(Boolean);
}

run(async () => {
  const desk = await openDesk(hongyan, fakeCarrier, source);
  const codes = { li: desk.addUser('li', '李伟', 'editor'), zhang: desk.addUser('zhang', '张敏', 'approver') };
  const browser = await openBrowser();
  try {
    const li = await Person.sitDown(browser, desk.base, shots);
    await li.go('');
    await li.sees('登录');
    await li.shot('sign-in');
    await li.signInFirst('li', codes.li, desk.passwordOf('li'));
    await li.sees('电费余额提醒', 'table');
    await li.shot('templates');
    await write(li);
    await beRefused(li);
    await li.submit('新业务');
    await li.go('#/review/meter_visit');
    await li.sees('审核需要以下角色');

    const zhang = await Person.sitDown(browser, desk.base, shots);
    await zhang.signInFirst('zhang', codes.zhang, desk.passwordOf('zhang'));
    await review(zhang);
    await zhang.press('立即发布');
    await zhang.press('立即发布', 'dialog[open]');
    await zhang.sees('已发布', '.notices');

    // A second version while alerts of it come all the time.
    await li.go('#/templates/meter_visit/edit');
    await li.toEnd();
    await li.compose('qing', '，请留门');
    await li.submit('提醒客户在家');
    await zhang.go('#/review/meter_visit');
    await zhang.sees('提醒客户在家');
    await zhang.press('通过');
    await zhang.press('通过', 'dialog[open]');
    await zhang.sees('立即发布');
    const stop = desk.stream('meter_visit', (id) => ({ code: id }), 10);
    await sleep(500);
    await zhang.press('立即发布');
    await zhang.press('立即发布', 'dialog[open]');
    await zhang.sees('已发布', '.notices');
    const published = Date.now();
    await sleep(2500);
    await zhang.go('#/templates/meter_visit/history');
    await zhang.sees('v2', 'table');
    await zhang.shot('history');
    await zhang.press('回到此版 v1');
    await zhang.press('回退并发布', 'dialog[open]');
    await zhang.sees('已回到第 1 版', '.notices');
    const rolledBack = Date.now();
    await sleep(2500);
    const queued = stop();
    await sleep(1500);

    const at = new Map(queued.map((one) => [one.id, one.at]));
    const seen = [];
    for (const [index, carrier] of desk.carriers.entries()) {
      const texts = takenBy(await carrier.texts(), /您好，编号(s\d+)的工作人员将上门抄表(.*)$/);
      seen.push(...texts.map((one) => one[1]));
      const between = (from, to) => texts.filter((one) => at.get(one[1]) > from && at.get(one[1]) < to);
      const fresh = between(published + SECOND_MS, rolledBack - 300);
      ok(fresh.length > 10 && fresh.every((one) => one[2].includes('请留门')), `gateway ${index + 1} sends the new text within a second`, [fresh.length, fresh.find((one) => !one[2].includes('请留门'))]);
      const old = between(rolledBack + SECOND_MS, Infinity);
      ok(old.length > 10 && old.every((one) => !one[2].includes('请留门')), `gateway ${index + 1} sends the old text within a second after rolling back`, old.length);
    }
    ok(queued.every((one) => seen.includes(one.id)), 'no sms is lost', queued.length - new Set(seen).size);
    await li.complained('李伟');
    await zhang.complained('张敏');
  } finally {
    await browser.close();
  }
});
