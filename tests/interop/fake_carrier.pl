#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Tests the fake carrier with an SMPP peer that shares no code with it: Perl's Net::SMPP. TAP on stdout.
# usage: fake_carrier.pl PATH/TO/fake-carrier
use strict;
use warnings;
use utf8;
use Encode qw(encode);
use File::Temp qw(tempdir);
use FindBin;
use IPC::Open2;
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);
use lib $FindBin::Bin;
use FakeCarrier;

$program = shift @ARGV // '';
-x $program or BAIL_OUT('usage: fake_carrier.pl PATH/TO/fake-carrier');
binmode $_, ':encoding(UTF-8)' for Test::More->builder->output, Test::More->builder->failure_output;
$SIG{PIPE} = 'IGNORE';
$SIG{__WARN__} = sub { warn @_ unless $_[0] =~ /premature eof|error reading header|Too short length/ };    # these tests want them

subtest 'command line' => sub {
    my @rows = (
        ['help', ['--help'], 0, qr/--throttle-tps/],
        ['unknown option', ['--latancy', 'none'], 64, qr/did you mean --latency\?/],
        ['missing value', ['--seed'], 64, qr/--seed needs a value/],
        ['bad latency', ['--latency', 'uniform:9-3'], 64, qr/bad value uniform:9-3/],
        ['fail rates over 1', ['--fail', '8@0.7', '--fail', '9@0.7'], 64, qr/--fail: bad value/],
        ['a password is not shown', ['--password', 'x' x 99], 64, qr/\(hidden\)/],
        ['unlistenable', ['--listen', '203.0.113.1:1'], 69, qr/cannot listen on 203.0.113.1:1/],
    );
    for (@rows) {
        my ($name, $options, $want_exit, $want_text) = @$_;
        my $pid = open2(my $from, my $to, 'sh', '-c', 'exec "$@" 2>&1', 'sh', $program, @$options);
        my $text = do { local $/; <$from> };
        waitpid $pid, 0;
        is($? >> 8, $want_exit, "$name: exit status");
        like($text, $want_text, "$name: text");
    }
};

subtest 'binds' => sub {
    my $carrier = start(qw(--system-id hongyan --password secret --binds-max 2));
    my $peer = connect_to($carrier);
    $peer->submit_sm(destination_addr => '8613900000001', short_message => 'x');
    status_is(next_pdu($peer), 0x04, 'submit before bind: RINVBNDSTS');
    my (undef, $answer) = bound($carrier, 'transceiver', system_id => 'other');
    status_is($answer, 0x0F, 'wrong system_id: RINVSYSID');
    (undef, $answer) = bound($carrier, 'transceiver', password => 'wrong');
    status_is($answer, 0x0E, 'wrong password: RINVPASWD');
    (undef, $answer) = bound($carrier, 'transceiver', password => 'far-too-long');
    status_is($answer, 0x0E, 'password over 8 characters: RINVPASWD');
    (my $first, $answer) = bound($carrier, 'transceiver');
    status_is($answer, 0, 'bind_transceiver');
    is($answer->{sc_interface_version}, "\x34", 'sc_interface_version in the answer');
    $first->bind_transceiver();
    status_is(next_pdu($first), 0x05, 'second bind on a session: RALYBND');
    (my $second, $answer) = bound($carrier, 'receiver');
    status_is($answer, 0, 'bind_receiver');
    status_is(submit($second), 0x04, 'submit on a receiver: RINVBNDSTS');
    (my $third, $answer) = bound($carrier, 'transmitter');
    status_is($answer, 0x0D, 'a bind too many: RBINDFAIL');
    $second->unbind();
    is(next_pdu($second)->{cmd}, 0x80000006, 'unbind is answered');
    ok(!defined next_pdu($second), 'and the connection closed');
    $third->bind_transmitter();
    status_is(next_pdu($third), 0, 'the place is free after an unbind');
    $first->enquire_link();
    is(next_pdu($first)->{cmd}, 0x80000015, 'enquire_link is answered');
    my ($summary) = finish($carrier);
    is($summary->{binds_peak}, 2, 'binds_peak');
    is($summary->{binds_refused}, 4, 'binds_refused');
};

subtest 'texts and reassembly' => sub {
    my $carrier = start(qw(--seed 5));
    my $peer = bound($carrier);
    my $long = '缴费提醒' x 40;
    my @messages = (    # name, text, encoding, method, segments, PDUs: octets of text and further fields
        ['GSM-7', "a\@\x{20AC}[]{}\x{394}\x{E0}", 'GSM7', 'none', 1, ["a\x00\x1B\x65\x1B\x3C\x1B\x3E\x1B\x28\x1B\x29\x10\x7F"]],
        ['UCS-2 with a surrogate pair', "电费\x{1F600}", 'UCS2', 'none', 1, [ucs2("电费\x{1F600}"), data_coding => 8]],
        ['Latin-1', "\x{E9}\x{FF}", 'LATIN1', 'none', 1, ["\xE9\xFF", data_coding => 3]],
        ['ASCII', 'plain "quoted"', 'ASCII', 'none', 1, ['plain "quoted"', data_coding => 1]],
        ['UDH, 8 bit, in disorder', 'onetwothree', 'GSM7', 'udh8', 3,
            map { my ($n, $t) = @$_; [udh8(7, 3, $n) . $t, esm_class => 0x40] } [2, 'two'], [3, 'three'], [1, 'one']],
        ['UDH, 16 bit', $long, 'UCS2', 'udh16', 3,
            map { [udh16(0x1234, 3, $_) . ucs2(substr $long, 66 * ($_ - 1), 66), esm_class => 0x40, data_coding => 8] } 1 .. 3],
        ['SAR', 'leftright', 'GSM7', 'sar', 2, map {
            [$$_[1], sar_msg_ref_num => pack('n', 9), sar_total_segments => "\x02", sar_segment_seqnum => chr $$_[0]]
        } [1, 'left'], [2, 'right']],
        ['message_payload', $long, 'UCS2', 'payload', 3, ['', data_coding => 8, message_payload => ucs2($long)]],
    );
    my (%want, @phones);
    for (@messages) {
        my ($name, $text, $encoding, $method, $segments, @pdus) = @$_;
        my $phone = next_phone();
        for (@pdus) {
            my ($octets, @fields) = @$_;
            my $answer = submit($peer, destination_addr => $phone, short_message => $octets, @fields);
            status_is($answer, 0, "$name: accepted");
            push @{ $want{$phone}{ids} }, $answer->{message_id};
        }
        $want{$phone} = { %{ $want{$phone} }, name => $name, text => $text, encoding => $encoding, method => $method, segments => $segments };
    }
    $peer->data_sm(destination_addr => my $data_phone = next_phone(), message_payload => 'by data sm');
    is(next_pdu($peer)->{cmd}, 0x80000103, 'data_sm is answered');
    my $twice = next_phone();    # the whole message twice, the second time interleaved
    submit($peer, destination_addr => $twice, short_message => udh8(1, 2, $_) . "p$_", esm_class => 0x40) for 1, 1, 2, 2;
    my $again = next_phone();    # a reference used again for another text
    submit($peer, destination_addr => $again, short_message => udh8(1, 2, $$_[0]) . $$_[1], esm_class => 0x40)
        for [1, 'a'], [2, 'b'], [1, 'c'], [2, 'd'];
    my $lost = next_phone();
    submit($peer, destination_addr => $lost, short_message => udh8(1, 3, $_) . "l$_", esm_class => 0x40) for 1, 3;
    my $repeat = next_phone();
    submit($peer, destination_addr => $repeat, short_message => udh8(1, 2, $_) . "r$_", esm_class => 0x40) for 1, 2, 2;
    my ($summary, @lines) = finish($carrier);
    my %by_phone;
    push @{ $by_phone{ $_->{to} } }, $_ for @lines;
    for my $phone (sort keys %want) {
        my $row = $want{$phone};
        my $line = $by_phone{$phone}[0];
        is($line->{$_}, $row->{$_}, "$row->{name}: $_") for qw(text encoding method segments);
        is_deeply([sort @{ $line->{message_ids} }], [sort @{ $row->{ids} }], "$row->{name}: message_ids");
        is($line->{from}, '10690001', "$row->{name}: from");
        is($line->{system_id}, 'hongyan', "$row->{name}: system_id");
        cmp_ok($line->{last_at}, '>=', $line->{at}, "$row->{name}: last_at");
        cmp_ok(abs($line->{at} / 1000 - time), '<', 60, "$row->{name}: at is wall time in ms");
    }
    is($by_phone{$data_phone}[0]{text}, 'by data sm', 'data_sm: text');
    is_deeply([map { [@$_{qw(text copy copies)}] } @{ $by_phone{$twice} }], [['p1p2', 1, 2], ['p1p2', 2, 2]], 'a duplicate makes two lines');
    is_deeply([map { $_->{text} } @{ $by_phone{$again} }], ['ab', 'cd'], 'a reference used again makes a new message');
    is_deeply([map { [@$_{qw(text incomplete missing)}] } @{ $by_phone{$lost} }], [['l1l3', JSON::PP::true, [2]]], 'a lost segment is named');
    is_deeply([map { [@$_{qw(text repeat missing)}] } @{ $by_phone{$repeat} }], [['r1r2', undef, undef], ['r2', JSON::PP::true, [1]]],
        'a single segment sent again is told from a lost one');
    my %want_summary = (messages => 16, distinct => 13, duplicates => 1, incomplete => 2, segment_repeats => 1, violations_total => 0);
    is($summary->{$_}, $want_summary{$_}, "summary: $_") for sort keys %want_summary;
    is($summary->{submits_accepted}, $summary->{submits_received}, 'summary: every submit was accepted');
};

# Septets as octets of 7 bits each, `fill` zero bits in front: 3GPP 23.038 §6.1.2.1, independent of the carrier's own.
sub packed {
    my ($septets, $fill) = @_;
    my $bits = '0' x $fill . join '', map { substr unpack('b8', $_), 0, 7 } split //, $septets;
    return pack 'b*', $bits;
}

subtest 'data_coding 0' => sub {
    my @rows = (    # --dcs0, octets, fields, text, encoding
        ['latin1', "\xE9t\xE9", [], "\x{E9}t\x{E9}", 'LATIN1'],
        ['ascii', '[@]', [], '[@]', 'ASCII'],
        ['gsm7', "\x00_", [], "\@\x{A7}", 'GSM7'],
        ['packed', packed('hellohello', 0), [], 'hellohello', 'GSM7'],
        ['packed', packed('sevense', 0), [], 'sevense@', 'GSM7'],    # 7 spare bits read as a septet: pad with CR
        ['packed', packed("sevense\x0D", 0), [], 'sevense', 'GSM7'],
        ['packed', udh8(1, 1, 1) . packed("abc\x1Be", 1), [esm_class => 0x40], "abc\x{20AC}", 'GSM7'],
        ['packed', udh16(1, 1, 1) . packed('no filler', 0), [esm_class => 0x40], 'no filler', 'GSM7'],
    );
    for (@rows) {
        my ($dcs0, $octets, $fields, $text, $encoding) = @$_;
        my $carrier = start('--dcs0', $dcs0);
        status_is(submit(scalar bound($carrier), short_message => $octets, @$fields), 0, "$dcs0, $text: accepted");
        my (undef, @lines) = finish($carrier);
        is($lines[0]{text}, $text, "$dcs0, $text: text");
        is($lines[0]{encoding}, $encoding, "$dcs0, $text: encoding");
    }
};

subtest 'violations' => sub {
    my $carrier = start();
    my $peer = bound($carrier);
    my @rows = (    # name, kind, command_status, fields of message_body
        ['+ in the destination', 'dest_addr', 0x0B, to => '+8613900000001'],
        ['empty destination', 'dest_addr', 0x0B, to => ''],
        ['16 digits', 'dest_addr', 0x0B, to => '8613900000001234'],
        ['destination over its field', 'dest_addr', 0x0B, to => '1' x 21],
        ['unknown destination TON', 'dest_ton', 0x50, ton => 7],
        ['alphanumeric destination', 'dest_ton', 0x50, ton => 5],
        ['unknown destination NPI', 'dest_npi', 0x51, npi => 2],
        ['letters in a numeric source', 'source_addr', 0x0A, source => '1069a'],
        ['12 alphanumeric characters', 'source_addr', 0x0A, source_ton => 5, source_npi => 0, source => 'abcdefghijkl'],
        ['unknown source TON', 'source_ton', 0x48, source_ton => 9],
        ['unknown source NPI', 'source_npi', 0x49, source_npi => 5],
        ['service_type over its field', 'service_type', 0x15, service_type => 'TOOLONG'],
        ['reserved data_coding', 'data_coding', 0x104, dcs => 0x0B],
        ['forward mode', 'esm_class', 0x43, esm => 2],
        ['a receipt from an ESME', 'esm_class', 0x43, esm => 4],
        ['priority 4', 'priority_flag', 0x06, priority => 4],
        ['registered_delivery reserved bit', 'registered_delivery', 0x07, registered => 0x20],
        ['replace_if_present 2', 'replace_if_present', 0x54, replace => 2],
        ['sm_default_msg_id', 'default_msg_id', 0x63, default_id => 1],
        ['schedule of 12 characters', 'schedule_time', 0x61, schedule => '000000001500'],
        ['validity without sign', 'validity_period', 0x62, validity => '0000000015000000'],
        ['validity in the past', 'validity_period', 0x62, validity => '200101000000032+'],
        ['validity of month 13', 'validity_period', 0x62, validity => '301301000000032+'],
        ['sm_length beyond the body', 'sm_length', 0x01, sm_length => 200],
        ['sm_length 255', 'sm_length', 0x01, text => 'x' x 255],
        ['161 septets', 'text_length', 0x01, text => 'x' x 161],
        ['154 septets after a UDH', 'text_length', 0x01, esm => 0x40, text => udh8(1, 2, 1) . 'x' x 154],
        ['71 UCS-2 units', 'text_length', 0x01, dcs => 8, text => "\x4E\x00" x 71],
        ['no text at all', 'message_empty', 0x01, text => ''],
        ['octet over 0x7F in GSM-7', 'text_gsm7', 0x104, text => "abc\x80"],
        ['lone ESC at the end', 'text_gsm7', 0x104, text => "abc\x1B"],
        ['odd UCS-2', 'text_ucs2', 0x104, dcs => 8, text => "\x4E\x00\x4E"],
        ['high surrogate at the end', 'text_ucs2', 0x104, dcs => 8, text => "\x4E\x00\xD8\x3D"],
        ['low surrogate alone', 'text_ucs2', 0x104, dcs => 8, text => "\xDE\x00\x4E\x00"],
        ['octet over 0x7F in ASCII', 'text_ascii', 0x104, dcs => 1, text => "\xE9"],
        ['UDH longer than the text', 'udh', 0x43, esm => 0x40, text => "\x20\x00\x03"],
        ['UDH element overruns', 'udh', 0x43, esm => 0x40, text => "\x05\x00\x09\x01\x02\x01x"],
        ['segment 3 of 2', 'udh', 0x43, esm => 0x40, text => udh8(1, 2, 3) . 'x'],
        ['total 0', 'udh', 0x43, esm => 0x40, text => udh8(1, 0, 0) . 'x'],
        ['UDH without its flag', 'udh_flag', 0x43, text => udh8(1, 2, 1) . 'x'],
        ['payload beside short_message', 'payload_and_message', 0xC1, tlvs => tlv(0x0424, 'y')],
        ['two of three SAR TLVs', 'sar_missing', 0xC3, tlvs => tlv(0x020C, "\0\1") . tlv(0x020E, "\2")],
        ['SAR segment 3 of 2', 'sar_value', 0xC4, tlvs => tlv(0x020C, "\0\1") . tlv(0x020E, "\2") . tlv(0x020F, "\3")],
        ['SAR beside a UDH', 'sar_with_udh', 0xC1, esm => 0x40, text => udh8(1, 2, 1) . 'x',
            tlvs => tlv(0x020C, "\0\1") . tlv(0x020E, "\2") . tlv(0x020F, "\1")],
        ['TLV header cut off', 'tlv_stream', 0xC0, tlvs => "\x04\x24\x00"],
        ['TLV longer than the rest', 'tlv_stream', 0xC0, tlvs => "\x02\x04\x00\x09ab"],
        ['TLV of wrong length', 'tlv_length', 0xC2, tlvs => tlv(0x0204, 'abc')],
        ['TLV twice', 'tlv_repeated', 0xC1, tlvs => tlv(0x0204, 'ab') x 2],
    );
    my %want;
    for (@rows) {
        my ($name, $kind, $status, %fields) = @$_;
        my $answer = raw($peer, 4, message_body(%fields));
        status_is($answer, $status, "$name: status");
        is($answer->{cmd}, 0x80000004, "$name: answered by submit_sm_resp");
        $want{$kind}++;
    }
    my @raws = (    # name, kind, command_id, body, sequence, status, want_command, want_status
        ['unknown command', 'command_unknown', 0x99, '', 5, 0, 0x80000000, 0x03],
        ['query_sm', 'command_unsupported', 0x03, "id\0\0\0\0", 5, 0, 0x80000003, 0x03],
        ['deliver_sm from an ESME', 'command_unsupported', 0x05, '', 5, 0, 0x80000000, 0x03],
        ['body cut off', 'body_length', 0x04, "\0\0\1" . '1069', 5, 0, 0x80000004, 0x02],
        ['request with a status', 'command_status', 0x15, '', 5, 8, 0x80000015, 0xFF],
        ['sequence 0', 'sequence_number', 0x15, '', 0, 0, 0x80000015, 0xFF],
        ['enquire_link with a body', 'body_surplus', 0x15, 'x', 5, 0, 0x80000015, 0x02],
        ['data_sm without payload', 'payload_missing', 0x103, "\0\0\1" . "10690001\0\1\1" . "8613900000001\0\0\0\0", 5, 0, 0x80000103, 0xC3],
    );
    for (@raws) {
        my ($name, $kind, $command_id, $body, $sequence, $status, $want_command, $want_status) = @$_;
        my $answer = raw($peer, $command_id, $body, $sequence, $status);
        status_is($answer, $want_status, "$name: status");
        is($answer->{cmd}, $want_command, "$name: command");
        is($answer->{seq}, $sequence, "$name: sequence");
        $want{$kind}++;
    }
    $peer->syswrite(pack 'NNNN', 16, 0x80000004, 0, 4711);    # an answer to nothing
    $want{response_unexpected}++;
    status_is(raw($peer, 4, message_body(text => 'good', tlvs => tlv(0x1401, 'vendor'))), 0, 'after all that a good message is accepted');
    my @lengths = ([15, 'short'], [0, 'zero'], [128 * 1024 + 1, 'huge']);
    for (@lengths) {
        my ($length, $name) = @$_;
        my $bad = bound($carrier);
        my $answer = raw($bad, 4, '', 9, 0, $length);
        is($answer->{cmd}, 0x80000000, "$name command_length: generic_nack");
        status_is($answer, 0x02, "$name command_length: RINVCMDLEN");
        ok(!defined next_pdu($bad), "$name command_length: the connection is closed");
        $want{frame_length}++;
    }
    my ($summary, @lines) = finish($carrier);
    is_deeply($summary->{violations}, \%want, 'summary: violations by kind');
    is_deeply([map { $_->{text} } @lines], ['good'], 'nothing bad was accepted');
    my $stderr = slurp($carrier->{stderr_path});
    like($stderr, qr/violation text_gsm7: session 1 of hongyan, submit_sm 77 to 86139\*\*\*\*0001: octet 0x80 at offset 3/, 'a clear line');
    unlike($stderr, qr/8613900000001/, 'numbers are masked');
};

subtest 'frames in pieces' => sub {
    my $carrier = start();
    my $peer = bound($carrier);
    my $octets = '';
    for my $n (1 .. 50) {
        my $body = message_body(text => '', dcs => 8, tlvs => tlv(0x0424, ucs2("第${n}条" x 20)));
        $octets .= pack('NNNN', 16 + length $body, 4, 0, $n) . $body;
    }
    my @cuts = (1, 3, 4, 15, 16, 17, 100, 1000);
    for (my $at = 0, my $piece = 0; $at < length $octets; $piece++) {
        $at += $peer->syswrite(substr $octets, $at, $cuts[$piece % @cuts]);
        command($carrier, "stats") for 1, 2;    # two turns of its loop: this piece is read before the next is sent
    }
    my @seen = map { next_pdu($peer)->{seq} } 1 .. 50;
    is_deeply(\@seen, [1 .. 50], 'all answered, in order');
    my ($summary, @lines) = finish($carrier);
    is($summary->{violations_total}, 0, 'no violation');
    is($lines[49]{text}, '第50条' x 20, 'the last text');
};

subtest 'receipts' => sub {
    my $carrier = start(qw(--receipts on --receipt-state UNDELIV@1 --message-id decimal));
    my $sender = bound($carrier, 'transmitter');
    my $receiver = bound($carrier, 'receiver');
    my $phone = next_phone();
    my $answer = submit($sender, destination_addr => $phone, registered_delivery => 1);
    like($answer->{message_id}, qr/^\d{20}$/, 'decimal id');
    my $receipt = next_pdu($receiver);
    is($receipt->{cmd}, 5, 'a deliver_sm comes on the receiver');
    is($receipt->{esm_class}, 4, 'esm_class');
    is($receipt->{source_addr}, $phone, 'from the phone');
    is($receipt->{destination_addr}, '10690001', 'to our source');
    is($receipt->{receipted_message_id}, "$answer->{message_id}\0", 'receipted_message_id');
    is($receipt->{message_state}, "\x05", 'message_state');
    like($receipt->{short_message},
        qr/^id:$answer->{message_id} sub:001 dlvrd:000 submit date:\d{10} done date:\d{10} stat:UNDELIV err:001 text:$/, 'text');
    $receiver->deliver_sm_resp(seq => $receipt->{seq}, message_id => '');
    submit($sender, registered_delivery => 0);
    nothing_comes($receiver, 'no receipt unless asked for');
    submit($sender, registered_delivery => 1);
    $receipt = next_pdu($receiver);
    close $receiver;    # not answered: it must come again
    my $trx = bound($carrier);
    my $second = next_pdu($trx);
    is($second->{short_message}, $receipt->{short_message}, 'an unanswered receipt comes again on the next bind');
    $trx->deliver_sm_resp(seq => $second->{seq}, message_id => '', status => 0x64);
    my $third = next_pdu($trx);
    is($third->{short_message}, $receipt->{short_message}, 'and again after RX_T_APPN');
    $trx->deliver_sm_resp(seq => $third->{seq}, message_id => '');
    my ($summary) = finish($carrier);
    is($summary->{receipts_answered}, 2, 'summary: receipts_answered');
    is($summary->{receipts_requeued}, 2, 'summary: receipts_requeued');

    my @rows = (['early', [5, 0x80000004], 'before the answer'], ['on', [0x80000004, 5], 'after it'], ['duplicate', [0x80000004, 5, 5], 'twice']);
    for my $case (map { my $row = $_; map { [@$row, $_] } qw(none fixed:5) } @rows) {
        my ($mode, $want, $name, $latency) = @$case;
        my $other = start('--receipts', $mode, '--latency', $latency);
        my $peer = bound($other);
        $peer->submit_sm(destination_addr => '8613900000001', short_message => 'x', registered_delivery => 1);
        my @seen = map { my $pdu = next_pdu($peer); $pdu->{cmd} } @$want;
        is_deeply(\@seen, $want, "receipts $mode, latency $latency: $name");
        finish($other);
    }
    my $narrow = start(qw(--receipts on --receipt-window 3));
    my $peer = bound($narrow);
    $peer->submit_sm(destination_addr => next_phone(), short_message => 'x', registered_delivery => 1) for 1 .. 10;
    my @waiting = grep { $_->{cmd} == 5 } map { next_pdu($peer) } 1 .. 13;
    is(scalar @waiting, 3, 'receipt window: 3 of 10 come');
    nothing_comes($peer, 'receipt window: no more without an answer');
    my $count = 0;
    for (1 .. 10) {
        my $pdu = shift @waiting // next_pdu($peer) or last;
        $peer->deliver_sm_resp(seq => $pdu->{seq}, message_id => '');
        $count++;
    }
    is($count, 10, 'receipt window: all come when answered');
    finish($narrow);
};

# Submits at once and returns, by message, the status answered, or undef if none came before the answer to an enquire_link sent behind
# them (or, `is_delayed`, if every one is answered in the end).
sub statuses {
    my ($peer, $count, $is_delayed) = @_;
    my %place;
    $place{ $peer->submit_sm(destination_addr => next_phone(), short_message => 'x') } = $_ for 0 .. $count - 1;
    $peer->enquire_link() unless $is_delayed;
    my @statuses = (undef) x $count;
    for (1 .. $count + 1) {
        last if $is_delayed && $_ > $count;
        my $pdu = next_pdu($peer) or last;
        last if $pdu->{cmd} == 0x80000015;
        $statuses[$place{ $pdu->{seq} }] = $pdu->{status};
    }
    return @statuses;
}

# The short message without its user data header, from where the PDU has it.
sub text_of {
    my ($pdu) = @_;
    my $text = length($pdu->{short_message} // '') ? $pdu->{short_message} : $pdu->{message_payload} // '';
    return $pdu->{esm_class} & 0x40 ? substr($text, 1 + ord $text) : $text;
}

# Septets out of octets, behind so many bits of filling.
sub unpacked {
    my ($octets, $fill) = @_;
    my $bits = unpack 'b*', $octets;
    return join '', map { chr oct '0b' . reverse } substr($bits, $fill) =~ /(.{7})/g;
}

subtest 'receipt shapes' => sub {
    my $id = qr/[0-9a-f]{16}/;
    my $dates = qr/submit date:\d{10} done date:\d{10}/;
    my $usual = qr/^id:$id sub:001 dlvrd:001 $dates stat:DELIVRD err:000 text:$/;
    my @rows = (    # shape, command, esm_class, text, TLVs that are there
        ['standard', 5, 4, $usual, [qw(message_state receipted_message_id)]],
        ['text', 5, 4, $usual, []],
        ['tlv', 5, 4, qr/^$/, [qw(message_state receipted_message_id)]],
        ['no-id', 5, 4, qr/^sub:001 dlvrd:001 $dates stat:DELIVRD/, [qw(message_state receipted_message_id)]],
        ['cut-id', 5, 4, qr/^id:[0-9a-f]{10} sub/, [qw(message_state receipted_message_id)]],
        ['esm0', 5, 0, $usual, [qw(message_state receipted_message_id)]],
        ['esm0-text', 5, 0, $usual, []],
        ['udh', 5, 0x44, $usual, [qw(message_state receipted_message_id)]],
        ['ucs2', 5, 4, qr/^\0i\0d\0:/, []],
        ['payload', 5, 4, $usual, []],
        ['data-sm', 0x103, 4, $usual, [qw(message_state receipted_message_id)]],
        ['data-sm-tlv', 0x103, 4, qr/^$/, [qw(message_state receipted_message_id)]],
        ['bad-lengths', 5, 4, $usual, [qw(message_state receipted_message_id)]],
        ['lower', 5, 4, qr/^ID:$id Sub:1 Dlvrd:1 Submit_date:\d+ Done_date:\d+ Stat:delivrd Err:000 Text:$/, []],
        ['terse', 5, 4, qr/^id:$id stat:DELIVRD$/, []],
        ['long-dates', 5, 4, qr/submit date:20\d{12} done date:20\d{12} /, []],
        ['empty-fields', 5, 4, qr/ sub: dlvrd: submit date: done date: stat:DELIVRD err: text:$/, []],
        ['nul', 5, 4, qr/text:\0$/, [qw(message_state receipted_message_id)]],
        ['network-error', 5, 4, $usual, [qw(message_state network_error_code receipted_message_id)]],
        ['contradictory', 5, 4, qr/^id:9{16} .* stat:UNDELIV err:001/, [qw(message_state receipted_message_id)]],
        ['no-done-date', 5, 4, qr/^id:$id sub:001 dlvrd:001 submit date:\d{10} stat:DELIVRD/, []],
        ['seconds', 5, 4, qr/submit date:\d{12} done date:\d{12} stat/, []],
        ['spread', 5, 4, qr/^\r\n  id: $id  \r\n sub:  001 .*\tdone  date : \d{10}\n\nstat : DELIVRD \n err: 000/s, []],
        ['own-word', 5, 4, qr/stat:MK:0011 /, [qw(message_state receipted_message_id)]],
        ['gsm7', 5, 4, qr/Submit\x11date:\d+ Done\x11date:\d+ Stat:delivrd/, []],
        ['latin1', 5, 4, qr/^id:$id stat:DELIVRD err:000 text:caf\xE9 \xA3$/, []],
        ['latin1-default', 5, 4, qr/text:caf\xE9 \xA3$/, []],
        ['ascii-as-ucs2', 5, 4, $usual, []],
        ['last-part', 5, 4, $usual, [qw(message_state receipted_message_id)]],
    );
    my $carrier = start(qw(--receipts on));
    my $peer = bound($carrier);
    for (@rows) {
        my ($shape, $command, $esm_class, $text, $tlvs) = @$_;
        is(command($carrier, "shape $shape")->{ok}, JSON::PP::true, "$shape: control line");
        my $answer = submit($peer, registered_delivery => 1);
        my $receipt = next_pdu($peer);
        is($receipt->{cmd}, $command, "$shape: command");
        is($receipt->{esm_class}, $esm_class, "$shape: esm_class");
        like(text_of($receipt), $text, "$shape: text");
        is_deeply([sort grep { defined $receipt->{$_} } qw(message_state network_error_code receipted_message_id)], $tlvs, "$shape: TLVs");
        is($receipt->{receipted_message_id}, "$answer->{message_id}\0", "$shape: id in the TLV") if @$tlvs;
        my $method = $command == 5 ? 'deliver_sm_resp' : 'data_sm_resp';
        $peer->$method(seq => $receipt->{seq}, message_id => '');
    }
    for (['packed', 4, 0], ['packed-udh', 0x44, 1]) {
        my ($shape, $esm_class, $fill) = @$_;
        command($carrier, "shape $shape");
        submit($peer, registered_delivery => 1);
        my $receipt = next_pdu($peer);
        is($receipt->{esm_class}, $esm_class, "$shape: esm_class");
        like(unpacked(text_of($receipt), $fill), qr/^id:$id sub:001 dlvrd:001 $dates stat:DELIVRD err:000 text:/, "$shape: text");
        $peer->deliver_sm_resp(seq => $receipt->{seq}, message_id => '');
    }
    command($carrier, 'shape bad-tail');
    $peer->submit_sm(destination_addr => next_phone(), short_message => 'x', registered_delivery => 1);
    next_pdu($peer);
    sysread $peer, my $header, 16;
    my ($length) = unpack 'N', $header;
    sysread $peer, my $body, $length - 16;
    is(substr($body, -5), "\x14\x00\x00\x20\x01", 'bad-tail: a TLV that is cut off');
    $peer->deliver_sm_resp(seq => unpack('x12 N', $header), message_id => '');
    is(command($carrier, 'shape nonsense')->{ok}, JSON::PP::false, 'an unknown shape is refused');
    my ($summary) = finish($carrier);
    is($summary->{receipts_answered}, @rows + 3, 'every receipt was answered, data_sm too');
    is($summary->{violations_total}, 0, 'and rightly');

    my @ids = (    # --message-id, --receipt-id, the submit's id, the same in the receipt
        ['hex', 'decimal', sub { sprintf '%020u', hex shift }],
        ['hex', 'decimal-plain', sub { hex shift }],
        ['hex', 'upper', sub { uc shift }],
        ['decimal', 'hex', sub { sprintf '%016x', shift }],
        ['decimal', 'decimal-plain', sub { shift =~ s/^0+//r }],
        ['decimal', 'padded', sub { '0' x 20 . shift }],
        ['uuid', 'same', sub { shift }],
    );
    for (@ids) {
        my ($response, $form, $want) = @$_;
        my $other = start(qw(--receipts on --id-prefix 10abcdef --message-id), $response, '--receipt-id', $form);
        my $link = bound($other);
        my $answer = submit($link, registered_delivery => 1);
        like($answer->{message_id}, qr/^[0-9a-f]{8}-5e1f-4a0d-9b00-[0-9a-f]{12}$/, 'a UUID') if $response eq 'uuid';
        my ($seen) = next_pdu($link)->{short_message} =~ /^id:(\S+)/;
        is($seen, $want->($answer->{message_id}), "$response in the answer, $form in the receipt");
        my (undef, @lines) = finish($other);
        is_deeply($lines[0]{message_ids}, [$answer->{message_id}], "$response: the record has the answer's id");
    }

    my $both = start(qw(--receipts on));
    my $link = bound($both);
    submit($link, registered_delivery => 0x11);
    my ($intermediate, $final) = map { next_pdu($link) } 1, 2;
    is_deeply([@$intermediate{qw(esm_class message_state)}], [0x20, "\x01"], 'registered_delivery 0x11: first an intermediate notification');
    is_deeply([@$final{qw(esm_class message_state)}], [4, "\x02"], 'and then the receipt');
    finish($both);
};

subtest 'messages from phones' => sub {
    my $carrier = start();
    like(command($carrier, 'mo 1 2 gsm7 udh8 x')->{error}, qr/no system_id/, 'nobody has bound yet');
    my $peer = bound($carrier);
    my $long = '退订' x 50;
    my $escapes = 'a' x 152 . '[' . 'b' x 40;
    my @rows = (    # SPLIT, CODING, TEXT, data_coding, parts: octets in order of sending
        ['udh8', 'gsm7', 'STOP now', 0, 'STOP now'],
        ['udh8', 'gsm7', '[€]', 0, "\x1B\x3C\x1B\x65\x1B\x3E"],
        ['udh8', 'packed', 'hellohello', 0, "\xE8\x32\x9B\xFD\x46\x97\xD9\xEC\x37"],
        ['udh8', 'latin1', 'été', 3, "\xE9t\xE9"],
        ['udh8', 'ucs2', '拒收请回复R', 8, ucs2('拒收请回复R')],
        ['udh8', 'ucs2', $long, 8, map { ucs2(substr $long, 67 * $_, 67) } 0, 1],
        ['udh16/reversed', 'ucs2', $long, 8, map { ucs2(substr $long, 66 * $_, 66) } 1, 0],
        ['sar', 'gsm7', $escapes, 0, 'a' x 152, "\x1B\x3C" . 'b' x 40],
        ['payload', 'ucs2', $long, 8, ucs2($long)],
    );
    my $reference = 1;    # the one above that went nowhere
    for (@rows) {
        my ($split, $coding, $text, $data_coding, @parts) = @$_;
        my $name = "$coding, $split, " . length($text) . ' characters';
        $reference++;
        my $reply = command($carrier, encode('UTF-8', "mo 8613900000001 10690001 $coding $split $text"));
        is($reply->{parts}, scalar @parts, "$name: parts") or diag($reply->{error});
        for my $index (0 .. $#parts) {
            my $pdu = next_pdu($peer);
            my $number = $split =~ /reversed/ ? @parts - $index : $index + 1;
            is_deeply([@$pdu{qw(cmd source_addr destination_addr data_coding)}], [5, '8613900000001', '10690001', $data_coding], "$name: fields");
            my $text = length $pdu->{short_message} ? $pdu->{short_message} : $pdu->{message_payload};
            my $udh = @parts == 1 ? '' : $split =~ /^udh8/ ? udh8($reference, scalar @parts, $number)
                : $split =~ /^udh16/ ? udh16($reference, scalar @parts, $number) : '';
            is(unpack('H*', $text), unpack('H*', $udh . $parts[$index]), "$name: text of part $number");
            is($pdu->{esm_class}, $udh eq '' ? 0 : 0x40, "$name: esm_class");
            is_deeply([map { unpack 'H*', $pdu->{$_} // '' } qw(sar_msg_ref_num sar_total_segments sar_segment_seqnum)],
                [sprintf('%04x', $reference), sprintf('%02x', scalar @parts), sprintf('%02x', $number)], "$name: SAR") if $split eq 'sar';
            $peer->deliver_sm_resp(seq => $pdu->{seq}, message_id => '');
        }
    }
    my @wrong = (['mo 1 2 gsm7 udh8', qr/want FROM TO/], ['mo +1 2 gsm7 udh8 x', qr/digits/], ['mo 1 2 gsm8 udh8 x', qr/CODING/],
        ['mo 1 2 gsm7 udh9 x', qr/SPLIT/], ["mo 1 2 gsm7 udh8 \x{E7}\x{8535}", qr/does not fit/], ['mo', qr/argument is missing/]);
    like(command($carrier, encode('UTF-8', $$_[0]))->{error}, $$_[1], encode('UTF-8', $$_[0])) for @wrong;
    command($carrier, 'mo 1 2 gsm7 udh8 again');
    my $first = next_pdu($peer);
    $peer->deliver_sm_resp(seq => $first->{seq}, message_id => '', status => 0x64);
    my $second = next_pdu($peer);
    is($second->{short_message}, 'again', 'a message that is answered with RX_T_APPN comes again');
    $peer->deliver_sm_resp(seq => $second->{seq}, message_id => '');
    my ($summary) = finish($carrier);
    is($summary->{mo_sent}, $summary->{mo_answered} + $summary->{mo_refused}, 'summary: each was answered');
    is($summary->{mo_refused}, 1, 'summary: mo_refused');
};

subtest 'query_sm' => sub {
    my $deaf = start();
    my $peer = bound($deaf);
    $peer->query_sm(message_id => '1', source_addr => '10690001');
    status_is(next_pdu($peer), 0x03, 'off: the command is refused');
    finish($deaf);
    for my $form (qw(hex decimal uuid)) {
        my $carrier = start(qw(--query on --receipt-state UNDELIV@1 --message-id), $form);
        $peer = bound($carrier);
        my $answer = submit($peer, user_message_reference => pack('n', 4711));
        for (['its message_id', $answer->{message_id}], ['its user_message_reference', '4711']) {
            my ($name, $id) = @$_;
            $peer->query_sm(message_id => $id, source_addr => '10690001');
            my $pdu = next_pdu($peer);
            status_is($pdu, 0, "$form, by $name: known");
            is_deeply([@$pdu{qw(cmd message_id message_state)}], [0x80000003, $id, 5], "$form, by $name: state");
        }
        for my $id ('4712', substr($answer->{message_id}, 1), '99999999', '') {
            $peer->query_sm(message_id => $id, source_addr => '10690001');
            status_is(next_pdu($peer), 0x67, "$form, “$id”: RQUERYFAIL");
        }
        status_is(raw($peer, 3, "1\0\0\0", 78), 0x02, "$form: without a source_addr");
        $peer->query_sm(message_id => '', source_addr => '10690001', user_message_reference => pack('n', 4711));
        my $told = next_pdu($peer);
        status_is($told, 0, "$form, by the TLV: known");
        is_deeply([@$told{qw(cmd message_id message_state)}], [0x80000003, $answer->{message_id}, 5], "$form, by the TLV: its message_id and state");
        $peer->query_sm(message_id => '', source_addr => '10690001', user_message_reference => pack('n', 4712));
        status_is(next_pdu($peer), 0x67, "$form, by the TLV: RQUERYFAIL");
        $peer->query_sm(message_id => '1', source_addr => '10690001', user_message_reference => pack('n', 4711));
        status_is(next_pdu($peer), 0x02, "$form: a TLV beside a message_id");
        my ($summary) = finish($carrier);
        is_deeply([@$summary{qw(queries_received queries_known)}], [10, 3], "$form: summary");
    }
};

subtest 'faults' => sub {
    my $count = 400;
    my @rows = (    # name, options, status of the hit ones, low and high number of hits, recorded
        ['fail', ['--fail', '0x08@0.25'], 0x08, 60, 140, sub { $count - $_[0] }],
        ['swallow', ['--swallow', '0.25'], undef, 60, 140, sub { $count }],
        ['swallow-drop', ['--swallow-drop', '0.25'], undef, 60, 140, sub { $count - $_[0] }],
        ['throttle-tps', ['--throttle-tps', '100'], 0x58, 300, 300, sub { 100 }],
        ['window-max', [qw(--window-max 50 --latency fixed:1000)], 0x58, 350, 350, sub { 50 }],
    );
    for (@rows) {
        my ($name, $options, $status, $low, $high, $recorded) = @$_;
        my @runs = map {
            my $carrier = start('--seed', 42, @$options);
            my @statuses = statuses(scalar bound($carrier), $count, $name eq 'window-max');
            my ($summary, @lines) = finish($carrier);
            my $hits = grep { defined $status ? defined && $_ == $status : !defined } @statuses;
            cmp_ok($hits, '>=', $low, "$name: at least $low hit");
            cmp_ok($hits, '<=', $high, "$name: at most $high hit");
            is(scalar @lines, $recorded->($hits), "$name: recorded");
            is($summary->{failed_by_status}{'0x08'}, $hits, 'fail: summary') if $name eq 'fail';
            is(scalar(grep { $_->{swallowed} } @lines), $hits, 'swallow: marked in the record') if $name eq 'swallow';
            join ',', map { $_ // '-' } @statuses;
        } 1, 2;
        is($runs[0], $runs[1], "$name: the same seed, the same fate");
    }
    my @latencies = (['fixed:120', 0.12], ['uniform:50-80', 0.05], ['mix:60@1,90@1', 0.06]);
    for (@latencies) {
        my ($latency, $low) = @$_;
        my $carrier = start('--latency', $latency);
        my $peer = bound($carrier);
        my $started = time;
        status_is(submit($peer), 0, "latency $latency: answered");
        my $took = time - $started;
        cmp_ok($took, '>=', $low, "latency $latency: not before its time");
        cmp_ok($took, '<', DEADLINE_S / 2, "latency $latency: and not long after");
        finish($carrier);
    }
    my $carrier = start('--late', '300@1');
    my $peer = bound($carrier);
    my $started = time;
    status_is(submit($peer), 0, 'late: answered');
    cmp_ok(time - $started, '>=', 0.3, 'late: by that much');
    $peer->submit_sm(destination_addr => '8613900000001', short_message => 'x', seq => 500) for 1, 2;
    status_is(next_pdu($peer), 0xFF, 'a sequence_number still outstanding is refused');
    $peer->unbind();
    is_deeply([map { next_pdu($peer)->{cmd} } 1, 2], [0x80000004, 0x80000006], 'unbind is answered after what is outstanding');
    finish($carrier);
};

subtest 'enquire_link' => sub {
    my $carrier = start(qw(--enquire-ms 80));
    my $peer = bound($carrier);
    my $asked = next_pdu($peer);
    is($asked->{cmd}, 0x15, 'the carrier asks after silence');
    $peer->enquire_link_resp(seq => $asked->{seq});
    is(next_pdu($peer)->{cmd}, 0x15, 'and asks again');
    ok(!defined next_pdu($peer), 'and closes if there is no answer');
    my ($summary) = finish($carrier);
    is($summary->{enquires_unanswered}, 1, 'summary: enquires_unanswered');

    $carrier = start(qw(--enquire-ms 80));
    $peer = bound($carrier);
    command($carrier, 'unbind');
    my $unbind = next_pdu($peer);
    is($unbind->{cmd}, 6, 'the carrier unbinds');
    ok(!defined next_pdu($peer, 0.3), 'and asks no more whether the peer lives');
    $peer->unbind_resp(seq => $unbind->{seq});
    ok(!defined next_pdu($peer), 'and closes once it is answered');
    ($summary) = finish($carrier);
    is($summary->{enquires_sent}, 0, 'summary: enquires_sent');
};

subtest 'control' => sub {
    my $carrier = start();
    my $peer = bound($carrier);
    is_deeply(command($carrier, 'throttle on'), { ok => JSON::PP::true, command => 'throttle' }, 'throttle on');
    status_is(submit($peer), 0x58, 'everything is throttled');
    command($carrier, 'throttle off');
    ok(command($carrier, 'fail 0x45')->{ok}, 'fail 0x45');
    status_is(submit($peer), 0x45, 'everything fails');
    command($carrier, 'fail off');
    ok(command($carrier, 'swallow on')->{ok}, 'swallow on');
    $peer->submit_sm(destination_addr => '8613900000001', short_message => 'x');
    nothing_comes($peer, 'nothing is answered');
    command($carrier, 'swallow off');
    is(command($carrier, 'freeze')->{sessions}, 1, 'freeze');
    $peer->enquire_link();
    ok(!defined next_pdu($peer, 0.1), 'frozen: not even enquire_link is answered');
    command($carrier, 'thaw');
    is(next_pdu($peer)->{cmd}, 0x80000015, 'thaw: it is');
    my $stats = command($carrier, 'stats');
    is($stats->{accepted}, 1, 'stats: accepted');
    is($stats->{bound}, 1, 'stats: bound');
    is(command($carrier, 'unbind')->{sessions}, 1, 'unbind');
    my $unbind = next_pdu($peer);
    is($unbind->{cmd}, 6, 'unbind arrives');
    status_is(submit($peer), 0, 'until it is answered, submits are taken');
    $peer->unbind_resp(seq => $unbind->{seq});
    ok(!defined next_pdu($peer), 'then the connection closes');
    for my $row (['reset', 'RST'], ['close', 'FIN']) {
        my $victim = bound($carrier);
        is(command($carrier, $$row[0])->{sessions}, 1, $$row[0]);
        my $count = sysread $victim, my $rest, 1;
        is(defined $count ? 'FIN' : $!{ECONNRESET} ? 'RST' : "$!", $$row[1], "$$row[0]: the peer sees $$row[1]");
    }
    my $victim = bound($carrier);
    command($carrier, 'garbage');
    is(sysread($victim, my $garbage, 64), 64, 'garbage arrives');
    command($carrier, 'badlen');
    sysread $victim, my $header, 16;
    is(unpack('N', $header), 2, 'badlen: command_length 2');
    my $wrong = command($carrier, 'frezee');
    is($wrong->{ok}, JSON::PP::false, 'an unknown command is refused');
    like($wrong->{error}, qr/did you mean freeze/, 'with a suggestion');
    ok(!command($carrier, 'throttle perhaps')->{ok}, 'a wrong argument is refused');
    ok(!command($carrier, 'x' x 6000)->{ok}, 'an overlong line is refused');
    ok(command($carrier, 'latency fixed:1')->{ok}, 'latency');
    ok(command($carrier, 'quit')->{ok}, 'quit');
    my ($summary) = finish($carrier);
    is($summary->{sessions}, 4, 'summary: sessions');
};

subtest 'ends' => sub {
    my $carrier = start('--record-segments', tempdir(CLEANUP => 1) . '/segments');
    my $peer = bound($carrier);
    submit($peer, destination_addr => '8613900000001', short_message => udh8(1, 2, $_) . "s$_", esm_class => 0x40) for 1, 2;
    kill_hard($carrier);
    ok(!-e $carrier->{record_path}, 'kill -9 leaves no record');
    my $segments = "$carrier->{dir}/segments";
    system('sh', '-c', 'exec "$@" >"$0"', $carrier->{stderr_path}, $program, '--decode', "$carrier->{record_path}.raw", '--record', $carrier->{record_path}, '--record-segments', $segments,
        '--summary', $carrier->{summary_path});
    is($? >> 8, 0, '--decode reads the spool');
    my ($line) = map { $json->decode($_) } split /\n/, slurp($carrier->{record_path});
    is($line->{text}, 's1s2', 'with what was answered');
    is($line->{system_id}, 'hongyan', 'and whose it was');
    my @segment_lines = map { $json->decode($_) } split /\n/, slurp($segments);
    is_deeply([map { [@$_{qw(to number total segments)}] } @segment_lines], [map { ['8613900000001', $_, 2, 1] } 1, 2], '--record-segments');
    is(system("'$program' --decode /dev/null --record '$carrier->{dir}/none' 2>/dev/null") >> 8, 1, '--decode refuses what is no spool');

    my $signalled = start();
    $peer = bound($signalled);
    submit($peer, short_message => 'last words');
    kill TERM => $signalled->{pid};
    my ($summary, @lines) = finish($signalled);
    is($lines[0]{text}, 'last words', 'SIGTERM writes the record');
    ok(!-e "$signalled->{record_path}.raw", 'and removes the spool');
    is($summary->{submits_accepted}, 1, 'and the summary');
};

done_testing();
