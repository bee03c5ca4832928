-- Where an import lays what it read before anything is compared or changed. Unlogged: nothing here
-- is worth keeping, and an import that dies is simply begun again. One import at a time (advisory
-- lock); each begins by emptying these tables.

create schema staging;

create unlogged table staging.practitioner (
    national_id text not null,
    civility    text not null,
    family      text not null,
    given       text not null,
    flags       text not null,
    digest      uuid not null
);

create unlogged table staging.practice (
    national_id text not null,
    profession  text not null,
    category    text not null,
    title       text not null,
    flags       text not null,
    digest      uuid not null
);

create unlogged table staging.specialty (
    national_id text not null,
    profession  text not null,
    kind        text not null,
    code        text not null,
    origin      text not null,
    flags       text not null,
    digest      uuid not null
);

create unlogged table staging.diploma (
    national_id        text not null,
    kind               text not null,
    code               text not null,
    authorization_kind text not null,
    discipline         text not null,
    flags              text not null,
    digest             uuid not null
);

create unlogged table staging.organization (
    id                  text not null,
    national_id         text not null,
    siret               text not null,
    siren               text not null,
    finess              text not null,
    legal_entity_finess text not null,
    legal_name          text not null,
    trade_name          text not null,
    address_lines       text not null,
    cedex               text not null,
    postal_code         text not null,
    commune_code        text not null,
    commune             text not null,
    country             text not null,
    department          text not null,
    phone               text not null,
    phone2              text not null,
    fax                 text not null,
    email               text not null,
    sector              text not null,
    flags               text not null,
    digest              uuid not null
);

create unlogged table staging.role (
    national_id            text    not null,
    digest                 uuid    not null,
    profession             text    not null,
    category               text    not null,
    practice_mode          text    not null,
    function               text    not null,
    activity_kind          text    not null,
    pharmacist_section     text    not null,
    registration_authority text    not null,
    organization_id        text    not null,
    copies                 integer not null,
    flags                  text    not null
);

create unlogged table staging.mailbox (
    address           text    not null,
    kind              text    not null,
    accepts_paperless boolean not null,
    unlisted          boolean not null,
    flags             text    not null,
    digest            uuid    not null
);

create unlogged table staging.attachment (
    address       text    not null,
    digest        uuid    not null,
    person_id     text    not null,
    title         text    not null,
    family        text    not null,
    given         text    not null,
    category      text    not null,
    profession    text    not null,
    specialty     text    not null,
    structure_id  text    not null,
    legal_name    text    not null,
    trade_name    text    not null,
    address_lines text    not null,
    cedex         text    not null,
    postal_code   text    not null,
    department    text    not null,
    country       text    not null,
    service       text    not null,
    copies        integer not null,
    flags         text    not null
);
