//! `#[needs(postgres, redis)]`, see [`needs`].

use proc_macro::{TokenStream, TokenTree};

/// What a test can need, and how the build script says that it is missing.
const KNOWN: [(&str, Option<&str>); 5] = [
    ("postgres", option_env!("KRONOS_TEST_MISSING_POSTGRES")),
    ("redis", option_env!("KRONOS_TEST_MISSING_REDIS")),
    ("openssl", option_env!("KRONOS_TEST_MISSING_OPENSSL")),
    ("setpriv", option_env!("KRONOS_TEST_MISSING_SETPRIV")),
    ("spin", option_env!("KRONOS_TEST_MISSING_SPIN")),
];

/// Marks a test that needs programs: `postgres`, `redis`, `openssl`, `setpriv`, `spin`. Where one was not installed when the tests were
/// built, the test is ignored, with the remedy as its reason, so that the harness names it and counts it. With
/// `KRONOS_TEST_REQUIRE_ALL` in the environment, as in continuous integration, it runs and fails instead; but for `spin`, which no
/// package has.
///
/// It stands above `#[test]`, which would not see it below.
#[proc_macro_attribute]
pub fn needs(programs: TokenStream, test: TokenStream) -> TokenStream {
    let mut missing = Vec::new();
    for token in programs {
        let TokenTree::Ident(name) = token else { continue };
        let name = name.to_string();
        match KNOWN.iter().find(|(known, _)| *known == name) {
            Some((_, reason)) => missing.extend(*reason),
            None => return attribute(&format!("compile_error!(\"nothing is known of `{name}`\");"), test),
        }
    }
    if missing.is_empty() {
        return test;
    }
    attribute(&format!("#[ignore = {:?}]", missing.join(", ")), test)
}

/// `item` after `source`.
fn attribute(source: &str, item: TokenStream) -> TokenStream {
    let before: TokenStream = source.parse().expect("tokens");
    before.into_iter().chain(item).collect()
}
