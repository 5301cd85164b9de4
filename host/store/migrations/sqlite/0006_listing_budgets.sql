-- What each listing has used of budgets that the channel counts for every listing by itself; opaque to the store.
ALTER TABLE listings ADD COLUMN spent TEXT;
