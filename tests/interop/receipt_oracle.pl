#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# “hongyan receipt” against receipts as others write them: the layouts of well-known SMSCs and libraries, the fake carrier's own, and
# random ones whose parts are known. TAP on stdout.
# usage: receipt_oracle.pl PATH/TO/hongyan PATH/TO/fake-carrier
use strict;
use warnings;
use Encode qw(encode);
use FindBin;
use List::Util qw(shuffle);
use Test::More;
use lib $FindBin::Bin;
use FakeCarrier qw(start bound command next_pdu next_phone finish);
use Hongyan qw(answers_of);

use constant { SEED => 20260213, RANDOM_RECEIPTS => 500 };

(my $hongyan, $FakeCarrier::program) = @ARGV;
-x ($FakeCarrier::program // '') or BAIL_OUT('usage: receipt_oracle.pl PATH/TO/hongyan PATH/TO/fake-carrier');
srand SEED;

# state => final?
my %final = (ENROUTE => 0, DELIVERED => 1, EXPIRED => 1, DELETED => 1, UNDELIVERABLE => 1, ACCEPTED => 0, UNKNOWN => 0, REJECTED => 1);

# SMPP 3.4 appendix B, with a part left out where its value is undef.
sub receipt {
    my (%parts) = (sub => '001', dlvrd => '001', submit => '2602131015', done => '2602131016', err => '000', text => '', @_);
    my @labels = (id => 'id', sub => 'sub', dlvrd => 'dlvrd', submit => 'submit date', done => 'done date', stat => 'stat', err => 'err', text => 'text');
    my @words;
    while (my ($part, $label) = splice @labels, 0, 2) { push @words, "$label:$parts{$part}" if defined $parts{$part} }
    return join ' ', @words;
}

# What must be read of a receipt with the parts of appendix B; parts that are not given must be null.
sub usual {
    my ($id, $state, %other) = @_;
    return { sub => '001', dlvrd => '001', submit_date => '2602131015', done_date => '2602131016', err => '000', text => '', id => $id,
        state => $state, %other };
}

# stat => state
my @stats = (['ENROUTE', 'ENROUTE'], ['DELIVRD', 'DELIVERED'], ['EXPIRED', 'EXPIRED'], ['DELETED', 'DELETED'],
    ['UNDELIV', 'UNDELIVERABLE'], ['ACCEPTD', 'ACCEPTED'], ['UNKNOWN', 'UNKNOWN'], ['REJECTD', 'REJECTED']);
my @odd_stats = (['delivrd', 'DELIVERED'], ['FAILED', 'UNDELIVERABLE'], ['BUFFRED', 'ENROUTE'], ['MAGIC', undef]);
my $dates = 'submit date:2602131015 done date:2602131016';
my $uuid = '5f3a9c01-7be2-4d10-9a6f-000000000001';
my $long_id = '123456789012345678901234567890';

# name, text, what must be read
my @rows = (
    ['appendix B', receipt(id => '0123456789', stat => 'DELIVRD', text => 'Dear customer, your'),
        usual('0123456789', 'DELIVERED', text => 'Dear customer, your')],
    (map { ["stat $$_[0]", receipt(id => '7', stat => $$_[0]), usual('7', $$_[1])] } @stats, @odd_stats),
    ['Kannel: hexadecimal id, Text', "id:1a2B3c4D sub:001 dlvrd:001 $dates stat:DELIVRD err:000 Text:hello",
        usual('1a2B3c4D', 'DELIVERED', text => 'hello')],
    ['jsmpp: seconds in dates', receipt(id => '0000012345', submit => '260213101501', done => '260213101602', stat => 'UNDELIV', err => '034'),
        usual('0000012345', 'UNDELIVERABLE', submit_date => '260213101501', done_date => '260213101602', err => '034')],
    ['SMPPSim: a blank behind the last label', "id:5 sub:001 dlvrd:001 $dates stat:DELIVRD err:000 Text: hello smppsim",
        usual('5', 'DELIVERED', text => 'hello smppsim')],
    ['Jasmin: UUID', receipt(id => $uuid, stat => 'DELIVRD', text => '-'), usual($uuid, 'DELIVERED', text => '-')],
    ['Logica: dates with underscores', 'id:99 sub:1 dlvrd:0 submit_date:2602131015 done_date:2602131016 stat:REJECTD err:8 text:no',
        usual('99', 'REJECTED', sub => '1', dlvrd => '0', err => '8', text => 'no')],
    ['capital labels', 'ID:44 SUB:001 DLVRD:001 SUBMIT DATE:2602131015 DONE DATE:2602131016 STAT:DELIVRD ERR:000 TEXT:',
        usual('44', 'DELIVERED')],
    ['blanks behind colons', receipt(id => '45', stat => 'DELIVRD', text => 'x') =~ s/:/: /gr, usual('45', 'DELIVERED', text => 'x')],
    ['two blanks between', receipt(id => '46', stat => 'DELIVRD') =~ s/ (?!date)/  /gr, usual('46', 'DELIVERED')],
    ['another order', 'stat:EXPIRED id:47 err:027 done date:2602131016',
        { id => '47', state => 'EXPIRED', err => '027', done_date => '2602131016' }],
    ['id and stat alone', 'id:48 stat:DELIVRD', { id => '48', state => 'DELIVERED' }],
    ['no text label', receipt(id => '49', stat => 'DELIVRD', text => undef), usual('49', 'DELIVERED', text => undef)],
    ['empty parts', 'id:50 sub: dlvrd: submit date: done date: stat:DELIVRD err: text:',
        usual('50', 'DELIVERED', map { $_ => '' } qw(sub dlvrd submit_date done_date err))],
    ['words as err', receipt(id => '51', stat => 'UNDELIV', err => 'E_ABSENT'), usual('51', 'UNDELIVERABLE', err => 'E_ABSENT')],
    ['labels in the text', receipt(id => '52', stat => 'DELIVRD', text => 'id:1 stat:UNDELIV err:9'),
        usual('52', 'DELIVERED', text => 'id:1 stat:UNDELIV err:9')],
    ['a NUL at the end', receipt(id => '53', stat => 'DELIVRD', text => undef) . "\0", usual('53', 'DELIVERED', text => undef)],
    ['a long id', receipt(id => $long_id, stat => 'DELIVRD'), usual($long_id, 'DELIVERED')],
    ['msgid before', 'msgid:1 ' . receipt(id => '54', stat => 'DELIVRD'), usual('54', 'DELIVERED')],
    ['UTF-16', encode('UTF-16BE', receipt(id => '55', stat => 'DELIVRD', text => 'wide')), usual('55', 'DELIVERED', text => 'wide')],
    ['dates of 14 digits', receipt(id => '56', stat => 'DELIVRD', submit => '20260213101501', done => '20260213101602'),
        usual('56', 'DELIVERED', submit_date => '20260213101501', done_date => '20260213101602')],
    ['SMPP time', receipt(id => '57', stat => 'DELIVRD', done => '260213101602032+'),
        usual('57', 'DELIVERED', done_date => '260213101602032+')],
);
my @parts = qw(id sub dlvrd submit_date done_date state err text);

sub compare {
    my ($name, $answer, $want) = @_;
    my %seen = map { $_ => $answer->{$_} } @parts, 'receipt', 'final';
    my $state = $want->{state};
    my %want = ((map { $_ => $want->{$_} } @parts), receipt => 1, final => defined $state ? $final{$state} : 0);
    $seen{$_} = $seen{$_} ? 1 : 0 for qw(receipt final);
    is_deeply(\%seen, \%want, $name) or diag(explain($answer));
}

sub answers_to { return answers_of([$hongyan, 'receipt'], map { unpack 'H*', $_ } @_) }

subtest 'as others write them' => sub {
    my ($status, @answers) = answers_to(map { $$_[1] } @rows);
    is($status, 0, 'exit status');
    compare($rows[$_][0], $answers[$_], $rows[$_][2]) for 0 .. $#rows;
};

subtest 'random ones' => sub {
    my (@texts, @wants);
    for (1 .. RANDOM_RECEIPTS) {
        my $stat = $stats[int rand @stats];
        my $id = join '', map { (0 .. 9, 'a' .. 'f', 'A' .. 'F', '-')[int rand 23] } 1 .. 1 + int rand 40;
        my %want = (id => $id, state => $$stat[1], err => sprintf('%03d', int rand 1000), map({ $_ => sprintf '%03d', int rand 256 } qw(sub dlvrd)),
            map({ $_ => sprintf '26%08d', int rand 1e8 } qw(submit_date done_date)));
        my %words = ((map { $_ => "$_:$want{$_}" } qw(id sub dlvrd err)), submit_date => "submit date:$want{submit_date}",
            done_date => "done date:$want{done_date}", state => "stat:$$stat[0]");
        # id comes first; behind it the others in any order, and all but stat may be missing.
        my @order = shuffle(grep { $_ eq 'state' || ($_ ne 'id' && rand() < 0.8) } sort keys %words);
        my %given = map { $_ => 1 } 'id', @order;
        $want{$_} = undef for grep { !$given{$_} } keys %want;
        push @texts, join ' ', map { $words{$_} } 'id', @order;
        push @wants, \%want;
    }
    my ($status, @answers) = answers_to(@texts);
    is($status, 0, 'exit status');
    compare($texts[$_], $answers[$_], $wants[$_]) for 0 .. $#texts;
};

subtest 'the fake carrier' => sub {
    my $carrier = start('--receipts', 'on', '--receipt-state', 'UNDELIV@1', '--seed', 1);
    my $peer = bound($carrier);
    my $phone = next_phone();
    $peer->submit_sm(destination_addr => $phone, short_message => 'hello', registered_delivery => 1);
    my ($answer, $receipt) = (next_pdu($peer), next_pdu($peer));
    $peer->deliver_sm_resp(seq => $receipt->{seq}, message_id => '');
    finish($carrier);
    my ($status, $read) = answers_to($receipt->{short_message});
    is($status, 0, 'exit status');
    is($read->{id}, $answer->{message_id}, 'id is the message_id of the answer');
    is($read->{state}, 'UNDELIVERABLE', 'state');
    ok($read->{receipt} && $read->{final}, 'a receipt, and final');
};

# One PDU as it came.
sub frame_from {
    my ($peer) = @_;
    my ($header, $body) = ('', '');
    for ([\$header, 16], [\$body, undef]) {
        my ($into, $length) = @$_;
        $length //= unpack('N', $header) - 16;
        while (length $$into < $length) { sysread($peer, $$into, $length - length $$into, length $$into) or die "the peer has gone\n" }
    }
    return $header . $body;
}

# Whole PDUs in every shape that the fake carrier knows; the packed ones as an account that has them so.
subtest 'every shape' => sub {
    my ($list) = qx("$FakeCarrier::program" --help) =~ /^Receipt shapes:\n((?:  .*\n)+)/m;
    my @shapes = $list =~ /^  (\S+)/mg;
    cmp_ok(scalar @shapes, '>', 30, 'shapes');
    my $carrier = start('--receipts', 'on', '--receipt-state', 'EXPIRED@1');
    my $peer = bound($carrier);
    for my $shape (@shapes) {
        command($carrier, "shape $shape");
        $peer->submit_sm(destination_addr => next_phone(), short_message => 'hello', registered_delivery => 1);
        my $answer = next_pdu($peer);
        my $frame = frame_from($peer);
        my $method = unpack('x4 N', $frame) == 5 ? 'deliver_sm_resp' : 'data_sm_resp';
        $peer->$method(seq => unpack('x12 N', $frame), message_id => '');
        my @options = $shape =~ /packed/ ? ('--alphabet', 'gsm7_packed') : $shape eq 'latin1-default' ? ('--alphabet', 'latin1') : ();
        my ($status, $read) = answers_of([$hongyan, 'receipt', @options], unpack 'H*', $frame);
        is($status, 0, "$shape: exit status");
        is($read->{id}, $answer->{message_id}, "$shape: id");
        is($read->{state}, 'EXPIRED', "$shape: state");
        ok($read->{receipt} && $read->{final}, "$shape: a receipt, and final");
        is($read->{text}, "caf\xE9 \xA3", "$shape: text") if $shape =~ /latin1/;
    }
    finish($carrier);
};

subtest 'ordinary texts' => sub {
    my @texts = ('', 'hello', 'My id: 12, call me', 'stat: fine', "\x{D}", 'The id:5 is yours', encode('UTF-16BE', 'hello'));
    my ($status, @answers) = answers_to(@texts);
    is($status, 0, 'exit status');
    ok(!$answers[$_]{receipt}, 'no receipt: ' . unpack 'H*', $texts[$_]) for 0 .. $#texts;
};

done_testing();
