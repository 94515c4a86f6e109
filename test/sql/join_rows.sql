-- A view of rows in the place of its table inside of a join.  The columns of
-- the other relations stand as they are: none may be taken for a column of the
-- table because it has the same number, none may be lost because the join lists
-- it under another name, and each row must meet the partners that it met.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;

-- the tables have columns of the same numbers and types
CREATE TABLE sale (id int PRIMARY KEY, shop int, item int, x int, note text);
CREATE TABLE shop (id int PRIMARY KEY, area int, item int, x int, name text);
CREATE TABLE area (id int, boss text, x int);
INSERT INTO sale SELECT i, i % 7, i % 4, nullif(i % 10, 3), 'n' || i % 5 FROM generate_series(1, 60) AS i;
INSERT INTO shop SELECT i, i % 3, i % 4, i, 's' || i FROM generate_series(0, 8) AS i;
INSERT INTO area VALUES (0, 'a', 1), (1, 'b', 2), (1, 'c', 3), (3, NULL, 4);
CREATE MATERIALIZED VIEW sale_v AS
    SELECT x + 1 AS x1, id, shop, item, x, upper(note) AS note_up FROM sale WHERE id > 10;
ANALYZE;

CREATE TABLE q (n serial, query text);
INSERT INTO q (query) VALUES
-- forms of joins
('SELECT sale.id, name FROM sale JOIN shop ON sale.shop = shop.id WHERE sale.id > 10'),
('SELECT sale.id, name FROM shop JOIN sale ON sale.shop = shop.id AND sale.id > 10'),
('SELECT sale.id, name FROM shop, sale WHERE sale.shop = shop.id AND 20 < sale.id'),
('SELECT s.id, h.name FROM shop AS h CROSS JOIN sale AS s WHERE s.id > 55'),
('SELECT a.boss, s.x FROM area a JOIN shop h ON h.area = a.id JOIN sale s ON s.shop = h.id AND s.id > 10'),
('SELECT a.boss, s.x FROM (sale s JOIN shop h ON s.shop = h.id) JOIN area a ON h.area = a.id WHERE s.id > 10'),
('SELECT a.boss, s.x FROM sale s JOIN (shop h JOIN area a ON h.area = a.id) ON s.shop = h.id WHERE s.id > 11'),
('SELECT j.sid, j.boss FROM (sale s JOIN shop h ON s.shop = h.id) AS j(sid, b, c, d, e, f, g, h, i, boss) WHERE j.sid > 10'),
('SELECT s.x, h.x FROM (SELECT * FROM sale WHERE id > 10) s JOIN shop h ON s.shop = h.id'),
('SELECT s.x, h.x FROM (SELECT * FROM shop) h, LATERAL (SELECT * FROM sale WHERE id > 10 AND sale.shop = h.id) s'),
('SELECT s.x, l.y FROM sale s, LATERAL (SELECT s.x + h.x AS y FROM shop h WHERE h.id = s.shop) l WHERE s.id > 10'),
('SELECT s.x, g FROM sale s, LATERAL generate_series(1, s.item) g WHERE s.id > 10'),
('SELECT s.x, v FROM sale s, LATERAL (VALUES (s.x), (s.item)) w(v) WHERE s.id > 10'),
-- columns and expressions of the same number in another table
('SELECT shop.x + 1, sale.x + 1 FROM shop JOIN sale ON sale.shop = shop.id WHERE sale.id > 10'),
('SELECT sale.x + 1, shop.x + 1 FROM sale JOIN shop ON sale.shop = shop.id WHERE sale.id > 10'),
('SELECT upper(name), upper(note) FROM shop JOIN sale ON sale.shop = shop.id WHERE sale.id > 10'),
('SELECT 1 FROM shop JOIN sale ON sale.shop + 1 = shop.x + 1 AND sale.x + 1 > 3 AND sale.id > 10'),
('SELECT area.x + 1, shop.x + 1, sale.x + 1 FROM area, shop, sale WHERE area.id = shop.area AND shop.id = sale.shop AND sale.id > 10'),
('SELECT max(shop.x + 1), max(sale.x + 1) FROM shop, sale WHERE sale.shop = shop.id AND sale.id > 10 GROUP BY shop.item'),
('SELECT shop.x + 1, count(*) FROM shop, sale WHERE sale.shop = shop.id AND sale.id > 10 GROUP BY shop.x + 1'),
-- the table itself, twice: with both from the view, one of them, none
('SELECT a.x + 1, b.x + 1 FROM sale a JOIN sale b ON a.id = b.item WHERE a.id > 10 AND b.id > 20'),
('SELECT a.x + 1, b.x + 1 FROM sale a JOIN sale b ON a.item = b.id AND a.id > 10'),
('SELECT a.x + 1, b.x + 1 FROM sale a JOIN sale b ON a.id = b.item AND b.id > 10'),
('SELECT a.x + 1, b.x + 1, c.x + 1 FROM sale a, sale b, sale c WHERE a.id = 3 AND b.id = 13 AND c.id = 33'),
('SELECT a.id, b.id FROM sale a, sale b WHERE a.id = b.item'),
-- USING and NATURAL: merged columns
('SELECT id FROM (SELECT id, shop FROM sale WHERE id > 10) s JOIN (SELECT id FROM shop) h USING (id)'),
('SELECT item, s.id FROM sale s JOIN shop h USING (item) WHERE s.id > 10'),
('SELECT item, x, s.id FROM (SELECT id, item, x FROM sale WHERE id > 10) s NATURAL JOIN (SELECT item, x FROM shop) h'),
('SELECT item, count(*) FROM sale s JOIN shop h USING (item) WHERE s.id > 10 GROUP BY item'),
('SELECT k FROM (SELECT id, item::bigint AS k FROM sale WHERE id > 10) s JOIN (SELECT item AS k FROM shop) h USING (k)'),
('SELECT k FROM (SELECT id, item AS k FROM sale WHERE id > 10) s JOIN (SELECT item::bigint AS k FROM shop) h USING (k)'),
-- whole rows: of the other table, of the table, of the join
('SELECT shop FROM sale JOIN shop ON sale.shop = shop.id WHERE sale.id > 10'),
('SELECT sale FROM sale JOIN shop ON sale.shop = shop.id WHERE sale.id > 10'),
('SELECT j FROM (sale JOIN shop ON sale.shop = shop.id) j WHERE j.note > '''' '),
('SELECT count(j) FROM (sale s JOIN shop h ON s.shop = h.id AND s.id > 10) j'),
('SELECT to_jsonb(j) FROM (SELECT s.id, s.x, h.name FROM sale s JOIN shop h ON s.shop = h.id AND s.id > 10) j'),
('SELECT s FROM (SELECT id, x FROM sale WHERE id > 10) s JOIN shop h ON s.id = h.id + 10'),
-- semijoins and antijoins
('SELECT h.* FROM shop h WHERE EXISTS (SELECT FROM sale s WHERE s.shop = h.id AND s.x = h.x AND s.id > 10)'),
('SELECT h.* FROM shop h WHERE NOT EXISTS (SELECT FROM sale s WHERE s.shop = h.id AND s.id > 55)'),
('SELECT s.x FROM sale s WHERE s.id > 10 AND s.shop IN (SELECT h.x FROM shop h WHERE h.item = s.item)'),
('SELECT s.x FROM sale s WHERE s.id > 10 AND s.shop NOT IN (SELECT h.x FROM shop h WHERE h.item <> s.item)'),
-- on top of the join
('SELECT DISTINCT s.item, h.area FROM sale s JOIN shop h ON s.shop = h.id WHERE s.id > 10'),
('SELECT s.id, rank() OVER (PARTITION BY h.area ORDER BY s.x, s.id) FROM sale s JOIN shop h ON s.shop = h.id WHERE s.id > 10'),
('SELECT h.area, s.item, count(*), sum(s.x), sum(h.x) FROM sale s JOIN shop h ON s.shop = h.id WHERE s.id > 10 GROUP BY ROLLUP (h.area, s.item)'),
-- must not: columns or rows that the view lacks
('SELECT s.note FROM sale s JOIN shop h ON s.shop = h.id WHERE s.id > 10'),
('SELECT s.x FROM sale s JOIN shop h ON s.shop = h.id'),
('SELECT s.x FROM sale s JOIN shop h ON s.shop = h.id AND h.id > 10'),
('SELECT s.ctid, s.x FROM sale s JOIN shop h ON s.shop = h.id WHERE s.id > 10');
-- 18 takes the whole row of a join apart
SELECT n, replace(pg_temp.compare(query), '(whole_row)', '(column)') FROM q ORDER BY n;
DROP TABLE sale, shop, area, q CASCADE;
