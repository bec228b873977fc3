#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The gateway asks an SMSC of another house what became of submits that were not answered: what it is told settles them, with the
# message_id and the state that others write, and what it asks is what others read. TAP on stdout.
# usage: gateway_query.pl PATH/TO/hongyan SMSC-COMMAND…     (the command does as node/query_smsc.js does; it gets a file for its record)
use strict;
use warnings;
use utf8;
use FindBin;
use Test::More;
use lib $FindBin::Bin;
use GatewayRig qw(wait_for lines_of);

use constant { SOURCE => '10690001', TRIES_MOST => 5, QUERY_OCTETS => 16 + 1 + 2 + 9 + 6 };

my ($hongyan, @smsc) = @ARGV;
@smsc && -x $hongyan or BAIL_OUT('usage: gateway_query.pl PATH/TO/hongyan SMSC-COMMAND…');
binmode $_, ':encoding(UTF-8)' for Test::More->builder->output, Test::More->builder->failure_output;
$SIG{PIPE} = 'IGNORE';

# What the last digit of a number makes of it at the SMSC, and what must become of it: submits, least and most questions, who settles
# it, and the state that is told.
my %rows = (
    '8613900000001' => { name => 'answered', submits => 1, queries => [0, 0], state => undef },
    '8613900000002' => { name => 'under way, its receipt comes later', submits => 1, queries => [1, 1], by => 'query', state => 'DELIVERED' },
    '8613900000003' => { name => 'delivered, with TLVs and a date', submits => 1, queries => [1, 1], by => 'query', state => 'DELIVERED' },
    '8613900000004' => { name => 'undeliverable', submits => 1, queries => [1, 1], by => 'query', state => 'UNDELIVERABLE' },
    '8613900000005' => { name => 'not there', submits => 2, queries => [1, TRIES_MOST], state => undef },
    '8613900000006' => { name => 'told at the second question', submits => 1, queries => [2, 2], by => 'query', state => 'DELIVERED' },
    '8613800000002' => { name => 'of an SMSC that takes no questions', submits => 2, queries => [1, 1], state => undef },
);

my $rig = GatewayRig->new($hongyan);
my $record_path = "$rig->{dir}/record.jsonl";
sub recorded { my ($event) = @_; return grep { $_->{event} eq $event } lines_of($record_path) }

sub settings {
    my ($port) = @_;
    my %common = (
        protocol => 'smpp', address => "127.0.0.1:$port", password => 'secret', binds => 1, window => 50, source => SOURCE, tps => 0,
        response_timeout => '1s', query_sm => 'reference', query_sm_wait => '200ms', query_sm_rate => 1000,
    );
    my @accounts = ({ %common, name => 'asked', system_id => 'asked' }, { %common, name => 'deaf', system_id => 'deaf' });
    return {
        accounts => \@accounts, routes => [{ prefix => ['86139'], accounts => ['asked'] }, { prefix => ['86138'], accounts => ['deaf'] }],
        unknown_wait => { notice => '4s' }, workers => 1,
    };
}

$rig->start_redis;
$rig->write_template('plain.tmpl', "标题: 原文\n类别: 通知\n签名: 无\n参数 text 文字 内容 示例=x 最长=200\n---\n{{text}}\n");
$rig->spawn_commanded('smsc', @smsc, $record_path);
my $hello = $rig->answer('smsc') or do { $rig->tell_log('smsc'); BAIL_OUT('the SMSC does not start') };
$rig->start_gateway(settings($hello->{port}));
$rig->enqueue(map { [normal => { id => "q-$_", to => $_, template => 'plain', params => { text => $rows{$_}{name} } }] } sort keys %rows);

my @delivered = grep { ($_->{state} // '') eq 'DELIVERED' } values %rows;
ok($rig->await_events(accepted => scalar keys %rows, delivered => scalar @delivered, undelivered => 1), 'all are accepted, all states told')
    or $rig->tell_log('gateway');
ok(wait_for(sub { 2 == (() = recorded('receipt_answer')) }), 'receipts are answered');
$rig->stop('gateway', 'TERM');
is($rig->{statuses}{gateway}, 0, 'the gateway ends with status 0') or $rig->tell_log('gateway');
syswrite $rig->{pipes}{smsc}{to}, "quit\n";
is($rig->stop('smsc'), 0, 'the SMSC ends with status 0') or $rig->tell_log('smsc');
is_deeply([recorded('error')], [], 'the SMSC found no mistake');
is_deeply([grep { $_->{status} } recorded('receipt_answer')], [], 'every receipt was taken');

my (%submits, %queries, %events);
push @{ $submits{ $_->{to} } }, $_ for recorded('submit');
push @{ $queries{ $_->{user_message_reference} } }, $_ for recorded('query');
push @{ $events{ $_->{id} } }, $_ for $rig->events;

for my $to (sort keys %rows) {
    my ($name, $row) = ($rows{$to}{name}, $rows{$to});
    my @submits = @{ $submits{$to} // [] };
    is(scalar @submits, $row->{submits}, "$name: submits") or next;
    my $reference = $submits[0]{reference};
    ok($reference, "$name: it carries a reference");
    my @queries = @{ $queries{$reference} // [] };
    my ($least, $most) = @{ $row->{queries} };
    cmp_ok(scalar @queries, '>=', $least, "$name: at least $least questions");
    cmp_ok(scalar @queries, '<=', $most, "$name: and at most $most");
    my %want = (event => 'query', message_id => '', source_addr_ton => 0, source_addr_npi => 1, source_addr => SOURCE,
        user_message_reference => $reference, command_length => QUERY_OCTETS);
    is_deeply($_, \%want, "$name: what is asked") for @queries;
    my ($accepted, @more) = grep { $_->{event} eq 'accepted' } @{ $events{"q-$to"} };
    is(scalar @more, 0, "$name: accepted once");
    is_deeply([@$accepted{qw(refs settled_by)}], [[$submits[-1]{id}], $row->{by}], "$name: under the id that the SMSC gave, and by whom");
    is(!!$accepted->{ambiguous}, $row->{submits} > 1, "$name: marked where it was sent again");
    my @told = grep { $_->{event} =~ /delivered\z/ } @{ $events{"q-$to"} };
    is_deeply([map { [$_->{state}, $_->{refs}[0]] } @told], $row->{state} ? [[$row->{state}, $submits[-1]{id}]] : [], "$name: what became of it");
}
is(scalar(keys %queries), scalar(grep { $_->{queries}[1] } values %rows), 'nothing else is asked');

my $log = do { local $/; open my $file, '<', "$rig->{dir}/gateway.log" or die "no log: $!\n"; <$file> };
my @refused = grep { /query_refused/ } split /\n/, $log;
is(scalar @refused, 1, 'query_refused: once');
like($refused[0] // '', qr/deaf/, 'and of the account whose SMSC takes no questions');
is($rig->redis('XLEN', "{hongyan}:dead"), 0, 'nothing is dead');

$rig->stop('redis', 'TERM');
done_testing();
