-- Accountants see everyone's time and change nothing.

ALTER TABLE members DROP CONSTRAINT members_role_known;
ALTER TABLE members ADD CONSTRAINT members_role_known
    CHECK (role IN ('owner', 'admin', 'manager', 'employee', 'accountant', 'placeholder'));
