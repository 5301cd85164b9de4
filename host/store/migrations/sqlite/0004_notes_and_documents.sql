-- What a connector noted of a listing for its next operation.
ALTER TABLE listings ADD COLUMN note TEXT;

-- Large bodies that belong to uploads of several requests. They are kept while an exchange refers to them.
CREATE TABLE documents (
    id INTEGER NOT NULL PRIMARY KEY,
    content BLOB NOT NULL
);
INSERT INTO sequences (name, value) VALUES ('document', 0);
ALTER TABLE exchanges ADD COLUMN document_id BIGINT;
CREATE INDEX exchanges_by_document ON exchanges (document_id) WHERE document_id IS NOT NULL;
