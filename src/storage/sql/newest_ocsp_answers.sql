-- Certificate by certificate, so that the answers of years are not walked through: the newest answer that
-- says revoked, and the newest that does not.
with recursive asked_about as (
    (
        select certificate_sha256
        from ocsp_answer
        order by certificate_sha256
        limit 1
    )
    union all
    select following.certificate_sha256
    from asked_about
    cross join lateral (
        select ocsp_answer.certificate_sha256
        from ocsp_answer
        where ocsp_answer.certificate_sha256 > asked_about.certificate_sha256
        order by ocsp_answer.certificate_sha256
        limit 1
    ) following
)
select
    newest.id as "id!",
    newest.source as "source!",
    newest.fetched_at as "fetched_at!"
from asked_about
cross join (values (false), (true)) as says (is_revocation)
cross join lateral (
    select
        id,
        source,
        fetched_at
    from ocsp_answer
    where certificate_sha256 = asked_about.certificate_sha256
    and is_revocation = says.is_revocation
    and not_after >= $2
    and ($1::timestamptz is null or fetched_at <= $1)
    order by this_update desc, fetched_at desc, id desc
    limit 1
) newest
order by asked_about.certificate_sha256, says.is_revocation
