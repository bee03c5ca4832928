//! Names: what matches, what does not, and in which order.

use super::*;
use PractitionerFilter::{All, Any, Family, Given, Name, Not};

#[test]
fn case_accents_hyphens_apostrophes_spaces_and_particles_never_matter() {
    let fixture = Fixture::of_people(&[
        ("L'HÉRITIER-FICTIF", "Zoé"),
        ("DE LA TOUR", "Jean-François"),
        ("LE GOFF", "Yann"),
        ("Legoff", "Anne"),
        ("DELATOUR", "Paul"),
        ("VAN DEN BERG", "Inès"),
    ]);
    let tour = &["DE LA TOUR Jean-François", "DELATOUR Paul"][..];
    let jean = &["DE LA TOUR Jean-François"][..];
    let zoe = &["L'HÉRITIER-FICTIF Zoé"][..];
    let goff = &["LE GOFF Yann", "Legoff Anne"][..];
    let berg = &["VAN DEN BERG Inès"][..];
    for (asked, found) in [
        ("l'héritier-fictif", zoe),
        ("L’HERITIER FICTIF zoe", zoe),
        ("lheritier fictif", zoe),
        ("lheritierfictif", zoe),
        ("heritier zoe", zoe),
        ("ZOÉ héritierfictif", zoe),
        ("de la tour", tour),
        ("delatour", tour),
        ("De-La-Tour", tour),
        ("dela tour", tour),
        ("de latour", tour),
        ("jean francois de la tour", jean),
        ("jeanfrançois tour", jean),
        ("tour jean-francois", jean),
        ("jean   françois   delatour", jean),
        ("le goff", goff),
        ("legoff", goff),
        ("le-goff", goff),
        ("l e goff yann", &["LE GOFF Yann"]),
        ("berg ines", berg),
        ("vandenberg", berg),
        ("van den berg", berg),
        ("vanden berg ines", berg),
        ("du berg", berg),
    ] {
        let mut names = fixture.named(asked);
        names.sort_unstable();
        assert_eq!(names, found, "{asked:?}");
    }
}

#[test]
fn first_and_last_name_come_in_any_order() {
    let fixture = Fixture::of_people(&[("MARTIN", "Paul"), ("PAUL", "Martin"), ("MARTIN", "Anne")]);
    for asked in ["martin paul", "Paul Martin"] {
        assert_eq!(
            fixture.named(asked),
            ["MARTIN Paul", "PAUL Martin"],
            "{asked}"
        );
    }
}

#[test]
fn one_typing_error_is_forgiven_in_four_letters_or_more() {
    let fixture = Fixture::of_people(&[("DURAND", "Zoé"), ("ROY", "Luc"), ("BLEU", "Luc")]);
    let durand = &["DURAND Zoé"][..];
    let bleu = &["BLEU Luc"][..];
    for (asked, found) in [
        ("burand zoe", durand),
        ("udrand zoe", durand),
        ("urand zoe", durand),
        ("xdurand zoe", durand),
        ("durxnd zoe", durand),
        ("durnad zoe", durand),
        ("duran zoe", durand),
        ("durandd zoe", durand),
        ("dubrand zoe", durand),
        ("duranx", durand),
        ("bluu", bleu),
        ("leu luc", &[]),
        ("bleuu", bleu),
        ("xurxnd zoe", &[]),
        ("duarnx zoe", &[]),
        ("rox luc", &[]),
        ("oyr luc", &[]),
        ("durand zoo", &[]),
    ] {
        assert_eq!(fixture.named(asked), found, "{asked:?}");
    }
}

#[test]
fn numbers_are_never_taken_for_others() {
    let fixture = Fixture::of_people(&[("1234", "Zoé")]);
    assert_eq!(fixture.named("1234"), ["1234 Zoé"]);
    assert_eq!(fixture.named("1235"), [""; 0]);
}

#[test]
fn the_last_word_may_be_unfinished_and_no_other() {
    let fixture = Fixture::of_people(&[
        ("MARTINEZ-HERNANDEZ", "Paul"),
        ("MARTIN", "Delphine"),
        ("DE LA TOUR", "Paul"),
    ]);
    let martinez = &["MARTINEZ-HERNANDEZ Paul"][..];
    for (asked, found) in [
        ("m", &["MARTIN Delphine", "MARTINEZ-HERNANDEZ Paul"][..]),
        ("mar", &["MARTIN Delphine", "MARTINEZ-HERNANDEZ Paul"]),
        ("marti p", martinez.get(..0).unwrap()),
        ("martinez p", martinez),
        ("paul martine", martinez),
        ("paul hernan", martinez),
        ("martinezher", martinez),
        ("martin de", &["MARTIN Delphine"]),
        ("paul delat", &["DE LA TOUR Paul"]),
        ("de la to", &["DE LA TOUR Paul"]),
        ("martinez-hernandezx", martinez),
    ] {
        assert_eq!(fixture.named(asked), found, "{asked:?}");
    }
}

#[test]
fn exact_stands_before_prefix_before_fuzzy_and_whole_names_first() {
    let fixture = Fixture::of_people(&[
        ("MARTIN-ABEL", "Anne"),
        ("ABEL", "Martin"),
        ("MARTINE", "Anne"),
        ("MARTIM", "Anne"),
        ("MARTIN", "Zoé"),
        ("AMARTIN", "Anne"),
    ]);
    assert_eq!(
        fixture.named("martin"),
        [
            "MARTIN Zoé",
            "ABEL Martin",
            "MARTIN-ABEL Anne",
            "MARTINE Anne",
            "AMARTIN Anne",
            "MARTIM Anne",
        ]
    );
    // many exact particles and words never lift a mistyped name above an exact one
    let fixture = Fixture::of_people(&[("DE LA TOUL", "Abel"), ("TOUR", "Abel")]);
    assert_eq!(
        fixture.named("de la tour abel"),
        ["TOUR Abel", "DE LA TOUL Abel"]
    );
}

#[test]
fn a_surname_that_is_a_particle_is_found() {
    let fixture = Fixture::of_people(&[("LE", "Van"), ("LE GOFF", "Yann"), ("MARTIN", "Zoé")]);
    assert_eq!(fixture.named("le"), ["LE Van", "LE GOFF Yann"]);
    assert_eq!(fixture.named("le van"), ["LE Van"]);
    assert_eq!(fixture.named("van le"), ["LE Van"]);
}

#[test]
fn homonyms_keep_one_order() {
    let documents = people(&[("MARTIN", "Anne"); 30]);
    let fixture = Fixture::of(&documents);
    let ids = |fixture: &Fixture| -> Vec<String> {
        fixture
            .find(Name("martin anne".to_owned()))
            .items
            .iter()
            .map(|hit| hit.item.national_id.to_string())
            .collect()
    };
    let before = ids(&fixture);
    let mut reversed = documents;
    reversed.reverse();
    fixture.rebuild(2, &reversed);
    assert_eq!(ids(&fixture), before);
}

#[test]
fn equal_scores_are_in_alphabetical_order() {
    let fixture = Fixture::of_people(&[
        ("PETIT", "Zoé"),
        ("Étienne", "Luc"),
        ("PETIT", "Anne"),
        ("ABEL", "Zoé"),
    ]);
    assert_eq!(
        fixture.names(All(Vec::new())),
        ["ABEL Zoé", "Étienne Luc", "PETIT Anne", "PETIT Zoé"]
    );
}

#[test]
fn family_and_given_names_can_be_asked_apart() {
    let fixture = Fixture::of_people(&[("MARTIN", "Paul"), ("PAUL", "Martin"), ("PAULET", "Anne")]);
    let text = |text: &str| text.to_owned();
    for (filter, found) in [
        (Family(text("paul")), &["PAUL Martin", "PAULET Anne"][..]),
        (Given(text("paul")), &["MARTIN Paul"]),
        (Family(text("marti")), &["MARTIN Paul"]),
        (
            All(vec![Family(text("martin")), Given(text("pau"))]),
            &["MARTIN Paul"],
        ),
        (All(vec![Family(text("martin")), Given(text("anne"))]), &[]),
        (
            Any(vec![Given(text("anne")), Given(text("martin"))]),
            &["PAUL Martin", "PAULET Anne"],
        ),
        (Any(Vec::new()), &[]),
        (Not(Box::new(Name(text("martin")))), &["PAULET Anne"]),
        (
            All(vec![Name(text("paul")), Not(Box::new(Given(text("paul"))))]),
            &["PAUL Martin", "PAULET Anne"],
        ),
    ] {
        assert_eq!(fixture.names(filter.clone()), found, "{filter:?}");
    }
}

#[test]
fn hostile_texts_are_bounded_and_harmless() {
    let fixture = Fixture::of_people(&[("MARTIN", "Paul"), ("Яна", "Ольга"), ("李", "小龙")]);
    for asked in [
        "",
        " ",
        "'-'",
        "\u{0}",
        "\u{202e}\u{200d}",
        "💥",
        "\u{fdfa}",
        "*",
        "f:martin AND",
        "=p",
        "\u{1}\u{7f}",
    ] {
        fixture.named(asked);
    }
    assert_eq!(fixture.named(""), [""; 0]);
    assert_eq!(fixture.named("\u{202e}martin\u{0}paul"), ["MARTIN Paul"]);
    assert_eq!(fixture.named("ольга"), ["Яна Ольга"]);
    assert_eq!(fixture.named("李"), ["李 小龙"]);
    assert_eq!(fixture.named(&"a".repeat(10_000)), [""; 0]);
    assert_eq!(fixture.named(&"\u{fdfa}".repeat(10_000)), [""; 0]);
    let many = format!("{} nobody", "martin paul ".repeat(1_000));
    assert_eq!(fixture.named(&many), ["MARTIN Paul"]);
}

#[test]
fn structures_are_found_as_forgivingly() {
    let fixture = Fixture::of(&[
        Document::Organization(organization(summary(
            "F1",
            "CENTRE HOSPITALIER DE NANTES",
            "44000",
            "Nantes",
        ))),
        Document::Organization(organization(summary(
            "F2",
            "PHARMACIE DE L'ÎLE",
            "44000",
            "Nantes",
        ))),
    ]);
    for (asked, found) in [
        ("nantes centre hospitalier", &["F1"][..]),
        ("centre hospitaleir nant", &["F1"]),
        ("pharmacie lile", &["F2"]),
        ("pharmacie de l'ile", &["F2"]),
        ("clinique", &[]),
    ] {
        let filter = crate::domain::query::OrganizationFilter::Name(asked.to_owned());
        let page = fixture
            .snapshot()
            .organizations(&first_page(filter))
            .unwrap();
        let ids: Vec<&str> = page
            .items
            .iter()
            .map(|hit| hit.item.summary.id.as_str())
            .collect();
        assert_eq!(ids, found, "{asked:?}");
    }
}
