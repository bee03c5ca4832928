-- Places of pairs of mail domain ($1) and certificate ($2) that are not there, and were once taken
-- apart: what is known of it is history.
with removed as (
    select distinct event.mail_domain, event.operator_id, certificate.match_key
    from registry_event event
    left join certificate on certificate.id = event.certificate_id
    where event.action in ('binding.removed', 'mail_domain.released')
)
select told.place as "place!"
from unnest($1::text[], $2::bigint[]) with ordinality as told (mail_domain, certificate, place)
join certificate on certificate.id = told.certificate
where not exists (
    select
    from binding
    where binding.mail_domain = told.mail_domain and binding.certificate_id = told.certificate
)
and exists (
    select
    from removed
    where removed.mail_domain = told.mail_domain
    and removed.operator_id = certificate.operator_id
    -- None: the mail domain was taken from the operator.
    and coalesce(removed.match_key = certificate.match_key, true)
)
order by told.place
