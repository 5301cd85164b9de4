-- Times are unix milliseconds. The same tables exist for every database; only the types here are SQLite's.

-- Numbers handed out inside the writing transaction, so that their order is the order of the commits.
CREATE TABLE sequences (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO sequences (name, value)
VALUES ('channel', 0), ('exchange', 0), ('mark', 0), ('product', 0), ('run', 0), ('token', 0);

-- A deleted product stays as a tombstone: its listings still have to be taken off the channels.
CREATE TABLE products (
    id INTEGER NOT NULL PRIMARY KEY,
    sku TEXT NOT NULL UNIQUE,
    -- May name a product that has not arrived yet.
    parent_sku TEXT,
    model BOOLEAN NOT NULL,
    deleted BOOLEAN NOT NULL,
    revision BIGINT NOT NULL,
    -- JSON of the catalog's product; empty on a tombstone.
    document TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX products_by_parent ON products (parent_sku) WHERE parent_sku IS NOT NULL;

CREATE TABLE stock (
    product_id BIGINT NOT NULL REFERENCES products (id),
    location TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (product_id, location)
) WITHOUT ROWID;

CREATE TABLE channels (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    connector TEXT NOT NULL,
    state TEXT NOT NULL,
    configuration TEXT NOT NULL,
    -- SHA-256 of the connector build that last served the channel; NULL before the first run.
    digest TEXT,
    -- How far a marking of the whole catalog has come; NULL when none is under way.
    marking_lane SMALLINT,
    marking_after BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- What each channel has acknowledged of each product, and whether it has something to do.
CREATE TABLE listings (
    channel_id BIGINT NOT NULL REFERENCES channels (id),
    product_id BIGINT NOT NULL,
    -- NULL: nothing to do.
    lane SMALLINT,
    due_at BIGINT NOT NULL,
    -- From the sequence 'mark': tells whether a change arrived while an earlier one was under way.
    marked BIGINT NOT NULL,
    state TEXT NOT NULL,
    delivered BLOB,
    revision BIGINT NOT NULL,
    remote_id TEXT,
    -- JSON list of the catalog's problems; NULL when there are none.
    problems TEXT,
    attempts INTEGER NOT NULL,
    -- When the last outcome was stored.
    settled_at BIGINT,
    PRIMARY KEY (channel_id, product_id)
) WITHOUT ROWID;
CREATE INDEX listings_due ON listings (channel_id, lane, product_id, due_at) WHERE lane IS NOT NULL;
CREATE INDEX listings_with_problems ON listings (channel_id, product_id) WHERE problems IS NOT NULL;
CREATE INDEX listings_troubled ON listings (channel_id, state, product_id)
    WHERE state NOT IN ('due', 'accepted', 'removed');

-- The steps still to come of uploads that take several requests.
CREATE TABLE exchanges (
    id INTEGER NOT NULL PRIMARY KEY,
    channel_id BIGINT NOT NULL REFERENCES channels (id),
    due_at BIGINT NOT NULL,
    request TEXT NOT NULL,
    memo BLOB NOT NULL,
    attempts INTEGER NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX exchanges_due ON exchanges (channel_id, due_at);

CREATE TABLE exchange_covers (
    exchange_id BIGINT NOT NULL REFERENCES exchanges (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    product_id BIGINT NOT NULL,
    marked BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    fingerprint BLOB NOT NULL,
    PRIMARY KEY (exchange_id, position)
) WITHOUT ROWID;

CREATE TABLE runs (
    id INTEGER NOT NULL PRIMARY KEY,
    channel_id BIGINT NOT NULL REFERENCES channels (id),
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    report TEXT
);
CREATE INDEX runs_by_channel ON runs (channel_id, id);

CREATE TABLE tokens (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);

-- The planner's idea of the sizes, as they are in a large catalog at rest. Without it, it would look for the
-- few listings that are due, or in trouble, by reading all of a channel.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat)
VALUES
    ('products', 'sqlite_autoindex_products_1', '1000000 1'),
    ('products', 'products_by_parent', '800000 8'),
    ('stock', 'stock', '3000000 3 1'),
    ('listings', 'listings', '4000000 1000000 1'),
    ('listings', 'listings_due', '1000 250 90 1 1'),
    ('listings', 'listings_with_problems', '4000 1000 1'),
    ('listings', 'listings_troubled', '4000 1000 250 1');
