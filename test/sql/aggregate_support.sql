-- What an aggregate calls may be core's and yet look at settings: an aggregate is
-- called IMMUTABLE all the same, even core's jsonb_object_agg. Or it may yield
-- a domain, whose constraints change. Views that store such values answer nothing.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA aggregate_support;
SET search_path = aggregate_support, public;
CREATE TABLE t (k int, ts timestamptz, x text);
INSERT INTO t VALUES (1, '2020-01-01 00:00+00', 'a'), (1, '2020-01-02 00:00+00', 'b');
CREATE DOMAIN small AS int CHECK (value < 10);
CREATE FUNCTION shrink(int) RETURNS small IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION add_small(small, int) RETURNS small IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN coalesce($1, 0) + $2; END';
CREATE FUNCTION plain(small) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE AGGREGATE listed(timestamptz) (SFUNC = textanycat, STYPE = text, INITCOND = '');
CREATE AGGREGATE as_json(timestamptz) (SFUNC = array_append, STYPE = timestamptz[], FINALFUNC = to_json);
CREATE AGGREGATE identifier(text) (SFUNC = textcat, STYPE = text, INITCOND = '', FINALFUNC = quote_ident);
CREATE AGGREGATE shrunk(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0', FINALFUNC = shrink);
CREATE AGGREGATE summed(int) (SFUNC = add_small, STYPE = small, FINALFUNC = plain);
CREATE AGGREGATE joined(text) (SFUNC = textcat, STYPE = text, INITCOND = '', FINALFUNC = upper);
CREATE TABLE queries (n serial, query text);
INSERT INTO queries (query) SELECT format('SELECT k, %s AS a FROM t GROUP BY k', call)
  FROM unnest('{jsonb_object_agg(x\, ts),listed(ts),as_json(ts),identifier(x),shrunk(k),summed(k),joined(x)}'::text[]) AS call;
SELECT format('CREATE MATERIALIZED VIEW mv%s AS %s', n, query) FROM queries ORDER BY n \gexec
SET TimeZone = 'Asia/Tokyo';
SET quote_all_identifiers = on;
SELECT query, pg_temp.compare(query) FROM queries ORDER BY n;
DROP SCHEMA aggregate_support CASCADE;
