#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# “hongyan count” against two other counters: one on Perl's Encode, and the npm package “split-sms” where NODE is given. And its
# cuts against Perl's idea of characters that belong together. TAP on stdout.
# usage: count_oracle.pl PATH/TO/hongyan [NODE-COMMAND…]     (the command counts as node/counts.js does)
use strict;
use warnings;
use utf8;
use FindBin;
use JSON::PP;
use Test::More;
use lib $FindBin::Bin;
use AlertTable qw(encoding_of units_of segments_of);
use Hongyan qw(answers_of);

use constant { SEED => 20260213, RANDOM_TEXTS => 600, EX_DATAERR => 65 };

my ($hongyan, @node) = @ARGV;
-x ($hongyan // '') or BAIL_OUT('usage: count_oracle.pl PATH/TO/hongyan [NODE-COMMAND…]');
binmode $_, ':encoding(UTF-8)' for Test::More->builder->output, Test::More->builder->failure_output;
srand SEED;
my $json = JSON::PP->new->utf8->allow_nonref;

my $family = "\x{1F468}\x{200D}\x{1F469}\x{200D}\x{1F467}\x{200D}\x{1F466}";
my $thumb = "\x{1F44D}\x{1F3FD}";                      # with a skin tone
my $flag = "\x{1F1E8}\x{1F1F3}";
my $keycap = "1\x{FE0F}\x{20E3}";
my $zalgo = 'e' . "\x{301}" x 90;                      # a cluster longer than a part

# name, text, encoding, units, segments
my @rows = (
    ['empty', '', 'GSM7', 0, 0],
    ['one letter', 'a', 'GSM7', 1, 1],
    ['one extension character', '€', 'GSM7', 2, 1],
    ['160 letters', 'a' x 160, 'GSM7', 160, 1],
    ['161 letters', 'a' x 161, 'GSM7', 161, 2],
    ['306 letters', 'a' x 306, 'GSM7', 306, 2],
    ['307 letters', 'a' x 307, 'GSM7', 307, 3],
    ['80 extension characters', '[' x 80, 'GSM7', 160, 1],
    ['81 extension characters', ']' x 81, 'GSM7', 162, 2],
    ['a pair across the cut', 'a' x 152 . '{' . 'b' x 152, 'GSM7', 306, 3],
    ['all extension characters', "\f^{}\\[~]|€", 'GSM7', 20, 1],
    ['capital cedilla', 'Ç', 'GSM7', 1, 1],
    ['small cedilla', 'ç', 'UCS2', 1, 1],
    ['Greek capitals of the alphabet', 'ΔΦΓΛΩΠΨΣΘΞ', 'GSM7', 10, 1],
    ['a Greek capital that looks Latin', "\x{391}", 'UCS2', 1, 1],
    ['the signs for increment and ohm', "\x{2206}\x{2126}", 'UCS2', 2, 1],
    ['a backtick', 'a`b', 'UCS2', 3, 1],
    ['a tab', "a\tb", 'UCS2', 3, 1],
    ['a no-break space', "a\x{A0}b", 'UCS2', 3, 1],
    ['typographic quotes', '“a”', 'UCS2', 3, 1],
    ['70 Chinese characters', '电' x 70, 'UCS2', 70, 1],
    ['71 Chinese characters', '费' x 71, 'UCS2', 71, 2],
    ['134 Chinese characters', '余' x 134, 'UCS2', 134, 2],
    ['135 Chinese characters', '额' x 135, 'UCS2', 135, 3],
    ['one character of a long text', 'a' x 159 . '电', 'UCS2', 160, 3],
    ['an emoji', "\x{1F600}", 'UCS2', 2, 1],
    ['35 emoji', "\x{1F600}" x 35, 'UCS2', 70, 1],
    ['36 emoji', "\x{1F600}" x 36, 'UCS2', 72, 2],
    ['67 emoji: the pairs leave a unit free in each part', "\x{1F600}" x 67, 'UCS2', 134, 3],
    ['a surrogate pair across the cut', '电' x 66 . "\x{1F600}" . '费' x 66, 'UCS2', 134, 3],
    ['a family across the cut', '电' x 62 . $family . '费' x 10, 'UCS2', 83, 2],
    ['a flag across the cut', '电' x 65 . $flag . '费' x 10, 'UCS2', 79, 2],
    ['a skin tone across the cut', '电' x 65 . $thumb . '费' x 10, 'UCS2', 79, 2],
    ['a keycap across the cut', '电' x 66 . $keycap . '费' x 10, 'UCS2', 79, 2],
    ['a cluster that no part holds', $zalgo, 'UCS2', 91, 2],
    ['a cluster that would cost a part', '电' x 62 . $family . '费' x 61, 'UCS2', 134, 2],
    ['CR LF across the cut', 'a' x 152 . "\r\n" . 'b' x 20, 'GSM7', 174, 2],
    ['a byte order mark', "\x{FEFF}a", 'UCS2', 2, 1],
    ['NUL', "a\0b", 'UCS2', 3, 1],
    ['the last code point', "\x{10FFFF}", 'UCS2', 2, 1],
);

# Texts of random characters, with lengths near where the number of parts changes.
my @pools = (
    [map { chr } 0x20 .. 0x5F], ['a' .. 'z', '€', '[', '}', '~'], [split //, "\@£\$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ§à"],
    ['电', '费', '余', '额', '，', '。'], ['电', "\x{1F600}", "\x{1F389}"], [$family, $thumb, $flag, $keycap, '电', 'a'],
    ["e\x{301}", "o\x{302}\x{323}", "\x{E9}", 'x'], ["\r\n", 'a', "\n"],
);

sub random_text {
    my $pool = $pools[int rand @pools];
    my @edges = (1, 70, 134, 160, 201, 306, 459);
    my $units = $edges[int rand @edges] + int(rand 9) - 4;
    my $text = '';
    $text .= $$pool[int rand @$pool] while length $text < $units;
    return $text;
}

my @texts = ((map { $$_[1] } @rows), map { random_text() } 1 .. RANDOM_TEXTS);
my @lines = map { $json->encode($_) } @texts;

sub units_as {
    my ($encoding, $text) = @_;
    return $encoding eq 'GSM7' ? units_of($text) : length($text) + ($text =~ tr/\x{10000}-\x{10FFFF}//);
}

# How many parts it takes to cut only between clusters; 0 where one is longer than a part.
sub segments_of_clusters {
    my ($text, $encoding, $part) = @_;
    my ($segments, $used) = (1, 0);
    for my $cluster ($text =~ /\X/g) {
        my $units = units_as($encoding, $cluster);
        return 0 if $units > $part;
        ($segments, $used) = ($segments + 1, 0) if $used + $units > $part;
        $used += $units;
    }
    return $segments;
}

# What is wrong with where a text was cut: a list of words.
sub wrong_cuts {
    my ($text, $answer, $is_ref16) = @_;
    my @pieces = @{ $answer->{segment_texts} };
    my $part = ($answer->{encoding} eq 'GSM7' ? 153 : 67) - $is_ref16;
    my @wrong;
    push @wrong, 'pieces are not the text' if join('', @pieces) ne $text;
    push @wrong, 'number of pieces' if @pieces != $answer->{segments};
    push @wrong, 'an empty piece' if grep { !length } @pieces;
    return @wrong if @pieces < 2;
    push @wrong, 'a piece that is too long' if grep { units_as($answer->{encoding}, $_) > $part } @pieces;
    my $clusters = segments_of_clusters($text, $answer->{encoding}, $part);
    my %boundary = (0 => 1);
    while ($text =~ /\X/g) { $boundary{ pos $text } = 1 }
    my $at = 0;
    my @inside = grep { $at += length; !$boundary{$at} } @pieces;
    push @wrong, 'a cluster was cut without need' if @inside && $clusters == @pieces;
    return @wrong;
}

subtest 'the table' => sub {
    for my $row (@rows) {
        my ($name, $text, $encoding, $units, $segments) = @$row;
        my (undef, $answer) = answers_of([$hongyan, 'count'], $json->encode($text));
        is_deeply([@$answer{qw(encoding units segments)}], [$encoding, $units, $segments], $name);
    }
};

my ($npm_status, @npm) = @node ? answers_of(\@node, @lines) : (0);
is($npm_status, 0, 'the npm counter ends with status 0');
for my $is_ref16 (0, 1) {
    subtest $is_ref16 ? 'references of 16 bits' : 'references of 8 bits' => sub {
        my ($status, @answers) = answers_of([$hongyan, 'count', $is_ref16 ? '--ref16' : ()], @lines);
        is($status, 0, 'exit status');
        is(scalar @answers, scalar @texts, 'an answer to each text');
        for my $i (0 .. $#texts) {
            my ($text, $answer) = ($texts[$i], $answers[$i]);
            my $seen = join ' ', @$answer{qw(encoding units segments)};
            my @want = (join ' ', encoding_of($text), units_of($text), segments_of($text, $is_ref16));
            push @want, join ' ', @{ $npm[$i] }{qw(encoding units segments)} if @node && !$is_ref16;
            my @wrong = ((grep { $_ ne $seen } @want), wrong_cuts($text, $answer, $is_ref16));
            is_deeply(\@wrong, [], "text $i: $seen") or diag($lines[$i]);
        }
    };
}

subtest 'lines that are no text' => sub {
    for my $line ('', 'a', '12', '["a"]', '"a', '"\ud800"', '"\udc00a"', "\"\xFF\"", '"a" "b"', '"\q"') {
        my ($status, @answers) = answers_of([$hongyan, 'count'], $line, '"a"');
        is($status, EX_DATAERR, "$line: exit status");
        is(scalar @answers, 2, "$line: each line has its answer");
        ok($answers[0]{error}, "$line: an error");
        is($answers[1]{units}, 1, "$line: and the next line is read");
    }
};

done_testing();
