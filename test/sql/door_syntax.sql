-- The texts of functions that a view calls are read as everybody reads them,
-- whatever the writer or who fills the view has set; but see door_syntax_prewarmed.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
RESET client_min_messages;
CREATE ROLE syntax_writer;
CREATE TABLE syntax_t (x text);
GRANT INSERT ON syntax_t TO syntax_writer;
CREATE FUNCTION squeeze(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT regexp_replace($1, '\s+', ' ', 'g') $$;
CREATE FUNCTION squeeze2(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN regexp_replace($1, '\s+', ' ', 'g'); END $$;
CREATE FUNCTION is_it(text) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN $1 = NULL; END $$;
CREATE MATERIALIZED VIEW syntax_im WITH (aqumv.incremental) AS
    SELECT squeeze(x), squeeze2(x), is_it(x), count(*) FROM syntax_t GROUP BY 1, 2, 3;
CREATE MATERIALIZED VIEW syntax_v AS SELECT squeeze(x), squeeze2(x), is_it(x) FROM syntax_t WITH NO DATA;
\c -
SET ROLE syntax_writer;
SET escape_string_warning = off;
SET standard_conforming_strings = off;
SET transform_null_equals = on;
INSERT INTO syntax_t VALUES ('Miss   Grosse'), (NULL);
SHOW standard_conforming_strings;
SHOW transform_null_equals;
RESET ROLE;
REFRESH MATERIALIZED VIEW syntax_v;
SHOW standard_conforming_strings;
\c -
TABLE syntax_im EXCEPT ALL SELECT squeeze(x), squeeze2(x), is_it(x), count(*) FROM syntax_t GROUP BY 1, 2, 3;
SELECT * FROM syntax_v ORDER BY 1;
SELECT view, usable FROM aqumv.views WHERE view::text LIKE 'syntax%' ORDER BY view;
DROP TABLE syntax_t CASCADE;
DROP FUNCTION squeeze(text), squeeze2(text), is_it(text);
DROP ROLE syntax_writer;
