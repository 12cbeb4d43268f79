//! What a library gets in place of a capability that it does not inherit.

use wasmtime::{
    bail,
    component::{
        Component, Linker, LinkerInstance, ResourceType, Val,
        types::{ComponentFunc, ComponentInstance, ComponentItem},
    },
};

use super::{capability, label, libraries, split_version};
use crate::{context::Context, manifest};

/// Stands for every resource of a denied interface; none is ever made.
enum Denied {}

/// Satisfies the imports of `component` that [`super::compose`] renamed because `owner` does not let them be inherited.
///
/// Every function traps and says why, except those that the Rust standard library calls on its own: the environment and
/// the list of folders are empty.
pub fn add_to_linker(
    linker: &mut Linker<Context>,
    component: &Component,
    owner: &manifest::Component,
) -> wasmtime::Result<()> {
    let engine = linker.engine().clone();
    let ty = component.component_type();
    for (index, dependency) in libraries(owner).into_iter().enumerate() {
        let prefix = format!("denied-d{index}:");
        for (name, item) in ty.imports(&engine) {
            let (Some(denied), ComponentItem::ComponentInstance(interface)) = (name.strip_prefix(&prefix), item.ty)
            else {
                continue;
            };
            let interface_name = denied.replacen('-', ":", 1);
            let reason = format!(
                "{} is a dependency of `{}` and does not inherit `{}`",
                label(dependency),
                owner.id,
                capability(&interface_name).unwrap_or_default()
            );
            define(&engine, &mut linker.instance(name)?, &interface, &interface_name, &reason)?;
        }
    }
    Ok(())
}

fn define(
    engine: &wasmtime::Engine,
    linker: &mut LinkerInstance<'_, Context>,
    interface: &ComponentInstance,
    interface_name: &str,
    reason: &str,
) -> wasmtime::Result<()> {
    for (name, item) in interface.exports(engine) {
        match item.ty {
            ComponentItem::ComponentFunc(ty) => {
                define_function(linker, &ty, name, split_version(interface_name).0, reason)?;
            }
            ComponentItem::Resource(_) => linker.resource(name, ResourceType::host::<Denied>(), |_, _| Ok(()))?,
            ComponentItem::ComponentInstance(_)
            | ComponentItem::CoreFunc(_)
            | ComponentItem::Module(_)
            | ComponentItem::Component(_)
            | ComponentItem::Type(_) => {}
        }
    }
    Ok(())
}

fn define_function(
    linker: &mut LinkerInstance<'_, Context>,
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
                linker.func_new_concurrent(name, move |_, _, _, _| {
                    let message = message.clone();
                    Box::pin(async move { bail!("{message}") })
                })
            } else {
                linker.func_new(name, move |_, _, _, _| bail!("{message}"))
            }
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
