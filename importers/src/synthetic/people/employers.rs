//! Who employs whom: weights of the kinds of establishment, by group of professions. It must not know any establishment.

use super::super::structures::kinds::Kind;

pub(crate) const HOSPITALS: &[(u32, Kind)] = &[
    (62, Kind::PublicHospital),
    (12, Kind::Clinic),
    (12, Kind::NonProfitHospital),
    (5, Kind::HealthCentre),
    (3, Kind::CareHome),
    (3, Kind::School),
    (2, Kind::HealthHouse),
    (1, Kind::Dialysis),
];
pub(crate) const CARE: &[(u32, Kind)] = &[
    (55, Kind::PublicHospital),
    (14, Kind::Clinic),
    (10, Kind::NonProfitHospital),
    (11, Kind::CareHome),
    (3, Kind::HealthCentre),
    (3, Kind::School),
    (3, Kind::Disability),
    (1, Kind::Dialysis),
];
pub(crate) const SOCIAL: &[(u32, Kind)] = &[
    (34, Kind::PublicHospital),
    (8, Kind::NonProfitHospital),
    (6, Kind::Clinic),
    (14, Kind::CareHome),
    (30, Kind::Disability),
    (8, Kind::School),
];
pub(crate) const DRUGS: &[(u32, Kind)] = &[
    (78, Kind::Pharmacy),
    (9, Kind::PublicHospital),
    (3, Kind::Clinic),
    (5, Kind::Laboratory),
    (5, Kind::Industry),
];
pub(crate) const DENTAL: &[(u32, Kind)] = &[
    (70, Kind::HealthCentre),
    (20, Kind::Company),
    (10, Kind::PublicHospital),
];
pub(crate) const SHOPS: &[(u32, Kind)] = &[(96, Kind::OpticalShop), (4, Kind::PublicHospital)];
pub(crate) const BENCH: &[(u32, Kind)] = &[
    (52, Kind::PublicHospital),
    (40, Kind::Laboratory),
    (8, Kind::Clinic),
];
