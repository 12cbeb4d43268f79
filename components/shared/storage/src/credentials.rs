//! The passwords of users. Only the component `identity` reads them; the users themselves are in the other database.

use kronos_domain::UserId;

use crate::{Db, Error, db::statements};

statements! {
    INSERT = r"INSERT INTO identity.credentials (user_id, password_hash) VALUES ($1::uuid, $2::text)";

    PASSWORD_HASH = r"SELECT password_hash FROM identity.credentials WHERE user_id = $1::uuid";

    REPLACE = r"
        UPDATE identity.credentials SET password_hash = $3::text
        WHERE user_id = $1::uuid AND password_hash = $2::text
    ";

    DELETE = r"DELETE FROM identity.credentials WHERE user_id = $1::uuid";
}

/// Gives a user their first password: Argon2id in PHC string format.
pub async fn insert(db: &Db, user: UserId, password_hash: &str) -> Result<(), Error> {
    db.execute(&INSERT, &[user.into(), password_hash.into()]).await
}

/// The hash of a user's password; none for users who cannot sign in with one.
pub async fn password_hash(db: &Db, user: UserId) -> Result<Option<String>, Error> {
    db.row(&PASSWORD_HASH, &[user.into()]).await?.map(|row| row.columns().text()).transpose()
}

/// Replaces the hash of an unchanged password by a stronger one.
pub async fn replace(db: &Db, user: UserId, old: &str, new: &str) -> Result<(), Error> {
    db.execute(&REPLACE, &[user.into(), old.into(), new.into()]).await
}

/// Takes the password away.
pub async fn delete(db: &Db, user: UserId) -> Result<(), Error> {
    db.execute(&DELETE, &[user.into()]).await
}
