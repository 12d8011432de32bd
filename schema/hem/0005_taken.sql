-- When a reading was taken, market time in ms as sent: what changed within a slot is measured by it.
ALTER TABLE readings ADD COLUMN taken_ms INTEGER;
ALTER TABLE quarters ADD COLUMN taken_ms INTEGER;
DELETE FROM quarters;
