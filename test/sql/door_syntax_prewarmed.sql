-- Languages keep what they have read of a function for the session: where it was
-- called under settings that change how texts are read, no view is computed with it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
RESET client_min_messages;
CREATE ROLE prewarmed_writer;
CREATE TABLE prewarmed_t (x text, n int);
GRANT INSERT, SELECT ON prewarmed_t TO prewarmed_writer;
CREATE SCHEMA prewarmed AUTHORIZATION prewarmed_writer;
CREATE FUNCTION prewarmed_squeeze(text) RETURNS text IMMUTABLE LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    AS $$ BEGIN RETURN regexp_replace($1, '\s+', ' ', 'g'); END $$;
CREATE MATERIALIZED VIEW prewarmed_im WITH (aqumv.incremental) AS
    SELECT prewarmed_squeeze(x) AS s, count(*) FROM prewarmed_t GROUP BY 1;
CREATE MATERIALIZED VIEW prewarmed_plain WITH (aqumv.incremental) AS
    SELECT lower(x) AS s, count(*) FROM prewarmed_t GROUP BY 1;
CREATE VIEW prewarmed_state AS
    SELECT view, usable, reason_code FROM aqumv.views WHERE view::text LIKE '%prewarmed%' ORDER BY view::text COLLATE "C";
\c -
SET ROLE prewarmed_writer;
SET escape_string_warning = off;
SET standard_conforming_strings = off;
SELECT prewarmed_squeeze('glass   glass');
RESET standard_conforming_strings;
INSERT INTO prewarmed_t VALUES ('Miss   Grosse', 1);
INSERT INTO prewarmed_t VALUES ('Miss   Grosse', 2);
CREATE MATERIALIZED VIEW prewarmed.v AS SELECT prewarmed_squeeze(x) AS s, n FROM prewarmed_t;
CREATE MATERIALIZED VIEW prewarmed.plain AS SELECT lower(x) AS s, n FROM prewarmed_t;
\c -
SELECT * FROM prewarmed_state;
REFRESH MATERIALIZED VIEW prewarmed_im;
REFRESH MATERIALIZED VIEW prewarmed.v;
SELECT * FROM prewarmed_state;
-- other settings, and a function that has them while it runs
SET array_nulls = off;
REFRESH MATERIALIZED VIEW prewarmed.v;
\c -
CREATE FUNCTION prewarmed_calls() RETURNS bool LANGUAGE sql SET transform_null_equals = on AS 'SELECT true';
SELECT prewarmed_calls();
INSERT INTO prewarmed_t VALUES ('a  b', 3);
\c -
SELECT * FROM prewarmed_state;
REFRESH MATERIALIZED VIEW prewarmed_im;
REFRESH MATERIALIZED VIEW prewarmed.v;
INSERT INTO prewarmed_t VALUES ('c  d', 4);
TABLE prewarmed_im EXCEPT ALL SELECT prewarmed_squeeze(x), count(*) FROM prewarmed_t GROUP BY 1;
SELECT prewarmed_squeeze(x), count(*) FROM prewarmed_t GROUP BY 1 EXCEPT ALL TABLE prewarmed_im;
SELECT * FROM prewarmed_state;
DROP VIEW prewarmed_state;
DROP TABLE prewarmed_t CASCADE;
DROP FUNCTION prewarmed_squeeze(text), prewarmed_calls();
DROP SCHEMA prewarmed;
DROP ROLE prewarmed_writer;
