#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# “hongyan pdu” against PDUs that others have made: Perl's Net::SMPP and, where NODE is given, the npm package “smpp”. Every kind of
# PDU, with random fields of all legal lengths. TAP on stdout.
# usage: pdu_oracle.pl PATH/TO/hongyan [NODE-COMMAND…]     (the command writes PDUs as node/pdus.js does)
use strict;
use warnings;
use FindBin;
use IO::Socket::INET;
use JSON::PP;
use Net::SMPP;
use Test::More;
use lib $FindBin::Bin;
use Hongyan qw(answers_of);

use constant { SEED => 20260213, ROUNDS => 12, PDU_OCTETS_MAX => 70000 };

my ($hongyan, @node) = @ARGV;
-x ($hongyan // '') or BAIL_OUT('usage: pdu_oracle.pl PATH/TO/hongyan [NODE-COMMAND…]');
srand SEED;

# --- random fields ---------------------------------------------------------------------------------------------------

sub below { return int rand $_[0] }
sub u8 { return below(256) }
sub octets { my ($least, $most) = @_; return join '', map { chr below(256) } 1 .. $least + below($most - $least + 1) }

# A string of printable ASCII for a field of so many octets, its NUL counted; quotes and backslashes among them.
sub text { my ($limit) = @_; return join '', map { chr 0x20 + below(0x5F) } 1 .. below($limit) }
sub moment { return below(2) ? '' : sprintf '%012d%d%02d%s', below(991231235959), below(10), below(49), (qw(+ -))[below(2)] }

my %makers = (text => \&text, u8 => \&u8, time => \&moment);
my @source = ([source_addr_ton => 'u8'], [source_addr_npi => 'u8'], [source_addr => text => 21]);
my @destination = ([dest_addr_ton => 'u8'], [dest_addr_npi => 'u8'], [destination_addr => text => 21]);
my @bind = ([system_id => text => 16], [password => text => 9], [system_type => text => 13], [interface_version => 'u8'], [addr_ton => 'u8'],
    [addr_npi => 'u8'], [address_range => text => 41]);
my @handling = ([esm_class => 'u8'], [protocol_id => 'u8'], [priority_flag => 'u8'], [schedule_delivery_time => 'time'], [validity_period => 'time'],
    [registered_delivery => 'u8'], [replace_if_present_flag => 'u8'], [data_coding => 'u8'], [sm_default_msg_id => 'u8']);
my @wide_source = ([source_addr_ton => 'u8'], [source_addr_npi => 'u8'], [source_addr => text => 65]);
my @wide_destination = ([dest_addr_ton => 'u8'], [dest_addr_npi => 'u8'], [destination_addr => text => 65]);
my $id = [message_id => text => 65];

# command => its fields in order. “message”: short_message behind its length.
my %layouts = (
    (map { $_ => [@bind] } qw(bind_receiver bind_transmitter bind_transceiver)),
    (map { $_ => [[system_id => text => 16]] } qw(bind_receiver_resp bind_transmitter_resp bind_transceiver_resp)),
    outbind => [@bind[0, 1]],
    (map { $_ => [[service_type => text => 6], @source, @destination, @handling, ['message']] } qw(submit_sm deliver_sm)),
    data_sm => [[service_type => text => 6], @wide_source, @wide_destination, [esm_class => 'u8'], [registered_delivery => 'u8'],
        [data_coding => 'u8']],
    (map { $_ => [$id] } qw(submit_sm_resp deliver_sm_resp data_sm_resp)),
    query_sm => [$id, @source],
    query_sm_resp => [$id, [final_date => 'time'], [message_state => 'u8'], [error_code => 'u8']],
    cancel_sm => [[service_type => text => 6], $id, @source, @destination],
    replace_sm => [$id, @source, [schedule_delivery_time => 'time'], [validity_period => 'time'], [registered_delivery => 'u8'],
        [sm_default_msg_id => 'u8'], ['message']],
    submit_multi => [[service_type => text => 6], @source, ['destinations'], @handling, ['message']],
    submit_multi_resp => [$id, ['failures']],
    alert_notification => [@wide_source, [esme_addr_ton => 'u8'], [esme_addr_npi => 'u8'], [esme_addr => text => 65]],
    (map { $_ => [] } qw(unbind unbind_resp enquire_link enquire_link_resp generic_nack cancel_sm_resp replace_sm_resp)),
);

# name => tag, and least and most octets of its value.
my %tlvs = (
    dest_addr_subunit => [0x0005, 1, 1], source_telematics_id => [0x0010, 1, 1], qos_time_to_live => [0x0017, 4, 4], payload_type => [0x0019, 1, 1],
    additional_status_info_text => [0x001D, 1, 256], receipted_message_id => [0x001E, 1, 65], privacy_indicator => [0x0201, 1, 1],
    source_subaddress => [0x0202, 2, 23], user_message_reference => [0x0204, 2, 2], source_port => [0x020A, 2, 2], destination_port => [0x020B, 2, 2],
    sar_msg_ref_num => [0x020C, 2, 2], sar_total_segments => [0x020E, 1, 1], sar_segment_seqnum => [0x020F, 1, 1], sc_interface_version => [0x0210, 1, 1],
    callback_num => [0x0381, 4, 19], number_of_messages => [0x0304, 1, 1], network_error_code => [0x0423, 3, 3], message_payload => [0x0424, 0, 3000],
    more_messages_to_send => [0x0426, 1, 1], message_state => [0x0427, 1, 1], congestion_state => [0x0428, 1, 1], ussd_service_op => [0x0501, 1, 1],
    display_time => [0x1201, 1, 1], sms_signal => [0x1203, 2, 2], ms_validity => [0x1204, 1, 4], its_session_info => [0x1383, 2, 2],
    alert_on_message_delivery => [0x130C, 0, 1],
);

# Fields and TLVs for a command: arguments for Net::SMPP, and what must be read from the PDU.
sub random_pdu {
    my ($command) = @_;
    my (@arguments, %want);
    for my $field (@{ $layouts{$command} }) {
        my ($name, $kind, $limit) = @$field;
        if ($name eq 'message') {
            my $octets = octets(0, 254);
            push @arguments, short_message => $octets;
            @want{qw(sm_length short_message)} = (length $octets, unpack 'H*', $octets);
        } elsif ($name eq 'destinations') {
            my @dests = map { { flag => 1 + below(2), ton => u8(), npi => u8(), name => text(21) } } 0 .. below(6);
            push @arguments, dest_flag => [map { $_->{flag} } @dests], dest_addr_ton => [map { $_->{ton} } @dests],
                dest_addr_npi => [map { $_->{npi} } @dests], destination_addr => [map { $_->{name} } @dests];
            $want{number_of_dests} = @dests;
            $want{dest_address} = [map { $_->{flag} == 2 ? { dest_flag => 2, dl_name => $_->{name} }
                : { dest_flag => 1, dest_addr_ton => $_->{ton}, dest_addr_npi => $_->{npi}, destination_addr => $_->{name} } } @dests];
        } elsif ($name eq 'failures') {
            my @failures = map {
                { dest_addr_ton => u8(), dest_addr_npi => u8(), destination_addr => text(21), error_status_code => below(2**32) }
            } 0 .. below(4);
            push @arguments, map { my $key = $_; $key => [map { $_->{$key} } @failures] } sort keys %{ $failures[0] };
            @want{qw(no_unsuccess unsuccess_sme)} = (scalar @failures, \@failures);
        } else {
            $want{$name} = $makers{$kind}->($limit);
            push @arguments, $name => $want{$name};
        }
    }
    my %taken = map { $_ => 1 } keys %want;
    my @names = grep { !$taken{$_} && !below(6) } sort keys %tlvs;
    @names = () if !@{ $layouts{$command} };
    my @want_tlvs;
    for my $name (@names) {
        my ($tag, $least, $most) = @{ $tlvs{$name} };
        my $value = octets($least, $most);
        push @arguments, $name => $value;
        push @want_tlvs, { tag => $tag, name => $name, hex => unpack 'H*', $value };
    }
    return (\@arguments, \%want, \@want_tlvs);
}

# --- Net::SMPP -------------------------------------------------------------------------------------------------------

my $listener = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or BAIL_OUT("cannot listen: $!");
my $maker = Net::SMPP->new_connect('127.0.0.1', port => $listener->sockport, async => 1, smpp_version => 0x34) or BAIL_OUT("cannot connect: $!");
my $end = $listener->accept;

sub netsmpp_pdus {
    my @pdus;
    for my $command (sort keys %layouts) {
        for my $round (1 .. (@{ $layouts{$command} } ? ROUNDS : 2)) {
            my ($arguments, $fields, $tlvs) = random_pdu($command);
            my $is_answer = $command =~ /_resp\z|_nack\z/;
            my ($number, $status) = (1 + below(0x7FFFFFFF), $is_answer && below(2) ? below(2**32) : 0);
            $maker->$command(@$arguments, seq => $number, $is_answer ? (status => $status) : ());
            $end->sysread(my $octets, PDU_OCTETS_MAX) or die "Net::SMPP wrote nothing for $command\n";
            push @pdus, { name => "Net::SMPP $command $round", hex => unpack('H*', $octets), command => $command, sequence_number => $number,
                command_status => $status, fields => $fields, tlvs => $tlvs };
        }
    }
    return @pdus;
}

# --- npm smpp --------------------------------------------------------------------------------------------------------

sub npm_pdus {
    open my $from, '-|', @node or BAIL_OUT("cannot start @node: $!");
    my @pdus = map { JSON::PP->new->utf8->decode($_) } <$from>;
    close $from or BAIL_OUT("@node fails");
    return @pdus;
}

# --- comparing -------------------------------------------------------------------------------------------------------

sub compare {
    my ($maker, @pdus) = @_;
    my ($status, @answers) = answers_of([$hongyan, 'pdu'], map { $_->{hex} } @pdus);
    is($status, 0, "$maker: exit status");
    is(scalar @answers, scalar @pdus, "$maker: an answer to each of " . @pdus);
    for my $i (0 .. $#pdus) {
        my ($pdu, $answer) = ($pdus[$i], $answers[$i]);
        my %want = (%$pdu, command_id => hex substr $pdu->{hex}, 8, 8);
        delete @want{qw(name hex)};
        is_deeply($answer, \%want, $pdu->{name}) or diag("$pdu->{hex}\n", explain($answer));
    }
}

my @netsmpp = netsmpp_pdus();
compare('Net::SMPP', @netsmpp);
compare('npm smpp', npm_pdus()) if @node;

# Every tag that Net::SMPP knows from a specification has the same name here.
subtest 'names of TLVs' => sub {
    my $known = Net::SMPP::param_tab();
    my @tags = grep { $known->{$_}{name} =~ /\A[a-z_]+\z/ && $_ < 0x1400 } sort { $a <=> $b } keys %$known;
    my @hex = map { unpack 'H*', pack 'NNNN nn', 20, 0x80000004, 0, 1, $_, 0 } @tags;
    my (undef, @answers) = answers_of([$hongyan, 'pdu'], map { s/\A00000014/00000015/r =~ s/\A(.{32})/${1}00/r } @hex);
    is($answers[$_]{tlvs}[0]{name}, $known->{ $tags[$_] }{name}, sprintf 'tag 0x%04X', $tags[$_]) for 0 .. $#tags;
};

# PDUs cut anywhere, with a length that says so: an answer to each, and never the whole fields of the uncut one.
subtest 'cut PDUs' => sub {
    my @cuts = map { my $octets = pack 'H*', $_->{hex}; [$_, substr $octets, 0, below(length $octets)] } @netsmpp;
    substr($$_[1], 0, 4) = pack 'N', length $$_[1] for grep { length $$_[1] >= 4 } @cuts;
    my ($status, @answers) = answers_of([$hongyan, 'pdu'], map { unpack 'H*', $$_[1] } @cuts);
    like($status, qr/\A(?:0|65)\z/, 'exit status');
    is(scalar @answers, scalar @cuts, 'an answer to each');
    for my $i (0 .. $#cuts) {
        my ($pdu, $octets) = @{ $cuts[$i] };
        my $answer = $answers[$i];
        if (length $octets < 16) { ok(exists $answer->{error} && exists $answer->{offset}, "$pdu->{name}: no header, an error") }
        elsif ($answer->{error}) { cmp_ok($answer->{offset}, '<=', length $octets, "$pdu->{name}: error within the PDU") }
        else { cmp_ok(@{ $answer->{tlvs} }, '<=', @{ $pdu->{tlvs} }, "$pdu->{name}: cut between parts") }
    }
};

done_testing();
