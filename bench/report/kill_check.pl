#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# The verdict of “script/kills”, alert by alert: what was enqueued (stdin, a JSON line each, as of “alert-load --print”)
# against the carrier's record and the event stream. Prints a table on stderr and one JSON object on stdout; exit status 0
# only if nothing was lost, closed twice or doubled without a mark, and no kill left more in doubt than it may.
# “--self-test” plants each fault.
use strict;
use warnings;
use utf8;
use FindBin;
use lib $FindBin::Bin;
use AlertBook;
use DoubtBook;
use Figures;
use Getopt::Long;
use JSON::PP;
use Progress;
use RedisSocket;

use constant { ENTRIES_AT_ONCE => 1000, EVENT_ENTRIES_AT_ONCE => 20 };    # an entry holds up to a batch of events

sub self_test {
	my $sent = sub { sprintf '{"to":"86139%08d","from":"1","text":"x"}', $_[0] };
	my $accepted = sub { qq({"id":"k-$_[0]","entry":"1-$_[0]","event":"accepted","attempt":1}) };
	my $ambiguous = sub { qq({"id":"k-$_[0]","entry":"1-$_[0]","event":"accepted","attempt":1,"ambiguous":true}) };
	my $event = sub { qq({"id":"k-$_[0]","entry":"1-$_[0]","event":"$_[1]"}) };
	my @sent = map { $sent->($_) } 0 .. 9;
	my @accepted = map { $accepted->($_) } 0 .. 9;
	my $marked = $ambiguous->(9);
	my @case = (
		[ 'as it should be', [@sent], [@accepted], {} ],
		[ 'a line of the record is missing', [ @sent[ 0 .. 8 ] ], [@accepted], { lost => 1 } ],
		[ 'neither sent nor closed', [ @sent[ 0 .. 8 ] ], [ @accepted[ 0 .. 8 ] ], { lost => 1 } ],
		[ 'a part is missing', [ @sent[ 0 .. 8 ], $sent->(9) =~ s/\}/,"incomplete":true}/r ], [@accepted], { lost => 1 } ],
		[ 'closed as a duplicate of itself', [ @sent[ 0 .. 8 ] ], [ @accepted[ 0 .. 8 ], $event->(9, 'duplicate') ],
			{ lost => 1, closed_otherwise => 1 } ],
		[ 'dead', [ @sent[ 0 .. 8 ] ], [ @accepted[ 0 .. 8 ], $event->(9, 'dead') ], { closed_otherwise => 1 } ],
		[ 'sent, but not closed', [@sent], [ @accepted[ 0 .. 8 ] ], { unclosed => 1 } ],
		[ 'receipts close nothing', [@sent], [ @accepted, $event->(3, 'delivered') ], {} ],
		[ 'a line of the record twice', [ @sent, $sent[4] ], [@accepted], { duplicates => 1, duplicates_unexplained => 1 } ],
		[ 'sent twice and marked', [ @sent, $sent[9] ], [ @accepted[ 0 .. 8 ], $marked ], { duplicates => 1, duplicates_explained => 1 } ],
		[ 'three times and marked', [ @sent, @sent[ 9, 9 ] ], [ @accepted[ 0 .. 8 ], $marked ],
			{ duplicates => 2, duplicates_explained => 2 } ],
		[ 'another one is marked', [ @sent, $sent[8] ], [ @accepted[ 0 .. 8 ], $marked ], { duplicates => 1, duplicates_unexplained => 1 } ],
		[ 'marked, but dead', [ @sent, $sent[9] ], [ @accepted[ 0 .. 8 ], $event->(9, 'dead') =~ s/\}/,"ambiguous":true}/r ],
			{ duplicates => 1, duplicates_unexplained => 1, closed_otherwise => 1 } ],
		[ 'closed twice', [@sent], [ @accepted, $accepted->(0) ], { closed_twice => 1 } ],
		[ 'a number that nobody enqueued', [ @sent, $sent->(10) ], [@accepted], { foreign => 1 } ],
		[ 'an alert that nobody enqueued', [@sent], [ @accepted, $accepted->(10) ], { foreign => 1 } ],
		[ 'no message at all', [ @sent, 'torn' ], [@accepted], { foreign => 1 } ],
	);
	my $failed = 0;
	my @waiting = (
		[ 'still waits', [ @sent[ 0 .. 8 ] ], [ @accepted[ 0 .. 8 ] ], { waiting => 1 } ],
		[ 'sent, and waits to be sent again', [ @sent, $sent[9] ], [ @accepted[ 0 .. 8 ] ], { waiting => 1 } ],
		[ 'accepted, and not sent, and waits', [ @sent[ 0 .. 8 ] ], [@accepted], { lost => 1 } ],
	);
	my $enqueued = sub { sprintf '{"id":"k-%d","to":"139%08d","template":"x"}', $_[0], $_[0] };
	for my $case (@case, map { [ @$_, 9 ] } @waiting) {
		my ($name, $record, $events, $want, $waiting) = @$case;
		my $book = AlertBook->new('k-', 10);
		$book->enqueued($enqueued->($_)) for 0 .. 9;
		$book->recorded($_) for @$record;
		$book->happened($_) for @$events;
		$book->waiting($enqueued->($waiting)) if defined $waiting;
		my $seen = $book->verdict;
		for my $kind (AlertBook::faults(), qw(waiting duplicates duplicates_explained)) {
			next if $seen->{$kind} == ($want->{$kind} // 0);
			$failed++;
			printf "self-test: %s: %s is %d, not %d\n", $name, $kind, $seen->{$kind}, $want->{$kind} // 0;
		}
	}
	# Starts as [intents found, all taken over, marked alerts settled]; what one kill left, and what one start found.
	my @doubt = (
		[ 'all is settled between kills', 12, 12, [ 0, 1, 0 ], [ 10, 1, 10 ], [ 12, 1, 12 ], [ 8, 1, 8 ] ],
		[ 'some is found twice', 10, 13, [ 0, 1, 0 ], [ 10, 1, 7 ], [ 13, 1, 13 ] ],
		[ 'too many on top of that', 11, 14, [ 0, 1, 0 ], [ 10, 1, 7 ], [ 14, 1, 14 ] ],
		[ 'not told', 10, 20, [ 0, 1, 0 ], [ undef, 0, 0 ], [ 20, 1, 20 ] ],
		[ 'not taken over', 10, 20, [ 0, 1, 0 ], [ 4, 0, 0 ], [ 20, 1, 20 ] ],
		[ 'not taken over, and too many', 11, 21, [ 0, 1, 0 ], [ 4, 0, 0 ], [ 21, 1, 21 ] ],
	);
	for my $case (@doubt) {
		my ($name, $want_left, $want_found, @starts) = @$case;
		my $book = DoubtBook->new(10, map { { intents_found => $starts[$_][0], is_adopted => $starts[$_][1], last_event => "$_-9" } } 0 .. $#starts);
		$book->settled("$_-1", $starts[$_][2]) for 0 .. $#starts;
		my ($left, $found) = $book->verdict;
		next if $left == $want_left && $found == $want_found;
		$failed++;
		print "self-test: $name: $left left and $found found, not $want_left and $want_found\n";
	}
	printf "self-test: %d cases, %d failed\n", @case + @waiting + @doubt, $failed;
	return $failed == 0;
}

# Calls $take with a field of each entry of a stream, and the entry's id.
sub each_entry {
	my ($redis, $stream, $field, $at_once, $take) = @_;
	my $from = '-';
	while (1) {
		my ($entries) = $redis->ask([ 'XRANGE', "{hongyan}:$stream", $from, '+', 'COUNT', $at_once ]);
		die "Redis does not tell of $stream: $$entries\n" unless ref $entries eq 'ARRAY';
		last unless @$entries;
		for my $entry (@$entries) {
			my %field = @{ $entry->[1] };
			$take->($field{$field} // '', $entry->[0]);
		}
		$from = '(' . $entries->[-1][0];
	}
}

# Calls $take with each alert that is still on the queue. What is due meanwhile goes from “later” to “ready”, which comes last.
sub each_waiting {
	my ($redis, $take) = @_;
	my ($bodies) = $redis->ask([ 'HVALS', '{hongyan}:later:bodies' ]);
	$take->(m/(\{.*\})/s ? $1 : $_) for @$bodies;
	each_entry($redis, $_, 'alert', ENTRIES_AT_ONCE, $take) for qw(alerts:urgent alerts:normal alerts:bulk ready);
}

my %option = ('id-prefix' => 'kills-');
GetOptions(\%option, 'redis=s', 'record=s', 'run=s', 'bound=i', 'id-prefix=s', 'self-test') or exit 64;
exit(self_test() ? 0 : 1) if $option{'self-test'};

my $run = Figures::json_file($option{run});
my $progress = Progress->new;
my $done = 0;
my $step = sub {
	my ($what) = @_;
	$progress->show($done / (3 * $run->{alerts} + 1), "checking: $what") if $done++ % 10_000 == 0;
};
my $book = AlertBook->new($option{'id-prefix'}, $run->{alerts});
while (my $line = <STDIN>) { $book->enqueued($line); $step->('what was enqueued') }
die "told of $book->{alerts} alerts, enqueued were $run->{alerts}\n" unless $book->{alerts} == $run->{alerts};
open my $record, '<', $option{record} or die "cannot read $option{record}: $!\n";
while (my $line = <$record>) { $book->recorded($line); $step->('what the carrier got') }
my $bound = $option{bound} + $run->{batch} * $run->{workers};
my $doubt = DoubtBook->new($bound, @{ $run->{starts} });
my $redis = RedisSocket->open($option{redis});
each_entry($redis, 'events', 'events', EVENT_ENTRIES_AT_ONCE, sub {
	my ($lines, $id) = @_;
	for my $event (split /\n/, $lines) {
		$doubt->settled($id, 1) if $book->happened($event);
		$step->('events');
	}
});
each_waiting($redis, sub { $book->waiting($_[0]) });
$progress->show(1, 'checked', 1);

my $seen = $book->verdict;
my $first = delete $seen->{first};
$seen->{$_} = $run->{$_} for qw(kills kills_while_busy seconds drained_seconds);
$seen->{intents_bound} = $bound;
@$seen{qw(intents_max intents_found_max)} = $doubt->verdict;
$seen->{intents_read} = grep { defined $_->{intents_found} } @{ $run->{starts} };
my @wrong = map { "$_: $seen->{$_}" . (defined $first->{$_} ? ", the first is $option{'id-prefix'}$first->{$_}" : '') }
	grep { $seen->{$_} } AlertBook::faults();
push @wrong, "no number of ours: $book->{first_foreign}" if $seen->{foreign};
push @wrong, "$seen->{intents_max} intents left by one kill, at most $bound may be" if $seen->{intents_max} > $seen->{intents_bound};
push @wrong, "not drained: $seen->{waiting} alerts still wait" if $run->{state} ne 'done' || $seen->{waiting};
push @wrong, 'no kill hit a gateway at work: this proves nothing' unless $seen->{kills_while_busy};
push @wrong, 'no start told its intents: this proves nothing about them' unless $seen->{intents_read};

my %shown = map { $_ => defined $seen->{$_} ? Progress::with_commas($seen->{$_}) : '–' } keys %$seen;
my $drained = defined $seen->{drained_seconds} ? "$seen->{drained_seconds} s after the last kill" : 'not';
print STDERR <<"PAGE";

  alerts            $shown{alerts}, in $seen->{seconds} s of kills and until drained ($drained)
  kills             $shown{kills}, of them $shown{kills_while_busy} of a gateway at work
  lost              $shown{lost}
  closed twice      $shown{closed_twice}   (not at all $shown{unclosed}, otherwise than accepted $shown{closed_otherwise})
  duplicates        $shown{duplicates}: explained by their mark $shown{duplicates_explained}, unexplained $shown{duplicates_unexplained}   ($shown{ambiguous} alerts marked)
  intents           at most $shown{intents_max} left by one kill, of $shown{intents_bound} that may be   (found by one start $shown{intents_found_max}; told by $shown{intents_read} of @{[ $seen->{kills} + 1 ]} starts)
PAGE
print STDERR "  WRONG: $_\n" for @wrong;
print STDERR "  nothing lost, nothing closed twice, every duplicate marked\n" unless @wrong;
print JSON::PP->new->canonical->encode($seen), "\n";
exit(@wrong ? 1 : 0);
