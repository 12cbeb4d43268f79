//! Lists of roles in statements, from the table of permissions: `role IN {all:members:manage}` holds for roles that reach everything
//! in the organization with that permission, `role IN {any:entries:change}` for those that reach anything with it.

use kronos_domain::{Permission, Reach};

/// Writes the list that a name stands for; a name of another kind stays in its braces.
pub(super) fn write(out: &mut String, name: &str) {
    let (kind, permission) = name.split_once(':').unwrap_or((name, ""));
    let least = match kind {
        "all" => Some(Reach::All),
        "any" => Some(Reach::Own),
        _ => None,
    };
    let Some((least, permission)) = least.zip(Permission::named(permission)) else {
        out.push('{');
        out.push_str(name);
        out.push('}');
        return;
    };
    let roles: Vec<_> = permission.roles(least).map(|role| format!("'{role}'")).collect();
    out.push('(');
    out.push_str(&roles.join(", "));
    out.push(')');
}
