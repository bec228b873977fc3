#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# Holds the alerts for Prometheus against the metrics and the operators' page: each alert has its entry there, at the address that its
# runbook names, and asks for metrics that there are. “--self-test” plants what is wrong and expects it to be found.
#
#   alerts.pl ROOT
use strict;
use warnings;

sub slurp {
	my ($path) = @_;
	open my $in, '<:encoding(UTF-8)', $path or die "$path: $!\n";
	local $/;
	return <$in>;
}

# What is wrong, a line each. rules: text of the rules; metrics: of where they are named (the gateway's table, and the few of the history, of webhooks and of the console); page: of the operators' page.
sub judge {
	my ($rules, $metrics, $page) = @_;
	my %metric = map { $_ => 1 } $metrics =~ /"(hongyan_\w+)"/g;
	my %heading = map { lc($_) => 1 } $page =~ /^#+ (\w+)\s*$/mg;
	my (@wrong, $alert);
	for my $line (split /\n/, $rules) {
		$alert = $1 if $line =~ /- alert: (\w+)/;
		if ($line =~ /^\s+expr: (.*)/) {
			for my $name ($1 =~ /\b(hongyan_\w+)/g) {
				push @wrong, "$alert asks for $name, and there is no such metric" unless $metric{$name};
			}
		}
		if ($line =~ /runbook: docs\/operators\.md#(\w+)/) {
			push @wrong, "the runbook of $alert is that of $1" unless $1 eq lc $alert;
			push @wrong, "docs/operators.md has no entry $alert" unless $heading{$1};
		}
	}
	return @wrong;
}

if (($ARGV[0] // '') eq '--self-test') {
	my $rule = sub { "- alert: A\n  expr: hongyan_$_[0] > 0\n  runbook: docs/operators.md#$_[1]\n" };
	my @cases = (
		[ $rule->('up', 'a'), '### A', 0 ],
		[ $rule->('down', 'a'), '### A', 1 ],
		[ $rule->('up', 'b'), "### A\n### B", 1 ],
		[ $rule->('up', 'a'), '### B', 1 ],
	);
	my $failed = grep { my @wrong = judge($_->[0], 'METRIC(UP, "hongyan_up")', "$_->[1]\n"); @wrong != $_->[2] } @cases;
	print 'self-test: ', scalar @cases, " cases, $failed failed\n";
	exit($failed ? 1 : 0);
}

my $root = $ARGV[0] // '.';
my $rules = slurp("$root/docker/prometheus/hongyan.rules.yml");
my @wrong = judge($rules, slurp("$root/gateway/metrics/metric_defs.def") . slurp("$root/gateway/api/api_lookup.c")
	. slurp("$root/gateway/app/webhook_page.c") . slurp("$root/gateway/console/console_page.c"), slurp("$root/docs/operators.md"));
print "$_\n" for @wrong;
my $count = () = $rules =~ /- alert: /g;
print "$count alerts, ", scalar @wrong, " wrong\n";
exit(@wrong || $count == 0 ? 1 : 0);
