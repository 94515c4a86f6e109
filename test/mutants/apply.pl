#!/usr/bin/perl
# Read files of mutants: list them, or apply one to a tree.
#
# usage: apply.pl list FILE...               "name tests" of each, one a line
#        apply.pl apply NAME TREE FILE...    prints the path of the file that is changed
#
# A mutant is a paragraph of lines "key value"; a line that begins with white
# space goes on with the value before.
#
#   mutant   its name
#   file     the file to change
#   in       the function to change it in; the whole file if left out
#   replace  a piece of text; white space stands for any white space
#   with     what takes its place
#   test     "regress NAME", "isolation NAME", "pgtap NAME" or "tap NAME": what
#            must fail, at least one if several are named
use strict;
use warnings;

my @keys = qw(mutant file in replace with test);
my %known = map { $_ => 1 } @keys;

sub read_mutants
{
	my (@mutants, $mutant, $last);

	while (my $line = <>)
	{
		chomp $line;
		next if $line =~ /^#/;
		if ($line =~ /^\s*$/)
		{
			$mutant = undef;
		}
		elsif ($line =~ /^\s+(.*)/)
		{
			die "$ARGV:$.: nothing to go on with\n" if !$mutant;
			$mutant->{$last} .= "\n$1" if $last ne 'test';
			die "$ARGV:$.: a test is one line\n" if $last eq 'test';
		}
		else
		{
			my ($key, $value) = split ' ', $line, 2;

			die "$ARGV:$.: unknown key \"$key\"\n" if !$known{$key};
			push @mutants, $mutant = { test => [] } if !$mutant;
			if ($key eq 'test')
			{
				push @{ $mutant->{test} }, $value =~ s/ /\//r;
			}
			else
			{
				die "$ARGV:$.: \"$key\" twice\n" if defined $mutant->{$key};
				$mutant->{$key} = $value // '';
			}
			$last = $key;
		}
	}
	continue
	{
		close ARGV if eof;
		$mutant = undef if eof;
	}
	my %names;
	for my $mutant (@mutants)
	{
		for my $key (qw(mutant file replace with))
		{
			die 'mutant "' . ($mutant->{mutant} // '?') . "\" has no \"$key\"\n" if !defined $mutant->{$key};
		}
		die "mutant \"$mutant->{mutant}\" names no test\n" if !@{ $mutant->{test} };
		die "two mutants \"$mutant->{mutant}\"\n" if $names{ $mutant->{mutant} }++;
	}
	return @mutants;
}

# Change the text of a file; dies unless what is to be replaced is there once.
sub change
{
	my ($mutant, $text) = @_;
	my ($start, $end) = (0, length $text);
	my $pattern = join '\s+', map { quotemeta } split ' ', $mutant->{replace};
	my ($n, $at, $length) = (0);

	if (defined(my $function = $mutant->{in}))
	{
		my @starts;

		push @starts, $-[0] while $text =~ /^\Q$function\E\(/mg;
		die "function $function is there " . @starts . " times\n" if @starts != 1;
		$start = $starts[0];
		pos($text) = $start;
		$text =~ /^\}/mg or die "function $function does not end\n";
		$end = $-[0];
	}
	my $part = substr $text, $start, $end - $start;

	while ($part =~ /$pattern/g)
	{
		$n++;
		($at, $length) = ($-[0], $+[0] - $-[0]);
	}
	die "what is to be replaced is there $n times\n" if $n != 1;
	substr($text, $start + $at, $length) = $mutant->{with};
	return $text;
}

my $action = shift // '';
if ($action eq 'list')
{
	print join(' ', $_->{mutant}, @{ $_->{test} }), "\n" for read_mutants();
}
elsif ($action eq 'apply')
{
	my ($name, $tree) = splice @ARGV, 0, 2;
	my ($mutant) = grep { $_->{mutant} eq $name } read_mutants();
	die "no mutant \"$name\"\n" if !$mutant;
	my $path = "$tree/$mutant->{file}";

	open my $in, '<', $path or die "$mutant->{file}: $!\n";
	my $text = change($mutant, do { local $/; <$in> });
	open my $out, '>', $path or die "$mutant->{file}: $!\n";
	print $out $text;
	close $out or die "$mutant->{file}: $!\n";
	print "$mutant->{file}\n";
}
else
{
	die "usage: apply.pl list FILE... | apply NAME TREE FILE...\n";
}
