CREATE TRIGGER time_entries_append_event_on_insert AFTER INSERT ON time_entries
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'time_entry', CASE
            WHEN NEW.end_at IS NULL THEN 'time_entry.started'
            ELSE 'time_entry.created'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'member_id', NEW.member_id,
            'user_id', NEW.user_id,
            'start_at', NEW.start_at,
            'end_at', NEW.end_at,
            'time_zone', NEW.time_zone,
            'description', NEW.description,
            'billable', json(CASE NEW.billable WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'billable_rate', NEW.billable_rate,
            'currency', NEW.currency,
            'source', NEW.source,
            'project_id', NEW.project_id,
            'task_id', NEW.task_id,
            'kind', NEW.kind,
            'tags', json(NEW.tags),
            'billable_rate_source', NEW.billable_rate_source,
            'cost_rate', NEW.cost_rate,
            'cost_rate_source', NEW.cost_rate_source,
            'external_id', NEW.external_id,
            'external_url', NEW.external_url,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'member_id', json(CASE WHEN NEW.member_id IS NOT NULL THEN json_array(NULL, NEW.member_id) END),
            'user_id', json(CASE WHEN NEW.user_id IS NOT NULL THEN json_array(NULL, NEW.user_id) END),
            'start_at', json(CASE WHEN NEW.start_at IS NOT NULL THEN json_array(NULL, NEW.start_at) END),
            'end_at', json(CASE WHEN NEW.end_at IS NOT NULL THEN json_array(NULL, NEW.end_at) END),
            'time_zone', json(CASE WHEN NEW.time_zone IS NOT NULL THEN json_array(NULL, NEW.time_zone) END),
            'description', json(CASE WHEN NEW.description IS NOT NULL THEN json_array(NULL, NEW.description) END),
            'billable', json(CASE WHEN NEW.billable IS NOT NULL THEN json_array(NULL, json(CASE NEW.billable WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'billable_rate', json(CASE WHEN NEW.billable_rate IS NOT NULL THEN json_array(NULL, NEW.billable_rate) END),
            'currency', json(CASE WHEN NEW.currency IS NOT NULL THEN json_array(NULL, NEW.currency) END),
            'source', json(CASE WHEN NEW.source IS NOT NULL THEN json_array(NULL, NEW.source) END),
            'project_id', json(CASE WHEN NEW.project_id IS NOT NULL THEN json_array(NULL, NEW.project_id) END),
            'task_id', json(CASE WHEN NEW.task_id IS NOT NULL THEN json_array(NULL, NEW.task_id) END),
            'kind', json(CASE WHEN NEW.kind IS NOT NULL THEN json_array(NULL, NEW.kind) END),
            'tags', json(CASE WHEN NEW.tags IS NOT NULL THEN json_array(NULL, json(NEW.tags)) END),
            'billable_rate_source', json(CASE WHEN NEW.billable_rate_source IS NOT NULL THEN json_array(NULL, NEW.billable_rate_source) END),
            'cost_rate', json(CASE WHEN NEW.cost_rate IS NOT NULL THEN json_array(NULL, NEW.cost_rate) END),
            'cost_rate_source', json(CASE WHEN NEW.cost_rate_source IS NOT NULL THEN json_array(NULL, NEW.cost_rate_source) END),
            'external_id', json(CASE WHEN NEW.external_id IS NOT NULL THEN json_array(NULL, NEW.external_id) END),
            'external_url', json(CASE WHEN NEW.external_url IS NOT NULL THEN json_array(NULL, NEW.external_url) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER time_entries_append_event_on_update AFTER UPDATE ON time_entries
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'time_entry', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'time_entry.deleted'
            WHEN NEW.deleted_at IS NULL AND OLD.deleted_at IS NOT NULL THEN 'time_entry.restored'
            WHEN NEW.end_at IS NOT NULL AND OLD.end_at IS NULL THEN 'time_entry.stopped'
            ELSE 'time_entry.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'member_id', NEW.member_id,
            'user_id', NEW.user_id,
            'start_at', NEW.start_at,
            'end_at', NEW.end_at,
            'time_zone', NEW.time_zone,
            'description', NEW.description,
            'billable', json(CASE NEW.billable WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'billable_rate', NEW.billable_rate,
            'currency', NEW.currency,
            'source', NEW.source,
            'project_id', NEW.project_id,
            'task_id', NEW.task_id,
            'kind', NEW.kind,
            'tags', json(NEW.tags),
            'billable_rate_source', NEW.billable_rate_source,
            'cost_rate', NEW.cost_rate,
            'cost_rate_source', NEW.cost_rate_source,
            'external_id', NEW.external_id,
            'external_url', NEW.external_url,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'time_entry.deleted' THEN json_patch('{}', json_object(
            'member_id', json(CASE WHEN OLD.member_id IS NOT NEW.member_id THEN json_array(OLD.member_id, NEW.member_id) END),
            'user_id', json(CASE WHEN OLD.user_id IS NOT NEW.user_id THEN json_array(OLD.user_id, NEW.user_id) END),
            'start_at', json(CASE WHEN OLD.start_at IS NOT NEW.start_at THEN json_array(OLD.start_at, NEW.start_at) END),
            'end_at', json(CASE WHEN OLD.end_at IS NOT NEW.end_at THEN json_array(OLD.end_at, NEW.end_at) END),
            'time_zone', json(CASE WHEN OLD.time_zone IS NOT NEW.time_zone THEN json_array(OLD.time_zone, NEW.time_zone) END),
            'description', json(CASE WHEN OLD.description IS NOT NEW.description THEN json_array(OLD.description, NEW.description) END),
            'billable', json(CASE WHEN OLD.billable IS NOT NEW.billable THEN json_array(json(CASE OLD.billable WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.billable WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'billable_rate', json(CASE WHEN OLD.billable_rate IS NOT NEW.billable_rate THEN json_array(OLD.billable_rate, NEW.billable_rate) END),
            'currency', json(CASE WHEN OLD.currency IS NOT NEW.currency THEN json_array(OLD.currency, NEW.currency) END),
            'source', json(CASE WHEN OLD.source IS NOT NEW.source THEN json_array(OLD.source, NEW.source) END),
            'project_id', json(CASE WHEN OLD.project_id IS NOT NEW.project_id THEN json_array(OLD.project_id, NEW.project_id) END),
            'task_id', json(CASE WHEN OLD.task_id IS NOT NEW.task_id THEN json_array(OLD.task_id, NEW.task_id) END),
            'kind', json(CASE WHEN OLD.kind IS NOT NEW.kind THEN json_array(OLD.kind, NEW.kind) END),
            'tags', json(CASE WHEN OLD.tags IS NOT NEW.tags THEN json_array(json(OLD.tags), json(NEW.tags)) END),
            'billable_rate_source', json(CASE WHEN OLD.billable_rate_source IS NOT NEW.billable_rate_source THEN json_array(OLD.billable_rate_source, NEW.billable_rate_source) END),
            'cost_rate', json(CASE WHEN OLD.cost_rate IS NOT NEW.cost_rate THEN json_array(OLD.cost_rate, NEW.cost_rate) END),
            'cost_rate_source', json(CASE WHEN OLD.cost_rate_source IS NOT NEW.cost_rate_source THEN json_array(OLD.cost_rate_source, NEW.cost_rate_source) END),
            'external_id', json(CASE WHEN OLD.external_id IS NOT NEW.external_id THEN json_array(OLD.external_id, NEW.external_id) END),
            'external_url', json(CASE WHEN OLD.external_url IS NOT NEW.external_url THEN json_array(OLD.external_url, NEW.external_url) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER organizations_append_event_on_insert AFTER INSERT ON organizations
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'organization', 'organization.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'currency', NEW.currency,
            'time_zone', NEW.time_zone,
            'week_start', NEW.week_start,
            'number_format', NEW.number_format,
            'currency_format', NEW.currency_format,
            'date_format', NEW.date_format,
            'interval_format', NEW.interval_format,
            'time_format', NEW.time_format,
            'is_personal', json(CASE NEW.is_personal WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'billable_default', json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'overlap_policy', NEW.overlap_policy,
            'employees_can_see_billable_rates', json(CASE NEW.employees_can_see_billable_rates WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'employees_can_manage_tasks', json(CASE NEW.employees_can_manage_tasks WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'breaks_enabled', json(CASE NEW.breaks_enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'currency', json(CASE WHEN NEW.currency IS NOT NULL THEN json_array(NULL, NEW.currency) END),
            'time_zone', json(CASE WHEN NEW.time_zone IS NOT NULL THEN json_array(NULL, NEW.time_zone) END),
            'week_start', json(CASE WHEN NEW.week_start IS NOT NULL THEN json_array(NULL, NEW.week_start) END),
            'number_format', json(CASE WHEN NEW.number_format IS NOT NULL THEN json_array(NULL, NEW.number_format) END),
            'currency_format', json(CASE WHEN NEW.currency_format IS NOT NULL THEN json_array(NULL, NEW.currency_format) END),
            'date_format', json(CASE WHEN NEW.date_format IS NOT NULL THEN json_array(NULL, NEW.date_format) END),
            'interval_format', json(CASE WHEN NEW.interval_format IS NOT NULL THEN json_array(NULL, NEW.interval_format) END),
            'time_format', json(CASE WHEN NEW.time_format IS NOT NULL THEN json_array(NULL, NEW.time_format) END),
            'is_personal', json(CASE WHEN NEW.is_personal IS NOT NULL THEN json_array(NULL, json(CASE NEW.is_personal WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'billable_default', json(CASE WHEN NEW.billable_default IS NOT NULL THEN json_array(NULL, json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'overlap_policy', json(CASE WHEN NEW.overlap_policy IS NOT NULL THEN json_array(NULL, NEW.overlap_policy) END),
            'employees_can_see_billable_rates', json(CASE WHEN NEW.employees_can_see_billable_rates IS NOT NULL THEN json_array(NULL, json(CASE NEW.employees_can_see_billable_rates WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'employees_can_manage_tasks', json(CASE WHEN NEW.employees_can_manage_tasks IS NOT NULL THEN json_array(NULL, json(CASE NEW.employees_can_manage_tasks WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'breaks_enabled', json(CASE WHEN NEW.breaks_enabled IS NOT NULL THEN json_array(NULL, json(CASE NEW.breaks_enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER organizations_append_event_on_update AFTER UPDATE ON organizations
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'organization', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'organization.deleted'
            ELSE 'organization.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'currency', NEW.currency,
            'time_zone', NEW.time_zone,
            'week_start', NEW.week_start,
            'number_format', NEW.number_format,
            'currency_format', NEW.currency_format,
            'date_format', NEW.date_format,
            'interval_format', NEW.interval_format,
            'time_format', NEW.time_format,
            'is_personal', json(CASE NEW.is_personal WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'billable_default', json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'overlap_policy', NEW.overlap_policy,
            'employees_can_see_billable_rates', json(CASE NEW.employees_can_see_billable_rates WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'employees_can_manage_tasks', json(CASE NEW.employees_can_manage_tasks WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'breaks_enabled', json(CASE NEW.breaks_enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'organization.deleted' THEN json_patch('{}', json_object(
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'currency', json(CASE WHEN OLD.currency IS NOT NEW.currency THEN json_array(OLD.currency, NEW.currency) END),
            'time_zone', json(CASE WHEN OLD.time_zone IS NOT NEW.time_zone THEN json_array(OLD.time_zone, NEW.time_zone) END),
            'week_start', json(CASE WHEN OLD.week_start IS NOT NEW.week_start THEN json_array(OLD.week_start, NEW.week_start) END),
            'number_format', json(CASE WHEN OLD.number_format IS NOT NEW.number_format THEN json_array(OLD.number_format, NEW.number_format) END),
            'currency_format', json(CASE WHEN OLD.currency_format IS NOT NEW.currency_format THEN json_array(OLD.currency_format, NEW.currency_format) END),
            'date_format', json(CASE WHEN OLD.date_format IS NOT NEW.date_format THEN json_array(OLD.date_format, NEW.date_format) END),
            'interval_format', json(CASE WHEN OLD.interval_format IS NOT NEW.interval_format THEN json_array(OLD.interval_format, NEW.interval_format) END),
            'time_format', json(CASE WHEN OLD.time_format IS NOT NEW.time_format THEN json_array(OLD.time_format, NEW.time_format) END),
            'is_personal', json(CASE WHEN OLD.is_personal IS NOT NEW.is_personal THEN json_array(json(CASE OLD.is_personal WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.is_personal WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'billable_default', json(CASE WHEN OLD.billable_default IS NOT NEW.billable_default THEN json_array(json(CASE OLD.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'overlap_policy', json(CASE WHEN OLD.overlap_policy IS NOT NEW.overlap_policy THEN json_array(OLD.overlap_policy, NEW.overlap_policy) END),
            'employees_can_see_billable_rates', json(CASE WHEN OLD.employees_can_see_billable_rates IS NOT NEW.employees_can_see_billable_rates THEN json_array(json(CASE OLD.employees_can_see_billable_rates WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.employees_can_see_billable_rates WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'employees_can_manage_tasks', json(CASE WHEN OLD.employees_can_manage_tasks IS NOT NEW.employees_can_manage_tasks THEN json_array(json(CASE OLD.employees_can_manage_tasks WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.employees_can_manage_tasks WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'breaks_enabled', json(CASE WHEN OLD.breaks_enabled IS NOT NEW.breaks_enabled THEN json_array(json(CASE OLD.breaks_enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.breaks_enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER users_append_event_on_insert AFTER INSERT ON users
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NULL, 'user', 'user.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'email', NEW.email,
            'name', NEW.name,
            'time_zone', NEW.time_zone,
            'week_start', NEW.week_start,
            'language', NEW.language,
            'number_format', NEW.number_format,
            'currency_format', NEW.currency_format,
            'date_format', NEW.date_format,
            'interval_format', NEW.interval_format,
            'time_format', NEW.time_format,
            'created_at', NEW.created_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'email', json(CASE WHEN NEW.email IS NOT NULL THEN json_array(NULL, NEW.email) END),
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'time_zone', json(CASE WHEN NEW.time_zone IS NOT NULL THEN json_array(NULL, NEW.time_zone) END),
            'week_start', json(CASE WHEN NEW.week_start IS NOT NULL THEN json_array(NULL, NEW.week_start) END),
            'language', json(CASE WHEN NEW.language IS NOT NULL THEN json_array(NULL, NEW.language) END),
            'number_format', json(CASE WHEN NEW.number_format IS NOT NULL THEN json_array(NULL, NEW.number_format) END),
            'currency_format', json(CASE WHEN NEW.currency_format IS NOT NULL THEN json_array(NULL, NEW.currency_format) END),
            'date_format', json(CASE WHEN NEW.date_format IS NOT NULL THEN json_array(NULL, NEW.date_format) END),
            'interval_format', json(CASE WHEN NEW.interval_format IS NOT NULL THEN json_array(NULL, NEW.interval_format) END),
            'time_format', json(CASE WHEN NEW.time_format IS NOT NULL THEN json_array(NULL, NEW.time_format) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER users_append_event_on_update AFTER UPDATE ON users
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NULL, 'user', 'user.updated',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'email', NEW.email,
            'name', NEW.name,
            'time_zone', NEW.time_zone,
            'week_start', NEW.week_start,
            'language', NEW.language,
            'number_format', NEW.number_format,
            'currency_format', NEW.currency_format,
            'date_format', NEW.date_format,
            'interval_format', NEW.interval_format,
            'time_format', NEW.time_format,
            'created_at', NEW.created_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'user.deleted' THEN json_patch('{}', json_object(
            'email', json(CASE WHEN OLD.email IS NOT NEW.email THEN json_array(OLD.email, NEW.email) END),
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'time_zone', json(CASE WHEN OLD.time_zone IS NOT NEW.time_zone THEN json_array(OLD.time_zone, NEW.time_zone) END),
            'week_start', json(CASE WHEN OLD.week_start IS NOT NEW.week_start THEN json_array(OLD.week_start, NEW.week_start) END),
            'language', json(CASE WHEN OLD.language IS NOT NEW.language THEN json_array(OLD.language, NEW.language) END),
            'number_format', json(CASE WHEN OLD.number_format IS NOT NEW.number_format THEN json_array(OLD.number_format, NEW.number_format) END),
            'currency_format', json(CASE WHEN OLD.currency_format IS NOT NEW.currency_format THEN json_array(OLD.currency_format, NEW.currency_format) END),
            'date_format', json(CASE WHEN OLD.date_format IS NOT NEW.date_format THEN json_array(OLD.date_format, NEW.date_format) END),
            'interval_format', json(CASE WHEN OLD.interval_format IS NOT NEW.interval_format THEN json_array(OLD.interval_format, NEW.interval_format) END),
            'time_format', json(CASE WHEN OLD.time_format IS NOT NEW.time_format THEN json_array(OLD.time_format, NEW.time_format) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER members_append_event_on_insert AFTER INSERT ON members
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'member', 'member.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'user_id', NEW.user_id,
            'role', NEW.role,
            'name', NEW.name,
            'email', NEW.email,
            'deactivated_at', NEW.deactivated_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'user_id', json(CASE WHEN NEW.user_id IS NOT NULL THEN json_array(NULL, NEW.user_id) END),
            'role', json(CASE WHEN NEW.role IS NOT NULL THEN json_array(NULL, NEW.role) END),
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'email', json(CASE WHEN NEW.email IS NOT NULL THEN json_array(NULL, NEW.email) END),
            'deactivated_at', json(CASE WHEN NEW.deactivated_at IS NOT NULL THEN json_array(NULL, NEW.deactivated_at) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER members_append_event_on_update AFTER UPDATE ON members
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'member', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'member.deleted'
            ELSE 'member.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'user_id', NEW.user_id,
            'role', NEW.role,
            'name', NEW.name,
            'email', NEW.email,
            'deactivated_at', NEW.deactivated_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'member.deleted' THEN json_patch('{}', json_object(
            'user_id', json(CASE WHEN OLD.user_id IS NOT NEW.user_id THEN json_array(OLD.user_id, NEW.user_id) END),
            'role', json(CASE WHEN OLD.role IS NOT NEW.role THEN json_array(OLD.role, NEW.role) END),
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'email', json(CASE WHEN OLD.email IS NOT NEW.email THEN json_array(OLD.email, NEW.email) END),
            'deactivated_at', json(CASE WHEN OLD.deactivated_at IS NOT NEW.deactivated_at THEN json_array(OLD.deactivated_at, NEW.deactivated_at) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER invitations_append_event_on_insert AFTER INSERT ON invitations
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'invitation', 'invitation.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'email', NEW.email,
            'role', NEW.role,
            'member_id', NEW.member_id,
            'expires_at', NEW.expires_at,
            'accepted_at', NEW.accepted_at,
            'accepted_by', NEW.accepted_by,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'email', json(CASE WHEN NEW.email IS NOT NULL THEN json_array(NULL, NEW.email) END),
            'role', json(CASE WHEN NEW.role IS NOT NULL THEN json_array(NULL, NEW.role) END),
            'member_id', json(CASE WHEN NEW.member_id IS NOT NULL THEN json_array(NULL, NEW.member_id) END),
            'expires_at', json(CASE WHEN NEW.expires_at IS NOT NULL THEN json_array(NULL, NEW.expires_at) END),
            'accepted_at', json(CASE WHEN NEW.accepted_at IS NOT NULL THEN json_array(NULL, NEW.accepted_at) END),
            'accepted_by', json(CASE WHEN NEW.accepted_by IS NOT NULL THEN json_array(NULL, NEW.accepted_by) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER invitations_append_event_on_update AFTER UPDATE ON invitations
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'invitation', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'invitation.deleted'
            WHEN NEW.accepted_at IS NOT NULL AND OLD.accepted_at IS NULL THEN 'invitation.accepted'
            ELSE 'invitation.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'email', NEW.email,
            'role', NEW.role,
            'member_id', NEW.member_id,
            'expires_at', NEW.expires_at,
            'accepted_at', NEW.accepted_at,
            'accepted_by', NEW.accepted_by,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'invitation.deleted' THEN json_patch('{}', json_object(
            'email', json(CASE WHEN OLD.email IS NOT NEW.email THEN json_array(OLD.email, NEW.email) END),
            'role', json(CASE WHEN OLD.role IS NOT NEW.role THEN json_array(OLD.role, NEW.role) END),
            'member_id', json(CASE WHEN OLD.member_id IS NOT NEW.member_id THEN json_array(OLD.member_id, NEW.member_id) END),
            'expires_at', json(CASE WHEN OLD.expires_at IS NOT NEW.expires_at THEN json_array(OLD.expires_at, NEW.expires_at) END),
            'accepted_at', json(CASE WHEN OLD.accepted_at IS NOT NEW.accepted_at THEN json_array(OLD.accepted_at, NEW.accepted_at) END),
            'accepted_by', json(CASE WHEN OLD.accepted_by IS NOT NEW.accepted_by THEN json_array(OLD.accepted_by, NEW.accepted_by) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER teams_append_event_on_insert AFTER INSERT ON teams
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'team', 'team.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER teams_append_event_on_update AFTER UPDATE ON teams
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'team', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'team.deleted'
            ELSE 'team.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'team.deleted' THEN json_patch('{}', json_object(
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER team_members_append_event_on_insert AFTER INSERT ON team_members
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'team_member', 'team_member.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'team_id', NEW.team_id,
            'member_id', NEW.member_id,
            'is_lead', json(CASE NEW.is_lead WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'team_id', json(CASE WHEN NEW.team_id IS NOT NULL THEN json_array(NULL, NEW.team_id) END),
            'member_id', json(CASE WHEN NEW.member_id IS NOT NULL THEN json_array(NULL, NEW.member_id) END),
            'is_lead', json(CASE WHEN NEW.is_lead IS NOT NULL THEN json_array(NULL, json(CASE NEW.is_lead WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER team_members_append_event_on_update AFTER UPDATE ON team_members
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'team_member', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'team_member.deleted'
            ELSE 'team_member.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'team_id', NEW.team_id,
            'member_id', NEW.member_id,
            'is_lead', json(CASE NEW.is_lead WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'team_member.deleted' THEN json_patch('{}', json_object(
            'team_id', json(CASE WHEN OLD.team_id IS NOT NEW.team_id THEN json_array(OLD.team_id, NEW.team_id) END),
            'member_id', json(CASE WHEN OLD.member_id IS NOT NEW.member_id THEN json_array(OLD.member_id, NEW.member_id) END),
            'is_lead', json(CASE WHEN OLD.is_lead IS NOT NEW.is_lead THEN json_array(json(CASE OLD.is_lead WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.is_lead WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER clients_append_event_on_insert AFTER INSERT ON clients
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'client', 'client.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'archived_at', NEW.archived_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'archived_at', json(CASE WHEN NEW.archived_at IS NOT NULL THEN json_array(NULL, NEW.archived_at) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER clients_append_event_on_update AFTER UPDATE ON clients
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'client', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'client.deleted'
            ELSE 'client.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'archived_at', NEW.archived_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'client.deleted' THEN json_patch('{}', json_object(
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'archived_at', json(CASE WHEN OLD.archived_at IS NOT NEW.archived_at THEN json_array(OLD.archived_at, NEW.archived_at) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER projects_append_event_on_insert AFTER INSERT ON projects
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'project', 'project.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'client_id', NEW.client_id,
            'name', NEW.name,
            'color', NEW.color,
            'is_public', json(CASE NEW.is_public WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'billable_default', json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'estimated_time', NEW.estimated_time,
            'budget_kind', NEW.budget_kind,
            'budget_amount', NEW.budget_amount,
            'budget_period', NEW.budget_period,
            'budget_thresholds', NEW.budget_thresholds,
            'archived_at', NEW.archived_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'client_id', json(CASE WHEN NEW.client_id IS NOT NULL THEN json_array(NULL, NEW.client_id) END),
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'color', json(CASE WHEN NEW.color IS NOT NULL THEN json_array(NULL, NEW.color) END),
            'is_public', json(CASE WHEN NEW.is_public IS NOT NULL THEN json_array(NULL, json(CASE NEW.is_public WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'billable_default', json(CASE WHEN NEW.billable_default IS NOT NULL THEN json_array(NULL, json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'estimated_time', json(CASE WHEN NEW.estimated_time IS NOT NULL THEN json_array(NULL, NEW.estimated_time) END),
            'budget_kind', json(CASE WHEN NEW.budget_kind IS NOT NULL THEN json_array(NULL, NEW.budget_kind) END),
            'budget_amount', json(CASE WHEN NEW.budget_amount IS NOT NULL THEN json_array(NULL, NEW.budget_amount) END),
            'budget_period', json(CASE WHEN NEW.budget_period IS NOT NULL THEN json_array(NULL, NEW.budget_period) END),
            'budget_thresholds', json(CASE WHEN NEW.budget_thresholds IS NOT NULL THEN json_array(NULL, NEW.budget_thresholds) END),
            'archived_at', json(CASE WHEN NEW.archived_at IS NOT NULL THEN json_array(NULL, NEW.archived_at) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER projects_append_event_on_update AFTER UPDATE ON projects
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'project', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'project.deleted'
            ELSE 'project.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'client_id', NEW.client_id,
            'name', NEW.name,
            'color', NEW.color,
            'is_public', json(CASE NEW.is_public WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'billable_default', json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
            'estimated_time', NEW.estimated_time,
            'budget_kind', NEW.budget_kind,
            'budget_amount', NEW.budget_amount,
            'budget_period', NEW.budget_period,
            'budget_thresholds', NEW.budget_thresholds,
            'archived_at', NEW.archived_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'project.deleted' THEN json_patch('{}', json_object(
            'client_id', json(CASE WHEN OLD.client_id IS NOT NEW.client_id THEN json_array(OLD.client_id, NEW.client_id) END),
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'color', json(CASE WHEN OLD.color IS NOT NEW.color THEN json_array(OLD.color, NEW.color) END),
            'is_public', json(CASE WHEN OLD.is_public IS NOT NEW.is_public THEN json_array(json(CASE OLD.is_public WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.is_public WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'billable_default', json(CASE WHEN OLD.billable_default IS NOT NEW.billable_default THEN json_array(json(CASE OLD.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), json(CASE NEW.billable_default WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) END),
            'estimated_time', json(CASE WHEN OLD.estimated_time IS NOT NEW.estimated_time THEN json_array(OLD.estimated_time, NEW.estimated_time) END),
            'budget_kind', json(CASE WHEN OLD.budget_kind IS NOT NEW.budget_kind THEN json_array(OLD.budget_kind, NEW.budget_kind) END),
            'budget_amount', json(CASE WHEN OLD.budget_amount IS NOT NEW.budget_amount THEN json_array(OLD.budget_amount, NEW.budget_amount) END),
            'budget_period', json(CASE WHEN OLD.budget_period IS NOT NEW.budget_period THEN json_array(OLD.budget_period, NEW.budget_period) END),
            'budget_thresholds', json(CASE WHEN OLD.budget_thresholds IS NOT NEW.budget_thresholds THEN json_array(OLD.budget_thresholds, NEW.budget_thresholds) END),
            'archived_at', json(CASE WHEN OLD.archived_at IS NOT NEW.archived_at THEN json_array(OLD.archived_at, NEW.archived_at) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER project_members_append_event_on_insert AFTER INSERT ON project_members
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'project_member', 'project_member.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'project_id', NEW.project_id,
            'member_id', NEW.member_id,
            'role', NEW.role,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'project_id', json(CASE WHEN NEW.project_id IS NOT NULL THEN json_array(NULL, NEW.project_id) END),
            'member_id', json(CASE WHEN NEW.member_id IS NOT NULL THEN json_array(NULL, NEW.member_id) END),
            'role', json(CASE WHEN NEW.role IS NOT NULL THEN json_array(NULL, NEW.role) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER project_members_append_event_on_update AFTER UPDATE ON project_members
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'project_member', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'project_member.deleted'
            ELSE 'project_member.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'project_id', NEW.project_id,
            'member_id', NEW.member_id,
            'role', NEW.role,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'project_member.deleted' THEN json_patch('{}', json_object(
            'project_id', json(CASE WHEN OLD.project_id IS NOT NEW.project_id THEN json_array(OLD.project_id, NEW.project_id) END),
            'member_id', json(CASE WHEN OLD.member_id IS NOT NEW.member_id THEN json_array(OLD.member_id, NEW.member_id) END),
            'role', json(CASE WHEN OLD.role IS NOT NEW.role THEN json_array(OLD.role, NEW.role) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER tasks_append_event_on_insert AFTER INSERT ON tasks
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'task', 'task.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'project_id', NEW.project_id,
            'name', NEW.name,
            'estimated_time', NEW.estimated_time,
            'done_at', NEW.done_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'project_id', json(CASE WHEN NEW.project_id IS NOT NULL THEN json_array(NULL, NEW.project_id) END),
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'estimated_time', json(CASE WHEN NEW.estimated_time IS NOT NULL THEN json_array(NULL, NEW.estimated_time) END),
            'done_at', json(CASE WHEN NEW.done_at IS NOT NULL THEN json_array(NULL, NEW.done_at) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER tasks_append_event_on_update AFTER UPDATE ON tasks
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'task', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'task.deleted'
            ELSE 'task.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'project_id', NEW.project_id,
            'name', NEW.name,
            'estimated_time', NEW.estimated_time,
            'done_at', NEW.done_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'task.deleted' THEN json_patch('{}', json_object(
            'project_id', json(CASE WHEN OLD.project_id IS NOT NEW.project_id THEN json_array(OLD.project_id, NEW.project_id) END),
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'estimated_time', json(CASE WHEN OLD.estimated_time IS NOT NEW.estimated_time THEN json_array(OLD.estimated_time, NEW.estimated_time) END),
            'done_at', json(CASE WHEN OLD.done_at IS NOT NEW.done_at THEN json_array(OLD.done_at, NEW.done_at) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER tags_append_event_on_insert AFTER INSERT ON tags
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'tag', 'tag.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'archived_at', NEW.archived_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'name', json(CASE WHEN NEW.name IS NOT NULL THEN json_array(NULL, NEW.name) END),
            'archived_at', json(CASE WHEN NEW.archived_at IS NOT NULL THEN json_array(NULL, NEW.archived_at) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER tags_append_event_on_update AFTER UPDATE ON tags
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'tag', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'tag.deleted'
            ELSE 'tag.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'name', NEW.name,
            'archived_at', NEW.archived_at,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'tag.deleted' THEN json_patch('{}', json_object(
            'name', json(CASE WHEN OLD.name IS NOT NEW.name THEN json_array(OLD.name, NEW.name) END),
            'archived_at', json(CASE WHEN OLD.archived_at IS NOT NEW.archived_at THEN json_array(OLD.archived_at, NEW.archived_at) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER rates_append_event_on_insert AFTER INSERT ON rates
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'rate', 'rate.created',
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'kind', NEW.kind,
            'scope', NEW.scope,
            'member_id', NEW.member_id,
            'project_id', NEW.project_id,
            'task_id', NEW.task_id,
            'amount', NEW.amount,
            'valid_from', NEW.valid_from,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        json_patch('{}', json_object(
            'kind', json(CASE WHEN NEW.kind IS NOT NULL THEN json_array(NULL, NEW.kind) END),
            'scope', json(CASE WHEN NEW.scope IS NOT NULL THEN json_array(NULL, NEW.scope) END),
            'member_id', json(CASE WHEN NEW.member_id IS NOT NULL THEN json_array(NULL, NEW.member_id) END),
            'project_id', json(CASE WHEN NEW.project_id IS NOT NULL THEN json_array(NULL, NEW.project_id) END),
            'task_id', json(CASE WHEN NEW.task_id IS NOT NULL THEN json_array(NULL, NEW.task_id) END),
            'amount', json(CASE WHEN NEW.amount IS NOT NULL THEN json_array(NULL, NEW.amount) END),
            'valid_from', json(CASE WHEN NEW.valid_from IS NOT NULL THEN json_array(NULL, NEW.valid_from) END),
            'created_at', json(CASE WHEN NEW.created_at IS NOT NULL THEN json_array(NULL, NEW.created_at) END),
            'deleted_at', json(CASE WHEN NEW.deleted_at IS NOT NULL THEN json_array(NULL, NEW.deleted_at) END)
        ))
    FROM outbox WHERE position = last_insert_rowid();
END;

CREATE TRIGGER rates_append_event_on_update AFTER UPDATE ON rates
BEGIN
    INSERT INTO outbox (organization_id, aggregate, topic, subject, version, actor, traceparent, request_id, occurred_at,
        recorded_at, data)
    VALUES (NEW.organization_id, 'rate', CASE
            WHEN NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN 'rate.deleted'
            ELSE 'rate.updated'
        END,
        NEW.id, NEW.version, NEW.changed_by, NEW.traceparent, NEW.request_id, NEW.updated_at,
        max(coalesce((SELECT recorded_at FROM outbox ORDER BY position DESC LIMIT 1), 0),
            CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
        json_patch('{}', json_object(
            'kind', NEW.kind,
            'scope', NEW.scope,
            'member_id', NEW.member_id,
            'project_id', NEW.project_id,
            'task_id', NEW.task_id,
            'amount', NEW.amount,
            'valid_from', NEW.valid_from,
            'created_at', NEW.created_at,
            'deleted_at', NEW.deleted_at
        )));

    INSERT INTO audit_trail (position, occurred_at, organization_id, actor, action, aggregate, subject, version, request_id,
        changes)
    SELECT position, occurred_at, organization_id, actor, topic, aggregate, subject, version, request_id,
        CASE WHEN topic <> 'rate.deleted' THEN json_patch('{}', json_object(
            'kind', json(CASE WHEN OLD.kind IS NOT NEW.kind THEN json_array(OLD.kind, NEW.kind) END),
            'scope', json(CASE WHEN OLD.scope IS NOT NEW.scope THEN json_array(OLD.scope, NEW.scope) END),
            'member_id', json(CASE WHEN OLD.member_id IS NOT NEW.member_id THEN json_array(OLD.member_id, NEW.member_id) END),
            'project_id', json(CASE WHEN OLD.project_id IS NOT NEW.project_id THEN json_array(OLD.project_id, NEW.project_id) END),
            'task_id', json(CASE WHEN OLD.task_id IS NOT NEW.task_id THEN json_array(OLD.task_id, NEW.task_id) END),
            'amount', json(CASE WHEN OLD.amount IS NOT NEW.amount THEN json_array(OLD.amount, NEW.amount) END),
            'valid_from', json(CASE WHEN OLD.valid_from IS NOT NEW.valid_from THEN json_array(OLD.valid_from, NEW.valid_from) END),
            'created_at', json(CASE WHEN OLD.created_at IS NOT NEW.created_at THEN json_array(OLD.created_at, NEW.created_at) END),
            'deleted_at', json(CASE WHEN OLD.deleted_at IS NOT NEW.deleted_at THEN json_array(OLD.deleted_at, NEW.deleted_at) END)
        )) END
    FROM outbox WHERE position = last_insert_rowid();
END;

