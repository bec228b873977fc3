#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# Runs the cases of matrix.tsv, as script/faults wants them.
#
#   faults.pl --build FOLDER --matrix FILE --work FOLDER [--quick] [--json] [--jobs N] [--soak SECONDS] [CASE…]
#   faults.pl --matrix FILE --list | --table        the cases; the same as a page for people
#   faults.pl --matrix FILE --page FILE             whether that page has the table
#   faults.pl --self-test
use strict;
use warnings;
use utf8;
use Getopt::Long;
use JSON::PP;
use POSIX ();
use Time::HiRes qw(time);

binmode STDOUT, ':encoding(UTF-8)';
binmode STDERR, ':encoding(UTF-8)';

# Seconds that a run may take; a soak takes its own on top.
my $patience = 900;

# --- the matrix ---

# The cases of a text: a list of hashes, in order. Dies where it is malformed.
sub read_matrix {
	my ($text) = @_;
	my (@cases, %known);
	for my $line (split /\n/, $text) {
		next if $line =~ /^#/ || $line eq '';
		my ($number, $name, $quick, $fault, $expected, $by, @rest) = split /\t/, $line;
		die "matrix: malformed line: $line\n"
			unless defined $by && !@rest && $number =~ /^\d+$/ && $quick =~ /^[q-]$/ && $name =~ /^[a-z0-9-]+$/;
		die "matrix: “$name” comes twice\n" if $known{$name}++;
		die "matrix: case $number follows ${\ scalar @cases}\n" unless $number == @cases + 1;
		my ($why) = $by =~ /^none: (.+)/;
		my @runs = defined $why ? () : split / \+ /, $by;
		die "matrix: “$name” is quick, and is not run at all\n" if $quick eq 'q' && !@runs;
		push @cases, { number => $number, name => $name, quick => $quick eq 'q', fault => $fault, expected => $expected,
			why => $why, runs => [ map { [ split / /, $_ ] } @runs ] };
	}
	return @cases;
}

# The commands of a run: each a list of words.
sub commands {
	my ($run, $build, $soak) = @_;
	my ($kind, @words) = @$run;
	my $tests = "$build/tests";
	return [ "$tests/explorer/explorer", '--scenario', 'basic,alone,unanswered', '--depth', 1, '--runs', 20 ]
		if $kind eq 'explorer';
	return [ "$tests/sim/sim_road", '--seed', 1, '--seeds', 200 ] if $kind eq 'sim';
	return [ "$tests/contract/store_contract", '--filter', "store_contract/$words[0]" ] if $kind eq 'contract';
	return [ "$tests/unit_$words[0]", '--filter', "$words[1]/*" ] if $kind eq 'unit';
	if ($kind eq 'e2e') {
		my $program = shift @words;
		return map { [ "$tests/e2e/e2e_$program", $_ ] } @words;
	}
	return [ 'script/kills', '--build', $build, '--json', map { $_ eq 'SOAK' ? $soak : $_ } @words ] if $kind eq 'kills';
	die "matrix: there are no runs of the kind “$kind”\n";
}

# --- running ---

# Whether what a program said means that the case passed; else why not.
sub verdict {
	my ($status, $output) = @_;
	return 'ended by signal ' . ($status & 127) if $status & 127;
	return 'exit status ' . ($status >> 8) if $status;
	return 'no test has that name' if $output =~ /Synthesis: Tested: \S*?0\b/ && $output !~ /Tested: \S*?[1-9]/;
	return undef;
}

# Adds up what the audits of a case said: their reports, a line each.
sub add_reports {
	my ($text, $sum) = @_;
	for my $line (split /\n/, $text) {
		my $report = eval { decode_json($line) } or next;
		next if ref $report ne 'HASH';
		$sum->{audits}++;
		$sum->{lost} += $report->{lost} // 0;
		$sum->{duplicates_unexplained} += $report->{duplicates_unexplained} // 0;
	}
}

sub slurp {
	my ($path) = @_;
	open my $file, '<:raw', $path or return '';
	local $/;
	my $text = <$file>;
	return $text // '';
}

# Runs the commands of a case one after the other, in a process of its own; leaves its result as JSON in a file.
sub run_case {
	my ($case, $option) = @_;
	my $base = "$option->{work}/$case->{name}";
	my %result = (name => $case->{name}, audits => 0, lost => 0, duplicates_unexplained => 0);
	my $begin = time;
	$ENV{HONGYAN_AUDIT_REPORTS} = "$base.reports";
	for my $command (map { commands($_, $option->{build}, $option->{soak}) } @{ $case->{runs} }) {
		my $pid = fork // die "fork: $!\n";
		if ($pid == 0) {
			open STDIN, '<', '/dev/null';
			open STDOUT, '>', "$base.out";
			open STDERR, '>>', "$base.err";
			alarm $patience + ($case->{name} eq 'soak' ? $option->{soak} : 0);
			exec @$command or POSIX::_exit(127);
		}
		waitpid $pid, 0;
		my $output = slurp("$base.out");
		my $why = verdict($?, $output . slurp("$base.err"));
		add_reports((split /\n/, $output)[-1] // '', \%result) if $command->[0] eq 'script/kills';
		if (defined $why) {
			$result{why} = join(' ', map { s{.*/}{}r } @$command) . ": $why";
			last;
		}
		unlink "$base.err";
	}
	add_reports(slurp("$base.reports"), \%result);
	$result{why} //= "$result{lost} lost, $result{duplicates_unexplained} duplicates without a reason"
		if $result{lost} || $result{duplicates_unexplained};
	$result{seconds} = time - $begin;
	open my $file, '>', "$base.json" or die "$base.json: $!\n";
	print $file encode_json(\%result);
	close $file or die "$base.json: $!\n";
}

sub show {
	my ($case, $result) = @_;
	printf STDERR "%-7s %2d %-28s %6.1f s  %s\n", $result->{why} ? 'FAILED' : 'ok', $case->{number}, $case->{name},
		$result->{seconds}, $result->{why} // ($result->{audits} ? "audits $result->{audits}, lost 0, duplicates unexplained 0" : '');
}

# All that are wanted, so many at a time.
sub run_all {
	my ($cases, $option) = @_;
	my (%under_way, @results);
	my @waiting = @$cases;
	while (@waiting || %under_way) {
		while (@waiting && keys %under_way < $option->{jobs}) {
			my $case = shift @waiting;
			my $pid = fork // die "fork: $!\n";
			if ($pid == 0) {
				eval { run_case($case, $option); 1 } or print STDERR $@;
				POSIX::_exit(0);
			}
			$under_way{$pid} = $case;
		}
		my $pid = waitpid -1, 0;
		my $case = delete $under_way{$pid} or next;
		my $result = eval { decode_json(slurp("$option->{work}/$case->{name}.json")) }
			// { name => $case->{name}, why => 'the run has left no result', seconds => 0, audits => 0, lost => 0,
			duplicates_unexplained => 0 };
		show($case, $result);
		push @results, $result;
	}
	return @results;
}

# --- for people ---

sub table {
	my ($by_number) = @_;
	my $text = "| | case | what happens | what is expected | how it is brought about |\n| --- | --- | --- | --- | --- |\n";
	for my $case (@$by_number) {
		my $how = defined $case->{why} ? "not here: $case->{why}" : join ', ', map { '`' . join(' ', @$_) . '`' } @{ $case->{runs} };
		$text .= "| $case->{number} | $case->{name} | $case->{fault} | $case->{expected} | $how |\n";
	}
	return $text;
}

# --- self-test ---

sub self_test {
	my $good = "# x\n1\ta\tq\tf\te\te2e faults x y + contract z\n2\tb\t-\tf\te\tnone: because\n";
	my $wrong = 0;
	my $check = sub { my ($name, $is) = @_; return if $is; print "self-test: $name\n"; $wrong++ };
	my @cases = read_matrix($good);
	$check->('two cases', @cases == 2 && $cases[1]{why} eq 'because');
	my @made = map { commands($_, '/b', 1) } @{ $cases[0]{runs} };
	$check->('three commands', @made == 3 && "@{ $made[1] }" eq '/b/tests/e2e/e2e_faults y'
		&& "@{ $made[2] }" eq '/b/tests/contract/store_contract --filter store_contract/z');
	for my $bad ("1\ta\tq\tf\te\n", "2\ta\tq\tf\te\tsim\n", "1\ta\tq\tf\te\tnone: x\n", "1\ta\t-\tf\te\tsim\n2\ta\t-\tf\te\tsim\n") {
		$check->("“$bad” is taken", !eval { read_matrix($bad); 1 });
	}
	$check->('a strange kind', !eval { commands([ 'magic' ], '/b', 1); 1 });
	$check->('passed', !defined verdict(0, '[====] Synthesis: Tested: 3 | Passing: 3'));
	$check->('a test that is not there', defined verdict(0, '[====] Synthesis: Tested: 0 | Passing: 0'));
	$check->('ten tests', !defined verdict(0, 'Synthesis: Tested: 10 | Passing: 10'));
	$check->('a failure', verdict(256, '') eq 'exit status 1');
	$check->('a signal', verdict(9, '') eq 'ended by signal 9');
	my %sum = (audits => 0, lost => 0, duplicates_unexplained => 0);
	add_reports(qq({"lost":1,"duplicates_unexplained":2}\nx\n{"lost":3}\n), \%sum);
	$check->('reports', $sum{audits} == 2 && $sum{lost} == 4 && $sum{duplicates_unexplained} == 2);
	print "self-test: $wrong wrong\n";
	return $wrong;
}

my %option = (jobs => 2, soak => 1800);
GetOptions(\%option, qw(build=s matrix=s work=s quick json jobs=i soak=i list table page=s self-test)) or exit 64;
exit(self_test() ? 1 : 0) if $option{'self-test'};
die "usage: faults.pl --matrix FILE …\n" unless $option{matrix};
utf8::decode(my $text = slurp($option{matrix}));
my @cases = read_matrix($text);
if ($option{table}) {
	print table(\@cases);
	exit 0;
}
if ($option{page}) {
	utf8::decode(my $page = slurp($option{page}));
	exit 0 if index($page, table(\@cases)) >= 0;
	print "$option{page} has another table; put there what script/faults --table prints\n";
	exit 1;
}
if ($option{list}) {
	printf "%2d %-28s %s\n", $_->{number}, $_->{name}, $_->{why} ? "not here: $_->{why}" : $_->{fault} for @cases;
	exit 0;
}
my %wanted = map { $_ => 1 } @ARGV;
my @chosen = grep { @{ $_->{runs} } && (%wanted ? $wanted{ $_->{name} } || $wanted{ $_->{number} } : $option{quick} ? $_->{quick} : 1) } @cases;
if (!@chosen || (%wanted && @chosen < keys %wanted)) {
	print STDERR "faults: some of these cases are not there, or are not run here; --list names them\n";
	exit 64;
}
my @results = run_all(\@chosen, \%option);
my %total = (cases => scalar @results, passed => scalar(grep { !$_->{why} } @results), lost => 0, duplicates_unexplained => 0, audits => 0);
for my $result (@results) {
	$total{$_} += $result->{$_} for qw(lost duplicates_unexplained audits);
}
print STDERR "$total{passed} of $total{cases} cases passed; $total{audits} audits, lost $total{lost}, duplicates unexplained $total{duplicates_unexplained}\n";
print encode_json(\%total), "\n" if $option{json};
exit($total{passed} == $total{cases} && !$total{lost} && !$total{duplicates_unexplained} ? 0 : 1);
