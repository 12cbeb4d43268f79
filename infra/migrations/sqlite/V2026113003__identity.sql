-- Identity's secrets are in a file of their own, `sqlite-identity`: whoever migrates has copied them there before this.

DROP TABLE sessions;
DROP TABLE signing_keys;
DROP TABLE sign_in_throttle;

DROP VIEW first_owner;
ALTER TABLE users DROP COLUMN password_hash;

-- The first owner with the first organization, in one statement: INSERT INTO first_owner does nothing once there is a user.
CREATE VIEW first_owner AS
SELECT users.id AS user_id, users.email, users.name,
       organizations.id AS organization_id, organizations.name AS organization_name, organizations.currency,
       organizations.time_zone, members.id AS member_id, members.created_at
FROM members
JOIN users ON users.id = members.user_id
JOIN organizations ON organizations.id = members.organization_id
WHERE members.role = 'owner';

CREATE TRIGGER first_owner_insert INSTEAD OF INSERT ON first_owner
WHEN NOT EXISTS (SELECT 1 FROM users)
BEGIN
    INSERT INTO users (id, email, name, time_zone, created_at)
    VALUES (NEW.user_id, NEW.email, NEW.name, NEW.time_zone, NEW.created_at);
    INSERT INTO organizations (id, name, currency, time_zone, created_at)
    VALUES (NEW.organization_id, NEW.organization_name, NEW.currency, NEW.time_zone, NEW.created_at);
    INSERT INTO members (id, organization_id, user_id, role, created_at)
    VALUES (NEW.member_id, NEW.organization_id, NEW.user_id, 'owner', NEW.created_at);
END;
