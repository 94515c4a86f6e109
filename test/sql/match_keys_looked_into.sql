-- Conditions around a grouped subquery: the planner pushes them below its GROUP
-- BY, where they see each row's own 1.0 or 1.00.  Were the code wrong, they would
-- see the one that the view holds, and whole groups would be missing or too large.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA match_keys_looked_into;
SET search_path = match_keys_looked_into, public;
CREATE TABLE ev (n numeric, v int);
INSERT INTO ev VALUES (1.0, 1), (1.00, 2), (1.00, 3), (2, 4);
CREATE MATERIALIZED VIEW mv AS SELECT n, count(*), sum(v) FROM ev GROUP BY n;

SELECT pg_temp.compare('SELECT * FROM (SELECT n, count(*) FROM ev GROUP BY n) z WHERE scale(n) = 2');
SELECT pg_temp.compare('SELECT * FROM (SELECT n, count(*) FROM ev GROUP BY n) z WHERE n::text = $$1.0$$');
SELECT pg_temp.compare('SELECT * FROM (SELECT DISTINCT n FROM ev) z WHERE scale(n) = 2');
SELECT pg_temp.compare('SELECT * FROM (SELECT * FROM (SELECT n, count(*) AS c FROM ev GROUP BY n) y WHERE c > 0) z WHERE scale(n) = 2');
SELECT pg_temp.compare('SELECT * FROM (SELECT n, count(*) FROM ev GROUP BY n UNION SELECT n, 0 FROM ev GROUP BY n) z WHERE scale(n) = 2');
SELECT pg_temp.compare('WITH z AS (SELECT n, count(*) FROM ev GROUP BY n) SELECT * FROM z WHERE scale(n) = 2');
SELECT pg_temp.compare('SELECT * FROM (SELECT n, count(*) FROM ev GROUP BY n) z JOIN (VALUES (2)) u (s) ON s = scale(n)');
SELECT pg_temp.compare('SELECT c FROM (SELECT n, count(*) AS c FROM ev GROUP BY n) z JOIN (VALUES (1.000)) u (n) USING (n) WHERE scale(n) = 1');

-- who compares as GROUP BY does, or passes the column on, does not look
SELECT pg_temp.compare('SELECT count FROM (SELECT n, count(*) FROM ev GROUP BY n) z WHERE n > 1');
SELECT pg_temp.compare('SELECT count FROM (SELECT n, count(*) FROM ev GROUP BY n) z WHERE n = 1 AND n IS NOT NULL');
SELECT pg_temp.compare('SELECT c FROM (SELECT n, c FROM (SELECT n, count(*) AS c FROM ev GROUP BY n) y) z WHERE n = 2');
SELECT pg_temp.compare('SELECT c FROM (SELECT n, count(*) AS c FROM ev GROUP BY n) z JOIN (VALUES (1.000)) u (n) USING (n)');
SELECT pg_temp.compare('SELECT 1 WHERE 1.000 IN (SELECT n FROM ev GROUP BY n)');

DROP SCHEMA match_keys_looked_into CASCADE;
