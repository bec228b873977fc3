#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# PDUs of every kind that the gateway sends before the eyes of Wireshark's dissector, with all that their fields may hold: none
# malformed, every field as it should be. dissect.pl looks at what a running gateway sends. TAP on stdout.
# usage: dissect_written.pl PATH/TO/written-pdus      exit status 77: skipped
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use Test::More;
use lib $FindBin::Bin;
use Dissection qw(missing_tools write_capture pdus_of malformed_in);

use constant { PORT => 2775, OURS => '01020304', THEIRS => 'fffefdfc', OK => '00000000', PAYLOAD_OCTETS => 2144 };

my ($program) = @ARGV;
-x ($program // '') or BAIL_OUT('usage: dissect_written.pl PATH/TO/written-pdus');
if (my $missing = missing_tools('tshark', 'text2pcap', 'mergecap')) { print "1..0 # SKIP $missing is not installed\n"; exit 77 }

# A text with its NUL, in hexadecimal as fields have their values.
sub text { return unpack('H*', $_[0]) . '00' }

# So many octets of a text that says 0123456789abcdef over and over.
sub run_of { my ($len) = @_; return unpack 'H*', substr '0123456789abcdef' x ($len / 16 + 1), 0, $len }

# Septets, one an octet, as eight in seven octets (3GPP 23.038 §6.1.2.1); both in hexadecimal.
sub packed { return unpack 'H*', pack 'b*', join '', map { substr unpack('b8', $_), 0, 7 } split //, pack 'H*', $_[0] }

my %bind = (
    sequence_number => OURS, system_id => text('system-id-of-15'), system_type => text('type-of-12-x'), interface_version => '34',
    password => text('a-password-that-has-as-many-characters-as-we-allow-against-3.4.'), addr_ton => '01', addr_npi => '01',
    address_range => text('^(10690001|10690002|10690003|1069000[4])'),
);
my %submit = (
    command_id => '00000004', sequence_number => OURS, protocol_id => '00', schedule_delivery_time_r => '00', sm_default_msg_id => '00',
    'esm.submit.features' => '00', replace_if_present_flag => '00',
);
my %full = (
    %submit, service_type => text('CMT-5'), source_addr_ton => '05', source_addr_npi => '00', source_addr => text('HONGYAN-SMS'),
    dest_addr_ton => '02', dest_addr_npi => '08', destination_addr => text('13912340001'), priority_flag => '03', 'regdel.receipt' => '12',
    data_coding => 'f1',
);
my %no_validity = (validity_period_r => '00');
my %plain = (
    %submit, %no_validity, service_type => '00', source_addr_ton => '00', source_addr_npi => '00', source_addr => '00', dest_addr_ton => '01',
    dest_addr_npi => '01', destination_addr => text('8613912340001'), priority_flag => '00', 'regdel.receipt' => '00', data_coding => '00',
);
sub answer { my ($command, $status) = @_; return { command_id => $command, command_status => $status, sequence_number => THEIRS } }
sub request { my ($command) = @_; return { command_id => $command, sequence_number => OURS } }

# name => what its fields hold. Of a text the length says that there is nothing more.
my %want = (
    bind_receiver => { %bind, command_id => '00000001' },
    bind_transmitter => { %bind, command_id => '00000002' },
    bind_transceiver => { %bind, command_id => '00000009' },
    'submit_sm plain' => { %plain, sm_length => 'a0', message => run_of(160) },
    'submit_sm full' => { %full, validity_period_r => text('000001000000000R'), sm_length => 'fe', message => run_of(254) },
    'submit_sm sar' => {
        %full, validity_period => text('260214080000032+'), sm_length => '99', message => run_of(153), sar_msg_ref_num => 'fedc',
        sar_total_segments => 'ff', sar_segment_seqnum => '10',
    },
    'submit_sm payload' => { %full, %no_validity, sm_length => '00', message_payload => run_of(PAYLOAD_OCTETS) },
    'submit_sm udh' => {
        %plain, 'esm.submit.features' => '40', data_coding => '08', sm_length => '8c', message => '050003c80302' . run_of(134),
    },
    'submit_sm packed' => { %plain, sm_length => '8c', message => packed(run_of(160)) },
    'submit_sm latin1' => { %plain, data_coding => '03', sm_length => '8c', message => run_of(140) },
    'submit_sm asked for' => { %plain, sm_length => '01', message => run_of(1), user_message_reference => '1234' },
    # The dissector shows no empty message_id, and looks for no TLV in a query_sm: the unit test holds ours against its octets.
    'query_sm plain' => { %{ request('00000003') }, source_addr_ton => '00', source_addr_npi => '00' },
    'query_sm full' => { %{ request('00000003') }, source_addr_ton => '01', source_addr_npi => '01', source_addr => text('12345678901234567890') },
    deliver_sm_resp => answer('80000005', OK),
    'deliver_sm_resp later' => answer('80000005', '00000064'),
    'deliver_sm_resp no' => answer('80000005', '00000066'),
    data_sm_resp => answer('80000103', OK),
    'data_sm_resp later' => answer('80000103', '00000064'),
    'data_sm_resp no' => answer('80000103', '00000066'),
    submit_sm_resp => answer('80000004', '00000003'),
    submit_multi_resp => answer('80000021', '00000003'),
    query_sm_resp => answer('80000003', '00000003'),
    replace_sm_resp => answer('80000007', '00000003'),
    cancel_sm_resp => answer('80000008', '00000003'),
    'generic_nack unknown' => answer('80000000', '00000003'),
    'generic_nack lost' => answer('80000000', '00000002'),
    enquire_link => request('00000015'),
    enquire_link_resp => answer('80000015', OK),
    unbind => request('00000006'),
    unbind_resp => answer('80000006', OK),
);

open my $from, '-|', $program or die "cannot start $program: $!\n";
my @written = map { chomp; [split /\t/] } <$from>;
ok(close $from, 'all are written');
is_deeply([sort map { $$_[0] } @written], [sort keys %want], 'each that is known, and no other');

my $path = tempdir(CLEANUP => 1) . '/written.pcapng';
write_capture($path, PORT, map { [[1, pack 'H*', $$_[1]]] } @written);
is_deeply([malformed_in($path, PORT)], [], 'no PDU is malformed');
my @pdus = pdus_of($path, PORT);
is(scalar @pdus, scalar @written, 'each is seen');

# What says the same again, in words, cut into bits, or (in newer versions) as the kind of PDU.
my $is_said_again = qr/\A(?:command_length|request|response|message_text|opt_param.*|dcs\..*|esm\..*|regdel\..*|gsm_sms\..*)\z/;

my %references;
for my $number (0 .. $#pdus) {
    my $name = $written[$number][0];
    my %want = %{ $want{$name} // {} };
    my %fields = map { s/\Asmpp\.//r => $pdus[$number]{fields}{$_}[0] } keys %{ $pdus[$number]{fields} };
    is(hex $fields{command_length}{value}, length($written[$number][1]) / 2, "$name: command_length");
    my %seen = map { $_ => $fields{$_}{whole} // $fields{$_}{value} } grep { $want{$_} || !/$is_said_again/ } keys %fields;
    # Where no question names it, it is made of the entry's id; all of these are of one entry.
    if (!$want{user_message_reference} && (my $reference = delete $seen{user_message_reference})) { $references{$reference}++ }
    # The dissector leaves out the status of a request where it is 0.
    $seen{command_status} //= OK;
    $want{command_status} //= OK;
    is_deeply(\%seen, \%want, "$name: fields") or diag(explain(\%seen));
    my @tags = map { $_->{value} } @{ $pdus[$number]{fields}{'smpp.opt_param_tag'} // [] };
    is(scalar @tags, scalar(grep { /\Asar_|payload|_reference/ } keys %want) + ($name =~ /submit_sm (?:full|sar|payload)/), "$name: TLVs");
}
is_deeply([values %references], [3], 'user_message_reference: the same in all that carry it');
my ($sar) = grep { $written[$_][0] eq 'submit_sm sar' } 0 .. $#written;
is($pdus[$sar]{fields}{'smpp.validity_period'}[0]{show}, 'Feb 14, 2026 00:00:00.000000000 UTC', 'an absolute validity is the instant that was meant');
done_testing();
