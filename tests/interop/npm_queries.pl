#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# What the gateway takes from answers to query_sm that the npm package “smpp” has written, with all that carriers add to them. TAP on
# stdout.
# usage: npm_queries.pl PATH/TO/read-queries NODE-COMMAND…     (the command writes answers as node/queries.js does)
use strict;
use warnings;
use FindBin;
use JSON::PP;
use Test::More;
use lib $FindBin::Bin;
use Hongyan qw(answers_of);

use constant { HEADER_OCTETS => 16 };

my ($program, @node) = @ARGV;
@node && -x $program or BAIL_OUT('usage: npm_queries.pl PATH/TO/read-queries NODE-COMMAND…');

open my $from, '-|', @node or BAIL_OUT("cannot start @node: $!");
my @written = map { JSON::PP->new->utf8->decode($_) } <$from>;
ok(close $from, 'all are written') or BAIL_OUT("@node fails");

my ($status, @read) = answers_of([$program], map { $_->{hex} } @written);
is($status, 0, 'the reader ends with status 0');
is(scalar @read, scalar @written, 'each is read');
for my $i (0 .. $#read) {
    my %seen = map { $_ => $read[$i]{$_} } qw(number query ref state);
    my %want = map { $_ => $written[$i]{$_} } keys %seen;
    is_deeply(\%seen, \%want, $written[$i]{name}) or diag("$written[$i]{hex}\n", explain($read[$i]));
    my $is_noted = defined $read[$i]{note};
    is($is_noted, $want{query} eq 'later', "$written[$i]{name}: a note where it says nothing") if $written[$i]{hex} =~ /\A.{16}00000000/;
}

# Cut anywhere, such an answer names a message only where the whole body is there.
subtest 'cut' => sub {
    my ($whole) = grep { $_->{name} eq 'state 2, no TLV' } @written;
    my $octets = pack 'H*', $whole->{hex};
    my @lengths = (HEADER_OCTETS .. length($octets) - 1);
    my @cut = map { pack('N', $_) . substr $octets, 4, $_ - 4 } @lengths;
    my ($cut_status, @answers) = answers_of([$program], map { unpack 'H*', $_ } @cut);
    is($cut_status, 0, 'the reader ends with status 0');
    is_deeply([map { [@$_{qw(query ref note)}] } @answers], [map { ['later', '', 'query_sm_resp that is cut off'] } @cut], 'none is found');
};

done_testing();
