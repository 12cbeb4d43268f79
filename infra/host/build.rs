//! Rebuilds the host when a migration is added: the macro that embeds them cannot say so itself.

fn main() {
    println!("cargo::rerun-if-changed=../migrations/postgres");
    println!("cargo::rerun-if-changed=../migrations/sqlite");
}
