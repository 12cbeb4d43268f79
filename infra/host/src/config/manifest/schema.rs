//! `spin.toml` as it is written, before normalisation: every field that Spin 4.1 accepts, and no other.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny, MapAccess, SeqAccess, value::MapAccessDeserializer},
};
use toml::Spanned;

/// Read first, so that a manifest of another version gets an answer about the version.
#[derive(Deserialize)]
pub(super) struct VersionOnly {
    pub(super) spin_manifest_version: Option<Spanned<toml::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    #[serde(rename = "spin_manifest_version")]
    _version: IgnoredAny,
    pub(super) application: Application,
    #[serde(default)]
    pub(super) variables: BTreeMap<Spanned<String>, Variable>,
    #[serde(default)]
    pub(super) trigger: Triggers,
    #[serde(default)]
    pub(super) component: BTreeMap<Spanned<String>, Component>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Application {
    pub(super) name: Spanned<String>,
    pub(super) version: Option<String>,
    #[serde(rename = "description")]
    _description: Option<String>,
    #[serde(default, rename = "authors")]
    _authors: Vec<String>,
    #[serde(default, rename = "targets")]
    _targets: Vec<IgnoredAny>,
    #[serde(default)]
    pub(super) trigger: TriggerDefaults,
    #[serde(rename = "tool")]
    _tool: Option<IgnoredAny>,
}

/// `[application.trigger]`; settings of trigger types that nobody uses are harmless.
#[derive(Default, Deserialize)]
pub(super) struct TriggerDefaults {
    pub(super) http: Option<HttpDefaults>,
    pub(super) redis: Option<RedisDefaults>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HttpDefaults {
    pub(super) base: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RedisDefaults {
    pub(super) address: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Variable {
    #[serde(default)]
    pub(super) required: bool,
    pub(super) default: Option<String>,
    #[serde(default)]
    pub(super) secret: bool,
    #[serde(rename = "description")]
    _description: Option<String>,
}

#[derive(Default)]
pub(super) struct Triggers {
    pub(super) http: Vec<Spanned<HttpTrigger>>,
    pub(super) redis: Vec<Spanned<RedisTrigger>>,
}

impl<'de> Deserialize<'de> for Triggers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Triggers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`[[trigger.http]]` and `[[trigger.redis]]` tables")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Triggers, A::Error> {
                let mut triggers = Triggers::default();
                while let Some(kind) = map.next_key::<Spanned<String>>()? {
                    match kind.get_ref().as_str() {
                        "http" => triggers.http = map.next_value()?,
                        "redis" => triggers.redis = map.next_value()?,
                        other => {
                            return Err(de::Error::custom(format!(
                                "triggers of the type `{other}` are not supported: this host drives `http` and `redis`; \
                                 move the trigger to a manifest of its own, or run it with Spin and its `{other}` plugin"
                            )));
                        }
                    }
                }
                Ok(triggers)
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HttpTrigger {
    pub(super) id: Option<Spanned<String>>,
    pub(super) component: Option<Spanned<StringOr<Component>>>,
    pub(super) components: Option<Spanned<IgnoredAny>>,
    pub(super) dependencies: Option<Spanned<IgnoredAny>>,
    pub(super) route: Option<Spanned<StringOr<PrivateRoute>>>,
    pub(super) static_response: Option<Spanned<StaticResponse>>,
    pub(super) executor: Option<Executor>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrivateRoute {
    pub(super) private: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StaticResponse {
    #[serde(default = "ok")]
    pub(super) status_code: u16,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) body: String,
}

fn ok() -> u16 {
    200
}

/// `wagi` carries further fields, which do not matter because it is refused.
#[derive(Deserialize)]
pub(super) struct Executor {
    #[serde(rename = "type")]
    pub(super) kind: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RedisTrigger {
    pub(super) id: Option<Spanned<String>>,
    pub(super) component: Option<Spanned<StringOr<Component>>>,
    pub(super) components: Option<Spanned<IgnoredAny>>,
    pub(super) dependencies: Option<Spanned<IgnoredAny>>,
    pub(super) address: Option<Spanned<String>>,
    pub(super) channel: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Component {
    pub(super) source: Spanned<StringOr<IgnoredAny>>,
    #[serde(rename = "description")]
    _description: Option<String>,
    #[serde(default)]
    pub(super) variables: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    pub(super) environment: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) files: Vec<Spanned<StringOr<FilesMount>>>,
    #[serde(default)]
    pub(super) exclude_files: Vec<Spanned<String>>,
    pub(super) allowed_http_hosts: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub(super) allowed_outbound_hosts: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) key_value_stores: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) sqlite_databases: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) ai_models: Vec<String>,
    #[serde(default, rename = "targets")]
    _targets: Vec<IgnoredAny>,
    pub(super) dependencies_inherit_configuration: Option<Spanned<bool>>,
    #[serde(default)]
    pub(super) dependencies: BTreeMap<Spanned<String>, Spanned<StringOr<Dependency>>>,
    pub(super) build: Option<Build>,
    #[serde(rename = "profile")]
    _profile: Option<IgnoredAny>,
    #[serde(rename = "tool")]
    _tool: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FilesMount {
    pub(super) source: String,
    pub(super) destination: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Build {
    pub(super) command: OneOrMany,
    pub(super) workdir: Option<String>,
    #[serde(default, rename = "watch")]
    _watch: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dependency {
    pub(super) component: Option<Spanned<String>>,
    pub(super) path: Option<Spanned<String>>,
    pub(super) version: Option<IgnoredAny>,
    #[serde(rename = "registry")]
    _registry: Option<IgnoredAny>,
    #[serde(rename = "package")]
    _package: Option<IgnoredAny>,
    pub(super) url: Option<IgnoredAny>,
    #[serde(rename = "digest")]
    _digest: Option<IgnoredAny>,
    pub(super) export: Option<String>,
    pub(super) inherit_configuration: Option<Spanned<InheritConfiguration>>,
}

/// A value that is a string or a table; unlike serde's untagged enums it keeps the positions of errors.
pub(super) enum StringOr<T> {
    String(String),
    Table(Box<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for StringOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = StringOr<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a table")
            }

            fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
                Ok(StringOr::String(value.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|value| StringOr::Table(Box::new(value)))
            }
        }
        deserializer.deserialize_any(Visitor(PhantomData))
    }
}

/// A string or an array of strings.
pub(super) struct OneOrMany(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or an array of strings")
            }

            fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
                Ok(OneOrMany(vec![value.into()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = sequence.next_element()? {
                    values.push(value);
                }
                Ok(OneOrMany(values))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// `inherit_configuration` of a dependency: a boolean or the names of capabilities.
pub(super) enum InheritConfiguration {
    All(bool),
    Names(Vec<Spanned<String>>),
}

impl<'de> Deserialize<'de> for InheritConfiguration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = InheritConfiguration;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a boolean or an array of capability names")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
                Ok(InheritConfiguration::All(value))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = sequence.next_element()? {
                    names.push(name);
                }
                Ok(InheritConfiguration::Names(names))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
