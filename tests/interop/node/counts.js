// SPDX-License-Identifier: Apache-2.0
// Reads JSON strings, one a line, and says what the npm package “split-sms” makes of each: {encoding, units, segments}.
'use strict';

const readline = require('readline');
const { split } = require('split-sms');

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const text = JSON.parse(line);
  const { characterSet, parts, length } = split(text);
  const units = characterSet === 'GSM' ? parts.reduce((sum, part) => sum + part.bytes, 0) : text.length;
  const segments = length === 0 ? 0 : parts.length;
  process.stdout.write(JSON.stringify({ encoding: characterSet === 'GSM' ? 'GSM7' : 'UCS2', units, segments }) + '\n');
});
