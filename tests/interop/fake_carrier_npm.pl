#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The fake carrier as an SMSC for the client of another house, the npm package “smpp”: it binds, writes texts in its own encodings,
# reads receipts and messages from phones, asks, and ends. What the carrier takes for legal is so for others too, and what it says
# others can read. TAP on stdout.
# usage: fake_carrier_npm.pl PATH/TO/fake-carrier NODE-COMMAND…     (the command does as node/esme.js does; it gets the port)
use strict;
use warnings;
use utf8;
use Encode qw(encode);
use FindBin;
use IO::Select;
use IPC::Open2;
use Test::More;
use lib $FindBin::Bin;
use FakeCarrier;

use constant {
    ROK => 0, RINVBNDSTS => 0x04, RALYBND => 0x05, RINVCMDID => 0x03, RINVDSTADR => 0x0B, RBINDFAIL => 0x0D, RINVPASWD => 0x0E,
    RINVSYSID => 0x0F, RTHROTTLED => 0x58, RQUERYFAIL => 0x67, GENERIC_NACK => 'generic_nack', OURS => '10690001',
};

($program, my @node) = @ARGV;
@node && -x $program or BAIL_OUT('usage: fake_carrier_npm.pl PATH/TO/fake-carrier NODE-COMMAND…');
binmode $_, ':encoding(UTF-8)' for Test::More->builder->output, Test::More->builder->failure_output;
$SIG{PIPE} = 'IGNORE';

# --- the client ------------------------------------------------------------------------------------------------------

# A client of that carrier.
sub esme {
    my ($carrier) = @_;
    my $pid = open2(my $from, my $to, @node, $carrier->{port});
    return { pid => $pid, from => $from, to => $to, said => '' };
}

# Lets it do something; what it says to that.
sub order {
    my ($esme, %order) = @_;
    syswrite $esme->{to}, $json->encode(\%order) . "\n";
    while ($esme->{said} !~ /\n/) {
        IO::Select->new($esme->{from})->can_read(DEADLINE_S) or BAIL_OUT("the client says nothing to $order{do}");
        sysread $esme->{from}, $esme->{said}, 65536, length $esme->{said} or BAIL_OUT("the client ends at $order{do}");
    }
    $esme->{said} =~ s/\A([^\n]*)\n//;
    return $json->decode($1);
}

sub ask { my ($esme, $link, $command, %fields) = @_; return order($esme, do => 'ask', link => $link, command => $command, fields => \%fields) }
sub take { my ($esme, $link) = @_; return order($esme, do => 'take', link => $link) }

# A new connection, bound; the answer to the bind.
sub bind_link {
    my ($esme, $link, $kind, %fields) = @_;
    order($esme, do => 'open', link => $link);
    return ask($esme, $link, "bind_$kind", system_id => 'hongyan', password => 'secret', interface_version => 0x34, %fields);
}

sub submit_by {
    my ($esme, $link, %fields) = @_;
    return ask($esme, $link, 'submit_sm', source_addr_npi => 1, source_addr => OURS, dest_addr_ton => 1, dest_addr_npi => 1,
        destination_addr => '' . next_phone(), data_coding => 0, short_message => 'x', %fields);
}

sub leave {
    my ($esme) = @_;
    close $esme->{to};
    waitpid $esme->{pid}, 0;
    is($?, 0, 'the client ends with status 0');
}

# Command and status of an answer.
sub answer_is {
    my ($answer, $command, $status, $name) = @_;
    is(sprintf('%s 0x%02X', $answer->{command} // 'none', $answer->{command_status} // 0), sprintf('%s 0x%02X', $command, $status), $name);
}

# --- the tests -------------------------------------------------------------------------------------------------------

subtest 'binds' => sub {
    my $carrier = start(qw(--system-id hongyan --password secret --binds-max 2));
    my $esme = esme($carrier);
    order($esme, do => 'open', link => 'early');
    answer_is(submit_by($esme, 'early'), 'submit_sm_resp', RINVBNDSTS, 'a submit in front of the bind');
    my @kinds = qw(transmitter receiver transceiver);
    for my $kind (@kinds) {
        answer_is(bind_link($esme, "wrong $kind", $kind, password => 'wrong'), "bind_${kind}_resp", RINVPASWD, "$kind: wrong password");
        answer_is(bind_link($esme, "other $kind", $kind, system_id => 'other'), "bind_${kind}_resp", RINVSYSID, "$kind: wrong system_id");
        my $answer = bind_link($esme, $kind, $kind);
        answer_is($answer, "bind_${kind}_resp", ROK, "$kind: bound");
        is($answer->{system_id}, 'fake-carrier', "$kind: system_id");
        is($answer->{sc_interface_version}, 0x34, "$kind: sc_interface_version");
        answer_is(ask($esme, $kind, "bind_$kind", system_id => 'hongyan', password => 'secret', interface_version => 0x34),
            "bind_${kind}_resp", RALYBND, "$kind: a second bind");
        answer_is(submit_by($esme, $kind), 'submit_sm_resp', $kind eq 'receiver' ? RINVBNDSTS : ROK, "$kind: a submit");
        answer_is(ask($esme, $kind, 'enquire_link'), 'enquire_link_resp', ROK, "$kind: enquire_link");
        answer_is(ask($esme, $kind, 'unbind'), 'unbind_resp', ROK, "$kind: unbind");
        is_deeply(order($esme, do => 'end', link => $kind), {}, "$kind: and the connection is closed");
    }
    answer_is(bind_link($esme, $_, 'transceiver'), 'bind_transceiver_resp', ROK, "link $_ of two") for 1, 2;
    answer_is(bind_link($esme, 3, 'transceiver'), 'bind_transceiver_resp', RBINDFAIL, 'a third link');
    leave($esme);
    my ($summary) = finish($carrier);
    is_deeply([@$summary{qw(binds binds_refused submits_accepted)}], [5, 7, 2], 'summary');
    is_deeply($summary->{violations}, { bind_again => 3, bind_state => 2 }, 'violations: just what was wrong');
};

# A user data header as the client wants it.
sub header { return { hex => unpack 'H*', $_[0] } }

subtest 'texts' => sub {
    my $carrier = start();
    my $esme = esme($carrier);
    bind_link($esme, 1, 'transmitter');
    my $gsm7 = '@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCXYZÄÖÑÜ§¿abcxyzäöñüà';
    my $long = '您的电费账单已出，请按时缴纳。' x 12;
    my @parts = map { substr $long, 67 * $_, 67 } 0 .. 2;
    my @parts16 = map { substr $long, 66 * $_, 66 } 0 .. 2;
    my %ucs2 = (data_coding => 8);
    my @messages = (    # name, text, encoding, method, segments, fields of each PDU
        ['GSM-7', $gsm7, 'GSM7', 'none', 1, { short_message => $gsm7 }],
        ['GSM-7, extension', '€[]{}^~|\\ and plain', 'GSM7', 'none', 1, { short_message => '€[]{}^~|\\ and plain' }],
        ['GSM-7, 160 septets', 'g' x 160, 'GSM7', 'none', 1, { short_message => 'g' x 160 }],
        ['Latin-1', 'déjà été ÿ', 'LATIN1', 'none', 1, { data_coding => 3, short_message => 'déjà été ÿ' }],
        ['UCS-2', '【国网】电费提醒', 'UCS2', 'none', 1, { %ucs2, short_message => '【国网】电费提醒' }],
        ['UCS-2, a surrogate pair', "电\x{1F4A1}费", 'UCS2', 'none', 1, { %ucs2, short_message => "电\x{1F4A1}费" }],
        ['UCS-2, 70 characters', '电' x 70, 'UCS2', 'none', 1, { %ucs2, short_message => '电' x 70 }],
        ['UDH of 8 bits', $long, 'UCS2', 'udh8', 3,
            map { { %ucs2, short_message => { udh => header(udh8(0xC8, 3, $_)), message => $parts[$_ - 1] } } } 2, 3, 1],
        ['UDH of 8 bits, GSM-7', 'a' x 153 . 'the rest', 'GSM7', 'udh8', 2,
            { short_message => { udh => header(udh8(9, 2, 1)), message => 'a' x 153 } },
            { short_message => { udh => header(udh8(9, 2, 2)), message => 'the rest' } }],
        ['UDH of 16 bits', $long, 'UCS2', 'udh16', 3,
            map { { %ucs2, short_message => { udh => header(udh16(0xFEDC, 3, $_)), message => $parts16[$_ - 1] } } } 1 .. 3],
        ['SAR', $long, 'UCS2', 'sar', 3,
            map { { %ucs2, short_message => $parts[$_ - 1], sar_msg_ref_num => 0x1234, sar_total_segments => 3, sar_segment_seqnum => $_ } } 1 .. 3],
        ['message_payload', $long, 'UCS2', 'payload', 3, { %ucs2, short_message => '', message_payload => $long }],
        ['message_payload, GSM-7', 'p' x 400, 'GSM7', 'payload', 3, { short_message => '', message_payload => 'p' x 400 }],
    );
    my %want;
    for (@messages) {
        my ($name, $text, $encoding, $method, $segments, @pdus) = @$_;
        my $phone = '' . next_phone();
        my @answers = map { submit_by($esme, 1, %$_, destination_addr => $phone) } @pdus;
        answer_is($_, 'submit_sm_resp', ROK, "$name: accepted") for @answers;
        my %fields = (text => $text, encoding => $encoding, method => $method, segments => $segments, from => OURS, system_id => 'hongyan');
        $want{$phone} = { name => $name, ids => [sort map { $_->{message_id} } @answers], fields => \%fields };
    }
    my $phone = '' . next_phone();
    my $answer = ask($esme, 1, 'data_sm', source_addr_npi => 1, source_addr => OURS, dest_addr_ton => 1, dest_addr_npi => 1,
        destination_addr => $phone, %ucs2, message_payload => $long);
    answer_is($answer, 'data_sm_resp', ROK, 'data_sm: accepted');
    my %data = (text => $long, encoding => 'UCS2', method => 'payload', segments => 3, from => OURS, system_id => 'hongyan');
    $want{$phone} = { name => 'data_sm', ids => [$answer->{message_id}], fields => \%data };
    leave($esme);
    my ($summary, @lines) = finish($carrier);
    is(scalar @lines, scalar keys %want, 'each is recorded, once');
    for my $line (@lines) {
        my $row = $want{ $line->{to} } or fail("a message to $line->{to}"), next;
        is_deeply({ map { $_ => $line->{$_} } keys %{ $row->{fields} } }, $row->{fields}, "$row->{name}: record");
        is_deeply([sort @{ $line->{message_ids} }], $row->{ids}, "$row->{name}: message_ids");
        is($line->{incomplete}, undef, "$row->{name}: whole");
    }
    is($summary->{violations_total}, 0, 'no violation');
};

# The text of a PDU as the client has read it, from where the PDU has it.
sub text_in {
    my ($pdu) = @_;
    my ($short, $payload) = map { ref $pdu->{$_} ? $pdu->{$_}{message} : '' } qw(short_message message_payload);
    return length $short ? $short : $payload;
}

subtest 'receipts' => sub {
    my @states = (['DELIVRD', 2, 'dlvrd:001'], ['UNDELIV', 5, 'dlvrd:000']);
    for (@states) {
        my ($stat, $state, $dlvrd) = @$_;
        my $carrier = start(qw(--receipts on), $stat eq 'DELIVRD' ? () : ('--receipt-state', "$stat\@1"));
        my $esme = esme($carrier);
        bind_link($esme, 'out', 'transmitter');
        bind_link($esme, 'in', 'receiver');
        my @shapes = (    # shape, command, esm_class, has a text, has TLVs
            ['standard', 'deliver_sm', 4, 1, 1], ['text', 'deliver_sm', 4, 1, 0], ['tlv', 'deliver_sm', 4, 0, 1], ['payload', 'deliver_sm', 4, 1, 0],
            ['ucs2', 'deliver_sm', 4, 1, 0], ['udh', 'deliver_sm', 0x44, 1, 1], ['data-sm', 'data_sm', 4, 1, 1], ['data-sm-tlv', 'data_sm', 4, 0, 1],
        );
        for (@shapes) {
            my ($shape, $command, $esm_class, $has_text, $has_tlvs) = @$_;
            my $name = "$stat, $shape";
            command($carrier, "shape $shape");
            my $phone = '' . next_phone();
            my $id = submit_by($esme, 'out', destination_addr => $phone, registered_delivery => 1)->{message_id};
            my $receipt = take($esme, 'in');
            is_deeply([@$receipt{qw(command esm_class source_addr destination_addr)}], [$command, $esm_class, $phone, OURS], "$name: fields");
            my $pattern = $has_text ? qr/^id:$id sub:001 $dlvrd submit date:\d{10} done date:\d{10} stat:$stat err:\d{3} text:$/ : qr/^$/;
            like(text_in($receipt), $pattern, "$name: text");
            is_deeply([@$receipt{qw(receipted_message_id message_state)}], $has_tlvs ? [$id, $state] : [undef, undef], "$name: TLVs");
        }
        submit_by($esme, 'out', registered_delivery => 0);
        submit_by($esme, 'out', registered_delivery => 1, destination_addr => '8613911112222');
        is(take($esme, 'in')->{source_addr}, '8613911112222', "$stat: none comes that was not asked for");
        answer_is(ask($esme, $_, 'unbind'), 'unbind_resp', ROK, "$stat: unbind") for qw(out in);
        leave($esme);
        my ($summary) = finish($carrier);
        is($summary->{receipts_answered}, @shapes + 1, "$stat: all are answered");
        is($summary->{violations_total}, 0, "$stat: no violation");
    }
};

subtest 'messages from phones' => sub {
    my $carrier = start();
    my $esme = esme($carrier);
    bind_link($esme, 1, 'transceiver');
    my $long = '退订' x 50;
    my @rows = (    # SPLIT, CODING, TEXT, data_coding, parts
        ['udh8', 'gsm7', 'STOP [€]', 0, 'STOP [€]'],
        ['udh8', 'ucs2', $long, 8, map { substr $long, 67 * $_, 67 } 0, 1],
        ['udh16', 'ucs2', $long, 8, map { substr $long, 66 * $_, 66 } 0, 1],
        ['sar', 'ucs2', $long, 8, map { substr $long, 67 * $_, 67 } 0, 1],
        ['payload', 'ucs2', $long, 8, $long],
    );
    for (@rows) {
        my ($split, $coding, $text, $data_coding, @parts) = @$_;
        command($carrier, encode('UTF-8', "mo 8613900000001 10690001 $coding $split $text"));
        for my $number (1 .. @parts) {
            my $name = "$split, $coding, part $number of " . @parts;
            my $pdu = take($esme, 1);
            is_deeply([@$pdu{qw(command source_addr destination_addr data_coding)}], ['deliver_sm', '8613900000001', OURS, $data_coding],
                "$name: fields");
            is(text_in($pdu), $parts[$number - 1], "$name: text");
            my $element = $pdu->{short_message}{udh}[0] // '';
            my $tail = unpack 'H*', pack 'CC', scalar @parts, $number;
            my $want = @parts == 1 ? qr/^$/ : $split eq 'udh8' ? qr/^0003..$tail$/ : $split eq 'udh16' ? qr/^0804....$tail$/ : qr/^$/;
            like($element, $want, "$name: user data header");
            is_deeply([@$pdu{qw(sar_total_segments sar_segment_seqnum)}], $split eq 'sar' ? [scalar @parts, $number] : [undef, undef], "$name: SAR");
        }
    }
    leave($esme);
    my ($summary) = finish($carrier);
    is_deeply([@$summary{qw(mo_answered violations_total)}], [8, 0], 'all are answered, and rightly');
};

subtest 'query_sm' => sub {
    my $deaf = start();
    my $esme = esme($deaf);
    bind_link($esme, 1, 'transceiver');
    answer_is(ask($esme, 1, 'query_sm', message_id => '1', source_addr => OURS), 'query_sm_resp', RINVCMDID, 'a carrier that answers none');
    leave($esme);
    finish($deaf);
    for my $form (qw(hex decimal uuid)) {
        my $carrier = start(qw(--query on --receipt-state EXPIRED@1 --message-id), $form);
        $esme = esme($carrier);
        bind_link($esme, 1, 'transceiver');
        my $id = submit_by($esme, 1, user_message_reference => 4711)->{message_id};
        my %sender = (source_addr_ton => 0, source_addr_npi => 1, source_addr => OURS);
        my @known = (['its message_id', message_id => $id], ['user_message_reference', message_id => '', user_message_reference => 4711]);
        for (@known) {
            my ($name, %fields) = @$_;
            my $answer = ask($esme, 1, 'query_sm', %sender, %fields);
            answer_is($answer, 'query_sm_resp', ROK, "$form, by $name: known");
            is_deeply([@$answer{qw(message_id final_date message_state error_code)}], [$id, '', 3, 0], "$form, by $name: fields");
        }
        my @unknown = (['another message_id', message_id => "9$id"], ['another reference', message_id => '', user_message_reference => 4712]);
        for (@unknown) {
            my ($name, %fields) = @$_;
            answer_is(ask($esme, 1, 'query_sm', %sender, %fields), 'query_sm_resp', RQUERYFAIL, "$form, by $name: not known");
        }
        leave($esme);
        my ($summary) = finish($carrier);
        is_deeply([@$summary{qw(queries_received queries_known violations_total)}], [4, 2, 0], "$form: summary");
    }
};

subtest 'what is refused' => sub {
    my $carrier = start();
    my $esme = esme($carrier);
    bind_link($esme, 1, 'transceiver');
    answer_is(ask($esme, 1, 'nonsense'), GENERIC_NACK, RINVCMDID, 'a command that there is not');
    my %address = (source_addr => OURS, destination_addr => '8613900000001');
    answer_is(ask($esme, 1, 'deliver_sm', %address, short_message => 'x'), GENERIC_NACK, RINVCMDID, 'a deliver_sm of an ESME');
    answer_is(ask($esme, 1, $_, %address, message_id => '1'), "${_}_resp", RINVCMDID, $_) for qw(cancel_sm replace_sm);
    answer_is(submit_by($esme, 1, destination_addr => '+8613900000001'), 'submit_sm_resp', RINVDSTADR, 'a destination with a plus');
    command($carrier, 'throttle on');
    answer_is(submit_by($esme, 1), 'submit_sm_resp', RTHROTTLED, 'throttled');
    command($carrier, 'throttle off');
    answer_is(submit_by($esme, 1), 'submit_sm_resp', ROK, 'and no more');
    leave($esme);
    my ($summary, @lines) = finish($carrier);
    is_deeply($summary->{violations}, { command_unknown => 1, command_unsupported => 3, dest_addr => 1 }, 'violations: just what was wrong');
    is(scalar @lines, 1, 'one message is taken');
};

subtest 'the carrier asks and ends' => sub {
    my $carrier = start(qw(--enquire-ms 50));
    my $esme = esme($carrier);
    bind_link($esme, 1, 'transceiver');
    is(take($esme, 1)->{command}, 'enquire_link', "the carrier asks: $_") for 'first', 'again';
    command($carrier, 'unbind');
    my $command = '';
    $command = take($esme, 1)->{command} // 'nothing' while $command =~ /\A(?:enquire_link)?\z/;
    is($command, 'unbind', 'the carrier unbinds');
    is_deeply(order($esme, do => 'end', link => 1), {}, 'and closes');
    answer_is(bind_link($esme, 2, 'transceiver'), 'bind_transceiver_resp', ROK, 'a new bind');
    leave($esme);
    my ($summary) = finish($carrier);
    is_deeply([@$summary{qw(enquires_unanswered violations_total)}], [0, 0], 'all was answered');
};

done_testing();
