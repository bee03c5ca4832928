//! Where an authority of ours is asked about revocation, as its certificates say: one spelling for what
//! is written in them and for what is served.

/// Where the revocation list of an authority is, below the registry's public address.
pub fn revocation_list_url(public_url: &str, authority: &str) -> String {
    format!("{}/crl/{authority}.crl", public_url.trim_end_matches('/'))
}

/// Where the responder is, for every authority of the registry.
pub fn responder_url(public_url: &str) -> String {
    format!("{}/ocsp", public_url.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_at_the_end_of_the_public_address_is_no_other_address() {
        for public_url in ["http://pki.essai.fr", "http://pki.essai.fr/"] {
            assert_eq!(
                revocation_list_url(public_url, "essai"),
                "http://pki.essai.fr/crl/essai.crl"
            );
            assert_eq!(responder_url(public_url), "http://pki.essai.fr/ocsp");
        }
    }
}
