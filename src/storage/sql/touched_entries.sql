-- What hangs on an operator or on a certificate: the bindings of its certificates in these states to
-- mail domains that are the operator's, and the mailboxes in these mail domains.
with touched as (
    select binding.mail_domain
    from binding
    join certificate on certificate.id = binding.certificate_id
    join mail_domain_operator
        on mail_domain_operator.mail_domain = binding.mail_domain
        and mail_domain_operator.operator_id = certificate.operator_id
    where ($1::bigint is null or certificate.operator_id = $1)
    and ($2::bigint is null or certificate.id = $2)
    and certificate.state = any ($3)
    and (
        $4::timestamptz is null
        or certificate.not_after is null
        or $4 between certificate.not_before and certificate.not_after
    )
)
select
    (select count(*) from touched) as "entries!",
    (select count(distinct mail_domain) from touched) as "mail_domains!",
    (
        select count(*)
        from mailbox
        where closed_on is null
        and not unlisted
        and split_part(address, '@', 2) in (select mail_domain from touched)
    ) as "mailboxes!"
