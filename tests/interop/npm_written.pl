#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# PDUs of every kind that the gateway sends as the npm package “smpp” reads them, with all that their fields may hold. It looks for TLVs
# in any PDU, where Wireshark's dissector and libsmpp34 know none in a query_sm. TAP on stdout.
# usage: npm_written.pl PATH/TO/written-pdus NODE-COMMAND…     (the command reads PDUs as node/read.js does)
use strict;
use warnings;
use FindBin;
use Test::More;
use lib $FindBin::Bin;
use Hongyan qw(answers_of);

use constant { OURS => 0x01020304, THEIRS => 0xFFFEFDFC, PAYLOAD_OCTETS => 2144 };

my ($program, @node) = @ARGV;
@node && -x $program or BAIL_OUT('usage: npm_written.pl PATH/TO/written-pdus NODE-COMMAND…');

# So many octets of a text that says 0123456789abcdef over and over, in hexadecimal.
sub run_of { my ($len) = @_; return unpack 'H*', substr '0123456789abcdef' x ($len / 16 + 1), 0, $len }

# Septets, one an octet, as eight in seven octets (3GPP 23.038 §6.1.2.1); both in hexadecimal.
sub packed { return unpack 'H*', pack 'b*', join '', map { substr unpack('b8', $_), 0, 7 } split //, pack 'H*', $_[0] }

my %bind = (
    system_id => 'system-id-of-15', password => 'a-password-that-has-as-many-characters-as-we-allow-against-3.4.',
    system_type => 'type-of-12-x', interface_version => 0x34, addr_ton => 1, addr_npi => 1, address_range => '^(10690001|10690002|10690003|1069000[4])',
);
my %submit = (esm_class => 0, protocol_id => 0, schedule_delivery_time => '', replace_if_present_flag => 0, sm_default_msg_id => 0);
my %plain = (
    %submit, service_type => '', source_addr_ton => 0, source_addr_npi => 0, source_addr => '', dest_addr_ton => 1, dest_addr_npi => 1,
    destination_addr => '8613912340001', priority_flag => 0, registered_delivery => 0, data_coding => 0, validity_period => '',
);
my %full = (
    %submit, service_type => 'CMT-5', source_addr_ton => 5, source_addr_npi => 0, source_addr => 'HONGYAN-SMS', dest_addr_ton => 2,
    dest_addr_npi => 8, destination_addr => '13912340001', priority_flag => 3, registered_delivery => 0x12, data_coding => 0xF1,
    validity_period => '', user_message_reference => 'ours',
);
my %query = (message_id => '');

# name => [command_id, status or undef in a request, fields]. A name that says more than the command is cut to that.
my %want = (
    bind_receiver => [0x00000001, undef, \%bind],
    bind_transmitter => [0x00000002, undef, \%bind],
    bind_transceiver => [0x00000009, undef, \%bind],
    'submit_sm plain' => [0x00000004, undef, { %plain, short_message => run_of(160) }],
    'submit_sm full' => [0x00000004, undef, { %full, validity_period => '000001000000000R', short_message => run_of(254) }],
    'submit_sm sar' => [0x00000004, undef, {
        %full, validity_period => '260214080000032+', short_message => run_of(153), sar_msg_ref_num => 0xFEDC, sar_total_segments => 255,
        sar_segment_seqnum => 16,
    }],
    'submit_sm payload' => [0x00000004, undef, { %full, short_message => '', message_payload => run_of(PAYLOAD_OCTETS) }],
    'submit_sm udh' => [0x00000004, undef, { %plain, esm_class => 0x40, data_coding => 8, short_message => '050003c80302' . run_of(134) }],
    'submit_sm packed' => [0x00000004, undef, { %plain, short_message => packed(run_of(160)) }],
    'submit_sm latin1' => [0x00000004, undef, { %plain, data_coding => 3, short_message => run_of(140) }],
    'submit_sm asked for' => [0x00000004, undef, { %plain, short_message => run_of(1), user_message_reference => 0x1234 }],
    'query_sm plain' => [0x00000003, undef, { %query, source_addr_ton => 0, source_addr_npi => 0, source_addr => '', user_message_reference => 1 }],
    'query_sm full' => [0x00000003, undef, {
        %query, source_addr_ton => 1, source_addr_npi => 1, source_addr => '12345678901234567890', user_message_reference => 0xFEDC,
    }],
    deliver_sm_resp => [0x80000005, 0, { message_id => '' }],
    'deliver_sm_resp later' => [0x80000005, 0x64, { message_id => '' }],
    'deliver_sm_resp no' => [0x80000005, 0x66, { message_id => '' }],
    data_sm_resp => [0x80000103, 0, { message_id => '' }],
    'data_sm_resp later' => [0x80000103, 0x64, { message_id => '' }],
    'data_sm_resp no' => [0x80000103, 0x66, { message_id => '' }],
    submit_sm_resp => [0x80000004, 0x03, {}],
    submit_multi_resp => [0x80000021, 0x03, {}],
    query_sm_resp => [0x80000003, 0x03, {}],
    replace_sm_resp => [0x80000007, 0x03, {}],
    cancel_sm_resp => [0x80000008, 0x03, {}],
    'generic_nack unknown' => [0x80000000, 0x03, {}],
    'generic_nack lost' => [0x80000000, 0x02, {}],
    enquire_link => [0x00000015, undef, {}],
    enquire_link_resp => [0x80000015, 0, {}],
    unbind => [0x00000006, undef, {}],
    unbind_resp => [0x80000006, 0, {}],
);

open my $from, '-|', $program or die "cannot start $program: $!\n";
my @written = map { chomp; [split /\t/] } <$from>;
ok(close $from, 'all are written');
is_deeply([sort map { $$_[0] } @written], [sort keys %want], 'each that is known, and no other');

my ($status, @read) = answers_of(\@node, map { $$_[1] } @written);
is($status, 0, 'the reader ends with status 0');
is(scalar @read, scalar @written, 'each is read');

my %references;
for my $number (0 .. $#read) {
    my ($name, $hex) = @{ $written[$number] };
    my ($command_id, $command_status, $fields) = @{ $want{$name} // [0, 0, {}] };
    my %want = (
        command => $name =~ s/ .*//r, command_length => length($hex) / 2, command_id => $command_id, command_status => $command_status // 0,
        sequence_number => defined $command_status ? THEIRS : OURS, %$fields,
    );
    my $read = $read[$number];
    # Where no question names it, it is made of the entry's id; all of these are of one entry.
    if (($want{user_message_reference} // '') eq 'ours') {
        delete $want{user_message_reference};
        $references{ delete($read->{user_message_reference}) // 'none' }++;
    }
    is_deeply($read, \%want, $name) or diag(explain($read));
}
is_deeply([values %references], [3], 'user_message_reference: the same in all that carry it');
done_testing();
