//! Signed lists as other programs write them: spelt in ways that our own writer does not know.

use annuaire::domain::trust_list::TrustList;
use annuaire::trust::digest::sha256;
use annuaire::trust::sign::Signer;
use annuaire::trust::xml::write_signed;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A list with some of its bytes replaced, signed as it then is.
pub(crate) fn resigned(
    list: &TrustList,
    signer: &dyn Signer,
    replaced: &[(&str, &str)],
) -> Vec<u8> {
    let xml = String::from_utf8(write_signed(list, signer).unwrap()).unwrap();
    let (content, rest) = xml.split_once("<Signature ").unwrap();
    let (signature, end) = rest.split_once("</Signature>").unwrap();
    let (declaration, root) = content.split_once("?>").unwrap();
    let mut root = root.to_owned();
    for (old, new) in replaced {
        assert!(root.contains(old), "{old}");
        root = root.replace(old, new);
    }
    let digest = STANDARD.encode(sha256(format!("{root}{end}").as_bytes()).as_bytes());
    let (before, _) = signature.split_once("<DigestValue>").unwrap();
    let (_, after) = signature.split_once("</DigestValue>").unwrap();
    let (info_end, after) = after.split_once("<SignatureValue>").unwrap();
    let (_, after) = after.split_once("</SignatureValue>").unwrap();
    let signature = format!("{before}<DigestValue>{digest}</DigestValue>{info_end}");
    let (_, info) = signature.split_once("<SignedInfo>").unwrap();
    let value = STANDARD.encode(signer.sign(canonical(info).as_bytes()).unwrap());
    format!(
        "{declaration}?>{root}<Signature {signature}<SignatureValue>{value}</SignatureValue>{after}</Signature>{end}"
    )
    .into_bytes()
}

/// `SignedInfo` in exclusive canonical form: with its namespace, and no short empty elements.
fn canonical(info: &str) -> String {
    let mut text = r#"<SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#">"#.to_owned();
    for tag in info.split_inclusive('>') {
        match tag
            .strip_suffix("/>")
            .and_then(|tag| Some((tag, tag.split(' ').next()?)))
        {
            Some((tag, name)) => {
                text.extend([tag, "></", name.trim_start_matches('<'), ">"]);
            }
            None => text.push_str(tag),
        }
    }
    text
}
