#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# The verdict of “script/kills”, alert by alert: what was enqueued (stdin, a JSON line each, as of “alert-load --print”)
# against the carrier's record, the event stream, and what each kill left in doubt. Prints a table on stderr and one JSON
# object on stdout; exit status 0 only if nothing was lost, closed twice or doubled without a reason, no kill left more in
# doubt than it may, the account balanced all the time, and the audit found nothing. “--self-test” plants each fault.
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
use KillCases;
use Progress;
use RedisSocket;

use constant { ENTRIES_AT_ONCE => 1000, EVENT_ENTRIES_AT_ONCE => 20 };    # an entry holds up to a batch of events
use constant REJECTING => qw(0x0B);    # of the statuses that the run's carrier answers those that end an alert

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
GetOptions(\%option, 'redis=s', 'record=s', 'summary=s', 'run=s', 'doubts=s', 'audit=s', 'faults', 'links=i', 'window=i', 'id-prefix=s', 'self-test')
	or exit 64;
exit(KillCases::run() ? 0 : 1) if $option{'self-test'};

my $run = Figures::json_file($option{run});
my $carrier = Figures::json_file($option{summary});
my $progress = Progress->new;
my $done = 0;
my $step = sub {
	my ($what) = @_;
	$progress->show($done / (3 * $run->{alerts} + 1), "checking: $what") if $done++ % 10_000 == 0;
};
my $doubts = DoubtBook->new;
Figures::each_json($option{doubts}, sub { $doubts->killed($_[0]{gateway}, @{ $_[0]{entries} }) });
my $book = AlertBook->new($option{'id-prefix'}, $run->{alerts}, $doubts, $option{faults});
while (my $line = <STDIN>) { $book->enqueued($line); $step->('what was enqueued') }
die "told of $book->{alerts} alerts, enqueued were $run->{alerts}\n" unless $book->{alerts} == $run->{alerts};
open my $record, '<', $option{record} or die "cannot read $option{record}: $!\n";
while (my $line = <$record>) { $book->recorded($line); $step->('what the carrier got') }
my $redis = RedisSocket->open($option{redis});
each_entry($redis, 'events', 'events', EVENT_ENTRIES_AT_ONCE, sub {
	for my $event (split /\n/, $_[0]) { $book->happened($event); $step->('events') }
});
each_waiting($redis, sub { $book->waiting($_[0]) });
$progress->show(1, 'checked', 1);

my $seen = $book->verdict;
my $first = delete $seen->{first};
$seen->{$_} = $run->{$_} for qw(gateways kills kills_while_busy seconds drained_seconds faults drift_checks drift_nonzero drift_most);
$seen->{intents_bound} = $option{links} * $option{window} + $run->{batch} * $run->{workers};
@$seen{qw(intents_max intents_found_max intents_sum)} = @$doubts{qw(left_max found_max sum)};
@$seen{qw(intents_read intents_told_max)} = @$run{qw(intents_read intents_told_max)};
$seen->{carrier} = { map { $_ => $carrier->{$_} }
		qw(throttled swallowed dropped late answers_lost failed_by_status receipts_sent violations) };
my $audit = -s $option{audit} ? Figures::json_file($option{audit}) : {};
$seen->{audit_exit} = $audit->{exit};

# Each link may answer the carrier's own garbage once, with a generic_nack.
my %violations = %{ $carrier->{violations} };
my $garbage = ($run->{faults}{garbage} // 0) + ($run->{faults}{bad_length} // 0);
delete $violations{response_unexpected} if ($violations{response_unexpected} // 0) <= $garbage * $run->{gateways} * $option{links};

my $rejections = 0;
$rejections += $carrier->{failed_by_status}{$_} // 0 for REJECTING;
my $rejected = $seen->{closed_by_reason}{rejected} // 0;
my @wrong = map { "$_: $seen->{$_}" . (defined $first->{$_} ? ", the first is $option{'id-prefix'}$first->{$_}" : '') }
	grep { $seen->{$_} } AlertBook::faults();
push @wrong, "no number of ours: $book->{first_foreign}" if $seen->{foreign};
push @wrong, "$rejected alerts are dead as rejected, the carrier rejected $rejections" if $rejected > $rejections;
push @wrong, "$seen->{intents_max} intents left by one kill, at most $seen->{intents_bound} may be"
	if $seen->{intents_max} > $seen->{intents_bound};
push @wrong, "not drained: $seen->{waiting} alerts still wait" if $run->{state} ne 'done' || $seen->{waiting};
push @wrong, "the account was off by $seen->{drift_most} ($seen->{drift_nonzero} of $seen->{drift_checks} looks)" if $seen->{drift_nonzero};
push @wrong, 'the carrier found violations of the protocol: ' . told(\%violations) if %violations;
push @wrong, 'nobody looked at the account: this proves nothing about it' unless $seen->{drift_checks};
push @wrong, 'no kill hit a gateway at work: this proves nothing' unless $seen->{kills_while_busy};
push @wrong, 'no start told its intents: this proves nothing about them' unless $seen->{intents_read};
push @wrong, 'no fault came about: this proves nothing about them' if $option{faults} && !%{ $seen->{faults} };
push @wrong, "hongyan audit ended with $audit->{exit}" if $audit->{exit};

# Name-value pairs of a hash, “none” where it has none.
sub told {
	my ($counts) = @_;
	return join(', ', map { "$_ " . Progress::with_commas($counts->{$_}) } sort keys %$counts) || 'none';
}

my %shown = map { $_ => !defined $seen->{$_} ? '–' : ref $seen->{$_} ? told($seen->{$_}) : Progress::with_commas($seen->{$_}) }
	grep { $_ ne 'carrier' } keys %$seen;
my $drained = defined $seen->{drained_seconds} ? "$seen->{drained_seconds} s after the last kill" : 'not';
my $audited = !%$audit ? 'there is none' : $audit->{exit} ? "exit status $audit->{exit}" : 'clean';
my $failed = told({ %{ $carrier->{failed_by_status} }, map { $_ => $carrier->{$_} } qw(swallowed dropped late throttled) });
print STDERR <<"PAGE";

  alerts            $shown{alerts}, in $seen->{seconds} s of kills and until drained ($drained)
  kills             $shown{kills} of $shown{gateways} gateways, of them $shown{kills_while_busy} of one at work
  faults            $shown{faults}
  carrier           $failed   (submits)
  lost              $shown{lost}
  closed twice      $shown{closed_twice}   (not at all $shown{unclosed}, without a reason $shown{closed_otherwise}, sent and told otherwise $shown{contradicted})
  not accepted      $shown{closed_by_reason}
  duplicates        $shown{duplicates}: explained $shown{duplicates_explained}, unexplained $shown{duplicates_unexplained}   ($shown{ambiguous} alerts marked)
  … explained       by a kill $shown{duplicates_by_kill} of $shown{intents_sum} that were in doubt, by silence $shown{duplicates_by_silence}
  intents           at most $shown{intents_max} left by one kill, of $shown{intents_bound} that may be   (to one start $shown{intents_found_max})
  drift             $shown{drift_nonzero} of $shown{drift_checks} looks
  hongyan audit     $audited
PAGE
print STDERR "  WRONG: $_\n" for @wrong;
print STDERR "  nothing lost, nothing closed twice, every duplicate explained\n" unless @wrong;
print JSON::PP->new->canonical->encode($seen), "\n";
exit(@wrong ? 1 : 0);
