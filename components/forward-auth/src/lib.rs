//! kronos forward-auth
