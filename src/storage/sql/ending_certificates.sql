-- Active certificates that end until $2, seen from $1: what stands behind each, and who could take
-- over all of it.
select
    certificate.id,
    certificate.dn,
    certificate.not_after as "not_after!",
    (select count(*) from standing_entry where certificate_id = certificate.id) as "entries!",
    successor.id as "successor?"
from certificate
left join lateral (
    select other.id
    from certificate other
    where other.operator_id = certificate.operator_id
    and other.id <> certificate.id
    and other.state = 'active'
    and other.not_before <= $1
    and other.not_after > certificate.not_after
    and not exists (
        select
        from binding
        where binding.certificate_id = certificate.id
        and not exists (
            select
            from binding taken
            where taken.certificate_id = other.id and taken.mail_domain = binding.mail_domain
        )
    )
    order by other.not_after desc
    limit 1
) successor on true
where certificate.state = 'active' and certificate.not_after <= $2
order by certificate.not_after, certificate.id
