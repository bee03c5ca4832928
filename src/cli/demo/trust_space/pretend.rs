//! Who the demo pretends to be in the trust space: nobody of these exists.

use crate::domain::onboarding::OperatorState;
use crate::domain::operator::OperatorKind;

/// A pretend operator, and how far it has come.
pub(super) struct Pretend {
    pub(super) legal_name: &'static str,
    pub(super) kind: OperatorKind,
    /// As in a certificate's OU.
    pub(super) number: &'static str,
    /// Host name of its gateway, and common name of its certificate.
    pub(super) gateway: &'static str,
    pub(super) state: OperatorState,
    pub(super) runs: Runs,
}

/// Which mail domains an operator runs.
pub(super) enum Runs {
    /// Those of the country's mailboxes that no other operator runs.
    TheRest,
    /// Those of the country's mailboxes that begin like this.
    Beginning(&'static [&'static str]),
    /// New ones.
    These(&'static [&'static str]),
}

/// The gateway whose key the reader is given.
pub(super) const READERS: &str = "mx.telesante-fictive.test";

/// One in every state at least; who runs the rest comes last.
pub(super) const OPERATORS: &[Pretend] = &[
    Pretend {
        legal_name: "CLINIQUE FICTIVE DU PARC",
        kind: OperatorKind::Establishment,
        number: "1990000011",
        gateway: "mx.clinique-fictive.test",
        state: OperatorState::Candidate,
        runs: Runs::These(&["clinique-fictive.mssante.fr"]),
    },
    Pretend {
        legal_name: "CENTRE HOSPITALIER FICTIF",
        kind: OperatorKind::Establishment,
        number: "1990000029",
        gateway: "mx.ch-fictif.test",
        state: OperatorState::Engaged,
        runs: Runs::These(&["ch-fictif.mssante.fr"]),
    },
    Pretend {
        legal_name: "LOGICIELS FICTIFS SAS",
        kind: OperatorKind::Industrial,
        number: "399999999900016",
        gateway: "mx.logiciels-fictifs.test",
        state: OperatorState::Testing,
        runs: Runs::These(&["logiciels-fictifs.mssante.fr"]),
    },
    Pretend {
        legal_name: "MAISON DE SANTE FICTIVE",
        kind: OperatorKind::Establishment,
        number: "1990000037",
        gateway: "mx.maison-fictive.test",
        state: OperatorState::Contracted,
        runs: Runs::These(&["maison-fictive.mssante.fr"]),
    },
    Pretend {
        legal_name: "ORDRE FICTIF DES PROFESSIONS DE SANTE",
        kind: OperatorKind::ProfessionalOrder,
        number: "399999999900024",
        gateway: "mx.ordre-fictif.test",
        state: OperatorState::Active,
        runs: Runs::Beginning(&[
            "medecin.",
            "pharmacien.",
            "infirmier.",
            "chirurgien-dentiste.",
            "masseur-kinesitherapeute.",
            "sage-femme.",
            "pedicure-podologue.",
            "orthophoniste.",
        ]),
    },
    Pretend {
        legal_name: "MESSAGERIES FICTIVES SA",
        kind: OperatorKind::Industrial,
        number: "399999999900032",
        gateway: "mx.messageries-fictives.test",
        state: OperatorState::Active,
        runs: Runs::Beginning(&["chu-", "ch-", "clinique-", "hopital-", "ehpad-", "labo-"]),
    },
    Pretend {
        legal_name: "HEBERGEUR FICTIF SARL",
        kind: OperatorKind::Industrial,
        number: "399999999900040",
        gateway: "mx.hebergeur-fictif.test",
        state: OperatorState::Suspended,
        runs: Runs::These(&["hebergeur-fictif.mssante.fr"]),
    },
    Pretend {
        legal_name: "RESEAU FICTIF D'AUTREFOIS",
        kind: OperatorKind::RegionalGroup,
        number: "399999999900057",
        gateway: "mx.reseau-fictif.test",
        state: OperatorState::Withdrawn,
        runs: Runs::These(&["reseau-fictif.mssante.fr"]),
    },
    Pretend {
        legal_name: "COURRIELS FICTIFS SNC",
        kind: OperatorKind::Industrial,
        number: "399999999900065",
        gateway: "mx.courriels-fictifs.test",
        state: OperatorState::Revoked,
        runs: Runs::These(&["courriels-fictifs.mssante.fr"]),
    },
    Pretend {
        legal_name: "TELESANTE FICTIVE SAS",
        kind: OperatorKind::Industrial,
        number: "399999999900099",
        gateway: READERS,
        state: OperatorState::Active,
        runs: Runs::These(&["telesante-fictive.mssante.fr"]),
    },
    Pretend {
        legal_name: "GROUPEMENT FICTIF E-SANTE",
        kind: OperatorKind::RegionalGroup,
        number: "399999999900073",
        gateway: "mx.groupement-fictif.test",
        state: OperatorState::Active,
        runs: Runs::TheRest,
    },
];

/// The way from the first state to another.
pub(super) const fn way_to(state: OperatorState) -> &'static [OperatorState] {
    use OperatorState::{Active, Contracted, Engaged, Revoked, Suspended, Testing, Withdrawn};
    match state {
        OperatorState::Candidate => &[],
        Engaged => &[Engaged],
        Testing => &[Engaged, Testing],
        Contracted => &[Engaged, Testing, Contracted],
        Active => &[Engaged, Testing, Contracted, Active],
        Suspended => &[Engaged, Testing, Contracted, Active, Suspended],
        Withdrawn => &[Engaged, Withdrawn],
        Revoked => &[Engaged, Testing, Contracted, Active, Suspended, Revoked],
    }
}
