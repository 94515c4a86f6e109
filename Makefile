# aqumv: answer queries from materialized views, exactly

EXTENSION = aqumv
MODULE_big = aqumv
DATA = sql/aqumv--0.1.0.sql
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))
PG_CPPFLAGS = -I$(srcdir)/src
# What one file calls in another is found by the linker, not through the table
# of what others may replace (PostgreSQL 16 and newer hide such names anyway).
PG_CFLAGS = -fno-semantic-interposition
SHLIB_LINK = -Wl,-Bsymbolic-functions
PGFILEDESC = "aqumv - answer queries from materialized views"

# "make installcheck" tests what is installed, on servers of its own (so not
# as root); test/check.sh runs it and more.
REGRESS := $(sort $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --temp-instance=tmp_check_regress --temp-config=test/aqumv.conf
ISOLATION := $(sort $(patsubst test/specs/%.spec,%,$(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test --outputdir=. --temp-instance=tmp_check_iso --temp-config=test/aqumv.conf
TAP_TESTS := $(sort $(wildcard test/t/*.pl))
PROVE_TESTS = $(TAP_TESTS)
NO_LOCALE = 1
ENCODING = UTF8

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(OBJS): $(wildcard src/*.h src/*/*.h)
