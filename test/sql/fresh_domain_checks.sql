-- A function's text names a domain, whose CHECK calls another function, which is
-- replaced: what the first returns is something else from then on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
RESET client_min_messages;
CREATE SCHEMA dm;
CREATE FUNCTION dm.chk(int) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 >= 0; END';
CREATE DOMAIN dm.dom AS int CHECK (dm.chk(VALUE));
CREATE DOMAIN dm.over AS dm.dom;
CREATE TYPE dm.pair AS (a int, b dm.over[]);
CREATE FUNCTION dm.g(int) RETURNS int IMMUTABLE LANGUAGE plpgsql SET search_path = dm, pg_temp AS
  'DECLARE x dm.dom; BEGIN x := $1; RETURN x; EXCEPTION WHEN check_violation THEN RETURN -1; END';
CREATE FUNCTION dm.h(int) RETURNS int IMMUTABLE LANGUAGE plpgsql SET search_path = dm, pg_temp AS
  'DECLARE x dm.pair; BEGIN x.b := ARRAY[$1]; RETURN x.b[1]; EXCEPTION WHEN check_violation THEN RETURN -1; END';
CREATE FUNCTION dm.parsed(int) RETURNS int IMMUTABLE LANGUAGE sql BEGIN ATOMIC SELECT ($1::dm.over)::int; END;
CREATE TABLE dm.t (k int, v int);
INSERT INTO dm.t SELECT i % 5, i FROM generate_series(1, 200) i;
CREATE MATERIALIZED VIEW dm.mg AS SELECT dm.g(k) AS x, max(v) AS m FROM dm.t GROUP BY 1;
CREATE MATERIALIZED VIEW dm.mh AS SELECT dm.h(k) AS x, max(v) AS m FROM dm.t GROUP BY 1;
CREATE MATERIALIZED VIEW dm.mparsed AS SELECT dm.parsed(k) AS x, max(v) AS m FROM dm.t GROUP BY 1;
CREATE MATERIALIZED VIEW dm.mi WITH (aqumv.incremental) AS SELECT dm.g(k) AS x, sum(v) AS s FROM dm.t GROUP BY 1;
SELECT view, usable FROM aqumv.views WHERE base = 'dm.t'::regclass ORDER BY 1;
CREATE OR REPLACE FUNCTION dm.chk(int) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 < 3; END';
SELECT view, usable FROM aqumv.views WHERE base = 'dm.t'::regclass ORDER BY 1;
-- or a type, values of which a user's function compares
CREATE FUNCTION dm.cmp(int, int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN btint4cmp($1, $2); END';
CREATE OPERATOR CLASS dm.ops FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 dm.cmp(int, int);
CREATE TYPE dm.range AS RANGE (subtype = int, subtype_opclass = dm.ops);
CREATE FUNCTION dm.within(int) RETURNS bool IMMUTABLE LANGUAGE plpgsql SET search_path = dm, pg_temp AS 'BEGIN RETURN dm.range($1, 7) @> 3; END';
CREATE TABLE dm.u AS SELECT i % 5 AS k FROM generate_series(1, 50) i;
CREATE MATERIALIZED VIEW dm.mwithin AS SELECT dm.within(k) AS x, count(*) AS n FROM dm.u GROUP BY 1;
SELECT view, usable FROM aqumv.views WHERE base = 'dm.u'::regclass;
CREATE OR REPLACE FUNCTION dm.cmp(int, int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 0; END';
SELECT view, usable FROM aqumv.views WHERE base = 'dm.u'::regclass;
SET client_min_messages = warning;
DROP SCHEMA dm CASCADE;
