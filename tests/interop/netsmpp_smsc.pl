#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# An SMSC on Perl's Net::SMPP. It behaves as node/smsc.js does and is commanded in the same way.
# usage: netsmpp_smsc.pl RECORD
use strict;
use warnings;
use Encode qw(decode);
use IO::Select;
use JSON::PP;
use Net::SMPP;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);

use constant { PAUSE_S => 0.002, AGAIN_S => 0.05, TICK_S => 0.05, THROTTLED => 0x58, BUSY => 0x08 };

my %refusals = ('0099' => THROTTLED, '0098' => BUSY);
my %fates = (5 => 'early', 6 => 'data_sm', 7 => 'UNDELIV', 8 => 'EXPIRED', 9 => 'intermediate');
my %states = (ENROUTE => 1, DELIVRD => 2, EXPIRED => 3, UNDELIV => 5);
my %errors = (EXPIRED => '027');
my %network_errors = (UNDELIV => "\x03\x00\x0B");    # GSM, then the code
my @kinds = qw(text tlv both payload);

my $json = JSON::PP->new->utf8->canonical;
open my $out, '>>:raw', $ARGV[0] // '' or die "usage: netsmpp_smsc.pl RECORD\n";
$out->autoflush(1);
$| = 1;
$SIG{PIPE} = 'IGNORE';
$SIG{__WARN__} = sub { warn @_ unless $_[0] =~ /premature eof|error reading header/ };    # how Net::SMPP tells the end of a connection

my $listener = Net::SMPP->new_listen('127.0.0.1', port => 0, smpp_version => 0x34, interface_version => 0x34, async => 1, system_id => 'netsmpp')
    or die "cannot listen: $!\n";
my $readable = IO::Select->new($listener, \*STDIN);
my (%sessions, %parts, %refused_once, @unanswered, @receipts);
my ($session_count, $submit_count) = (0, 0);

sub record { my ($event, %fields) = @_; print $out $json->encode({ event => $event, %fields }), "\n" }
sub mistake { my ($session, $what) = @_; record('error', session => $session->{number}, what => $what) }

# --- texts -----------------------------------------------------------------------------------------------------------

# How a PDU is tied to others (method, reference, total, number) and its own octets; dies where that makes no sense.
sub part_of {
    my ($pdu) = @_;
    my $octets = $pdu->{short_message};
    return ['payload', 0, 1, 1], $pdu->{message_payload} if defined $pdu->{message_payload};
    if ($pdu->{esm_class} & 0x40) {
        return ['udh8', unpack 'x3 CCC', $octets], substr $octets, 6 if $octets =~ /\A\x05\x00\x03/;
        return ['udh16', unpack 'x3 nCC', $octets], substr $octets, 7 if $octets =~ /\A\x06\x08\x04/;
        die 'user data header ', unpack('H14', $octets), "\n";
    }
    return ['none', 0, 1, 1], $octets unless defined $pdu->{sar_msg_ref_num};
    return ['sar', unpack('n', $pdu->{sar_msg_ref_num}), map { ord } @$pdu{qw(sar_total_segments sar_segment_seqnum)}], $octets;
}

sub text_of {
    my ($octets, $data_coding) = @_;
    return (decode('UTF-16BE', $octets, Encode::FB_CROAK), 'UCS2') if $data_coding == 8;
    die "data_coding $data_coding\n" if $data_coding;
    die "half an escape pair\n" if $octets =~ /(?<!\x1B)\x1B\z/;
    return (decode('gsm0338', $octets, Encode::FB_CROAK), 'GSM7');
}

# Takes an accepted PDU; records its message once that is whole.
sub take {
    my ($session, $pdu, $message_id) = @_;
    my ($part, $octets) = part_of($pdu);
    my ($method, $reference, $total, $number) = @$part;
    my ($text, $encoding) = text_of($octets, $pdu->{data_coding});
    my $key = join '|', $session->{system_id}, $pdu->{destination_addr}, $method, $reference, $total;
    my $message = $parts{$key} //= {};
    die "part $number of $total\n" if $number < 1 || $number > $total;
    die "part $number came twice\n" if $message->{$number};
    $message->{$number} = [$text, $message_id];
    return if keys %$message < $total;
    delete $parts{$key};
    my @whole = map { $message->{$_} } 1 .. $total;
    record('message', system_id => $session->{system_id}, to => $pdu->{destination_addr}, from => $pdu->{source_addr},
        text => join('', map { $$_[0] } @whole), parts => [map { $$_[0] } @whole], message_ids => [map { $$_[1] } @whole],
        method => $method, encoding => $encoding, segments => $total + 0, validity_period => $pdu->{validity_period});
}

# --- receipts --------------------------------------------------------------------------------------------------------

sub receipt_text {
    my ($receipt) = @_;
    my ($id, $stat) = @$receipt{qw(message_id stat)};
    return "id:$id sub:001 dlvrd:001 submit date:2602131015 done date:2602131016 stat:$stat err:" . ($errors{$stat} // '000') . ' text:';
}

# Sends a receipt on any link of its system_id that was not unbound; where there is none, it waits for one.
sub send_receipt {
    my ($receipt) = @_;
    my ($session) = grep { $_->{system_id} eq $receipt->{system_id} && !$_->{is_ending} } map { $sessions{$_} } sort keys %sessions;
    $receipt->{session} = $session or return;
    my @fields = (source_addr_ton => 1, source_addr_npi => 1, source_addr => $receipt->{from}, destination_addr => $receipt->{to},
        esm_class => $receipt->{kind} eq 'intermediate' ? 0x20 : 0x04);
    my @tlvs = (receipted_message_id => "$receipt->{message_id}\0", message_state => chr $states{ $receipt->{stat} });
    push @tlvs, network_error_code => $network_errors{ $receipt->{stat} } if $network_errors{ $receipt->{stat} };
    my $peer = $session->{peer};
    my $text = receipt_text($receipt);
    my %bodies = (tlv => ['', @tlvs], both => [$text, @tlvs], payload => ['', message_payload => $text]);
    my ($short_message, @more) = @{ $bodies{ $receipt->{kind} } // [$text] };
    my $seq = $receipt->{kind} eq 'data_sm' ? $peer->data_sm(@fields, @tlvs)
        : $peer->deliver_sm(@fields, short_message => $short_message, @more);
    $session->{receipts}{$seq} = $receipt;
}

sub add_receipts {
    my ($session, $pdu, $message_id, $number) = @_;
    my %common = (system_id => $session->{system_id}, from => $pdu->{destination_addr}, to => $pdu->{source_addr},
        message_id => $message_id);
    my $fate = $fates{ substr $pdu->{destination_addr}, -1 } // '';
    my $stat = $states{$fate} ? $fate : 'DELIVRD';
    my %kind_of = (data_sm => 'data_sm', UNDELIV => 'tlv', EXPIRED => 'text');
    my $kind = $kind_of{$fate} // $kinds[$number % @kinds];
    for my $receipt ($fate eq 'intermediate' ? { %common, stat => 'ENROUTE', kind => $fate } : (), { %common, stat => $stat, kind => $kind }) {
        push @receipts, $receipt;
        send_receipt($receipt);
    }
}

# What a phone has sent, as node/smsc.js takes it.
sub send_mo {
    my $message = $json->decode($_[0]);
    my ($session) = grep { $_->{system_id} eq $message->{system_id} && !$_->{is_ending} } map { $sessions{$_} } sort keys %sessions;
    my $octets = pack 'H*', $message->{octets};
    my @fields = (source_addr_ton => 1, source_addr_npi => 1, map { $_ => $message->{$_} } qw(source_addr destination_addr esm_class data_coding));
    my ($reference, $total, $number) = @{ $message->{sar} // [] };
    push @fields, sar_msg_ref_num => pack('n', $reference), sar_total_segments => chr $total, sar_segment_seqnum => chr $number if $number;
    my $peer = $session->{peer};
    my $seq = $message->{command} eq 'data_sm' ? $peer->data_sm(@fields, message_payload => $octets)
        : $message->{in_payload} ? $peer->deliver_sm(@fields, short_message => '', message_payload => $octets)
        : $peer->deliver_sm(@fields, short_message => $octets);
    $session->{messages}{$seq} = $message->{source_addr};
}

sub on_incoming_answer {
    my ($session, $pdu) = @_;
    my $from = delete $session->{messages}{ $pdu->{seq} } // return on_receipt_answer($session, $pdu);
    record('mo_answer', from => $from, status => $pdu->{status}, command => $pdu->explain_cmd);
}

sub on_receipt_answer {
    my ($session, $pdu) = @_;
    my $receipt = delete $session->{receipts}{ $pdu->{seq} } or return mistake($session, "an answer to nothing, $pdu->{seq}");
    record('receipt_answer', message_id => $receipt->{message_id}, status => $pdu->{status}, command => $pdu->explain_cmd);
    if ($pdu->{status} == 0) { @receipts = grep { $_ != $receipt } @receipts }
    else { $receipt->{again_at} = time + AGAIN_S }
}

sub send_receipts_again {
    for my $receipt (@receipts) {
        next unless $receipt->{again_at} ? time > $receipt->{again_at} : !$receipt->{session};
        delete $receipt->{again_at};
        send_receipt($receipt);
    }
}

# --- requests --------------------------------------------------------------------------------------------------------

my @submit_fields = qw(source_addr_ton source_addr_npi source_addr dest_addr_ton dest_addr_npi destination_addr service_type esm_class protocol_id
    priority_flag schedule_delivery_time registered_delivery replace_if_present_flag data_coding sm_default_msg_id);

sub on_submit {
    my ($session, $pdu) = @_;
    mistake($session, "sequence_number $pdu->{seq} is still outstanding") if $session->{outstanding}{ $pdu->{seq} }++;
    record('submit', session => $session->{number}, system_id => $session->{system_id}, outstanding => scalar keys %{ $session->{outstanding} },
        octets => length $pdu->{short_message}, map { $_ => $pdu->{$_} } @submit_fields);
    push @unanswered, [$session, $pdu, ++$submit_count];
}

sub answer_submit {
    my ($session, $pdu, $number) = @_;
    delete $session->{outstanding}{ $pdu->{seq} };
    my ($peer, $to) = ($session->{peer}, $pdu->{destination_addr});
    my $refusal = $refusals{ substr $to, -4 };
    return $peer->submit_sm_resp(seq => $pdu->{seq}, status => $refusal, message_id => '') if $refusal && !$refused_once{$to}++;
    my $message_id = sprintf '%010d', 1_714_000_000 + $number;
    take($session, $pdu, $message_id);
    my $is_early = ($fates{ substr $to, -1 } // '') eq 'early';
    add_receipts($session, $pdu, $message_id, $number) if $is_early && $pdu->{registered_delivery};
    $peer->submit_sm_resp(seq => $pdu->{seq}, message_id => $message_id);
    add_receipts($session, $pdu, $message_id, $number) if !$is_early && $pdu->{registered_delivery};
}

sub on_bind {
    my ($session, $pdu) = @_;
    $session->{system_id} = $pdu->{system_id};
    record('bind', session => $session->{number}, command => $pdu->explain_cmd,
        map { $_ => $pdu->{$_} } qw(system_id password system_type interface_version));
    $session->{peer}->bind_transceiver_resp(seq => $pdu->{seq}, sc_interface_version => "\x34");
}

my %handlers = (
    bind_transceiver => \&on_bind,
    submit_sm => \&on_submit,
    deliver_sm_resp => \&on_incoming_answer,
    data_sm_resp => \&on_incoming_answer,
    enquire_link => sub { record('enquire_link', session => $_[0]{number}); $_[0]{peer}->enquire_link_resp(seq => $_[1]{seq}) },
    enquire_link_resp => sub { record('enquire_link_resp', session => $_[0]{number}) },
    unbind_resp => sub { record('unbind_resp', session => $_[0]{number}) },
    unbind => sub {
        record('unbind', session => $_[0]{number}, outstanding => scalar keys %{ $_[0]{outstanding} });
        $_[0]{is_ending} = 1;
        $_[0]{peer}->unbind_resp(seq => $_[1]{seq});
    },
);

# --- connections and commands ----------------------------------------------------------------------------------------

sub on_connection {
    my $peer = $listener->accept or return;
    setsockopt $peer, IPPROTO_TCP, TCP_NODELAY, 1;
    $sessions{ fileno $peer } = { peer => $peer, number => ++$session_count, system_id => '', outstanding => {}, receipts => {} };
    $readable->add($peer);
}

sub close_session {
    my ($session) = @_;
    my $peer = $session->{peer};
    $readable->remove($peer);
    delete $sessions{ fileno $peer };
    @unanswered = grep { $$_[0] != $session } @unanswered;
    delete $_->{session} for values %{ $session->{receipts} };
    close $peer;
    record('close', session => $session->{number}, unanswered => scalar keys %{ $session->{receipts} });
}

sub on_octets {
    my ($session) = @_;
    my $pdu = $session->{peer}->read_pdu or return close_session($session);
    my $handler = $handlers{ $pdu->{known_pdu} ? $pdu->explain_cmd : '' }
        or return mistake($session, sprintf 'unexpected command_id 0x%08X', $pdu->{cmd});
    eval { $handler->($session, $pdu); 1 } or mistake($session, "$@");
}

my %commands = (
    unbind => sub { $_->{peer}->unbind for values %sessions },
    close => sub { close_session($_) for values %sessions },
    enquire => sub { $_->{peer}->enquire_link for values %sessions },
    mo => \&send_mo,
    quit => sub { },
);

sub on_command {
    my $line = readline STDIN // exit 0;
    chomp $line;
    my $count = keys %sessions;
    my ($name, $argument) = split / /, $line, 2;
    my $command = $commands{$name};
    $command->($argument) if $command;
    print $json->encode({ ok => $command ? JSON::PP::true : JSON::PP::false, sessions => $count }), "\n";
    exit 0 if $line eq 'quit';
}

print $json->encode({ port => $listener->sockport }), "\n";
while (1) {
    # Submits are answered when nothing more comes at once, the last one first.
    for my $handle ($readable->can_read(@unanswered ? PAUSE_S : TICK_S)) {
        if ($handle == $listener) { on_connection() }
        elsif ($handle == \*STDIN) { on_command() }
        elsif (my $session = $sessions{ fileno $handle }) { on_octets($session) }
    }
    send_receipts_again();
    next if $readable->can_read(PAUSE_S);
    while (my $job = pop @unanswered) { eval { answer_submit(@$job); 1 } or mistake($$job[0], "$@") }
}
