#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The gateway's PDUs before the eyes of Wireshark's dissector: none malformed, every field as it should be. They are captured on
# the loopback, or recorded by a relay between the gateway and the fake carrier where capturing is not permitted. TAP on stdout.
# usage: dissect.pl capture|relay PATH/TO/hongyan PATH/TO/fake-carrier      exit status 77: skipped
use strict;
use warnings;
use utf8;
use Encode qw(decode);
use File::Temp;
use FindBin;
use IO::Select;
use IO::Socket::INET;
use POSIX qw(strftime);
use Socket qw(SHUT_WR);
use Test::More;
use Time::HiRes qw(time);
use lib $FindBin::Bin;
use AlertTable qw(templates accounts alerts);
use Dissection qw(missing_tools write_capture pdus_of malformed_in unanswered);
use FakeCarrier qw(start command finish slurp message_body);
use GatewayRig qw(wait_for);

use constant { LIFETIME_S => 3600, SKIPPED => 77, CHUNK => 65536, SLOW_ENQUIRE_MS => 400 };

my ($mode, $hongyan, $carrier_program) = @ARGV;
($mode // '') =~ /\A(?:capture|relay)\z/ && -x ($carrier_program // '')
    or BAIL_OUT('usage: dissect.pl capture|relay PATH/TO/hongyan PATH/TO/fake-carrier');
$FakeCarrier::program = $carrier_program;
binmode $_, ':encoding(UTF-8)' for Test::More->builder->output, Test::More->builder->failure_output;

sub skip_all { print "1..0 # SKIP @_\n"; exit SKIPPED }

my $missing = missing_tools('tshark', 'text2pcap', 'mergecap', 'dumpcap');
skip_all("$missing is not installed") if $missing;

my $expires_s = int(time) + LIFETIME_S;
my @alerts = alerts(1, strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $expires_s));
my %alert_of = map { $_->{to} => $_ } @alerts;
my $carrier = start('--receipts', 'on', '--enquire-ms', SLOW_ENQUIRE_MS);
my $rig = GatewayRig->new($hongyan);
my $links = 0;
$links += $_->{binds} for accounts();

# --- two ways to get at the PDUs -------------------------------------------------------------------------------------

my $capture_path = "$rig->{dir}/capture.pcapng";
my @capture = ($capture_path, $carrier->{port});
my $relay_path = "$rig->{dir}/relay";

sub start_capture {
    $rig->spawn('dumpcap', 'dumpcap', '-q', '-i', 'lo', '-f', "tcp port $carrier->{port}", '-w', $capture_path);
    # The file is made, with its header, once the capture runs.
    return if wait_for(sub { -s $capture_path || !$rig->is_alive('dumpcap') }) && $rig->is_alive('dumpcap');
    my ($why) = slurp("$rig->{dir}/dumpcap.log") =~ /^dumpcap: (.*)/m;
    skip_all('capturing on the loopback does not work: ', $why // 'dumpcap does not say why');
}

# Passes octets between gateway and carrier and writes down which came from whom: connection, direction, length, octets. Where one of
# them has closed, what the other one still says is passed on (or lost there), but written down. Ends when the end of a pipe says
# so and all connections have ended.
sub relay {
    my ($listener, $end) = @_;
    local $SIG{PIPE} = 'IGNORE';
    open my $out, '>:raw', $relay_path or die "cannot write $relay_path: $!\n";
    $out->autoflush(1);
    my $readable = IO::Select->new($listener, $end);
    my (%pair, $count);
    while ($readable->exists($end) || %pair) {
        for my $socket ($readable->can_read) {
            if ($socket == $end) { $readable->remove($end, $listener) }
            elsif ($socket == $listener) {
                my $client = $listener->accept;
                my $server = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $carrier->{port}) or next;
                $readable->add($client, $server);
                $pair{$client} = [$server, $count // 0, 1];
                $pair{$server} = [$client, $count++ // 0, 0];
            } else {
                my ($other, $connection, $is_client) = @{ $pair{$socket} };
                if (sysread $socket, my $octets, CHUNK) {
                    print $out pack 'NCN/a*', $connection, $is_client, $octets;
                    syswrite $other, $octets;
                    next;
                }
                $readable->remove($socket);
                delete $pair{$socket};
                shutdown $other, SHUT_WR;
            }
        }
    }
    POSIX::_exit(0);
}

my $relay_lasts;    # closed: the relay is to end

sub start_relay {
    my $listener = IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1') or die "cannot listen: $!\n";
    pipe my $end, $relay_lasts or die "cannot make a pipe: $!\n";
    $rig->spawn_code('relay', sub { close $relay_lasts; relay($listener, $end) });
    return $listener->sockport;
}

# Makes a capture file of what the relay has written down.
sub capture_relayed {
    my $record = slurp($relay_path);
    my (%octets, %pdus);
    while (length $record) {
        (my $connection, my $is_client, my $chunk, $record) = unpack 'NCN/a* a*', $record;
        my $rest = \$octets{$connection}{$is_client};
        $$rest .= $chunk;
        push @{ $pdus{$connection} }, [$is_client, substr $$rest, 0, unpack('N', $$rest), '']
            while length($$rest) >= 4 && length($$rest) >= unpack 'N', $$rest;
    }
    write_capture($capture_path, $carrier->{port}, map { $pdus{$_} } sort { $a <=> $b } keys %pdus);
}

# True once the gateway has sent a PDU without a body, by its command_id in hexadecimal.
sub has_left {
    my ($command) = @_;
    if ($mode eq 'relay') {
        my ($record, %from_client) = slurp($relay_path);
        while (length $record >= 9) {    # the last piece may be half written
            (my ($connection, $is_client, $chunk), $record) = unpack 'NCN/a* a*', $record;
            $from_client{$connection} .= $chunk if $is_client;
        }
        return scalar grep { index($_, pack 'NH8N', 16, $command, 0) >= 0 } values %from_client;
    }
    return scalar grep { $_->{is_from_client} && $_->{fields}{'smpp.command_id'}[0]{value} eq $command } pdus_of(@capture);
}

# --- the run ---------------------------------------------------------------------------------------------------------

sub settings {
    my ($port) = @_;
    my @accounts = map {
        my $account = $_;
        # One account asks so seldom that the carrier asks first.
        my $enquire = $account->{name} =~ /\Aa-/ ? '30s' : '100ms';
        +{
            (map { $_ => $account->{$_} } qw(name system_id concat binds validity)), protocol => 'smpp', address => "127.0.0.1:$port",
            password => 'secret', window => 10, source => '10690001', tps => 0, enquire_interval => $enquire, reconnect_min => '20ms',
            segments_max => 16,
        }
    } accounts();
    my @routes = map { { prefix => [$_->{prefix}], accounts => [$_->{name}] } } accounts();
    return { signature => AlertTable::SIGNATURE, accounts => \@accounts, routes => \@routes };
}

sub bound_links { return (command($carrier, 'stats')->{bound} // 0) == $links }

my $port = $carrier->{port};
if ($mode eq 'capture') { start_capture() } else { $port = start_relay() }
$rig->start_redis;
my %templates = templates();
$rig->write_template($_, $templates{$_}) for sort keys %templates;
$rig->start_gateway(settings($port));
$rig->enqueue(map { [$_->{lane}, $_->{alert}] } @alerts);
my $segments = 0;
$segments += $_->{segments} for @alerts;
ok($rig->await_events(accepted => scalar @alerts, delivered => scalar @alerts), 'all accepted and delivered') or $rig->tell_log('gateway');
ok(wait_for(\&bound_links), 'all links are bound');
is(command($carrier, 'unbind')->{sessions}, $links, 'the carrier unbinds');
ok(wait_for(sub { command($carrier, 'stats')->{binds} == 2 * $links && bound_links() }), 'the gateway comes back');
ok(wait_for(sub { has_left('80000015') }), 'the carrier asks whether the gateway lives, and is answered');
$rig->stop('gateway', 'TERM');
is($rig->{statuses}{gateway}, 0, 'the gateway ends with status 0') or $rig->tell_log('gateway');
if ($mode eq 'relay') {    # it holds the carrier's stdin
    close $relay_lasts;
    is($rig->stop('relay'), 0, 'the relay has heard both sides out') or $rig->tell_log('relay');
}
my ($summary) = finish($carrier);
is($summary->{violations_total}, 0, 'the carrier found no violation');

if ($mode eq 'capture') {
    # What the kernel holds is written when there is nothing more to wait for.
    my $ends = sub { scalar grep { $_->{fields}{'smpp.command_id'}[0]{value} eq '80000006' } pdus_of(@capture) };
    ok(wait_for(sub { $ends->() >= 2 * $links }), 'the capture is whole');
    $rig->stop('dumpcap', 'INT');
} else {
    capture_relayed();
}

# --- what the dissector says -----------------------------------------------------------------------------------------

my @pdus = pdus_of(@capture);

sub value { my ($pdu, $name) = @_; return ($pdu->{fields}{$name} // [{}])->[0]{value} // '' }
sub command_of { return value($_[0], 'smpp.command_id') }
sub from_gateway { my ($command) = @_; return grep { $_->{is_from_client} && command_of($_) eq $command } @pdus }

# A look at PDUs that are broken: the check below must be able to fail.
my $submit = pack('NNNN', 0, 4, 0, 1) . message_body(text => 'hello');
my @broken = map { substr $_, 0, 4, pack 'N', length; [[1, $_]] } "$submit", substr($submit, 0, -3), $submit . pack('nna2', 0x0424, 50, 'xx');
write_capture("$rig->{dir}/broken.pcapng", $carrier->{port}, @broken);
is_deeply([map { /\A(\d+)/ } malformed_in("$rig->{dir}/broken.pcapng", $carrier->{port})], [2, 3],
    'of three PDUs, the cut one and the one with a TLV that is too long are seen to be malformed');
is_deeply([malformed_in(@capture)], [], 'no PDU is malformed');

subtest 'commands' => sub {
    my %want = ('00000009' => 'bind_transceiver', '00000004' => 'submit_sm', '00000015' => 'enquire_link', '80000015' => 'enquire_link_resp',
        '80000005' => 'deliver_sm_resp', '00000006' => 'unbind', '80000006' => 'unbind_resp');
    ok(scalar(from_gateway($_)), "$want{$_} is seen") for sort keys %want;
    is_deeply([grep { $_->{is_from_client} && !$want{ command_of($_) } } @pdus], [], 'and nothing else');
    is(scalar(from_gateway('00000009')), 2 * $links, 'binds');
    is(scalar(from_gateway('00000004')), $segments, 'submits');
    is(scalar(from_gateway('80000005')), $segments, 'receipts answered');
};

subtest 'requests without an answer, planted' => sub {
    # A row: what is to be found, then “GATEWAY's or carrier's command number” in order; one connection each.
    my @rows = (
        ['nothing', '', 'G00000004 1', 'C80000004 1', 'G00000006 2', 'C80000006 2'],
        ['a submit_sm', 'G00000004 2', 'G00000004 1', 'G00000004 2', 'C80000004 1', 'C00000006 1', 'G80000006 1'],
        ['a submit_sm under way with an unbind', 'G00000004 1', 'C00000006 1', 'G00000004 1', 'G80000006 1'],
        ['a deliver_sm', 'C00000005 7', 'C00000005 7', 'G00000006 1', 'C80000006 1'],
        ['an unbind', 'C00000006 1', 'G00000015 1', 'C80000015 1', 'C00000006 1'],
        ['an answer of another kind', 'G00000015 1', 'G00000015 1', 'C80000004 1'],
        ['an answer in front', 'G00000004 1', 'C80000004 1', 'G00000004 1'],
        ['an answer of the asker', 'G00000004 1', 'G00000004 1', 'G80000004 1'],
        ['nothing: generic_nack is an answer', '', 'C00000015 3', 'G80000000 3'],
        ['nothing: an enquire_link crosses the carrier\'s unbind', '', 'C00000006 5', 'G00000015 9', 'G80000006 5'],
        ['nothing: an enquire_link crosses the gateway\'s unbind', '', 'G00000006 5', 'C00000015 9', 'C80000006 5'],
        ['an enquire_link in front of an unbind', 'G00000015 9', 'G00000015 9', 'C00000006 5', 'G80000006 5'],
        ['an enquire_link behind the asker\'s own unbind', 'G00000015 9', 'G00000006 5', 'G00000015 9', 'C80000006 5'],
        ['an enquire_link without an unbind', 'G00000015 9', 'G00000015 9'],
        ['an enquire_link while the unbind is never answered', 'C00000006 5 G00000015 9', 'C00000006 5', 'G00000015 9'],
        ['an enquire_link on a connection that goes on', 'G00000015 9', 'C00000006 5', 'G00000015 9', 'G80000006 5', 'C00000005 6', 'G80000005 6'],
    );
    my $said = sub { join ' ', map { ($_->{is_from_client} ? 'G' : 'C') . "$_->{command} $_->{number}" } @_ };
    my @all;
    for my $stream (10 .. 9 + @rows) {
        my ($name, $want, @planted) = @{ $rows[$stream - 10] };
        my @frames = map { /\A([GC])(\w+) (\d+)\z/; +{ stream => $stream, is_from_client => $1 eq 'G' ? 1 : 0, command => $2, number => $3 } } @planted;
        is($said->(unanswered(@frames)), $want, $name);
        push @all, @frames;
    }
    is($said->(unanswered(@all)), join(' ', grep { length } map { $$_[1] } @rows), 'all of these at once');
};

subtest 'headers' => sub {
    my (%asked, %answered, @frames, @odd);
    for my $pdu (@pdus) {
        my ($command, $number, $status) = map { value($pdu, "smpp.$_") } qw(command_id sequence_number command_status);
        my $is_answer = $command =~ /\A8/;
        my $asker = $is_answer ? !$pdu->{is_from_client} : $pdu->{is_from_client};
        ($is_answer ? \%answered : \%asked)->{ join ' ', $pdu->{stream}, $asker ? 'gateway' : 'carrier', $number }++;
        push @odd, "$command $number: status $status" if hex $status || (!$is_answer && (hex $number < 1 || hex $number > 0x7FFFFFFF));
        push @frames, { stream => $pdu->{stream}, is_from_client => $pdu->{is_from_client}, command => $command, number => $number };
    }
    is_deeply(\@odd, [], 'status and range of sequence_number');
    is_deeply([grep { $asked{$_} > 1 } sort keys %asked], [], 'no sequence_number is used twice on a connection');
    is_deeply([unanswered(@frames)], [], 'every request is answered') or diag(explain([unanswered(@frames)]));
    is_deeply([grep { $answered{$_} > 1 } sort keys %answered], [], 'none is answered twice');
    is_deeply([grep { !$asked{$_} } sort keys %answered], [], 'and nothing else is');
};

subtest 'bind_transceiver' => sub {
    for my $pdu (from_gateway('00000009')) {
        my $system_id = pack 'H*', value($pdu, 'smpp.system_id') =~ s/00\z//r;
        my %seen = map { $_ => value($pdu, "smpp.$_") } qw(command_length password system_type interface_version addr_ton addr_npi address_range);
        # The dissector leaves out empty strings; newer ones show the NUL of the last.
        $seen{address_range} =~ s/\A00\z//;
        my %want = (command_length => sprintf('%08x', 23 + length "secret$system_id"), password => unpack('H*', "secret\0"),
            system_type => '',
            interface_version => '34', addr_ton => '00', addr_npi => '00', address_range => '');
        is_deeply(\%seen, \%want, "$system_id: fields");
    }
};

# The first of some fields that a PDU has, as a number.
sub number_of {
    my ($pdu, $default, @names) = @_;
    my ($value) = grep { length } map { value($pdu, $_) } @names;
    return defined $value ? hex $value : $default;
}

# What lies in a submit_sm, as the dissector has taken it apart: number, total, reference, text.
sub content_of {
    my ($pdu) = @_;
    my $octets = pack 'H*', value($pdu, 'smpp.message_payload') || value($pdu, 'smpp.message');
    substr($octets, 0, 1 + ord $octets) = '' if length value($pdu, 'gsm_sms.dis_field_udh.user_data_header_length');
    my $alphabet = value($pdu, 'smpp.data_coding') eq '08' ? 'UTF-16BE' : 'gsm0338';
    return (
        number_of($pdu, 1, 'gsm_sms.udh.mm.msg_part', 'smpp.sar_segment_seqnum'),
        number_of($pdu, 1, 'gsm_sms.udh.mm.msg_parts', 'smpp.sar_total_segments'),
        number_of($pdu, 0, 'gsm_sms.udh.mm.msg_id', 'smpp.sar_msg_ref_num'), decode($alphabet, $octets, Encode::FB_CROAK),
    );
}

# The dissector's own reading of validity_period.
sub validity_of {
    my ($pdu) = @_;
    my ($relative, $absolute) = map { ($pdu->{fields}{"smpp.$_"} // [{}])->[0]{show} } qw(validity_period_r validity_period);
    return "until $absolute" if defined $absolute;
    return $relative == 0 ? 'none' : $relative > LIFETIME_S - 60 && $relative <= LIFETIME_S ? 'an hour' : "$relative s";
}

my @plain_fields = qw(service_type source_addr_ton source_addr_npi source_addr dest_addr_ton dest_addr_npi destination_addr protocol_id priority_flag
    schedule_delivery_time_r data_coding sm_default_msg_id sm_length);
my @bit_fields = qw(esm.submit.features regdel.receipt replace_if_present_flag);

sub wanted_fields {
    my ($alert, $pdu) = @_;
    my ($concat, $validity) = @{ $alert->{account} }{qw(concat validity)};
    my $is_long = $alert->{segments} > 1;
    my %validity = (none => 'none', relative => 'an hour', absolute => strftime('until %b %e, %Y %H:%M:%S.000000000 UTC', gmtime $expires_s));
    return (
        service_type => '00', source_addr_ton => '00', source_addr_npi => '01', source_addr => unpack('H*', "10690001\0"),
        dest_addr_ton => '01', dest_addr_npi => '01', destination_addr => unpack('H*', "$alert->{to}\0"), protocol_id => '00',
        priority_flag => '00', schedule_delivery_time_r => '00', data_coding => $alert->{encoding} eq 'UCS2' ? '08' : '00',
        sm_default_msg_id => '00', sm_length => sprintf('%02x', length(value($pdu, 'smpp.message')) / 2),
        'esm.submit.features' => $concat =~ /udh/ && $is_long ? '40' : '00', 'regdel.receipt' => '01', replace_if_present_flag => '00',
        total => $alert->{segments}, element => $is_long ? { udh8 => '00', udh16 => '08' }->{$concat} // '' : '',
        place => $concat eq 'payload' ? 'message_payload' : 'short_message', validity => $validity{$validity},
    );
}

subtest 'submit_sm' => sub {
    my (%parts, %references);
    for my $pdu (from_gateway('00000004')) {
        my $to = pack('H*', value($pdu, 'smpp.destination_addr')) =~ s/\0\z//r;
        my $alert = $alert_of{$to} or fail("submit to $to"), next;
        my ($number, $total, $reference, $text) = content_of($pdu);
        my %seen = ((map { $_ => value($pdu, "smpp.$_") } @plain_fields), (map { $_ => $pdu->{fields}{"smpp.$_"}[0]{whole} } @bit_fields));
        @seen{qw(total element validity)} = ($total, value($pdu, 'gsm_sms.ie_identifier'), validity_of($pdu));
        $seen{place} = length value($pdu, 'smpp.message_payload') ? 'message_payload' : 'short_message';
        is_deeply(\%seen, { wanted_fields($alert, $pdu) }, "$alert->{name}, part $number: fields") or diag(explain(\%seen));
        fail("$alert->{name}: part $number comes twice") if defined $parts{$to}{$number};
        $parts{$to}{$number} = $text;
        $references{$to}{$reference} = 1;
    }
    for my $alert (@alerts) {
        my $parts = $parts{ $alert->{to} } // {};
        is(join('', map { $parts->{$_} // "(no part $_)" } 1 .. $alert->{segments}), $alert->{text}, "$alert->{name}: text");
        is(scalar keys %{ $references{ $alert->{to} } // {} }, 1, "$alert->{name}: one reference for all parts");
    }
};

$rig->stop('redis', 'TERM');
done_testing();
