-- Names, defaults and contexts of the settings; values that are refused; the
-- reserved prefix.  If this were wrong, rewriting could be on by default, users
-- could not switch it, or a misspelt aqumv setting would be taken silently.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness

RESET aqumv.rewrite_mode;
SELECT name, setting, context, vartype, enumvals, boot_val
  FROM pg_settings
 WHERE name ~ '^aqumv' OR name = 'enable_answer_query_using_materialized_views'
 ORDER BY name COLLATE "C";

-- an ordinary user may set each, in a transaction or a function too
CREATE ROLE regress_aqumv_user;
SET ROLE regress_aqumv_user;
SET enable_answer_query_using_materialized_views = on;
SET aqumv_allow_foreign_table = on;
SET aqumv.rewrite_mode = 'required';
SHOW enable_answer_query_using_materialized_views;
SHOW aqumv_allow_foreign_table;
SHOW aqumv.rewrite_mode;
RESET enable_answer_query_using_materialized_views;
RESET aqumv_allow_foreign_table;
RESET aqumv.rewrite_mode;
SHOW enable_answer_query_using_materialized_views;
SHOW aqumv_allow_foreign_table;
SHOW aqumv.rewrite_mode;
BEGIN;
SET LOCAL enable_answer_query_using_materialized_views = on;
SHOW enable_answer_query_using_materialized_views;
COMMIT;
SHOW enable_answer_query_using_materialized_views;
RESET ROLE;
DROP ROLE regress_aqumv_user;

-- other values, other names
SET enable_answer_query_using_materialized_views = 'perhaps';
SET aqumv_allow_foreign_table = 3;
SET aqumv.rewrite_mode = 'always';
SET aqumv.no_such_setting = on;

-- a name without a dot in a configuration file would stop the next start
ALTER SYSTEM SET enable_answer_query_using_materialized_views = on;
ALTER SYSTEM SET aqumv_allow_foreign_table = on;
