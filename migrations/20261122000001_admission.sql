-- Revocation and admission: what nodes decide by, what it was at any past moment, our own authorities,
-- and what other authorities say of their certificates.

-- Why the trust space changed: an action of history, such as 'operator.moved'; the position of such a
-- change is the epoch of the trust space.
alter table feed add column reason text;
create index feed_trust on feed (position) where kind = 'trust';

-- The moment that a transaction acts at: the program's, where it told it.
create function acting_at() returns timestamptz language sql stable as $$
    select coalesce(
        nullif(current_setting('annuaire.acting_at', true), '')::timestamptz,
        clock_timestamp()
    )
$$;
alter table feed alter column at set default acting_at();

-- Since when an act waits for its time.
alter table scheduled_act add column agreed_at timestamptz;
update scheduled_act
set agreed_at = registry_event.at
from registry_event
where registry_event.action = 'act.scheduled'
and (registry_event.detail ->> 'scheduled_act')::bigint = scheduled_act.id;
update scheduled_act set agreed_at = '-infinity' where agreed_at is null;
alter table scheduled_act alter column agreed_at set not null;

-- From which epoch on nodes decide by an act that was agreed to and done.
alter table approval add column epoch bigint;

-- What was in force when. A row says how a thing stands from a moment on, until the next row of the same
-- thing. Triggers write them, so that no statement can forget to. Writers' clocks differ: what came later,
-- under the lock of the row that it is about, is not from before what it replaces.
create table operator_history (
    id          bigint      generated always as identity primary key,
    operator_id bigint      not null references operator,
    legal_name  text        not null,
    state       text        not null,
    state_since timestamptz not null,
    since       timestamptz not null
);
create index operator_history_by_operator on operator_history (operator_id, since, id);

create table certificate_history (
    id                bigint      generated always as identity primary key,
    certificate_id    bigint      not null references certificate,
    state             text        not null,
    revocation_reason text,
    state_since       timestamptz not null, -- as the one who acted told it
    since             timestamptz not null
);
create index certificate_history_by_certificate on certificate_history (certificate_id, since, id);

create table binding_history (
    id             bigint      generated always as identity primary key,
    mail_domain    text        not null references mail_domain,
    certificate_id bigint      not null references certificate,
    is_there       boolean     not null,
    since          timestamptz not null
);
create index binding_history_by_binding on binding_history (mail_domain, certificate_id, since, id);

create table mail_domain_operator_history (
    id          bigint      generated always as identity primary key,
    mail_domain text        not null references mail_domain,
    operator_id bigint      not null references operator,
    is_there    boolean     not null,
    since       timestamptz not null
);
create index mail_domain_operator_history_by_pair
    on mail_domain_operator_history (mail_domain, operator_id, since, id);

-- What stands now has stood since then, as far as is known.
insert into operator_history (operator_id, legal_name, state, state_since, since)
select id, legal_name, state, state_since, state_since from operator;
insert into certificate_history (certificate_id, state, revocation_reason, state_since, since)
select id, state, revocation_reason, state_since, state_since from certificate;
insert into binding_history (mail_domain, certificate_id, is_there, since)
select mail_domain, certificate_id, true, updated_at from binding;
insert into mail_domain_operator_history (mail_domain, operator_id, is_there, since)
select mail_domain, operator_id, true, mail_domain.created_at
from mail_domain_operator
join mail_domain on mail_domain.name = mail_domain_operator.mail_domain;

create function keep_operator_history() returns trigger language plpgsql as $$
begin
    insert into operator_history (operator_id, legal_name, state, state_since, since)
    values (
        new.id,
        new.legal_name,
        new.state,
        new.state_since,
        greatest(
            case when tg_op = 'INSERT' or old.state <> new.state then new.state_since else acting_at() end,
            (select max(since) from operator_history where operator_id = new.id)
        )
    );
    return null;
end $$;
create trigger keep_history_of_new after insert on operator
    for each row execute function keep_operator_history();
create trigger keep_history_of_changed after update of state, legal_name on operator
    for each row when (old.state <> new.state or old.legal_name <> new.legal_name) execute function keep_operator_history();

create function keep_certificate_history() returns trigger language plpgsql as $$
begin
    insert into certificate_history (certificate_id, state, revocation_reason, state_since, since)
    values (
        new.id,
        new.state,
        new.revocation_reason,
        new.state_since,
        greatest(
            new.state_since,
            (select max(since) from certificate_history where certificate_id = new.id)
        )
    );
    return null;
end $$;
create trigger keep_history_of_new after insert on certificate
    for each row execute function keep_certificate_history();
create trigger keep_history_of_moved after update of state on certificate
    for each row when (old.state <> new.state) execute function keep_certificate_history();

create function keep_binding_history() returns trigger language plpgsql as $$
declare
    of binding := case tg_op when 'INSERT' then new else old end;
begin
    insert into binding_history (mail_domain, certificate_id, is_there, since)
    values (
        of.mail_domain,
        of.certificate_id,
        tg_op = 'INSERT',
        greatest(
            acting_at(),
            (
                select max(since)
                from binding_history
                where mail_domain = of.mail_domain and certificate_id = of.certificate_id
            )
        )
    );
    return null;
end $$;
create trigger keep_history after insert or delete on binding
    for each row execute function keep_binding_history();

create function keep_mail_domain_operator_history() returns trigger language plpgsql as $$
declare
    of mail_domain_operator := case tg_op when 'INSERT' then new else old end;
begin
    insert into mail_domain_operator_history (mail_domain, operator_id, is_there, since)
    values (
        of.mail_domain,
        of.operator_id,
        tg_op = 'INSERT',
        greatest(
            acting_at(),
            (
                select max(since)
                from mail_domain_operator_history
                where mail_domain = of.mail_domain and operator_id = of.operator_id
            )
        )
    );
    return null;
end $$;
create trigger keep_history after insert or delete on mail_domain_operator
    for each row execute function keep_mail_domain_operator_history();

create trigger append_only before update or delete or truncate on operator_history
    for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on certificate_history
    for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on binding_history
    for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on mail_domain_operator_history
    for each statement execute function refuse_change();

-- Our own authorities: the root, whose key is offline, and those that issue.
create table authority (
    id          bigint      generated always as identity primary key,
    name        text        not null unique check (name ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'),
    kind        text        not null check (kind in ('root', 'issuing')),
    der         bytea       not null,
    sha256      bytea       not null unique check (octet_length(sha256) = 32),
    spki_sha256 bytea       not null unique check (octet_length(spki_sha256) = 32),
    not_after   timestamptz not null,
    created_at  timestamptz not null
);

-- Which of our authorities issued it; none: somebody else's.
alter table certificate add column authority_id bigint references authority;
create unique index certificate_by_authority on certificate (authority_id, serial)
    where authority_id is not null;

-- Requests for certificates of ours (PKCS #10).
create table certificate_request (
    id             bigint      generated always as identity primary key,
    operator_id    bigint      not null references operator,
    authority_id   bigint      not null references authority,
    csr            bytea       not null,
    csr_sha256     bytea       not null unique check (octet_length(csr_sha256) = 32),
    spki_sha256    bytea       not null check (octet_length(spki_sha256) = 32),
    dn             text        not null, -- the subject that will be certified
    hosts          text[]      not null,
    renews         bigint      references certificate, -- none: a first certificate
    findings       jsonb       not null default '[]',
    state          text        not null check (state in ('submitted', 'issued', 'refused')),
    requested_by   text        not null,
    requested_at   timestamptz not null,
    settled_by     text,
    settled_at     timestamptz,
    settled_why    text,
    certificate_id bigint      references certificate,
    check ((state = 'submitted') = (settled_at is null)),
    check ((state = 'issued') = (certificate_id is not null))
);
create index certificate_request_by_operator on certificate_request (operator_id, id);

-- Revocation lists, our own and others': kept as they were, for decisions about the past.
create table revocation_list (
    id                 bigint      generated always as identity primary key,
    issuer_spki_sha256 bytea       not null check (octet_length(issuer_spki_sha256) = 32),
    issuer_dn          text        not null,
    number             text        not null, -- hexadecimal, lower case
    this_update        timestamptz not null,
    next_update        timestamptz not null,
    der                bytea       not null,
    sha256             bytea       not null check (octet_length(sha256) = 32),
    source             text        not null, -- 'own', 'upload' or the address it was fetched from
    fetched_at         timestamptz not null,
    unique (issuer_spki_sha256, sha256)
);
create index revocation_list_by_issuer on revocation_list (issuer_spki_sha256, fetched_at, id);
create index revocation_list_newest on revocation_list (issuer_spki_sha256, this_update, id);
create index revocation_list_newest_of_source
    on revocation_list (issuer_spki_sha256, source, this_update desc, fetched_at desc, id desc);

-- What other authorities' responders said (RFC 6960), kept likewise.
create table ocsp_answer (
    id                 bigint      generated always as identity primary key,
    certificate_sha256 bytea       not null check (octet_length(certificate_sha256) = 32),
    not_after          timestamptz not null, -- of the certificate
    is_revocation      boolean     not null, -- nothing that is said later takes it back
    this_update        timestamptz not null,
    next_update        timestamptz not null,
    der                bytea       not null,
    sha256             bytea       not null check (octet_length(sha256) = 32),
    source             text        not null,
    fetched_at         timestamptz not null,
    unique (certificate_sha256, sha256)
);
create index ocsp_answer_newest
    on ocsp_answer (certificate_sha256, is_revocation, this_update desc, fetched_at desc, id desc);

create trigger append_only before update or delete or truncate on revocation_list
    for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on ocsp_answer
    for each statement execute function refuse_change();

-- Where revocation is asked for outside, and how that went last.
create table revocation_source (
    url         text        primary key,
    kind        text        not null check (kind in ('crl', 'ocsp')),
    tried_at    timestamptz,
    fetched_at  timestamptz,
    next_try_at timestamptz not null,
    failures    integer     not null default 0, -- since it was fetched last
    refusals    integer     not null default 0, -- of these, what was refused for what it said
    problem     text,
    this_update timestamptz,                    -- of what was fetched last; of a responder, of what ends first
    next_update timestamptz,
    check ((this_update is null) = (next_update is null))
);

-- Nodes that decide, and how far each of them is.
create table node (
    name         text        primary key check (name <> ''),
    started_at   timestamptz not null,
    epoch        bigint      not null,
    confirmed_at timestamptz not null -- when it last saw the truth
);
create table node_acknowledgement (
    node  text        not null references node on delete cascade,
    epoch bigint      not null,
    at    timestamptz not null,
    primary key (node, epoch)
);
create index node_acknowledgement_by_epoch on node_acknowledgement (epoch);
