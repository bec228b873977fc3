# SPDX-License-Identifier: Apache-2.0
# The self-test of the crash run's verdict: each fault planted, and what must be said of it.
package KillCases;
use strict;
use warnings;
use utf8;
use AlertBook;
use CrashPlan;
use DoubtBook;
use IntentsLeft;

use constant KINDS => qw(waiting closed_excused duplicates duplicates_by_kill duplicates_by_silence);

sub sent { return sprintf '{"to":"86139%08d","from":"1","text":"x"}', $_[0] }
sub accepted { return qq({"id":"k-$_[0]","entry":"1-$_[0]","stream":"normal","event":"accepted","attempt":1}) }
sub closed { my ($index, $event, $more) = @_; return qq({"id":"k-$index","entry":"1-$index","stream":"normal","event":"$event") . ($more // '') . '}' }
sub marked { return accepted(@_) =~ s/\}/,"ambiguous":true}/r }

# Name, what the carrier recorded, events, what is counted.
sub cases {
	my @sent = map { sent($_) } 0 .. 9;
	my @accepted = map { accepted($_) } 0 .. 9;
	my $marked = marked(9);
	my $part = sent(9) =~ s/\}/,"incomplete":true}/r;
	return (
		[ 'as it should be', [@sent], [@accepted], {} ],
		[ 'a line of the record is missing', [ @sent[ 0 .. 8 ] ], [@accepted], { lost => 1 } ],
		[ 'neither sent nor closed', [ @sent[ 0 .. 8 ] ], [ @accepted[ 0 .. 8 ] ], { lost => 1 } ],
		[ 'a part is missing', [ @sent[ 0 .. 8 ], $part ], [@accepted], { lost => 1 } ],
		[ 'closed as a duplicate of itself', [ @sent[ 0 .. 8 ] ], [ @accepted[ 0 .. 8 ], closed(9, 'duplicate') ],
			{ lost => 1, closed_otherwise => 1 } ],
		[ 'dead', [ @sent[ 0 .. 8 ] ], [ @accepted[ 0 .. 8 ], closed(9, 'dead', ',"reason":"rejected: no"') ], { closed_otherwise => 1 } ],
		[ 'sent, but not closed', [@sent], [ @accepted[ 0 .. 8 ] ], { unclosed => 1 } ],
		[ 'receipts close nothing', [@sent], [ @accepted, closed(3, 'delivered') ], {} ],
		[ 'a line of the record twice', [ @sent, $sent[4] ], [@accepted], { duplicates => 1, duplicates_unexplained => 1 } ],
		[ 'sent twice, in doubt, marked', [ @sent, $sent[9] ], [ @accepted[ 0 .. 8 ], $marked ], { duplicates => 1, duplicates_by_kill => 1 } ],
		[ 'a part twice, in doubt, marked', [ @sent, $part =~ s/\}/,"repeat":true}/r ], [ @accepted[ 0 .. 8 ], $marked ],
			{ duplicates => 1, duplicates_by_kill => 1 } ],
		[ 'a part twice, not marked', [ @sent, $part =~ s/\}/,"repeat":true}/r ], [@accepted], { duplicates => 1, duplicates_unexplained => 1 } ],
		[ 'in doubt, not marked', [ @sent, $sent[9] ], [@accepted], { duplicates => 1, duplicates_unexplained => 1 } ],
		[ 'marked, never in doubt', [ @sent, $sent[7] ], [ @accepted[ 0 .. 6, 8, 9 ], marked(7) ], { duplicates => 1, duplicates_unexplained => 1 } ],
		[ 'three times, in doubt twice', [ @sent, @sent[ 8, 8 ] ], [ @accepted[ 0 .. 7, 9 ], marked(8) ], { duplicates => 2, duplicates_by_kill => 2 } ],
		[ 'three times, in doubt once', [ @sent, @sent[ 9, 9 ] ], [ @accepted[ 0 .. 8 ], $marked ],
			{ duplicates => 2, duplicates_by_kill => 1, duplicates_unexplained => 1 } ],
		[ 'another one is marked', [ @sent, $sent[8] ], [ @accepted[ 0 .. 8 ], $marked ], { duplicates => 1, duplicates_unexplained => 1 } ],
		[ 'marked, but dead', [ @sent, $sent[9] ], [ @accepted[ 0 .. 8 ], closed(9, 'dead', ',"ambiguous":true') ],
			{ duplicates => 1, duplicates_by_kill => 1, closed_otherwise => 1 } ],
		[ 'closed twice', [@sent], [ @accepted, $accepted[0] ], { closed_twice => 1 } ],
		[ 'a number that nobody enqueued', [ @sent, sent(10) ], [@accepted], { foreign => 1 } ],
		[ 'an alert that nobody enqueued', [@sent], [ @accepted, accepted(10) ], { foreign => 1 } ],
		[ 'no message at all', [ @sent, 'torn' ], [@accepted], { foreign => 1 } ],
	);
}

# The same, where the carrier fails.
sub cases_of_faults {
	my @sent = map { sent($_) } 0 .. 9;
	my @accepted = map { accepted($_) } 0 .. 9;
	my $expired = sub { return [ @accepted[ 0 .. 8 ], closed(9, 'expired', qq(,"at":"$_[0]","reason":"too_old")) ] };
	my $dead = sub { return [ @accepted[ 0 .. 8 ], closed(9, 'dead', qq(,"reason":"$_[0]")) ] };
	return (
		[ 'rejected', [ @sent[ 0 .. 8 ] ], $dead->('rejected: no'), { closed_excused => 1 } ],
		[ 'rejected, and yet sent', [@sent], $dead->('rejected: no'), { closed_excused => 1, contradicted => 1 } ],
		[ 'never answered', [ @sent, $sent[9] ], $dead->('unanswered: no","ambiguous":true,"x":"'),
			{ closed_excused => 1, duplicates => 1, duplicates_by_kill => 1 } ],
		[ 'dead for another reason', [ @sent[ 0 .. 8 ] ], $dead->('poison: three'), { closed_otherwise => 1 } ],
		[ 'expired in time', [ @sent[ 0 .. 8 ] ], $expired->('1970-01-01T00:05:00.000Z'), { closed_excused => 1 } ],
		[ 'expired too soon', [ @sent[ 0 .. 8 ] ], $expired->('1970-01-01T00:01:00.000Z'), { closed_otherwise => 1 } ],
		[ 'marked, and never in doubt by a kill', [ @sent, $sent[7] ], [ @accepted[ 0 .. 6, 8, 9 ], marked(7) ],
			{ duplicates => 1, duplicates_by_silence => 1 } ],
		[ 'silence gives one copy', [ @sent, @sent[ 7, 7 ] ], [ @accepted[ 0 .. 6, 8, 9 ], marked(7) ],
			{ duplicates => 2, duplicates_by_silence => 1, duplicates_unexplained => 1 } ],
		[ 'a kill and silence', [ @sent, @sent[ 9, 9 ] ], [ @accepted[ 0 .. 8 ], marked(9) ],
			{ duplicates => 2, duplicates_by_kill => 1, duplicates_by_silence => 1 } ],
		[ 'lost all the same', [ @sent[ 0 .. 8 ] ], [ @accepted[ 0 .. 8 ] ], { lost => 1 } ],
		[ 'accepted, and not sent', [ @sent[ 0 .. 8 ] ], [@accepted], { lost => 1 } ],
	);
}

sub cases_of_waiting {
	my @sent = map { sent($_) } 0 .. 9;
	my @accepted = map { accepted($_) } 0 .. 9;
	return (
		[ 'still waits', [ @sent[ 0 .. 8 ] ], [ @accepted[ 0 .. 8 ] ], { waiting => 1 } ],
		[ 'sent, and waits to be sent again', [ @sent, $sent[9] ], [ @accepted[ 0 .. 8 ] ], { waiting => 1 } ],
		[ 'accepted, and not sent, and waits', [ @sent[ 0 .. 8 ] ], [@accepted], { lost => 1 } ],
	);
}

# Kills as [gateway, origins that they left]; the most that one left, that one found, and all together.
my @doubts = (
	[ 'all is settled between kills', 2, 2, 4, [ 'a', 1, 2 ], [ 'a', 3, 4 ] ],
	[ 'some is found twice', 3, 4, 7, [ 'a', 1, 2, 3 ], [ 'a', 3, 4, 5, 6 ] ],
	[ 'another gateway', 3, 3, 5, [ 'a', 1, 2, 3 ], [ 'b', 3, 4 ] ],
	[ 'once more', 2, 3, 7, [ 'a', 1, 2 ], [ 'a', 1, 2 ], [ 'a', 1, 2, 3 ] ],
	[ 'nothing', 0, 0, 0, ['a'] ],
);

# Packed intents in hexadecimal digits, and their keys.
my @packed = (
	[ 'none', '', '' ],
	[ 'one', '01c99f91cd87a20300', '1:1795551431161-0' ],
	[ 'times that go back, lanes mixed', '01c99f91cd87a2030747ac024801', '1:1795551431161-7 3:1795551431152-300 0:1795551431161-1' ],
);

my ($count, $failed);

sub expect {
	my ($name, $what, $got, $want) = @_;
	return if $got eq $want;
	$failed++;
	print "self-test: $name: $what is $got, not $want\n";
}

sub run_book {
	my ($may_fail, $waiting, $name, $record, $events, $want) = @_;
	my $enqueued = sub { sprintf '{"id":"k-%d","to":"139%08d","template":"x"}', $_[0], $_[0] };
	my $doubts = DoubtBook->new;
	$doubts->killed('a', '1-9@normal', '1-8@normal');
	$doubts->killed('b', '1-8@normal', '1-7@bulk');
	my $book = AlertBook->new('k-', 10, $doubts, $may_fail);
	$book->enqueued($enqueued->($_)) for 0 .. 9;
	$book->recorded($_) for @$record;
	$book->happened($_) for @$events;
	$book->waiting($enqueued->($waiting)) if defined $waiting;
	my $seen = $book->verdict;
	expect($name, $_, $seen->{$_}, $want->{$_} // 0) for AlertBook::faults(), KINDS;
	$count++;
}

sub run {
	($count, $failed) = (0, 0);
	run_book(0, undef, @$_) for cases();
	run_book(1, undef, @$_) for cases_of_faults();
	run_book(0, 9, @$_) for cases_of_waiting();
	for my $case (@doubts) {
		my ($name, $left, $found, $sum, @kills) = @$case;
		my $book = DoubtBook->new;
		$book->killed(@$_) for @kills;
		expect($name, 'what is in doubt', "@$book{qw(left_max found_max sum)}", "$left $found $sum");
		$count++;
	}
	for my $case (@packed) {
		my ($name, $octets, $want) = @$case;
		expect($name, 'the list of intents', join(' ', map { "$_->[0]:$_->[1]" } IntentsLeft::unpack_value(pack 'H*', $octets)), $want);
		$count++;
	}
	my $plan = sub { join ' ', map { $_->{at} } CrashPlan::faults($_[0], 60, 2, 'none') };
	expect('a plan', 'the same seed', $plan->(1), $plan->(1));
	expect('a plan', 'another seed', $plan->(1) eq $plan->(2) ? 'the same' : 'another one', 'another one');
	$count++;
	printf "self-test: %d cases, %d failed\n", $count, $failed;
	return $failed == 0;
}

1;
