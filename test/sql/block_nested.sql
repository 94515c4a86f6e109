-- Blocks in blocks, with everything in them that refers from one to another:
-- correlated subqueries of several levels, LATERAL, CTEs in CTEs, inlined
-- functions, views over joins, partitions, dropped columns.  Were the code wrong,
-- a reference would point to a column of that number in another relation.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
SET TimeZone = 'UTC';

CREATE TABLE t(gone int, k int, v int, x int, d date, ts timestamptz, s text); ALTER TABLE t DROP COLUMN gone;
INSERT INTO t SELECT i, i%5, nullif(i%7,3), date '2024-01-01'+i, timestamptz '2024-01-01 00:30' + i*interval '5 h', 's'||i%4 FROM generate_series(1,100) i;
CREATE TABLE o(k int, v int, s text); INSERT INTO o SELECT i, i%5, 's'||i%4 FROM generate_series(1,9) i; INSERT INTO o VALUES (NULL,NULL,NULL);
CREATE TABLE p(k int, v int, x int) PARTITION BY LIST(v);
CREATE TABLE p0 PARTITION OF p FOR VALUES IN (0); CREATE TABLE p1 (x int, junk int, v int, k int); ALTER TABLE p1 DROP COLUMN junk; ALTER TABLE p ATTACH PARTITION p1 FOR
    VALUES IN (1); CREATE TABLE pd PARTITION OF p DEFAULT;
INSERT INTO p SELECT i, i%4, i FROM generate_series(1,40) i;
CREATE MATERIALIZED VIEW g AS SELECT v, s, count(*) n, count(x) nx, sum(x) sx, min(k) mk, max(k) hk, sum(x*x) s2 FROM t GROUP BY v, s;
CREATE MATERIALIZED VIEW r AS SELECT k, v, x, x+1 x1, s FROM t;
CREATE MATERIALIZED VIEW pg AS SELECT v, count(*) n, sum(x) sx FROM p GROUP BY v;
CREATE MATERIALIZED VIEW p1v AS SELECT k, v, x FROM p1;
CREATE MATERIALIZED VIEW day AS SELECT date_trunc('day', ts) AS dd, v, count(*) n, sum(x) sx FROM t GROUP BY 1, 2;
CREATE VIEW vg AS SELECT v, s, count(*) c FROM t GROUP BY v, s;
CREATE VIEW vjoin AS SELECT t.*, o.v AS ov FROM t JOIN o ON t.v = o.v;
CREATE FUNCTION fin(int) RETURNS int IMMUTABLE STRICT LANGUAGE sql AS 'select $1 * 2';
CREATE FUNCTION lat(a int) RETURNS TABLE(c bigint) STABLE LANGUAGE sql AS 'select count(*) from t where v = a';
CREATE FUNCTION lat2(a int) RETURNS SETOF bigint STABLE LANGUAGE sql AS 'select count(*) from t where v = a group by s';
ANALYZE;
CREATE TABLE q(n serial, query text);
INSERT INTO q(query) VALUES
($$select o.k, (select sum(t.x) from t where t.v = o.v and t.s in (select o2.s from o o2 where o2.k = o.k)) from o$$),
($$select o.k, (select (select count(*) from t b where b.v = t.v and b.s = o.s) from t where t.v = o.v group by t.v) from o$$),
($$select o.k, (select max(l.c) from t, lateral (select count(*) as c from o z where z.v = t.v and z.k <> o.k) l where t.v = o.v) from o$$),
($$select t.v, l.c from (select v, count(*) from t group by v) t, lateral lat(t.v) l$$),
($$select t.v, l.c from (select v, count(*) from t group by v) t left join lateral lat2(t.v) l(c) on l.c > 1$$),
($$select o.k, l.c from o, lateral (select c from lat(o.v)) l$$),
($$select o.k, array(select c from lat2(o.v) z(c) order by c) from o$$),
($$select v, sum(c) from vg group by v having sum(c) > 10$$),
($$select a.v, b.c from vg a join vg b using (v, s)$$),
($$select v, s, count(*) from vjoin group by v, s$$),
($$select vjoin.v, count(*) from vjoin group by rollup(vjoin.v)$$),
($$select (vg).v from vg$$), ($$select vg from vg$$), ($$select vjoin.v from vjoin where vjoin is not null$$),
($$select count(*) from (select v from t union all select v from t) u where v = 1$$),
($$select v, count(*) from (select v from t union all select v from o) u group by v$$),
($$with a as (select v, s from t), b as (select v from a where s = 's1') select count(*) from b where exists (select from a where a.v = b.v)$$),
($$with a as (select * from t) select (select count(*) from a), (select sum(x) from a where v = 1)$$),
($$with a as (select v, count(*) n from t group by v) select (with b as (select * from a where v > 1) select sum(n) from b), (select max(n) from a)$$),
($$with recursive a(n) as (select max(v) from t union all select n - 1 from a where n > 0) select a.n, (select count(*) from t where v = a.n) from a$$),
($$with recursive a as (select v, 1 as l from t where v = 1 group by v union all select t.v, l + 1 from a join t on t.v = a.v + 1 where l < 3 group by t.v, l) select * from a$$),
($$select * from (select v, x from t where x > 2) a natural join (select v, s from o) b$$),
($$select a.v, count(*) from t a left join t b on a.v = b.v and b.s = 's1' group by a.v$$),
($$select a.v, count(b.v), sum(b.x) from t a left join t b on a.v = b.v and b.s = 's1' where b.s is null group by a.v$$),
($$select t.v, sum(t.x) from t left join o on o.v = t.v left join o o2 on o2.v = t.v and o2.k = o.k group by t.v$$),
($$select t.v, sum(t.x), sum(o.k) from o right join t on o.v = t.v group by t.v$$),
($$select v, variance(x), stddev_pop(x), var_samp(x) from t group by v$$), ($$select variance(x), stddev(x) from t$$), ($$select variance(x) from t where v > 99$$),
    ($$select stddev_pop(t.x) from t join o on t.v = o.v$$),
($$select v, variance(x) filter (where s = 's1') from t group by v$$), ($$select variance(k), variance(v) from t$$),
($$select v, count(*) from p group by v$$), ($$select sum(x) from p where v in (0, 1)$$), ($$select k, v, x from p1 where k > 5$$),
    ($$select a.k, b.v from p1 a join p b using (k)$$), ($$select p1.v, count(*) from p1 join p using (v) group by p1.v$$), ($$select count(*) from only p$$),
    ($$select p1 from p1$$), ($$select tableoid::regclass, count(*) from p group by 1$$),
($$select v, (select string_agg(s, ',' order by s) from (select s from t i where i.v = t.v group by s) z) from t group by v$$),
($$select v, sum(x) over (partition by v) from t$$), ($$select distinct v, first_value(s) over (partition by v order by s) from t group by v, s$$),
($$select v, case when count(*) > 10 then (select max(s) from t z where z.v = t.v) end from t group by v$$),
($$select fin(v), count(*) from t group by fin(v) having fin(v) > 2 order by fin(v)$$), ($$select fin(v) + 1, sum(x) from t group by v$$),
($$select date_trunc('month', dd), sum(n) from (select date_trunc('day', ts) dd, count(*) n from t group by 1) z group by 1$$),
    ($$select dd::date, count(*) from (select date_trunc('day', ts) dd from t) z group by 1$$),
($$select date_trunc('day', a.ts), count(*) from t a join t b on date_trunc('day', a.ts) = date_trunc('day', b.ts) and a.v = b.v group by 1$$),
($$select date_trunc('month', a.ts), count(*) from t a join (values (timestamptz '2024-01-01'), ('2024-02-01')) m(m) on date_trunc('month', a.ts) = m.m group by 1$$),
($$select date_trunc('month', a.ts), count(*) from t a join (values (timestamptz '2024-01-03'), ('2024-01-04')) m(m) on a.ts >= m.m group by 1$$),
($$select v, count(*) from t group by v order by (select max(k) from o where o.v = t.v), v$$), ($$select v, count(*) from t group by v limit (select count(*) from t where v = 1) - 15$$),
($$select 1 from t group by v having not exists (select from o where o.v = t.v)$$), ($$select t.v, o.k from t, o where (t.v, t.s) = (o.v, o.s) group by t.v, o.k$$),
    ($$select t.v, o.k from t, o where row(t.v, t.s) < row(o.v, o.s) group by 1,2$$),
($$select count(*) from t where (v, s) in (select v, s from o)$$), ($$select count(*) from t where v = any(array(select v from o where v is not null))$$),
    ($$select count(*) from t where (select bool_or(o.v = t.v) from o)$$),
($$select x, count(*) from (select v as x, s as v from t) z where v = 's1' group by x$$), ($$select coalesce(t.v, o.v), count(*) from t join o on t.v = o.v group by 1$$),
($$select count(*), sum(t.x) from t, (select 1 union all select 2) two$$), ($$select count(*), sum(t.x) from t, lateral (select from generate_series(1, t.v)) z$$),
    ($$select sum(t.x), sum(z.a) from t, lateral (select t.v as a) z$$), ($$select sum(z.b) from t, lateral (select t.x as b) z$$),
($$select count(*) from t a, lateral (select b.s from t b where b.v = a.v group by b.s) z$$),
    ($$select z.c, a.v from t a, lateral (select count(*) c from t b where b.v = a.v and b.s = a.s) z group by 1, 2$$),
    ($$select sum(z.c) from t a, lateral (select count(*) c from t b where b.v = a.v) z$$),
($$select t.v from t where t.v = 1 union select o.v from o except select 3 intersect select v from t$$),
    ($$select v, n from (select v, count(*) n from t group by v) z where n = (select max(n) from (select v, count(*) n from t group by v) y)$$),
($$select json_build_object('v', v, 'n', count(*))::text from t group by v$$), ($$select to_jsonb(z)::text from (select v, count(*) from t group by v) z$$),
    ($$select z from (select v, count(*) from t group by v) z$$), ($$select z.* from t join lateral (select t.v, t.s) z on true group by z.v, z.s$$),
($$values ((select count(*) from t)), ((select sum(x) from t where v = 1))$$), ($$select * from (values ((select count(*) from t))) z(a)$$),
    ($$select count(*) filter (where exists (select from o where o.v = t.v)) from t$$),
    ($$select v, sum(x) filter (where s = (select min(s) from o)) from t group by v$$);
SELECT n, pg_temp.compare(query) FROM q ORDER BY n;
DROP TABLE t, o, p, q CASCADE;
DROP FUNCTION fin, lat, lat2;
