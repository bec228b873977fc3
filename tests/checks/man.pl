#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# Holds the manual pages that the program makes against its help: each command has a page, with each of its options, and the
# page of the configuration has each setting that “hongyan config reference” has. roff must find nothing wrong in them.
#
#   man.pl HONGYAN [GROFF]
use strict;
use warnings;
use File::Temp qw(tempfile);

my ($program, $groff) = @ARGV;
die "usage: man.pl HONGYAN [GROFF]\n" unless defined $program;
my @wrong;

sub output_of {
	open my $pipe, '-|', @_ or die "cannot run $_[0]: $!\n";
	local $/;
	my $text = <$pipe> // '';
	close $pipe or die "@_ failed\n";
	return $text;
}

# The words of tagged paragraphs, as people see them.
sub tags_of {
	my ($page) = @_;
	my @tag = $page =~ /^\.TP\n\\fB(.*?)\\fR/gm;
	s/\\-/-/g for @tag;
	return map { $_ => 1 } @tag;
}

sub must_have {
	my ($name, $page, @words) = @_;
	push @wrong, "$name: nothing is looked for" unless @words;
	my %tag = tags_of($page);
	push @wrong, map { "$name: $_ is missing" } grep { !$tag{$_} } @words;
}

must_have('planted', ".TP\n\\fB\\-\\-here\\fR \\fIX\\fR\n", '--here', '--not-here');
die "self-test: the planted option was not missed: @wrong\n" unless "@wrong" eq 'planted: --not-here is missing';
@wrong = ();

my @pages = split /\n/, output_of($program, 'man');
my %text = map { $_ => output_of($program, 'man', $_) } @pages;
my @commands = output_of($program, '--help') =~ /^  (\w+)  /gm;
must_have('hongyan.1', $text{'hongyan.1'} // '', map { "hongyan-$_(1)" } @commands);
for my $command (@commands) {
	my @options = output_of($program, $command, '--help') =~ /^  (--[\w-]+)/gm;
	must_have("hongyan-$command.1", $text{"hongyan-$command.1"} // '', @options);
}
my @settings = output_of($program, qw(config reference)) =~ /^\| `([\w.]+)` \|/gm;
must_have('hongyan.yaml.5', $text{'hongyan.yaml.5'} // '', @settings);
push @wrong, 'there are pages that belong to nothing' unless @pages == @commands + 2;

# What roff says against a page.
sub complaint_about {
	my ($page) = @_;
	my ($file, $path) = tempfile(UNLINK => 1);
	print {$file} $page;
	close $file or die "cannot write $path: $!\n";
	my $said = qx{$groff -k -Tutf8 -man -ww -z $path 2>&1};
	return $? ? "refused: $said" : $said;
}

if ($groff) {
	die "self-test: roff says nothing against a wrong page\n" unless complaint_about(".TH A 1\n.wrong\n");
	for my $name (@pages) {
		my $said = complaint_about($text{$name});
		push @wrong, "$name: $said" if $said ne '';
	}
}
print "$_\n" for @wrong;
printf "%d pages, %d settings, %s, %d wrong\n", scalar @pages, scalar @settings, $groff ? 'formatted' : 'no groff here',
	scalar @wrong;
exit(@wrong ? 1 : 0);
