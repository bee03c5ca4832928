//! The long tail of surnames: plausible rare names put together from morphemes, so that a rank always gives the same name. It must
//! not know how ranks are drawn.

use super::super::dice::{count, index};

const STARTS: &[&str] = &[
    "B", "BAR", "BEL", "BERT", "BL", "BLANCH", "BOD", "BOISS", "BONN", "BORD", "BOUCH", "BOULL",
    "BOURG", "BR", "BRIS", "BRUN", "C", "CADR", "CAILL", "CALV", "CAM", "CANT", "CARR", "CASS",
    "CHAB", "CHAMB", "CHANT", "CHAP", "CHARD", "CHAST", "CHAUV", "CHEN", "CL", "COL", "COMB",
    "CORB", "COURT", "COUS", "CR", "CROIS", "D", "DAV", "DEL", "DESM", "DOUC", "DR", "DUB", "DUM",
    "ESC", "F", "FAUV", "FAV", "FERR", "FL", "FONT", "FORG", "FOUCH", "FR", "FROM", "G", "GAILL",
    "GARR", "GASC", "GAUD", "GER", "GIL", "GIR", "GOD", "GOUR", "GR", "GRAND", "GROS", "GUILL",
    "H", "HAM", "HERB", "HOD", "HUG", "JACQU", "JARD", "JOL", "JOUR", "L", "LAB", "LAC", "LAM",
    "LANG", "LARR", "LAV", "LEB", "LEM", "LER", "LOUB", "M", "MAIGN", "MAL", "MANG", "MARCH",
    "MARS", "MAUR", "MERL", "MICH", "MOND", "MONT", "MOR", "MOUL", "N", "NAV", "NOR", "P", "PAGN",
    "PAL", "PARM", "PASS", "PELL", "PERR", "PIC", "PL", "POIR", "POUL", "PR", "PUJ", "R", "RAM",
    "RAV", "REN", "RICH", "RIV", "ROB", "ROCH", "ROUSS", "S", "SAB", "SAL", "SAUV", "SERV", "SOUL",
    "T", "TAILL", "TERR", "THIB", "TOUR", "TR", "TRIB", "V", "VAL", "VARR", "VERD", "VIGN", "VILL",
];
const MIDDLES: &[&str] = &[
    "", "", "AB", "AD", "AL", "AM", "AN", "AR", "AV", "EL", "ÉL", "EN", "ER", "ÉR", "ET", "EV",
    "IB", "ICH", "IL", "IN", "IR", "IV", "OL", "ON", "OR", "OS", "OUL", "OUR", "UL", "UR", "ESC",
    "IGN",
];
const ENDS: &[&str] = &[
    "AC", "AIN", "AIS", "AL", "AND", "ANT", "ARD", "AS", "AT", "AUD", "AULT", "AUX", "AY", "EAU",
    "EAUX", "EL", "ELLE", "ELOT", "ERON", "EROT", "ET", "ETTE", "EUIL", "EUX", "EY", "ÈS", "EZ",
    "IAT", "IC", "IÉ", "IER", "IÈRE", "IEU", "IEUX", "IGAULT", "ILLARD", "ILLON", "IN", "INEAU",
    "INET", "IOT", "IS", "OIS", "OLLE", "OMBE", "ON", "ONNEAU", "ONNET", "ORD", "OT", "OTTE", "OU",
    "OUD", "OUIN", "OULT", "OUX", "OUZE", "OY", "UC", "UEL", "ULLE", "UREL", "USSE", "Y",
];

/// Families of regional or foreign ring: every start goes with every end.
const FAMILIES: &[(&[&str], &[&str])] = &[
    (
        &["D'", "L'", "DE L'"],
        &[
            "ABBADIE",
            "ALMEIDA",
            "AMATO",
            "ARRAS",
            "AURIA",
            "ESPINE",
            "ÉPÉE",
            "ESTRÉES",
            "HARCOURT",
            "HENRY",
            "HUMIÈRES",
            "ISLE",
            "ORIANO",
            "ORNANO",
            "OZOUVILLE",
            "URSEL",
        ],
    ),
    (
        &[
            "KER", "PEN", "TRÉ", "PLOU", "GUI", "LE ", "LE K", "ROS", "COAT", "LAN",
        ],
        &[
            "BRAT", "MARREC", "VEN", "GOAT", "HERVÉ", "MORVAN", "DANIEL", "NEC", "GALL", "BIHAN",
            "ZIOU", "MEUR", "VEZEN", "GOUËT", "DREN",
        ],
    ),
    (
        &[
            "BACH", "EBER", "FRIED", "HART", "HIRSCH", "KALT", "LIND", "OBER", "REIN", "SCHWARTZ",
            "STEIN", "WALD", "WIND",
        ],
        &[
            "BACH", "BERG", "ECKER", "ER", "HARDT", "HEIM", "INGER", "LÉ", "MANN", "MEYER",
            "STEIN", "WILLER", "MULLER",
        ],
    ),
    (
        &[
            "AGUERRE", "BELÇA", "BIDE", "ELISSA", "ETCHE", "GOYHEN", "HARRI", "IRIGO", "JAURÉ",
            "MENDI", "SALA", "URRU",
        ],
        &[
            "BARNE", "BERRY", "BORDE", "CHE", "COÏTZ", "GARAY", "GOYEN", "GUY", "LDE", "NDO",
            "TEGUY", "TY",
        ],
    ),
    (
        &[
            "ALBER", "BARBI", "BERTO", "CASTE", "COLO", "FERRA", "GALLI", "LOMBAR", "MANCI",
            "MORE", "PELLE", "ROSSE", "SANTI", "VALEN",
        ],
        &[
            "DI", "GNI", "LLI", "LINI", "NELLI", "NI", "RINI", "SINI", "TI", "TTI", "TTO", "ZZI",
            "ZZO",
        ],
    ),
    (
        &[
            "ALMEI", "BARRO", "CAR", "CORDEI", "FIGUEI", "GUER", "HERRE", "JIMEN", "MALDO",
            "NOGUEI", "OLIVEI", "QUINTE", "SALGA", "VAL",
        ],
        &[
            "DA", "DO", "EZ", "LHO", "NADO", "NEIRO", "QUEZ", "RA", "RO", "RREIRA", "TINS",
            "VARES", "VEDRA",
        ],
    ),
    (
        &["VAN ", "VANDEN", "VAN DE ", "VER", "DE ", "DEN"],
        &[
            "BOSSCHE",
            "BROUCKE",
            "CASTEELE",
            "DAELE",
            "HAUTE",
            "HOVE",
            "KERCKHOVE",
            "MEERSCH",
            "MEULEN",
            "PUTTE",
            "STRAETE",
            "WALLE",
        ],
    ),
    (
        &[
            "ABDEL", "BEL", "BEN", "BOU", "CHA", "EL ", "GHAR", "HAM", "KHA", "MEZ", "SAL", "ZER",
        ],
        &[
            "ABBAS", "AÏSSA", "BACHIR", "DAOUI", "GHAZI", "HAJ", "KADER", "KHEIR", "LAOUI",
            "MERAD", "MOUNI", "NOUAR", "RABAH", "ROUKI",
        ],
    ),
    (
        &[
            "ADE", "BAKA", "DIA", "KABO", "KOUA", "LUBA", "MBA", "NDO", "NGO", "OKO", "TCHI", "YAO",
        ],
        &[
            "BÉ", "BOU", "DI", "KÉ", "KOU", "LA", "MBA", "NDA", "NGA", "SSI", "TÉ", "WA", "YÉ",
        ],
    ),
];

/// Coprime to every capacity below, so that neighbouring ranks give names that look nothing alike.
const STRIDE: u32 = 104_729;

/// The surname of a rank of the tail. One rank in twelve is of a family, the others are French; ranks beyond the number of
/// combinations begin again.
pub(crate) fn tail_surname(rank: u32) -> String {
    let mut turn = rank / 12;
    if rank.is_multiple_of(12) {
        for (starts, ends) in FAMILIES {
            let size = count(starts) * count(ends);
            if let Some(rest) = turn.checked_sub(size) {
                turn = rest;
                continue;
            }
            let place = scattered(turn, size);
            return [at(starts, place), at(ends, place / count(starts))].concat();
        }
    }
    let size = count(STARTS) * count(MIDDLES) * count(ENDS);
    let place = scattered(rank, size);
    let (start, place) = (at(STARTS, place), place / count(STARTS));
    let (end, place) = (at(ENDS, place), place / count(ENDS));
    let middle = at(MIDDLES, place);
    // Three letters are not a surname of France: "BAC" becomes "BARAC".
    let middle = match [start, middle, end]
        .iter()
        .flat_map(|part| part.chars())
        .count()
    {
        0..4 => "AR",
        _ => middle,
    };
    [start, middle, end].concat()
}

fn scattered(rank: u32, size: u32) -> u32 {
    let place = u64::from(rank) * u64::from(STRIDE) % u64::from(size.max(1));
    u32::try_from(place).unwrap_or_default()
}

/// The item at `place`, counted around.
fn at(items: &[&'static str], place: u32) -> &'static str {
    items
        .get(index(place % count(items).max(1)))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::tail_surname;

    #[test]
    fn a_rank_has_one_name_and_names_hardly_repeat() {
        assert_eq!(tail_surname(7), tail_surname(7));
        let names: HashSet<_> = (0..100_000).map(tail_surname).collect();
        assert!(names.len() > 85_000, "{}", names.len());
        assert!(
            names.iter().all(|name| name.chars().count() >= 4),
            "{:?}",
            names.iter().find(|name| name.len() < 4)
        );
    }
}
