-- Place by place, so that the lists of years are not walked through.
with recursive place as (
    (
        select
            issuer_spki_sha256,
            source
        from revocation_list
        order by issuer_spki_sha256, source
        limit 1
    )
    union all
    select
        following.issuer_spki_sha256,
        following.source
    from place
    cross join lateral (
        select
            revocation_list.issuer_spki_sha256,
            revocation_list.source
        from revocation_list
        where (revocation_list.issuer_spki_sha256, revocation_list.source)
            > (place.issuer_spki_sha256, place.source)
        order by revocation_list.issuer_spki_sha256, revocation_list.source
        limit 1
    ) following
)
select
    newest.id as "id!",
    newest.source as "source!",
    newest.fetched_at as "fetched_at!"
from place
cross join lateral (
    select
        id,
        source,
        fetched_at
    from revocation_list
    where issuer_spki_sha256 = place.issuer_spki_sha256
    and source = place.source
    and ($1::timestamptz is null or fetched_at <= $1)
    order by this_update desc, fetched_at desc, id desc
    limit 1
) newest
order by place.issuer_spki_sha256, place.source
