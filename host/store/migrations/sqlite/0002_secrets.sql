-- What channels' credentials name. The key that opens them is never in the database.
CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    -- Tells keys apart without telling anything about them: the beginning of the key's SHA-256.
    key_id BLOB NOT NULL,
    -- Nonce, ciphertext and tag. The name is authenticated with it, so that a row opens under its own name only.
    sealed BLOB NOT NULL,
    -- From the sequence 'secret': tells whoever keeps an opened value that there is a newer one.
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
) WITHOUT ROWID;

INSERT INTO sequences (name, value) VALUES ('secret', 0);
