#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# Reads back from the program what it was to be hardened with, and from the list of commands what leaves no trace in it. “--self-test”
# plants programs that lack one thing each.
#
#   hardening.pl PROGRAM COMPILE_COMMANDS
use strict;
use warnings;

# What leaves no trace: in the command of each source of the gateway.
my @flags = qw(-D_FORTIFY_SOURCE=3 -fstack-clash-protection -ftrivial-auto-var-init=zero -fstack-protector-strong -Werror);

# What is wrong with a program, by what readelf -hldW and --dyn-syms say of it and objdump of its code.
sub judge_program {
	my ($readelf, $symbols, $code) = @_;
	my @wrong;
	push @wrong, 'it is not position-independent (no PIE): it lies at the same place each time'
		unless $readelf =~ /Type:\s+DYN/ && $readelf =~ /FLAGS_1\)\s+Flags:.*\bPIE\b/;
	push @wrong, 'its stack can be executed' unless $readelf =~ /GNU_STACK.*\sRW\s/;
	push @wrong, 'its tables can be written to after the start (no full RELRO)'
		unless $readelf =~ /GNU_RELRO/ && $readelf =~ /\bNOW\b/;
	push @wrong, 'some of its memory can be written to and executed' if $readelf =~ /^\s+LOAD.*\sRWE\s/m;
	push @wrong, 'its code is changed at the start (TEXTREL)' if $readelf =~ /TEXTREL/;
	push @wrong, "it looks for libraries in “$1”" if $readelf =~ /R(?:UN)?PATH\)\s+.*\[(.*)\]/;
	push @wrong, 'it has no stack protector' unless $symbols =~ /__stack_chk_fail/;
	my %checked = map { $_ => 1 } $symbols =~ /\b(__\w+_chk)\b/g;
	push @wrong, 'it checks no lengths (_FORTIFY_SOURCE)' unless keys %checked >= 3;
	push @wrong, 'jumps may go to any place (-fcf-protection)' if $readelf =~ /X86-64/ && ($code =~ tr/\n//) < 1000;
	return @wrong;
}

# What is wrong with the commands that made it: the text of compile_commands.json.
sub judge_commands {
	my ($text) = @_;
	my ($count, @wrong) = (0);
	while ($text =~ /\{([^{}]*)\}/g) {
		my $entry = $1;
		my ($command) = $entry =~ /"command":\s*"((?:[^"\\]|\\.)*)"/ or next;
		my ($file) = $entry =~ m{"file":\s*"[^"]*/(gateway/[^"]*)"} or next;
		$count++;
		push @wrong, map { "$file is compiled without $_" } grep { index(" $command ", " $_ ") < 0 } @flags;
	}
	push @wrong, 'no command for a source of the gateway was found' unless $count;
	return @wrong;
}

sub self_test {
	my $good = "Type: DYN (x)\nMachine: Advanced Micro Devices X86-64\n  LOAD 0x0 R E 0x1000\n  GNU_STACK 0x0 0x0 RW  0x10\n"
		. "  GNU_RELRO 0x1 R 0x1\n 0x1 (FLAGS_1) Flags: NOW PIE\n";
	my $symbols = "__stack_chk_fail\n__snprintf_chk\n__memcpy_chk\n__read_chk\n";
	my $code = "endbr64\n" x 1000;
	my $replace = sub { my ($text, $from, $to) = @_; $text =~ s/$from/$to/ or die; $text };
	my @planted = (
		[ 'good', $good, $symbols, $code, undef ],
		[ 'no PIE', $replace->($good, 'NOW PIE', 'NOW'), $symbols, $code, 'position' ],
		[ 'not DYN', $replace->($good, 'DYN', 'EXEC'), $symbols, $code, 'position' ],
		[ 'stack', $replace->($good, 'RW  0x10', 'RWE 0x10'), $symbols, $code, 'stack' ],
		[ 'lazy', $replace->($good, 'NOW PIE', 'PIE'), $symbols, $code, 'RELRO' ],
		[ 'no relro', $replace->($good, 'GNU_RELRO', 'NOTE'), $symbols, $code, 'RELRO' ],
		[ 'writable code', $replace->($good, 'R E', 'RWE'), $symbols, $code, 'written to and' ],
		[ 'textrel', "$good 0x16 (TEXTREL) 0x0\n", $symbols, $code, 'TEXTREL' ],
		[ 'runpath', "$good 0x1d (RUNPATH) Library runpath: [/tmp/x]\n", $symbols, $code, '/tmp/x' ],
		[ 'no protector', $good, $replace->($symbols, '__stack_chk_fail', 'x'), $code, 'protector' ],
		[ 'no fortify', $good, "__stack_chk_fail\n__snprintf_chk\n", $code, 'FORTIFY' ],
		[ 'no cet', $good, $symbols, "endbr64\n", 'cf-protection' ],
	);
	my $wrong = 0;
	for my $case (@planted) {
		my ($name, $readelf, $syms, $insns, $want) = @$case;
		my $got = join '; ', judge_program($readelf, $syms, $insns);
		next if defined $want ? $got =~ /\Q$want\E/ && $got !~ /;/ : $got eq '';
		print "self-test “$name”: got “$got”\n";
		$wrong++;
	}
	my $command = join ' ', 'cc', @flags, '-c';
	my $entry = sub { qq([{ "directory": "/b", "command": "$_[0]", "file": "/s/$_[1]" }]) };
	for my $case ([ $command, 'gateway/a.c', '' ], [ $replace->($command, '-Werror ', ''), 'gateway/a.c', '-Werror' ],
		[ $command, 'tests/a.c', 'no command' ]) {
		my $got = join '; ', judge_commands($entry->(@$case[ 0, 1 ]));
		next if $case->[2] eq '' ? $got eq '' : $got =~ /\Q$case->[2]\E/;
		print "self-test of commands: got “$got”\n";
		$wrong++;
	}
	print "self-test: $wrong wrong\n";
	return $wrong;
}

sub output {
	my (@words) = @_;
	open my $pipe, '-|', @words or die "$words[0]: $!\n";
	local $/;
	my $text = <$pipe>;
	close $pipe or die "@words failed\n";
	return $text // '';
}

exit(self_test() ? 1 : 0) if @ARGV == 1 && $ARGV[0] eq '--self-test';
die "usage: hardening.pl PROGRAM COMPILE_COMMANDS\n" unless @ARGV == 2;
my ($program, $commands) = @ARGV;
my $code = join '', grep { /\bendbr64\b/ } split /^/, output('objdump', '-d', '--no-show-raw-insn', $program);
open my $file, '<', $commands or die "$commands: $!\n";
my $text = do { local $/; <$file> };
my @wrong = (judge_program(output('readelf', '-hldW', $program), output('readelf', '--dyn-syms', '-W', $program), $code),
	judge_commands($text));
print "$_\n" for @wrong;
printf "%d wrong\n", scalar @wrong;
exit(@wrong ? 1 : 0);
