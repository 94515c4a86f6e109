-- What anybody may call, with arguments that no view would ever pass: NULLs in
-- arrays, other dimensions and bounds, counts that cannot be.  If this were
-- wrong, any role could read the server's memory or bring it down.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
SET extra_float_digits = 0;
CREATE FUNCTION pg_temp.try(expression text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE 'SELECT (' || expression || ')::text' INTO result;
    RETURN left(coalesce(result, 'NULL'), 60);
EXCEPTION WHEN OTHERS THEN
    RETURN 'ERROR ' || sqlstate;
END $$;

-- states of aqumv.scales
CREATE TEMP TABLE states (n int, state text);
INSERT INTO states VALUES
    (1, '''{}'''), (2, '''{1,0,2}'''), (3, '''{0,0}'''), (4, 'NULL'),
    (5, 'array_fill(NULL::bigint, ARRAY[200])'), (6, 'array_fill(NULL::bigint, ARRAY[16384])'),
    (7, '''{1,NULL,2}'''), (8, '''{{1,2},{3,4}}'''), (9, '''[0:1]={1,2}'''),
    (10, '''[5:6]={1,2}'''), (11, '''[-2147483648:-2147483647]={1,2}'''), (12, '''{-1}'''),
    (13, '''{9223372036854775807}'''), (14, '''{-9223372036854775808,1}'''),
    (15, 'array_fill(1::bigint, ARRAY[16385])'), (16, 'array_fill(1::bigint, ARRAY[1000000])'),
    (17, 'array_fill(NULL::bigint, ARRAY[2,3,4])'), (18, '(ARRAY[1,NULL,2])[1:1]'),
    (19, 'array_fill(7::bigint, ARRAY[16384])'), (20, '''{1,2}''::bigint[] || NULL::bigint');
SELECT n, pg_temp.try(format('aqumv.scales_accum(%s, 1.5)', state)) AS accum,
       pg_temp.try(format('aqumv.scales_combine(''{}'', %s)', state)) AS combine,
       pg_temp.try(format('aqumv.scales_combine(%s, ''{1}'')', state)) AS combined_with
  FROM states ORDER BY n;
SELECT pg_temp.try('aqumv.scales_accum(''{}'', ''NaN'')'), pg_temp.try('aqumv.scales_accum(''{}'', ''-Infinity'')'),
       pg_temp.try('aqumv.scales_accum(''{}'', NULL)'),
       pg_temp.try('cardinality(aqumv.scales_accum(''{}'', (''1e-16383'')::numeric))');
-- from tables: compressed, and out of line
CREATE TEMP TABLE stored (a bigint[]);
INSERT INTO stored VALUES (array_fill(3::bigint, ARRAY[16384])), (array_fill(NULL::bigint, ARRAY[16384])),
    ((SELECT array_agg(('x' || substr(md5(i::text), 1, 15))::bit(60)::bigint >> 1) FROM generate_series(1, 9000) i));
SELECT pg_temp.try(format('(SELECT cardinality(aqumv.scales_combine(a, a)) FROM (SELECT a FROM stored OFFSET %s LIMIT 1) s)', n)),
       pg_temp.try(format('(SELECT cardinality(aqumv.scales_accum(a, 0.25)) FROM (SELECT a FROM stored OFFSET %s LIMIT 1) s)', n))
  FROM generate_series(0, 2) n;

-- as parts of other aggregates, with initial states of their own
CREATE AGGREGATE pg_temp.nulls(numeric) (SFUNC = aqumv.scales_accum, STYPE = bigint[], INITCOND = '{NULL,NULL,NULL,NULL}');
CREATE AGGREGATE pg_temp.flat(numeric) (SFUNC = aqumv.scales_accum, STYPE = bigint[], INITCOND = '{{1,2},{3,4}}');
CREATE AGGREGATE pg_temp.full(numeric) (SFUNC = aqumv.scales_accum, STYPE = bigint[], INITCOND = '{9223372036854775807}');
CREATE AGGREGATE pg_temp.none(numeric) (SFUNC = aqumv.scales_accum, STYPE = bigint[]);
CREATE AGGREGATE pg_temp.of_states(bigint[]) (SFUNC = aqumv.scales_combine, STYPE = bigint[]);
SELECT pg_temp.try(format('(SELECT pg_temp.%s(x) FROM (VALUES (1), (2.5), (NULL), (3.25)) t (x))', name))
  FROM unnest(ARRAY['nulls', 'flat', 'full', 'none']) name;
SELECT pg_temp.of_states(s) FROM (VALUES ('{1}'::bigint[]), ('{1,2}'), (NULL)) t (s);
SELECT pg_temp.of_states(s) FROM (VALUES ('{1,NULL}'::bigint[]), ('{1,2}')) t (s);
SELECT x, aqumv.scales(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES (1), (2.5), (3.25)) t (x);

-- a hash of anything
SELECT aqumv.row_hash(NULL) IS NOT NULL, aqumv.row_hash(VARIADIC NULL::int[]) IS NOT NULL,
       aqumv.row_hash(VARIADIC ARRAY[1, 2]) IS NOT NULL, aqumv.row_hash('unknown', NULL, 1::"char", ROW(1, NULL), '{}'::int[]) IS NOT NULL,
       aqumv.row_hash(repeat('x', 1000000), (SELECT a FROM stored LIMIT 1)) IS NOT NULL,
       aqumv.row_hash(textout('c'), int4out(NULL), point '(1,2)', 'f'::bool) IS NOT NULL;
SELECT aqumv.row_hash();
SELECT aqumv.row_hash(VARIADIC 1);
SELECT aqumv.row_hash(textout('c')) = aqumv.row_hash(textout('c'));
DO $$ DECLARE a int[] := '{1,2}'; r record; BEGIN a[2] := 3; r := ROW(a, 1);
    IF aqumv.row_hash(a) <> aqumv.row_hash('{1,3}'::int[]) OR aqumv.row_hash(r) IS NULL THEN RAISE 'differs'; END IF; END $$;

-- variance and its likes
SELECT f, args, pg_temp.try(format('aqumv.%s(%s)', f, args))
  FROM unnest(ARRAY['var_pop', 'var_samp', 'stddev_pop', 'stddev_samp']) f,
       unnest(ARRAY['NULL, 1, 1', '0, 1, 1', '-5, 1, 1', '2, ''NaN'', 1', '2, ''Infinity'', ''-Infinity''', '9223372036854775807, 1, 1',
                    '-9223372036854775808, 1, 1', '2, 5, -5', '2, 1e100000, 1', '3, 1e-16383, 1']) args;
SELECT p.proname, a, pg_temp.try(format('(SELECT aqumv.%s(x::float8[]) FROM (VALUES (%s)) t (x))', p.proname, a))
  FROM pg_proc p, unnest(ARRAY['NULL', '''{}''', '''{1}''', '''{1,2,NULL}''', '''{{1,2,3}}''', '''[0:2]={1,2,3}''', '''{NULL,NULL,NULL,NULL,NULL,NULL}''',
                               'array_fill(1.0, ARRAY[1000])', '''{-1,-1,-1}''', '''{NaN,NaN,NaN,NaN,NaN,NaN}''']) a
 WHERE pronamespace = 'aqumv'::regnamespace AND prokind = 'a' AND pronargs = 1 AND proargtypes[0] = 'float8[]'::regtype
   AND proname IN ('var_pop', 'stddev_samp', 'corr', 'regr_slope') ORDER BY p.proname, a COLLATE "C";

-- relations that are none, or not of the kind
SELECT f, o, pg_temp.try(format('aqumv.%s(%s::oid::regclass)', f, o))
  FROM unnest(ARRAY['track', 'untrack']) f, unnest(ARRAY['NULL', '0', '1', '4294967295', '1259', '2662', '''aqumv.mark''::regclass', '''aqumv.views''::regclass']) o;
SELECT pg_temp.try('(SELECT count(*) FROM aqumv.explain_rewrite(NULL))'), pg_temp.try('(SELECT count(*) FROM aqumv.list_views())'),
       pg_temp.try('aqumv.check_preload()');
-- those that are not for calling
SELECT proname, pg_temp.try(format('aqumv.%s()', proname)) FROM pg_proc
 WHERE pronamespace = 'aqumv'::regnamespace AND prorettype IN ('trigger'::regtype, 'event_trigger'::regtype) ORDER BY 1;
-- a function that is new here has to be tried above
SELECT string_agg(DISTINCT proname, ' ' ORDER BY proname) FROM pg_proc p
 WHERE pronamespace = 'aqumv'::regnamespace AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0));
