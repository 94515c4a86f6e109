-- Comparing rows calls the comparison function of the operators' family, which the
-- comparison does not name.  What it looks up must not be the view's owner's; and
-- when it is replaced, the view is not used.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
CREATE ROLE rowcmp_owner;
CREATE FUNCTION rowcmp_cmp(text, text) RETURNS int IMMUTABLE STRICT LANGUAGE plpgsql AS 'BEGIN RETURN bttextcmp($1, $2); END';
CREATE OPERATOR <<<< (LEFTARG = text, RIGHTARG = text, FUNCTION = text_lt);
CREATE OPERATOR CLASS rowcmp_ops FOR TYPE text USING btree AS OPERATOR 1 <<<<, OPERATOR 3 =, FUNCTION 1 rowcmp_cmp(text, text);
CREATE TABLE rowcmp (a text, b text);
INSERT INTO rowcmp VALUES ('a', 'b'), ('b', 'a');
GRANT SELECT ON rowcmp TO rowcmp_owner;
SELECT aqumv.track('rowcmp');
CREATE MATERIALIZED VIEW rowcmp_mv AS SELECT a, ROW(a, b) <<<< ROW(b, a) AS r FROM rowcmp;
CREATE MATERIALIZED VIEW rowcmp_other AS SELECT a, ROW(a, b) <<<< ROW(b, a) AS r FROM rowcmp;
ALTER MATERIALIZED VIEW rowcmp_other OWNER TO rowcmp_owner;
SELECT view, usable, reason_code FROM aqumv.views WHERE base = 'rowcmp'::regclass ORDER BY view::text;
CREATE OR REPLACE FUNCTION rowcmp_cmp(text, text) RETURNS int IMMUTABLE STRICT LANGUAGE plpgsql AS 'BEGIN RETURN -bttextcmp($1, $2); END';
SELECT view, usable, reason_code FROM aqumv.views WHERE base = 'rowcmp'::regclass ORDER BY view::text;
SET aqumv.rewrite_mode = force;
SET enable_answer_query_using_materialized_views = on;
SELECT a, ROW(a, b) <<<< ROW(b, a) AS r FROM rowcmp ORDER BY 1;
DROP TABLE rowcmp CASCADE;
DROP OPERATOR FAMILY rowcmp_ops USING btree;
DROP OPERATOR <<<< (text, text);
DROP FUNCTION rowcmp_cmp;
DROP ROLE rowcmp_owner;
