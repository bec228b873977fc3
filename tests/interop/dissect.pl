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
use Test::More;
use Time::HiRes qw(time);
use lib $FindBin::Bin;
use AlertTable qw(templates accounts alerts);
use Dissection qw(missing_tools pcap_of_pdus pdus_of malformed_in);
use FakeCarrier qw(start command finish slurp message_body);
use GatewayRig qw(wait_for);

use constant { LIFETIME_S => 3600, SKIPPED => 77, CHUNK => 65536, SLOW_ENQUIRE_MS => 400 };

my ($mode, $hongyan, $carrier_program) = @ARGV;
($mode // '') =~ /\A(?:capture|relay)\z/ && -x ($carrier_program // '') or BAIL_OUT('usage: dissect.pl capture|relay PATH/TO/hongyan PATH/TO/fake-carrier');
$FakeCarrier::program = $carrier_program;
binmode $_, ':encoding(UTF-8)' for Test::More->builder->output, Test::More->builder->failure_output;

sub skip_all { print "1..0 # SKIP @_\n"; exit SKIPPED }

my $missing = missing_tools('tshark', $mode eq 'capture' ? 'dumpcap' : 'text2pcap');
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
my $relay_path = "$rig->{dir}/relay";

sub start_capture {
    $rig->spawn('dumpcap', 'dumpcap', '-q', '-i', 'lo', '-f', "tcp port $carrier->{port}", '-w', $capture_path);
    # The file is made, with its header, once the capture runs.
    return if wait_for(sub { -s $capture_path || !$rig->is_alive('dumpcap') }) && $rig->is_alive('dumpcap');
    my $why = slurp("$rig->{dir}/dumpcap.log");
    skip_all('capturing on the loopback is not permitted: ', $why =~ s/\s+/ /gr);
}

# Passes octets between gateway and carrier and writes down which came from whom: connection, direction, length, octets.
sub relay {
    my ($listener) = @_;
    open my $out, '>:raw', $relay_path or die "cannot write $relay_path: $!\n";
    $out->autoflush(1);
    my $readable = IO::Select->new($listener);
    my (%pair, $count);
    while (1) {
        for my $socket ($readable->can_read) {
            if ($socket == $listener) {
                my $client = $listener->accept;
                my $server = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $carrier->{port}) or next;
                $readable->add($client, $server);
                $pair{$client} = [$server, $count // 0, 1];
                $pair{$server} = [$client, $count++ // 0, 0];
                next;
            }
            my ($other, $connection, $is_client) = @{ $pair{$socket} or next };
            if (sysread $socket, my $octets, CHUNK) {
                print $out pack 'NCN/a*', $connection, $is_client, $octets;
                syswrite $other, $octets;
                next;
            }
            $readable->remove($socket, $other);
            delete @pair{ $socket, $other };
            close $_ for $socket, $other;
        }
    }
}

sub start_relay {
    my $listener = IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1') or die "cannot listen: $!\n";
    $rig->spawn_code('relay', sub { relay($listener) });
    return $listener->sockport;
}

# Capture files, each with the SMSC's port.
sub relayed_files {
    my $record = slurp($relay_path);
    my (%octets, %pdus, $count);
    while (length $record) {
        (my $connection, my $is_client, my $chunk, $record) = unpack 'NCN/a* a*', $record;
        my $rest = \$octets{$connection}{$is_client};
        $$rest .= $chunk;
        push @{ $pdus{$connection} }, [$is_client, substr $$rest, 0, unpack('N', $$rest), '']
            while length($$rest) >= 4 && length($$rest) >= unpack 'N', $$rest;
    }
    return map {
        my $path = "$rig->{dir}/connection-$_.pcap";
        pcap_of_pdus($path, 2775, $_, @{ $pdus{$_} });
        [$path, 2775];
    } sort { $a <=> $b } keys %pdus;
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
ok($rig->await_events(accepted => scalar @alerts, delivered => $segments), 'all accepted and delivered') or $rig->tell_log('gateway');
ok(wait_for(\&bound_links), 'all links are bound');
is(command($carrier, 'unbind')->{sessions}, $links, 'the carrier unbinds');
ok(wait_for(sub { command($carrier, 'stats')->{sessions} == 2 * $links && bound_links() }), 'the gateway comes back');
my $asked = wait_for(sub { command($carrier, 'stats')->{enquires_answered} });
ok($asked, 'the carrier has asked whether the gateway lives');
$rig->stop('gateway', 'TERM');
is($rig->{statuses}{gateway}, 0, 'the gateway ends with status 0');
my ($summary) = finish($carrier);
is($summary->{violations_total}, 0, 'the carrier found no violation');

my @files = ([$capture_path, $carrier->{port}]);
if ($mode eq 'capture') {
    # What the kernel holds is written when there is nothing more to wait for.
    my $ends = sub { scalar grep { $_->{fields}{'smpp.command_id'}[0]{value} eq '80000006' } pdus_of(@{ $files[0] }) };
    ok(wait_for(sub { $ends->() >= 2 * $links }), 'the capture is whole');
    $rig->stop('dumpcap', 'INT');
} else {
    $rig->stop('relay', 'TERM');
    @files = relayed_files();
}

# --- what the dissector says -----------------------------------------------------------------------------------------

my @pdus = map { my $file = $_; map { $_->{stream} = "$$file[0] $_->{stream}"; $_ } pdus_of(@$file) } @files;

sub value { my ($pdu, $name) = @_; return ($pdu->{fields}{$name} // [{}])->[0]{value} // '' }
sub command_of { return value($_[0], 'smpp.command_id') }
sub from_gateway { my ($command) = @_; return grep { $_->{is_from_client} && command_of($_) eq $command } @pdus }

subtest 'a malformed PDU would be seen' => sub {
    my $submit = pack('NNNN', 0, 4, 0, 1) . message_body(text => 'hello');
    my @rows = (['whole', $submit, 0], ['with its end cut off', substr($submit, 0, -3), 1], ['a TLV longer than the rest', $submit . pack('nna2', 0x0424, 50, 'xx'), 1]);
    for (@rows) {
        my ($name, $octets, $want) = @$_;
        substr $octets, 0, 4, pack 'N', length $octets;
        my $path = File::Temp->new(SUFFIX => '.pcap');
        pcap_of_pdus("$path", 2775, 0, [1, $octets]);
        is(scalar(my @found = malformed_in("$path", 2775)) > 0 ? 1 : 0, $want, $name);
    }
} if !missing_tools('text2pcap');

is_deeply([map { malformed_in(@$_) } @files], [], 'no PDU is malformed');

subtest 'commands' => sub {
    my %want = ('00000009' => 'bind_transceiver', '00000004' => 'submit_sm', '00000015' => 'enquire_link', '80000015' => 'enquire_link_resp',
        '80000005' => 'deliver_sm_resp', '00000006' => 'unbind', '80000006' => 'unbind_resp');
    ok(scalar(from_gateway($_)), "$want{$_} is seen") for sort keys %want;
    is_deeply([grep { $_->{is_from_client} && !$want{ command_of($_) } } @pdus], [], 'and nothing else');
    is(scalar(from_gateway('00000009')), 2 * $links, 'binds');
    is(scalar(from_gateway('00000004')), $segments, 'submits');
    is(scalar(from_gateway('80000005')), $segments, 'receipts answered');
};

subtest 'headers' => sub {
    my (%asked, %answered);
    for my $pdu (@pdus) {
        my ($command, $number) = (command_of($pdu), value($pdu, 'smpp.sequence_number'));
        if ($command =~ /\A8/) {
            is(value($pdu, 'smpp.command_status'), '00000000', "answer $command $number: status 0");
            $answered{ join ' ', $pdu->{stream}, !$pdu->{is_from_client} || 0, $number }++;
        } else {
            is(value($pdu, 'smpp.command_status') || '00000000', '00000000', "request $command $number: status 0");
            ok(hex $number > 0 && hex $number <= 0x7FFFFFFF, "request $command: sequence_number $number");
            $asked{ join ' ', $pdu->{stream}, $pdu->{is_from_client}, $number }++;
        }
    }
    is_deeply([grep { $asked{$_} > 1 } sort keys %asked], [], 'no sequence_number is used twice on a connection');
    is_deeply([grep { ($answered{$_} // 0) != 1 } sort keys %asked], [], 'every request is answered once');
    is_deeply([grep { !$asked{$_} } sort keys %answered], [], 'and nothing else is');
};

subtest 'bind_transceiver' => sub {
    for my $pdu (from_gateway('00000009')) {
        my %fields = map { $_ => value($pdu, "smpp.$_") } qw(password system_type interface_version addr_ton addr_npi address_range);
        is_deeply(\%fields, { password => unpack('H*', "secret\0"), system_type => '', interface_version => '34', addr_ton => '00', addr_npi => '00', address_range => '' }, 'fields');
        is(hex value($pdu, 'smpp.command_length'), 16 + 23 + 6 + length(pack 'H*', value($pdu, 'smpp.system_id')) - 1, 'and no octet more');
    }
};

# What lies in a submit_sm, as the dissector has taken it apart: how it is tied to others, and its text.
sub content_of {
    my ($pdu) = @_;
    my $octets = pack 'H*', value($pdu, 'smpp.message_payload') || value($pdu, 'smpp.message');
    my ($number, $total, $reference) = map { my $name = $_; my ($field) = grep { length } map { value($pdu, $_) } "gsm_sms.udh.mm.$$name[0]", "smpp.$$name[1]"; hex($field // $$name[2]) }
        ['msg_part', 'sar_segment_seqnum', 1], ['msg_parts', 'sar_total_segments', 1], ['msg_id', 'sar_msg_ref_num', 0];
    substr($octets, 0, 1 + ord $octets) = '' if length value($pdu, 'gsm_sms.dis_field_udh.user_data_header_length');
    my $text = value($pdu, 'smpp.data_coding') eq '08' ? decode('UTF-16BE', $octets, Encode::FB_CROAK) : decode('gsm0338', $octets, Encode::FB_CROAK);
    return ($number, $total, $reference, $text);
}

subtest 'submit_sm' => sub {
    my %common = (service_type => '00', source_addr_ton => '00', source_addr_npi => '01', source_addr => unpack('H*', "10690001\0"),
        dest_addr_ton => '01', dest_addr_npi => '01', protocol_id => '00', priority_flag => '00', schedule_delivery_time_r => '00', sm_default_msg_id => '00');
    my $absolute = strftime('%b %e, %Y %H:%M:%S.000000000 UTC', gmtime $expires_s);
    my (%parts, %references);
    for my $pdu (from_gateway('00000004')) {
        my $to = pack('H*', value($pdu, 'smpp.destination_addr')) =~ s/\0\z//r;
        my $alert = $alert_of{$to} or fail("submit to $to"), next;
        my $name = $alert->{name};
        is_deeply({ map { $_ => value($pdu, "smpp.$_") } keys %common }, \%common, "$name: fields");
        my ($concat, $validity) = @{ $alert->{account} }{qw(concat validity)};
        is($pdu->{fields}{'smpp.esm.submit.features'}[0]{whole}, $concat =~ /udh/ && $alert->{segments} > 1 ? '40' : '00', "$name: esm_class");
        is($pdu->{fields}{'smpp.regdel.receipt'}[0]{whole}, '01', "$name: registered_delivery");
        is($pdu->{fields}{'smpp.replace_if_present_flag'}[0]{whole}, '00', "$name: replace_if_present_flag");
        is(value($pdu, 'smpp.data_coding'), $alert->{encoding} eq 'UCS2' ? '08' : '00', "$name: data_coding");
        is(hex value($pdu, 'smpp.sm_length'), length(value($pdu, 'smpp.message')) / 2, "$name: sm_length");
        my ($relative_field, $absolute_field) = map { ($pdu->{fields}{"smpp.$_"} // [{}])->[0]{show} } qw(validity_period_r validity_period);
        is($absolute_field, $validity eq 'absolute' ? $absolute : undef, "$name: absolute validity_period");
        my ($least, $most) = $validity eq 'relative' ? (LIFETIME_S - 60, LIFETIME_S) : (0, 0);
        ok($relative_field >= $least && $relative_field <= $most, "$name: relative validity_period $relative_field") if $validity ne 'absolute';
        my ($number, $total, $reference, $text) = content_of($pdu);
        is($total, $alert->{segments}, "$name: parts");
        ok(!defined $parts{$to}{$number}, "$name: part $number once");
        $parts{$to}{$number} = $text;
        $references{$to}{$reference} = 1;
        my $element = value($pdu, 'gsm_sms.ie_identifier');
        is($element, $total == 1 ? '' : { udh8 => '00', udh16 => '08' }->{$concat} // '', "$name: element of the user data header");
        is(length value($pdu, 'smpp.message_payload') ? 'TLV' : 'field', $concat eq 'payload' ? 'TLV' : 'field', "$name: where the text lies");
    }
    for my $alert (@alerts) {
        my $parts = $parts{ $alert->{to} } // {};
        is(join('', map { $parts->{$_} // "(no part $_)" } 1 .. $alert->{segments}), $alert->{text}, "$alert->{name}: text");
        is(scalar keys %{ $references{ $alert->{to} } // {} }, 1, "$alert->{name}: one reference for all parts");
    }
};

$rig->stop('redis', 'TERM');
done_testing();
