-- Grouped views whose key is char(n): trailing blanks are equal to none, in
-- bpchar without a length they are stored.  Were the code wrong, octet_length()
-- of the key would be that of the value that the view holds.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA match_keys_bpchar;
SET search_path = match_keys_bpchar, public;
CREATE DOMAIN code AS bpchar;
CREATE TABLE ev (b bpchar, c char(4), d code, v int);
INSERT INTO ev SELECT x, rtrim(x), x, i
  FROM unnest(ARRAY['a', 'a ', 'b ', 'b', 'a  ', NULL]) WITH ORDINALITY AS u(x, i);

CREATE MATERIALIZED VIEW mv AS SELECT b, count(*) FROM ev GROUP BY b;
SELECT pg_temp.compare('SELECT count(*) FROM ev GROUP BY b');
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE b = 'a   ' GROUP BY b$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE b >= 'a' AND b IN ('b', 'c') GROUP BY b$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE octet_length(b) = 2 GROUP BY b$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE b LIKE 'a_' GROUP BY b$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE b = 'a'::text GROUP BY b$$);
SELECT pg_temp.compare($$SELECT b || '|', count(*) FROM ev GROUP BY b HAVING b = 'x'$$);
DROP MATERIALIZED VIEW mv;

CREATE MATERIALIZED VIEW mv AS SELECT c, count(*) FROM ev GROUP BY c;
SELECT pg_temp.compare('SELECT c, count(*) FROM ev GROUP BY c');
SELECT pg_temp.compare($$SELECT c, count(*) FROM ev WHERE c = 'a' GROUP BY c$$);
SELECT pg_temp.compare($$SELECT c || '|', count(*) FROM ev GROUP BY c$$);
DROP MATERIALIZED VIEW mv;

-- a domain over it
CREATE MATERIALIZED VIEW mv AS SELECT d, count(*) FROM ev GROUP BY d;
SELECT pg_temp.compare('SELECT count(*) FROM ev GROUP BY d');
SELECT pg_temp.compare($$SELECT octet_length(d), count(*) FROM ev WHERE octet_length(d) = 2 GROUP BY d$$);
DROP MATERIALIZED VIEW mv;

-- plain rows
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE b = 'a';
SELECT pg_temp.compare($$SELECT b, octet_length(b), c, d FROM ev WHERE b = 'a'$$);
SELECT pg_temp.compare($$SELECT b, octet_length(b) FROM ev WHERE b = 'a  ' AND octet_length(b) > 1$$);
SELECT pg_temp.compare($$SELECT b FROM ev WHERE b = 'a'::text$$);

DROP SCHEMA match_keys_bpchar CASCADE;
