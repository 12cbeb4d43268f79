//! Which options the help of a subcommand shows. All of them are accepted everywhere, so that one command line with another word in it
//! does another thing with the same application; most do nothing for most subcommands.

use clap::{Arg, Command, CommandFactory as _};

use super::Cli;

/// Options that matter to a subcommand, by their names; none for those to which all matter.
fn shown(subcommand: &str) -> Option<&'static [&'static str]> {
    Some(match subcommand {
        "build" => &["manifest", "install_packages"],
        "migrate" => &["manifest", "runtime_config_file", "state_dir", "postgres", "variables"],
        "check" => &["manifest", "runtime_config_file", "state_dir", "postgres", "redis", "variables"],
        "token" => &["manifest", "runtime_config_file", "state_dir", "postgres", "variables", "listen"],
        "tick" => &["manifest", "runtime_config_file", "redis", "variables"],
        _ => return None,
    })
}

/// The command line, with the options in the help of each subcommand that matter there.
pub(super) fn command() -> Command {
    let command = Cli::command();
    let global: Vec<Arg> = command.get_arguments().filter(|option| option.is_global_set()).cloned().collect();
    command.mut_subcommands(|subcommand| {
        let Some(shown) = shown(subcommand.get_name()) else { return subcommand };
        let is_hidden = |option: &Arg| !shown.contains(&option.get_id().as_str());
        let subcommand =
            global.iter().fold(subcommand, |subcommand, option| subcommand.arg(option.clone().hide(is_hidden(option))));
        subcommand.after_help("The options of `kronos --help` are accepted, too.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(subcommand: &str) -> String {
        let error = command().try_get_matches_from(["kronos", subcommand, "--help"]).expect_err("help is no run");
        error.to_string()
    }

    #[test]
    fn a_subcommand_shows_the_options_that_matter_to_it() {
        command().debug_assert();
        let token = help("token");
        for option in ["--email", "--days", "--list", "--revoke", "--manifest", "--state-dir", "--postgres", "--listen"]
        {
            assert!(token.contains(option), "{option}: {token}");
        }
        for option in ["--max-streams", "--drain-timeout", "--access-log", "--no-build", "Limits"] {
            assert!(!token.contains(option), "{option}: {token}");
        }
        let up = help("up");
        assert!(up.contains("--max-streams") && up.contains("--access-log"), "{up}");
    }

    #[test]
    fn every_option_that_is_named_exists_and_is_accepted_where_it_is_hidden() {
        let options = Cli::command();
        for subcommand in options.get_subcommands() {
            for name in shown(subcommand.get_name()).unwrap_or_default() {
                assert!(options.get_arguments().any(|option| option.get_id().as_str() == *name), "{name}");
            }
            assert!(
                ["up", "build", "migrate", "check", "token", "tick"].contains(&subcommand.get_name()),
                "the help of `{}` is not considered",
                subcommand.get_name()
            );
        }
        let matches = command().try_get_matches_from(["kronos", "build", "--max-streams", "5", "--access-log"]);
        assert!(matches.is_ok(), "{matches:?}");
    }
}
