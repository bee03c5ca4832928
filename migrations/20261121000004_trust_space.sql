-- The trust space: who runs mail domains under which certificates, who decided so, and what was
-- published of it.

-- The feed also tells nodes that the trust space changed; keys are 'operator:7', 'certificate:12',
-- 'mail_domain:x.mssante.fr', 'list:42'.
alter table feed drop constraint feed_kind_check;
alter table feed add constraint feed_kind_check
    check (kind in ('practitioner', 'organization', 'mailbox', 'trust'));

create table administrator (
    id          bigint      generated always as identity primary key,
    name        text        not null unique check (name <> ''),
    role        text        not null check (role in ('administrator', 'auditor')),
    token_sha256 bytea      not null unique check (octet_length(token_sha256) = 32),
    created_at  timestamptz not null,
    disabled_at timestamptz
);

create table operator (
    id                  bigint      generated always as identity primary key,
    legal_name          text        not null check (legal_name <> ''),
    kind                text        check (kind in ('establishment', 'regional_group', 'professional_order', 'industrial')),
    number              text        unique, -- '1' and FINESS, '3' and SIRET, as in a certificate's OU
    responsible_contact text        not null default '',
    support_contact     text        not null default '',
    state               text        not null check (state in (
        'candidate', 'engaged', 'testing', 'contracted', 'active', 'suspended', 'withdrawn', 'revoked')),
    state_since         timestamptz not null,
    launch_on           date,
    version             bigint      not null default 1, -- of the record: against lost updates
    created_at          timestamptz not null
);

create table mail_domain (
    name                text        primary key,
    description         text        not null default '',
    allowed_professions text[]      not null default '{}', -- codes of TRE_G15; none: anybody
    version             bigint      not null default 1,
    created_at          timestamptz not null
);

create table mail_domain_operator (
    mail_domain text   not null references mail_domain,
    operator_id bigint not null references operator,
    primary key (mail_domain, operator_id)
);
create index mail_domain_operator_by_operator on mail_domain_operator (operator_id);

create table certificate (
    id             bigint      generated always as identity primary key,
    operator_id    bigint      not null references operator,
    dn             text        not null, -- as our list writes it
    match_key      text        not null, -- names that are the same by RFC 5280 7.1 share it
    der            bytea,                -- none: known by its name alone, from a list
    chain          bytea[]     not null default '{}', -- as uploaded, leaf excluded
    sha256         bytea       unique check (octet_length(sha256) = 32),
    spki_sha256    bytea       check (octet_length(spki_sha256) = 32),
    issuer_dn      text,
    serial         text,                 -- lower-case hexadecimal
    not_before     timestamptz,
    not_after      timestamptz,
    state          text        not null check (state in (
        'pending', 'active', 'suspended', 'revoked', 'expired', 'superseded')),
    state_since    timestamptz not null,
    revocation_reason text     check (revocation_reason is null or state = 'revoked'),
    findings       jsonb       not null default '[]', -- what the lint warned of
    created_at     timestamptz not null,
    check ((der is null) = (sha256 is null)),
    check ((der is null) = (not_after is null))
);
create index certificate_by_operator on certificate (operator_id);
-- Names may be longer than what a b-tree takes.
create index certificate_by_name on certificate using hash (match_key);
alter table certificate add constraint certificate_known_by_name
    exclude using hash (dn with =) where (der is null);
create index certificate_by_end on certificate (not_after) where state in ('pending', 'active', 'suspended');

-- A certificate stands behind a mail domain: what becomes an entry of the list.
create table binding (
    mail_domain         text        not null references mail_domain,
    certificate_id      bigint      not null references certificate,
    description         text,       -- none: the mail domain's
    responsible_contact text,       -- none: the operator's
    support_contact     text,
    updated_at          timestamptz not null, -- DateMAJ
    primary key (mail_domain, certificate_id)
);
create index binding_by_certificate on binding (certificate_id);

-- What may stand in a list, but for the dates of the certificate, which are asked of a moment. Two
-- certificates of one name are one entry.
create view standing_entry as
select
    binding.mail_domain,
    certificate.dn,
    certificate.match_key,
    certificate.id as certificate_id,
    certificate.operator_id,
    certificate.not_before,
    certificate.not_after,
    coalesce(binding.description, mail_domain.description) as description,
    coalesce(binding.responsible_contact, operator.responsible_contact) as responsible_contact,
    coalesce(binding.support_contact, operator.support_contact) as support_contact,
    binding.updated_at
from binding
join certificate on certificate.id = binding.certificate_id
join operator on operator.id = certificate.operator_id
join mail_domain on mail_domain.name = binding.mail_domain
join mail_domain_operator
    on mail_domain_operator.mail_domain = binding.mail_domain
    and mail_domain_operator.operator_id = operator.id
where certificate.state = 'active' and operator.state = 'active';

-- What happened, forever: who, when, why.
create table registry_event (
    id             bigint      generated always as identity primary key,
    at             timestamptz not null,
    actor          text        not null, -- an administrator's name, or 'schedule'
    approved_by    text[]      not null default '{}', -- others who agreed
    action         text        not null, -- 'operator.moved', 'certificate.added'
    operator_id    bigint      references operator,
    certificate_id bigint      references certificate,
    mail_domain    text        references mail_domain,
    from_state     text,
    to_state       text,
    reason         text        not null default '',
    documents      jsonb       not null default '[]',
    detail         jsonb       not null default '{}'
);
create index registry_event_by_operator on registry_event (operator_id, id) where operator_id is not null;
create index registry_event_by_certificate on registry_event (certificate_id, id) where certificate_id is not null;

create table approval (
    id           bigint      generated always as identity primary key,
    act          jsonb       not null,
    ground_state text,       -- where its subject stood when it was asked for, where it rests on that
    ground_since timestamptz,
    reason       text        not null,
    impact       jsonb       not null, -- what it would change, as previewed
    requested_by text        not null, -- an administrator's name, or 'schedule'
    requested_at timestamptz not null,
    expires_at   timestamptz not null,
    state        text        not null check (state in ('pending', 'executed', 'scheduled', 'refused', 'expired', 'failed')),
    settled_by   text,
    settled_at   timestamptz,
    settled_why  text,       -- the reason of a refusal, the failure of an execution
    check ((ground_state is null) = (ground_since is null))
);
create index approval_pending on approval (expires_at) where state = 'pending';
-- The same act waits once.
create unique index approval_pending_act on approval (md5(act::text)) where state = 'pending';

-- Who agreed to an act; two different administrators make it happen.
create table approval_vote (
    approval_id      bigint      not null references approval,
    administrator_id bigint      not null references administrator,
    at               timestamptz not null,
    primary key (approval_id, administrator_id)
);

create table scheduled_act (
    id          bigint      generated always as identity primary key,
    act         jsonb       not null,
    ground_state text,      -- as in the approval
    ground_since timestamptz,
    reason      text        not null,
    requested_by text       not null,
    approved_by text[]      not null default '{}',
    due_at      timestamptz not null,
    state       text        not null check (state in ('waiting', 'done', 'cancelled', 'failed')),
    settled_at  timestamptz,
    settled_why text,
    check ((ground_state is null) = (ground_since is null))
);
create index scheduled_act_due on scheduled_act (due_at) where state = 'waiting';

create table campaign (
    id          bigint      generated always as identity primary key,
    operator_id bigint      not null references operator,
    mail_domains text[]     not null, -- what is probed: those of the operator at the start
    certificates bigint[]   not null, -- what gateways may present: likewise
    started_by  text        not null,
    started_at  timestamptz not null,
    finished_at timestamptz,
    green       boolean,
    report      jsonb,
    problem     text        -- why there is no report
);
create index campaign_by_operator on campaign (operator_id, id);

-- Certificates of signing keys: one current, at most one announced.
create table list_signer (
    id           bigint      generated always as identity primary key,
    der          bytea       not null,
    sha256       bytea       not null unique check (octet_length(sha256) = 32),
    state        text        not null check (state in ('next', 'current', 'retired')),
    announced_at timestamptz not null,
    announced_in bigint,     -- the first list that named it as the next
    current_at   timestamptz,
    retired_at   timestamptz
);
create unique index list_signer_current on list_signer (state) where state = 'current';
create unique index list_signer_next on list_signer (state) where state = 'next';

create table trust_list (
    sequence     bigint      primary key check (sequence > 0), -- without gaps
    generated_at timestamptz not null,
    next_update  timestamptz not null,
    xml_gzip     bytea       not null,
    xml_bytes    bigint      not null,
    xml_sha256   bytea       not null check (octet_length(xml_sha256) = 32),
    entries      bigint      not null,
    meta_jws     text        not null,
    log_entry    bytea       not null, -- what the leaf is the hash of
    leaf         bytea       not null check (octet_length(leaf) = 32),
    signer_id    bigint      not null references list_signer,
    published_by text        not null,
    approved_by  text[]      not null default '{}',
    reason       text        not null default '',
    published_at timestamptz not null
);
-- Compressed already.
alter table trust_list alter column xml_gzip set storage external;

create table alert (
    id         bigint      generated always as identity primary key,
    code       text        not null, -- 'trust_list.not_published'
    subject    text        not null default '',
    detail     text        not null,
    raised_at  timestamptz not null,
    cleared_at timestamptz
);
create unique index alert_open on alert (code, subject) where cleared_at is null;

-- History and published lists are added to, never changed.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'table % is append-only', tg_table_name;
end $$;
create trigger append_only before update or delete or truncate on registry_event
    for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on trust_list
    for each statement execute function refuse_change();
