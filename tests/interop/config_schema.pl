#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# “hongyan config schema” in the hands of another validator (the npm package “ajv”), against what “hongyan check” says of the same files:
# of a table, of “hongyan config example”, and of all that the documents show. TAP on stdout.
# usage: config_schema.pl PATH/TO/hongyan NODE-COMMAND…
use strict;
use warnings;
use utf8;
use Encode qw(encode_utf8 decode_utf8);
use File::Temp;
use FindBin;
use JSON::PP;
use Test::More;
use lib $FindBin::Bin;
use Hongyan qw(answers_of);

use constant { EX_CONFIG => 78 };

my ($hongyan, @node) = @ARGV;
-x ($hongyan // '') && @node or BAIL_OUT('usage: config_schema.pl PATH/TO/hongyan NODE-COMMAND…');
binmode $_, ':encoding(UTF-8)' for Test::More->builder->output, Test::More->builder->failure_output;
my $json = JSON::PP->new->utf8->allow_nonref;
my $source = "$FindBin::Bin/../..";
my $folder = File::Temp->newdir;
symlink "$source/templates", "$folder/templates" or BAIL_OUT("symlink: $!");
delete @ENV{ grep { /^HONGYAN_/ } keys %ENV };

sub written {
    my ($name, $text) = @_;
    open my $file, '>:raw', "$folder/$name" or BAIL_OUT("$name: $!");
    print {$file} $text;
    close $file or BAIL_OUT("$name: $!");
    return "$folder/$name";
}

sub output_of {
    my (@words) = @_;
    open my $pipe, '-|', $hongyan, @words or BAIL_OUT("hongyan: $!");
    my $text = do { local $/; <$pipe> };
    close $pipe or BAIL_OUT("hongyan @words: status $?");
    return decode_utf8($text);
}

# True where “hongyan check” finds nothing wrong.
sub passes_check {
    my ($text) = @_;
    my $path = written('hongyan.yaml', encode_utf8($text));
    my $status = system "'$hongyan' check '$path' >/dev/null 2>'$folder/errors'";
    BAIL_OUT("hongyan check: status $status") if $status != 0 && $status >> 8 != EX_CONFIG;
    return $status == 0;
}

my $schema = written('schema.json', encode_utf8(output_of('config', 'schema')));

# What the validator finds wrong with each.
sub errors_of {
    my (@texts) = @_;
    my ($status, @answers) = answers_of([@node, $schema], map { $json->encode($_) } @texts);
    BAIL_OUT('the validator failed') if $status != 0 || @answers != @texts;
    return @answers;
}

written('secret', "hush\n");
my $smpp = 'name: cmcc, address: "h:1", system_id: x';
my $account = "accounts: [{ $smpp }]\n";
my $web = 'name: web, protocol: http, preset: json, url: "https://h/", token: t';

# name, what both must say (1 = good), text
my @rows = (
    ['the least', 1, $account],
    ['JSON', 1, '{"accounts":[{"name":"cmcc","address":"h:1","system_id":"x","tps":500,"tls":false}]}'],
    ['sections that are empty', 1, "redis:\nretry: {}\nroutes:\n$account"],
    ['a secret in a file', 1, "redis: { password_file: secret }\naccounts: [{ $smpp, password_file: secret }]\n"],
    ['over HTTP', 1, "accounts: [{ $web, headers: { X-Id: 7, X-On: true }, codes: { 21610: rejected }, batch_max: 1 }]\n"],
    ['lists and mappings', 1, "tenants: { segments_per_day: { north: 50000 } }\nnumber_plan: { \"86192\": broadnet }\naccounts: [{ $smpp, not_mine: [0x0B, \"12\"] }]\n"],
    ['routes', 1, "${account}routes: [{ prefix: \"86\", operator: [mobile, unicom], class: notice, accounts: [{ account: cmcc, weight: 70 }], pick: weighted }]\n"],
    ['a route with one account', 1, "${account}routes: [{ prefix: [], hours: \"Mon-Fri 08:00-20:00\", accounts: cmcc }]\n"],
    ['auto', 1, "workers: auto\n$account"],
    ['a number of workers', 1, "workers: 64\n$account"],
    ['times at their ends', 1, "redis: { dedupe_window: 60s, withdrawal_window: 5184000000ms, receipt_wait: 336h }\ndrain_timeout: 0s\n$account"],
    ['addresses', 1, "admin: { listen: \"[::1]:0\" }\ncallbacks: { listen: \"\" }\n$account"],
    ['a socket', 1, "redis: { url: \"unix:///run/redis.sock?db=2\" }\n$account"],
    ['numbers for texts', 1, "signature: 7\naccounts: [{ name: 1, address: \"h:1\", system_id: 12345, cost: 0.035, password: 123 }]\nroutes: [{ prefix: 86, accounts: \"1\" }]\n"],
    ['a truth for a text', 1, "signature: true\naccounts: [{ $smpp, system_type: false, password: true }]\n"],
    ['numbers for paths', 1, "instance: { lock_file: 7 }\n$account"],
    ['a tab in a secret', 1, "accounts: [{ $smpp, password: \"a\\tb\" }]\n"],
    ['no prefix', 1, "${account}routes: [{ prefix: \"\", accounts: cmcc }]\n"],
    ['a weight in quotes', 1, "${account}routes: [{ accounts: [{ account: cmcc, weight: \"5\" }], pick: weighted }]\n"],
    ['languages', 1, "locale: x-my-own\n$account"],
    ['a country in small letters', 1, "country: us\n$account"],
    ['octets at their ends', 1, "accounts: [{ $smpp, data_coding_ucs2: 255, dest_npi: 18, source_ton: 0 }]\n"],

    ['no account', 0, "workers: 1\n"],
    ['an empty list of accounts', 0, "accounts: []\n"],
    ['accounts that are no list', 0, "accounts: { $smpp }\n"],
    ['an account that is no mapping', 0, "accounts: [cmcc]\n"],
    ['an unknown key', 0, "wokers: 1\n$account"],
    ['an unknown key in a section', 0, "redis: { urls: \"redis://h/\" }\n$account"],
    ['an unknown key of an account', 0, "accounts: [{ $smpp, tpss: 1 }]\n"],
    ['an unknown key of a route', 0, "${account}routes: [{ acounts: [cmcc] }]\n"],
    ['a key that is not built yet', 0, "redis: { shards: 3 }\n$account"],
    ['a key with a dot', 0, "redis.url: \"redis://h/\"\n$account"],
    ['a section that is a text', 0, "redis: \"redis://h/\"\n$account"],
    ['a setting of the other protocol', 0, "accounts: [{ $web, window: 5 }]\n"],
    ['and the other way round', 0, "accounts: [{ $smpp, preset: json }]\n"],
    ['a protocol that is not built', 0, "accounts: [{ $smpp, protocol: cmpp }]\n"],
    ['no name', 0, "accounts: [{ address: \"h:1\", system_id: x }]\n"],
    ['no address', 0, "accounts: [{ name: cmcc, system_id: x }]\n"],
    ['a name with blanks', 0, "accounts: [{ name: \"c m\", address: \"h:1\", system_id: x }]\n"],
    ['an address without a port', 0, "accounts: [{ name: cmcc, address: h, system_id: x }]\n"],
    ['an address with port 0', 0, "accounts: [{ name: cmcc, address: \"h:0\", system_id: x }]\n"],
    ['a secret twice', 0, "accounts: [{ $smpp, password: a, password_file: secret }]\n"],
    ['a secret twice in a section', 0, "admin: { token: 0123456789abcdefg, token_file: secret }\n$account"],
    ['a secret that is too long', 0, "accounts: [{ $smpp, password_long: true, password: @{['a' x 64]} }]\n"],
    ['a value that is missing', 0, "redis: { url: }\n$account"],
    ['a time without a unit', 0, "drain_timeout: 25\n$account"],
    ['a time with another unit', 0, "drain_timeout: 25sec\n$account"],
    ['a time with a fraction', 0, "drain_timeout: 1.5s\n$account"],
    ['a time that is too long', 0, "drain_timeout: 601s\n$account"],
    ['a time that is too short', 0, "redis: { dedupe_window: 59s }\n$account"],
    ['and in another unit', 0, "redis: { dedupe_window: 59999ms }\n$account"],
    ['a number in quotes', 0, "workers: \"2\"\n$account"],
    ['a number out of range', 0, "workers: 65\n$account"],
    ['a negative number', 0, "accounts: [{ $smpp, tps: -1 }]\n"],
    ['a number with a fraction', 0, "accounts: [{ $smpp, tps: 1.5 }]\n"],
    ['an octet that is none', 0, "accounts: [{ $smpp, data_coding_ucs2: 256 }]\n"],
    ['a truth in quotes', 0, "accounts: [{ $smpp, tls: \"true\" }]\n"],
    ['a truth in other words', 0, "accounts: [{ $smpp, tls: yes }]\n"],
    ['a word that is none', 0, "log: { level: loud }\n$account"],
    ['a country', 0, "country: ZZ\n$account"],
    ['a language', 0, "locale: \"zh_CN\"\n$account"],
    ['a Redis of another kind', 0, "redis: { url: \"redis+sentinel://h/\" }\n$account"],
    ['Redis with TLS', 1, "redis: { url: \"rediss://h/\" }\n$account"],
    ['a list for a text', 0, "signature: [a]\n$account"],
    ['a mapping for a list', 0, "accounts: [{ $smpp, not_mine: { a: b } }]\n"],
    ['a prefix with a plus', 0, "${account}routes: [{ prefix: \"+86\", accounts: [cmcc] }]\n"],
    ['a prefix that is too long', 0, "${account}routes: [{ prefix: [\"8613900000001234\"], accounts: [cmcc] }]\n"],
    ['no accounts of a route', 0, "${account}routes: [{ prefix: \"86\" }]\n"],
    ['an empty list of accounts of a route', 0, "${account}routes: [{ accounts: [] }]\n"],
    ['a weight', 0, "${account}routes: [{ accounts: [{ account: cmcc, weight: 10001 }] }]\n"],
    ['an item without its account', 0, "${account}routes: [{ accounts: [{ weight: 1 }] }]\n"],
    ['no routes in the list', 0, "${account}routes: []\n"],
    ['a tab in a text', 0, "signature: \"a\\tb\"\n$account"],
    ['JSON with a text for a number', 0, '{"workers":"2","accounts":[{"name":"cmcc","address":"h:1","system_id":"x"}]}'],
);

# What a schema can't know: the check alone refuses these.
my @only_check = (
    ['JSON with a number for a text, which YAML may have', '{"signature":7,"accounts":[{"name":"cmcc","address":"h:1","system_id":"x"}]}'],
    ['an account that is not there', "${account}routes: [{ accounts: [cucc] }]\n"],
    ['a time zone that is not there', "timezone: Asia/Nowhere\n$account"],
    ['two accounts of one name', "accounts: [{ $smpp }, { $smpp }]\n"],
    ['a wait that is longer than its limit', "retry: { base: 10m, max: 1m }\n$account"],
    ['a password that SMPP does not allow', "accounts: [{ $smpp, password: 123456789 }]\n" =~ s/123456789/"123456789"/r],
);

my @errors = errors_of(map { $$_[-1] } @rows, @only_check);
for my $i (0 .. $#rows) {
    my ($name, $is_good, $text) = @{ $rows[$i] };
    is((passes_check($text) ? 1 : 0), $is_good, "$name: hongyan check");
    is((@{ $errors[$i] } ? 0 : 1), $is_good, "$name: the schema") or diag(join "\n", @{ $errors[$i] });
}
for my $i (0 .. $#only_check) {
    my ($name, $text) = @{ $only_check[$i] };
    ok(!passes_check($text), "$name: hongyan check");
    is_deeply($errors[@rows + $i], [], "$name: the schema can't know");
}

subtest 'the example' => sub {
    my $example = output_of('config', 'example');
    # What is commented out without a blank, and then all of the account that is.
    my $full = $example =~ s/^#(?=  )//mgr =~ s/^(\s*)#(?=[^ #\n])/$1/mgr;
    for ([as_it_is => $example], [with_all_that_is_commented_out => $full]) {
        my ($name, $text) = @$_;
        ok(passes_check($text), "$name: hongyan check") or diag(`cat $folder/errors`);
        is_deeply([errors_of($text)], [[]], "$name: the schema");
    }
    isnt($full, $example, 'something is commented out');
    my $reference = output_of('config', 'reference');
    my @missing = grep { my ($key) = /([^.]+)$/; $full !~ /^\s*\Q$key\E: /m } $reference =~ /^\| `([a-z_.]+)` \|/mg;
    is_deeply(\@missing, [], 'it has every key of the reference');
};

# Blocks of YAML in the documents; parts are put where they belong.
subtest 'what the documents show' => sub {
    my @shown;
    for my $path ("$source/README.md", glob "$source/docs/*.md") {
        open my $file, '<:encoding(UTF-8)', $path or BAIL_OUT("$path: $!");
        my $page = do { local $/; <$file> };
        while ($page =~ /^```yaml\n(.*?)^```/msg) {
            my $shown = $1;
            my $text = $shown =~ s/(?<=, )… ?(?=\})//gr =~ s/, (?=\})//gr;
            next if $text =~ /^(?:global|scrape_configs|services|apiVersion|x-\w+|groups):/m;
            $text = "accounts:\n$text" if $text =~ /\A *- /;
            $text .= $account if $text !~ /^accounts:/m;
            push @shown, ["$path: " . substr($shown, 0, 40) =~ s/\n.*//sr, $text];
        }
    }
    cmp_ok(scalar @shown, '>=', 6, 'there are some');
    my @found = errors_of(map { $$_[1] } @shown);
    is_deeply($found[$_], [], $shown[$_][0]) for 0 .. $#shown;
};

done_testing();
