-- What would come into the list at a moment ($2) if these certificates ($1) and their operators were
-- in force.
with listed as (
    select distinct mail_domain, dn
    from standing_entry
    where coalesce(not_before <= $2 and not_after >= $2, true)
),
coming as (
    select binding.mail_domain, certificate.dn
    from binding
    join certificate on certificate.id = binding.certificate_id
    join mail_domain_operator
        on mail_domain_operator.mail_domain = binding.mail_domain
        and mail_domain_operator.operator_id = certificate.operator_id
    where certificate.id = any($1::bigint[])
    and coalesce(certificate.not_before <= $2 and certificate.not_after >= $2, true)
    except
    select mail_domain, dn from listed
),
touched as (select distinct mail_domain from coming)
select
    (select count(*) from touched) as "mail_domains!",
    (
        select count(*)
        from mailbox
        join touched on touched.mail_domain = lower(split_part(mailbox.address, '@', 2))
        where mailbox.closed_on is null and not mailbox.unlisted
    ) as "mailboxes!",
    (select count(*) from coming) as "entries!",
    (select count(*) from listed) as "of_entries!"
