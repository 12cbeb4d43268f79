-- What members bring along; stands in for the migration of this name.
ALTER TABLE organizations
    ADD COLUMN billable_default boolean NOT NULL DEFAULT false,
    ADD COLUMN employees_can_see_billable_rates boolean NOT NULL DEFAULT false,
    ADD COLUMN employees_can_manage_tasks boolean NOT NULL DEFAULT false;
ALTER TABLE members ADD COLUMN name text, ADD COLUMN changed_by uuid, ADD COLUMN request_id text, ADD COLUMN traceparent text,
    ADD COLUMN updated_at bigint NOT NULL DEFAULT 0, ADD COLUMN deleted_at bigint;
