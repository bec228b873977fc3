// SPDX-License-Identifier: Apache-2.0
// Writes PDUs of every kind, made by the npm package “smpp”, as JSON lines: {name, hex} and what must be read from them
// {command, command_status, sequence_number, fields, tlvs}.
'use strict';

const { PDU } = require('smpp');

const ROUNDS = 12;

// Marsaglia's xorshift: the same PDUs in every run.
let seed = 20260213;
function below(limit) {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) % limit;
}
const u8 = () => below(256);
const octets = (least, most) => Buffer.from(Array.from({ length: least + below(most - least + 1) }, u8));
const text = (limit) => Array.from({ length: below(limit) }, () => String.fromCharCode(0x20 + below(0x5f))).join('');
const moment = () => (below(2) ? '' : `${String(below(1e9)).padStart(12, '26')}5${String(below(49)).padStart(2, '0')}${below(2) ? '+' : '-'}`);

const SOURCE = { source_addr_ton: u8, source_addr_npi: u8, source_addr: 21 };
const DESTINATION = { dest_addr_ton: u8, dest_addr_npi: u8, destination_addr: 21 };
const BIND = { system_id: 16, password: 9, system_type: 13, interface_version: u8, addr_ton: u8, addr_npi: u8, address_range: 41 };
const HANDLING = {
  esm_class: u8, protocol_id: u8, priority_flag: u8, schedule_delivery_time: moment, validity_period: moment, registered_delivery: u8,
  replace_if_present_flag: u8, data_coding: u8, sm_default_msg_id: u8, short_message: () => octets(0, 254),
};
const MESSAGE = { service_type: 6, ...SOURCE, ...DESTINATION, ...HANDLING };
const ID = { message_id: 65 };

const destination = () =>
  below(2) ? { dl_name: text(21) } : { dest_addr_ton: u8(), dest_addr_npi: u8(), destination_addr: text(21) };
const failure = () => ({ dest_addr_ton: u8(), dest_addr_npi: u8(), destination_addr: text(21), error_status_code: below(2 ** 32) });
const some = (make, most) => () => Array.from({ length: 1 + below(most) }, make);

// A number is the limit of a string, its NUL counted.
const LAYOUTS = {
  bind_receiver: BIND, bind_transmitter: BIND, bind_transceiver: BIND,
  bind_receiver_resp: { system_id: 16 }, bind_transmitter_resp: { system_id: 16 }, bind_transceiver_resp: { system_id: 16 },
  outbind: { system_id: 16, password: 9 },
  submit_sm: MESSAGE, deliver_sm: MESSAGE,
  data_sm: {
    service_type: 6, ...SOURCE, source_addr: 65, ...DESTINATION, destination_addr: 65, esm_class: u8, registered_delivery: u8, data_coding: u8,
  },
  submit_sm_resp: ID, deliver_sm_resp: ID, data_sm_resp: ID,
  query_sm: { ...ID, ...SOURCE },
  query_sm_resp: { ...ID, final_date: moment, message_state: u8, error_code: u8 },
  cancel_sm: { service_type: 6, ...ID, ...SOURCE, ...DESTINATION },
  replace_sm: {
    ...ID, ...SOURCE, schedule_delivery_time: moment, validity_period: moment, registered_delivery: u8, sm_default_msg_id: u8,
    short_message: HANDLING.short_message,
  },
  submit_multi: { service_type: 6, ...SOURCE, dest_address: some(destination, 6), ...HANDLING },
  submit_multi_resp: { ...ID, unsuccess_sme: some(failure, 4) },
  alert_notification: { ...SOURCE, source_addr: 65, esme_addr_ton: u8, esme_addr_npi: u8, esme_addr: 65 },
  broadcast_sm: {
    service_type: 6, ...SOURCE, ...ID, priority_flag: u8, schedule_delivery_time: moment, validity_period: moment,
    replace_if_present_flag: u8, data_coding: u8, sm_default_msg_id: u8,
  },
  broadcast_sm_resp: ID,
  query_broadcast_sm: { ...ID, ...SOURCE }, query_broadcast_sm_resp: ID,
  cancel_broadcast_sm: { service_type: 6, ...ID, ...SOURCE }, cancel_broadcast_sm_resp: {},
  unbind: {}, unbind_resp: {}, enquire_link: {}, enquire_link_resp: {}, generic_nack: {}, cancel_sm_resp: {}, replace_sm_resp: {},
};

// name (of the package) => [tag, kind, name of the specification where it is another].
const TLVS = {
  dest_telematics_id: [0x0008, 2], qos_time_to_live: [0x0017, 4], payload_type: [0x0019, 1], additional_status_info_text: [0x001d, 'text'],
  receipted_message_id: [0x001e, 'text'], source_subaddress: [0x0202, 'octets'], user_message_reference: [0x0204, 2], source_port: [0x020a, 2],
  dest_port: [0x020b, 2, 'destination_port'], sar_msg_ref_num: [0x020c, 2], sar_total_segments: [0x020e, 1], sar_segment_seqnum: [0x020f, 1],
  sc_interface_version: [0x0210, 1], number_of_messages: [0x0304, 1], message_payload: [0x0424, 'payload'], more_messages_to_send: [0x0426, 1],
  message_state: [0x0427, 1], congestion_state: [0x0428, 1], ussd_service_op: [0x0501, 1], broadcast_rep_num: [0x0604, 2],
  source_network_id: [0x060d, 'network'], dest_addr_np_resolution: [0x0611, 1], sms_signal: [0x1203, 2],
};

// A value for the package, and its octets.
function tlvValue(kind) {
  if (kind === 'octets' || kind === 'payload') {
    const value = kind === 'octets' ? octets(2, 23) : octets(0, 3000);
    return [value, value];
  }
  if (kind === 'text' || kind === 'network') {
    const value = kind === 'text' ? text(65) : `network${text(50)}`;
    return [value, Buffer.from(`${value}\0`, 'ascii')];
  }
  const value = below(2 ** (8 * kind));
  const written = Buffer.alloc(kind);
  written.writeUIntBE(value, 0, kind);
  return [value, written];
}

// What is read of a field.
function wanted(name, value) {
  if (name === 'short_message') return { sm_length: value.length, short_message: value.toString('hex') };
  if (name === 'unsuccess_sme') return { no_unsuccess: value.length, unsuccess_sme: value };
  if (name !== 'dest_address') return { [name]: value };
  const flagged = value.map((dest) => ({ dest_flag: 'dl_name' in dest ? 2 : 1, ...dest }));
  return { number_of_dests: value.length, dest_address: flagged };
}

function makePdu(command, round) {
  const isAnswer = /_resp$|_nack$/.test(command);
  const options = { sequence_number: 1 + below(0x7fffffff), command_status: isAnswer && below(3) === 0 ? 1 + below(2 ** 31) : 0 };
  const fields = {};
  const tlvs = [];
  for (const [name, maker] of Object.entries(LAYOUTS[command])) {
    options[name] = typeof maker === 'number' ? text(maker) : maker();
    Object.assign(fields, wanted(name, options[name]));
  }
  for (const [name, [tag, kind, ownName]] of Object.entries(TLVS)) {
    if (name in fields || Object.keys(fields).length === 0 || below(6) !== 0) continue;
    const [value, written] = tlvValue(kind);
    options[name] = value;
    tlvs.push({ tag, name: ownName || name, hex: written.toString('hex') });
  }
  // The package writes nothing but a header where the status is not 0.
  const isBare = options.command_status !== 0;
  const { command_status, sequence_number } = options;
  const hex = new PDU(command, options).toBuffer().toString('hex');
  return {
    name: `npm smpp ${command} ${round}`, hex, command, command_status, sequence_number, fields: isBare ? {} : fields, tlvs: isBare ? [] : tlvs,
  };
}

for (const command of Object.keys(LAYOUTS)) {
  const rounds = Object.keys(LAYOUTS[command]).length ? ROUNDS : 2;
  for (let round = 1; round <= rounds; round++) process.stdout.write(JSON.stringify(makePdu(command, round)) + '\n');
}
