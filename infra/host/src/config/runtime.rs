//! `runtime-config.toml`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use ipnet::IpNet;
use serde::{Deserialize, de::IgnoredAny};
use toml::Spanned;

use super::{
    diagnostic::{Diagnostic, SourceFile},
    manifest::Manifest,
    options::{LimitSettings, Options},
};

/// The parts of Spin's runtime configuration that this host has.
#[derive(Clone, Debug)]
pub struct RuntimeConfig {
    /// Where databases, logs and caches live, unless the command line says.
    pub state_dir: Option<PathBuf>,
    /// SQLite files by label; a label that is missing lives in the state directory.
    pub sqlite: BTreeMap<String, PathBuf>,
    /// Key-value stores by label; a label that is missing lives in the state directory.
    pub key_value: BTreeMap<String, KeyValueStore>,
    /// Limits that the file sets.
    pub limits: LimitSettings,
    /// Providers of variables in the order of the file.
    pub variables_providers: Vec<VariablesProvider>,
    /// Whether outbound HTTP keeps connections for later requests.
    pub http_connection_pooling: bool,
    /// Connections that outbound HTTP may hold in all; 0 forbids them.
    pub http_max_connections: Option<usize>,
    /// Connections to PostgreSQL in all; 0 allows none.
    pub postgres_max_connections: Option<usize>,
    /// Connections to Redis servers in all; with `--spin-exact`, those that guests hold. 0 forbids them.
    pub redis_max_connections: Option<usize>,
    /// Address ranges that outbound connections may not reach.
    pub blocked_networks: Vec<IpNet>,
    /// Whether those that are not public are out of reach too, where an allow-list does not name the host.
    pub block_private: bool,
    /// Labels of SQLite databases and key-value stores that the file describes, whether or not it names a path.
    labels: Labels,
}

#[derive(Clone, Debug, Default)]
struct Labels {
    sqlite: Vec<String>,
    key_value: Vec<String>,
}

impl Default for RuntimeConfig {
    fn default() -> Self {
        Self {
            state_dir: None,
            sqlite: BTreeMap::new(),
            key_value: BTreeMap::new(),
            limits: LimitSettings::default(),
            variables_providers: Vec::new(),
            http_connection_pooling: true,
            http_max_connections: None,
            postgres_max_connections: None,
            redis_max_connections: None,
            blocked_networks: Vec::new(),
            block_private: false,
            labels: Labels::default(),
        }
    }
}

/// Where a key-value store lives.
#[derive(Clone, Debug)]
pub enum KeyValueStore {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A Redis server.
    Redis(String),
}

/// `[[variables_provider]]`.
#[derive(Clone, PartialEq, Eq)]
pub enum VariablesProvider {
    /// Values written in the file.
    Static(BTreeMap<String, String>),
    /// `{prefix}_{NAME}` in the environment, then in a file of such lines.
    Env {
        /// Prefix without the underscore.
        prefix: String,
        /// A file that is read once, at the start.
        dotenv: Option<PathBuf>,
    },
}

impl std::fmt::Debug for VariablesProvider {
    /// Names without values, which may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Static(values) => f.debug_tuple("Static").field(&values.keys()).finish(),
            Self::Env { prefix, dotenv } => {
                f.debug_struct("Env").field("prefix", prefix).field("dotenv", dotenv).finish()
            }
        }
    }
}

/// The name, in the state folder, of the file of the key-value stores that have no other. Databases have the name of their label.
pub const KEY_VALUE: &str = "key_value";

/// Why a runtime configuration was refused; the text names file, line, column and remedy.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct RuntimeConfigError(pub String);

impl From<Diagnostic> for RuntimeConfigError {
    fn from(finding: Diagnostic) -> Self {
        Self(finding.to_string())
    }
}

impl RuntimeConfig {
    /// The configuration of an application: the file that the options name, else `runtime-config.toml` beside the
    /// manifest, else the defaults. Labels of the manifest without a configuration are refused, as Spin does.
    pub fn for_application(options: &Options, manifest: &Manifest) -> Result<Self, RuntimeConfigError> {
        let beside = manifest.root.join("runtime-config.toml");
        let config = match &options.runtime_config {
            Some(path) => Self::load(path)?,
            None if beside.is_file() => Self::load(&beside)?,
            None => Self::default(),
        };
        config.check_labels(manifest)?;
        Ok(config)
    }

    /// Reads the configuration at `path`; paths in it are relative to its folder.
    pub fn load(path: &Path) -> Result<Self, RuntimeConfigError> {
        let source = SourceFile::read(path, "Name an existing file with --runtime-config-file, or leave it out.")?;
        let folder = path.parent().unwrap_or(Path::new("."));
        Ok(Self::from_source(&source, folder)?)
    }

    fn from_source(source: &SourceFile, folder: &Path) -> Result<Self, Diagnostic> {
        let written: Written = source.parse()?;
        if let Some(tls) = &written.client_tls {
            return Err(source.at(
                tls.span(),
                "client TLS certificates are not supported by this host",
                "Remove [[client_tls]]; outbound HTTPS trusts the public certificate authorities.",
            ));
        }
        let mut config = Self {
            state_dir: written.state_dir.filter(|dir| !dir.is_empty()).map(|dir| folder.join(dir)),
            limits: LimitSettings { instance_memory: written.max_instance_memory, ..LimitSettings::default() },
            ..Self::default()
        };
        for (label, store) in written.sqlite_database {
            match store.get_ref() {
                SqliteDatabase::Spin { path: Some(path), allow_attach_file: false } => {
                    config.sqlite.insert(label.clone(), folder.join(path));
                }
                SqliteDatabase::Spin { path: None, .. } if label.eq_ignore_ascii_case(KEY_VALUE) => {
                    return Err(source.at(
                        store.span(),
                        format!("the file of the database `{label}` is the one of the key-value stores"),
                        "Give it another one with `path`, or give the database another label.",
                    ));
                }
                SqliteDatabase::Spin { path: None, allow_attach_file: false } => {}
                SqliteDatabase::Spin { allow_attach_file: true, .. } => {
                    return Err(source.at(
                        store.span(),
                        "`allow_attach_file` is not supported by this host",
                        "Open each database under its own label.",
                    ));
                }
                SqliteDatabase::Libsql(_) => {
                    return Err(source.at(
                        store.span(),
                        "libsql databases are not supported by this host",
                        "Use `type = \"spin\"`, or PostgreSQL for a database on the network.",
                    ));
                }
            }
            config.labels.sqlite.push(label);
        }
        for (label, store) in written.key_value_store {
            match store.get_ref() {
                KeyValue::Spin { path } => {
                    if let Some(path) = path {
                        config.key_value.insert(label.clone(), KeyValueStore::Sqlite(folder.join(path)));
                    }
                }
                KeyValue::Redis { url } => {
                    config.key_value.insert(label.clone(), KeyValueStore::Redis(url.clone()));
                }
                KeyValue::AzureCosmos(_) | KeyValue::AwsDynamo(_) => {
                    return Err(source.at(
                        store.span(),
                        "key-value stores of Azure and AWS are not supported by this host",
                        "Use `type = \"spin\"` or `type = \"redis\"`.",
                    ));
                }
            }
            config.labels.key_value.push(label);
        }
        for provider in written.variables_provider {
            let span = provider.span();
            config.variables_providers.push(match provider.into_inner() {
                Provider::Static { values } => VariablesProvider::Static(values),
                Provider::Env { prefix, dotenv_path } => VariablesProvider::Env {
                    prefix: prefix.unwrap_or_else(|| "SPIN_VARIABLE".into()),
                    dotenv: dotenv_path.map(|path| folder.join(path)),
                },
                Provider::Vault(_) | Provider::AzureKeyVault(_) => {
                    return Err(source.at(
                        span,
                        "variables from Vault and Azure Key Vault are not supported by this host",
                        "Give them as SPIN_VARIABLE_<NAME> in the environment, or with --variable name=@file.",
                    ));
                }
            });
        }
        if let Some(http) = written.outbound_http {
            // Spin's default inside the table, unlike without the table.
            config.http_connection_pooling = http.connection_pooling;
            config.http_max_connections = match (http.max_connections, http.max_concurrent_requests) {
                (limit, None) => limit,
                // Spin's old name lets one more through.
                (None, Some(limit)) => Some(limit.get_ref().saturating_add(1)),
                (Some(_), Some(old)) => {
                    return Err(source.at(
                        old.span(),
                        "`max_connections` and `max_concurrent_requests` are two names of one limit",
                        "Keep `max_connections`.",
                    ));
                }
            };
        }
        config.postgres_max_connections = written.outbound_pg.and_then(|limits| limits.max_connections);
        config.redis_max_connections = written.outbound_redis.and_then(|limits| limits.max_connections);
        let networking = written.outbound_networking.unwrap_or_default();
        if let Some(limit) = &networking.max_total_connections {
            return Err(source.at(
                limit.span(),
                "`max_total_connections` is not supported by this host",
                "Set `max_connections` in each of [outbound_http], [outbound_pg] and [outbound_redis].",
            ));
        }
        for network in networking.block_networks {
            let text = network.get_ref();
            if text == "private" {
                config.block_private = true;
            } else if let Ok(network) = text.parse::<IpNet>() {
                config.blocked_networks.push(network.trunc());
            } else if let Ok(address) = text.parse::<std::net::IpAddr>() {
                config.blocked_networks.push(address.into());
            } else {
                return Err(source.at(
                    network.span(),
                    format!("`{text}` is not a network"),
                    "Write an address, a network such as \"10.0.0.0/8\", or \"private\".",
                ));
            }
        }
        Ok(config)
    }

    /// Every label other than `default` needs a configuration.
    fn check_labels(&self, manifest: &Manifest) -> Result<(), RuntimeConfigError> {
        for component in manifest.components.values() {
            for (kind, used, configured) in [
                ("sqlite_database", &component.sqlite_databases, &self.labels.sqlite),
                ("key_value_store", &component.key_value_stores, &self.labels.key_value),
            ] {
                if let Some(label) = used.iter().find(|label| *label != "default" && !configured.contains(label)) {
                    return Err(RuntimeConfigError(format!(
                        "the component `{}` uses the {kind} `{label}`, which the runtime configuration does not have\n  \
                         Add [{kind}.{label}] with `type = \"spin\"` to runtime-config.toml.",
                        component.id
                    )));
                }
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    state_dir: Option<String>,
    /// Component output goes to the log of the host.
    #[serde(rename = "log_dir")]
    _log_dir: Option<String>,
    max_instance_memory: Option<usize>,
    #[serde(default, alias = "config_provider")]
    variables_provider: Vec<Spanned<Provider>>,
    #[serde(default)]
    key_value_store: BTreeMap<String, Spanned<KeyValue>>,
    #[serde(default)]
    sqlite_database: BTreeMap<String, Spanned<SqliteDatabase>>,
    outbound_http: Option<OutboundHttp>,
    outbound_pg: Option<ConnectionLimit>,
    outbound_redis: Option<ConnectionLimit>,
    #[serde(rename = "outbound_mysql")]
    _outbound_mysql: Option<IgnoredAny>,
    #[serde(rename = "outbound_mqtt")]
    _outbound_mqtt: Option<IgnoredAny>,
    outbound_networking: Option<OutboundNetworking>,
    client_tls: Option<Spanned<IgnoredAny>>,
    #[serde(rename = "llm_compute")]
    _llm_compute: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Provider {
    Static { values: BTreeMap<String, String> },
    Env { prefix: Option<String>, dotenv_path: Option<PathBuf> },
    Vault(IgnoredAny),
    AzureKeyVault(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum KeyValue {
    Spin { path: Option<PathBuf> },
    Redis { url: String },
    AzureCosmos(IgnoredAny),
    AwsDynamo(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum SqliteDatabase {
    Spin {
        path: Option<PathBuf>,
        #[serde(default)]
        allow_attach_file: bool,
    },
    Libsql(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutboundHttp {
    #[serde(default)]
    connection_pooling: bool,
    max_connections: Option<usize>,
    max_concurrent_requests: Option<Spanned<usize>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConnectionLimit {
    max_connections: Option<usize>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OutboundNetworking {
    #[serde(default)]
    block_networks: Vec<Spanned<String>>,
    /// Raw sockets are not among what this host gives to components.
    #[serde(rename = "max_socket_connections")]
    _max_socket_connections: Option<usize>,
    max_total_connections: Option<Spanned<usize>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<RuntimeConfig, String> {
        let source = SourceFile::new("/app/runtime-config.toml", text);
        RuntimeConfig::from_source(&source, Path::new("/app")).map_err(|error| error.to_string())
    }

    #[test]
    fn everything_that_is_supported_is_read() {
        let config = read(
            r#"
            state_dir = ".spin"
            log_dir = ".spin/logs"
            max_instance_memory = 1048576
            [[variables_provider]]
            type = "static"
            values = { a = "1" }
            [[variables_provider]]
            type = "env"
            dotenv_path = "my.env"
            [key_value_store.default]
            type = "spin"
            path = "kv.db"
            [key_value_store.shared]
            type = "redis"
            url = "redis://localhost"
            [sqlite_database.default]
            type = "spin"
            path = "/var/app.db"
            [sqlite_database.second]
            type = "spin"
            [sqlite_database.key_value]
            type = "spin"
            path = "other.db"
            [outbound_http]
            max_connections = 512
            [outbound_pg]
            max_connections = 50
            [outbound_redis]
            max_connections = 5
            [outbound_networking]
            block_networks = ["10.1.1.1/8", "private", "192.0.2.1"]
            max_socket_connections = 7
            [llm_compute]
            type = "spin"
            "#,
        )
        .expect("a valid configuration");
        assert_eq!(config.state_dir.as_deref(), Some(Path::new("/app/.spin")));
        assert_eq!(config.limits.instance_memory, Some(1 << 20));
        assert_eq!(
            config.variables_providers,
            [
                VariablesProvider::Static(BTreeMap::from([("a".into(), "1".into())])),
                VariablesProvider::Env { prefix: "SPIN_VARIABLE".into(), dotenv: Some("/app/my.env".into()) },
            ]
        );
        assert!(matches!(&config.key_value["default"], KeyValueStore::Sqlite(path) if path == Path::new("/app/kv.db")));
        assert!(matches!(&config.key_value["shared"], KeyValueStore::Redis(url) if url == "redis://localhost"));
        assert_eq!(config.sqlite["default"], Path::new("/var/app.db"));
        assert_eq!(config.sqlite["key_value"], Path::new("/app/other.db"));
        assert!(!config.sqlite.contains_key("second") && config.labels.sqlite.contains(&"second".to_owned()));
        assert!(!config.http_connection_pooling, "Spin's default inside the table");
        assert_eq!(config.http_max_connections, Some(512));
        assert_eq!(config.postgres_max_connections, Some(50));
        assert_eq!(config.redis_max_connections, Some(5));
        assert!(config.block_private);
        let networks: Vec<_> = config.blocked_networks.iter().map(ToString::to_string).collect();
        assert_eq!(networks, ["10.0.0.0/8", "192.0.2.1/32"]);
    }

    #[test]
    fn an_empty_file_means_the_defaults() {
        let config = read("").expect("a valid configuration");
        assert!(config.http_connection_pooling && !config.block_private && config.state_dir.is_none());
        assert_eq!(read("state_dir = \"\"").expect("a valid configuration").state_dir, None);
    }

    #[test]
    fn what_is_unknown_or_unsupported_is_refused_with_its_place() {
        for (text, parts) in [
            ("\nfoo = 1", &["runtime-config.toml:2:1", "unknown field `foo`", "Spin refuses it as well"][..]),
            ("[[variables_provider]]\ntype = \"env\"\nfoo = 1", &[":1:", "unknown field `foo`"]),
            ("[outbound_pg]\nfoo = 1", &[":2:", "unknown field `foo`"]),
            ("[[client_tls]]\ncomponent_ids = []", &["client TLS"]),
            ("[sqlite_database.a]\ntype = \"libsql\"\nurl = \"x\"", &["libsql"]),
            ("[sqlite_database.a]\ntype = \"spin\"\nallow_attach_file = true", &["allow_attach_file"]),
            ("[sqlite_database.key_value]\ntype = \"spin\"", &["`key_value`", "with `path`"]),
            ("[key_value_store.a]\ntype = \"azure_cosmos\"\nkey = \"k\"", &["Azure"]),
            ("[[variables_provider]]\ntype = \"vault\"\nurl = \"u\"", &["Vault", "SPIN_VARIABLE_"]),
            ("[outbound_networking]\nblock_networks = [\"x\"]", &[":2:", "`x` is not a network"]),
            ("[outbound_networking]\nmax_total_connections = 7", &[":2:", "[outbound_redis]"]),
            ("[outbound_http]\nmax_connections = 1\nmax_concurrent_requests = 1", &[":3:", "Keep `max_connections`"]),
        ] {
            let error = read(text).expect_err(text);
            for part in parts {
                assert!(error.contains(part), "{error}");
            }
        }
    }

    #[test]
    fn the_old_name_of_a_limit_lets_one_more_through() {
        let limit = |text: &str| read(text).expect("a valid configuration").http_max_connections;
        assert_eq!(limit("[outbound_http]\nmax_connections = 0"), Some(0));
        assert_eq!(limit("[outbound_http]\nmax_concurrent_requests = 0"), Some(1));
        assert_eq!(limit("[outbound_http]"), None);
    }

    #[test]
    fn values_of_variables_are_not_shown() {
        let provider = VariablesProvider::Static(BTreeMap::from([("password".into(), "s3cret".into())]));
        assert_eq!(format!("{provider:?}"), r#"Static(["password"])"#);
    }
}
