#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# Holds the alerts of alert-load against the shipped templates: each template gets alerts, with every required parameter,
# none that it does not know, and none of two alerts alike.
#
#   load_params.pl ALERT-LOAD TEMPLATES
use strict;
use warnings;
use JSON::PP;

my ($load, $folder) = @ARGV;
die "usage: load_params.pl ALERT-LOAD TEMPLATES\n" unless defined $folder;

my (%param, %seen, %given, @wrong);
for my $path (glob "$folder/*.tmpl") {
	my ($name) = $path =~ m{/([^/.]+)\.tmpl$} or next;
	open my $file, '<', $path or die "cannot read $path: $!\n";
	$param{$name} = {};
	while (my $line = <$file>) {
		last if $line =~ /^---/;
		my ($key) = $line =~ /^(?:变量|参数)\s+(\S+)/ or next;
		$param{$name}{$key} = $line =~ /\s可选(?:\s|$)/ ? 'optional' : 'required';
	}
}
open my $pipe, '-|', $load, qw(--print --template all --alerts 2000) or die "cannot run $load: $!\n";
while (my $line = <$pipe>) {
	my $alert = decode_json($line);
	my $name = $alert->{template};
	my $known = $param{$name};
	if (!$known) {
		push @wrong, "there is no template $name";
		next;
	}
	push @wrong, map { "$name has no parameter $_" } grep { !$known->{$_} } keys %{ $alert->{params} };
	push @wrong, map { "$name needs parameter $_" }
		grep { $known->{$_} eq 'required' && !exists $alert->{params}{$_} } keys %$known;
	$given{$name}{$_}++ for keys %{ $alert->{params} };
	push @wrong, "two alerts for $alert->{to}" if $seen{"to $alert->{to}"}++;
	push @wrong, "two alerts with the id $alert->{id}" if $seen{"id $alert->{id}"}++;
}
close $pipe or push @wrong, "$load failed";
for my $name (sort keys %param) {
	push @wrong, "no alert for template $name" unless $given{$name};
	push @wrong, map { "no alert gives $name its parameter $_" } grep { !$given{$name}{$_} } sort keys %{ $param{$name} };
}
my %once;
print "$_\n" for grep { !$once{$_}++ } @wrong;
printf "%d templates, %d wrong\n", scalar keys %param, scalar keys %once;
exit(%param && !@wrong ? 0 : 1);
