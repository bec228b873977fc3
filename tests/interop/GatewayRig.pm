# SPDX-License-Identifier: Apache-2.0
package GatewayRig;
# A gateway with a private Redis in a folder of its own, and what tests do with it: enqueue, read events, wait, stop.
# Every process that was started is ended by its id.
use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter qw(import);
use File::Temp qw(tempdir);
use FindBin;
use IO::Select;
use IPC::Open2;
use JSON::PP;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(sleep time);
use lib "$FindBin::Bin/../../bench/report";
use RedisSocket;

our @EXPORT_OK = qw(DEADLINE_S wait_for lines_of);

use constant { DEADLINE_S => 15, POLL_S => 0.01, LOG_LINES => 30 };

my $json = JSON::PP->new->utf8->canonical;
my %alive;    # process => its name
END { local $?; kill KILL => keys %alive if %alive }

# Polls until the code returns true; its value, or undef after the deadline.
sub wait_for {
    my ($code, $deadline_s) = @_;
    my $give_up = time + ($deadline_s // DEADLINE_S);
    while (1) {
        my $value = $code->();
        return $value if $value;
        return undef if time > $give_up;
        sleep POLL_S;
    }
}

# All whole lines of a file of JSON lines that others write; each is read once.
my %read;    # path => what has been read of it

sub lines_of {
    my ($path) = @_;
    my $read = $read{$path} //= { offset => 0, lines => [] };
    open my $file, '<:raw', $path or return;
    seek $file, $read->{offset}, 0;
    my $text = do { local $/; <$file> } // '';
    $text =~ s/[^\n]*\z//;
    $read->{offset} += length $text;
    push @{ $read->{lines} }, map { $json->decode($_) } split /\n/, $text;
    return @{ $read->{lines} };
}

# --- processes -------------------------------------------------------------------------------------------------------

sub new {
    my ($class, $gateway) = @_;
    my $self = bless { gateway => abs_path($gateway), dir => tempdir('hongyan-interop.XXXXXX', TMPDIR => 1, CLEANUP => 1) }, $class;
    mkdir "$self->{dir}/templates" or die "cannot make $self->{dir}/templates: $!\n";
    return $self;
}

# Runs code in a process of its own with its output in NAME.log.
sub spawn_code {
    my ($self, $name, $code) = @_;
    my $pid = fork // die "cannot fork: $!\n";
    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$self->{dir}/$name.log";
        open STDERR, '>&', \*STDOUT;
        eval { $code->() };
        print STDERR $@;
        POSIX::_exit(127);    # past what the parent does at its end
    }
    $alive{$pid} = $name;
    return $self->{pids}{$name} = $pid;
}

# Starts a program with its output in NAME.log.
sub spawn {
    my ($self, $name, @command) = @_;
    return $self->spawn_code($name, sub { exec { $command[0] } @command or die "cannot start $command[0]: $!\n" });
}

# Starts a program that is commanded by lines: a JSON line each way. Its stderr goes to NAME.log.
sub spawn_commanded {
    my ($self, $name, @command) = @_;
    my $pid = open2(my $from, my $to, 'sh', '-c', 'exec "$@" 2>>"$0"', "$self->{dir}/$name.log", @command);
    $alive{$pid} = $name;
    $self->{pids}{$name} = $pid;
    $self->{pipes}{$name} = { from => $from, to => $to, rest => '' };
    return $pid;
}

# The next line that a commanded program says, decoded; undef at its end or after the deadline.
sub answer {
    my ($self, $name) = @_;
    my $pipe = $self->{pipes}{$name};
    while ($pipe->{rest} !~ /\n/) {
        IO::Select->new($pipe->{from})->can_read(DEADLINE_S) or return undef;
        sysread $pipe->{from}, $pipe->{rest}, 65536, length $pipe->{rest} or return undef;
    }
    $pipe->{rest} =~ s/\A([^\n]*)\n//;
    return $json->decode($1);
}

sub command {
    my ($self, $name, $line) = @_;
    syswrite $self->{pipes}{$name}{to}, "$line\n";
    return $self->answer($name);
}

sub is_alive {
    my ($self, $name) = @_;
    my $pid = $self->{pids}{$name} or return 0;
    return 1 if waitpid($pid, WNOHANG) == 0;
    $self->{statuses}{$name} //= $?;
    delete $alive{$pid};
    delete $self->{pids}{$name};
    return 0;
}

# Sends a signal (or none, where the program ends by itself) and waits; its exit status, or undef where it had to be killed.
sub stop {
    my ($self, $name, $signal) = @_;
    my $pid = $self->{pids}{$name} or return $self->{statuses}{$name};
    kill $signal => $pid if $signal && $self->is_alive($name);
    my $ended = wait_for(sub { !$self->is_alive($name) });
    return $self->{statuses}{$name} if $ended;
    kill KILL => $pid;
    waitpid $pid, 0;
    delete $alive{$pid};
    delete $self->{pids}{$name};
    return undef;
}

# The end of a program's log, for a failed test.
sub tell_log {
    my ($self, $name) = @_;
    open my $file, '<', "$self->{dir}/$name.log" or return diag("$name wrote no log");
    my @lines = <$file>;
    splice @lines, 0, @lines - LOG_LINES if @lines > LOG_LINES;
    diag("$name.log ends:\n", @lines);
}

# --- the gateway and its queue ---------------------------------------------------------------------------------------

sub start_redis {
    my ($self) = @_;
    my $socket = "$self->{dir}/redis.sock";
    $self->spawn('redis', 'redis-server', '--port', 0, '--unixsocket', $socket, '--dir', $self->{dir}, '--save', '', '--appendonly', 'no');
    $self->{redis} = wait_for(sub { -S $socket && eval { RedisSocket->open($socket) } });
    return if $self->{redis} && ($self->redis('PING') // '') eq 'PONG';
    $self->tell_log('redis');
    BAIL_OUT('redis-server does not start');
}

sub redis {
    my ($self, @words) = @_;
    my ($answer) = $self->{redis}->ask([@words]);
    die "Redis refuses @words: $$answer\n" if ref $answer eq 'SCALAR';
    return $answer;
}

sub write_template {
    my ($self, $name, $text) = @_;
    open my $file, '>:encoding(UTF-8)', "$self->{dir}/templates/$name" or die "cannot write template $name: $!\n";
    print $file $text;
    close $file or die "cannot write template $name: $!\n";
}

# settings: what is not about Redis, templates and admin, as JSON has it (the gateway reads JSON where it reads YAML).
sub start_gateway {
    my ($self, $settings) = @_;
    my %config = (
        redis => { url => "unix://$self->{dir}/redis.sock" },
        templates => { dir => "$self->{dir}/templates" },
        admin => { listen => '127.0.0.1:0' },
        instance => { name => 'interop', lock_file => "$self->{dir}/gateway.lock" },
        %$settings,
    );
    open my $file, '>:raw', "$self->{dir}/hongyan.json" or die "cannot write the configuration: $!\n";
    print $file $json->encode(\%config);
    close $file or die "cannot write the configuration: $!\n";
    $self->spawn('gateway', $self->{gateway}, 'serve', '--config', "$self->{dir}/hongyan.json");
}

# alerts: [lane, alert as a hash].
sub enqueue {
    my ($self, @alerts) = @_;
    my @commands = map { ['XADD', "{hongyan}:alerts:$$_[0]", '*', 'alert', $json->encode($$_[1])] } @alerts;
    for my $answer ($self->{redis}->ask(@commands)) { ref $answer and die "Redis refuses an alert: $$answer\n" }
}

# All events so far, oldest first.
sub events {
    my ($self) = @_;
    my @entries = @{ $self->redis('XRANGE', '{hongyan}:events', $self->{event_from} // '-', '+') // [] };
    for (@entries) {
        my ($id, $fields) = @$_;
        my %fields = @$fields;
        push @{ $self->{events} }, map { $json->decode($_) } split /\n/, $fields{events};
        $self->{event_from} = "($id";
    }
    return @{ $self->{events} // [] };
}

# Waits until the events hold so many of each name; true where they do. Otherwise says how many there are.
sub await_events {
    my ($self, %want) = @_;
    my %have;
    my $met = wait_for(sub {
        %have = ();
        $have{ $_->{event} }++ for $self->events;
        return !grep { ($have{$_} // 0) < $want{$_} } keys %want;
    });
    diag('events so far: ', join ', ', map { "$_ $have{$_}" } sort keys %have) unless $met;
    return $met;
}

# What “hongyan audit” says of the queue, of what was produced (hashes with alert and text) and of a carrier's record.
sub audit {
    my ($self, $produced, $record) = @_;
    my $path = "$self->{dir}/produced.jsonl";
    open my $file, '>:raw', $path or die "cannot write $path: $!\n";
    print $file $json->encode($_), "\n" for @$produced;
    close $file or die "cannot write $path: $!\n";
    open my $from, '-|', $self->{gateway}, 'audit', '--json', '--produced', $path, '--carrier', $record, '--redis', "unix://$self->{dir}/redis.sock"
        or die "cannot start the audit: $!\n";
    my $report = do { local $/; <$from> };
    close $from;
    return { %{ $json->decode($report) }, exit => $? >> 8 };
}

1;
