#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# Holds the documentation against the tree: files and folders that it names exist, links lead somewhere, the events that the
# gateway logs are explained, its metrics are listed, and no file mentions a path of the machine that it was written on. “--self-test” plants each
# mistake.
#
#   docs.pl ROOT
use strict;
use warnings;
use File::Find;

my $folder = qr{(?:gateway|bench|tests|script|templates|docs|docker|cmake|console)};

# Paths in `code` that begin with a folder of ours, and targets of links. Things to be filled in (NAME, <x>, …) are left out.
sub paths_named {
	my ($text) = @_;
	my @path;
	while ($text =~ /`([^`\n]+)`/g) {
		for my $word (split ' ', $1) {
			$word =~ s{^\./}{};
			push @path, $word if $word =~ m{^$folder(?:/[\w.+-]+)*/?$} && $word =~ m{/};
		}
	}
	return @path;
}

sub links_named {
	my ($text) = @_;
	my @link;
	$text =~ s/^```.*?^```//gms;
	while ($text =~ /\]\(([^)\s]+)\)/g) {
		(my $link = $1) =~ s/#.*//;
		push @link, $link unless $link eq '' || $link =~ m{^[a-z]+:};
	}
	return @link;
}

# Absolute paths that can only be of somebody's machine.
sub machine_paths {
	my ($text) = @_;
	my @path;
	while ($text =~ m{(?<![\w./\$\}])(/(?:home|Users|work|farm|root)/[\w.-]+[^\s"'`]*)}g) { push @path, $1 }
	return @path;
}

# Events that a source file logs, where it names them in the call itself.
sub events_logged {
	my ($text) = @_;
	my @event;
	while ($text =~ /\b(?:log_(?:begin|write|link)\([^;{}"]*\bLOG_\w+|store_tell_refusal\(\w+)\s*,([^,]*),/g) {
		push @event, $1 =~ /"([a-z_]+)"/g;
	}
	push @event, $text =~ /"([a-z]+_error)"/g;
	return @event;
}

# Those that a page's chapter about logs does not have.
sub events_unexplained {
	my ($page, @event) = @_;
	my ($chapter) = $page =~ /^## Logs$(.*?)^## /ms;
	my %seen;
	return grep { !$seen{$_}++ && ($chapter // '') !~ /`\Q$_\E`/ } @event;
}

# Metrics of the table that the page's chapter about them does not have, and those that it has beyond.
sub metrics_astray {
	my ($page, $table) = @_;
	my ($chapter) = $page =~ /^## Metrics$(.*?)^## /ms;
	my %listed = map { $_ => 1 } ($chapter // '') =~ /`((?:hongyan|process)_\w+)`/g;
	my %known = map { $_ => 1 } $table =~ /METRIC\(\w+,\s*"(\w+)"/g;
	return sort((grep { !$listed{$_} } keys %known), grep { !$known{$_} } keys %listed);
}

sub judge_doc {
	my ($path, $text, $exists) = @_;
	(my $folder_of = $path) =~ s{[^/]*$}{};
	my @wrong = map { "$path names $_, which does not exist" } grep { !$exists->($_) } paths_named($text);
	for my $link (links_named($text)) {
		my $target = $link =~ m{^/} ? substr($link, 1) : "$folder_of$link";
		1 while $target =~ s{(?:^|(?<=/))(?!\.\.)[^/]+/\.\./}{} || $target =~ s{(?:^|(?<=/))\./}{};
		push @wrong, "$path links to $link, which does not exist" unless $exists->($target);
	}
	return @wrong;
}

sub self_test {
	my %tree = map { $_ => 1 } qw(gateway/base gateway/base/arena.h docs/a.md script/demo README.md);
	my $exists = sub { (my $path = shift) =~ s{/$}{}; $tree{$path} };
	my @case = (
		[ 'docs/b.md', 'See `gateway/base/arena.h` and [a](a.md#x), [up](../README.md), `script/demo --json`.', 0 ],
		[ 'docs/b.md', 'See `gateway/base/ring.h`.', 1 ],
		[ 'docs/b.md', 'Run `script/test --all`.', 1 ],
		[ 'docs/b.md', 'See [c](c.md) and [web](https://example.com/x).', 1 ],
		[ 'README.md', 'See [a](docs/a.md), `gateway/base/` and `gateway/<room>/x.c`.', 0 ],
	);
	my $failed = 0;
	for my $case (@case) {
		my ($path, $text, $want) = @$case;
		my @wrong = judge_doc($path, $text, $exists);
		next if @wrong == $want;
		$failed++;
		print "self-test: “$text”: want $want, got ", scalar @wrong, " (@wrong)\n";
	}
	my @machine = machine_paths('"/ho' . 'me/li/hongyan" and x/root/y, $WORK/work/z, http://a/work/b');
	if (@machine != 1) {
		$failed++;
		print "self-test: machine paths: @machine\n";
	}
	my @event = events_logged('log_write(log, LOG_INFO, "a_up", "b"); if (log_begin(&line, x->log, up ? LOG_INFO : LOG_WARN, up ? '
		. '"a_up" : "a_down", text)) log_link(link, LOG_INFO, "c", "d"); tell(log, "e_error"); store_tell_refusal(store, "f", g);');
	my @missing = events_unexplained("# x\n## Logs\n| `a_up`, `c` | `f`\n## Metrics\n`a_down`, `e_error`\n", @event);
	if ("@missing" ne 'a_down e_error') {
		$failed++;
		print "self-test: events: @event; unexplained: @missing\n";
	}
	my @astray = metrics_astray("## Metrics\n| `hongyan_a`, `process_b` | `account` |\n| `hongyan_gone` |\n## X\n`hongyan_c`\n",
		qq{METRIC(A, "hongyan_a", SUM)\nMETRIC(B, "process_b", SUM)\nMETRIC(C,\n"hongyan_c", SUM)});
	if ("@astray" ne 'hongyan_c hongyan_gone') {
		$failed++;
		print "self-test: metrics: @astray\n";
	}
	printf "self-test: %d cases, %d failed\n", @case + 3, $failed;
	return $failed == 0;
}

sub slurp { open my $file, '<', $_[0] or die "cannot read $_[0]: $!\n"; local $/; return <$file> // '' }

my $root = shift // die "usage: docs.pl ROOT | --self-test\n";
exit(self_test() ? 0 : 1) if $root eq '--self-test';
chdir $root or die "cannot enter $root: $!\n";
my (@path, @wrong);
find({
	no_chdir => 1,
	preprocess => sub { grep { !/^(?:\.git|build(?:-.*)?|node_modules|\.cache)$/ } @_ },
	wanted => sub { push @path, substr $_, 2 if -f && !-l },
}, '.');
my $count = 0;
my @event;
for my $path (sort @path) {
	my $text = slurp($path);
	next if $text =~ /\0/;
	push @wrong, map { "$path: $_ is a path of some machine" } machine_paths($text) unless $path eq 'tests/checks/docs.pl';
	push @event, events_logged($text) if $path =~ m{^gateway/.*\.c$};
	next unless $path =~ m{^(?:README[\w.-]*|docs/.*)\.md$};
	$count++;
	push @wrong, judge_doc($path, $text, sub { -e $_[0] });
}
push @wrong, map { "docs/operators.md, Logs: $_ is logged and not explained" }
	events_unexplained(slurp('docs/operators.md'), @event);
push @wrong, map { "docs/operators.md, Metrics: $_ is listed there or in metric_defs.def, and not in both" }
	metrics_astray(slurp('docs/operators.md'), slurp('gateway/metrics/metric_defs.def'));
print "$_\n" for @wrong;
printf "%d files, %d of them documentation, %d wrong\n", scalar @path, $count, scalar @wrong;
exit(@wrong ? 1 : 0);
