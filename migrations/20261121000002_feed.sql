-- The change feed: which documents every node has to read again.
--
-- Positions are given by one row that a writer locks as its last act before it commits, so commit
-- order is position order and a reader that saw position n has seen all before it. See docs/adr.

create table feed_head (
    only_row boolean primary key default true check (only_row),
    position bigint not null
);
insert into feed_head (position) values (0);

create table feed (
    position  bigint      not null primary key,
    kind      text        not null check (kind in ('practitioner', 'organization', 'mailbox')),
    keys      text[]      not null, -- at most a thousand; none where only labels changed
    import_id bigint,
    at        timestamptz not null default now()
);
