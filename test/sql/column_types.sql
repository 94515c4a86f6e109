-- Columns of many types, dropped and generated columns, domains, arrays, rows,
-- and column names that need quotes: values go through a view unchanged.  Were
-- the code wrong, a column would be taken for its neighbour.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA column_types;
SET search_path = column_types, public;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE TABLE ev (
    gone1 int, id int, "Mixed Case" int, gone2 text, c "char", ch char(5), vc varchar(8), n numeric(8, 3), f float8,
    b bool, bits bit(3), vbits varbit, d date, t time, tz timetz, ts timestamp, i interval, u uuid, j jsonb, js json,
    m mood, p pair, dom positive, arr int[], marr text[][], r int4range, by bytea, ip inet, pt point, x xid,
    name name, o oid, g int GENERATED ALWAYS AS (id * 2) STORED);
ALTER TABLE ev DROP COLUMN gone1;
ALTER TABLE ev DROP COLUMN gone2;
INSERT INTO ev
SELECT i, -i, chr(64 + i)::"char", 'c' || i, 'v' || i, i / 7.0, i / 7.0, i % 2 = 0, i::bit(3), i::bit(4)::varbit,
       '2024-01-30'::date + i, '10:00'::time + i * interval '1 minute', '10:00+02', '2024-01-01', i * interval '1 day',
       md5(i::text)::uuid, jsonb_build_object('k', i), json_build_object('k', i), (enum_range(NULL::mood))[i % 3 + 1],
       ROW(i, 'x' || i)::pair, i, ARRAY[i, NULL, 3], ARRAY[['a', 'b'], ['c', i::text]], int4range(i, 2 * i), decode('0' || i, 'hex'),
       '10.0.0.1'::inet + i, point(i, 1), '7', 'n' || i, i
  FROM generate_series(1, 9) i;
INSERT INTO ev (id) VALUES (NULL);
ALTER TABLE ev ADD COLUMN late int DEFAULT 5;
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev;

SELECT pg_temp.compare('SELECT * FROM ev');
SELECT pg_temp.compare('SELECT late, "Mixed Case", id, g, dom FROM ev WHERE g > 4 AND late = 5');
SELECT pg_temp.compare($$SELECT ch || '|', vc || '|', length(ch), c, name || 'x' FROM ev WHERE ch = 'c3   ' OR vc IN ('v4', 'v5') OR name = 'n6'$$);
SELECT pg_temp.compare($$SELECT n, n::text, round(n, 1), f, f::text, bits | B'100', vbits, by, x FROM ev WHERE n > 0.5 AND f < 1.2$$);
SELECT pg_temp.compare($$SELECT d + 1, t, tz, ts + i, age(ts), justify_days(i) FROM ev WHERE d BETWEEN '2024-02-01' AND '2024-02-05' AND i > '2 days'$$);
SELECT pg_temp.compare($$SELECT m, m > 'sad', enum_last(m), count(*) FROM ev WHERE m <> 'ok' GROUP BY m$$);
SELECT pg_temp.compare($$SELECT (p).a, (p).b, p = ROW(3, 'x3')::pair, p FROM ev WHERE (p).a > 2 OR p IS NULL$$);
SELECT pg_temp.compare($$SELECT arr[1], arr[2:3], marr[2][2], array_length(marr, 1), arr || 7 FROM ev WHERE 3 = ANY (arr) AND arr[1] < 7$$);
SELECT pg_temp.compare($$SELECT j -> 'k', js ->> 'k', j || '{"z": 1}', lower(r), r @> 4, ip, host(ip), pt, pt[0] FROM ev WHERE j @> '{"k": 4}' OR r && '[5,6)' OR ip << '10.0.0.0/30'$$);
SELECT pg_temp.compare($$SELECT dom + 1, dom::int, o, u FROM ev WHERE dom IN (2, 3) OR u::text < '5'$$);
SELECT pg_temp.compare('SELECT DISTINCT m, b FROM ev');
SELECT pg_temp.compare('SELECT min(ip), max(ts), array_agg(arr ORDER BY id) FILTER (WHERE arr IS NOT NULL), jsonb_agg(j ORDER BY id), bit_or(bits), range_agg(r ORDER BY id) FROM ev');
SELECT pg_temp.compare_ordered('SELECT id FROM ev ORDER BY r DESC, p, arr, u');
DROP MATERIALIZED VIEW mv;

-- a cast to varchar(3) and a call of what does it are not of one type to whoever reads them
CREATE MATERIALIZED VIEW mv AS SELECT vc::varchar(3) AS v3 FROM ev;
SELECT pg_temp.compare('SELECT vc::varchar(3) FROM ev');
SELECT pg_temp.compare('SELECT pg_catalog.varchar(vc, 7, true) FROM ev');
DROP MATERIALIZED VIEW mv;

-- a column that comes after the view
CREATE MATERIALIZED VIEW mv AS SELECT id, arr, m FROM ev;
ALTER TABLE ev ADD COLUMN later int;
SELECT pg_temp.compare('SELECT id, later FROM ev');
SELECT pg_temp.compare('SELECT id FROM ev');
ALTER TABLE ev DROP COLUMN later;
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.compare('SELECT id, m FROM ev');
-- names changed on either side
ALTER TABLE ev RENAME COLUMN id TO key;
ALTER MATERIALIZED VIEW mv RENAME COLUMN m TO "Feeling";
ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.compare($$SELECT key, m, m::text FROM ev WHERE m = 'fine'$$);
DROP SCHEMA column_types CASCADE;
