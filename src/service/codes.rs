//! Codes as callers write them: a code, a label or a usual word, and what they may have meant.

use crate::domain::code::{CODE_SYSTEMS, CodeLabels, CodeSystem};
use crate::domain::error::{CODE_SYSTEM_NOT_FOUND, Failure, PARAMETER_INVALID};
use crate::domain::{name, suggestion};

/// Most labels suggested for one that is not known.
const MAX_SUGGESTIONS: usize = 3;

/// The codes meant by the values of one parameter, all together; `None` where there is no value.
///
/// Fails with the labels that look most like the first value that means nothing.
pub fn resolve(
    labels: &CodeLabels,
    system: CodeSystem,
    parameter: &str,
    values: &[String],
) -> Result<Option<Vec<String>>, Failure> {
    let mut codes = Vec::new();
    for value in values {
        let meant = labels.resolve(system, value);
        if meant.is_empty() {
            return Err(unknown(labels, system, parameter, value));
        }
        codes.extend(meant);
    }
    codes.sort_unstable();
    codes.dedup();
    Ok((!codes.is_empty()).then_some(codes))
}

fn unknown(labels: &CodeLabels, system: CodeSystem, parameter: &str, value: &str) -> Failure {
    let mut detail = format!("`{parameter}` is neither a code nor a label that is known here");
    let near = near_labels(labels, system, value);
    if near.is_empty() {
        detail.push_str("; /v1/codes/");
        detail.push_str(system.name());
        detail.push_str(" lists them.");
    } else {
        detail.push_str("; did you mean ");
        detail.push_str(&near.join(" or "));
        detail.push('?');
    }
    Failure::new(&PARAMETER_INVALID, detail)
}

/// Labels likest to a value, best first, each with its code.
fn near_labels(labels: &CodeLabels, system: CodeSystem, value: &str) -> Vec<String> {
    let wanted = name::fold(value);
    let mut near: Vec<(f64, &str, &str)> = labels
        .codes(system)
        .map(|(code, label)| {
            (
                suggestion::likeness(&wanted, &name::fold(label)),
                code,
                label,
            )
        })
        .filter(|(likeness, _, _)| *likeness >= suggestion::WORTH_A_MENTION)
        .collect();
    near.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    near.into_iter()
        .take(MAX_SUGGESTIONS)
        .map(|(_, code, label)| format!("\"{label}\" ({code})"))
        .collect()
}

/// The code system of this name: ours, or an official one such as `TRE_R38-SpecialiteOrdinale`.
pub fn system(name: &str) -> Result<CodeSystem, Failure> {
    CodeSystem::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = CODE_SYSTEMS.iter().map(|spec| spec.name).collect();
        let detail = match suggestion::closest(name, names.iter().copied()) {
            Some(closest) => format!("There is no such code system; did you mean `{closest}`?"),
            None => format!("The code systems are {}.", names.join(", ")),
        };
        Failure::new(&CODE_SYSTEM_NOT_FOUND, detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve_specialties(values: &[&str]) -> Result<Option<Vec<String>>, String> {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        resolve(
            &CodeLabels::official(),
            CodeSystem::Specialty,
            "specialty",
            &values,
        )
        .map_err(|failure| failure.detail)
    }

    #[test]
    fn several_values_mean_all_their_codes_once() {
        assert_eq!(resolve_specialties(&[]), Ok(None));
        assert_eq!(
            resolve_specialties(&["médecine générale", "SM54", "sm04"]),
            Ok(Some(vec![
                "SM04".to_owned(),
                "SM26".to_owned(),
                "SM53".to_owned(),
                "SM54".to_owned()
            ]))
        );
    }

    #[test]
    fn an_unknown_value_is_answered_with_near_labels() {
        let detail = resolve_specialties(&["SM54", "cardiologi vasculaire"]).unwrap_err();
        assert!(detail.contains("Cardiologie"), "{detail}");
        assert!(detail.contains("`specialty`"), "{detail}");
        let detail = resolve_specialties(&["\u{202e}☃"]).unwrap_err();
        assert!(detail.contains("/v1/codes/specialty"), "{detail}");
    }

    #[test]
    fn a_system_is_found_by_its_name_or_suggested() {
        assert_eq!(system("specialty").unwrap(), CodeSystem::Specialty);
        assert_eq!(
            system("TRE_R23-ModeExercice").unwrap(),
            CodeSystem::PracticeMode
        );
        assert!(
            system("speciality")
                .unwrap_err()
                .detail
                .contains("`specialty`")
        );
        assert!(system("zzz").unwrap_err().detail.contains("practice-mode"));
    }
}
