-- Parcels of orders that left, and what the channels that sold the orders know of them.

INSERT INTO sequences (name, value) VALUES ('shipment', 0);

CREATE TABLE shipments (
    id INTEGER NOT NULL PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    -- The order's channel; like the order, a shipment outlives it.
    channel_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    -- JSON: carrier, tracking, place and time.
    parcel TEXT NOT NULL,
    -- The channel's own id.
    remote_id TEXT,
    -- What the connector noted for its next attempt.
    note TEXT,
    -- JSON list of the catalog's problems; NULL when there are none.
    problems TEXT,
    -- Attempts that the channel did not take, in all.
    attempt INTEGER NOT NULL,
    -- The same since a person last asked for one.
    failures INTEGER NOT NULL,
    -- When the connector is to be asked; NULL: not at all, or an exchange is under way.
    due_at BIGINT,
    recorded_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX shipments_by_order ON shipments (order_id, id);
CREATE INDEX shipments_due ON shipments (channel_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX shipments_open ON shipments (channel_id, state) WHERE state NOT IN ('accepted', 'not-carried');

CREATE TABLE shipment_lines (
    shipment_id BIGINT NOT NULL REFERENCES shipments (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    -- The channel's id of the order's line.
    line TEXT NOT NULL,
    sku TEXT,
    quantity BIGINT NOT NULL,
    PRIMARY KEY (shipment_id, position)
) WITHOUT ROWID;

-- The requests that tell of them, stored before they are sent: a crash repeats their bytes. Their ids are those of
-- all exchanges.
CREATE TABLE shipment_exchanges (
    id INTEGER NOT NULL PRIMARY KEY,
    channel_id BIGINT NOT NULL REFERENCES channels (id),
    due_at BIGINT NOT NULL,
    request TEXT NOT NULL,
    memo BLOB NOT NULL,
    document_id BIGINT,
    attempts INTEGER NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX shipment_exchanges_due ON shipment_exchanges (channel_id, due_at);
CREATE INDEX shipment_exchanges_by_document ON shipment_exchanges (document_id) WHERE document_id IS NOT NULL;

CREATE TABLE shipment_covers (
    exchange_id BIGINT NOT NULL REFERENCES shipment_exchanges (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    shipment_id BIGINT NOT NULL,
    -- Exchanges of the chain that were answered before.
    steps INTEGER NOT NULL,
    PRIMARY KEY (exchange_id, position)
) WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat)
VALUES
    ('shipments', 'shipments_by_order', '1000000 1 1'),
    ('shipments', 'shipments_due', '100 25 1'),
    ('shipments', 'shipments_open', '100 25 5'),
    ('shipment_lines', 'shipment_lines', '2000000 2 1'),
    ('shipment_exchanges', 'shipment_exchanges_due', '100 25 1'),
    ('shipment_covers', 'shipment_covers', '100 1 1');
