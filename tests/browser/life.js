// SPDX-License-Identifier: Apache-2.0
// What else befalls a text: it is sent back with a word and mended, put on the schedule and taken off, archived and restored.
// TAP on stdout.
// usage: node life.js PATH/TO/hongyan PATH/TO/fake-carrier PATH/TO/source PATH/FOR/screenshots
'use strict';
const { ok, run } = require('../interop/node/world.js');
const { openDesk } = require('./desk.js');
const { Person, openBrowser } = require('./person.js');

const [hongyan, fakeCarrier, source, shots] = process.argv.slice(2);

// The author has the editor open while somebody sends the draft back.
async function sendBack(li, zhang) {
  await li.go('#/templates/balance/edit');
  await li.toEnd();
  await li.compose('shishi', '（试试）');
  await li.submit('试着加几个字');
  await li.go('#/templates/balance/edit');
  await li.editor();
  await li.sees('待审核', 'main .tag');

  await zhang.go('#/review/balance');
  await zhang.press('退回');
  await zhang.clean('asked why it goes back');
  await zhang.press('退回', 'dialog[open]');
  await zhang.sees('请填写这一项', 'dialog[open]');
  await zhang.fill('审核意见', '请去掉括号');
  await zhang.press('退回', 'dialog[open]');
  await zhang.sees('已退回', '.notices');

  await li.sees('审核人已退回这份草稿：请去掉括号', '.banner');
  await li.sees('草稿', 'main .tag');
  ok(true, 'the author’s open editor shows that it was sent back, and why');
  await li.shot('sent-back');
  await li.clean('editor, sent back');
}

async function mend(li, zhang) {
  await li.toEnd();
  for (let left = 4; left > 0; left--) await li.page.keyboard.press('Backspace');
  await li.compose('shishi', '试试');
  await li.saved();
  await li.sees('审核意见：请去掉括号', '.banner');
  ok((await li.text()).endsWith('试试') && !(await li.text()).includes('（试试'), 'it is mended in the editor, with the word of the reviewer in sight', await li.text());
  await li.submit('去掉了括号');
  await zhang.go('#/review/balance');
  await zhang.sees('去掉了括号');
  await zhang.press('通过');
  await zhang.clean('asked whether it is approved');
  await zhang.press('通过', 'dialog[open]');
  await zhang.sees('已通过', 'main .tag');
}

async function schedule(li, zhang) {
  await zhang.press('定时发布', 'main');
  await zhang.clean('asked when to publish');
  const input = 'dialog[open] input[type=datetime-local]';
  const proposed = await zhang.page.$eval(input, (one) => one.value);
  await type(zhang, input, '2020-01-01T08:00');
  await zhang.press('定好时间');
  await zhang.sees('请选一个以后的时间', 'dialog[open]');
  ok(true, 'what is past is no time to publish');
  await type(zhang, input, proposed);
  await zhang.press('定好时间');
  await zhang.sees('发布', '.notices');
  await zhang.sees('定时发布', 'main .tag');

  await li.go('#/schedule');
  await li.sees('电费余额提醒', 'table');
  const buttons = await li.page.$$eval('table button', (all) => all.length);
  ok(buttons === 0, 'who may not publish sees the schedule and takes nothing off it', buttons);
  await zhang.press('定时发布', 'nav');
  await zhang.sees('电费余额提醒', 'table');
  await zhang.sees('还有', 'table');
  await zhang.shot('scheduled');
  await zhang.clean('schedule with one on it');
  await zhang.press('取消定时');
  await zhang.sees('没有定时发布');
  await li.sees('没有定时发布');
  ok(true, 'taken off the schedule it is gone from both people’s pages');
  await zhang.go('#/templates/balance');
  await zhang.sees('已通过', 'main .tag');
}

// An input of a date takes no words: it is set as a picker sets it.
async function type(person, selector, value) {
  await person.page.$eval(selector, (one, next) => {
    one.value = next;
    one.dispatchEvent(new Event('input', { bubbles: true }));
  }, value);
}

async function archive(desk, zhang) {
  await zhang.press('归档');
  await zhang.clean('asked why to archive');
  await zhang.press('归档', 'dialog[open]');
  await zhang.sees('请填写这一项', 'dialog[open]');
  await zhang.fill('原因', '业务暂停');
  await zhang.press('归档', 'dialog[open]');
  await zhang.sees('zhang 已归档', '.banner');
  await zhang.sees('业务暂停', '.banner');
  await zhang.sees('归档前的内容');
  await zhang.page.waitForSelector('main .bubble');
  ok(desk.redis.ask('HEXISTS', '{hongyan}:templates:live', 'balance') === '0', 'what is archived is not live; its page shows what it was');
  await zhang.shot('archived');
  await zhang.clean('an archived template');
  await zhang.press('历史版本');
  await zhang.sees('v1', 'table');
  ok((await zhang.page.$('table .tag-good')) === null, 'of its versions none is told to be live');
  await zhang.go('#/templates');
  await zhang.press('已归档');
  await zhang.sees('电费余额提醒', 'table');
}

async function restore(desk, zhang) {
  await zhang.go('#/templates/balance');
  await zhang.press('恢复使用');
  await zhang.clean('asked why to restore');
  await zhang.fill('原因', '业务恢复');
  await zhang.press('恢复', 'dialog[open]');
  await zhang.sees('已恢复', '.notices');
  await zhang.sees('v2', 'main .tag');
  await zhang.sees('线上内容');
  ok(desk.redis.ask('HEXISTS', '{hongyan}:templates:live', 'balance') === '1', 'what is restored is live again, as a version of its own');
  const publish = await zhang.page.$$eval('main button', (all) => all.filter((one) => one.innerText.trim() === '立即发布').length);
  ok(publish === 0, 'a draft from before is not published over it unseen', publish);
  await zhang.press('历史版本');
  await zhang.sees('恢复 ← v1', 'table');
  await zhang.sees('业务恢复', 'table');
}

run(async () => {
  const desk = await openDesk(hongyan, fakeCarrier, source);
  const codes = { li: desk.addUser('li', '李伟', 'editor'), zhang: desk.addUser('zhang', '张敏', 'approver') };
  const browser = await openBrowser();
  try {
    const li = await Person.sitDown(browser, desk.base, shots);
    const zhang = await Person.sitDown(browser, desk.base, shots);
    await li.signInFirst('li', codes.li, desk.passwordOf('li'));
    await zhang.signInFirst('zhang', codes.zhang, desk.passwordOf('zhang'));
    await sendBack(li, zhang);
    await mend(li, zhang);
    await schedule(li, zhang);
    await archive(desk, zhang);
    await restore(desk, zhang);
    await li.complained('李伟');
    await zhang.complained('张敏');
  } finally {
    await browser.close();
  }
});
