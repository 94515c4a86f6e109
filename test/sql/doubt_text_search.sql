-- What core calls IMMUTABLE depends on text search configurations: a view is passed
-- by when they change, and what was written meanwhile is not forgotten.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA doubt_text_search;
SET search_path = doubt_text_search, public;
\set VERBOSITY terse

CREATE TEXT SEARCH DICTIONARY stems (TEMPLATE = snowball, language = english);
CREATE TEXT SEARCH CONFIGURATION cfg (COPY = english);
ALTER TEXT SEARCH CONFIGURATION cfg ALTER MAPPING REPLACE english_stem WITH stems;
CREATE FUNCTION words(text) RETURNS tsvector IMMUTABLE LANGUAGE plpgsql SET search_path = doubt_text_search, pg_temp
    AS $$BEGIN RETURN to_tsvector('cfg', $1); END$$;
CREATE TABLE t (id int, s text, c regconfig);
INSERT INTO t SELECT i, 'the running dogs ' || i, 'cfg' FROM generate_series(1, 4) AS i;
CREATE MATERIALIZED VIEW plain AS SELECT id, to_tsvector('cfg', s) AS v FROM t;
CREATE MATERIALIZED VIEW kept WITH (aqumv.incremental) AS SELECT to_tsvector('cfg', s) AS v, count(*) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW lexemes AS SELECT id, ts_lexize('stems', s) AS v FROM t;
CREATE MATERIALIZED VIEW by_function AS SELECT id, words(s) AS v FROM t;
CREATE MATERIALIZED VIEW chosen AS SELECT id, to_tsvector(c, s) AS v FROM t;
CREATE MATERIALIZED VIEW other AS SELECT id, to_tsvector('simple', s) AS v FROM t;
CREATE VIEW state AS SELECT view, usable, reason_code FROM aqumv.views
    WHERE view::text !~ '[.]' ORDER BY view::text COLLATE "C";
TABLE state;

-- a configuration
ALTER TEXT SEARCH CONFIGURATION cfg ALTER MAPPING FOR asciiword WITH simple;
TABLE state;
SET enable_answer_query_using_materialized_views = on;
SET aqumv.rewrite_mode = force;
SELECT id, to_tsvector('cfg', s) FROM t ORDER BY 1 LIMIT 1;
SELECT id, words(s) FROM t ORDER BY 1 LIMIT 1;
RESET aqumv.rewrite_mode;
RESET enable_answer_query_using_materialized_views;
-- back
ALTER TEXT SEARCH CONFIGURATION cfg ALTER MAPPING FOR asciiword WITH stems;
TABLE state;
-- written meanwhile
ALTER TEXT SEARCH CONFIGURATION cfg DROP MAPPING FOR int;
INSERT INTO t VALUES (5, 'dogs 5', 'cfg');
ALTER TEXT SEARCH CONFIGURATION cfg ADD MAPPING FOR int WITH simple;
SELECT * FROM state WHERE view = 'kept'::regclass;
REFRESH MATERIALIZED VIEW plain;
REFRESH MATERIALIZED VIEW kept;
REFRESH MATERIALIZED VIEW lexemes;
REFRESH MATERIALIZED VIEW by_function;
REFRESH MATERIALIZED VIEW other;
TABLE state;

-- a dictionary, of the configuration too
PREPARE p AS SELECT id, to_tsvector('cfg', s) FROM t WHERE id = 1;
SET plan_cache_mode = force_generic_plan;
SET enable_answer_query_using_materialized_views = on;
SET aqumv.rewrite_mode = force;
EXECUTE p;
ALTER TEXT SEARCH DICTIONARY stems (StopWords = english);
EXECUTE p;
TABLE state;
ALTER TEXT SEARCH DICTIONARY stems (StopWords);
EXECUTE p;
TABLE state;

-- what nobody uses, or what things are called, does not matter
CREATE TEXT SEARCH CONFIGURATION unused (COPY = cfg);
ALTER TEXT SEARCH CONFIGURATION unused DROP MAPPING FOR int;
TABLE state;
SELECT count(*) FROM differences;
SET client_min_messages = warning;
DROP SCHEMA doubt_text_search CASCADE;
