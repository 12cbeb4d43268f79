-- Accountants see everyone's time and change nothing.

-- Constraints can't be altered; what stays on the disk as it is may be changed in the schema
-- (https://sqlite.org/lang_altertable.html, section 7).
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql,
    'CHECK (role IN (''owner'', ''admin'', ''manager'', ''employee'', ''placeholder''))',
    'CHECK (role IN (''owner'', ''admin'', ''manager'', ''employee'', ''accountant'', ''placeholder''))')
WHERE type = 'table' AND name = 'members';
PRAGMA writable_schema = RESET;
