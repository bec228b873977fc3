#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# Holds what a load produced against what the carrier recorded: each alert has a phone number of its own, so each number
# must be in the record exactly once. Prints one JSON object; exit status 0 only if nothing is lost, doubled or foreign.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Figures;

my ($produced, $record, $summary, $accepted, $samples_wanted) = @ARGV;
die "usage: exactly_once.pl PRODUCED RECORD SUMMARY [ACCEPTED [TEXTS]]\n" unless defined $summary;

my (%times, $first_us, $last_us, %texts);
my ($alerts, $received, $foreign) = (0, 0, 0);
Figures::each_produced($produced, sub {
	my ($number, $sent_us, $line) = @_;
	$times{$number} = 0;
	$alerts++;
	$first_us = $sent_us if !defined $first_us || $sent_us < $first_us;
	$texts{$number} = $1 if keys %texts < ($samples_wanted // 0) * 8 && $line =~ /"template":"([^"]+)"/;
});
my %example;
Figures::each_recorded($record, sub {
	my ($number, $at_us, $line) = @_;
	$received++;
	$last_us = $at_us if !defined $last_us || $at_us > $last_us;
	exists $times{$number} ? $times{$number}++ : $foreign++;
	$example{ $texts{$number} } //= $1 if $texts{$number} && $line =~ /"text":"((?:[^"\\]|\\.)*)"/;
});
my $lost = grep { $_ == 0 } values %times;
my $doubled = 0;
$doubled += $_ - 1 for grep { $_ > 1 } values %times;
my $carrier = Figures::json_file($summary);
my $seconds = defined $last_us && defined $first_us ? ($last_us - $first_us) / 1e6 : 0;
my @shown = (sort keys %example)[ 0 .. ($samples_wanted // 0) - 1 ];
print STDERR "  $_: $example{$_}\n" for grep { defined } @shown;
printf '{"alerts":%d,"accepted":%d,"carrier_received":%d,"carrier_distinct":%d,"duplicates":%d,"lost":%d,'
	. '"foreign":%d,"violations":%d,"segments":%d,"seconds":%.3f,"rate":%d}' . "\n",
	$alerts, $accepted // $received, $carrier->{messages}, $carrier->{distinct}, $carrier->{duplicates}, $lost, $foreign,
	$carrier->{violations_total}, $carrier->{segments}, $seconds, $seconds > 0 ? $received / $seconds : 0;
exit($lost == 0 && $doubled == 0 && $foreign == 0 && $carrier->{duplicates} == 0 && $carrier->{incomplete} == 0 ? 0 : 1);
