# SPDX-License-Identifier: Apache-2.0
package Kannel;
# A Kannel of one's own in the rig's folder: bearerbox, bound to an SMSC by SMPP, and smsbox, which takes requests over HTTP.
use strict;
use warnings;
use Exporter qw(import);
use HTTP::Tiny;
use IO::Socket::INET;
use Test::More;
use GatewayRig qw(wait_for);

our @EXPORT_OK = qw(free_ports);

use constant { START_S => 60, USER => 'hongyan', PASSWORD => 'kannel-secret', STATUS_PASSWORD => 'status', PATHS => [qw(/usr/sbin /usr/local/sbin)] };

# So many ports of 127.0.0.1 that nobody listens at, all different.
sub free_ports {
    my ($count) = @_;
    my @sockets = map { IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 1) // die "no free port: $!\n" } 1 .. $count;
    return map { $_->sockport } @sockets;
}

# Where a program of Kannel is; undef where it is not installed. Its folder is not in everybody's PATH.
sub program_path {
    my ($name) = @_;
    return (grep { -x } map { "$_/$name" } split(/:/, $ENV{PATH}), @{ +PATHS })[0];
}

sub new {
    my ($class, $rig, $smsc_port) = @_;
    my $self = bless { rig => $rig, smsc_port => $smsc_port }, $class;
    @$self{qw(admin_port box_port send_port)} = free_ports(3);
    $self->{$_} = program_path($_) // return undef for qw(bearerbox smsbox);
    return $self;
}

sub url { return "http://127.0.0.1:$_[0]{send_port}/cgi-bin/sendsms" }

# Groups in their order; in each its name comes first. bearerbox wants core first.
sub write_configuration {
    my ($self, %core) = @_;
    my $local = '127.0.0.1';
    my @groups = (
        [core => 'admin-port' => $self->{admin_port}, 'admin-interface' => $local, 'admin-password' => 'admin',
            'status-password' => STATUS_PASSWORD, 'smsbox-port' => $self->{box_port}, 'smsbox-interface' => $local, 'box-allow-ip' => $local,
            'box-deny-ip' => '*.*.*.*', 'dlr-storage' => 'internal', 'sms-resend-freq' => 1, %core],
        [smsc => smsc => 'smpp', 'smsc-id' => 'fake', host => $local, port => $self->{smsc_port}, 'transceiver-mode' => 'true',
            'smsc-username' => 'kannel', 'smsc-password' => 'secret', 'system-type' => 'VMA', 'reconnect-delay' => 1,
            'source-addr-ton' => 0, 'source-addr-npi' => 1, 'dest-addr-ton' => 1, 'dest-addr-npi' => 1],
        [smsbox => 'bearerbox-host' => $local, 'sendsms-port' => $self->{send_port}, 'sendsms-interface' => $local, 'http-request-retry' => 3,
            'http-queue-delay' => 1],
        ['sendsms-user' => username => USER, password => PASSWORD, 'max-messages' => 10, concatenation => 'true'],
        ['sms-service' => keyword => 'default', 'max-messages' => 0, text => ''],
    );
    my $path = "$self->{rig}{dir}/kannel.conf";
    open my $file, '>', $path or die "cannot write $path: $!\n";
    for (@groups) {
        my ($name, @settings) = @$_;
        print $file "group = $name\n";
        while (my ($key, $value) = splice @settings, 0, 2) { print $file qq($key = "$value"\n) }
        print $file "\n";
    }
    close $file or die "cannot write $path: $!\n";
    return $path;
}

# What bearerbox says of itself, as XML; empty while it does not answer.
sub status {
    my ($self) = @_;
    my $answer = HTTP::Tiny->new(timeout => 1, proxy => undef)->get("http://127.0.0.1:$self->{admin_port}/status.xml?password=" . STATUS_PASSWORD);
    return $answer->{success} ? $answer->{content} : '';
}

# Starts both, with further settings of the core group, and waits until the SMSC has taken the bind and bearerbox the smsbox,
# which listens for requests before it asks for that.
sub start {
    my ($self, %core) = @_;
    my $path = $self->write_configuration(%core);
    $self->{rig}->spawn('bearerbox', $self->{bearerbox}, '-v', 1, $path);
    $self->await('bearerbox', qr{<status>online});
    $self->{rig}->spawn('smsbox', $self->{smsbox}, '-v', 0, $path);
    $self->await('smsbox', qr{<type>smsbox</type>});
}

# Waits until the status shows that a program is ready; ends the test where it does not become so.
sub await {
    my ($self, $name, $is_ready) = @_;
    wait_for(sub { $self->status =~ $is_ready || !$self->{rig}->is_alive($name) }, START_S);
    my $is_alive = $self->{rig}->is_alive($name);
    my $status = $self->status;
    return if $is_alive && $status =~ $is_ready;
    $self->{rig}->tell_log($_) for qw(bearerbox smsbox);
    BAIL_OUT("Kannel's $name " . ($is_alive ? "does not get ready; bearerbox says: $status" : 'ends at its start'));
}

# Ends bearerbox; smsbox ends by itself when it has lost it. Their exit statuses.
sub stop {
    my ($self) = @_;
    return map { $self->{rig}->stop(@$_) } ['bearerbox', 'TERM'], ['smsbox'];
}

1;
