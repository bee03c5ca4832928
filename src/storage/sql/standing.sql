-- What stands in the list by these certificates ($1) alone at a moment ($2).
with listed as (
    select mail_domain, dn, certificate_id = any($1::bigint[]) as is_ours
    from standing_entry
    where coalesce(not_before <= $2 and not_after >= $2, true)
),
going as (
    select mail_domain, dn
    from listed
    group by mail_domain, dn
    having bool_and(is_ours)
),
touched as (select distinct mail_domain from going)
select
    (select count(*) from touched) as "mail_domains!",
    (
        select count(*)
        from mailbox
        join touched on touched.mail_domain = lower(split_part(mailbox.address, '@', 2))
        where mailbox.closed_on is null and not mailbox.unlisted
    ) as "mailboxes!",
    (select count(*) from going) as "entries!",
    (select count(*) from (select distinct mail_domain, dn from listed) entry) as "of_entries!"
