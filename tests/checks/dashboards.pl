#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# Holds Grafana's dashboards against the gateway's table of metrics and the operators' page: they are JSON, uids and titles are unique, each
# panel says what it shows, and asks only for metrics, labels and variables that there are; runbooks that are linked exist. Where promtool is
# named it parses each expression. “--self-test” plants what is wrong and expects it to be found.
#
#   dashboards.pl ROOT [PROMTOOL]
use strict;
use warnings;
use File::Temp;
use JSON::PP;

# Labels that Prometheus adds itself, and metrics that are its own.
my %of_prometheus = map { $_ => 1 } qw(instance job);
my %own_metric = (up => {});
# Variables that Grafana brings along.
my %builtin = map { $_ => 1 } qw(__rate_interval __interval __range);

sub slurp {
	my ($path) = @_;
	open my $in, '<:raw', $path or die "$path: $!\n";
	local $/;
	return <$in>;
}

# name => { label => 1 }, each histogram under the names of its three series.
sub metrics_of {
	my ($table) = @_;
	my %metric = %own_metric;
	while ($table =~ /METRIC\(\w+,\s*"(\w+)",\s*(\w+),\s*(\w+),\s*(\w+),/g) {
		my ($name, $type, @labels) = ($1, $2, $3, $4);
		my %label = map { lc($_) => 1 } grep { $_ ne 'NONE' } @labels;
		$metric{ $name . $_ } = { %label, ($_ eq '_bucket' ? (le => 1) : ()) } for $type eq 'HISTOGRAM' ? qw(_bucket _sum _count) : ('');
	}
	$metric{$1} = {} while $table =~ /put_metric\(out, "(\w+)"/g; # the history's few
	return \%metric;
}

# Anchors of the page's headings, as they are made from them.
sub anchors_of {
	my ($page) = @_;
	my %anchor;
	for my $title ($page =~ /^#+ (.*)$/mg) {
		(my $anchor = lc $title) =~ s/[^\w\s-]//g;
		$anchor =~ s/\s+/-/g;
		$anchor{$anchor} = 1;
	}
	return \%anchor;
}

# What is wrong with an expression.
sub judge_expr {
	my ($expr, $legend, $metrics, $variables) = @_;
	my (@wrong, %label);
	(my $bare = $expr) =~ s/"[^"]*"/""/g;
	while ($bare =~ /\b([a-z_]\w*)\s*\{([^}]*)\}/g) {
		my ($name, $matchers) = ($1, $2);
		my $labels = $metrics->{$name};
		push @wrong, "there is no metric $name" unless $labels;
		%label = (%label, %{ $labels // {} }, %of_prometheus);
		for my $matched ($matchers =~ /(\w+)\s*[=!]/g) {
			push @wrong, "$name has no label $matched" unless !$labels || $labels->{$matched} || $of_prometheus{$matched};
		}
	}
	(my $rest = $bare) =~ s/\{[^}]*\}/{}/g;
	push @wrong, "$1 has no matchers, so that \$instance does not count" while $rest =~ /\b((?:hongyan|process)_\w+)(?!\w|\{)/g;
	for my $list ($bare =~ /\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g) {
		push @wrong, map { "no metric of it has the label $_" } grep { !$label{$_} } $list =~ /\w+/g;
	}
	push @wrong, map { "its legend shows $_, which is no label of it" } grep { !$label{$_} } $legend =~ /\{\{\s*(\w+)\s*\}\}/g;
	push @wrong, map { "there is no variable \$$_" } grep { !$variables->{$_} && !$builtin{$_} } $expr =~ /\$\{?(\w+)/g;
	return @wrong;
}

# What is wrong with a panel, and its expressions.
sub judge_panel {
	my ($panel, $metrics, $anchors, $variables) = @_;
	my (@wrong, @expr);
	return if $panel->{type} eq 'row';
	for my $member (qw(description title)) {
		push @wrong, "has no $member" unless length($panel->{$member} // '');
	}
	push @wrong, 'has no unit' unless length($panel->{fieldConfig}{defaults}{unit} // '');
	push @wrong, 'has no targets' unless @{ $panel->{targets} // [] };
	for my $link (@{ $panel->{links} // [] }) {
		my ($anchor) = $link->{url} =~ /#(.*)/;
		push @wrong, "links to $link->{url}, and docs/operators.md has no such entry" unless $anchors->{ $anchor // '' };
	}
	for my $target (@{ $panel->{targets} // [] }) {
		push @expr, $target->{expr};
		push @wrong, map { "$target->{refId}: $_" } judge_expr($target->{expr}, $target->{legendFormat} // '', $metrics, $variables);
	}
	return (\@expr, map { "panel “" . ($panel->{title} // '') . "” $_" } @wrong);
}

# What is wrong, a line each; then all expressions. files: name => text.
sub judge {
	my ($files, $table, $page) = @_;
	my ($metrics, $anchors) = (metrics_of($table), anchors_of($page));
	my (@wrong, @all, %uid, %title);
	for my $name (sort keys %$files) {
		my $board = eval { JSON::PP->new->utf8->decode($files->{$name}) };
		if (ref $board ne 'HASH') {
			push @wrong, "$name is no JSON object: $@";
			next;
		}
		push @wrong, "$name: the uid $board->{uid} is that of $uid{$board->{uid}} too" if $uid{ $board->{uid} };
		push @wrong, "$name: the title “$board->{title}” is that of $title{$board->{title}} too" if $title{ $board->{title} };
		$uid{ $board->{uid} } = $title{ $board->{title} } = $name;
		my %variables = map { $_->{name} => 1 } @{ $board->{templating}{list} // [] };
		my %id;
		for my $panel (@{ $board->{panels} }) {
			push @wrong, "$name: two panels have the id $panel->{id}" if $id{ $panel->{id} }++;
			my ($exprs, @its) = judge_panel($panel, $metrics, $anchors, \%variables);
			push @wrong, map { "$name: $_" } @its;
			push @all, @{ $exprs // [] };
		}
	}
	return (\@wrong, \@all);
}

# True where promtool reads each expression, as the expression of a recording rule; it tells what it does not.
sub promtool_takes {
	my ($promtool, @exprs) = @_;
	my $file = File::Temp->new(SUFFIX => '.yml');
	print $file "groups:\n  - name: dashboards\n    rules:\n";
	for my $i (0 .. $#exprs) {
		(my $expr = $exprs[$i]) =~ s/\$__\w+/5m/g;
		$expr =~ s/\$\w+/.*/g;
		print $file "      - record: dashboards:expr$i\n        expr: ", JSON::PP->new->allow_nonref->encode($expr), "\n";
	}
	close $file;
	return system($promtool, 'check', 'rules', '--lint=none', "$file") == 0;
}

sub board {
	my ($uid, $title, %panel) = @_;
	return JSON::PP->new->utf8->encode({
		uid => $uid,
		title => $title,
		templating => { list => [ { name => 'instance' } ] },
		panels => [ {
			id => 1,
			type => 'timeseries',
			title => 't',
			description => 'd',
			fieldConfig => { defaults => { unit => 's' } },
			targets => [ { refId => 'A', expr => $panel{expr} // 'sum by (lane) (hongyan_up{instance=~"$instance"})', legendFormat => $panel{legend} // '' } ],
			links => [ { url => '#' . ($panel{anchor} // 'what-to-do') } ],
			%{ $panel{more} // {} },
		} ],
	});
}

sub self_test {
	my $table = qq{METRIC(UP, "hongyan_up", SUM, LANE, NONE,\n"x")\nMETRIC(SPAN, "hongyan_span_seconds", HISTOGRAM, NONE, NONE, "x")\n};
	my $page = "# Operators\n### What to do\n";
	my @cases = (
		[ 0, a => board('a', 'A') ],
		[ 0, a => board('a', 'A'), b => board('b', 'B') ],
		[ 0, a => board('a', 'A', expr => 'histogram_quantile(0.9, sum by (le) (rate(hongyan_span_seconds_bucket{instance=~"$instance"}[$__rate_interval])))') ],
		[ 0, a => board('a', 'A', legend => '{{lane}}') ],
		[ 1, a => board('a', 'A'), b => board('a', 'B') ],
		[ 1, a => board('a', 'A'), b => board('b', 'A') ],
		[ 1, a => '{' ],
		[ 1, a => board('a', 'A', expr => 'hongyan_down{instance=~"$instance"}') ],
		[ 1, a => board('a', 'A', expr => 'hongyan_span_seconds{instance=~"$instance"}') ],
		[ 1, a => board('a', 'A', expr => 'hongyan_up{account="x"}') ],
		[ 1, a => board('a', 'A', expr => 'hongyan_up') ],
		[ 1, a => board('a', 'A', expr => 'sum by (account) (hongyan_up{lane="x"})') ],
		[ 1, a => board('a', 'A', expr => 'hongyan_up{lane="$account"}') ],
		[ 1, a => board('a', 'A', legend => '{{account}}') ],
		[ 1, a => board('a', 'A', anchor => 'nothing') ],
		[ 1, a => board('a', 'A', more => { description => '' }) ],
		[ 1, a => board('a', 'A', more => { fieldConfig => {} }) ],
		[ 1, a => board('a', 'A', more => { targets => [] }) ],
	);
	my $failed = 0;
	for my $case (@cases) {
		my ($want, %files) = @$case;
		my ($wrong) = judge(\%files, $table, $page);
		next if @$wrong == $want;
		$failed++;
		print "wants $want: ", join('; ', @$wrong), "\n";
	}
	print 'self-test: ', scalar @cases, " cases, $failed failed\n";
	return $failed == 0;
}

binmode STDOUT, ':encoding(UTF-8)';
exit(self_test() ? 0 : 1) if ($ARGV[0] // '') eq '--self-test';

my ($root, $promtool) = @ARGV;
my %files = map { m{([^/]+)$} ? ($1 => slurp($_)) : () } glob "$root/docker/grafana/dashboards/*.json";
my ($wrong, $exprs) = judge(\%files, slurp("$root/gateway/metrics/metric_defs.def") . slurp("$root/gateway/api/api_lookup.c"), slurp("$root/docs/operators.md"));
print "$_\n" for @$wrong;
print scalar keys %files, ' dashboards, ', scalar @$exprs, ' expressions, ', scalar @$wrong, " wrong\n";
exit(@$wrong || !@$exprs || (defined $promtool && !promtool_takes($promtool, @$exprs)) ? 1 : 0);
