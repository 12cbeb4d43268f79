-- Time entries, and the outbox that records each of their changes in the same transaction.
-- Instants are microseconds since the epoch, UTC; money is in minor units.

-- What the foreign key of time_entries refers to: it proves that the member, the tenant and the person belong together.
ALTER TABLE members ADD CONSTRAINT members_id_organization_id_user_id_key UNIQUE (id, organization_id, user_id);

CREATE TABLE time_entries (
    id              uuid    NOT NULL,
    organization_id uuid    NOT NULL,
    member_id       uuid    NOT NULL,
    user_id         uuid    NOT NULL,
    start_at        bigint  NOT NULL,
    end_at          bigint,
    time_zone       text    NOT NULL,
    description     text    NOT NULL DEFAULT '',
    billable        boolean NOT NULL DEFAULT false,
    billable_rate   bigint,
    currency        text    NOT NULL,
    source          text    NOT NULL,
    -- Digest of the request that created it; tells a repeated request from another one that claims the same id.
    request_digest  text,
    version         bigint  NOT NULL DEFAULT 1,
    changed_by      uuid    NOT NULL,
    created_at      bigint  NOT NULL,
    updated_at      bigint  NOT NULL,
    deleted_at      bigint,
    CONSTRAINT time_entries_pkey PRIMARY KEY (id),
    CONSTRAINT time_entries_member_fkey FOREIGN KEY (member_id, organization_id, user_id)
        REFERENCES members (id, organization_id, user_id),
    CONSTRAINT time_entries_end_not_before_start CHECK (end_at >= start_at),
    -- 1970 to 2199 in whole seconds: keeps every product of a duration and a rate within 64 bits.
    CONSTRAINT time_entries_start_range CHECK (start_at BETWEEN 0 AND 7258118399000000 AND start_at % 1000000 = 0),
    CONSTRAINT time_entries_end_range CHECK (end_at BETWEEN 0 AND 7258118399000000 AND end_at % 1000000 = 0),
    CONSTRAINT time_entries_description_length CHECK (char_length(description) <= 5000),
    CONSTRAINT time_entries_billable_rate_range CHECK (billable_rate BETWEEN 0 AND 1000000000)
);

-- One running timer per member, also under races.
CREATE UNIQUE INDEX time_entries_one_running_per_member ON time_entries (member_id)
    WHERE end_at IS NULL AND deleted_at IS NULL;

-- Pages of a member's and of an organization's entries, and what changed since a client last asked.
CREATE INDEX time_entries_by_member ON time_entries (member_id, start_at, id);
CREATE INDEX time_entries_by_organization ON time_entries (organization_id, start_at, id);
CREATE INDEX time_entries_by_change ON time_entries (organization_id, updated_at);

CREATE TABLE outbox (
    -- Readers go by (xid, seq) and stop at the oldest transaction in progress: a sequence alone is drawn before the commit,
    -- and a reader that goes by it skips the events of slower transactions.
    xid             xid8   NOT NULL DEFAULT pg_current_xact_id(),
    seq             bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- Id of the CloudEvents envelope.
    id              text   NOT NULL GENERATED ALWAYS AS (subject::text || '/' || subject_version::text) STORED,
    organization_id uuid   NOT NULL,
    type            text   NOT NULL,
    subject         uuid   NOT NULL,
    subject_version bigint NOT NULL,
    actor           uuid   NOT NULL,
    occurred_at     bigint NOT NULL,
    data            jsonb  NOT NULL,
    CONSTRAINT outbox_pkey PRIMARY KEY (xid, seq)
);

CREATE FUNCTION append_time_entry_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (organization_id, type, subject, subject_version, actor, occurred_at, data)
    VALUES (
        NEW.organization_id,
        CASE
            WHEN TG_OP = 'INSERT' AND NEW.end_at IS NULL THEN 'time_entry.started'
            WHEN TG_OP = 'INSERT' THEN 'time_entry.created'
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'time_entry.deleted'
            WHEN NEW.end_at IS NOT NULL AND OLD.end_at IS NULL THEN 'time_entry.stopped'
            ELSE 'time_entry.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.updated_at,
        jsonb_build_object(
            'id', NEW.id,
            'organization_id', NEW.organization_id,
            'member_id', NEW.member_id,
            'user_id', NEW.user_id,
            'project_id', NULL,
            'start', NEW.start_at,
            'end', NEW.end_at,
            'time_zone', NEW.time_zone,
            'description', NEW.description,
            'billable', NEW.billable,
            'billable_rate', NEW.billable_rate,
            'currency', NEW.currency,
            'source', NEW.source,
            'version', NEW.version,
            'created_at', NEW.created_at,
            'updated_at', NEW.updated_at,
            'deleted_at', NEW.deleted_at
        )
    );
    RETURN NULL;
END
$$;

CREATE TRIGGER time_entries_append_event AFTER INSERT OR UPDATE ON time_entries
    FOR EACH ROW EXECUTE FUNCTION append_time_entry_event();

-- Versions grow by one with each change, so that consumers can tell old news from new.
CREATE FUNCTION refuse_version_gap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a change must raise the version by one' USING ERRCODE = 'check_violation', CONSTRAINT = 'version_grows_by_one';
END
$$;

CREATE TRIGGER time_entries_version BEFORE UPDATE ON time_entries
    FOR EACH ROW WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_version_gap();
