# A node that one psql talks to, from the first statement of a test to the last: to
# start a psql takes longer than most of what tests ask of it.  Every call is a
# session of its own all the same; the last one stays, with nothing left in it.
package AqumvNode;

use strict;
use warnings;
use Fcntl;
use IO::Select;
use IPC::Open3;
use PostgreSQL::Test::Cluster;
use Symbol 'gensym';
use Test::More;
use Time::HiRes 'usleep';

our @ISA = ('PostgreSQL::Test::Cluster');

my $shell;    # the psql: pid, in, out, err; undef while there is none
my $calls = 0;

sub start_shell
{
	my ($self) = @_;
	my ($in, $out, $err) = (undef, undef, gensym);
	my $pid = open3($in, $out, $err, $self->installed_command('psql'), '-XAtq', '-f', '-', '-d', $self->connstr('postgres'));

	fcntl($in, F_SETFL, fcntl($in, F_GETFL, 0) | O_NONBLOCK);
	return { pid => $pid, in => $in, out => $out, err => $err, env => environment() };
}

# What psql looks at when it starts.
sub environment { return join "\n", $$, map { "$_=$ENV{$_}" } sort grep { /^PG(?!HOST|PORT)/ } keys %ENV }

sub end_shell
{
	return if !defined $shell;
	close $shell->{$_} for qw(in out err);
	waitpid $shell->{pid}, 0;
	undef $shell;
}

# Send text; returns what comes on stdout and stderr until a mark is seen on both,
# or psql has ended.
sub exchange
{
	my ($text, $mark) = @_;
	my %got = (out => '', err => '');
	my %open = map { $_ => 1 } qw(out err);
	local $SIG{PIPE} = 'IGNORE';

	while (grep { $open{$_} && $got{$_} !~ /^\Q$mark\E\n/m } qw(out err))
	{
		my ($readable, $writable) = IO::Select->select(
			IO::Select->new(map { $shell->{$_} } grep { $open{$_} } qw(out err)),
			length $text ? IO::Select->new($shell->{in}) : undef);

		if (@$writable)
		{
			my $sent = syswrite $shell->{in}, $text;
			$text = defined $sent ? substr $text, $sent : '';
		}
		for my $stream (grep { $open{$_} } qw(out err))
		{
			next if !grep { $_ == $shell->{$stream} } @$readable;
			$open{$stream} = sysread $shell->{$stream}, $got{$stream}, 65536, length $got{$stream};
		}
	}
	my $ended = !$open{out} || !$open{err};
	s/^\Q$mark\E\n.*//ms for values %got;
	end_shell() if $ended;
	return ($ended, @got{qw(out err)});
}

# Run SQL in a session of its own; returns whether psql has given up, and its output.
sub in_session
{
	my ($self, $dbname, $sql) = @_;
	my ($begin, $end) = map { "$_ of call $$." . $calls } qw(begin end);

	$calls++;
	$shell = undef if defined $shell && $shell->{env} !~ /^$$\n/;    # our parent's
	end_shell() if defined $shell && $shell->{env} ne environment();
	$shell = start_shell($self) if !defined $shell;
	my $connstr = $self->connstr($dbname);
	my ($failed, $out, $err) = exchange(<<"TEXT", $end);
\\set ECHO none
\\set VERBOSITY default
\\set AUTOCOMMIT on
\\echo $begin
\\warn $begin
\\set ON_ERROR_STOP 1
\\connect "$connstr"
$sql
;
\\echo $end
\\warn $end
\\set ON_ERROR_STOP 0
ROLLBACK;
DISCARD ALL;
TEXT
	# it ended before, together with the server that it was connected to
	return $self->in_session($dbname, $sql) if $err !~ s/.*^\Q$begin\E\n//ms;
	$out =~ s/.*^\Q$begin\E\n//ms;
	chomp($out, $err);
	return ($failed, $out, $err);
}

sub safe_psql
{
	my ($self, $dbname, $sql, %params) = @_;

	return $self->SUPER::safe_psql($dbname, $sql, %params) if %params;
	my ($failed, $out, $err) = $self->in_session($dbname, $sql);
	die "error running SQL: '$err' with sql '$sql'" if $failed;
	print "#### Begin standard error\n$err\n#### End standard error\n" if $err ne '';
	return $out;
}

sub poll_query_until
{
	my ($self, $dbname, $query, $expected) = @_;
	my ($out, $err, $failed);

	return $self->SUPER::poll_query_until($dbname, $query, $expected) if !defined $query;
	$expected //= 't';
	for (1 .. 20 * $PostgreSQL::Test::Utils::timeout_default)
	{
		($failed, $out, $err) = $self->in_session($dbname, $query);
		return 1 if $out eq $expected && $err eq '';
		usleep(50_000);
	}
	diag "poll_query_until timed out: $query\nexpecting: $expected\nlast output: $out\nwith stderr: $err";
	return 0;
}

END { my $status = $?; end_shell(); $? = $status }

1;
