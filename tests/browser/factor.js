// SPDX-License-Identifier: Apache-2.0
// A second factor: set up at the door by those whose role demands it, by others as they like; asked for where one signs in; moved to
// another phone; demanded of somebody who is at work. TAP on stdout.
// usage: node factor.js PATH/TO/hongyan PATH/TO/fake-carrier PATH/TO/source PATH/FOR/screenshots
'use strict';
const crypto = require('node:crypto');
const { ok, run, until } = require('../interop/node/world.js');
const { openDesk } = require('./desk.js');
const { Person, openBrowser } = require('./person.js');

const [hongyan, fakeCarrier, source, shots] = process.argv.slice(2);
const STEP_S = 30;

// What the app on a phone shows (RFC 6238), steps away from now.
function phone(secret, away) {
  const bits = [...secret].map((one) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(one).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((octet) => parseInt(octet, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / STEP_S) + away));
  const mac = crypto.createHmac('sha1', key).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0');
}

// A code of the step before is good until the present one ends: not when it is about to.
const notAtStepEnd = () => until('a new step', () => (Date.now() / 1000) % STEP_S < STEP_S - 10);

async function secretOn(person) {
  await person.page.waitForSelector('.qr path');
  await person.press('不能扫描？手工输入密钥');
  const secret = (await person.page.$eval('.code-shown', (one) => one.innerText)).replace(/\s/g, '');
  ok(/^[A-Z2-7]{32}$/.test(secret), 'a picture and the key by hand are there');
  return secret;
}

// At the door; the code that it is proved with is of the step before, so that there are two more.
async function atTheDoor(person) {
  await person.sees('请绑定验证器应用', 'h1');
  ok((await person.page.$('nav')) === null, 'there is nothing else to go to');
  await person.page.waitForSelector('.qr path');
  ok(await person.page.$eval('h1', (one) => one === document.activeElement), 'one begins at the heading');
  const secret = await secretOn(person);
  await person.clean('setting up a second factor');
  await person.shot('factor-set-up');
  await person.fill('验证器上的 6 位验证码', '０００ 00x');
  await person.press('确认绑定');
  await person.sees('验证码不正确或已过期', '.wrong');
  await notAtStepEnd();
  await person.fill('验证器上的 6 位验证码', phone(secret, -1));
  await person.press('确认绑定');
  await person.sees('短信模板', 'nav');
  return secret;
}

async function signsIn(person, name, password, secret) {
  await person.press('退出');
  await person.signIn(name, password);
  await person.page.waitForSelector('input[name=code]');
  ok(await person.page.$eval('input[name=code]', (one) => one === document.activeElement), 'the code is asked for once the password is right');
  await person.clean('signing in with a code');
  await person.shot('factor-sign-in');
  await person.page.keyboard.press('Enter');
  await person.sees('请填写验证码', '.wrong');
  await person.fill('验证器上的 6 位验证码', '00000x');
  await person.press('登录');
  await person.sees('验证码不正确或已使用过，请等下一个', '.wrong');
  await person.fill('验证器上的 6 位验证码', phone(secret, 0));
  await person.press('登录');
  await person.sees('短信模板', 'nav');
}

async function movesToAnotherPhone(person, secret) {
  await person.go('#/settings');
  await person.sees('已绑定', 'h2');
  await person.fill('旧手机上显示的验证码', phone(secret, 1));
  await person.press('换绑到新手机');
  const next = await secretOn(person);
  ok(next !== secret, 'another key');
  await person.clean('settings, moving to another phone');
  await person.fill('验证器上的 6 位验证码', phone(next, 0));
  await person.press('确认绑定');
  await person.sees('验证器应用已绑定', '.notices');
  ok(await person.page.evaluate(() => document.activeElement?.innerText.includes('两步验证')), 'the focus is where it was set up');
}

// Somebody at work gets a role that demands it: what is open stays behind the question.
async function demandedAtWork(chen, wu) {
  await chen.press('用户', 'nav');
  await chen.sees('两步验证', 'table');
  await chen.press('修改 wu');
  await chen.page.evaluate(() => [...document.querySelectorAll('dialog[open] .roles label')].find((one) => one.querySelector('strong').innerText === '审核').click());
  await chen.press('保存', 'dialog[open]');
  await chen.sees('查看 · 审核', 'table');
  await wu.press('发送概况', 'nav');
  await wu.sees('请绑定验证器应用', 'dialog[open]');
  for (const key of ['Escape', 'Escape', 'Escape']) await wu.page.keyboard.press(key);
  await wu.sees('请绑定验证器应用', 'dialog[open]');
  ok(true, 'no key gets round it');
  const secret = await secretOn(wu);
  await wu.clean('a second factor, demanded of somebody at work');
  await wu.fill('验证器上的 6 位验证码', phone(secret, 0));
  await wu.press('确认绑定');
  await wu.page.waitForFunction(() => document.querySelector('dialog[open]') === null);
  await wu.sees('发送概况', 'h1');
  await wu.sees('清空时间', 'main th');
  ok(true, 'and the page behind it goes on');
}

run(async () => {
  const desk = await openDesk(hongyan, fakeCarrier, source, 'second_factor: [approver, admin]');
  const codes = { chen: desk.addUser('chen', '陈静', 'admin,viewer'), wu: desk.addUser('wu', '吴磊', 'viewer') };
  const browser = await openBrowser();
  try {
    const chen = await Person.sitDown(browser, desk.base, shots);
    await chen.signIn('chen', codes.chen);
    await chen.setPassword(codes.chen, desk.passwordOf('chen'));
    const secret = await atTheDoor(chen);
    await signsIn(chen, 'chen', desk.passwordOf('chen'), secret);
    await movesToAnotherPhone(chen, secret);
    const wu = await Person.sitDown(browser, desk.base, shots);
    await wu.signInFirst('wu', codes.wu, desk.passwordOf('wu'));
    await demandedAtWork(chen, wu);
    await chen.complained('陈静');
    await wu.complained('吴磊');
  } finally {
    await browser.close();
  }
});
