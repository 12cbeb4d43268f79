use std::path::PathBuf;

use super::*;

const MANIFEST: &str = r#"
spin_manifest_version = 2
[application]
name = "a"
[variables]
plain = { default = "from the manifest" }
secret = { required = true, secret = true }
public_url = { default = "http://nowhere" }
postgres_address = { default = "" }
"#;

struct Application {
    folder: tempfile::TempDir,
    options: Options,
    config: RuntimeConfig,
}

impl Application {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let manifest = folder.path().join("spin.toml");
        std::fs::write(&manifest, MANIFEST).expect("a manifest");
        let mut options = Options::new(manifest);
        options.variables = vec![("secret".into(), "s3cret".into())];
        Self { folder, options, config: RuntimeConfig::default() }
    }

    fn start(&self) -> Result<Variables, SetupError> {
        let manifest = Manifest::load(&self.options.manifest).expect("a valid manifest");
        Variables::new(&manifest, &self.config, &self.options, |_| Ok(values(&[("public_url", "http://derived")])))
    }

    fn get(&self, name: &str) -> String {
        self.start().expect("variables").get(name).expect("a value")
    }
}

fn values(values: &[(&str, &str)]) -> BTreeMap<String, String> {
    values.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

#[test]
fn the_first_provider_with_a_value_wins() {
    let mut app = Application::new();
    assert_eq!(app.get("plain"), "from the manifest");
    std::fs::write(app.folder.path().join(".env"), "SPIN_VARIABLE_PLAIN='from .env'\n").expect("a file");
    assert_eq!(app.get("plain"), "from .env");
    app.config.variables_providers.push(VariablesProvider::Static(values(&[("plain", "from the configuration")])));
    app.config.variables_providers.push(VariablesProvider::Static(values(&[("plain", "too late")])));
    assert_eq!(app.get("plain"), "from the configuration");
    app.options.variables.push(("plain".into(), "from the command line".into()));
    assert_eq!(app.get("plain"), "from the command line");
}

#[test]
fn an_env_provider_has_its_prefix_and_file() {
    let mut app = Application::new();
    let file: PathBuf = app.folder.path().join("my.env");
    std::fs::write(&file, "# comment\nMY_PLAIN=\"quoted value\"\nSPIN_VARIABLE_PLAIN=other\n").expect("a file");
    app.config.variables_providers.push(VariablesProvider::Env { prefix: "MY".into(), dotenv: Some(file) });
    assert_eq!(app.get("plain"), "quoted value");
}

#[test]
fn a_missing_required_variable_stops_the_start() {
    let mut app = Application::new();
    app.options.variables.clear();
    let error = app.start().expect_err("the secret is missing").to_string();
    assert!(error.contains("--variable secret=") && error.contains("SPIN_VARIABLE_SECRET"), "{error}");
}

#[test]
fn a_misspelt_variable_is_refused() {
    let mut app = Application::new();
    app.options.variables.push(("plian".into(), "x".into()));
    let error = app.start().expect_err("there is no such variable").to_string();
    assert!(error.contains("`plian`") && error.contains("plain, postgres_address"), "{error}");
    app.options.spin_exact = true;
    assert!(app.start().is_ok());
}

#[test]
fn what_is_derived_comes_before_a_default_and_after_all_else() {
    let mut app = Application::new();
    assert_eq!(app.get("public_url"), "http://derived");
    app.options.variables.push(("public_url".into(), "http://given".into()));
    assert_eq!(app.get("public_url"), "http://given");
}

#[test]
fn names_are_checked_and_values_are_never_shown() {
    let variables = Application::new().start().expect("variables");
    assert!(matches!(variables.get("No"), Err(Error::InvalidName(_))));
    assert!(matches!(variables.get("unknown"), Err(Error::Undefined(_))));
    let template = Template::parse("{{ plain }}/{{ secret }}").expect("a template");
    assert_eq!(variables.resolve(&template).expect("values"), "from the manifest/s3cret");
    assert!(!format!("{variables:?}").contains("s3cret"));
}
