-- What members bring along; stands in for the migration of this name.
ALTER TABLE organizations ADD COLUMN billable_default INTEGER NOT NULL DEFAULT 0;
ALTER TABLE organizations ADD COLUMN employees_can_see_billable_rates INTEGER NOT NULL DEFAULT 0;
ALTER TABLE organizations ADD COLUMN employees_can_manage_tasks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN name TEXT;
ALTER TABLE members ADD COLUMN changed_by TEXT;
ALTER TABLE members ADD COLUMN request_id TEXT;
ALTER TABLE members ADD COLUMN traceparent TEXT;
ALTER TABLE members ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN deleted_at INTEGER;
