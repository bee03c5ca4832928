-- Requests for certificates of ours: $1 one of this number, $2 of this operator, $3 in this state, $4 after
-- this number, $5 so many.
select
    certificate_request.id,
    certificate_request.operator_id,
    authority.name as authority,
    certificate_request.csr,
    certificate_request.spki_sha256,
    certificate_request.dn,
    certificate_request.hosts,
    certificate_request.renews,
    certificate_request.findings,
    certificate_request.state,
    certificate_request.requested_by,
    certificate_request.requested_at,
    certificate_request.settled_by,
    certificate_request.settled_at,
    certificate_request.settled_why,
    certificate_request.certificate_id
from certificate_request
join authority on authority.id = certificate_request.authority_id
where ($1::bigint is null or certificate_request.id = $1)
and ($2::bigint is null or certificate_request.operator_id = $2)
and ($3::text is null or certificate_request.state = $3)
and certificate_request.id > $4
order by certificate_request.id
limit $5
