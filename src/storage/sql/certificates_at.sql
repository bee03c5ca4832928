select
    certificate.id,
    certificate.operator_id,
    certificate.dn,
    stood.state,
    stood.state_since as since,
    stood.revocation_reason,
    authority.name as "authority?"
from (
    select distinct on (certificate_id)
        certificate_id,
        state,
        revocation_reason,
        state_since
    from certificate_history
    where since <= $1
    order by certificate_id, since desc, id desc
) stood
join certificate on certificate.id = stood.certificate_id
left join authority on authority.id = certificate.authority_id
order by certificate.id
