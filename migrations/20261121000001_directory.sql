-- The directory as the published extracts describe it.
--
-- Every table carries `digest`, a 128-bit fingerprint of its content (held as uuid: sixteen bytes
-- that compare and hash fast), `closed_on`, the day its row vanished from the extract (rows are
-- closed, never deleted), and `import_id`, the last import that touched it. There are no foreign
-- keys between people, structures and mailboxes: the extracts are published apart, and each may
-- name what another does not hold yet.

create table import (
    id          bigint generated always as identity primary key,
    source      text        not null check (source in ('rpps', 'mssante')),
    state       text        not null check (state in ('running', 'refused', 'dry_run', 'applied', 'already_applied', 'failed')),
    source_time timestamp,            -- publisher's local time, from the file names
    started_at  timestamptz not null,
    finished_at timestamptz,
    rejected    bigint      not null default 0,
    message     text        not null default '',
    report      jsonb
);
create index import_source_idx on import (source, id desc);

create table import_file (
    import_id   bigint not null references import (id) on delete cascade,
    name        text   not null,
    format      text   not null,
    sha256      text   not null, -- of the uncompressed bytes, lower-case hexadecimal
    bytes       bigint not null,
    source_time timestamp,
    primary key (import_id, format)
);

create table import_reject (
    import_id bigint not null references import (id) on delete cascade,
    ordinal   bigint not null,
    file      text   not null,
    line      bigint not null,
    code      text   not null,
    detail    text   not null,
    primary key (import_id, ordinal)
);

create table code_label (
    system text not null,
    code   text not null,
    label  text not null,
    primary key (system, code)
);

create table practitioner (
    national_id text not null primary key,
    civility    text not null,
    family      text not null,
    given       text not null,
    flags       text not null,
    digest      uuid not null,
    closed_on   date,
    import_id   bigint not null
);

create table practice (
    national_id text not null,
    profession  text not null,
    category    text not null,
    title       text not null,
    flags       text not null,
    digest      uuid not null,
    closed_on   date,
    import_id   bigint not null,
    primary key (national_id, profession, category)
);

-- `origin` tells the file: 'activity' (Personne_activite) or 'skill' (SavoirFaire). Each file is the
-- whole truth of its own rows only, so that one may be imported without the other.
create table specialty (
    national_id text not null,
    profession  text not null,
    kind        text not null,
    code        text not null,
    origin      text not null check (origin in ('activity', 'skill')),
    flags       text not null,
    digest      uuid not null,
    closed_on   date,
    import_id   bigint not null,
    primary key (national_id, profession, kind, code, origin)
);

create table diploma (
    national_id        text not null,
    kind               text not null,
    code               text not null,
    authorization_kind text not null,
    discipline         text not null,
    flags              text not null,
    digest             uuid not null,
    closed_on          date,
    import_id          bigint not null,
    primary key (national_id, kind, code, authorization_kind, discipline)
);

create table organization (
    id                  text not null primary key,
    national_id         text not null,
    siret               text not null,
    siren               text not null,
    finess              text not null,
    legal_entity_finess text not null,
    legal_name          text not null,
    trade_name          text not null,
    address_lines       text not null, -- one a line
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
    digest              uuid not null,
    closed_on           date,
    import_id           bigint not null
);
create index organization_national_id_idx on organization (national_id) where national_id <> '';

-- An activity has no key of its own in the extract: its content is its key, and `copies` counts
-- rows that are equal in every published column.
create table role (
    national_id            text    not null,
    digest                 uuid    not null,
    profession             text    not null,
    category               text    not null,
    practice_mode          text    not null,
    function               text    not null,
    activity_kind          text    not null,
    pharmacist_section     text    not null,
    registration_authority text    not null,
    organization_id        text    not null, -- empty: no structure
    copies                 integer not null,
    flags                  text    not null,
    closed_on              date,
    import_id              bigint  not null,
    primary key (national_id, digest)
);
create index role_organization_idx on role (organization_id) where organization_id <> '';

create table mailbox (
    address           text    not null primary key,
    kind              text    not null,
    accepts_paperless boolean not null,
    unlisted          boolean not null,
    flags             text    not null,
    digest            uuid    not null,
    closed_on         date,
    import_id         bigint  not null
);

create table attachment (
    address       text not null,
    digest        uuid not null,
    person_id     text not null, -- empty: none
    title         text not null,
    family        text not null,
    given         text not null,
    category      text not null,
    profession    text not null,
    specialty     text not null,
    structure_id  text not null, -- idNat_struct; empty: none
    legal_name    text not null,
    trade_name    text not null,
    address_lines text not null,
    cedex         text not null,
    postal_code   text not null,
    department    text not null, -- of the address
    country       text not null,
    service       text not null, -- service de rattachement
    copies        integer not null,
    flags         text not null,
    closed_on     date,
    import_id     bigint not null,
    primary key (address, digest)
);
create index attachment_person_idx on attachment (person_id) where person_id <> '';
create index attachment_structure_idx on attachment (structure_id) where structure_id <> '';
