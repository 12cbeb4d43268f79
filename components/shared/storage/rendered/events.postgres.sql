CREATE TRIGGER time_entries_append_started AFTER INSERT ON time_entries FOR EACH ROW
    WHEN (NEW.end_at IS NULL)
    EXECUTE FUNCTION append_event('time_entry', 'started', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_created AFTER INSERT ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.end_at IS NULL))
    EXECUTE FUNCTION append_event('time_entry', 'created', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_deleted AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('time_entry', 'deleted', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_stopped AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NEW.end_at IS NOT NULL AND OLD.end_at IS NULL)
    EXECUTE FUNCTION append_event('time_entry', 'stopped', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_updated AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NOT (NEW.end_at IS NOT NULL AND OLD.end_at IS NULL))
    EXECUTE FUNCTION append_event('time_entry', 'updated', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

