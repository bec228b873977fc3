// SPDX-License-Identifier: Apache-2.0
// What lies in a short message: its user data header (3GPP TS 23.040 §9.2.3.24) and its text (3GPP TS 23.038 §6.2.1).
'use strict';

const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENSION = { 0x0a: '\f', 0x14: '^', 0x28: '{', 0x29: '}', 0x2f: '\\', 0x3c: '[', 0x3d: '~', 0x3e: ']', 0x40: '|', 0x65: '€' };

// Septets, one an octet. Throws where an octet is none, or a pair is cut.
function fromGsm7(octets) {
  let text = '';
  for (let i = 0; i < octets.length; i++) {
    let char = BASIC[octets[i]];
    if (octets[i] === 0x1b) char = EXTENSION[octets[++i]];
    if (char === undefined) throw new Error(`octet ${i} is no septet, or half a pair`);
    text += char;
  }
  return text;
}

// UTF-16BE. Throws where a unit or a surrogate pair is cut.
function fromUcs2(octets) {
  if (octets.length % 2 !== 0) throw new Error('an odd number of octets');
  return new TextDecoder('utf-16be', { fatal: true, ignoreBOM: true }).decode(octets);
}

function decode(octets, dataCoding) {
  if (dataCoding === 0) return { text: fromGsm7(octets), encoding: 'GSM7' };
  if (dataCoding === 8) return { text: fromUcs2(octets), encoding: 'UCS2' };
  throw new Error(`data_coding ${dataCoding}`);
}

// Cuts the header off: {part: {reference, total, number, method} or null, body}. Throws where it is malformed.
function splitUdh(octets) {
  const end = octets[0] + 1;
  if (!(end <= octets.length)) throw new Error('the header is longer than the message');
  let part = null;
  for (let at = 1; at < end; at += 2 + octets[at + 1]) {
    const value = octets.subarray(at + 2, at + 2 + octets[at + 1]);
    if (at + 2 + octets[at + 1] > end) throw new Error('an element is longer than the header');
    if (octets[at] === 0 && value.length === 3) {
      part = { method: 'udh8', reference: value[0], total: value[1], number: value[2] };
    } else if (octets[at] === 8 && value.length === 4) {
      part = { method: 'udh16', reference: value.readUInt16BE(0), total: value[2], number: value[3] };
    } else {
      throw new Error(`element ${octets[at]} of ${value.length} octets`);
    }
  }
  return { part, body: octets.subarray(end) };
}

module.exports = { decode, splitUdh };
