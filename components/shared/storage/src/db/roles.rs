//! Lists of roles in statements, from the table of permissions: `role IN {all:members:manage}` holds for roles that reach everything
//! in the organization with that permission, `role IN {any:entries:change}` for those that reach anything with it.

use kronos_domain::{Permission, Reach, Role};

/// Writes the list that stands for the name between `from` and `end`, from `at` on as far as there is room. Answers where it ends, or
/// none where the name is of another kind.
pub(super) const fn write(source: &[u8], from: usize, end: usize, out: &mut [u8], at: usize) -> Option<usize> {
    let least = if starts(source, from, end, b"all:") {
        Reach::All
    } else if starts(source, from, end, b"any:") {
        Reach::Own
    } else {
        return None;
    };
    let permission = named(source, from + b"all:".len(), end);
    let (mut index, mut next) = (0, at);
    while index < Role::ALL.len() {
        let role = Role::ALL[index];
        if permission.reach(role).covers(least) {
            next = put(if next == at { b"('" } else { b", '" }, out, next);
            next = put(role.name().as_bytes(), out, next);
            next = put(b"'", out, next);
        }
        index += 1;
    }
    assert!(next > at, "no role has this permission");
    Some(put(b")", out, next))
}

const fn put(text: &[u8], out: &mut [u8], at: usize) -> usize {
    let mut index = 0;
    while index < text.len() {
        if at + index < out.len() {
            out[at + index] = text[index];
        }
        index += 1;
    }
    at + text.len()
}

const fn named(source: &[u8], from: usize, end: usize) -> Permission {
    let mut index = 0;
    while index < Permission::ALL.len() {
        let name = Permission::ALL[index].name().as_bytes();
        if end - from == name.len() && starts(source, from, end, name) {
            return Permission::ALL[index];
        }
        index += 1;
    }
    panic!("no permission has this name")
}

const fn starts(source: &[u8], from: usize, end: usize, letters: &[u8]) -> bool {
    if end - from < letters.len() {
        return false;
    }
    let mut index = 0;
    while index < letters.len() {
        if source[from + index] != letters[index] {
            return false;
        }
        index += 1;
    }
    true
}
