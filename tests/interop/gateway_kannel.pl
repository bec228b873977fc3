#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# The gateway sends through Kannel: over HTTP to its smsbox, whose bearerbox speaks SMPP with a fake carrier; receipts come back the
# same way. Texts, a refused password, a full queue, and a Kannel that is away; then the audit. TAP on stdout.
# usage: gateway_kannel.pl PATH/TO/hongyan PATH/TO/fake-carrier
use strict;
use warnings;
use utf8;
use Encode qw(encode);
use FindBin;
use HTTP::Tiny;
use Test::More;
use lib $FindBin::Bin;
use AlertTable qw(templates encoding_of segments_of);
use FakeCarrier qw(start command finish);
use GatewayRig qw(wait_for lines_of);
use Kannel qw(free_ports);

use constant { SOURCE => '10690001', CALLBACK_SECRET => 'kannel-callback-secret', QUEUED => 8, PART_OCTETS => 134 };

(my $hongyan, $FakeCarrier::program) = @ARGV;
-x ($FakeCarrier::program // '') && -x $hongyan or BAIL_OUT('usage: gateway_kannel.pl PATH/TO/hongyan PATH/TO/fake-carrier');
binmode $_, ':encoding(UTF-8)' for Test::More->builder->output, Test::More->builder->failure_output;
$SIG{PIPE} = 'IGNORE';

my $rig = GatewayRig->new($hongyan);
my $carrier = start(qw(--receipts on --system-id kannel --password secret));
my $kannel = Kannel->new($rig, $carrier->{port}) or do { finish($carrier); print "1..0 # SKIP kannel is not installed\n"; exit 77 };
my ($admin_port, $callback_port) = free_ports(2);

my (@alerts, %total);

# Kannel cuts a long text in UCS-2 after 67 units, also between the halves of a pair; the carrier refuses such parts.
sub is_cut_badly {
    my ($text) = @_;
    return 0 if encoding_of($text) ne 'UCS2' || segments_of($text) < 2;
    my $octets = encode('UTF-16BE', $text);
    return scalar grep { (ord(substr $octets, $_ * PART_OCTETS, 1) & 0xFC) == 0xDC } 1 .. (length($octets) - 1) / PART_OCTETS;
}

# An alert that is not like any other, and what must arrive of it.
sub make {
    my ($name, $prefix, $template, $locale, $text) = @_;
    my $to = sprintf '%s%08d', $prefix, scalar @alerts;
    my $arrives = $template eq 'signed' && $locale ne 'en' ? '【' . AlertTable::SIGNATURE . "】$text" : $text;
    my $alert = {
        name => $name, to => $to, text => $arrives, end => is_cut_badly($arrives) ? 'undelivered' : 'delivered',
        alert => { id => "k-$to", to => "+$to", template => $template, locale => $locale, params => { text => $text } },
    };
    push @alerts, $alert;
    return $alert;
}

sub enqueue {
    my (@batch) = @_;
    $rig->enqueue(map { ['normal', $_->{alert}] } @batch);
    $total{$_}++ for map { ('accepted', $_->{end}) } @batch;
}

sub settled {
    my ($name) = @_;
    return if ok($rig->await_events(%total), "$name: all accepted, all receipts told");
    $rig->tell_log($_) for qw(gateway smsbox bearerbox);
}

# A metric of the gateway; 0 while it is not there.
sub metric {
    my ($name) = @_;
    my $answer = HTTP::Tiny->new(timeout => 1, proxy => undef)->get("http://127.0.0.1:$admin_port/metrics");
    return $answer->{content} =~ /^\Q$name\E (\S+)/m ? $1 : 0;
}

sub outcomes { return metric(qq(hongyan_outcomes_total{account="$_[0]",class="$_[1]"})) }

# Whether the gateway has logged such an event of an account.
sub logged {
    my ($event, $account) = @_;
    return grep { $_->{event} eq $event && ($_->{account} // '') eq $account } lines_of("$rig->{dir}/gateway.log");
}

# --- the run ---------------------------------------------------------------------------------------------------------

my %account = (protocol => 'http', preset => 'kannel', url => $kannel->url, username => Kannel::USER, source => SOURCE, allow => ['127.0.0.1'],
    reconnect_min => '20ms', reconnect_max => '100ms', segments_max => 16, callback => 'kannel', callback_secret => CALLBACK_SECRET);
my %templates = templates();
$rig->start_redis;
$rig->write_template($_, $templates{$_}) for sort keys %templates;
$kannel->start;
$rig->start_gateway({
    signature => AlertTable::SIGNATURE, retry => { base => '100ms', max => '200ms', attempts_max => 100 }, admin => { listen => "127.0.0.1:$admin_port" },
    callbacks => { listen => "127.0.0.1:$callback_port", public_url => "http://127.0.0.1:$callback_port" },
    accounts => [{ %account, name => 'good', password => Kannel::PASSWORD }, { %account, name => 'wrong', password => 'not-the-password', reconnect_min => '1h', reconnect_max => '1h' }],
    routes => [{ prefix => '86139', accounts => ['good'] }, { prefix => '86138', accounts => ['wrong', 'good'] }],
});

# The texts of the table that fit what this Kannel may send in one message: ten parts.
enqueue(map { my ($name, @text) = @$_; make($name, '86139', @text) } grep { segments_of($$_[3]) <= 9 } AlertTable::texts('kannel '));
settled('texts');

enqueue(make('refused, so by another account', '86138', 'plain', 'en', 'refused once'));
settled('a wrong password');
ok(logged('account_refused', 'wrong'), 'a wrong password: the account is refused');
is(metric('hongyan_account_refused{account="wrong"}'), 1, 'a wrong password: and the metric says so');
enqueue(make('not tried with a refused account', '86138', 'plain', 'en', 'refused no more'));
settled('a refused account');
is(outcomes('wrong', 'link_refused'), 1, 'a refused account: it is not tried again');

is_deeply([$kannel->stop], [0, 0], 'Kannel ends with status 0');
my $before = outcomes('good', 'temporary');
enqueue(map { make("while Kannel is away, $_", '86139', 'signed', 'zh-CN', "暂停$_") } 1 .. QUEUED);
ok(wait_for(sub { logged('account_down', 'good') || outcomes('good', 'temporary') > $before }), 'Kannel is away: the gateway notices');
$kannel->start('sms-outgoing-queue-limit' => 1);
settled('Kannel is back');

# Refused by its SMSC as too fast, Kannel keeps what it has, and takes no more.
$before = outcomes('good', 'temporary');
command($carrier, 'throttle on');
enqueue(map { make("while Kannel is full, $_", '86139', 'plain', 'en', "full $_") } 1 .. QUEUED);
ok(wait_for(sub { outcomes('good', 'temporary') > $before }), 'Kannel is full: its 503 is a temporary refusal') or $rig->tell_log('gateway');
command($carrier, 'throttle off');
settled('Kannel has room');

my @said = map { metric(qq(hongyan_callbacks_$_\{account="good"})) } qw(total later_total malformed_total);
is_deeply(\@said, [scalar @alerts, 0, 0], 'Kannel calls back once for each message') or $rig->tell_log('smsbox');
$rig->stop('gateway', 'TERM');
is($rig->{statuses}{gateway}, 0, 'the gateway ends with status 0') or $rig->tell_log('gateway');
$kannel->stop;
my ($summary, @messages) = finish($carrier);

# --- what was seen ---------------------------------------------------------------------------------------------------

subtest 'messages' => sub {
    my %messages;
    push @{ $messages{ $_->{to} } }, $_ for @messages;
    my @arriving = grep { $_->{end} eq 'delivered' } @alerts;
    is_deeply([sort keys %messages], [sort map { $_->{to} } @arriving], 'to these numbers and no other');
    for my $alert (@arriving) {
        my ($message, @more) = @{ $messages{ $alert->{to} } // [{}] };
        my $segments = segments_of($alert->{text});
        my %want = (text => $alert->{text}, encoding => encoding_of($alert->{text}), from => SOURCE, method => $segments > 1 ? 'udh8' : 'none');
        is_deeply({ map { $_ => $message->{$_} } keys %want }, \%want, "$alert->{name}: arrives as it should");
        cmp_ok($message->{segments} // 0, '>=', $segments, "$alert->{name}: in so many parts or more");
        is(scalar @more, 0, "$alert->{name}: and once");
    }
};

subtest 'events' => sub {
    my %events;
    push @{ $events{ $_->{id} } }, $_ for $rig->events;
    for my $alert (@alerts) {
        my ($accepted, @told) = @{ $events{ $alert->{alert}{id} } // [] };
        is_deeply([map { $_->{event} } $accepted // {}, @told], ['accepted', $alert->{end}], "$alert->{name}: accepted and $alert->{end}, once") or next;
        is_deeply([@$accepted{qw(account ambiguous)}], ['good', undef], "$alert->{name}: by the account");
        is_deeply($told[0]{refs}, $accepted->{refs}, "$alert->{name}: the receipt names it");
    }
    is($rig->redis('XLEN', "{hongyan}:$_"), 0, "nothing left in $_") for qw(dead alerts:urgent alerts:normal alerts:bulk ready);
    is($rig->redis('ZCARD', '{hongyan}:later'), 0, 'nothing left in later');
};
is_deeply([@$summary{qw(incomplete duplicates)}], [0, 0], 'the carrier has every part, and nothing twice');
my $refused = grep { $_->{end} eq 'undelivered' } @alerts;
is_deeply($summary->{violations}, { text_ucs2 => 2 * $refused }, 'the carrier found no mistake but the halves of pairs');

# The audit joins by number and text: a message has one id at the carrier and another at Kannel.
my $report = $rig->audit([map { { alert => $_->{alert}, text => $_->{text} } } @alerts], $carrier->{record_path});
my %faults = map { ($_->{id} => $_->{fault}) } @{ $report->{cases} };
my %want_faults = map { ($_->{alert}{id} => 'lost') } grep { $_->{end} eq 'undelivered' } @alerts;
is_deeply(\%faults, \%want_faults, 'the audit misses what the carrier has refused, and finds nothing else');
is_deeply([@$report{qw(produced accepted delivered undelivered pending drift)}], [scalar @alerts, @total{qw(accepted delivered undelivered)}, 0, 0], 'the audit counts all');

$rig->stop('redis', 'TERM');
done_testing();
