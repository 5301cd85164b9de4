-- What was admitted of each connector. The bytes lie beside the database, under their digest.
CREATE TABLE connector_releases (
    -- SHA-256 of the component, in lower-case hexadecimal.
    digest TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    summary TEXT NOT NULL,
    state TEXT NOT NULL,
    -- Why it does not serve; NULL while nothing is wrong with it.
    reason TEXT,
    -- JSON: what it asks for, and what the operator had approved for its name when it was let through.
    asks TEXT NOT NULL,
    approved TEXT,
    -- The file that brought it, and what tells that the file was replaced.
    file TEXT NOT NULL,
    stamp TEXT NOT NULL,
    -- Base64 of its detached signature, if it came with one.
    signature TEXT,
    admitted_at BIGINT NOT NULL,
    -- When the state last changed.
    changed_at BIGINT NOT NULL,
    -- When it last began to serve; NULL if it never did.
    served_at BIGINT
) WITHOUT ROWID;
CREATE INDEX connector_releases_by_name ON connector_releases (name);
CREATE UNIQUE INDEX connector_releases_serving ON connector_releases (name) WHERE state = 'serving';
