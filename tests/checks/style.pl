#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# What a compiler does not say about a source file: licence line, length, banned functions, notes to oneself, white space,
# and whether each header compiles alone. Of the console's pages: that nothing makes markup or code of texts. “--self-test” plants
# each mistake.
#
#   style.pl ROOT [COMPILER]
use strict;
use warnings;
use File::Find;
use File::Temp;

my $lines_max = 500;
my $lines_max_test = 800;
my @banned = qw(strcpy strcat sprintf vsprintf strtok atoi atol atoll atof gets strncpy strncat alloca tmpnam mktemp rand srand
	setjmp longjmp);
my $banned = join '|', @banned;

# The text without comments and literals, line for line.
sub code_of {
	my ($text) = @_;
	my $keep_lines = sub { my $cut = shift; return $cut =~ tr/\n//cdr };
	$text =~ s{(/\*.*?\*/)|(//[^\n]*)|("(?:[^"\\\n]|\\.)*")|('(?:[^'\\\n]|\\.)*')}
		{ defined $3 ? '""' : defined $4 ? "' '" : $keep_lines->($1 // '') }gse;
	return $text;
}

# What is wrong with a source file: a list of [line, what].
sub judge {
	my ($path, $text) = @_;
	my @wrong;
	my @line = split /\n/, $text, -1;
	my $is_header = $path =~ /\.h$/;
	my $most = $path =~ m{^tests/} ? $lines_max_test : $lines_max;
	push @wrong, [ 1, 'first line must be /* SPDX-License-Identifier: Apache-2.0 */' ]
		unless $line[0] eq '/* SPDX-License-Identifier: Apache-2.0 */';
	push @wrong, [ 2, 'second line of a header must be #pragma once' ] if $is_header && ($line[1] // '') ne '#pragma once';
	push @wrong, [ scalar @line, 'the file does not end with a newline' ] if $line[-1] ne '';
	push @wrong, [ scalar @line, 'empty lines at the end' ] if @line > 1 && $line[-1] eq '' && $line[-2] eq '';
	push @wrong, [ $#line, "has $#line lines, may have $most: find the noun in it that wants a file of its own" ]
		if $#line > $most;
	for my $i (0 .. $#line) {
		push @wrong, [ $i + 1, 'blanks at the end of the line' ] if $line[$i] =~ /[ \t\r]$/;
		push @wrong, [ $i + 1, 'a note to oneself; do it, or say in the documentation that it is not done' ]
			if $line[$i] =~ /\b(?:TO[D]O|FIX[M]E|X[X]X)\b/;
	}
	my @code = split /\n/, code_of($text), -1;
	for my $i (0 .. $#code) {
		push @wrong, [ $i + 1, "$1 is banned" ] if $code[$i] =~ /(?<![\w.>])($banned)\s*\(/;
		push @wrong, [ $i + 1, 'include guard; #pragma once is enough' ] if $is_header && $code[$i] =~ /^#ifndef \w+_H_?$/;
	}
	my ($stem) = $path =~ m{^gateway/(.*)\.c$};
	if (defined $stem && -e "gateway/$stem.h") {
		my ($first) = $text =~ /^#include\s+(.*)$/m;
		$first //= 'nothing';
		push @wrong, [ 1, "must include its own header first, not $first" ]
			unless $first eq "\"$stem.h\"" || $first eq "\"${stem}_inner.h\"";
	}
	return @wrong;
}

# What people wrote is put into pages as text; these would make markup or code of it. A list of [line, what].
sub judge_page {
	my ($text) = @_;
	my @wrong;
	my @line = split /\n/, $text, -1;
	for my $i (0 .. $#line) {
		push @wrong, [ $i + 1, "$1 makes markup or code of a text" ]
			if $line[$i] =~ /\b(dangerouslySetInnerHTML|(?:inner|outer)HTML|insertAdjacentHTML|srcdoc|document\.write|eval\s*\(|new\s+Function\b|javascript:)/;
	}
	return @wrong;
}

# Each header by itself, all in one compiler run per folder of includes.
sub check_headers {
	my ($compiler, @header) = @_;
	my @wrong;
	my $folder = File::Temp->newdir;
	for my $header (@header) {
		(my $own = $header) =~ s{/[^/]*$}{};
		open my $file, '>', "$folder/alone.c" or die "cannot write $folder/alone.c: $!\n";
		print $file "#include \"$ENV{PWD}/$header\"\nextern int alone;\n";
		close $file;
		my $said = qx($compiler -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused -fsyntax-only -Igateway -I$own -Itests $folder/alone.c 2>&1);
		push @wrong, "$header: does not compile alone:\n$said" if $?;
	}
	return @wrong;
}

sub self_test {
	my $spdx = "/* SPDX-License-Identifier: Apache-2.0 */\n";
	my @case = (
		[ 'fine', 'x.c', "${spdx}int a; /* strcpy( */\nconst char *b = \"atoi(1)\";\n", undef ],
		[ 'no licence', 'x.c', "int a;\n", 'SPDX' ],
		[ 'no pragma', 'x.h', "${spdx}int a;\n", 'pragma' ],
		[ 'guard', 'x.h', "${spdx}#pragma once\n#ifndef X_H\n#define X_H\n#endif\n", 'guard' ],
		[ 'banned', 'x.c', "${spdx}int a = atoi(\"1\");\n", 'atoi' ],
		[ 'banned beside a comment', 'x.c', "${spdx}/* a\n b */ int a = sprintf (x, \"\");\n", 'sprintf' ],
		[ 'snprintf', 'x.c', "${spdx}int a = snprintf(x, 1, \"\");\n", undef ],
		[ 'member', 'x.c', "${spdx}int a = b->rand(1);\n", undef ],
		[ 'note', 'x.c', "${spdx}/* TO" . "DO later */\n", 'note' ],
		[ 'blanks', 'x.c', "${spdx}int a; \n", 'blanks' ],
		[ 'no newline', 'x.c', "${spdx}int a;", 'newline' ],
		[ 'long', 'x.c', $spdx . "int a;\n" x 500, 'lines' ],
		[ 'long test', 'tests/x.c', $spdx . "int a;\n" x 700, undef ],
		[ 'page', 'x.tsx', "<p>{user.display}</p>;\nevaluate(a); one.innerText\n", undef ],
		[ 'markup', 'x.tsx', "<p dangerouslySetInnerHTML={{ __html: user.display }} />\n", 'markup' ],
		[ 'markup of an element', 'x.ts', "one.innerHTML = text;\n", 'markup' ],
		[ 'code', 'x.ts', "const a = eval(text);\n", 'code' ],
	);
	my $failed = 0;
	for my $case (@case) {
		my ($name, $path, $text, $want) = @$case;
		my $said = join '; ', map { $_->[1] } $path =~ /\.tsx?$/ ? judge_page($text) : judge($path, $text);
		next if defined $want ? $said =~ /$want/ : $said eq '';
		$failed++;
		print "self-test: $name: ", $said eq '' ? 'not found' : $said, "\n";
	}
	printf "self-test: %d cases, %d failed\n", scalar @case, $failed;
	return $failed == 0;
}

my ($root, $compiler) = @ARGV;
die "usage: style.pl ROOT [COMPILER] | --self-test\n" unless defined $root;
exit(self_test() ? 0 : 1) if $root eq '--self-test';
chdir $root or die "cannot enter $root: $!\n";
$ENV{PWD} = do { require Cwd; Cwd::getcwd() };
my (@path, @wrong);
find({ no_chdir => 1, wanted => sub { push @path, $_ if /\.(?:c|h|def)$/ && !m{/node_modules/} } }, grep { -d } qw(gateway bench tests));
for my $path (sort @path) {
	open my $file, '<', $path or die "cannot read $path: $!\n";
	push @wrong, map { "$path:$_->[0]: $_->[1]" } judge($path, do { local $/; <$file> } // '');
}
my @page;
find({ no_chdir => 1, wanted => sub { push @page, $_ if /\.tsx?$/ && !m{/node_modules/} } }, grep { -d } 'console/src');
for my $path (sort @page) {
	open my $file, '<', $path or die "cannot read $path: $!\n";
	push @wrong, map { "$path:$_->[0]: $_->[1]" } judge_page(do { local $/; <$file> } // '');
}
push @wrong, check_headers($compiler // 'cc', sort grep { /\.h$/ } @path);
print "$_\n" for @wrong;
printf "%d files, %d wrong\n", @path + @page, scalar @wrong;
exit(@path && !@wrong ? 0 : 1);
