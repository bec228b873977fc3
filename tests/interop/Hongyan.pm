# SPDX-License-Identifier: Apache-2.0
package Hongyan;
# The gateway's commands that read lines: what they answer to each.
use strict;
use warnings;
use Exporter qw(import);
use File::Temp;
use JSON::PP;

our @EXPORT_OK = qw(answers_of);

my $json = JSON::PP->new->utf8;

# Runs a command on lines (octets, without their ends). Returns its exit status and an answer for each line.
sub answers_of {
    my ($command, @lines) = @_;
    my ($in, $out) = map { File::Temp->new } 1, 2;
    print $in map { "$_\n" } @lines;
    close $in or die "cannot write the input: $!\n";
    system('sh', '-c', 'in=$1 out=$2; shift 2; exec "$@" <"$in" >"$out"', 'sh', "$in", "$out", @$command);
    my $status = $? & 127 ? "signal " . ($? & 127) : $? >> 8;
    open my $from, '<:raw', "$out" or die "cannot read the answers: $!\n";
    return ($status, map { $json->decode($_) } <$from>);
}

1;
