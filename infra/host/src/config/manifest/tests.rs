use super::*;

const HEAD: &str = "spin_manifest_version = 2\n[application]\nname = \"app\"\n";
const A: &str = "[component.a]\nsource = \"a.wasm\"\n";

fn read(text: &str) -> Result<Manifest, String> {
    let path = Path::new("/app/spin.toml");
    normalise::normalise(path, &SourceFile::new(path, text)).map_err(|findings| ManifestError::from(findings).0)
}

fn good(body: &str) -> Manifest {
    read(&format!("{HEAD}{body}")).unwrap_or_else(|error| panic!("{body}\n{error}"))
}

/// The error of a manifest, which must contain every one of `parts`.
fn bad(body: &str, parts: &[&str]) {
    let error = read(&format!("{HEAD}{body}")).err().unwrap_or_else(|| panic!("accepted: {body}"));
    for part in parts {
        assert!(error.contains(part), "`{part}` is not in:\n{error}");
    }
}

#[test]
fn the_manifest_of_this_repository_is_valid() {
    let manifest = Manifest::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spin.toml"))
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(manifest.name, "kronos");
    assert!(manifest.warnings.is_empty(), "{:?}", manifest.warnings);
    assert!(manifest.components.contains_key("identity") && !manifest.http.is_empty() && !manifest.redis.is_empty());
}

#[test]
fn everything_that_is_supported_is_read() {
    let manifest = good(
        r#"
        version = "1.2.3"
        description = "d"
        authors = ["me"]
        targets = ["spin-up:4.1"]
        [application.trigger.redis]
        address = "{{ redis }}"
        [application.trigger.http]
        base = "/"
        [application.tool.mine]
        x = 1
        [variables]
        redis = { default = "redis://localhost" }
        password = { required = true, secret = true, description = "d" }
        [[trigger.http]]
        id = "first"
        route = "a/:id/..."
        component = "a"
        executor = { type = "http" }
        [[trigger.http]]
        route = { private = true }
        component = "a"
        [[trigger.http]]
        route = "/robots.txt"
        static_response = { status_code = 404, headers = { content-type = "text/plain" }, body = "no" }
        [[trigger.redis]]
        channel = "c"
        component = "b"
        [[trigger.redis]]
        channel = "{{ redis }}-x"
        address = "redis://other"
        component = "b"
        [component.a]
        source = "target/a.wasm"
        description = "d"
        variables = { url = "x-{{ redis }}" }
        environment = { RUST_LOG = "{{ literal }}" }
        files = ["static/**", "one.txt", { source = "../assets", destination = "/assets" }]
        allowed_outbound_hosts = ["https://*.example.com", "{{ redis }}", "http://*.spin.internal"]
        key_value_stores = ["default"]
        sqlite_databases = ["default", "my_db"]
        ai_models = ["llama2-chat"]
        targets = []
        [component.a.dependencies]
        "ns:lib/iface@1.0.0" = { component = "lib", inherit_configuration = ["variables"] }
        "ns:other" = { path = "other.wasm", export = "x:y/z", inherit_configuration = true }
        plain = { path = "plain.wasm" }
        [component.a.build]
        command = "make a"
        workdir = "sub"
        watch = ["src/**/*.rs"]
        [component.a.profile.debug]
        source = "debug.wasm"
        [component.a.tool.x]
        y = 1
        [component.b]
        source = "b.wasm"
        dependencies_inherit_configuration = true
        dependencies = { "ns:lib/iface" = { component = "lib" } }
        build = { command = ["one", "two"] }
        [component.lib]
        source = "lib.wasm"
        "#,
    );
    assert_eq!(manifest.version.as_deref(), Some("1.2.3"));
    assert_eq!(manifest.root, Path::new("/app"));
    assert!(manifest.variables["password"].required && manifest.variables["password"].secret);

    let ids: Vec<_> = manifest.http.iter().map(|trigger| trigger.id.as_str()).collect();
    assert_eq!(ids, ["first", "a-http-trigger", "http-trigger0"]);
    assert_eq!(manifest.http[0].route.as_deref(), Some("/a/:id/..."));
    assert_eq!(manifest.http[1].route, None);
    assert!(matches!(&manifest.http[2].target, HttpTarget::Static(response) if response.status == 404));

    assert_eq!(manifest.redis[0].address.as_str(), "{{ redis }}");
    assert_eq!(manifest.redis[1].address.as_str(), "redis://other");
    assert_eq!(manifest.redis[1].id, "redis-trigger0");

    let a = &manifest.components["a"];
    assert_eq!(a.source, Path::new("/app/target/a.wasm"));
    assert_eq!(a.environment["RUST_LOG"], "{{ literal }}");
    assert_eq!(
        a.files,
        [
            (PathBuf::from("/app/static"), "/static".to_owned()),
            (PathBuf::from("/app/one.txt"), "/one.txt".to_owned()),
            (PathBuf::from("/app/../assets"), "/assets".to_owned()),
        ]
    );
    let lib = &a.dependencies["ns:lib/iface@1.0.0"];
    assert_eq!(lib.component.as_deref(), Some("lib"));
    assert_eq!(lib.source, Path::new("/app/lib.wasm"));
    assert_eq!(lib.inherit, Inherit::Some(BTreeSet::from(["variables".to_owned()])));
    assert_eq!(a.dependencies["ns:other"].inherit, Inherit::All);
    assert_eq!(a.dependencies["ns:other"].export.as_deref(), Some("x:y/z"));
    assert_eq!(a.dependencies["plain"].inherit, Inherit::None);
    let build = a.build.as_ref().expect("a build");
    assert_eq!(
        (build.commands.as_slice(), build.workdir.as_path()),
        (&["make a".to_owned()][..], Path::new("/app/sub"))
    );

    let b = &manifest.components["b"];
    assert_eq!(b.dependencies["ns:lib/iface"].inherit, Inherit::All);
    assert_eq!(b.build.as_ref().expect("a build").commands, ["one", "two"]);
}

#[test]
fn inline_components_become_components() {
    let manifest = good(
        r#"
        [[trigger.http]]
        id = "one"
        route = "/"
        component = { source = "one.wasm" }
        [[trigger.http]]
        route = "/two"
        component = { source = "two.wasm" }
        "#,
    );
    assert!(matches!(&manifest.http[0].target, HttpTarget::Component(id) if id == "one-component"));
    assert_eq!(manifest.components["one-component"].source, Path::new("/app/one.wasm"));
    assert_eq!(manifest.components["http-trigger0-component"].source, Path::new("/app/two.wasm"));
}

#[test]
fn another_manifest_version_is_refused() {
    let error = read("spin_version = \"1\"\nname = \"x\"").expect_err("version 1");
    assert!(error.contains("spin_manifest_version = 2") && error.contains("spin doctor"), "{error}");
    let error = read("spin_manifest_version = 3").expect_err("version 3");
    assert!(error.contains("spin.toml:1:25") && error.contains("version 3"), "{error}");
}

#[test]
fn unknown_fields_are_refused_with_their_place() {
    bad("nonsense = 1", &["spin.toml:4:1", "unknown field `nonsense`", "Spin refuses it as well"]);
    bad("[component.a]\nsource = \"a\"\nnonsense = 1", &["spin.toml:6:1", "unknown field `nonsense`"]);
    bad(
        "[[trigger.http]]\nroute = \"/\"\nmethod = \"GET\"\ncomponent = \"a\"",
        &["spin.toml:6:1", "unknown field `method`"],
    );
    bad("[component.a]\nsource = \"a\"\nbuild = { cmd = \"x\" }", &["unknown field `cmd`"]);
    bad("[variables]\nx = { value = \"1\" }", &["unknown field `value`"]);
    bad("[component.a.dependencies]\n\"a:b\" = { file = \"x\" }\n", &["unknown field `file`"]);
}

#[test]
fn syntax_errors_have_their_place() {
    bad("version = ", &["spin.toml:4:"]);
    bad("version = 1", &["spin.toml:4:11", "expected a string"]);
}

#[test]
fn names_follow_their_grammar() {
    bad("[component.a_b]\nsource = \"a\"", &["spin.toml:4:12", "`a_b` is not a component id"]);
    bad("[variables]\nBad = { default = \"\" }", &["`Bad` is not a variable name"]);
    bad("[component.a]\nsource = \"a\"\nvariables = { \"a-b\" = \"\" }", &["`a-b` is not a variable name"]);
    bad("[component.a]\nsource = \"a\"\nsqlite_databases = [\"a b\"]", &["`a b` is not a store label"]);
    bad("[component.a.dependencies]\n\"a/b\" = { path = \"x\" }\n[component]\n", &["spin.toml"]);
    bad("[variables]\nx = { secret = true }", &["neither a default nor"]);
}

#[test]
fn templates_use_declared_variables() {
    bad(
        "[component.a]\nsource = \"a\"\nvariables = { x = \"{{ y }}\" }",
        &["spin.toml:6:", "variable `y`, which is not declared", "under [variables]"],
    );
    bad("[component.a]\nsource = \"a\"\nallowed_outbound_hosts = [\"{{ y }}\"]", &["`y`, which is not declared"]);
    bad("[component.a]\nsource = \"a\"\nvariables = { x = \"{{ y\" }", &["has no `}}`"]);
    bad(
        &format!("[[trigger.redis]]\naddress = \"redis://x\"\nchannel = \"{{{{ y }}}}\"\ncomponent = \"a\"\n{A}"),
        &["`y`, which is not declared"],
    );
}

#[test]
fn triggers_name_existing_components() {
    bad(
        "[[trigger.http]]\nroute = \"/\"\ncomponent = \"a\"",
        &["component `a`, which does not exist", "[component.a]"],
    );
    bad("[[trigger.redis]]\naddress = \"r\"\nchannel = \"c\"\ncomponent = \"a\"", &["which does not exist"]);
    bad("[[trigger.http]]\nroute = \"/\"", &["no component"]);
    bad(&format!("[[trigger.http]]\ncomponent = \"a\"\n{A}"), &["no `route`"]);
    bad(&format!("[[trigger.redis]]\nchannel = \"c\"\ncomponent = \"a\"\n{A}"), &["no address"]);
    bad(
        &format!("[[trigger.http]]\nroute = \"/\"\ncomponent = \"a\"\nstatic_response = {{ body = \"x\" }}\n{A}"),
        &["a component and a static response"],
    );
}

#[test]
fn routes_are_checked() {
    let http = |route: &str| format!("[[trigger.http]]\nroute = {route}\ncomponent = \"a\"\n{A}");
    bad(&http("{ private = false }"), &["`private = false`"]);
    bad(&http("\"/a/.../b\""), &["spin.toml:5:9", "`...` stands at the end only"]);
    bad(&format!("[application.trigger.http]\nbase = \"/x\"\n{A}"), &["base other than `/`"]);
    let twice = good(&format!("{}{}", http("\"/x\""), "[[trigger.http]]\nroute = \"x\"\ncomponent = \"a\"\n"));
    assert_eq!(twice.warnings.len(), 1);
    assert!(twice.warnings[0].message.contains("`/x` is written twice"), "{:?}", twice.warnings);
    assert_eq!(twice.warnings[0].position, Some((5, 9)));
    assert_eq!(good(&http("\"/.well-known/spin/health\"")).warnings.len(), 1);
}

#[test]
fn what_this_host_lacks_is_refused_with_a_way_out() {
    let http = |rest: &str| format!("[[trigger.http]]\nroute = \"/\"\ncomponent = \"a\"\n{rest}\n{A}");
    bad(&http("dependencies = { middleware = [{ component = \"a\" }] }"), &["middleware is not supported"]);
    bad(&http("executor = { type = \"wagi\", argv = \"x\" }"), &["executor `wagi`"]);
    bad(&http("components = { x = \"a\" }"), &["`components` is reserved"]);
    bad("[[trigger.cron]]\ncomponent = \"a\"", &["spin.toml:4:", "type `cron`", "its `cron` plugin"]);
    bad("[component.a]\nsource = { url = \"https://x\", digest = \"sha256:0\" }", &["URL or a registry"]);
    bad("[component.a]\nsource = \"a\"\nallowed_http_hosts = [\"x\"]", &["deprecated"]);
    bad("[component.a]\nsource = \"a\"\nfiles = [\"*.txt\"]", &["pattern `*.txt`"]);
    bad("[component.a]\nsource = \"a\"\nfiles = [\"../x\"]", &["leaves the folder"]);
    for destination in ["x", "/../x", "/a/../../x"] {
        let mount = format!("files = [{{ source = \"x\", destination = \"{destination}\" }}]");
        bad(&format!("[component.a]\nsource = \"a\"\n{mount}"), &["absolute path without `..`"]);
    }
    bad("[component.a]\nsource = \"a\"\nexclude_files = [\"x\"]", &["exclude_files"]);
}

#[test]
fn allowed_hosts_are_checked() {
    bad("[component.a]\nsource = \"a\"\nallowed_outbound_hosts = [\"example.com\"]", &["spin.toml:6:27", "no scheme"]);
    bad("[component.a]\nsource = \"a\"\nallowed_outbound_hosts = [\"insecure:allow-all\"]", &["*://*:*"]);
}

#[test]
fn dependencies_are_checked() {
    let a = |dependency: &str| format!("{A}[component.a.dependencies]\n{dependency}\n");
    bad(&a("\"x:y/z\" = { component = \"b\" }"), &["component `b`, which does not exist"]);
    bad(&a("\"x:y/z\" = { component = \"a\" }"), &["depends on itself"]);
    bad(&a("\"x:y/z\" = \"^1.0\""), &["registry or a URL"]);
    bad(&a("\"x:y/z\" = { version = \"1\" }"), &["registry or a URL"]);
    bad(&a("\"x:y/z\" = { export = \"x\" }"), &["either a component or a path"]);
    bad(&a("\"x:y/z/w\" = { path = \"x\" }"), &["does not name an import"]);
    bad(&a("\"x:y/z\" = { path = \"x\", inherit_configuration = [\"disk\"] }"), &["`disk` is not a capability"]);
    bad(
        "[component.a]\nsource = \"a\"\ndependencies_inherit_configuration = true\n\
         dependencies = { \"x:y\" = { path = \"x\", inherit_configuration = true } }",
        &["exclude each other"],
    );
    bad(
        &format!(
            "{}[component.b]\nsource = \"b\"\nkey_value_stores = [\"default\"]\n",
            a("\"x:y/z\" = { component = \"b\" }")
        ),
        &["`b` is a dependency and has `key_value_stores`"],
    );
}

#[test]
fn redis_triggered_components_may_not_chain() {
    bad(
        "[[trigger.redis]]\naddress = \"redis://x\"\nchannel = \"c\"\ncomponent = \"a\"\n\
         [component.a]\nsource = \"a\"\nallowed_outbound_hosts = [\"http://b.spin.internal\"]",
        &["Redis trigger and may call other components", "remove the entry"],
    );
}

#[test]
fn all_findings_are_shown_at_once() {
    bad(
        "[component.a_b]\nsource = \"a\"\nallowed_outbound_hosts = [\"x\"]\nvariables = { y = \"{{ z }}\" }",
        &["spin.toml:4:", "spin.toml:6:", "spin.toml:7:"],
    );
}
