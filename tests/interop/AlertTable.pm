# SPDX-License-Identifier: Apache-2.0
package AlertTable;
# Alerts whose texts lie on every edge of the encodings, and what must arrive of each. The expectations are made here from
# the 3GPP tables (through Encode), not by the gateway's own code.
use strict;
use warnings;
use utf8;
use Encode qw(encode);
use Exporter qw(import);

our @EXPORT_OK = qw(templates accounts alerts encoding_of units_of segments_of);

use constant { SIGNATURE => '国网吉林电力', SOURCE => '10690001', THROTTLED => '0099', BUSY => '0098' };

# A letter from each corner of the default alphabet, and its whole extension table but form feed, which texts may not hold.
my $basic = "\@£\$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!\"#¤%&'()*+,-./09:;<=>?¡AZÄÖÑÜ§¿azäöñüà";
my $extension = '^{}\\[~]|€';
my $family = "\x{1F468}\x{200D}\x{1F469}\x{200D}\x{1F467}\x{200D}\x{1F466}";    # 4 people and 3 joiners: 11 units

# name => text of the template; “text” is what the alert brings, unchanged.
sub templates {
    my $param = "参数 text 文字 内容 示例=x 最长=2000 多行\n---\n{{text}}\n";
    my $param_en = "param text text text sample=x max=2000 multiline\n---\n{{text}}\n";
    return (
        'plain.tmpl' => "标题: 原文\n类别: 通知\n签名: 无\n$param",
        'plain.en.tmpl' => "title: Plain\nclass: notice\nsignature: none\n$param_en",
        'signed.tmpl' => "标题: 带签名\n类别: 通知\n$param",
        'signed.en.tmpl' => "title: Plain\nclass: notice\nsignature: none\n$param_en",
    );
}

# Each account cuts long texts in its own way; the number tells the route.
sub accounts {
    return (
        { name => 'a-udh8', system_id => 'udh8', concat => 'udh8', prefix => '86139', binds => 2, validity => 'none' },
        { name => 'b-udh16', system_id => 'udh16', concat => 'udh16', prefix => '86138', binds => 1, validity => 'relative' },
        { name => 'c-sar', system_id => 'sar', concat => 'sar', prefix => '86137', binds => 1, validity => 'absolute' },
        { name => 'd-payload', system_id => 'payload', concat => 'payload', prefix => '86136', binds => 1, validity => 'none' },
    );
}

# --- what a text costs ----------------------------------------------------------------------------------------------

my %septets;    # of a character; 0 where the GSM alphabet lacks it

# Units of each character: septets where the whole text is in the GSM alphabet, else UTF-16 units; and which.
sub unit_list {
    my ($text) = @_;
    my @chars = split //, $text;
    my @units = map { $septets{$_} //= length(eval { encode('gsm0338', "$_", Encode::FB_CROAK) } // '') } @chars;
    return ('GSM7', @units) unless grep { !$_ } @units;
    return ('UCS2', map { ord > 0xFFFF ? 2 : 1 } @chars);
}

sub encoding_of { return (unit_list($_[0]))[0] }

sub units_of {
    my ($encoding, @units) = unit_list($_[0]);
    my $sum = 0;
    $sum += $_ for @units;
    return $sum;
}

# Segments where nothing but pairs must stay whole: 23.040 §9.2.3.24.1 and .8, 23.038 §6.1.2.
sub segments_of {
    my ($text, $is_ref16) = @_;
    my ($encoding, @units) = unit_list($text);
    my ($alone, $part) = $encoding eq 'GSM7' ? (160, 153) : (70, 67);
    $part-- if $is_ref16;
    return length $text ? 1 : 0 if units_of($text) <= $alone;
    my ($segments, $used) = (1, 0);
    for my $units (@units) {
        ($segments, $used) = ($segments + 1, 0) if $used + $units > $part;
        $used += $units;
    }
    return $segments;
}

# --- the alerts -----------------------------------------------------------------------------------------------------

# A text that begins with its number, so that no two are alike, and has so many units, all of one filler.
sub filled {
    my ($label, $filler, $units) = @_;
    my $left = $units - units_of($label);
    my $each = units_of("$label$filler") - units_of($label);
    my $text = $label . $filler x int($left / $each);
    return $text . '-' x ($left % $each);
}

# [name, template, locale, text]; the label makes it unlike all others.
sub texts {
    my ($label) = @_;
    return (
        ['ASCII', 'plain', 'en', "$label: your balance is CNY 19.53."],
        ['default alphabet', 'signed', 'en', "$label$basic"],
        ['extension table', 'signed', 'en', "$label$extension"],
        ['line feed', 'plain', 'en', "$label\nsecond line"],
        ['GSM-7, full', 'plain', 'en', filled($label, 'g', 160)],
        ['GSM-7, one too many', 'plain', 'en', filled($label, 'h', 161)],
        ['GSM-7, two parts full with 8 bits', 'plain', 'en', filled($label, 'i', 306)],
        ['GSM-7, two parts full with 16 bits', 'plain', 'en', filled($label, 'j', 304)],
        ['GSM-7, three parts', 'plain', 'en', filled($label, 'k', 307)],
        ['extension, full', 'plain', 'en', filled($label, '€', 160)],
        ['extension, across the cut', 'plain', 'en', filled($label, 'l', 152) . '€' . 'm' x 30],
        ['extension, across the other cut', 'plain', 'en', filled($label, 'n', 151) . '{' . 'o' x 30],
        ['extension, many parts', 'plain', 'en', filled($label, '€', 700)],
        ['GSM-7 by a Chinese template', 'plain', 'zh-CN', "$label no Chinese here"],
        ['signed, short', 'signed', 'zh-CN', "${label}您家电费余额为19.53元。"],
        ['signed, long', 'signed', 'zh-CN', $label . '为避免欠费停电，请您及时补充余额。' x 9],
        ['UCS-2, full', 'plain', 'zh-CN', filled($label, '电', 70)],
        ['UCS-2, one too many', 'plain', 'zh-CN', filled($label, '费', 71)],
        ['UCS-2, two parts full with 8 bits', 'plain', 'zh-CN', filled($label, '余', 134)],
        ['UCS-2, two parts full with 16 bits', 'plain', 'zh-CN', filled($label, '额', 132)],
        ['UCS-2, three parts', 'plain', 'zh-CN', filled($label, '停', 135)],
        ['UCS-2, ten parts', 'plain', 'zh-CN', filled($label, '缴', 660)],
        ['emoji', 'plain', 'zh-CN', "$label\x{1F600}\x{26A1}"],
        ['surrogates, full', 'plain', 'zh-CN', filled($label, "\x{1F600}", 70)],
        ['surrogates, across the cut', 'plain', 'zh-CN', filled($label, '补', 66) . "\x{1F600}" . '充' x 20],
        ['surrogates, across the other cut', 'plain', 'zh-CN', filled($label, '补', 65) . "\x{1F600}" . '充' x 20],
        ['a family across the cut', 'plain', 'zh-CN', filled($label, '家', 60) . $family . '人' x 20],
        ['one letter that is not in the alphabet', 'plain', 'en', "${label}ç" . 'p' x 80],
        ['UCS-2, NUL and FF octets', 'plain', 'zh-CN', "$label\x{0100}\x{FF00}\x{4E00}\x{FFFD}"],
    );
}

# So many rounds of all texts on every account, as {id, lane, alert, to, text, encoding, segments, account, name}.
sub alerts {
    my ($rounds, $expires_at) = @_;
    my (@alerts, %count);
    for my $round (1 .. $rounds) {
        for my $account (accounts()) {
            my @texts = texts(sprintf '%s%d ', $account->{concat}, $round);
            for my $row (@texts) {
                my ($name, $template, $locale, $text) = @$row;
                my $to = sprintf '%s%08d', $account->{prefix}, ++$count{ $account->{name} };
                push @alerts, alert_of($account, $round, $to, "$name, round $round", $template, $locale, $text, $expires_at);
            }
            # Numbers that the SMSC refuses once, each in its own way.
            push @alerts, alert_of($account, $round, "$account->{prefix}0000$_", "number ending in $_", 'plain', 'en', "refused once $_",
                $expires_at)
                for $round == 1 ? (THROTTLED, BUSY) : ();
        }
    }
    return @alerts;
}

my @lanes = qw(urgent normal bulk);

sub alert_of {
    my ($account, $round, $to, $name, $template, $locale, $text, $expires_at) = @_;
    my $id = "$account->{name}-$to";
    my $arrives = $template eq 'signed' && $locale ne 'en' ? '【' . SIGNATURE . "】$text" : $text;
    my $segments = segments_of($arrives, $account->{concat} eq 'udh16');
    return {
        name => "$account->{name}: $name", round => $round, id => $id, to => $to, text => $arrives, account => $account,
        lane => $lanes[$to % @lanes], encoding => encoding_of($arrives), billed => $segments,
        segments => $account->{concat} eq 'payload' ? 1 : $segments,
        alert => {
            id => $id, to => "+$to", template => $template, params => { text => $text }, locale => $locale,
            $account->{validity} eq 'none' ? () : (expires_at => $expires_at),
        },
    };
}

1;
