//! Composition, with components written by hand.

use wasmtime::component;

use super::*;
use crate::{
    capabilities::{self, instance},
    engine::{Engine, memory},
};

#[test]
fn a_denied_import_says_what_it_was() {
    let name = denied_name(3, "wasi:cli/environment@0.2.6");
    assert_eq!(name, "denied-d3:wasi-cli/environment@0.2.6");
    assert_eq!(denied_parts(&name), Some((3, "wasi:cli/environment@0.2.6".into())));
    assert_eq!(denied_parts("wasi:cli/environment@0.2.6"), None);
}

#[test]
fn keys_match_imports() {
    let import = "kronos:auth/check@0.1.0";
    for key in ["kronos:auth/check@0.1.0", "kronos:auth/check", "kronos:auth", "kronos:auth@0.1.3"] {
        assert!(serves(key, import), "{key}");
    }
    for key in ["kronos:auth/check@0.2.0", "kronos:auth/other", "kronos:gateway", "check", "kronos:auth@1.0.0"] {
        assert!(!serves(key, import), "{key}");
    }
    assert!(serves("plain", "plain"));
}

fn provider(import: &str, export: Option<&str>) -> Provider {
    let dependency =
        Dependency { source: "x.wasm".into(), component: None, export: export.map(Into::into), inherit: Inherit::None };
    Provider { import: import.into(), dependency, wasm: Arc::default() }
}

#[test]
fn exports_are_found_by_name_and_version() {
    let exports = ["kronos:auth/check@0.1.2".to_owned(), "other:pkg/check@1.0.0".to_owned(), "plain".to_owned()];
    let find = |import: &str, key: &str, export: Option<&str>| {
        export_for(&provider(key, export), import, &exports).map(ToOwned::to_owned)
    };
    let import = "kronos:auth/check@0.1.0";
    assert_eq!(find(import, import, None).as_deref(), Some("kronos:auth/check@0.1.2"));
    assert_eq!(find(import, "kronos:auth", Some("other:pkg")).as_deref(), Some("other:pkg/check@1.0.0"));
    assert_eq!(find(import, import, Some("other:pkg/check")).as_deref(), Some("other:pkg/check@1.0.0"));
    assert_eq!(find("plain", "plain", None).as_deref(), Some("plain"));
    assert_eq!(find("kronos:auth/check@0.2.0", "kronos:auth", None), None);
}

#[test]
fn only_what_is_inherited_may_be_used() {
    let some = Inherit::Some(["variables".to_owned()].into());
    assert!(may_use(&some, "spin:variables/variables@3.0.0"));
    assert!(!may_use(&some, "spin:sqlite/sqlite@3.1.0"));
    assert!(!may_use(&Inherit::None, "wasi:filesystem/types@0.2.6"));
    assert!(may_use(&Inherit::None, "wasi:clocks/wall-clock@0.2.6"));
    assert!(may_use(&Inherit::None, "wasi:http/types@0.3.0"));
    assert!(!may_use(&Inherit::None, "wasi:http/client@0.3.0"));
    assert!(may_use(&Inherit::All, "spin:sqlite/sqlite@3.1.0"));
}

/// A library whose function uses a capability: it asks for the network and, before, for nothing that is one.
const LIBRARY: &str = r#"
(component
  (import "wasi:clocks/monotonic-clock@0.2.6" (instance $clock (export "now" (func (result u64)))))
  (import "wasi:sockets/network@0.2.6" (instance $network (export "network" (type (sub resource)))))
  (alias export $network "network" (type $network-type))
  (import "wasi:sockets/instance-network@0.2.6" (instance $instance-network
    (export "network" (type $own-network (eq $network-type)))
    (export "instance-network" (func (result (own $own-network))))))
  (core func $now (canon lower (func $clock "now")))
  (core func $open (canon lower (func $instance-network "instance-network")))
  (core module $module
    (import "host" "now" (func $now (result i64)))
    (import "host" "open" (func $open (result i32)))
    (func (export "work") (drop (call $now)) (drop (call $open))))
  (core instance $instance (instantiate $module
    (with "host" (instance (export "now" (func $now)) (export "open" (func $open))))))
  (func $work (canon lift (core func $instance "work")))
  (instance $exports (export "work" (func $work)))
  (export "test:library/work@1.2.0" (instance $exports)))
"#;

const DEPENDENT: &str = r#"
(component
  (import "test:library/work@1.0.0" (instance $library (export "work" (func))))
  (core func $work (canon lower (func $library "work")))
  (core module $module
    (import "library" "work" (func $work))
    (func (export "run") (call $work)))
  (core instance $instance (instantiate $module (with "library" (instance (export "work" (func $work))))))
  (func (export "run") (canon lift (core func $instance "run"))))
"#;

fn manifest_component(dependency: &Dependency) -> Component {
    Component {
        id: "dependent".into(),
        source: "dependent.wasm".into(),
        variables: BTreeMap::new(),
        environment: BTreeMap::new(),
        files: Vec::new(),
        allowed_outbound_hosts: Vec::new(),
        key_value_stores: [].into(),
        sqlite_databases: [].into(),
        dependencies: BTreeMap::from([("test:library/work".into(), dependency.clone())]),
        build: None,
    }
}

fn compose_test(inherit: Inherit) -> Result<(Vec<u8>, Component), Error> {
    let dependency =
        Dependency { source: "library.wasm".into(), component: Some("library".into()), export: None, inherit };
    let component = manifest_component(&dependency);
    let wasm = Arc::new(wat::parse_str(LIBRARY).expect("a component"));
    let provider = Provider { import: "test:library/work".into(), dependency, wasm };
    let dependent = wat::parse_str(DEPENDENT).expect("a component");
    Ok((compose("dependent", &dependent, &[provider])?, component))
}

async fn run(inherit: Inherit) -> wasmtime::Result<()> {
    let engine = Engine::shared().expect("the engine starts");
    let (wasm, declared) = compose_test(inherit).expect("the parts fit");
    let component = component::Component::new(engine.wasmtime(), wasm)?;
    let mut linker = capabilities::linker(engine.wasmtime())?;
    denied::add_to_linker(&mut linker, &component, &declared)?;
    let mut store = instance::Context::store(&engine, instance::nothing(), memory::testing().await)?;
    let instance = linker.instantiate_async(&mut store, &component).await?;
    let function = instance.get_typed_func::<(), ()>(&mut store, "run")?;
    function.call_async(&mut store, ()).await
}

#[tokio::test]
async fn a_library_may_use_what_it_inherits() {
    run(Inherit::All).await.expect("everything is inherited");
    run(Inherit::Some(["allowed_outbound_hosts".to_owned()].into())).await.expect("the network is inherited");
}

#[tokio::test]
async fn a_library_may_not_use_what_it_does_not_inherit() {
    for inherit in [Inherit::None, Inherit::Some(["files".to_owned()].into())] {
        let error = run(inherit).await.expect_err("the network is not inherited");
        assert_eq!(
            error.root_cause().to_string(),
            "wasi:sockets/instance-network#instance-network is denied: component `library` is a dependency of \
             `dependent` and does not inherit `allowed_outbound_hosts`"
        );
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let library = wat::parse_str(LIBRARY).expect("a component");
    let dependent = wat::parse_str(DEPENDENT).expect("a component");
    let compose = |import: &str, wasm: &[u8], export: Option<&str>| {
        let mut provider = provider(import, export);
        provider.wasm = Arc::new(wasm.to_vec());
        compose("dependent", &dependent, &[provider])
    };
    assert!(matches!(compose("test:other/work", &library, None), Err(Error::NoImport { .. })));
    assert!(matches!(compose("test:library/work", &library, Some("test:x/work")), Err(Error::NoExport { .. })));
    assert!(matches!(compose("test:library/work", b"x", None), Err(Error::Invalid { .. })));
    let other = wat::parse_str(
        r#"(component (import "f" (func $f (param "x" u32)))
             (instance $i (export "work" (func $f))) (export "test:library/work@1.0.0" (instance $i)))"#,
    );
    let other = other.expect("a component");
    assert!(matches!(compose("test:library/work", &other, None), Err(Error::Mismatch { .. })));
}
