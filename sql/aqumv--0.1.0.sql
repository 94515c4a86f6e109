/* sql/aqumv--0.1.0.sql */

-- complain if the script is sourced in psql rather than run by CREATE EXTENSION
\echo Use "CREATE EXTENSION aqumv" to load this file. \quit

SET LOCAL search_path = pg_catalog, pg_temp;

CREATE SCHEMA aqumv;
COMMENT ON SCHEMA aqumv IS 'aqumv: answer queries from materialized views';

-- ---------------------------------------------------------------------------
-- State.  Written by the library only; nobody needs a privilege on it, and
-- nobody else can write it.  The layout is known to src/catalog.c.
-- ---------------------------------------------------------------------------

-- one row per relation whose writes are tracked
CREATE TABLE aqumv.tracking (
    relation oid NOT NULL,
    parent oid NOT NULL,
    root oid NOT NULL,
    since_xid xid8 NOT NULL,
    since_part int4 NOT NULL,
    changed_xid xid8 NOT NULL,
    changed_part int4 NOT NULL
);
CREATE UNIQUE INDEX tracking_relation ON aqumv.tracking (relation);
COMMENT ON TABLE aqumv.tracking IS
    'Relations whose writes leave marks: since which transaction, and which was the last to change rows in a way that leaves none (TRUNCATE, partitions that come and go). A view filled before either is not fresh.';

-- one row per transaction and written relation, less those superseded
CREATE TABLE aqumv.mark (
    root oid NOT NULL,
    relation oid NOT NULL,
    kind int4 NOT NULL,
    pid int4 NOT NULL,
    xid xid8 NOT NULL,
    part int4 NOT NULL
);
CREATE INDEX mark_root ON aqumv.mark (root);
COMMENT ON TABLE aqumv.mark IS
    'Traces of transactions that wrote a tracked relation: root of its partition tree, the relation, 0 for rows written, 1 for rows that came or went as a whole, 2 for a transaction that a refresh found writing, the backend that may replace the mark, the transaction, and how many refreshes that transaction had run before.';

-- one row per materialized view that was filled under aqumv's eyes, and rows
-- with filenode 0 that take it back (src/catalog.c)
CREATE TABLE aqumv.refresh (
    view oid NOT NULL,
    base oid NOT NULL,
    filenode oid NOT NULL,
    xid xid8 NOT NULL,
    part int4 NOT NULL,
    functions int8 NOT NULL,
    complete bool NOT NULL,
    refreshed_at timestamptz NOT NULL,
    timezone text NOT NULL,
    snapshot pg_snapshot NOT NULL
);
CREATE INDEX refresh_view ON aqumv.refresh (view);
COMMENT ON TABLE aqumv.refresh IS
    'What each materialized view was last filled from: the snapshot it read, the storage it filled, the TimeZone it ran under, the functions it called.';

CREATE FUNCTION aqumv.refuse_write() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'aqumv_refuse_write';
COMMENT ON FUNCTION aqumv.refuse_write() IS
    'Trigger function: nobody writes the tables of schema aqumv, which the library keeps below triggers.';

CREATE TRIGGER refuse_write BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON aqumv.tracking
    EXECUTE FUNCTION aqumv.refuse_write();
CREATE TRIGGER refuse_write BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON aqumv.mark
    EXECUTE FUNCTION aqumv.refuse_write();
CREATE TRIGGER refuse_write BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON aqumv.refresh
    EXECUTE FUNCTION aqumv.refuse_write();
CREATE TRIGGER refuse_row BEFORE INSERT OR UPDATE OR DELETE ON aqumv.tracking
    FOR EACH ROW EXECUTE FUNCTION aqumv.refuse_write();
CREATE TRIGGER refuse_row BEFORE INSERT OR UPDATE OR DELETE ON aqumv.mark
    FOR EACH ROW EXECUTE FUNCTION aqumv.refuse_write();
CREATE TRIGGER refuse_row BEFORE INSERT OR UPDATE OR DELETE ON aqumv.refresh
    FOR EACH ROW EXECUTE FUNCTION aqumv.refuse_write();
ALTER TABLE aqumv.tracking ENABLE ALWAYS TRIGGER refuse_write, ENABLE ALWAYS TRIGGER refuse_row;
ALTER TABLE aqumv.mark ENABLE ALWAYS TRIGGER refuse_write, ENABLE ALWAYS TRIGGER refuse_row;
ALTER TABLE aqumv.refresh ENABLE ALWAYS TRIGGER refuse_write, ENABLE ALWAYS TRIGGER refuse_row;

-- ---------------------------------------------------------------------------
-- Tracking
-- ---------------------------------------------------------------------------

CREATE FUNCTION aqumv.track(relation regclass) RETURNS void
    LANGUAGE C STRICT AS 'MODULE_PATHNAME', 'aqumv_track';
COMMENT ON FUNCTION aqumv.track(regclass) IS
    'Notice the writes to a table, with all its partitions, so that materialized views over it can be used for queries after their next REFRESH. Needs the TRIGGER privilege on each; waits for open writers, and holds new ones up until the end of the transaction.';

CREATE FUNCTION aqumv.untrack(relation regclass) RETURNS void
    LANGUAGE C STRICT AS 'MODULE_PATHNAME', 'aqumv_untrack';
COMMENT ON FUNCTION aqumv.untrack(regclass) IS
    'Stop noticing the writes to a table and all its partitions; materialized views over it are no longer used for queries. Only the owner may.';

CREATE VIEW aqumv.tracked_tables AS
    SELECT t.relation::regclass AS relation,
           (SELECT p.oid::regclass FROM pg_class p
             WHERE p.oid = t.parent AND has_schema_privilege(p.relnamespace, 'USAGE')) AS parent,
           (SELECT r.oid::regclass FROM pg_class r
             WHERE r.oid = t.root AND has_schema_privilege(r.relnamespace, 'USAGE')) AS root,
           t.since_xid,
           t.changed_xid
      FROM aqumv.tracking t
      JOIN pg_class c ON c.oid = t.relation
     WHERE has_schema_privilege(c.relnamespace, 'USAGE');
COMMENT ON VIEW aqumv.tracked_tables IS
    'Tables whose writes aqumv notices, of the schemas that the user may use.';

CREATE FUNCTION aqumv.mark_before_statement() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'aqumv_mark_before_statement';
COMMENT ON FUNCTION aqumv.mark_before_statement() IS
    'Trigger function: a statement begins to write a tracked table; its transaction leaves a mark when it commits, if it changed a row.';
CREATE FUNCTION aqumv.mark_row() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'aqumv_mark_row';
COMMENT ON FUNCTION aqumv.mark_row() IS
    'Trigger function: logical replication has written a row of a tracked table.';
CREATE FUNCTION aqumv.mark_truncate() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'aqumv_mark_truncate';
COMMENT ON FUNCTION aqumv.mark_truncate() IS
    'Trigger function: a tracked table is truncated.';

CREATE FUNCTION aqumv.maintain() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'aqumv_maintain';
COMMENT ON FUNCTION aqumv.maintain() IS
    'Trigger function: folds what a statement has changed into the immediate views over the table.';
CREATE FUNCTION aqumv.maintain_truncate() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'aqumv_maintain_truncate';
COMMENT ON FUNCTION aqumv.maintain_truncate() IS
    'Trigger function: the table of immediate views has been truncated.';
CREATE FUNCTION aqumv.maintain_row() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'aqumv_maintain_row';
COMMENT ON FUNCTION aqumv.maintain_row() IS
    'Trigger function: folds a row that logical replication has written into the immediate views over the table.';

-- ---------------------------------------------------------------------------
-- What the hidden columns of incremental views call.  As in core's own
-- aggregates, nothing here is secret.
-- ---------------------------------------------------------------------------

CREATE FUNCTION aqumv.scales_accum(bigint[], numeric) RETURNS bigint[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aqumv_scales_accum';
COMMENT ON FUNCTION aqumv.scales_accum(bigint[], numeric) IS
    'Transition function of aqumv.scales(numeric).';
CREATE FUNCTION aqumv.scales_combine(bigint[], bigint[]) RETURNS bigint[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aqumv_scales_combine';
COMMENT ON FUNCTION aqumv.scales_combine(bigint[], bigint[]) IS
    'Combine function of aqumv.scales(numeric).';
CREATE AGGREGATE aqumv.scales(numeric) (
    SFUNC = aqumv.scales_accum, STYPE = bigint[], INITCOND = '{}',
    COMBINEFUNC = aqumv.scales_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE aqumv.scales(numeric) IS
    'How many inputs have display scale 0, 1, 2, ...: with it, sum(numeric) can lose an input and still print as many digits as it should. A hidden column of incremental views.';

CREATE FUNCTION aqumv.row_hash(VARIADIC "any") RETURNS bigint
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aqumv_row_hash';
COMMENT ON FUNCTION aqumv.row_hash("any") IS
    'A hash of the bits of a row, NULLs included. A hidden column of incremental views whose rows have no key.';

-- ---------------------------------------------------------------------------
-- The variance family from a count, a sum and a sum of squares
-- ---------------------------------------------------------------------------

CREATE FUNCTION aqumv.var_pop(count bigint, sum numeric, sum_squares numeric) RETURNS numeric
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aqumv_var_pop';
COMMENT ON FUNCTION aqumv.var_pop(bigint, numeric, numeric) IS
    'var_pop(x), digit for digit, from count(x), sum(x) and sum(x * x) of integers or numerics. NULL without inputs; NaN if a sum is NaN or infinite.';
CREATE FUNCTION aqumv.var_samp(count bigint, sum numeric, sum_squares numeric) RETURNS numeric
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aqumv_var_samp';
COMMENT ON FUNCTION aqumv.var_samp(bigint, numeric, numeric) IS
    'var_samp(x), which is variance(x), digit for digit, from count(x), sum(x) and sum(x * x) of integers or numerics. NULL for fewer than two inputs; NaN if a sum is NaN or infinite.';
CREATE FUNCTION aqumv.stddev_pop(count bigint, sum numeric, sum_squares numeric) RETURNS numeric
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aqumv_stddev_pop';
COMMENT ON FUNCTION aqumv.stddev_pop(bigint, numeric, numeric) IS
    'stddev_pop(x), digit for digit, from count(x), sum(x) and sum(x * x) of integers or numerics. NULL without inputs; NaN if a sum is NaN or infinite.';
CREATE FUNCTION aqumv.stddev_samp(count bigint, sum numeric, sum_squares numeric) RETURNS numeric
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aqumv_stddev_samp';
COMMENT ON FUNCTION aqumv.stddev_samp(bigint, numeric, numeric) IS
    'stddev_samp(x), which is stddev(x), digit for digit, from count(x), sum(x) and sum(x * x) of integers or numerics. NULL for fewer than two inputs; NaN if a sum is NaN or infinite.';

-- ---------------------------------------------------------------------------
-- Variance, covariance and regression of floating-point numbers, by combining
-- states of core's aggregates with core's functions
-- ---------------------------------------------------------------------------

CREATE AGGREGATE aqumv.var_pop(double precision[]) (
    SFUNC = float8_combine, STYPE = double precision[], INITCOND = '{0,0,0}',
    FINALFUNC = float8_var_pop, COMBINEFUNC = float8_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE aqumv.var_pop(double precision[]) IS
    'var_pop(x) of the inputs of smaller groups, from ARRAY[count(x), sum(x), var_pop(x) * count(x)] of each.';
CREATE AGGREGATE aqumv.var_samp(double precision[]) (
    SFUNC = float8_combine, STYPE = double precision[], INITCOND = '{0,0,0}',
    FINALFUNC = float8_var_samp, COMBINEFUNC = float8_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE aqumv.var_samp(double precision[]) IS
    'var_samp(x) of the inputs of smaller groups, from ARRAY[count(x), sum(x), var_pop(x) * count(x)] of each.';
CREATE AGGREGATE aqumv.stddev_pop(double precision[]) (
    SFUNC = float8_combine, STYPE = double precision[], INITCOND = '{0,0,0}',
    FINALFUNC = float8_stddev_pop, COMBINEFUNC = float8_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE aqumv.stddev_pop(double precision[]) IS
    'stddev_pop(x) of the inputs of smaller groups, from ARRAY[count(x), sum(x), var_pop(x) * count(x)] of each.';
CREATE AGGREGATE aqumv.stddev_samp(double precision[]) (
    SFUNC = float8_combine, STYPE = double precision[], INITCOND = '{0,0,0}',
    FINALFUNC = float8_stddev_samp, COMBINEFUNC = float8_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE aqumv.stddev_samp(double precision[]) IS
    'stddev_samp(x) of the inputs of smaller groups, from ARRAY[count(x), sum(x), var_pop(x) * count(x)] of each.';

CREATE AGGREGATE aqumv.covar_pop(double precision[]) (
    SFUNC = float8_regr_combine, STYPE = double precision[], INITCOND = '{0,0,0,0,0,0}',
    FINALFUNC = float8_covar_pop, COMBINEFUNC = float8_regr_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE aqumv.covar_pop(double precision[]) IS
    'covar_pop(y, x) of the pairs of smaller groups, from ARRAY[n, regr_avgx * n, regr_sxx, regr_avgy * n, regr_syy, regr_sxy] of each, n being regr_count.';
CREATE AGGREGATE aqumv.covar_samp(double precision[]) (
    SFUNC = float8_regr_combine, STYPE = double precision[], INITCOND = '{0,0,0,0,0,0}',
    FINALFUNC = float8_covar_samp, COMBINEFUNC = float8_regr_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE aqumv.covar_samp(double precision[]) IS
    'covar_samp(y, x) of the pairs of smaller groups, from ARRAY[n, regr_avgx * n, regr_sxx, regr_avgy * n, regr_syy, regr_sxy] of each, n being regr_count.';
CREATE AGGREGATE aqumv.corr(double precision[]) (
    SFUNC = float8_regr_combine, STYPE = double precision[], INITCOND = '{0,0,0,0,0,0}',
    FINALFUNC = float8_corr, COMBINEFUNC = float8_regr_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE aqumv.corr(double precision[]) IS
    'corr(y, x) of the pairs of smaller groups, from ARRAY[n, regr_avgx * n, regr_sxx, regr_avgy * n, regr_syy, regr_sxy] of each, n being regr_count.';
CREATE AGGREGATE aqumv.regr_sxx(double precision[]) (
    SFUNC = float8_regr_combine, STYPE = double precision[], INITCOND = '{0,0,0,0,0,0}',
    FINALFUNC = float8_regr_sxx, COMBINEFUNC = float8_regr_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE aqumv.regr_sxx(double precision[]) IS
    'regr_sxx(y, x) of the pairs of smaller groups, from ARRAY[n, regr_avgx * n, regr_sxx, regr_avgy * n, regr_syy, regr_sxy] of each, n being regr_count.';
CREATE AGGREGATE aqumv.regr_syy(double precision[]) (
    SFUNC = float8_regr_combine, STYPE = double precision[], INITCOND = '{0,0,0,0,0,0}',
    FINALFUNC = float8_regr_syy, COMBINEFUNC = float8_regr_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE aqumv.regr_syy(double precision[]) IS
    'regr_syy(y, x) of the pairs of smaller groups, from ARRAY[n, regr_avgx * n, regr_sxx, regr_avgy * n, regr_syy, regr_sxy] of each, n being regr_count.';
CREATE AGGREGATE aqumv.regr_sxy(double precision[]) (
    SFUNC = float8_regr_combine, STYPE = double precision[], INITCOND = '{0,0,0,0,0,0}',
    FINALFUNC = float8_regr_sxy, COMBINEFUNC = float8_regr_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE aqumv.regr_sxy(double precision[]) IS
    'regr_sxy(y, x) of the pairs of smaller groups, from ARRAY[n, regr_avgx * n, regr_sxx, regr_avgy * n, regr_syy, regr_sxy] of each, n being regr_count.';
CREATE AGGREGATE aqumv.regr_r2(double precision[]) (
    SFUNC = float8_regr_combine, STYPE = double precision[], INITCOND = '{0,0,0,0,0,0}',
    FINALFUNC = float8_regr_r2, COMBINEFUNC = float8_regr_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE aqumv.regr_r2(double precision[]) IS
    'regr_r2(y, x) of the pairs of smaller groups, from ARRAY[n, regr_avgx * n, regr_sxx, regr_avgy * n, regr_syy, regr_sxy] of each, n being regr_count.';
CREATE AGGREGATE aqumv.regr_slope(double precision[]) (
    SFUNC = float8_regr_combine, STYPE = double precision[], INITCOND = '{0,0,0,0,0,0}',
    FINALFUNC = float8_regr_slope, COMBINEFUNC = float8_regr_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE aqumv.regr_slope(double precision[]) IS
    'regr_slope(y, x) of the pairs of smaller groups, from ARRAY[n, regr_avgx * n, regr_sxx, regr_avgy * n, regr_syy, regr_sxy] of each, n being regr_count.';
CREATE AGGREGATE aqumv.regr_intercept(double precision[]) (
    SFUNC = float8_regr_combine, STYPE = double precision[], INITCOND = '{0,0,0,0,0,0}',
    FINALFUNC = float8_regr_intercept, COMBINEFUNC = float8_regr_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE aqumv.regr_intercept(double precision[]) IS
    'regr_intercept(y, x) of the pairs of smaller groups, from ARRAY[n, regr_avgx * n, regr_sxx, regr_avgy * n, regr_syy, regr_sxy] of each, n being regr_count.';

-- ---------------------------------------------------------------------------
-- DDL
-- ---------------------------------------------------------------------------

CREATE FUNCTION aqumv.on_ddl_command_end() RETURNS event_trigger
    LANGUAGE C SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'aqumv_on_ddl_command_end';
COMMENT ON FUNCTION aqumv.on_ddl_command_end() IS
    'Event trigger function: new views and partitions are tracked; DDL that changes rows without firing triggers is noted.';
CREATE FUNCTION aqumv.on_sql_drop() RETURNS event_trigger
    LANGUAGE C SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'aqumv_on_sql_drop';
COMMENT ON FUNCTION aqumv.on_sql_drop() IS
    'Event trigger function: forgets dropped views and tables; dropping a partition is a write to its parent.';
CREATE FUNCTION aqumv.on_table_rewrite() RETURNS event_trigger
    LANGUAGE C SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'aqumv_on_table_rewrite';
COMMENT ON FUNCTION aqumv.on_table_rewrite() IS
    'Event trigger function: a table that is rewritten looks empty to older snapshots.';

CREATE EVENT TRIGGER aqumv_ddl_command_end ON ddl_command_end
    WHEN TAG IN ('CREATE MATERIALIZED VIEW', 'REFRESH MATERIALIZED VIEW', 'CREATE TABLE',
                 'CREATE FOREIGN TABLE', 'CREATE SCHEMA', 'ALTER TABLE', 'ALTER FOREIGN TABLE',
                 'ALTER TYPE', 'ALTER DOMAIN', 'CREATE OPERATOR CLASS',
                 'ALTER OPERATOR FAMILY', 'CREATE VIEW', 'ALTER TRIGGER', 'ALTER SCHEMA')
    EXECUTE FUNCTION aqumv.on_ddl_command_end();
ALTER EVENT TRIGGER aqumv_ddl_command_end ENABLE ALWAYS;
CREATE EVENT TRIGGER aqumv_sql_drop ON sql_drop
    EXECUTE FUNCTION aqumv.on_sql_drop();
ALTER EVENT TRIGGER aqumv_sql_drop ENABLE ALWAYS;
CREATE EVENT TRIGGER aqumv_table_rewrite ON table_rewrite
    EXECUTE FUNCTION aqumv.on_table_rewrite();
ALTER EVENT TRIGGER aqumv_table_rewrite ENABLE ALWAYS;

-- ---------------------------------------------------------------------------
-- Diagnostics
-- ---------------------------------------------------------------------------

CREATE FUNCTION aqumv.explain_rewrite(query text,
        OUT block text, OUT view regclass, OUT used bool, OUT reason_code text, OUT reason text,
        OUT cost_original float8, OUT cost_rewritten float8)
    RETURNS SETOF record
    LANGUAGE C STRICT AS 'MODULE_PATHNAME', 'aqumv_explain_rewrite';
COMMENT ON FUNCTION aqumv.explain_rewrite(text) IS
    'Plans a query as if enable_answer_query_using_materialized_views were on, without running it, and says of each candidate view whether it would be used, and if not why (reason_code is stable, reason says what to change). Costs are the planner''s, NULL where nothing was planned. Needs the privileges that the query needs.';

CREATE FUNCTION aqumv.list_views(
        OUT view regclass, OUT base regclass, OUT maintenance text, OUT usable bool,
        OUT reason_code text, OUT reason text, OUT last_refresh timestamptz,
        OUT refresh_snapshot pg_snapshot, OUT marks bigint)
    RETURNS SETOF record
    LANGUAGE C STRICT AS 'MODULE_PATHNAME', 'aqumv_list_views';
COMMENT ON FUNCTION aqumv.list_views() IS 'The rows of aqumv.views.';

CREATE VIEW aqumv.views AS SELECT * FROM aqumv.list_views();
COMMENT ON VIEW aqumv.views IS
    'Every materialized view of the schemas that the user may use: its base table, how it is maintained, whether it can answer queries in this snapshot and session and if not why, when it was last filled and from which snapshot, and how many marks stand against it.';

-- ---------------------------------------------------------------------------
-- Privileges.  What default privileges have given to anybody is taken back
-- first: with some of them a role could forge what all others are answered.
-- ---------------------------------------------------------------------------

DO LANGUAGE plpgsql $$
DECLARE
    object record;
BEGIN
    FOR object IN
        SELECT 'SCHEMA' AS kind, nspname::text AS name, a.grantee
          FROM pg_namespace n, aclexplode(nspacl) a
         WHERE nspname = 'aqumv' AND a.grantee <> nspowner
        UNION
        SELECT 'TABLE', c.oid::regclass::text, a.grantee
          FROM pg_class c, aclexplode(relacl) a
         WHERE relnamespace = 'aqumv'::regnamespace AND relkind IN ('r', 'v') AND a.grantee <> relowner
        UNION
        SELECT 'FUNCTION', p.oid::regprocedure::text, a.grantee
          FROM pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) a
         WHERE pronamespace = 'aqumv'::regnamespace AND a.grantee <> proowner
           AND prorettype IN ('trigger'::regtype, 'event_trigger'::regtype)
    LOOP
        EXECUTE format('REVOKE ALL ON %s %s FROM %s', object.kind, object.name,
                       CASE WHEN object.grantee = 0 THEN 'PUBLIC'
                            ELSE quote_ident(pg_get_userbyid(object.grantee)) END);
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA aqumv TO PUBLIC;
GRANT SELECT ON aqumv.views, aqumv.tracked_tables TO PUBLIC;

-- ---------------------------------------------------------------------------
-- Say what to set if the library is not loaded in every session
-- ---------------------------------------------------------------------------

CREATE FUNCTION aqumv.check_preload() RETURNS void
    LANGUAGE C STRICT AS 'MODULE_PATHNAME', 'aqumv_check_preload';
COMMENT ON FUNCTION aqumv.check_preload() IS
    'Warns if neither shared_preload_libraries nor session_preload_libraries loads aqumv into this session.';
SELECT aqumv.check_preload();
