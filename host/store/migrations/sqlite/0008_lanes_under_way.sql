-- Which lanes of a listing wait for a further exchange, and which ones each exchange speaks of: a bit for each lane.
ALTER TABLE listings ADD COLUMN under_way INTEGER NOT NULL DEFAULT 0;
UPDATE listings SET under_way = 7 WHERE state = 'pending';
ALTER TABLE exchange_covers ADD COLUMN lanes INTEGER NOT NULL DEFAULT 7;
