// SPDX-License-Identifier: Apache-2.0
// Delivery receipts on their way: one that is not answered with 0, or whose connection ends before, is sent again, on any
// link of the same system_id. A link that was unbound (isEnding) takes none.
'use strict';

const AGAIN_MS = 50;
const STATES = { ENROUTE: 1, DELIVRD: 2, EXPIRED: 3, UNDELIV: 5 };
const ERRORS = { EXPIRED: '027' };
const NETWORK_ERRORS = { UNDELIV: Buffer.from([3, 0, 11]) }; // GSM, then the code

// SMPP 3.4 appendix B.
function textOf(receipt) {
  const err = ERRORS[receipt.stat] || '000';
  return `id:${receipt.messageId} sub:001 dlvrd:001 submit date:2602131015 done date:2602131016 stat:${receipt.stat} err:${err} text:`;
}

class Receipts {
  // sessions: the ones that are open, each with its systemId; onAnswer(receipt, answer).
  constructor(sessions, onAnswer) {
    this.sessions = sessions;
    this.onAnswer = onAnswer;
    this.open = new Set();
  }

  // receipt: {systemId, from, to, messageId, stat, kind}; kind: text, tlv, both, payload (the text, in message_payload), data_sm
  // or intermediate.
  add(receipt) {
    this.open.add(receipt);
    this.send(receipt);
  }

  send(receipt) {
    receipt.session = [...this.sessions].find((session) => session.systemId === receipt.systemId && !session.isEnding);
    if (!receipt.session) return; // the next bind takes it
    const fields = {
      source_addr_ton: 1, source_addr_npi: 1, source_addr: receipt.from, destination_addr: receipt.to,
      esm_class: receipt.kind === 'intermediate' ? 0x20 : 0x04, data_coding: 0,
    };
    const tlvs = { receipted_message_id: receipt.messageId, message_state: STATES[receipt.stat] };
    if (NETWORK_ERRORS[receipt.stat]) tlvs.network_error_code = NETWORK_ERRORS[receipt.stat];
    const text = textOf(receipt);
    const bodies = {
      tlv: { ...tlvs, short_message: '' },
      both: { ...tlvs, short_message: text },
      payload: { short_message: '', message_payload: Buffer.from(text) },
    };
    const whenAnswered = (answer) => this.answered(receipt, answer);
    if (receipt.kind === 'data_sm') receipt.session.data_sm({ ...fields, ...tlvs }, whenAnswered);
    else receipt.session.deliver_sm({ ...fields, ...(bodies[receipt.kind] || { short_message: text }) }, whenAnswered);
  }

  answered(receipt, answer) {
    this.onAnswer(receipt, answer);
    this.open.delete(receipt);
    if (answer.command_status !== 0) setTimeout(() => this.add(receipt), AGAIN_MS);
  }

  sessionBound(session) {
    for (const receipt of this.open) if (!receipt.session && receipt.systemId === session.systemId) this.send(receipt);
  }

  // Returns how many got no answer.
  sessionClosed(session) {
    const unanswered = [...this.open].filter((receipt) => receipt.session === session);
    unanswered.forEach((receipt) => this.send(receipt));
    return unanswered.length;
  }
}

module.exports = { Receipts };
