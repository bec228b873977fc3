#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The whole gateway against an SMSC of another house: texts on every edge of the encodings, four ways of tying long ones
# together, receipts, messages from phones, refusals, links that the SMSC ends in two ways, and an orderly end. TAP on stdout.
# usage: gateway.pl PATH/TO/hongyan SMSC-COMMAND…      (the SMSC gets a file for its record as last argument)
use strict;
use warnings;
use utf8;
use Encode qw(encode);
use FindBin;
use JSON::PP;
use POSIX qw(strftime);
use Test::More;
use Time::Local qw(timegm);
use Time::HiRes qw(time);
use lib $FindBin::Bin;
use AlertTable qw(templates accounts alerts);
use GatewayRig qw(wait_for lines_of);

use constant { WINDOW => 8, ROUNDS => 3, LIFETIME_S => 3600, QUARTER_S => 900 };

my ($hongyan, @smsc) = @ARGV;
@smsc && -x $hongyan or BAIL_OUT('usage: gateway.pl PATH/TO/hongyan SMSC-COMMAND…');
binmode $_, ':encoding(UTF-8)' for Test::More->builder->output, Test::More->builder->failure_output;
$SIG{PIPE} = 'IGNORE';

my $rig = GatewayRig->new($hongyan);
my $record_path = "$rig->{dir}/record.jsonl";
my $expires_s = int(time) + LIFETIME_S;
my @alerts = alerts(ROUNDS, strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $expires_s));
my @rounds = map { my $round = $_; [grep { $_->{round} == $round } @alerts] } 1 .. ROUNDS;
my %alert_of = map { $_->{to} => $_ } @alerts;
my $links = 0;
$links += $_->{binds} for accounts();

# What the last digit of a number makes of its receipt.
my %states = ((map { ($_, 'DELIVERED') } 0 .. 6, 9), 7 => 'UNDELIVERABLE', 8 => 'EXPIRED');
my %errors = (7 => '3:11', 8 => '027');    # of a TLV, and of a text

sub recorded { my ($event) = @_; return grep { $_->{event} eq $event } lines_of($record_path) }

sub settings {
    my ($port) = @_;
    my @accounts = map {
        my $account = $_;
        +{
            (map { $_ => $account->{$_} } qw(name system_id concat binds validity)), protocol => 'smpp', address => "127.0.0.1:$port",
            password => 'secret', system_type => 'TEST', bind => 'transceiver', window => WINDOW, source => '10690001', tps => 0,
            enquire_interval => '150ms', reconnect_min => '20ms', reconnect_max => '100ms', segments_max => 16,
        }
    } accounts();
    my @routes = map { { prefix => [$_->{prefix}], accounts => [$_->{name}] } } accounts();
    return { signature => AlertTable::SIGNATURE, retry => { base => '100ms' }, accounts => \@accounts, routes => \@routes };
}

# Waits until each alert of a round is accepted and its receipts have become an event; %total counts all rounds.
my %total = (accepted => 0, delivered => 0, undelivered => 0);

sub enqueue_round { my ($round) = @_; $rig->enqueue(map { [$_->{lane}, $_->{alert}] } @$round) }

sub await_round {
    my ($round, $name) = @_;
    for (@$round) {
        $total{accepted}++;
        $total{ $states{ substr $_->{to}, -1 } eq 'DELIVERED' ? 'delivered' : 'undelivered' }++;
    }
    return if ok($rig->await_events(%total), "$name: all accepted, all receipts told");
    $rig->tell_log($_) for qw(gateway smsc);
}

# Waits until the SMSC has seen so many events; fails the test otherwise.
sub await_recorded {
    my ($event, $count, $name) = @_;
    my $have = 0;
    return ok(1, $name) if wait_for(sub { ($have = () = recorded($event)) >= $count });
    fail("$name: $have of $count");
    $rig->tell_log('gateway');
}

# --- messages from phones --------------------------------------------------------------------------------------------

use constant { PHONES => 8613700009000, MO_NUMBER => '1069000188', DATA_CODING_GSM7 => 0, DATA_CODING_UCS2 => 8, UDHI => 0x40 };

my $question = '这个月的电费为什么比上个月多了这么多？';
my @halves = ('第一部分：', '第二部分。');
sub wide { return (data_coding => DATA_CODING_UCS2, octets => unpack 'H*', ($_[1] // '') . encode('UTF-16BE', $_[0])) }
sub narrow { return (data_coding => DATA_CODING_GSM7, octets => unpack 'H*', encode('gsm0338', $_[0])) }
sub with_header { my ($text, $header) = @_; return (wide($text, pack 'H*', $header), esm_class => UDHI) }

# What phones send, by which PDU; what the stream must say of it. The same number and text twice is a repetition.
my @from_phones = (
    { phone => 1, send => { narrow('Hello {world} costs 5 €') }, want => { text => 'Hello {world} costs 5 €' } },
    { phone => 2, send => { wide($question) }, want => { text => $question } },
    { phone => 3, send => { wide($question x 10), in_payload => 1 }, want => { text => $question x 10 } },
    { phone => 4, send => { wide($question), command => 'data_sm' }, want => { text => $question } },
    (map { { phone => 5, send => { with_header($halves[$_ - 1], "0500035A020$_") }, want => { text => $halves[$_ - 1], part => $_, parts => 2, reference => 0x5A } } } 2, 1),
    (map { { phone => 6, send => { with_header($halves[$_ - 1], "06080412A7020$_") }, want => { text => $halves[$_ - 1], part => $_, parts => 2, reference => 0x12A7 } } } 1, 2),
    (map { { phone => 7, send => { wide($halves[$_ - 1]), sar => [0xFEDC, 2, $_] }, want => { text => $halves[$_ - 1], part => $_, parts => 2, reference => 0xFEDC } } } 1, 2),
    { phone => 8, send => { narrow('TD') }, want => { text => 'TD', optout => 'TD' } },
    { phone => 8, send => { narrow('TD') }, want => undef },
    { phone => 9, send => { wide('退订') }, want => { text => '退订', optout => '退订' } },
);

sub send_mo {
    my ($message) = @_;
    my %pdu = (command => 'deliver_sm', system_id => (accounts())[0]{system_id}, source_addr => PHONES + $message->{phone}, destination_addr => MO_NUMBER,
        esm_class => 0, %{ $message->{send} });
    $rig->command('smsc', 'mo ' . JSON::PP->new->canonical->encode({ %pdu, source_addr => "$pdu{source_addr}" }));
}

# --- the run ---------------------------------------------------------------------------------------------------------

$rig->start_redis;
$rig->write_template(@$_) for do { my %templates = templates(); map { [$_, $templates{$_}] } sort keys %templates };
$rig->spawn_commanded('smsc', @smsc, $record_path);
my $hello = $rig->answer('smsc') or do { $rig->tell_log('smsc'); BAIL_OUT('the SMSC does not start') };
$rig->start_gateway(settings($hello->{port}));
await_recorded('bind', $links, 'all links bind');

enqueue_round($rounds[0]);
await_round($rounds[0], 'first round');
await_recorded('enquire_link', $links, 'the gateway asks enquire_link when nothing comes');
is($rig->command('smsc', 'enquire')->{sessions}, $links, 'enquire_link from the SMSC');
await_recorded('enquire_link_resp', $links, 'the gateway answers enquire_link');

send_mo($_) for @from_phones;
await_recorded('mo_answer', scalar @from_phones, 'messages from phones are answered');

is($rig->command('smsc', 'unbind')->{sessions}, $links, 'unbind from the SMSC');
await_recorded('unbind_resp', $links, 'the gateway answers unbind');
await_recorded('close', $links, 'and closes');
await_recorded('bind', 2 * $links, 'and binds anew');
enqueue_round($rounds[1]);
await_round($rounds[1], 'second round');

is($rig->command('smsc', 'close')->{sessions}, $links, 'the SMSC closes all connections');
await_recorded('bind', 3 * $links, 'the gateway binds anew');
$rig->enqueue([normal => $alerts[0]{alert}]);
ok($rig->await_events(%total, duplicate => 1), 'an id that comes again is a duplicate');

# The gateway is ended with submits under way, and another one does the rest.
my $closed = () = recorded('close');
my $submits = () = recorded('submit');
enqueue_round($rounds[2]);
await_recorded('submit', $submits + WINDOW, 'submits are under way');
$rig->stop('gateway', 'TERM');
is($rig->{statuses}{gateway}, 0, 'SIGTERM: the gateway ends with status 0') or $rig->tell_log('gateway');
await_recorded('unbind', $links, 'SIGTERM: every link is unbound');
await_recorded('close', $closed + $links, 'SIGTERM: and closed');
my @unanswered = grep { $_->{unanswered} } (recorded('close'))[$closed .. $closed + $links - 1];
is_deeply(\@unanswered, [], 'SIGTERM: every receipt has its answer') or diag(explain(\@unanswered));
$rig->start_gateway(settings($hello->{port}));
await_round($rounds[2], 'the next gateway does the rest');
$rig->command('smsc', 'quit');
is($rig->stop('smsc'), 0, 'the SMSC ends with status 0');

# --- what was seen ---------------------------------------------------------------------------------------------------

my %messages;
push @{ $messages{ $_->{to} } }, $_ for recorded('message');

subtest 'messages' => sub {
    is_deeply([grep { !$alert_of{$_} } sort keys %messages], [], 'none to other numbers');
    for my $alert (@alerts) {
        my ($message, @more) = @{ $messages{ $alert->{to} } // [{}] };
        my $concat = $alert->{account}{concat};
        my %want = (text => $alert->{text}, encoding => $alert->{encoding}, segments => $alert->{segments}, from => '10690001',
            system_id => $alert->{account}{system_id}, method => $alert->{segments} > 1 || $concat eq 'payload' ? $concat : 'none');
        is_deeply({ map { $_ => $message->{$_} } keys %want }, \%want, "$alert->{name}: arrives as it should");
        is(scalar @more, 0, "$alert->{name}: and once");
        # No part ends between characters that belong together; in these texts that never costs a part.
        my %boundary;
        while ($alert->{text} =~ /\X/g) { $boundary{ pos $alert->{text} } = 1 }
        my $at = 0;
        is_deeply([grep { $at += length; !$boundary{$at} } @{ $message->{parts} // [] }], [], "$alert->{name}: cut between characters");
    }
};

# SMPP 3.4 §7.1.1: seconds from now for a relative one, the instant for an absolute one in whatever zone it is told.
sub instant_of {
    my ($time) = @_;
    $time =~ /\A\d{12}0\d\d[-+R]\z/ or return 0;
    my ($year, $month, $day, $hour, $minute, $second, $quarters, $sign) = unpack 'a2 a2 a2 a2 a2 a2 x a2 a', $time;
    return (($day * 24 + $hour) * 60 + $minute) * 60 + $second if $sign eq 'R' && $year + $month + $quarters == 0;
    return $sign eq 'R' ? 0 : timegm($second, $minute, $hour, $day, $month - 1, 2000 + $year) - "${sign}1" * $quarters * QUARTER_S;
}

subtest 'validity_period' => sub {
    for my $alert (@alerts) {
        my $message = $messages{ $alert->{to} }[0] or next;
        my $kind = $alert->{account}{validity};
        my $seen = $message->{validity_period};
        if ($kind eq 'none') { is($seen, '', "$alert->{name}: none") }
        elsif ($kind eq 'absolute') { is(instant_of($seen), $expires_s, "$alert->{name}: absolute, $seen") }
        else {
            my $left = instant_of($seen);
            ok($seen =~ /R\z/ && $left > LIFETIME_S - 60 && $left <= LIFETIME_S, "$alert->{name}: relative, $seen");
        }
    }
};

subtest 'submit_sm' => sub {
    my %want = (source_addr_ton => 0, source_addr_npi => 1, source_addr => '10690001', dest_addr_ton => 1, dest_addr_npi => 1,
        service_type => '', protocol_id => 0, priority_flag => 0, schedule_delivery_time => '', registered_delivery => 1,
        replace_if_present_flag => 0, sm_default_msg_id => 0);
    my $most = 0;
    for my $submit (recorded('submit')) {
        my $alert = $alert_of{ $submit->{destination_addr} } or fail("submit to $submit->{destination_addr}"), next;
        my $is_wide = $alert->{encoding} eq 'UCS2';
        my $has_udh = $alert->{segments} > 1 && $alert->{account}{concat} =~ /udh/;
        my %seen = map { $_ => $submit->{$_} } keys %want, qw(esm_class data_coding);
        is_deeply(\%seen, { %want, esm_class => $has_udh ? 0x40 : 0, data_coding => $is_wide ? 8 : 0 }, "$alert->{name}: fields");
        fail("$alert->{name}: $submit->{octets} octets do not go on the air") if $submit->{octets} > ($is_wide ? 140 : 160);
        $most = $submit->{outstanding} if $submit->{outstanding} > $most;
    }
    my $segments = 0;
    $segments += $_->{segments} for @alerts;
    my @refused = grep { $_->{to} =~ /009[89]\z/ } @alerts;
    is(scalar(recorded('submit')), $segments + @refused, 'as many submits as segments, and one more for each that was refused once');
    cmp_ok($most, '<=', WINDOW, 'the window is never exceeded');
    cmp_ok($most, '>', 1, 'but used');
};

subtest 'session' => sub {
    my @mistakes = recorded('error');
    is_deeply(\@mistakes, [], 'the SMSC found no mistake') or diag(explain(\@mistakes));
    my %binds;
    for my $bind (recorded('bind')) {
        $binds{ $bind->{system_id} }++;
        is_deeply([@$bind{qw(command password system_type interface_version)}], ['bind_transceiver', 'secret', 'TEST', 0x34], 'bind fields');
    }
    is_deeply(\%binds, { map { $_->{system_id} => 4 * $_->{binds} } accounts() }, 'binds of each account');
    is_deeply([grep { $_->{outstanding} } recorded('unbind')], [], 'no unbind before the last answer');
    # Refusing a receipt is right only while the gateway ends: it comes again.
    my (%refused, %answered, @odd);
    for my $answer (recorded('receipt_answer')) {
        push @odd, $answer unless $answer->{status} == 0 || $answer->{status} == 0x64;
        ($answer->{status} ? \%refused : \%answered)->{ $answer->{message_id} } = 1;
    }
    is_deeply(\@odd, [], 'a receipt is taken, or is to come again');
    is_deeply([grep { !$answered{$_} } sort keys %refused], [], 'every receipt is taken in the end');
    my %last_round = map { $_ => 1 } map { @{ ($messages{ $_->{to} } // [{}])->[0]{message_ids} } } @{ $rounds[-1] };
    is_deeply([grep { !$last_round{$_} } sort keys %refused], [], 'none is refused before the gateway ends');
};

subtest 'messages from phones' => sub {
    is_deeply([grep { $_->{status} } recorded('mo_answer')], [], 'all are taken');
    my (%seen, %want);
    for my $entry (@{ $rig->redis('XRANGE', '{hongyan}:mo', '-', '+') }) {
        my %fields = @{ $$entry[1] };
        like(delete $fields{at}, qr/\A\d{4}-\d\d-\d\dT[\d:.]+Z\z/, 'when it came');
        utf8::decode($_) for values %fields;
        push @{ $seen{ $fields{from} } }, \%fields;
    }
    for my $message (grep { $_->{want} } @from_phones) {
        my $from = PHONES + $message->{phone};
        push @{ $want{$from} }, { account => (accounts())[0]{name}, from => $from, number => $from, to => MO_NUMBER, %{ $message->{want} } };
    }
    is_deeply(\%seen, \%want, 'the stream has each, once and in order') or diag(explain(\%seen));
    is_deeply([sort @{ $rig->redis('HKEYS', '{hongyan}:optout') }], [PHONES + 8, PHONES + 9], 'who opted out is on the list');
};

subtest 'events' => sub {
    my (%closing, %later);
    for my $event ($rig->events) {
        my $list = $event->{event} =~ /delivered\z/ ? \%later : \%closing;
        push @{ $list->{ $event->{id} } }, $event;
    }
    for my $alert (@alerts) {
        my @closing = grep { $_->{event} ne 'duplicate' } @{ $closing{ $alert->{id} } // [] };
        is_deeply([map { $_->{event} } @closing], ['accepted'], "$alert->{name}: accepted, once") or next;
        my $ids = ($messages{ $alert->{to} } // [{}])->[0]{message_ids};
        my $account = $alert->{account}{name};
        my %want = (refs => $ids, account => $account, segments => $alert->{billed}, ambiguous => undef,
            template => $alert->{alert}{template});
        is_deeply({ map { $_ => $closing[0]{$_} } keys %want }, \%want, "$alert->{name}: what accepted says");
        my ($state, $error) = map { $_->{ substr $alert->{to}, -1 } } \%states, \%errors;
        my $event = $state eq 'DELIVERED' ? 'delivered' : 'undelivered';
        my @told = @{ $later{ $alert->{id} } // [] };
        is(scalar @told, 1, "$alert->{name}: its fate is told, once") or diag(explain(\@told)), next;
        my $told = $told[0];
        my %fate = (event => $event, state => $state, account => $account, refs => [$$ids[$told->{segment} - 1]]);
        is_deeply({ map { $_ => $told->{$_} } keys %fate }, \%fate, "$alert->{name}: what it says") or diag(explain($told));
        is($told->{error}, $error, "$alert->{name}: with its error") if $error;
        # All segments of one that arrived; of one that failed those that were known, the failed one among them.
        my @detail = @{ $told->{segments_detail} // [{ %$told, ref => $told->{refs}[0] }] };
        my @seen = map { my $part = $_; +{ map { $_ => $part->{$_} } qw(segment ref state) } } @detail;
        my @numbers = $event eq 'delivered' ? 1 .. @$ids : map { $_->{segment} } @detail;
        my @want = map { { segment => $_, ref => $$ids[$_ - 1], state => $state } } @numbers;
        is_deeply(\@seen, \@want, "$alert->{name}: its segments") or diag(explain($told));
        ok((grep { $_->{segment} == $told->{segment} } @detail), "$alert->{name}: the segment that decided is among them");
    }
    is($rig->redis('XLEN', "{hongyan}:$_"), 0, "nothing left in $_") for qw(dead alerts:urgent alerts:normal alerts:bulk ready);
    is($rig->redis('ZCARD', '{hongyan}:later'), 0, 'nothing left in later');
};

$rig->stop('redis', 'TERM');
done_testing();
