# SPDX-License-Identifier: Apache-2.0
package FakeCarrier;
# Starts, commands and ends fake carriers, and speaks to them through Net::SMPP: what interop tests share.
use strict;
use warnings;
use Encode qw(encode);
use Exporter qw(import);
use File::Temp qw(tempdir);
use IO::Select;
use IPC::Open2;
use JSON::PP;
use Net::SMPP;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(DEADLINE_S slurp start command finish kill_hard connect_to next_pdu bound next_phone submit raw status_is nothing_comes
    udh8 udh16 ucs2 message_body tlv $json $program);

use constant { DEADLINE_S => 10, FIRST_PHONE => 8613900000000 };
our $program;    # the fake carrier: set it first
our $json = JSON::PP->new->utf8;
my %carriers;
END { local $?; kill KILL => keys %carriers if %carriers }

# --- the carrier -----------------------------------------------------------------------------------------------------

sub slurp {
    my ($path) = @_;
    open my $file, '<:raw', $path or return '';
    local $/;
    return scalar <$file>;
}

sub start {
    my (@options) = @_;
    my $carrier = { dir => tempdir(CLEANUP => 1) };
    $carrier->{"${_}_path"} = "$carrier->{dir}/$_" for qw(record port summary stderr);
    my @command = ($program, '--listen', '127.0.0.1:0', '--port-file', $carrier->{port_path}, '--summary', $carrier->{summary_path},
        '--record', $carrier->{record_path}, '--control', @options);
    $carrier->{pid} = open2($carrier->{from}, $carrier->{to}, 'sh', '-c', 'exec "$@" 2>"$0"', $carrier->{stderr_path}, @command);
    $carriers{ $carrier->{pid} } = 1;
    my $give_up = time + DEADLINE_S;
    sleep 0.005 until -e $carrier->{port_path} || time > $give_up;
    $carrier->{port} = slurp($carrier->{port_path}) + 0 or BAIL_OUT('the carrier does not start: ' . slurp($carrier->{stderr_path}));
    return $carrier;
}

sub command {
    my ($carrier, $line) = @_;
    syswrite $carrier->{to}, "$line\n";
    # The summary may come together with the answer to “quit”.
    $carrier->{said} //= '';
    while ($carrier->{said} !~ /\n/) {
        IO::Select->new($carrier->{from})->can_read(DEADLINE_S) or return {};
        sysread $carrier->{from}, $carrier->{said}, 4096, length $carrier->{said} or return {};
    }
    $carrier->{said} =~ s/\A([^\n]*)\n//;
    return $json->decode($1);
}

# Ends the run; the summary and the record's lines.
sub finish {
    my ($carrier) = @_;
    close $carrier->{to};
    waitpid $carrier->{pid}, 0;
    delete $carriers{ $carrier->{pid} };
    is($? >> 8, 0, 'the carrier ends with status 0') or diag(slurp($carrier->{stderr_path}));
    my @lines = map { $json->decode($_) } split /\n/, slurp($carrier->{record_path});
    return ($json->decode(slurp($carrier->{summary_path})), @lines);
}

# kill -9.
sub kill_hard {
    my ($carrier) = @_;
    kill KILL => $carrier->{pid};
    waitpid $carrier->{pid}, 0;
    delete $carriers{ $carrier->{pid} };
}

# --- the peer --------------------------------------------------------------------------------------------------------

sub connect_to {
    my ($carrier, %arguments) = @_;
    my $peer = Net::SMPP->new_connect('127.0.0.1', port => $carrier->{port}, smpp_version => 0x34, interface_version => 0x34, async => 1,
        system_id => 'hongyan', password => 'secret', source_addr => '10690001', source_addr_npi => 1, dest_addr_ton => 1,
        dest_addr_npi => 1, %arguments) or return undef;
    setsockopt $peer, IPPROTO_TCP, TCP_NODELAY, 1;
    return $peer;
}

sub next_pdu {
    my ($peer, $timeout_s) = @_;
    IO::Select->new($peer)->can_read($timeout_s // DEADLINE_S) or return undef;
    return $peer->read_pdu;
}

sub bound {
    my ($carrier, $kind, %arguments) = @_;
    my $peer = connect_to($carrier, %arguments) or return undef;
    my $method = "bind_" . ($kind // 'transceiver');
    $peer->$method();
    my $answer = next_pdu($peer);
    return wantarray ? ($peer, $answer) : $peer;
}

my $phone = FIRST_PHONE;

# A destination not used before.
sub next_phone { return $phone++ }

# Submit and return the answer.
sub submit {
    my ($peer, %fields) = @_;
    $peer->submit_sm(destination_addr => next_phone(), short_message => 'x', %fields);
    return next_pdu($peer);
}

sub raw {
    my ($peer, $command_id, $body, $sequence, $status, $length) = @_;
    $peer->syswrite(pack('NNNN', $length // 16 + length $body, $command_id, $status // 0, $sequence // 77) . $body);
    return next_pdu($peer);
}

sub status_is {
    my ($answer, $want, $name) = @_;
    is(defined $answer ? sprintf('0x%02X', $answer->{status}) : 'no answer', sprintf('0x%02X', $want), $name);
}

# Nothing else is on its way to the peer: what answers an enquire_link is the next PDU.
sub nothing_comes {
    my ($peer, $name) = @_;
    $peer->enquire_link();
    my $pdu = next_pdu($peer);
    is(defined $pdu ? sprintf('0x%08X', $pdu->{cmd}) : 'no answer', '0x80000015', $name);
}

sub udh8 { pack 'C6', 5, 0, 3, @_ }
sub udh16 { pack 'CCCnCC', 6, 8, 4, @_ }
sub ucs2 { encode('UTF-16BE', $_[0]) }
sub message_body { # a submit_sm body with any fields; TLVs are appended as octets
    my (%f) = @_;
    my $text = $f{text} // 'x';
    return pack('Z*CCZ*CCZ*CCCZ*Z*CCCCCa*', $f{service_type} // '', $f{source_ton} // 0, $f{source_npi} // 1, $f{source} // '10690001',
        $f{ton} // 1, $f{npi} // 1, $f{to} // '8613900000001', $f{esm} // 0, 0, $f{priority} // 0, $f{schedule} // '', $f{validity} // '',
        $f{registered} // 0, $f{replace} // 0, $f{dcs} // 0, $f{default_id} // 0, $f{sm_length} // length $text, $text)
        . ($f{tlvs} // '');
}
sub tlv { pack 'nna*', $_[0], length $_[1], $_[1] }

1;
