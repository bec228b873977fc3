#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# Asks the linker whether the pure rooms are pure: what their libraries need from outside may compute, allocate and compare,
# but not know time, chance, sockets, files, threads or the environment. “--self-test” plants symbols.
#
#   purity.pl NM LIBRARY…
use strict;
use warnings;

my %forbidden = (
	time   => [ qw(time gettimeofday ftime times clock clock_.* nanosleep usleep sleep localtime(_r)? tzset strptime
		timer_(create|settime|gettime|delete) timerfd_.* setitimer alarm utime.*) ],
	chance => [ qw(s?random(_r)? s?rand(_r)? [a-z]rand48(_r)? getrandom getentropy arc4random.*) ],
	socket => [ qw(socket(pair)? connect accept4? bind listen shutdown send(to|msg|mmsg)? recv(from|msg|mmsg)?
		[gs]etsockopt getaddrinfo gethostby.* getsockname getpeername inet_.* poll ppoll select pselect epoll_.*) ],
	file => [ qw(open(64|at|at64)? creat(64)? close read(v|64)? __read_chk p?read(64)? write(v)? pwrite(64)? lseek(64)? fcntl(64)?
		ioctl [lf]?stat(64|at|x)? __[lf]?xstat.* access unlink(at)? rename(at)? mkdir(at)? rmdir opendir readdir.*
		fopen(64)? fdopen freopen(64)? fclose fread fwrite fgets fgetc getc getline fputs fputc putc putchar puts
		fflush v?printf vfprintf fprintf __v?f?printf_chk perror stdin stdout stderr mmap(64)? munmap tmpfile(64)? mkstemp.*
		syslog) ],
	process => [ qw(fork vfork exec.* system popen wait(pid|id)? kill raise signal sigaction exit _exit quick_exit atexit
		getpid gettid pthread_.* thrd_.* mtx_.* cnd_.* sem_.* dlopen dlsym syscall) ],
	environment => [ qw((secure_)?getenv setenv putenv environ setlocale gethostname uname sysconf getuid isatty) ],
);

# A failed CHECK says where, and ends the process; nothing else in these rooms may do either.
my %allowed = ('check.c' => { map { $_ => 1 } qw(fprintf __fprintf_chk __vfprintf_chk stderr abort fflush) });

# Kind of a forbidden symbol, undef for any other.
sub kind_of {
	my ($symbol) = @_;
	for my $kind (sort keys %forbidden) {
		return $kind if grep { $symbol =~ /^(?:__isoc\d+_)?(?:$_)$/ } @{ $forbidden{$kind} };
	}
	return undef;
}

# Objects of a library and what they need: a list of [object, symbol].
sub parse {
	my ($text) = @_;
	my ($object, @need) = ('');
	for (split /\n/, $text) {
		$object = $1 if /^(?:.*\()?([^\s:()]+\.o)\)?:$/;
		push @need, [ $object, $1 ] if /^\s*(?:[0-9a-f]+\s+)?U\s+([^\s@]+)/;
	}
	return @need;
}

sub judge {
	my ($library, @need) = @_;
	my @wrong;
	for (@need) {
		my ($object, $symbol) = @$_;
		my $kind = kind_of($symbol) or next;
		(my $source = $object) =~ s/\.o$//;
		next if $allowed{$source}{$symbol};
		push @wrong, "$library: $source needs “$symbol” ($kind)";
	}
	return @wrong;
}

sub self_test {
	my $text = "check.c.o:\n                 U abort\n                 U fprintf\n                 U stderr\n\n"
		. "arena.c.o:\n                 U memcpy\n                 U clock_gettime\n0000000000000000 T arena_take\n"
		. "                 U malloc\n                 U timer_queue\n                 U getenv\n                 U fprintf\n";
	my @wrong = judge('librooms.a', parse($text));
	my @want = map { "librooms.a: arena.c needs “$_”" } 'clock_gettime', 'getenv', 'fprintf';
	my $is_ok = @wrong == @want && !grep { index($wrong[$_], $want[$_]) != 0 } 0 .. $#want;
	print "self-test: ", $is_ok ? "ok\n" : "found @wrong\n";
	return $is_ok;
}

my ($nm, @library) = @ARGV;
die "usage: purity.pl NM LIBRARY… | --self-test\n" unless defined $nm;
exit(self_test() ? 0 : 1) if $nm eq '--self-test';
die "purity.pl: no libraries given\n" unless @library;
my (@wrong, $need_count);
for my $library (@library) {
	open my $pipe, '-|', $nm, '-u', $library or die "cannot run $nm: $!\n";
	my @need = parse(do { local $/; <$pipe> } // '');
	close $pipe or die "purity.pl: $nm cannot read $library\n";
	$need_count += @need;
	(my $name = $library) =~ s{.*/}{};
	push @wrong, judge($name, @need);
}
print "$_\n" for @wrong;
printf "%d libraries, %d needs, %d wrong\n", scalar @library, $need_count, scalar @wrong;
exit(@wrong || !$need_count ? 1 : 0);
