//! Conditions on activities: met by one and the same, or not at all.

use super::*;
use crate::domain::ids::{Finess, Siret};
use crate::domain::query::{OrganizationRef, RoleFilter};

fn met(fixture: &Fixture, role: RoleFilter) -> Vec<String> {
    fixture.names(PractitionerFilter::Role(role))
}

fn list(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn city(name: &str) -> RoleFilter {
    RoleFilter {
        city: Some(name.to_owned()),
        ..RoleFilter::default()
    }
}

/// A doctor in Nantes who is a pharmacist in Lyon, and a pharmacist in Nantes.
fn two_trades() -> Fixture {
    let mut both = person(1, "DEUX", "Métiers");
    both.roles = vec![
        role("10", "L", Some(summary("F1", "CABINET", "44000", "NANTES"))),
        role(
            "21",
            "S",
            Some(summary("F2", "PHARMACIE", "69003", "LYON 03")),
        ),
    ];
    both.specialties = vec![specialty("10", "SM54"), specialty("21", "SX01")];
    let mut one = person(2, "UN", "Métier");
    one.roles = vec![role(
        "21",
        "S",
        Some(summary("F3", "PHARMACIE", "44000", "NANTES")),
    )];
    Fixture::of(&[Document::Practitioner(both), Document::Practitioner(one)])
}

#[test]
fn one_activity_meets_every_part() {
    let fixture = two_trades();
    let with = |professions: &[&str], specialties: Option<&[&str]>, town: &str| RoleFilter {
        professions: Some(list(professions)),
        specialties: specialties.map(list),
        city: Some(town.to_owned()),
        ..RoleFilter::default()
    };
    for (role, found) in [
        (with(&["10"], None, "Nantes"), &["DEUX Métiers"][..]),
        (with(&["21"], None, "Nantes"), &["UN Métier"]),
        (with(&["10"], None, "Lyon"), &[]),
        (with(&["21"], None, "Lyon"), &["DEUX Métiers"]),
        (
            with(&["10", "21"], None, "Nantes"),
            &["DEUX Métiers", "UN Métier"],
        ),
        (with(&["10"], Some(&["SM54"]), "Nantes"), &["DEUX Métiers"]),
        (with(&["21"], Some(&["SM54"]), "Lyon"), &[]),
        (
            with(&["10", "21"], Some(&["SM26", "SM54"]), "Nantes"),
            &["DEUX Métiers"],
        ),
        (with(&["10", "21"], Some(&["SX01"]), "Nantes"), &[]),
        (with(&[], None, "Nantes"), &[]),
    ] {
        assert_eq!(met(&fixture, role.clone()), found, "{role:?}");
    }
}

#[test]
fn each_part_alone_chooses_too() {
    let fixture = two_trades();
    let both = &["DEUX Métiers", "UN Métier"][..];
    let part = RoleFilter::default;
    for (role, found) in [
        (part(), both),
        (
            RoleFilter {
                professions: Some(list(&["10"])),
                ..part()
            },
            &["DEUX Métiers"],
        ),
        (
            RoleFilter {
                specialties: Some(list(&["sm54"])),
                ..part()
            },
            &["DEUX Métiers"],
        ),
        (
            RoleFilter {
                practice_modes: Some(list(&["S"])),
                ..part()
            },
            both,
        ),
        (
            RoleFilter {
                postal_code: Some("69003".to_owned()),
                ..part()
            },
            &["DEUX Métiers"],
        ),
        (
            RoleFilter {
                department: Some("44".to_owned()),
                ..part()
            },
            both,
        ),
        (
            RoleFilter {
                organization: Some(OrganizationRef("f3".to_owned())),
                ..part()
            },
            &["UN Métier"],
        ),
        (
            RoleFilter {
                city: Some("'-'".to_owned()),
                ..part()
            },
            &[],
        ),
        (
            RoleFilter {
                postal_code: Some(String::new()),
                ..part()
            },
            &[],
        ),
    ] {
        assert_eq!(met(&fixture, role.clone()), found, "{role:?}");
    }
}

#[test]
fn two_roles_of_one_person_may_meet_two_filters() {
    let fixture = two_trades();
    let filter = PractitionerFilter::All(vec![
        PractitionerFilter::Role(city("nantes")),
        PractitionerFilter::Role(city("lyon")),
        PractitionerFilter::Name("metiers".to_owned()),
    ]);
    assert_eq!(fixture.names(filter), ["DEUX Métiers"]);
}

#[test]
fn a_profession_without_activity_is_found_and_is_nowhere() {
    let mut retired = person(1, "SANS", "Activité");
    retired.practices = vec![practice("10")];
    retired.specialties = vec![specialty("10", "SM54")];
    let fixture = Fixture::of(&[Document::Practitioner(retired)]);
    let doctor = RoleFilter {
        professions: Some(list(&["10"])),
        specialties: Some(list(&["SM54"])),
        ..RoleFilter::default()
    };
    assert_eq!(met(&fixture, doctor.clone()), ["SANS Activité"]);
    let somewhere = RoleFilter {
        department: Some("44".to_owned()),
        ..doctor
    };
    assert_eq!(met(&fixture, somewhere), [""; 0]);
}

#[test]
fn activities_beyond_the_eighth_are_found_together() {
    let mut busy = person(1, "DOUZE", "Activités");
    busy.roles = (0..12)
        .map(|place| {
            let code = format!("440{place:02}");
            role(
                &format!("P{place}"),
                "L",
                Some(summary("F1", "CABINET", &code, "NANTES")),
            )
        })
        .collect();
    let fixture = Fixture::of(&[Document::Practitioner(busy)]);
    let pair = |profession: &str, code: &str| RoleFilter {
        professions: Some(list(&[profession])),
        postal_code: Some(code.to_owned()),
        ..RoleFilter::default()
    };
    let nobody = [""; 0];
    assert_eq!(met(&fixture, pair("P3", "44003")), ["DOUZE Activités"]);
    assert_eq!(met(&fixture, pair("P3", "44004")), nobody);
    assert_eq!(met(&fixture, pair("P11", "44011")), ["DOUZE Activités"]);
    // the documented price of eight slots
    assert_eq!(met(&fixture, pair("P11", "44010")), ["DOUZE Activités"]);
    assert_eq!(met(&fixture, pair("P11", "44003")), nobody);
}

#[test]
fn a_town_is_found_by_its_commune_its_cedex_office_and_its_city() {
    let mut paris = summary("F1", "CABINET", "75012", "Paris 12e Arrondissement");
    paris.address.cedex = "75571 PARIS CEDEX 12".to_owned();
    let mut doubs = summary("F2", "CABINET", "", "");
    doubs.address.cedex = "25300 ST VIT CEDEX".to_owned();
    let mut first = person(1, "UN", "Paris");
    first.roles = vec![role("10", "L", Some(paris))];
    let mut second = person(2, "DEUX", "Doubs");
    second.roles = vec![role("10", "L", Some(doubs))];
    let fixture = Fixture::of(&[
        Document::Practitioner(first),
        Document::Practitioner(second),
    ]);
    for (asked, found) in [
        ("paris", &["UN Paris"][..]),
        ("PARIS 12", &["UN Paris"]),
        ("Paris 12ème arrondissement", &["UN Paris"]),
        ("Paris 11", &[]),
        ("Saint-Vit", &["DEUX Doubs"]),
        ("st vit", &["DEUX Doubs"]),
    ] {
        assert_eq!(met(&fixture, city(asked)), found, "{asked}");
    }
    let code = RoleFilter {
        postal_code: Some("75571".to_owned()),
        ..RoleFilter::default()
    };
    assert_eq!(met(&fixture, code), ["UN Paris"]);
}

#[test]
fn a_structure_answers_to_each_of_its_identifiers() {
    let mut site = summary("F440000016", "CABINET", "44000", "NANTES");
    site.finess = Some(Finess::parse("440000016").unwrap());
    site.siret = Some(Siret::parse("10005531586003").unwrap());
    site.national_id = Some(StructureNationalId::parse("1440000024").unwrap());
    let mut twin = summary("T2", "CABINET BIS", "44000", "NANTES");
    twin.siret.clone_from(&site.siret);
    let mut worker = person(1, "UN", "Agent");
    worker.roles = vec![role("10", "S", Some(site.clone()))];
    let fixture = Fixture::of(&[
        Document::Organization(organization(site)),
        Document::Organization(organization(twin)),
        Document::Practitioner(worker),
    ]);
    for (reference, structures, people) in [
        ("F440000016", 1, 1),
        ("f440000016", 1, 1),
        ("440000016", 1, 1),
        ("1440000024", 1, 1),
        ("440000024", 1, 1),
        ("10005531586003", 2, 1),
        ("T2", 1, 0),
        ("999999999", 0, 0),
        ("", 0, 0),
    ] {
        let reference = OrganizationRef(reference.to_owned());
        let found = fixture.snapshot().organizations_by_ref(&reference).unwrap();
        assert_eq!(found.len(), structures, "{reference:?}");
        let in_it = RoleFilter {
            organization: Some(reference.clone()),
            ..RoleFilter::default()
        };
        assert_eq!(met(&fixture, in_it).len(), people, "{reference:?}");
    }
}
