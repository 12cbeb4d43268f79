//! What a manifest says holds together, and what is wrong with it has a place.
#![no_main]

use std::{collections::BTreeSet, path::Path};

use kronos_host::{
    config::{
        allowed_hosts::AllowedHosts,
        manifest::{HttpTarget, Inherit},
        template::Template,
    },
    fuzzing::manifest::read,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let path = Path::new("/app/spin.toml");
    let manifest = match read(path, text) {
        Ok(manifest) => manifest,
        Err(findings) => {
            assert!(!findings.is_empty());
            let lines = text.split('\n').count();
            for finding in &findings {
                assert!(!finding.message.is_empty());
                if let Some((line, column)) = finding.position {
                    assert!((1..=lines).contains(&line) && column >= 1, "{finding}");
                    let written = text.split('\n').nth(line - 1).expect("the line").chars().count();
                    assert!(column <= written + 1, "{finding}");
                }
            }
            let again = read(path, text).expect_err("the same text");
            assert_eq!(findings, again);
            return;
        }
    };
    let again = read(path, text).expect("the same text");
    assert_eq!(format!("{manifest:?}"), format!("{again:?}"));

    assert!(!manifest.name.trim().is_empty());
    let ids: Vec<_> = manifest.http.iter().map(|trigger| &trigger.id).collect();
    let ids: Vec<_> = ids.into_iter().chain(manifest.redis.iter().map(|trigger| &trigger.id)).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id came twice");
    for variable in manifest.variables.values() {
        assert!(variable.required || variable.default.is_some());
    }
    let is_declared = |template: &Template| template.variables().all(|name| manifest.variables.contains_key(name));
    for trigger in &manifest.http {
        assert!(trigger.route.as_ref().is_none_or(|route| route.starts_with('/')));
        match &trigger.target {
            HttpTarget::Component(id) => assert!(manifest.components.contains_key(id), "{id}"),
            HttpTarget::Static(response) => assert!((100..1000).contains(&response.status)),
        }
    }
    for trigger in &manifest.redis {
        assert!(manifest.components.contains_key(&trigger.component));
        assert!(is_declared(&trigger.address) && is_declared(&trigger.channel));
    }
    for (id, component) in &manifest.components {
        assert_eq!(*id, component.id);
        assert!(component.variables.values().chain(&component.allowed_outbound_hosts).all(is_declared));
        for host in component.allowed_outbound_hosts.iter().filter(|host| host.is_literal()) {
            AllowedHosts::parse([host.as_str()]).expect("it was read");
        }
        for (_, destination) in &component.files {
            assert!(destination.starts_with('/'));
            assert!(destination.split('/').all(|segment| segment != ".."), "{destination}");
        }
        for dependency in component.dependencies.values() {
            if let Some(provider) = &dependency.component {
                let provider = manifest.components.get(provider).expect("the provider");
                assert_eq!(provider.source, dependency.source);
                // So no circle leads through them.
                assert!(provider.dependencies.is_empty() && provider.id != *id);
                assert!(provider.allowed_outbound_hosts.is_empty() && provider.files.is_empty());
            }
            assert!(!matches!(&dependency.inherit, Inherit::Some(names) if names.is_empty()));
        }
    }
});
