//! Certificates for servers that speak TLS, made by `openssl`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Failure, installed};

/// A certificate for `localhost` and the authority that issued it, as files in PEM.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The server's certificate.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The certificate of the authority.
    pub authority: PathBuf,
}

impl Certificate {
    /// Makes an authority and has it issue a certificate, in files in `folder`.
    pub fn issue(folder: &Path) -> Result<Self, Failure> {
        const LEAF: [&str; 4] =
            ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"];
        let program = installed::openssl()?;
        let file = |name: &str| folder.join(name);
        let own = Self { certificate: file("server.crt"), key: file("server.key"), authority: file("authority.crt") };
        let authority_key = file("authority.key");
        let request = |subject: &str, key: &Path, certificate: &Path| {
            let mut command = Command::new(&program);
            command.args(["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
            command.args(["-days", "2", "-subj", subject, "-keyout"]).arg(key).arg("-out").arg(certificate);
            command
        };
        run(&mut request("/CN=authority", &authority_key, &own.authority))?;
        let mut server = request("/CN=localhost", &own.key, &own.certificate);
        run(server.args(LEAF).arg("-CA").arg(&own.authority).arg("-CAkey").arg(&authority_key))?;
        Ok(own)
    }

    /// The authority's certificate in PEM.
    pub fn authority_pem(&self) -> Result<String, Failure> {
        fs::read_to_string(&self.authority).map_err(|error| Failure(format!("the authority's certificate: {error}")))
    }
}

fn run(command: &mut Command) -> Result<(), Failure> {
    let made = command.output().map_err(|error| Failure(format!("openssl: {error}")))?;
    if made.status.success() {
        return Ok(());
    }
    Err(Failure(format!("openssl failed:\n{}", String::from_utf8_lossy(&made.stderr))))
}
