//! What a library gets in place of a capability that it does not inherit.

use wasmtime::{
    bail,
    component::{
        Component, Linker, LinkerInstance, ResourceType, Val,
        types::{ComponentFunc, ComponentItem},
    },
};

use super::{capability, denied_parts, label, libraries, split_version};
use crate::config::manifest;

/// Stands for every resource of a denied interface; none is ever made.
enum Denied {}

/// Satisfies the imports of `component` that [`super::compose`] renamed because `owner` does not let them be inherited.
///
/// Every function traps and says why, except those that the Rust standard library calls on its own: the environment and
/// the list of folders are empty.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    component: &Component,
    owner: &manifest::Component,
) -> wasmtime::Result<()> {
    let engine = linker.engine().clone();
    let libraries = libraries(owner);
    let mut known = Vec::new();
    let ty = component.component_type();
    for (name, item) in ty.imports(&engine) {
        let ComponentItem::ComponentInstance(interface) = item.ty else { continue };
        // A resource that an earlier import introduced is only mentioned here.
        let resources: Vec<_> = interface
            .exports(&engine)
            .filter_map(|(name, item)| match item.ty {
                ComponentItem::Resource(ty) => (!known.contains(&ty)).then_some((name, ty)),
                ComponentItem::ComponentFunc(_)
                | ComponentItem::CoreFunc(_)
                | ComponentItem::Module(_)
                | ComponentItem::Component(_)
                | ComponentItem::ComponentInstance(_)
                | ComponentItem::Type(_) => None,
            })
            .collect();
        known.extend(resources.iter().map(|(_, ty)| *ty));
        let Some((library, interface_name)) = denied_parts(name) else { continue };
        let Some(dependency) = libraries.get(library) else { continue };
        let mut linker = linker.instance(name)?;
        for (name, _) in resources {
            linker.resource(name, ResourceType::host::<Denied>(), |_, _| Ok(()))?;
        }
        let reason = format!(
            "{} is a dependency of `{}` and does not inherit `{}`",
            label(dependency),
            owner.id,
            capability(&interface_name).unwrap_or_default()
        );
        for (name, item) in interface.exports(&engine) {
            if let ComponentItem::ComponentFunc(ty) = item.ty {
                define_function(&mut linker, &ty, name, split_version(&interface_name).0, &reason)?;
            }
        }
    }
    Ok(())
}

fn define_function<T: Send + 'static>(
    linker: &mut LinkerInstance<'_, T>,
    ty: &ComponentFunc,
    name: &str,
    interface: &str,
    reason: &str,
) -> wasmtime::Result<()> {
    match (interface, name) {
        ("wasi:cli/environment", "get-environment" | "get-arguments")
        | ("wasi:filesystem/preopens", "get-directories") => {
            linker.func_new(name, |_, _, _, results| set(results, Val::List(Vec::new())))
        }
        ("wasi:cli/environment", "initial-cwd" | "get-initial-cwd") => {
            linker.func_new(name, |_, _, _, results| set(results, Val::Option(None)))
        }
        _ => {
            let message = format!("{interface}#{name} is denied: {reason}");
            if ty.async_() {
                return linker.func_new_concurrent(name, move |_, _, _, _| {
                    let message = message.clone();
                    Box::pin(async move { bail!("{message}") })
                });
            }
            linker.func_new(name, move |_, _, _, _| bail!("{message}"))
        }
    }
}

fn set(results: &mut [Val], value: Val) -> wasmtime::Result<()> {
    match results {
        [result] => {
            *result = value;
            Ok(())
        }
        _ => bail!("an interface that changed its shape"),
    }
}
