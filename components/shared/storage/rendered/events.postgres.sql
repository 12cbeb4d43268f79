CREATE TRIGGER time_entries_append_started AFTER INSERT ON time_entries FOR EACH ROW
    WHEN (NEW.end_at IS NULL)
    EXECUTE FUNCTION append_event('time_entry', 'started', 'id', 'organization_id', 'live', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_created AFTER INSERT ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.end_at IS NULL))
    EXECUTE FUNCTION append_event('time_entry', 'created', 'id', 'organization_id', 'live', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_deleted AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('time_entry', 'deleted', 'id', 'organization_id', 'live', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_restored AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NEW.deleted_at IS NULL AND OLD.deleted_at IS NOT NULL)
    EXECUTE FUNCTION append_event('time_entry', 'restored', 'id', 'organization_id', 'live', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_stopped AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NOT (NEW.deleted_at IS NULL AND OLD.deleted_at IS NOT NULL) AND NEW.end_at IS NOT NULL AND OLD.end_at IS NULL)
    EXECUTE FUNCTION append_event('time_entry', 'stopped', 'id', 'organization_id', 'live', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER time_entries_append_updated AFTER UPDATE ON time_entries FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NOT (NEW.deleted_at IS NULL AND OLD.deleted_at IS NOT NULL) AND NOT (NEW.end_at IS NOT NULL AND OLD.end_at IS NULL))
    EXECUTE FUNCTION append_event('time_entry', 'updated', 'id', 'organization_id', 'live', 'request_digest', 'version', 'changed_by', 'updated_at', 'request_id', 'traceparent', 'folded_description');

CREATE TRIGGER organizations_append_created AFTER INSERT ON organizations FOR EACH ROW
    EXECUTE FUNCTION append_event('organization', 'created', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER organizations_append_deleted AFTER UPDATE ON organizations FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('organization', 'deleted', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER organizations_append_updated AFTER UPDATE ON organizations FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('organization', 'updated', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER users_append_created AFTER INSERT ON users FOR EACH ROW
    EXECUTE FUNCTION append_event('user', 'created', 'id', 'name_key', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER users_append_updated AFTER UPDATE ON users FOR EACH ROW
    EXECUTE FUNCTION append_event('user', 'updated', 'id', 'name_key', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER members_append_created AFTER INSERT ON members FOR EACH ROW
    EXECUTE FUNCTION append_event('member', 'created', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER members_append_deleted AFTER UPDATE ON members FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('member', 'deleted', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER members_append_updated AFTER UPDATE ON members FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('member', 'updated', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER invitations_append_created AFTER INSERT ON invitations FOR EACH ROW
    EXECUTE FUNCTION append_event('invitation', 'created', 'id', 'organization_id', 'token_hash', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER invitations_append_deleted AFTER UPDATE ON invitations FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('invitation', 'deleted', 'id', 'organization_id', 'token_hash', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER invitations_append_accepted AFTER UPDATE ON invitations FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NEW.accepted_at IS NOT NULL AND OLD.accepted_at IS NULL)
    EXECUTE FUNCTION append_event('invitation', 'accepted', 'id', 'organization_id', 'token_hash', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER invitations_append_updated AFTER UPDATE ON invitations FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) AND NOT (NEW.accepted_at IS NOT NULL AND OLD.accepted_at IS NULL))
    EXECUTE FUNCTION append_event('invitation', 'updated', 'id', 'organization_id', 'token_hash', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER teams_append_created AFTER INSERT ON teams FOR EACH ROW
    EXECUTE FUNCTION append_event('team', 'created', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER teams_append_deleted AFTER UPDATE ON teams FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('team', 'deleted', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER teams_append_updated AFTER UPDATE ON teams FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('team', 'updated', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER team_members_append_created AFTER INSERT ON team_members FOR EACH ROW
    EXECUTE FUNCTION append_event('team_member', 'created', 'id', 'organization_id', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER team_members_append_deleted AFTER UPDATE ON team_members FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('team_member', 'deleted', 'id', 'organization_id', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER team_members_append_updated AFTER UPDATE ON team_members FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('team_member', 'updated', 'id', 'organization_id', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at');

CREATE TRIGGER clients_append_created AFTER INSERT ON clients FOR EACH ROW
    EXECUTE FUNCTION append_event('client', 'created', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER clients_append_deleted AFTER UPDATE ON clients FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('client', 'deleted', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER clients_append_updated AFTER UPDATE ON clients FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('client', 'updated', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER projects_append_created AFTER INSERT ON projects FOR EACH ROW
    EXECUTE FUNCTION append_event('project', 'created', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER projects_append_deleted AFTER UPDATE ON projects FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('project', 'deleted', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER projects_append_updated AFTER UPDATE ON projects FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('project', 'updated', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER project_members_append_created AFTER INSERT ON project_members FOR EACH ROW
    EXECUTE FUNCTION append_event('project_member', 'created', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER project_members_append_deleted AFTER UPDATE ON project_members FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('project_member', 'deleted', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER project_members_append_updated AFTER UPDATE ON project_members FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('project_member', 'updated', 'id', 'organization_id', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER tasks_append_created AFTER INSERT ON tasks FOR EACH ROW
    EXECUTE FUNCTION append_event('task', 'created', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER tasks_append_deleted AFTER UPDATE ON tasks FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('task', 'deleted', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER tasks_append_updated AFTER UPDATE ON tasks FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('task', 'updated', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER tags_append_created AFTER INSERT ON tags FOR EACH ROW
    EXECUTE FUNCTION append_event('tag', 'created', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER tags_append_deleted AFTER UPDATE ON tags FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('tag', 'deleted', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER tags_append_updated AFTER UPDATE ON tags FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('tag', 'updated', 'id', 'organization_id', 'name_key', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER rates_append_created AFTER INSERT ON rates FOR EACH ROW
    EXECUTE FUNCTION append_event('rate', 'created', 'id', 'organization_id', 'subject', 'valid_from_at', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER rates_append_deleted AFTER UPDATE ON rates FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL)
    EXECUTE FUNCTION append_event('rate', 'deleted', 'id', 'organization_id', 'subject', 'valid_from_at', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

CREATE TRIGGER rates_append_updated AFTER UPDATE ON rates FOR EACH ROW
    WHEN (NOT (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL))
    EXECUTE FUNCTION append_event('rate', 'updated', 'id', 'organization_id', 'subject', 'valid_from_at', 'request_digest', 'version', 'changed_by', 'request_id', 'traceparent', 'updated_at', 'live');

