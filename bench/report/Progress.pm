# SPDX-License-Identifier: Apache-2.0
# A progress bar on stderr where that is a terminal; a line a second where it is not.
package Progress;
use strict;
use warnings;
use utf8;
use Time::HiRes qw(time);

use constant WIDTH => 30;

sub new {
	my ($class, %option) = @_;
	binmode STDERR, ':utf8';
	return bless { is_quiet => $option{quiet}, is_terminal => -t STDERR, last_line_at => 0 }, $class;
}

sub with_commas { my $n = reverse int shift; $n =~ s/(\d{3})(?=\d)/$1,/g; return scalar reverse $n }

# Shows how far it is (0 to 1) and a text; what is shown last stays.
sub show {
	my ($self, $share, $text, $is_last) = @_;
	return if $self->{is_quiet};
	$share = 1 if $share > 1;
	if ($self->{is_terminal}) {
		my $full = int(WIDTH * $share);
		printf STDERR "\r  %s%s %3d %%  %s\e[K%s", '█' x $full, '░' x (WIDTH - $full), 100 * $share, $text, $is_last ? "\n" : '';
	} elsif ($is_last || time - $self->{last_line_at} >= 1) {
		$self->{last_line_at} = time;
		printf STDERR "  %3d %%  %s\n", 100 * $share, $text;
	}
}

1;
