-- What comes back from channels: orders, counted stock, what they show; and how far each stream was read.

INSERT INTO sequences (name, value) VALUES ('order', 0);

-- Orders outlive their channel, so they carry its name.
CREATE TABLE orders (
    id INTEGER NOT NULL PRIMARY KEY,
    channel_id BIGINT NOT NULL,
    channel TEXT NOT NULL,
    -- The channel's own id: the same order is stored once.
    remote_id TEXT NOT NULL,
    number TEXT NOT NULL,
    state TEXT NOT NULL,
    placed_at BIGINT NOT NULL,
    -- When the channel last changed it: an older telling never replaces a newer one.
    changed_at BIGINT NOT NULL,
    -- JSON: everything but lines and personal data.
    document TEXT NOT NULL,
    -- JSON: buyer and address, apart from the rest so that they can be cleared; NULL when there are none.
    customer TEXT,
    -- Whether its lines take stock. Those placed before the channel was set up do not: the counts know of them.
    takes_stock BOOLEAN NOT NULL,
    -- Lines that a person has to look at.
    troubled INTEGER NOT NULL,
    received_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (channel_id, remote_id)
);
CREATE INDEX orders_by_channel ON orders (channel_id, id);
CREATE INDEX orders_troubled ON orders (id) WHERE troubled > 0;

CREATE TABLE order_lines (
    order_id BIGINT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    remote_id TEXT NOT NULL,
    -- NULL while no product is known for it.
    product_id BIGINT,
    -- JSON of the line as the channel told it.
    document TEXT NOT NULL,
    -- Units that were in no stock.
    short BIGINT NOT NULL,
    -- JSON list of the catalog's problems; NULL when there are none.
    problems TEXT,
    PRIMARY KEY (order_id, position)
) WITHOUT ROWID;

-- Where the units of a line were taken from, so that a cancellation gives them back there.
CREATE TABLE order_stock (
    order_id BIGINT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    line TEXT NOT NULL,
    product_id BIGINT NOT NULL,
    location TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    PRIMARY KEY (order_id, line, location)
) WITHOUT ROWID;

-- How far each stream of a channel was read.
CREATE TABLE streams (
    channel_id BIGINT NOT NULL REFERENCES channels (id),
    name TEXT NOT NULL,
    -- Where a pass begins, or goes on after a restart.
    cursor BLOB,
    -- The stretch of time that the pass under way asks for; until is NULL when none is.
    since BIGINT,
    until BIGINT,
    pages BIGINT NOT NULL,
    -- The next request of the pass, its memo, and the connector that made them; NULL: made anew from the cursor.
    request TEXT,
    memo BLOB,
    digest TEXT,
    -- Up to which moment the passes so far have asked.
    read_until BIGINT,
    due_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    -- JSON: why the last attempt brought nothing.
    problem TEXT,
    began_at BIGINT,
    succeeded_at BIGINT,
    finished_at BIGINT,
    -- When a webhook or a person last asked for it.
    wanted_at BIGINT,
    PRIMARY KEY (channel_id, name)
) WITHOUT ROWID;

-- What was found wrong with what came in, each kind once.
CREATE TABLE findings (
    channel_id BIGINT NOT NULL REFERENCES channels (id),
    -- Such as `stream orders`, `webhook` or `file`.
    source TEXT NOT NULL,
    code TEXT NOT NULL,
    -- What it is about: a SKU, a location, a row.
    subject TEXT NOT NULL,
    problem TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (channel_id, source, code, subject)
) WITHOUT ROWID;
CREATE INDEX findings_by_time ON findings (channel_id, last_at);

-- Webhook deliveries that were taken in, so that a repeat brings nothing.
CREATE TABLE deliveries (
    channel_id BIGINT NOT NULL REFERENCES channels (id),
    delivery_id TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (channel_id, delivery_id)
) WITHOUT ROWID;
CREATE INDEX deliveries_by_time ON deliveries (channel_id, received_at);

-- When a source that is taken as the truth last counted.
ALTER TABLE stock ADD COLUMN counted_at BIGINT;

-- JSON: what the channel says it shows.
ALTER TABLE listings ADD COLUMN shown TEXT;
CREATE INDEX listings_by_remote_id ON listings (channel_id, remote_id) WHERE remote_id IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat)
VALUES
    ('listings', 'listings_by_remote_id', '4000000 1000000 1'),
    ('orders', 'orders_by_channel', '1000000 250000 1'),
    ('orders', 'orders_troubled', '100 1'),
    ('order_lines', 'order_lines', '2000000 2 1'),
    ('order_stock', 'order_stock', '2000000 2 1 1');
